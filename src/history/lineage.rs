//! Lineage: predecessors and successors of a unit through change events.

use std::collections::{BTreeSet, VecDeque};

use crate::model::Basis;

use super::graph::History;
use super::layer::{EventIx, Origin};
use super::node::Sighting;
use super::node::UnitIx;

/// Which way lineage is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To what went in.
    Predecessors,
    /// To what came out.
    Successors,
}

/// One step of lineage: the unit at its far end, and the event that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// The unit that the step leads from.
    pub from: UnitIx,
    /// The unit that it leads to.
    pub unit: UnitIx,
    /// The event.
    pub event: EventIx,
    /// Whether only a part went over.
    pub part: bool,
    /// How many steps it is away from the unit asked for, from 1.
    pub steps: u32,
}

impl History {
    /// Returns the events that name a unit, in the order of claims.
    #[must_use]
    pub fn events_of(&self, unit: UnitIx) -> Vec<EventIx> {
        let named = self.node(unit).sightings.iter().filter(|seen| !matches!(seen.value, Sighting::Mention(_)));
        named
            .filter_map(|seen| match self.layer(seen.layer).origin {
                Origin::Event(event) => Some(event),
                Origin::Snapshot(..) => None,
            })
            .collect()
    }

    /// Returns the lineage of a unit, nearest first, to at most `depth` steps; events below the floor are not followed.
    ///
    /// A unit is followed once however many ways lead to it, so cycles (merged, then split again) end.
    #[must_use]
    pub fn lineage(&self, unit: UnitIx, direction: Direction, depth: u32, floor: Option<Basis>) -> Vec<Link> {
        let mut links = Vec::new();
        let mut followed = BTreeSet::from([unit]);
        let mut open = VecDeque::from([(unit, 0)]);
        while let Some((from, steps)) = open.pop_front() {
            if steps == depth {
                continue;
            }
            for link in self.steps_from(from, direction, floor) {
                links.push(Link { steps: steps + 1, ..link });
                if followed.insert(link.unit) {
                    open.push_back((link.unit, steps + 1));
                }
            }
        }
        links
    }

    fn steps_from(&self, from: UnitIx, direction: Direction, floor: Option<Basis>) -> Vec<Link> {
        let mut links = Vec::new();
        for event in self.events_of(from) {
            let record = self.event(event);
            if !record.basis.passes(floor) {
                continue;
            }
            let is_from = |id: &crate::model::UnitId| self.unit_ix(id.as_str()) == Some(from);
            let mut add = |id: &crate::model::UnitId, part: bool| {
                if let Some(unit) = self.unit_ix(id.as_str()).filter(|unit| *unit != from) {
                    links.push(Link { from, unit, event, part, steps: 0 });
                }
            };
            match direction {
                Direction::Successors => {
                    if let Some(original) = record.originals.iter().find(|original| is_from(&original.unit)) {
                        record.results.iter().for_each(|result| add(&result.unit, original.part));
                    }
                }
                Direction::Predecessors => {
                    if record.results.iter().any(|result| is_from(&result.unit)) {
                        record.originals.iter().for_each(|original| add(&original.unit, original.part));
                    }
                }
            }
        }
        links
    }

    /// Tells whether events lead from one unit to another, however many steps away.
    #[must_use]
    pub fn is_succeeded_by(&self, before: UnitIx, after: UnitIx, counts: &dyn Fn(EventIx) -> bool) -> bool {
        let mut followed = BTreeSet::from([before]);
        let mut open = vec![before];
        while let Some(from) = open.pop() {
            for link in self.steps_from(from, Direction::Successors, None) {
                if !counts(link.event) {
                    continue;
                }
                if link.unit == after {
                    return true;
                }
                if followed.insert(link.unit) {
                    open.push(link.unit);
                }
            }
        }
        false
    }
}
