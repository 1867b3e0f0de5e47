//! A tree against its definition: every field that is unknown, missing, or of another shape than it should be.

use super::shape::{Choice, Field, Object, Shape, a};
use super::values;
use super::yaml::{Entry, Node, Value};
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span, did_you_mean};
use crate::model::{Edtf, EdtfError, LineSet, UnitId};

/// Checks a tree against the definition of its format, and tells all that does not fit.
pub(super) fn check(file: FileId, node: &Node, object: &'static Object, found: &mut Vec<Diagnostic>) {
    let mut checker = Checker { file, found, owner: None };
    checker.object(node, object, object.noun);
}

/// Returns the words that name a thing: ``unit `acme` ``, or ``a figure in unit `acme` ``.
fn name_of(node: &Node, object: &Object, owner: Option<&str>) -> String {
    let own = object.named_by.and_then(|field| node.get(field)).and_then(Node::text);
    match (own, owner) {
        (Some(own), _) => format!("{} `{own}`", object.noun),
        (None, Some(owner)) => format!("{} in {owner}", a(object.noun)),
        (None, None) => format!("the {}", object.noun),
    }
}

struct Checker<'a> {
    file: FileId,
    found: &'a mut Vec<Diagnostic>,
    /// The name of the thing whose fields are being checked.
    owner: Option<String>,
}

