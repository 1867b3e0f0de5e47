//! JSON text to one tree whose every node keeps its place.

use std::collections::HashMap;

use json_event_parser::{JsonEvent, JsonSyntaxError, LowLevelJsonParser};

use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span};
use crate::source::limits::Limits;
use crate::source::yaml::{Entry, Node, Value};

/// Reads a JSON text; a number or a truth value is a plain scalar, as written.
///
/// # Errors
/// Returns the one diagnostic that keeps the text from being read.
pub(super) fn read(file: FileId, text: &str, limits: &Limits) -> Result<Node, Box<Diagnostic>> {
    if text.trim_start_matches('\u{FEFF}').trim().is_empty() {
        let found = Diagnostic::new(Code::EmptyFile, "the table holds nothing");
        return Err(Box::new(found.at(Place::new(file, Span::new(0, 0)))));
    }
    let mut parser = LowLevelJsonParser::new();
    let mut builder = Builder { file, limits, open: Vec::new(), root: None, values: 0 };
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let result = parser.parse_next(rest.as_bytes(), true);
        // Before a value stand only white space and what separates it from the one before.
        let is_lead = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '\u{FEFF}');
        let start = at + (rest.len() - rest.trim_start_matches(is_lead).len());
        at += result.consumed_bytes;
        match result.event {
            Some(Ok(JsonEvent::Eof)) | None => break,
            Some(Ok(event)) => builder.take(event, Span::new(start.min(at), at))?,
            Some(Err(error)) => return Err(Box::new(syntax_error(file, text, &error))),
        }
    }
    Ok(builder.root.unwrap_or(Node { value: Value::Null, span: Span::new(0, 0) }))
}

/// Tells where a text is no JSON.
pub(super) fn syntax_error(file: FileId, text: &str, error: &JsonSyntaxError) -> Diagnostic {
    let place = |offset: u64| usize::try_from(offset).unwrap_or(text.len()).min(text.len());
    let (start, end) = (place(error.location().start.offset), place(error.location().end.offset));
    // An error at the end of the text is shown on its last line, not after it.
    let start = if start == text.len() { text.trim_end().len() } else { start };
    let found = Diagnostic::new(Code::BadTable, format!("the file is no JSON: {}", error.message()));
    found.at(Place::new(file, Span::new(start, end.max(start)))).label("the trouble shows here")
}

/// A list or an object whose end has not come yet.
struct Open {
    start: usize,
    key: Option<(String, Span)>,
    /// Where each key of the object stands.
    keys: HashMap<String, Span>,
    value: Value,
}

struct Builder<'l> {
    file: FileId,
    limits: &'l Limits,
    open: Vec<Open>,
    root: Option<Node>,
    values: usize,
}

type Step = Result<(), Box<Diagnostic>>;

impl Builder<'_> {
    fn take(&mut self, event: JsonEvent<'_>, span: Span) -> Step {
        match event {
            JsonEvent::String(text) => self.put(Value::Scalar { text: text.into_owned(), plain: false }, span),
            JsonEvent::Number(text) => self.put(Value::Scalar { text: text.into_owned(), plain: true }, span),
            JsonEvent::Boolean(truth) => self.put(Value::Scalar { text: truth.to_string(), plain: true }, span),
            JsonEvent::Null => self.put(Value::Null, span),
            JsonEvent::StartArray => self.begin(Value::List(Vec::new()), span),
            JsonEvent::StartObject => self.begin(Value::Map(Vec::new()), span),
            JsonEvent::EndArray | JsonEvent::EndObject => match self.open.pop() {
                Some(open) => self.put(open.value, Span::new(open.start, span.end)),
                None => Ok(()),
            },
            JsonEvent::ObjectKey(key) => {
                if let Some(open) = self.open.last_mut() {
                    open.key = Some((key.into_owned(), span));
                }
                Ok(())
            }
            JsonEvent::Eof => Ok(()),
        }
    }

    fn begin(&mut self, value: Value, span: Span) -> Step {
        if self.open.len() >= self.limits.depth {
            let message = format!("objects and lists nest deeper than {} levels", self.limits.depth);
            return Err(Box::new(Diagnostic::new(Code::TooDeep, message).at(Place::new(self.file, span))));
        }
        self.open.push(Open { start: span.start, key: None, keys: HashMap::new(), value });
        Ok(())
    }

    fn put(&mut self, value: Value, span: Span) -> Step {
        self.values += 1;
        if self.values > self.limits.table_values {
            return Err(Box::new(too_many(Place::new(self.file, span), self.limits)));
        }
        let node = Node { value, span };
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.value, open.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(entries), Some((key, key_span))) => {
                if let Some(first) = open.keys.insert(key.clone(), key_span) {
                    let message = format!("the key `{key}` stands twice in one object");
                    let found = Diagnostic::new(Code::DuplicateKey, message).at(Place::new(self.file, key_span));
                    return Err(Box::new(
                        found.label("again here").related(Place::new(self.file, first), "first here"),
                    ));
                }
                entries.push(Entry { key, key_span, value: node });
            }
            _ => {}
        }
        Ok(())
    }
}

/// Tells that a table holds more than is read.
pub(super) fn too_many(place: Place, limits: &Limits) -> Diagnostic {
    let message = format!("the table holds more than {} values", limits.table_values);
    Diagnostic::new(Code::TooManyValues, message).at(place).label("the limit is passed here")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node, text: &str) -> String {
        let own = &text[node.span.start..node.span.end];
        match &node.value {
            Value::Null | Value::Scalar { .. } => own.to_owned(),
            Value::List(items) => {
                assert!(own.starts_with('[') && own.ends_with(']'), "{own}");
                format!("[{}]", items.iter().map(|item| shown(item, text)).collect::<Vec<_>>().join("|"))
            }
            Value::Map(entries) => {
                assert!(own.starts_with('{') && own.ends_with('}'), "{own}");
                let entry = |e: &Entry| format!("{}={}", e.key, shown(&e.value, text));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join("|"))
            }
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let limits = Limits { depth: 4, table_values: 12, ..Limits::default() };
        let result = match read(FileId(0), text, &limits) {
            Ok(node) => shown(&node, text),
            Err(error) => format!("{} {}", error.code.title(), error.message),
        };
        assert_eq!(result, expected, "{text}");
    }

    #[test]
    fn every_value_keeps_its_place() {
        check(
            "{\"a\" : [1, -2.50,\n true ,null, \"x\\u00e9\"] , \"b\":{ }}",
            "{a=[1|-2.50|true|null|\"x\\u00e9\"]|b={}}",
        );
        check("\u{FEFF}[ \"ä\", {\"c\":\"d\"} ]\n", "[\"ä\"|{c=\"d\"}]");
    }

    #[test]
    fn surrogates_are_one_letter() {
        let node = read(FileId(0), r#"["\ud83d\ude00"]"#, &Limits::default()).unwrap();
        assert_eq!(node.items()[0].text(), Some("😀"));
    }

    #[test]
    fn what_is_too_large_is_refused() {
        check("[[[[[1]]]]]", "too-deep objects and lists nest deeper than 4 levels");
        check("[1,1,1,1,1,1,1,1,1,1,1,1,1]", "too-many-values the table holds more than 12 values");
        check("", "empty-file the table holds nothing");
    }
}
