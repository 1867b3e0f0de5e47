//! The W3C Organization Ontology: organizations, units and posts as units, persons in them as holders, change events as
//! events (<https://www.w3.org/TR/vocab-org/>).

mod changes;
mod graph;
mod json_ld;
mod members;
mod terms;
mod turtle;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use super::chart::{Chart, Said};
use super::mapping::Syntax;
use super::reader::{Cell, Reader};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Edtf, UnitId};
use crate::source::limits::Limits;
use graph::{Graph, Object, Statement};

/// How many predicates that nothing reads are named.
const NAMED: usize = 8;

/// Reads a file into a snapshot and events.
pub(super) fn read(reader: &mut Reader<'_, '_>, syntax: Syntax, limits: &Limits) {
    let graph = match syntax {
        Syntax::Turtle => turtle::read(reader, limits),
        Syntax::JsonLd => json_ld::read(reader, limits),
    };
    let Some(graph) = graph else { return };
    let mut file = File {
        graph: &graph,
        language: reader.mapping.language.as_deref(),
        chart: Chart::default(),
        units: BTreeMap::new(),
        posts: BTreeSet::new(),
    };
    file.units(reader);
    file.members(reader);
    file.changes(reader);
    tell_unread(reader, &graph);
    file.chart.finish(reader);
}

/// A file while it is read.
struct File<'g, 'm> {
    graph: &'g Graph,
    /// The language of names that is asked for.
    language: Option<&'m str>,
    chart: Chart,
    /// The units by their IRIs.
    units: BTreeMap<String, UnitId>,
    /// The IRIs of posts.
    posts: BTreeSet<String>,
}

impl<'g> File<'g, '_> {
    /// Returns the unit that something is.
    fn unit(&self, object: &Object) -> Option<UnitId> {
        object.thing().and_then(|iri| self.units.get(iri)).cloned()
    }

    /// Returns the words for something, unless it is a blank node without a name.
    fn in_words(&self, object: &Object) -> Option<String> {
        terms::in_words(self.graph, object, self.language)
    }

    /// Reads the date that one of several predicates gives, or the instant that it names.
    fn date(&self, reader: &mut Reader<'_, '_>, subject: &str, predicates: &'g [&'static str]) -> Option<Said<Edtf>> {
        let found: Vec<&Statement> =
            predicates.iter().flat_map(|predicate| self.graph.of(subject, predicate)).collect();
        let dates = found.into_iter().filter_map(|said| match &said.object {
            Object::Literal(..) => Some(said),
            Object::Thing(instant) => {
                let own = |predicate: &&'static str| self.graph.of(instant, predicate).next();
                terms::INSTANTS.iter().find_map(own)
            }
        });
        let said = dates.into_iter().next()?;
        let value = reader.day(Cell { text: said.object.text(), span: said.row.span })?;
        Some(Said { value, row: said.row })
    }
}

/// Tells once of the predicates that nothing reads, with how many statements each has.
fn tell_unread(reader: &mut Reader<'_, '_>, graph: &Graph) {
    let mut unread: Vec<(&str, (&Statement, usize))> =
        graph.unread().into_iter().filter(|(predicate, _)| *predicate != terms::TYPE).collect();
    // The most frequent first.
    unread.sort_by_key(|(predicate, (_, count))| (std::cmp::Reverse(*count), *predicate));
    let Some((_, (first, _))) = unread.iter().min_by_key(|(_, (statement, _))| statement.row.span.start) else {
        return;
    };
    let all: usize = unread.iter().map(|(_, (_, count))| count).sum();
    let named = unread.iter().take(NAMED).map(|(predicate, (_, count))| format!("`{predicate}` {count}"));
    let mut named: Vec<String> = named.collect();
    if unread.len() > NAMED {
        named.push(format!("and of {} other predicates", unread.len() - NAMED));
    }
    let noun = if all == 1 { "statement is" } else { "statements are" };
    let message = format!("{all} {noun} not read: {}", named.join(", "));
    reader.tell_softly(Diagnostic::new(Code::UnusedColumn, message).at(reader.place(first.row.span)));
}
