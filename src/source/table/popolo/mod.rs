//! Popolo JSON: organizations and posts as units, persons in them as holders, foundings, dissolutions and former names as
//! events (<https://www.popoloproject.com/specs/>).
//!
//! The lists stand at the top of the file, as `EveryPolitician` wrote them, or posts and memberships in the records that
//! they belong to.

mod memberships;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use super::chart::Chart;
use super::lines::Lines;
use super::reader::{Cell, Reader, Row};
use super::{json, mapping::At};
use crate::diagnostics::{Code, Diagnostic, Span, did_you_mean};
use crate::model::{Edtf, UnitId};
use crate::source::build::items;
use crate::source::limits::Limits;
use crate::source::yaml::{Node, Value};

/// The lists of a file that tell that it is Popolo.
const LISTS: [&str; 4] = ["organizations", "posts", "persons", "memberships"];

/// Tells whether an object has a list that Popolo has.
pub(super) fn is_popolo(object: &serde_json::Map<String, serde_json::Value>) -> bool {
    LISTS.iter().any(|list| object.get(*list).is_some_and(serde_json::Value::is_array))
}

/// Reads a file into a snapshot and events.
pub(super) fn read(reader: &mut Reader<'_, '_>, limits: &Limits) {
    let root = match json::read(reader.source.file, reader.source.text, limits) {
        Ok(root) => root,
        Err(found) => return reader.tell(*found),
    };
    if !LISTS.iter().any(|list| matches!(root.get(list), Some(Node { value: Value::List(_), .. }))) {
        let message = "the file is no Popolo: it holds none of its lists";
        let first_line = root.span.start..reader.source.text.find('\n').unwrap_or(root.span.end).max(root.span.start);
        let hint = format!("Popolo is an object with `{}`", LISTS.join("`, `"));
        let place = reader.place(Span::new(first_line.start, first_line.end));
        return reader.tell(Diagnostic::new(Code::BadTable, message).at(place).hint(hint));
    }
    let mut file = File {
        lines: Lines::of(reader.source.text),
        chart: Chart::default(),
        organizations: BTreeMap::new(),
        posts: BTreeMap::new(),
        areas: named(&root, "areas"),
        persons: named(&root, "persons"),
        periods: periods(reader, &root),
        unread: BTreeMap::new(),
        used: BTreeSet::new(),
    };
    file.units(reader, &root);
    file.memberships(reader, &root);
    file.tell_unread(reader);
    file.chart.finish(reader);
}

/// A file while it is read.
struct File<'n> {
    lines: Lines,
    chart: Chart,
    /// The units by the ids that the file gives them.
    organizations: BTreeMap<String, UnitId>,
    posts: BTreeMap<String, UnitId>,
    /// Names by id.
    areas: BTreeMap<&'n str, Name<'n>>,
    persons: BTreeMap<&'n str, Name<'n>>,
    /// The dates of legislative periods and other events, by id.
    periods: BTreeMap<String, (Option<Edtf>, Option<Edtf>)>,
    /// The fields that nothing reads, each with where it first stands.
    unread: BTreeMap<String, Span>,
    /// The fields that the mapping keeps as properties and the file has.
    used: BTreeSet<String>,
}

/// A name and where it stands.
#[derive(Clone, Copy)]
struct Name<'n> {
    text: &'n str,
    span: Span,
}

impl<'n> Name<'n> {
    /// Returns the name that a record gives.
    fn of(node: &'n Node) -> Option<Self> {
        Some(Self { text: text(node, "name")?, span: node.get("name")?.span })
    }
}

/// Returns the names of the records of a list, by their ids.
fn named<'n>(root: &'n Node, list: &str) -> BTreeMap<&'n str, Name<'n>> {
    items(root, list).iter().filter_map(|node| Some((text(node, "id")?, Name::of(node)?))).collect()
}

/// Returns the text or number of a field; `None` for an empty one.
fn text<'n>(node: &'n Node, field: &str) -> Option<&'n str> {
    node.get(field).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty())
}

/// Reads a date; of a time, the day.
fn date(reader: &mut Reader<'_, '_>, node: &Node, field: &str) -> Option<Edtf> {
    reader.day(Cell { text: text(node, field)?, span: node.get(field)?.span })
}

/// Returns when the events of a file, such as legislative periods, begin and end, by their ids.
fn periods(reader: &mut Reader<'_, '_>, root: &Node) -> BTreeMap<String, (Option<Edtf>, Option<Edtf>)> {
    let mut periods = BTreeMap::new();
    for node in items(root, "events") {
        let Some(id) = text(node, "id") else { continue };
        periods.insert(id.to_owned(), (date(reader, node, "start_date"), date(reader, node, "end_date")));
    }
    periods
}

impl File<'_> {
    fn row(&self, node: &Node) -> Row {
        self.lines.row(node.span)
    }

    /// Returns the row of a field, without the rest of its record.
    fn field(&self, node: &Node, field: &str) -> Row {
        self.row(node.get(field).unwrap_or(node))
    }

    /// Finds the unit of an id that a record gives in a field, or of the record that stands in another; tells when the
    /// file has no such record.
    fn unit_of(
        &self,
        reader: &mut Reader<'_, '_>,
        node: &Node,
        (field, inner, what): (&str, &str, &str),
    ) -> Option<UnitId> {
        let known = if what == "post" { &self.posts } else { &self.organizations };
        let at = match node.get(field) {
            Some(at) if text(node, field).is_some() => at,
            _ => node.get(inner)?.get("id")?,
        };
        let id = at.text()?;
        if let Some(unit) = known.get(id) {
            return Some(unit.clone());
        }
        let message = format!("the record names {what} `{id}`, which the file does not have");
        let hint = did_you_mean(id, known.keys().map(String::as_str));
        reader.tell(Diagnostic::new(Code::UnknownUnit, message).at(reader.place(at.span)).maybe_hint(hint));
        None
    }

    /// Tells once which fields of units nothing reads, and which fields of the mapping no unit has.
    fn tell_unread(&self, reader: &mut Reader<'_, '_>) {
        let mapping = reader.mapping;
        let absent = |named: &&At<String>| !self.used.contains(&named.value);
        for named in mapping.properties.iter().filter(absent) {
            let message = format!("no organization or post of the file has a field `{}`", named.value);
            let hint = did_you_mean(&named.value, self.unread.keys().map(String::as_str));
            reader.tell(Diagnostic::new(Code::UnknownColumn, message).at(named.place).maybe_hint(hint));
        }
        let Some(first) = self.unread.values().min_by_key(|span| span.start) else { return };
        let fields: Vec<String> = self.unread.keys().map(|field| format!("`{field}`")).collect();
        let verb = if fields.len() == 1 { "field of units is" } else { "fields of units are" };
        let found = Diagnostic::new(Code::UnusedColumn, format!("{verb} not read: {}", fields.join(", ")));
        reader.tell_softly(found.at(reader.place(*first)).hint("keep them with `properties`"));
    }
}
