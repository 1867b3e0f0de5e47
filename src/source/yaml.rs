//! YAML text to one tree whose every node keeps its place and its text as written.
//!
//! The tree is built from the parser's events, not through serde: serde would turn `2008` into a
//! number and lose how it was written. Merge keys (`<<`) are ordinary keys here, so that nothing
//! appears in a mapping that does not stand in it.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, Tag};

use super::limits::Limits;
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span};

/// A value of a YAML file and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// A scalar as written, quotes and escapes resolved; `plain` when it was not quoted.
    Scalar { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A mapping in its own order; no key occurs twice.
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Node,
}

impl Node {
    /// Returns the entries of a mapping; none for anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Returns the items of a list; none for anything else.
    pub(super) fn items(&self) -> &[Self] {
        if let Value::List(items) = &self.value { items } else { &[] }
    }

    /// Returns the text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Scalar { text, .. } = &self.value { Some(text) } else { None }
    }

    /// Returns the text of a scalar that is not quoted.
    pub(super) fn plain(&self) -> Option<&str> {
        if let Value::Scalar { text, plain: true } = &self.value { Some(text) } else { None }
    }

    /// Returns the words for what it is, for messages.
    pub(super) fn word(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    fn size(&self) -> usize {
        match &self.value {
            Value::Null | Value::Scalar { .. } => 1,
            Value::List(items) => items.iter().map(Self::size).sum::<usize>() + 1,
            Value::Map(entries) => entries.iter().map(|entry| entry.value.size() + 1).sum::<usize>() + 1,
        }
    }

    fn depth(&self) -> usize {
        match &self.value {
            Value::Null | Value::Scalar { .. } => 0,
            Value::List(items) => items.iter().map(Self::depth).max().unwrap_or(0) + 1,
            Value::Map(entries) => entries.iter().map(|entry| entry.value.depth()).max().unwrap_or(0) + 1,
        }
    }
}

/// Reads one YAML document; keys that stand twice are told in `found`, and the first of them counts.
///
/// # Errors
/// Returns the one diagnostic that keeps the file from being read at all.
pub(super) fn read(
    file: FileId,
    text: &str,
    limits: &Limits,
    found: &mut Vec<Diagnostic>,
) -> Result<Node, Box<Diagnostic>> {
    let mut options = granit_parser::Options::default();
    options.set_emit_comments(false);
    let mut builder = Builder { file, limits, found, open: Vec::new(), anchors: HashMap::new(), values: 0, root: None };
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => builder.take(event, span)?,
            Err(error) => return Err(Box::new(syntax_error(file, text, &error))),
        }
    }
    builder.root.ok_or_else(|| Box::new(empty(file)))
}

/// Says that a file holds nothing.
pub(super) fn empty(file: FileId) -> Diagnostic {
    Diagnostic::new(Code::EmptyFile, "the file holds nothing to load")
        .at(Place::file(file))
        .hint("a snapshot file begins with `snapshot:`, an event file with `events:`, an era file with `eras:`")
}

fn syntax_error(file: FileId, text: &str, error: &granit_parser::ScanError) -> Diagnostic {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    // An error at the end of the text is shown on its last line, not after it.
    let at = if at == text.len() { text.trim_end().len() } else { at };
    let width = text.get(at..).and_then(|rest| rest.chars().next()).filter(|c| *c != '\n').map_or(0, char::len_utf8);
    Diagnostic::new(Code::YamlSyntax, format!("the file is no YAML: {}", error.info()))
        .at(Place::new(file, Span::new(at, at + width)))
        .label("the trouble shows here")
        .maybe_hint(syntax_hint(&error.info()).map(str::to_owned))
}

/// Returns what most often lies behind what the parser says.
fn syntax_hint(said: &str) -> Option<&'static str> {
    let hints = [
        ("tab", "indent with spaces, not with tabs"),
        ("quoted", "a quotation mark may be left open above"),
        ("placement of ':'", "a bracket or a quotation mark may be left open above"),
        ("flow", "a bracket may be left open above"),
        ("mapping values", "look at the indentation; a text with a colon and a space in it stands in quotes"),
        ("anchor", "put quotes around a text that begins with `&` or `*`"),
    ];
    hints.into_iter().find(|(words, _)| said.contains(words)).map(|(_, hint)| hint)
}