impl Checker<'_> {
    fn tell(&mut self, code: Code, message: impl Into<String>, span: Span, label: &str, hint: Option<String>) {
        let mut found = Diagnostic::new(code, message).at(Place::new(self.file, span)).maybe_hint(hint);
        if !label.is_empty() {
            found = found.label(label);
        }
        self.found.push(found);
    }

    /// Returns `in unit `acme`` for the thing at hand.
    fn place(&self) -> String {
        self.owner.as_ref().map_or_else(String::new, |owner| format!(" in {owner}"))
    }

    fn object(&mut self, node: &Node, object: &'static Object, field: &str) {
        let Value::Map(entries) = &node.value else {
            return self.wrong_type(node, field, "a mapping of fields");
        };
        let outer = self.owner.take();
        let name = name_of(node, object, outer.as_deref());
        for field in object.fields().filter(|field| field.required && node.get(field.name).is_none()) {
            self.missing(node, field, &name);
        }
        self.owner = Some(name);
        for entry in entries {
            match object.field(&entry.key) {
                Some(field) => self.shape(&entry.value, &field.shape, field.name, entry.key_span),
                None => self.unknown(entry, object),
            }
        }
        self.owner = outer;
    }

    fn missing(&mut self, node: &Node, field: &Field, name: &str) {
        // The first key is marked, not the whole of a mapping that may be many lines long.
        let span = node.entries().first().map_or(node.span, |entry| entry.key_span);
        let message = format!("{name} lacks the field `{}`", field.name);
        self.tell(Code::MissingField, message, span, "", Some(format!("`{}`: {}", field.name, field.about)));
    }

    fn unknown(&mut self, entry: &Entry, object: &'static Object) {
        let names = object.fields().map(|field| field.name);
        let hint = if entry.key == "<<" {
            "merge keys are not read; write the fields out".to_owned()
        } else {
            did_you_mean(&entry.key, names.clone()).unwrap_or_else(|| {
                let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
                format!("the fields of {} are {}", a(object.noun), names.join(", "))
            })
        };
        let owner = self.owner.clone().unwrap_or_default();
        let message = format!("{owner} has an unknown field `{}`", entry.key);
        self.tell(Code::UnknownField, message, entry.key_span, &format!("no field of {}", a(object.noun)), Some(hint));
    }

    fn wrong_type(&mut self, node: &Node, field: &str, wanted: &str) {
        let hint = match node.value {
            Value::Null => Some(format!("give it a value, or leave `{field}` out")),
            _ => None,
        };
        let message = format!("`{field}`{} takes {wanted}, not {}", self.place(), node.word());
        self.tell(Code::WrongType, message, node.span, &format!("{wanted} is wanted here"), hint);
    }

    fn shape(&mut self, node: &Node, shape: &'static Shape, field: &str, key: Span) {
        // A key with nothing behind it has an empty span, so the key is marked.
        if node.value == Value::Null {
            let node = Node { value: Value::Null, span: if node.span.is_empty() { key } else { node.span } };
            return self.wrong_type(&node, field, wanted(shape));
        }
        match (shape, &node.value) {
            (Shape::List(item), Value::List(items)) => {
                for node in items {
                    self.shape(node, item, field, node.span);
                }
            }
            (Shape::Object(object), _) | (Shape::TextOr(object) | Shape::IdOr(object), Value::Map(_)) => {
                self.object(node, object, field);
            }
            (Shape::Number, Value::Scalar { text, .. }) if values::number(node).is_none() => {
                let hint = values::number_hint(text);
                self.tell(
                    Code::WrongType,
                    format!("`{field}`{} is no number: `{text}`", self.place()),
                    node.span,
                    "",
                    hint,
                );
            }
            (Shape::Bool, Value::Scalar { text, .. }) if values::boolean(node).is_none() => {
                let message = format!("`{field}`{} is neither `true` nor `false`: `{text}`", self.place());
                self.tell(Code::WrongType, message, node.span, "", None);
            }
            (Shape::List(_), _) | (_, Value::List(_) | Value::Map(_)) => self.wrong_type(node, field, wanted(shape)),
            (_, Value::Scalar { text, .. }) => self.scalar(text, node, shape, field),
            (_, Value::Null) => {}
        }
    }

    fn scalar(&mut self, text: &str, node: &Node, shape: &'static Shape, field: &str) {
        match shape {
            Shape::Id | Shape::IdOr(_) => {
                if let Err(error) = UnitId::new(text) {
                    let message = format!("`{field}`{} is no id: {error}", self.place());
                    self.tell(Code::BadId, message, node.span, "", None);
                }
            }
            Shape::Text | Shape::TextOr(_) if text.trim().is_empty() => {
                let hint = Some(format!("give it a text, or leave `{field}` out"));
                self.tell(Code::WrongType, format!("`{field}`{} is empty", self.place()), node.span, "", hint);
            }
            Shape::Word => {
                if let Some(better) = values::word_fault(text) {
                    let message = format!("`{field}`{} is not a lower-case word: `{text}`", self.place());
                    let hint = (!better.is_empty()).then(|| format!("write `{better}`"));
                    self.tell(Code::BadWord, message, node.span, "compared letter by letter", hint);
                }
            }
            Shape::OneOf(choice) => self.choice(text, node.span, choice, field),
            Shape::Date => self.date(text, node, field),
            Shape::Lines => {
                if let Err(error) = LineSet::parse(text) {
                    let message = format!("`{field}`{} names no lines: {error}", self.place());
                    self.tell(Code::BadLines, message, node.span, "", Some("write `18`, or `\"18, 24-26\"`".into()));
                }
            }
            Shape::Sha256 => self.sha256(text, node.span, field),
            _ => {}
        }
    }

    fn choice(&mut self, text: &str, span: Span, choice: &'static Choice, field: &str) {
        let words = choice.values.iter().map(|(word, _)| *word);
        if words.clone().any(|word| word == text) {
            return;
        }
        let hint = did_you_mean(text, words.clone()).unwrap_or_else(|| {
            let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
            format!("write one of {}", words.join(", "))
        });
        let message = format!("`{field}`{} has an unknown value `{text}`", self.place());
        self.tell(Code::UnknownValue, message, span, &format!("no {}", choice.name.replace('-', " ")), Some(hint));
    }

    fn date(&mut self, text: &str, node: &Node, field: &str) {
        let Err(error) = Edtf::parse(text) else { return };
        let place = self.place();
        match error {
            EdtfError::BothOpen => {
                let message = format!("`{field}`{place} is open at both ends, so it dates nothing: `{text}`");
                let hint = "give at least one end, such as `2016-03-25/..`";
                self.tell(Code::OpenDate, message, node.span, "", Some(hint.into()));
            }
            EdtfError::OutOfRange => {
                let message = format!("`{field}`{place} means no day between the years -9999 and 9999: `{text}`");
                self.tell(Code::BadDate, message, node.span, "", None);
            }
            EdtfError::Syntax { offset, message } => {
                let hint = "EDTF writes `2017-09-26`, `2017-09`, `2008/2009`, `2008~`, `\"[2008..2009]\"`, `2016/..`";
                let span = within(node, offset);
                let text = format!("`{field}`{place} is no EDTF date: `{text}`");
                self.tell(Code::BadDate, text, span, &message, Some(hint.into()));
            }
        }
    }

    fn sha256(&mut self, text: &str, span: Span, field: &str) {
        if values::is_sha256(text) {
            return;
        }
        let hint = if values::is_sha256(&text.to_ascii_lowercase()) {
            "write the digits in lower case".to_owned()
        } else {
            format!("a SHA-256 has 64 hexadecimal digits; these are {} characters", text.chars().count())
        };
        self.tell(Code::BadHash, format!("`{field}`{} is no SHA-256", self.place()), span, "", Some(hint));
    }
}

/// Returns the words for what a shape takes.
fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Id => "an id",
        Shape::Text => "a text",
        Shape::Word => "a word",
        Shape::Date => "a date",
        Shape::Lines => "lines, such as `18` or `\"18, 24-26\"`",
        Shape::Sha256 => "a SHA-256",
        Shape::Number => "a number",
        Shape::Bool => "`true` or `false`",
        Shape::OneOf(_) => "one word",
        Shape::List(_) => "a list",
        Shape::Object(_) => "a mapping of fields",
        Shape::TextOr(_) => "a text, or a mapping that says more",
        Shape::IdOr(_) => "an id, or a mapping that says more",
    }
}

/// Returns the character at an offset into a plain scalar; for a quoted one, whose escapes may have moved it, the whole.
fn within(node: &Node, offset: usize) -> Span {
    match node.plain() {
        Some(text) if offset < text.len() => {
            let start = node.span.start + offset;
            Span::new(start, start + 1)
        }
        _ => node.span,
    }
}
