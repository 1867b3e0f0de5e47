//! JSON-LD to statements with their lines.
//!
//! The parser gives no places, so that the text is also read as a tree: a statement stands where the object with its
//! subject's id gives the value, or on the lines of that object.

use std::collections::BTreeMap;

use oxjsonld::{JsonLdErrorCode, JsonLdParser};

use super::super::json::{self, too_many};
use super::super::lines::Lines;
use super::super::reader::Reader;
use super::graph::{Graph, Object, Statement, subject};
use crate::diagnostics::{Code, Diagnostic, Place, Span};
use crate::source::limits::Limits;
use crate::source::yaml::{Entry, Node, Value};

/// Reads the statements; `None` when the file is no JSON-LD.
pub(super) fn read(reader: &mut Reader<'_, '_>, limits: &Limits) -> Option<Graph> {
    let (file, text) = (reader.source.file, reader.source.text);
    let root = json::read(file, text, limits).map_err(|found| reader.tell(*found)).ok()?;
    let lines = Lines::of(text);
    let whole = lines.row(root.span);
    let mut graph = Graph::default();
    for quad in JsonLdParser::new().for_slice(text.trim_start_matches('\u{FEFF}')) {
        match quad {
            Ok(quad) => {
                let object = Object::from(quad.object);
                graph.add(subject(quad.subject), quad.predicate.into_string(), object, whole);
            }
            Err(error) => {
                let found = Diagnostic::new(Code::BadTable, format!("the file is no JSON-LD: {error}"));
                let hint = "nothing is fetched: a context that is elsewhere is to be written into the file";
                let is_remote = error.code().is_some_and(|code| {
                    matches!(code, JsonLdErrorCode::LoadingRemoteContextFailed | JsonLdErrorCode::LoadingDocumentFailed)
                });
                let hint = is_remote.then(|| hint.to_owned());
                reader.tell(found.at(Place::file(file)).maybe_hint(hint));
                return None;
            }
        }
        if graph.len() > limits.table_values {
            reader.tell(too_many(Place::file(file), limits));
            return None;
        }
    }
    let tree = Tree::of(&root);
    tree.place(&mut graph, &lines);
    Some(graph)
}

/// The objects of a file, by their ids, and what shortens ids.
#[derive(Default)]
struct Tree<'n> {
    /// The objects that have an id, by it, in full; those that say most first.
    named: BTreeMap<String, Vec<&'n Node>>,
    nameless: Vec<&'n Node>,
    prefixes: BTreeMap<&'n str, &'n str>,
    /// The keys that stand for `@id`.
    keys: Vec<&'n str>,
    base: Option<&'n str>,
}

impl<'n> Tree<'n> {
    fn of(root: &'n Node) -> Self {
        let mut tree = Self { keys: vec!["@id"], ..Self::default() };
        walk(root, &mut |node| tree.context(node));
        walk(root, &mut |node| tree.object(node));
        for objects in tree.named.values_mut() {
            objects.sort_by_key(|node| std::cmp::Reverse(node.entries().len()));
        }
        tree
    }

    /// Takes in what the context of an object says of ids.
    fn context(&mut self, node: &'n Node) {
        let Some(context) = node.get("@context") else { return };
        let single = std::slice::from_ref(context);
        let contexts = if let Value::List(items) = &context.value { items.as_slice() } else { single };
        for entry in contexts.iter().flat_map(Node::entries) {
            let value = entry.value.text().or_else(|| entry.value.get("@id").and_then(Node::text));
            match (entry.key.as_str(), value) {
                ("@base", Some(base)) => self.base = Some(base),
                (key, Some("@id")) => self.keys.push(key),
                (key, Some(iri)) => drop(self.prefixes.insert(key, iri)),
                (_, None) => {}
            }
        }
    }

