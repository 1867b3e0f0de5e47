//! Dated changes of a chart, as events: their types by what goes in and what comes out.

use super::super::reader::{Reader, Row, slug};
use super::{Chart, Draft, Said};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Basis, ChangeEvent, Edtf, EventId, EventOriginal, EventResult, EventType, SnapshotId, UnitId};
use crate::source::origin::Origin;

/// Units that became others on a date.
#[derive(Debug, Clone)]
pub(in crate::source::table) struct Change {
    pub(in crate::source::table) date: Edtf,
    pub(in crate::source::table) from: Vec<UnitId>,
    pub(in crate::source::table) to: Vec<UnitId>,
    pub(in crate::source::table) row: Row,
    pub(in crate::source::table) note: Option<String>,
}

/// A name that a unit has from a date on.
#[derive(Debug, Clone)]
pub(in crate::source::table) struct Rename {
    pub(in crate::source::table) date: Edtf,
    pub(in crate::source::table) name: String,
    pub(in crate::source::table) row: Row,
}

impl Change {
    /// Tells whether the change ends a unit, unless the file says something later of it.
    fn takes(&self, unit: &UnitId) -> bool {
        self.from.contains(unit) && !self.to.contains(unit)
    }

    fn brings(&self, unit: &UnitId) -> bool {
        self.to.contains(unit) && !self.from.contains(unit)
    }

    /// Tells whether a date may be that of the change.
    fn is_of(&self, date: &Edtf) -> bool {
        let (own, other) = (self.date.window(), date.window());
        own.start() <= other.end() && other.start() <= own.end()
    }

    fn names(&self, unit: &UnitId) -> bool {
        self.from.contains(unit) || self.to.contains(unit)
    }
}

impl Chart {
    /// Gives the units that changes bring and take the dates of these, where they have none of their own.
    pub(super) fn date_by_changes(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        for change in &changes {
            for unit in change.to.iter().filter(|unit| change.brings(unit)) {
                if let Some(draft) = self.units.get_mut(unit).filter(|draft| draft.begun.is_none()) {
                    draft.begun = Some(Said { value: change.date.clone(), row: change.row });
                }
            }
            for unit in change.from.iter().filter(|unit| change.takes(unit)) {
                let draft = self.units.get_mut(unit).filter(|draft| draft.ended.is_none());
                if let Some(draft) = draft.filter(|draft| !goes_on(draft, change, &changes)) {
                    draft.ended = Some(Said { value: change.date.clone(), row: change.row });
                }
            }
        }
        self.changes = changes;
    }

    /// Returns the events: changes, new names, and the beginnings and ends that no change is.
    pub(super) fn events(&self, reader: &mut Reader<'_, '_>, snapshot: &SnapshotId) -> Vec<(ChangeEvent, Origin)> {
        let mut teller = Teller { snapshot, events: Vec::new() };
        for change in &self.changes {
            teller.change(reader, self, change);
        }
        for (unit, draft) in &self.units {
            let changes = || self.changes.iter();
            let brought =
                |begun: &Said<Edtf>| changes().any(|change| change.brings(unit) && change.is_of(&begun.value));
            if let Some(begun) = draft.begun.as_ref().filter(|begun| !brought(begun)) {
                let results = vec![result(unit, draft.first_name.clone())];
                teller.tell(reader, EventType::Created, &begun.value, (Vec::new(), results), begun.row, None);
            }
            for rename in &draft.renames {
                let sides = (vec![original(unit)], vec![result(unit, Some(rename.name.clone()))]);
                teller.tell(reader, EventType::Renamed, &rename.date, sides, rename.row, None);
            }
            let taken = |ended: &Said<Edtf>| changes().any(|change| change.takes(unit) && change.is_of(&ended.value));
            if let Some(ended) = draft.ended.as_ref().filter(|ended| !taken(ended)) {
                let sides = (vec![original(unit)], Vec::new());
                teller.tell(reader, EventType::Dissolved, &ended.value, sides, ended.row, None);
            }
        }
        teller.events
    }
}

