//! The events of a change log: what the lines of a day begin, end and join.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::reader::{Reader, Row};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Basis, ChangeEvent, EventId, EventOriginal, EventResult, EventType, Part, SnapshotId, UnitId};

/// What the lines of one day begin, end and join.
#[derive(Default)]
pub(super) struct Turns {
    pub(super) begun: BTreeMap<UnitId, Row>,
    pub(super) ended: BTreeMap<UnitId, Row>,
    pub(super) joined: Vec<Joined>,
}

/// A line that says which units became which.
pub(super) struct Joined {
    pub(super) kind: EventType,
    pub(super) from: Vec<UnitId>,
    pub(super) to: Vec<UnitId>,
    pub(super) row: Row,
}

/// The events of a log, each with its line.
pub(super) struct LogEvents {
    log: SnapshotId,
    made: Vec<(ChangeEvent, Row)>,
    /// How often an id of an event was made.
    ids: HashMap<EventId, u32>,
}

impl LogEvents {
    /// Begins with none.
    pub(super) fn of(log: SnapshotId) -> Self {
        Self { log, made: Vec::new(), ids: HashMap::new() }
    }

    /// Returns all of them.
    pub(super) fn finish(self) -> Vec<(ChangeEvent, Row)> {
        self.made
    }

    /// Turns what the lines of a day begin, end and join into events.
    pub(super) fn close_day(&mut self, reader: &mut Reader<'_, '_>, part: &Part, turns: Turns) {
        let (mut told, mut gone): (BTreeSet<UnitId>, BTreeSet<UnitId>) = (BTreeSet::new(), BTreeSet::new());
        for joined in turns.joined {
            told.extend(joined.from.iter().chain(&joined.to).cloned());
            gone.extend(joined.from.iter().filter(|unit| !joined.to.contains(unit)).cloned());
            let original = |unit: &UnitId| {
                let continues = !turns.ended.contains_key(unit) && !joined.to.contains(unit);
                EventOriginal { unit: unit.clone(), continues, part: false }
            };
            let originals = joined.from.iter().map(original).collect();
            self.event(reader, part, joined.kind, originals, &joined.to, joined.row);
        }
        for (unit, row) in turns.begun.into_iter().filter(|(unit, _)| !told.contains(unit)) {
            self.event(reader, part, EventType::Created, Vec::new(), &[unit], row);
        }
        // A unit may be split, go on, and end on the same day.
        for (unit, row) in turns.ended.into_iter().filter(|(unit, _)| !gone.contains(unit)) {
            let original = EventOriginal { unit, continues: false, part: false };
            self.event(reader, part, EventType::Dissolved, vec![original], &[], row);
        }
    }

    fn event(
        &mut self,
        reader: &mut Reader<'_, '_>,
        part: &Part,
        kind: EventType,
        originals: Vec<EventOriginal>,
        results: &[UnitId],
        row: Row,
    ) {
        // A unit may be split twice in a day, and begins only once: what is new names the event best.
        let is_original = |unit: &&UnitId| originals.iter().any(|original| original.unit == **unit);
        let new = results.iter().find(|unit| !is_original(unit));
        let first = new.or(originals.first().map(|original| &original.unit)).or(results.first());
        let Some(first) = first else { return };
        let text = format!("{}-{}-{}-{first}", self.log, part.id, kind.word());
        let id = EventId::new(&text).and_then(|id| {
            let times = self.ids.entry(id.clone()).and_modify(|times| *times += 1).or_insert(1);
            if *times == 1 { Ok(id) } else { EventId::new(&format!("{text}-{times}")) }
        });
        let Ok(id) = id else {
            let message = format!("the ids of the log and of unit `{first}` are too long for the id of an event");
            return reader.tell(Diagnostic::new(Code::BadId, message).at(reader.place(row.span)));
        };
        let event = ChangeEvent {
            id,
            kind,
            date: part.observed.clone(),
            originals,
            results: results.iter().cloned().map(EventResult::of).collect(),
            basis: Basis::Stated,
            evidence: row.event_evidence(&self.log),
            reference: None,
            note: None,
        };
        self.made.push((event, row));
    }
}
