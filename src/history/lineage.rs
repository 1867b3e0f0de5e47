//! Lineage: predecessors and successors of a unit through change events.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{Basis, Day, UnitId, Window};

use super::graph::History;
use super::layer::{EventIx, Origin};
use super::node::UnitIx;

/// Which way lineage is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To what went in.
    Predecessors,
    /// To what came out.
    Successors,
}

impl Direction {
    /// Tells whether an event can have its turn on a way: going forward it is before no event on it, going back none
    /// is before it. The bound is what [`Direction::bound`] made of the events so far.
    pub(super) fn admits(self, bound: Option<Day>, window: Window) -> bool {
        match self {
            Self::Successors => bound.zip(window.latest()).is_none_or(|(bound, latest)| bound <= latest),
            Self::Predecessors => bound.zip(window.earliest()).is_none_or(|(bound, earliest)| earliest <= bound),
        }
    }

    /// Returns the bound of a way that an event is added to.
    pub(super) fn bound(self, bound: Option<Day>, window: Window) -> Option<Day> {
        match self {
            Self::Successors => bound.max(window.earliest()),
            Self::Predecessors => bound.into_iter().chain(window.latest()).min(),
        }
    }

    /// Tells whether one bound lets more events follow than another.
    pub(super) fn is_looser(self, bound: Option<Day>, than: Option<Day>) -> bool {
        match self {
            Self::Successors => bound < than,
            Self::Predecessors => than.is_some_and(|than| bound.is_none_or(|bound| than < bound)),
        }
    }
}

/// One step of lineage: the unit at its far end, and the event that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// The unit that the step leads from.
    pub from: UnitIx,
    /// The unit that it leads to.
    pub unit: UnitIx,
    /// Which way the step goes: forward from an original of the event to a result, or back.
    pub direction: Direction,
    /// The event.
    pub event: EventIx,
    /// Whether only a part went over.
    pub part: bool,
    /// How many steps it is away from the unit asked for, from 1.
    pub steps: u32,
}

impl History {
    /// Returns the events that name a unit, in the order of claims.
    pub fn events_of(&self, unit: UnitIx) -> impl Iterator<Item = EventIx> {
        self.dated_events_of(unit).map(|(event, _)| event)
    }

    /// Returns the events that name a unit, in the order of claims, with the days on one of which they took place.
    pub(crate) fn dated_events_of(&self, unit: UnitIx) -> impl Iterator<Item = (EventIx, &Window)> {
        let named = self.node(unit).sightings().iter().filter(|seen| !seen.value.is_mention());
        named.map(|seen| self.layer(seen.layer)).filter_map(|layer| match layer.origin {
            Origin::Event(event) => Some((event, &layer.window)),
            Origin::Snapshot(..) => None,
        })
    }

    /// Returns the lineage of a unit, nearest first, to at most `depth` steps; events below the floor are not followed.
    ///
    /// Each step (event, original, result) is there once, with the fewest steps that lead to it, so cycles (merged, then
    /// split again) end. No way goes against time: a step whose event is before one that led there is not followed.
    #[must_use]
    pub fn lineage(&self, unit: UnitIx, direction: Direction, depth: u32, floor: Option<Basis>) -> Vec<Link> {
        let mut links = Vec::new();
        let mut bounds: BTreeMap<(EventIx, UnitIx, UnitIx), Option<Day>> = BTreeMap::new();
        let mut open: VecDeque<(UnitIx, Option<EventIx>, Option<Day>, u32)> = VecDeque::from([(unit, None, None, 0)]);
        while let Some((from, by, bound, steps)) = open.pop_front() {
            if steps == depth {
                continue;
            }
            for link in self.steps_from(from, direction, floor) {
                let window = self.event(link.event).date.window();
                if by == Some(link.event) || !direction.admits(bound, window) {
                    continue;
                }
                let bound = direction.bound(bound, window);
                let known = bounds.get(&(link.event, from, link.unit)).copied();
                if known.is_none() {
                    links.push(Link { steps: steps + 1, ..link });
                }
                // A longer way that lets more events follow is walked as well.
                if known.is_none_or(|known| direction.is_looser(bound, known)) {
                    bounds.insert((link.event, from, link.unit), bound);
                    open.push_back((link.unit, Some(link.event), bound, steps + 1));
                }
            }
        }
        links
    }

    /// Returns the steps that events on a basis that passes make from a unit, the earliest event first.
    pub(super) fn steps_from(&self, from: UnitIx, direction: Direction, floor: Option<Basis>) -> Vec<Link> {
        let passing = self.events_of(from).filter(|event| self.event(*event).basis.passes(floor));
        passing.flat_map(|event| self.steps_by(event, from, direction)).collect()
    }

    /// Returns the steps that one event makes from a unit.
    fn steps_by(&self, event: EventIx, from: UnitIx, direction: Direction) -> Vec<Link> {
        let record = self.event(event);
        let is_from = |id: &UnitId| id == self.unit_id(from);
        let to = |id: &UnitId, part: bool| {
            let unit = self.unit_ix(id.as_str()).filter(|unit| *unit != from)?;
            Some(Link { from, unit, direction, event, part, steps: 0 })
        };
        match direction {
            Direction::Successors => {
                let Some(original) = record.originals.iter().find(|original| is_from(&original.unit)) else {
                    return Vec::new();
                };
                record.results.iter().filter_map(|result| to(&result.unit, original.part)).collect()
            }
            Direction::Predecessors if record.results.iter().any(|result| is_from(&result.unit)) => {
                record.originals.iter().filter_map(|original| to(&original.unit, original.part)).collect()
            }
            Direction::Predecessors => Vec::new(),
        }
    }

    /// Tells whether events of days that count lead from one unit to another, however many steps away.
    #[must_use]
    pub fn is_succeeded_by(&self, before: UnitIx, after: UnitIx, counts: &dyn Fn(&Window) -> bool) -> bool {
        let mut followed = BTreeSet::from([before]);
        let mut open = vec![before];
        while let Some(from) = open.pop() {
            let counted = self.dated_events_of(from).filter(|(_, window)| counts(window));
            for link in counted.flat_map(|(event, _)| self.steps_by(event, from, Direction::Successors)) {
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
