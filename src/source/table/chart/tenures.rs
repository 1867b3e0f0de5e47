//! Who holds what on the date of a chart: one holder of a post, and the others as properties.

use indexmap::IndexMap;

use super::super::reader::{Reader, Row};
use super::{Chart, property, stated_in_both};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Edtf, Holder, Property, UnitId, Window};

/// How many persons of one role in a unit that is no post are kept.
const PERSONS: usize = 100;

/// A person in a post, or in a role of another unit, between dates that may be open.
#[derive(Debug, Clone)]
pub(in crate::source::table) struct Tenure {
    pub(in crate::source::table) unit: UnitId,
    pub(in crate::source::table) person: String,
    pub(in crate::source::table) role: Option<String>,
    pub(in crate::source::table) from: Option<Edtf>,
    pub(in crate::source::table) to: Option<Edtf>,
    pub(in crate::source::table) row: Row,
    /// Where the name of the person stands, if elsewhere.
    pub(in crate::source::table) named: Option<Row>,
}

impl Tenure {
    /// Tells whether it holds on a date: it is not certainly over before it, and not certainly to come.
    pub(in crate::source::table) fn holds(&self, observed: &Window) -> bool {
        let over = self.to.as_ref().is_some_and(|to| to.window().end() < observed.start());
        let to_come = self.from.as_ref().is_some_and(|from| from.window().start() > observed.end());
        !over && !to_come
    }

    fn as_property(&self, role: &str) -> Property {
        let evidence = stated_in_both(self.row, self.named);
        Property { evidence, ..property(role, &self.person, self.row) }
    }
}

impl Chart {
    /// Gives each unit the persons that are in it on the date.
    pub(super) fn seat_holders(&mut self, reader: &mut Reader<'_, '_>, observed: &Window) {
        let mut by_unit: IndexMap<UnitId, Vec<Tenure>> = IndexMap::new();
        for tenure in std::mem::take(&mut self.tenures).into_iter().filter(|tenure| tenure.holds(observed)) {
            let others = by_unit.entry(tenure.unit.clone()).or_default();
            if !others.iter().any(|other| other.person == tenure.person && other.role == tenure.role) {
                others.push(tenure);
            }
        }
        for (unit, tenures) in by_unit {
            let is_post = self.units.get(&unit).is_some_and(|draft| {
                draft.stands(observed) && draft.mention.kind.as_ref().is_some_and(|kind| kind.text == "post")
            });
            if is_post {
                self.seat(reader, &unit, tenures);
            } else {
                self.list(reader, &unit, tenures);
            }
        }
    }

    /// Makes the one who came last the holder of a post; the others are kept as properties, and told.
    fn seat(&mut self, reader: &mut Reader<'_, '_>, unit: &UnitId, mut tenures: Vec<Tenure>) {
        tenures.sort_by_key(|tenure| std::cmp::Reverse(tenure.from.as_ref().map(|from| from.window().start())));
        let Some(draft) = self.units.get_mut(unit) else { return };
        let mut tenures = tenures.into_iter();
        let Some(first) = tenures.next() else { return };
        let own = draft.mention.name.as_ref().map(|name| name.text.clone());
        draft.mention.details.holder = Some(Holder {
            name: first.person.clone(),
            title: first.role.filter(|role| Some(role) != own.as_ref()),
            evidence: stated_in_both(first.row, first.named),
            part: None,
        });
        let others: Vec<Tenure> = tenures.collect();
        let Some(second) = others.first() else { return };
        let message = format!("post `{unit}` has {} holders on the date of the file", others.len() + 1);
        let (place, related) = (reader.place(second.row.span), reader.place(first.row.span));
        let hint = format!("`{}` is taken as the holder, by the latest start; the others are properties", first.person);
        let found = Diagnostic::new(Code::SeveralHolders, message).at(place).label("another holder");
        reader.tell_softly(found.related(related, "a holder").hint(hint));
        draft.mention.properties.extend(others.iter().map(|other| other.as_property("holder")));
    }

    /// Keeps the persons in a unit that is no post as properties named by their roles, unless they are too many.
    fn list(&mut self, reader: &mut Reader<'_, '_>, unit: &UnitId, tenures: Vec<Tenure>) {
        let Some(draft) = self.units.get_mut(unit) else { return };
        let mut by_role: IndexMap<String, Vec<Tenure>> = IndexMap::new();
        for tenure in tenures {
            let role = tenure.role.clone().unwrap_or_else(|| "member".to_owned()).to_lowercase();
            by_role.entry(role).or_default().push(tenure);
        }
        for (role, tenures) in by_role {
            if let Some(first) = tenures.first().filter(|_| tenures.len() > PERSONS) {
                let count = tenures.len();
                let message = format!("unit `{unit}` has {count} persons in the role `{role}`, and they are not kept");
                let hint =
                    format!("persons in a unit that is no post are kept as properties, at most {PERSONS} of a role");
                let found = Diagnostic::new(Code::LeftOut, message).at(reader.place(first.row.span)).hint(hint);
                reader.tell_softly(found);
                continue;
            }
            let persons = tenures.iter().map(|tenure| tenure.as_property(&role));
            draft.mention.properties.extend(persons);
        }
    }
}