/// A list or mapping whose end has not come yet.
struct Open {
    start: Span,
    anchor: usize,
    list: Vec<Node>,
    map: Option<Vec<Entry>>,
    /// Where each key of the mapping stands.
    keys: HashMap<String, Span>,
    key: Option<(String, Span)>,
}

struct Builder<'a> {
    file: FileId,
    limits: &'a Limits,
    found: &'a mut Vec<Diagnostic>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    values: usize,
    root: Option<Node>,
}

type Step = Result<(), Box<Diagnostic>>;

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: granit_parser::Span) -> Step {
        let tag_span = span.tag_span().as_ref().map(bytes);
        let span = bytes(&span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let text_tag = self.tag(tag.as_deref(), tag_span.unwrap_or(span))?;
                let plain = style == ScalarStyle::Plain && !text_tag;
                let value = match &*text {
                    "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
                    _ => Value::Scalar { text: text.into_owned(), plain },
                };
                self.count(1, span)?;
                self.finish(Node { value, span }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), tag_span.unwrap_or(span))?;
                self.begin(span, anchor, None)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tag(tag.as_deref(), tag_span.unwrap_or(span))?;
                self.begin(span, anchor, Some(Vec::new()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::DocumentStart(..) if self.root.is_some() => {
                let text = "the file holds more than one YAML document";
                Err(self.syntax(text, span).hint("put each into a file of its own").into())
            }
            _ => Ok(()),
        }
    }

    fn syntax(&self, text: &str, span: Span) -> Diagnostic {
        Diagnostic::new(Code::YamlSyntax, text).at(Place::new(self.file, span))
    }

    /// Tells whether the tag makes a scalar a text; refuses every other tag.
    fn tag(&self, tag: Option<&Tag>, span: Span) -> Result<bool, Box<Diagnostic>> {
        match tag {
            None => Ok(false),
            Some(tag) if tag.to_string() == "!!str" || tag.to_string() == "tag:yaml.org,2002:str" => Ok(true),
            Some(tag) => {
                Err(self.syntax(&format!("the tag `{tag}` is not understood"), span).hint("leave the tag out").into())
            }
        }
    }

    fn count(&mut self, values: usize, span: Span) -> Step {
        self.values = self.values.saturating_add(values);
        if self.values <= self.limits.values {
            return Ok(());
        }
        let message =
            format!("the file holds more than {} values, counting again what its aliases repeat", self.limits.values);
        let found = Diagnostic::new(Code::TooManyValues, message).at(Place::new(self.file, span));
        Err(found.label("the limit is passed here").hint("split the file, or write fewer aliases").into())
    }

    fn deep(&self, depth: usize, span: Span) -> Step {
        if depth <= self.limits.depth {
            return Ok(());
        }
        let message = format!("mappings and lists nest deeper than {} levels", self.limits.depth);
        Err(Diagnostic::new(Code::TooDeep, message).at(Place::new(self.file, span)).label("one level too many").into())
    }

    fn begin(&mut self, start: Span, anchor: usize, map: Option<Vec<Entry>>) -> Step {
        self.count(1, start)?;
        self.deep(self.open.len() + 1, start)?;
        self.open.push(Open { start, anchor, list: Vec::new(), map, keys: HashMap::new(), key: None });
        Ok(())
    }

    fn end(&mut self, end: Span) -> Step {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let last = open.map.as_ref().map_or_else(
            || open.list.last().map(|node| node.span.end),
            |entries| entries.last().map(|entry| entry.value.span.end),
        );
        // A block has no closing bracket: it ends with its last value, not at the next key.
        let end = if end.is_empty() { last.unwrap_or(end.end) } else { end.end };
        let value = open.map.map_or(Value::List(open.list), Value::Map);
        self.finish(Node { value, span: Span::new(open.start.start, end) }, open.anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(self.syntax("an alias stands within the value that it repeats", span).into());
        };
        let (size, depth) = (node.size(), node.depth());
        self.count(size, span)?;
        self.deep(self.open.len() + depth, span)?;
        let copy = self.anchors.get(&anchor).cloned();
        copy.map_or(Ok(()), |node| self.finish(node, 0))
    }

    /// Puts a whole value where it belongs: into the list or mapping that is open, or at the top.
    fn finish(&mut self, node: Node, anchor: usize) -> Step {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let file = self.file;
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node).filter(|node| node.value != Value::Null);
            return Ok(());
        };
        let Some(entries) = &mut open.map else {
            open.list.push(node);
            return Ok(());
        };
        let Some((key, key_span)) = open.key.take() else {
            let Value::Scalar { text, .. } = node.value else {
                let message = format!("a key of a mapping is a text, not {}", node.word());
                return Err(self.syntax(&message, node.span).into());
            };
            open.key = Some((text, node.span));
            return Ok(());
        };
        if let Some(first) = open.keys.get(&key) {
            let found = Diagnostic::new(Code::DuplicateKey, format!("the key `{key}` stands twice in one mapping"))
                .at(Place::new(file, key_span))
                .label("again here")
                .related(Place::new(file, *first), "first here");
            self.found.push(found);
        } else {
            open.keys.insert(key.clone(), key_span);
            entries.push(Entry { key, key_span, value: node });
        }
        Ok(())
    }
}

