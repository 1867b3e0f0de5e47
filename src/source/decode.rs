//! A tree against its definition: every field that is unknown, missing, or of another shape than it should be.

use std::fmt;

use super::shape::{Choice, Field, Object, Shape, a};
use super::values;
use super::yaml::{Entry, Node, Value};
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span, did_you_mean};
use crate::model::{Edtf, EdtfError, LineSet, UnitId};

/// Checks a tree against the definition of its format, and tells all that does not fit.
pub(super) fn check(file: FileId, node: &Node, object: &'static Object, found: &mut Vec<Diagnostic>) {
    let mut checker = Checker { file, found, owner: None };
    checker.object(node, object, Spot::Field(object.noun, true));
}

/// A field as messages name it.
#[derive(Clone, Copy)]
enum Spot {
    /// The value of a field, which may be required.
    Field(&'static str, bool),
    /// An item of the list that a field holds.
    Item(&'static str),
}

impl Spot {
    fn name(self) -> &'static str {
        match self {
            Self::Field(name, _) | Self::Item(name) => name,
        }
    }

    /// Returns the hint for a field that has nothing in it.
    fn give(self, what: &str) -> String {
        match self {
            Self::Field(_, true) => format!("give it {what}"),
            Self::Field(..) | Self::Item(_) => format!("give it {what}, or leave {self} out"),
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name, _) => write!(f, "`{name}`"),
            Self::Item(name) => write!(f, "an item of `{name}`"),
        }
    }
}

