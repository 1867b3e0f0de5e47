//! A line of a change log: the fields of its object by their roles, and the properties in them.

use std::borrow::Cow;

use indexmap::{IndexMap, IndexSet};

use super::log_item::{Fields, Item};
use super::reader::{Reader, Row};
use crate::diagnostics::{Code, Diagnostic};

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
    pub(super) object: Fields<'l>,
    pub(super) row: Row,
}

impl<'l> Line<'l> {
    /// Returns the value of a role: in the field that the mapping names, or under one of its own names.
    pub(super) fn value(&self, reader: &Reader<'_, '_>, role: &str) -> Option<&Item<'l>> {
        if let Some(named) = reader.mapping.column(role) {
            return self.object.get(&named.value);
        }
        let (_, names) = OWN_NAMES.iter().find(|(known, _)| *known == role)?;
        names.iter().find_map(|name| self.object.get(name))
    }

    /// Returns the text or number of a role; `None` for an empty one.
    pub(super) fn text(&self, reader: &Reader<'_, '_>, role: &str) -> Option<Cow<'l, str>> {
        self.value(reader, role).and_then(Item::plain)
    }

    /// Tells that the line lacks a role.
    pub(super) fn lacks(&self, reader: &mut Reader<'_, '_>, role: &str) -> Option<()> {
        let fields: IndexSet<&str> = self.object.iter().map(|(name, _)| name.as_ref()).collect();
        let fields: Vec<String> = fields.into_iter().map(|field| format!("`{field}`")).collect();
        let hint =
            format!("name its field in the mapping, `columns: {{{role}: …}}`; the line has {}", fields.join(", "));
        let found = Diagnostic::new(Code::MissingField, format!("the line has no {role}"));
        reader.tell(found.at(reader.place(self.row.span)).hint(hint));
        None
    }

    /// Returns the properties: of an object by their names, of a list by the names that the mapping gives.
    pub(super) fn properties<'m: 'l>(&self, reader: &Reader<'_, 'm>) -> Vec<(Cow<'l, str>, Cow<'l, str>)> {
        match self.value(reader, "properties") {
            Some(Item::Object(object)) => {
                let last: IndexMap<&Cow<'l, str>, &Item<'l>> = object.iter().collect();
                last.into_iter().filter_map(|(name, item)| Some((name.clone(), item.plain()?))).collect()
            }
            Some(Item::List(items)) => {
                let names = reader.mapping.properties.iter().map(|name| Cow::Borrowed(name.value.as_str()));
                names.zip(items).filter_map(|(name, item)| Some((name, item.plain()?))).collect()
            }
            _ => Vec::new(),
        }
    }
}