/// Tells whether the file says something later of a unit that goes into a change: another end, or another change.
fn goes_on(draft: &Draft, change: &Change, changes: &[Change]) -> bool {
    let day = change.date.window().end();
    let unit = &draft.mention.unit;
    let ends_later = draft.ended.as_ref().is_some_and(|ended| ended.value.window().start() > day);
    ends_later || changes.iter().any(|other| other.names(unit) && other.date.window().start() > day)
}

fn original(unit: &UnitId) -> EventOriginal {
    EventOriginal { unit: unit.clone(), continues: false, part: false }
}

fn result(unit: &UnitId, name: Option<String>) -> EventResult {
    EventResult { name, ..EventResult::of(unit.clone()) }
}

struct Teller<'s> {
    snapshot: &'s SnapshotId,
    events: Vec<(ChangeEvent, Origin)>,
}

impl Teller<'_> {
    fn change(&mut self, reader: &mut Reader<'_, '_>, chart: &Chart, change: &Change) {
        let was_there = |unit: &UnitId| {
            let begun = chart.units.get(unit).and_then(|draft| draft.begun.as_ref());
            change.from.contains(unit)
                || begun.is_some_and(|begun| begun.value.window().end() < change.date.window().start())
        };
        let is_absorbed = matches!(change.to.as_slice(), [to] if was_there(to)) && !change.from.is_empty();
        let kind = match (change.from.len(), change.to.len()) {
            (0, _) => EventType::Created,
            (_, 0) => EventType::Dissolved,
            (_, 1) if is_absorbed => EventType::Absorbed,
            (1, 1) => EventType::Succeeded,
            (_, 1) => EventType::Merged,
            (1, _) => EventType::Split,
            _ => EventType::Succeeded,
        };
        // What takes another in is no original of it.
        let from = change.from.iter().filter(|unit| kind != EventType::Absorbed || !change.to.contains(unit));
        let originals = from.map(|unit| {
            let draft = chart.units.get(unit);
            let continues = change.takes(unit) && draft.is_some_and(|draft| goes_on(draft, change, &chart.changes));
            EventOriginal { unit: unit.clone(), continues, part: false }
        });
        let results = change.to.iter().map(|unit| {
            let first_name = chart.units.get(unit).and_then(|draft| draft.first_name.clone());
            result(unit, first_name.filter(|_| change.brings(unit)))
        });
        let sides = (originals.collect(), results.collect());
        self.tell(reader, kind, &change.date, sides, change.row, change.note.clone());
    }

    fn tell(
        &mut self,
        reader: &mut Reader<'_, '_>,
        kind: EventType,
        date: &Edtf,
        (originals, results): (Vec<EventOriginal>, Vec<EventResult>),
        row: Row,
        note: Option<String>,
    ) {
        let units = originals.iter().map(|original| &original.unit);
        let units: Vec<&UnitId> = units.chain(results.iter().map(|result| &result.unit)).collect();
        let named = match (results.as_slice(), units.first()) {
            ([only], _) => &only.unit,
            (_, Some(first)) => first,
            (_, None) => return,
        };
        let text = format!("{named}-{}-{}", kind.word(), slug(date.as_str()));
        let place = reader.place(row.span);
        let id = match EventId::new(&text) {
            Ok(id) => id,
            Err(error) => {
                let found = Diagnostic::new(Code::BadId, format!("the id of the event is no id: `{text}`")).at(place);
                return reader.tell(found.label(error.to_string()));
            }
        };
        let mut origin = Origin::new(place);
        for unit in units {
            origin.note_id(unit.as_str(), place);
        }
        let event = ChangeEvent {
            id,
            kind,
            date: date.clone(),
            basis: Basis::Stated,
            evidence: row.event_evidence(self.snapshot),
            reference: None,
            note,
            originals,
            results,
        };
        self.events.push((event, origin));
    }
}