fn bytes(span: &granit_parser::Span) -> Span {
    span.byte_range().map_or(Span::new(0, 0), |range| Span::new(range.start, range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Scalar { text, plain: true } => text.clone(),
            Value::Scalar { text, .. } => format!("{text:?}"),
            Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join("|")),
            Value::Map(entries) => {
                let entries: Vec<_> = entries.iter().map(|e| format!("{}={}", e.key, shown(&e.value))).collect();
                format!("{{{}}}", entries.join("|"))
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut found = Vec::new();
        let limits = Limits { depth: 4, values: 20, ..Limits::default() };
        let result = match read(FileId(0), text, &limits, &mut found) {
            Ok(node) => shown(&node),
            Err(error) => format!("{} {}", error.code.title(), error.message),
        };
        assert_eq!(result, expected, "{text}");
    }

    #[test]
    fn scalars_keep_their_written_text() {
        check("a: 2016-03-25\nb: 2008\nc: \"18, 24-26\"\nd: 0287", "{a=2016-03-25|b=2008|c=\"18, 24-26\"|d=0287}");
        check("[1.50, yes, ~, '', '~', !!str 12]", "[1.50|yes|null|\"\"|\"~\"|\"12\"]");
    }

    #[test]
    fn aliases_repeat_and_merge_keys_merge_nothing() {
        check("a: &x {b: 1}\nc: *x\n", "{a={b=1}|c={b=1}}");
        check("a: &x {b: 1}\nc: {<<: *x}\n", "{a={b=1}|c={<<={b=1}}}");
    }

    #[test]
    fn what_costs_too_much_is_refused() {
        check("[[[[[1]]]]]", "too-deep mappings and lists nest deeper than 4 levels");
        let bomb = "a: &a [1, 1, 1]\nb: &b [*a, *a, *a]\nc: [*b, *b]";
        let message = "the file holds more than 20 values, counting again what its aliases repeat";
        check(bomb, &format!("too-many-values {message}"));
    }

    #[test]
    fn what_input_files_do_not_use_is_refused() {
        check("a: 1\n---\nb: 2\n", "yaml-syntax the file holds more than one YAML document");
        check("a: !foo 1", "yaml-syntax the tag `!foo` is not understood");
        check("a: &x [*x]", "yaml-syntax an alias stands within the value that it repeats");
        check("# nothing\n", "empty-file the file holds nothing to load");
    }
}
