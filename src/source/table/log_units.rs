//! The units that a change log speaks of: each id read once, and what is known of it by the line that is read.

use std::collections::BTreeSet;

use hashbrown::{HashMap, HashSet};

use super::log_item::Item;
use super::reader::{Cell, Reader, Row};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::UnitId;
use crate::source::origin::Origin;

/// The position of a unit among those that the log speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct UnitIx(usize);

/// What is known of a unit.
struct Known {
    id: UnitId,
    /// The line that brought it in, unless it has ended.
    alive: Option<Row>,
    /// Which mention of the day is the unit's; the day is told by the number of days begun.
    mention: Option<(usize, usize)>,
    /// Its number among the packed mentions, once it has one.
    packed: Option<u32>,
}

/// The units that a log speaks of.
#[derive(Default)]
pub(super) struct LogUnits {
    known: Vec<Known>,
    /// Ids as they are written, which may be several for one unit.
    by_text: HashMap<Box<str>, UnitIx>,
    by_number: HashMap<u64, UnitIx>,
    by_id: HashMap<UnitId, UnitIx>,
    /// Units, each with a parent that had not been mentioned when it was named.
    orphans: Vec<(UnitIx, UnitIx)>,
}

impl LogUnits {
    /// Reads an id.
    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'_, '_>,
        item: &Item<'_>,
        row: Row,
        what: &str,
    ) -> Option<UnitIx> {
        if let Item::Text(text) = item {
            let text = text.trim();
            if let Some(known) = self.by_text.get(text) {
                return Some(*known);
            }
            let ix = self.read_text(reader, text, row, what)?;
            self.by_text.insert(text.into(), ix);
            return Some(ix);
        }
        let number = item.whole_number();
        if let Some(known) = number.and_then(|number| self.by_number.get(&number)) {
            return Some(*known);
        }
        let ix = self.read_text(reader, &item.plain().unwrap_or_default(), row, what)?;
        self.by_number.extend(number.map(|number| (number, ix)));
        Some(ix)
    }

    fn read_text(&mut self, reader: &mut Reader<'_, '_>, text: &str, row: Row, what: &str) -> Option<UnitIx> {
        let id = reader.unit_id(Cell { text, span: row.span }, what)?;
        let known = &mut self.known;
        let add = |id: &UnitId| {
            known.push(Known { id: id.clone(), alive: None, mention: None, packed: None });
            UnitIx(known.len() - 1)
        };
        Some(*self.by_id.entry(id).or_insert_with_key(add))
    }

    /// Returns the id of a unit.
    pub(super) fn id(&self, unit: UnitIx) -> Option<&UnitId> {
        self.known.get(unit.0).map(|known| &known.id)
    }

    /// Returns the line that brought a unit in, unless it has ended.
    pub(super) fn alive(&self, unit: UnitIx) -> Option<Row> {
        self.known.get(unit.0)?.alive
    }

    /// Keeps the line that brings a unit in, or that it has ended.
    pub(super) fn set_alive(&mut self, unit: UnitIx, row: Option<Row>) {
        if let Some(known) = self.known.get_mut(unit.0) {
            known.alive = row;
        }
    }

    /// Returns which mention of a day is the unit's.
    pub(super) fn mention(&self, unit: UnitIx, day: usize) -> Option<usize> {
        self.known.get(unit.0)?.mention.filter(|(of, _)| *of == day).map(|(_, at)| at)
    }

    /// Keeps which mention of a day is the unit's.
    pub(super) fn set_mention(&mut self, unit: UnitIx, day: usize, at: usize) {
        if let Some(known) = self.known.get_mut(unit.0) {
            known.mention = Some((day, at));
        }
    }

    /// Returns the number of a unit among packed mentions; `add` gives one to a unit that has none.
    pub(super) fn packed(&mut self, unit: UnitIx, add: impl FnOnce(UnitId) -> u32) -> Option<u32> {
        let known = self.known.get_mut(unit.0)?;
        Some(*known.packed.get_or_insert_with(|| add(known.id.clone())))
    }

    /// Tells whether the log has said anything of a unit by now.
    pub(super) fn is_mentioned(&self, unit: UnitIx) -> bool {
        self.known.get(unit.0).is_some_and(|known| known.mention.is_some())
    }

    /// Keeps that a unit is under a parent of which nothing has been said.
    pub(super) fn note_orphan(&mut self, unit: UnitIx, parent: UnitIx) {
        self.orphans.push((unit, parent));
    }

    /// Tells of parents of which the whole log says nothing, each once.
    pub(super) fn tell_orphans(&self, reader: &mut Reader<'_, '_>, origin: &Origin) {
        let mut told: HashSet<UnitIx> = HashSet::new();
        let orphans = self.orphans.iter().filter(|(_, parent)| !self.is_mentioned(*parent) && told.insert(*parent));
        let orphans: Vec<&(UnitIx, UnitIx)> = orphans.collect();
        if orphans.is_empty() {
            return;
        }
        let mentioned = self.known.iter().filter(|known| known.mention.is_some()).map(|known| known.id.as_str());
        let mentioned: BTreeSet<&str> = mentioned.collect();
        for (unit, parent) in orphans {
            let (Some(id), Some(parent_id)) = (self.id(*unit), self.id(*parent)) else { continue };
            let message = format!("unit `{id}` names parent `{parent_id}`, which the table never adds");
            let found = Diagnostic::new(Code::UnknownUnit, message).at(origin.place_of_id(id.as_str()));
            reader.tell(found.maybe_hint(did_you_mean(parent_id.as_str(), mentioned.iter().copied())));
        }
    }
}