    /// Takes in an object by its id.
    fn object(&mut self, node: &'n Node) {
        if !matches!(node.value, Value::Map(_)) || node.get("@value").is_some() {
            return;
        }
        match self.keys.iter().find_map(|key| node.get(key)).and_then(Node::text) {
            Some(id) => self.named.entry(self.full(id)).or_default().push(node),
            // What holds the graph is no thing of it.
            None if node.get("@graph").is_none() => self.nameless.push(node),
            None => {}
        }
    }

    /// Returns an id with its prefix or its base written out.
    fn full(&self, id: &str) -> String {
        if let Some((prefix, rest)) = id.split_once(':') {
            return self.prefixes.get(prefix).map_or_else(|| id.to_owned(), |iri| format!("{iri}{rest}"));
        }
        let base = self.base.unwrap_or_default();
        let base = base.split('#').next().unwrap_or_default();
        match id.strip_prefix('#') {
            Some(fragment) => format!("{base}#{fragment}"),
            None => format!("{}{id}", base.rfind('/').and_then(|end| base.get(..=end)).unwrap_or_default()),
        }
    }

    /// Gives each statement its lines.
    fn place(mut self, graph: &mut Graph, lines: &Lines) {
        let mut nameless: BTreeMap<String, &'n Node> = BTreeMap::new();
        let mut seen: Option<&str> = None;
        for statement in graph.statements() {
            let own = statement.subject.as_str();
            let is_new = seen != Some(own) && !self.named.contains_key(own) && !nameless.contains_key(own);
            seen = Some(own);
            if is_new {
                let about: Vec<&Statement> = graph.about(own).collect();
                let found =
                    self.nameless.iter().position(|node| about.iter().all(|said| self.value(node, said).is_some()));
                if let Some(at) = found {
                    nameless.insert(own.to_owned(), self.nameless.remove(at));
                }
            }
        }
        for statement in graph.statements_mut() {
            let objects = self.named.get(&statement.subject).map_or(&[][..], Vec::as_slice);
            let objects = objects.iter().chain(nameless.get(&statement.subject)).copied();
            let mut objects: Vec<&Node> = objects.collect();
            let saying = objects.iter().find_map(|node| self.value(node, statement));
            let Some(span) = saying.or_else(|| objects.drain(..).next().map(|node| node.span)) else { continue };
            statement.row = lines.row(span);
        }
    }

    /// Returns where an object gives what a statement says, its id aside.
    fn value(&self, node: &Node, statement: &Statement) -> Option<Span> {
        let text = statement.object.text();
        let is_blank = text.starts_with("_:") && statement.object.thing().is_some();
        // An IRI may be shortened to what follows its last separator.
        let short = statement.object.thing().and_then(|iri| iri.rsplit(['#', '/', ':']).next()).unwrap_or(text);
        let is_end = |entry: &Entry, short: &str| {
            (entry.key == "@value" || self.keys.contains(&entry.key.as_str()))
                && entry.value.text().is_some_and(|own| own.trim().ends_with(short))
        };
        let says = |value: &Node| match &value.value {
            Value::Scalar { text: own, .. } => own.trim() == text || (short != text && own.ends_with(short)),
            Value::Map(entries) => is_blank || entries.iter().any(|entry| is_end(entry, short)),
            Value::List(_) | Value::Null => false,
        };
        node.entries().iter().find_map(|entry| {
            let mut values = if let Value::List(items) = &entry.value.value {
                items.iter()
            } else {
                std::slice::from_ref(&entry.value).iter()
            };
            values.find(|value| says(value)).map(|value| {
                let is_only = !matches!(entry.value.value, Value::List(_));
                if is_only { Span::new(entry.key_span.start, value.span.end) } else { value.span }
            })
        })
    }
}

fn walk<'n>(node: &'n Node, visit: &mut impl FnMut(&'n Node)) {
    visit(node);
    node.items().iter().for_each(|item| walk(item, visit));
    for entry in node.entries().iter().filter(|entry| entry.key != "@context") {
        walk(&entry.value, visit);
    }
}