/// Returns the words that name a thing: ``unit `acme` ``, ``a figure of unit `acme` ``, ``the source of snapshot `s` ``.
fn name_of(node: &Node, object: &Object, spot: Spot, owner: Option<&str>) -> String {
    let own = object.named_by.and_then(|field| node.get(field)).and_then(Node::text);
    match (own.filter(|own| !own.is_empty()), spot, owner) {
        (Some(own), ..) => format!("{} `{own}`", object.noun),
        (None, Spot::Item(_), Some(owner)) => format!("{} of {owner}", a(object.noun)),
        (None, Spot::Field(..), Some(owner)) => format!("the {} of {owner}", object.noun),
        (None, _, None) => format!("the {}", object.noun),
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

    /// Returns ``in unit `acme` `` for the thing at hand.
    fn place(&self) -> String {
        self.owner.as_ref().map_or_else(String::new, |owner| format!(" in {owner}"))
    }

    fn object(&mut self, node: &Node, object: &'static Object, field: Spot) {
        let Value::Map(entries) = &node.value else {
            return self.wrong_type(node, field, "a mapping of fields");
        };
        let outer = self.owner.take();
        let name = name_of(node, object, field, outer.as_deref());
        for field in object.fields().filter(|field| field.required && node.get(field.name).is_none()) {
            self.missing(node, field, &name);
        }
        self.owner = Some(name);
        for entry in entries {
            match object.field(&entry.key) {
                Some(field) => {
                    self.shape(&entry.value, &field.shape, Spot::Field(field.name, field.required), entry.key_span);
                }
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

    fn wrong_type(&mut self, node: &Node, field: Spot, wanted: &str) {
        let hint = match node.value {
            Value::Null => Some(field.give("a value")),
            Value::List(_) if wanted == wanted_of(&Shape::Date) => {
                Some("put quotes around a date that begins with a bracket: `\"[2008..2009]\"`".to_owned())
            }
            _ => None,
        };
        let message = format!("{field}{} takes {wanted}, not {}", self.place(), node.word());
        self.tell(Code::WrongType, message, node.span, &format!("{wanted} is wanted here"), hint);
    }

    fn shape(&mut self, node: &Node, shape: &'static Shape, field: Spot, key: Span) {
        // A key with nothing behind it has an empty span, so the key is marked.
        if node.value == Value::Null {
            let node = Node { value: Value::Null, span: if node.span.is_empty() { key } else { node.span } };
            return self.wrong_type(&node, field, wanted_of(shape));
        }
        match (shape, &node.value) {
            (Shape::List(item), Value::List(items)) => {
                for node in items {
                    self.shape(node, item, Spot::Item(field.name()), node.span);
                }
            }
            (Shape::Object(object), _) | (Shape::TextOr(object) | Shape::IdOr(object), Value::Map(_)) => {
                self.object(node, object, field);
            }
            (Shape::Number, Value::Scalar { text, .. }) if values::number(node).is_none() => {
                let hint = values::number_hint(text);
                self.tell(
                    Code::WrongType,
                    format!("{field}{} is no number: `{text}`", self.place()),
                    node.span,
                    "",
                    hint,
                );
            }
            (Shape::Bool, Value::Scalar { text, .. }) if values::boolean(node).is_none() => {
                let message = format!("{field}{} is neither `true` nor `false`: `{text}`", self.place());
                self.tell(Code::WrongType, message, node.span, "", None);
            }
            (Shape::List(_), _) | (_, Value::List(_) | Value::Map(_)) => self.wrong_type(node, field, wanted_of(shape)),
            (_, Value::Scalar { text, .. }) => self.scalar(text, node, shape, field),
            (_, Value::Null) => {}
        }
    }

    fn scalar(&mut self, text: &str, node: &Node, shape: &'static Shape, field: Spot) {
        match shape {
            Shape::Id | Shape::IdOr(_) => {
                if let Err(error) = UnitId::new(text) {
                    let message = format!("{field}{} is no id: `{text}`", self.place());
                    let better = values::id_near(text);
                    let hint = better.map(|better| format!("write `{better}`, or another id"));
                    self.tell(Code::BadId, message, node.span, &error.to_string(), hint);
                }
            }
            Shape::Text | Shape::TextOr(_) if text.trim().is_empty() => {
                let hint = Some(field.give("a text"));
                self.tell(Code::WrongType, format!("{field}{} is empty", self.place()), node.span, "", hint);
            }
            Shape::Word => {
                if let Some(better) = values::word_fault(text) {
                    let message = format!("{field}{} is not a lower-case word: `{text}`", self.place());
                    let hint = (!better.is_empty()).then(|| format!("write `{better}`"));
                    self.tell(Code::BadWord, message, node.span, "compared letter by letter", hint);
                }
            }
            Shape::OneOf(choice) => self.choice(text, node.span, choice, field),
            Shape::Date => self.date(text, node, field),
            Shape::Lines => {
                if let Err(error) = LineSet::parse(text) {
                    let message = format!("{field}{} names no lines: `{text}`", self.place());
                    self.tell(
                        Code::BadLines,
                        message,
                        node.span,
                        &error.to_string(),
                        Some("write `18`, or `\"18, 24-26\"`".into()),
                    );
                }
            }
            Shape::Sha256 => self.sha256(text, node.span, field),
            _ => {}
        }
    }

    fn choice(&mut self, text: &str, span: Span, choice: &'static Choice, field: Spot) {
        let words = choice.values.iter().map(|(word, _)| *word);
        if words.clone().any(|word| word == text) {
            return;
        }
        let hint = did_you_mean(text, words.clone()).unwrap_or_else(|| {
            let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
            format!("write one of {}", words.join(", "))
        });
        let message = format!("{field}{} has an unknown value `{text}`", self.place());
        self.tell(
            Code::UnknownValue,
            message,
            span,
            &format!("no known {}", choice.name.replace('-', " ")),
            Some(hint),
        );
    }

    fn date(&mut self, text: &str, node: &Node, field: Spot) {
        let Err(error) = Edtf::parse(text) else { return };
        let place = self.place();
        match error {
            EdtfError::BothOpen => {
                let message = format!("{field}{place} is open at both ends, so it dates nothing: `{text}`");
                let hint = "give at least one end, such as `2016-03-25/..`";
                self.tell(Code::OpenDate, message, node.span, "", Some(hint.into()));
            }
            EdtfError::OutOfRange => {
                let message = format!("{field}{place} means no day between the years -9999 and 9999: `{text}`");
                self.tell(Code::BadDate, message, node.span, "", None);
            }
            EdtfError::Syntax { offset, message } => {
                let hint = "EDTF writes `2017-09-26`, `2017-09`, `2008/2009`, `2008~`, `\"[2008..2009]\"`, `2016/..`";
                let span = within(node, offset);
                let text = format!("{field}{place} is no EDTF date: `{text}`");
                self.tell(Code::BadDate, text, span, &message, Some(hint.into()));
            }
        }
    }

    fn sha256(&mut self, text: &str, span: Span, field: Spot) {
        if values::is_sha256(text) {
            return;
        }
        let hint = if values::is_sha256(&text.to_ascii_lowercase()) {
            "write the digits in lower case".to_owned()
        } else {
            format!("a SHA-256 has 64 hexadecimal digits; these are {} characters", text.chars().count())
        };
        self.tell(Code::BadHash, format!("{field}{} is no SHA-256", self.place()), span, "", Some(hint));
    }
}

/// Returns the words for what a shape takes.
fn wanted_of(shape: &Shape) -> &'static str {
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

/// Returns the character at an offset into a plain scalar; the whole for a fault of the whole, which is told at its
/// beginning, and for a quoted one, whose escapes may have moved it.
fn within(node: &Node, offset: usize) -> Span {
    match node.plain() {
        Some(text) if 0 < offset && offset < text.len() => {
            let start = node.span.start + offset;
            Span::new(start, start + 1)
        }
        _ => node.span,
    }
}
