//! Persons of a graph: who holds a post or has a role in an organization, and when.

use std::collections::{BTreeMap, BTreeSet};

use super::super::chart::{Said, Tenure};
use super::super::reader::{Reader, Row};
use super::File;
use super::graph::{Object, Statement};
use super::terms;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Edtf, UnitId};

/// What joins a person and a unit directly: the predicate, whether its subject is the person, and the role that it means.
const DIRECT: [(&str, bool, Option<&str>); 5] = [
    (terms::HOLDS, true, None),
    (terms::HELD_BY, false, None),
    (terms::HEAD_OF, true, Some("head")),
    (terms::MEMBER_OF, true, None),
    (terms::HAS_MEMBER, false, None),
];

impl File<'_, '_> {
    /// Reads memberships, and then what joins persons and units without one.
    pub(super) fn members(&mut self, reader: &mut Reader<'_, '_>) {
        let graph = self.graph;
        let mut homeless: Vec<&Statement> = Vec::new();
        let owners = graph.with(terms::HAS_MEMBERSHIP);
        let owners: BTreeMap<&str, Object> =
            owners.map(|said| (said.object.text(), Object::Thing(said.subject.clone()))).collect();
        for statement in graph.with(terms::ORGANIZATION) {
            let membership = statement.subject.as_str();
            let person = graph.of(membership, terms::MEMBER).next().map(|member| &member.object);
            let joined =
                person.or_else(|| owners.get(membership)).and_then(|person| self.membership(reader, statement, person));
            if joined.is_none() {
                homeless.push(statement);
            }
        }
        let told: BTreeSet<(UnitId, String)> =
            self.chart.tenures.iter().map(|tenure| (tenure.unit.clone(), tenure.person.clone())).collect();
        for (predicate, is_person, role) in DIRECT {
            for statement in graph.with(predicate) {
                let own = Object::Thing(statement.subject.clone());
                let (person, unit) = if is_person { (&own, &statement.object) } else { (&statement.object, &own) };
                let (Some(unit), Some((person, named))) = (self.unit(unit), self.person(person)) else {
                    homeless.push(statement);
                    continue;
                };
                // What a membership has told with its dates is not told again without them.
                if role.is_some() || !told.contains(&(unit.clone(), person.clone())) {
                    let role = role.map(str::to_owned);
                    self.chart.tenures.push(Tenure {
                        unit,
                        person,
                        role,
                        from: None,
                        to: None,
                        row: statement.row,
                        named,
                    });
                }
            }
        }
        if let Some(first) = homeless.first() {
            let (noun, count) = (if homeless.len() == 1 { "statement" } else { "statements" }, homeless.len());
            let message =
                format!("{count} {noun} on who is where join no person with a unit of the file, and are left out");
            reader.tell_softly(
                Diagnostic::new(Code::LeftOut, message).at(reader.place(first.row.span)).label("the first"),
            );
        }
    }

    fn membership(&mut self, reader: &mut Reader<'_, '_>, statement: &Statement, person: &Object) -> Option<()> {
        let unit = self.unit(&statement.object)?;
        let subject = statement.subject.as_str();
        let role = self.graph.of(subject, terms::ROLE).next().and_then(|role| self.in_words(&role.object));
        let during = self.graph.of(subject, terms::MEMBER_DURING).next().and_then(|during| during.object.thing());
        let (mut from, mut to) = (None, None);
        for dated in during.into_iter().chain([subject]) {
            from = from.or_else(|| self.date(reader, dated, &terms::STARTED));
            to = to.or_else(|| self.date(reader, dated, &terms::FINISHED));
        }
        let date = |said: Option<Said<Edtf>>| said.map(|said| said.value);
        let ((person, named), row) = (self.person(person)?, statement.row);
        self.chart.tenures.push(Tenure { unit, person, role, from: date(from), to: date(to), row, named });
        Some(())
    }

    /// Returns the name of a person, and where it stands.
    fn person(&self, person: &Object) -> Option<(String, Option<Row>)> {
        let label = person.thing().and_then(|iri| terms::label(self.graph, iri, &terms::NAMES, self.language));
        Some((self.in_words(person)?, label.map(|label| label.chosen.row)))
    }
}
