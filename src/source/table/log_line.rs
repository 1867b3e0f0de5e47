//! A line of a change log: the fields of its object by their roles, and the ids and properties in them.

use serde_json::{Map, Value};

use super::reader::{Cell, Reader, Row};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::UnitId;

/// The names under which a field is looked for when the mapping does not name it.
const OWN_NAMES: [(&str, &[&str]); 11] = [
    ("date", &["date", "day", "v", "version"]),
    ("op", &["op"]),
    ("id", &["id"]),
    ("name", &["name"]),
    ("acronym", &["acronym", "acr"]),
    ("kind", &["kind"]),
    ("parent", &["parent"]),
    ("properties", &["properties", "attrs"]),
    ("type", &["type"]),
    ("originals", &["originals", "from"]),
    ("results", &["results", "to"]),
];

/// A line of a log.
pub(super) struct Line<'l> {
    pub(super) object: &'l Map<String, Value>,
    pub(super) row: Row,
}

impl Line<'_> {
    /// Returns the value of a role: in the field that the mapping names, or under one of its own names.
    pub(super) fn value(&self, reader: &Reader<'_, '_>, role: &str) -> Option<&Value> {
        if let Some(named) = reader.mapping.column(role) {
            return self.object.get(&named.value);
        }
        let (_, names) = OWN_NAMES.iter().find(|(known, _)| *known == role)?;
        names.iter().find_map(|name| self.object.get(*name))
    }

    /// Returns the text or number of a role; `None` for an empty one.
    pub(super) fn text(&self, reader: &Reader<'_, '_>, role: &str) -> Option<String> {
        self.value(reader, role).and_then(plain)
    }

    /// Tells that the line lacks a role.
    pub(super) fn lacks(&self, reader: &mut Reader<'_, '_>, role: &str) -> Option<()> {
        let fields: Vec<String> = self.object.keys().map(|field| format!("`{field}`")).collect();
        let hint =
            format!("name its field in the mapping, `columns: {{{role}: …}}`; the line has {}", fields.join(", "));
        let found = Diagnostic::new(Code::MissingField, format!("the line has no {role}"));
        reader.tell(found.at(reader.place(self.row.span)).hint(hint));
        None
    }

    pub(super) fn id(&self, reader: &mut Reader<'_, '_>, value: &Value, what: &str) -> Option<UnitId> {
        let text = plain(value).unwrap_or_default();
        reader.unit_id(Cell { text: &text, span: self.row.span }, what)
    }

    pub(super) fn unit(&self, reader: &mut Reader<'_, '_>) -> Option<UnitId> {
        let Some(value) = self.value(reader, "id") else {
            self.lacks(reader, "id");
            return None;
        };
        self.id(reader, value, "the id")
    }

    pub(super) fn units(&self, reader: &mut Reader<'_, '_>, role: &str) -> Option<Vec<UnitId>> {
        match self.value(reader, role) {
            Some(Value::Array(values)) => values.iter().map(|value| self.id(reader, value, "a unit")).collect(),
            Some(value) => Some(vec![self.id(reader, value, "a unit")?]),
            None => {
                self.lacks(reader, role);
                None
            }
        }
    }

    /// Returns the properties: of an object by their names, of a list by the names that the mapping gives.
    pub(super) fn properties(&self, reader: &Reader<'_, '_>) -> Vec<(String, String)> {
        match self.value(reader, "properties") {
            Some(Value::Object(object)) => {
                object.iter().filter_map(|(name, value)| Some((name.clone(), plain(value)?))).collect()
            }
            Some(Value::Array(values)) => {
                let names = reader.mapping.properties.iter().map(|name| name.value.clone());
                names.zip(values).filter_map(|(name, value)| Some((name, plain(value)?))).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Returns a text, number or truth value as text; `None` for an empty one and for anything else.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
