//! Descent: what had become of a unit by a day, and what had made one up, along ways of change events.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Basis, Day, EventType, Window};

use super::graph::History;
use super::layer::EventIx;
use super::lineage::{Direction, Link};
use super::node::{Claim, Seen, UnitIx};
use super::presence::{Certainty, Presence};
use super::view::{At, Lens};

/// What is asked: whose descent, which way, as of which day, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DescentQuestion {
    /// The unit.
    pub unit: UnitIx,
    /// To what became of it, or to what made it up.
    pub direction: Direction,
    /// The day by which events count; `None` counts all.
    pub day: Option<Day>,
    /// The weakest basis of events that are followed.
    pub floor: Option<Basis>,
    /// The most steps that are followed.
    pub depth: u32,
}

/// A unit that another had become, or that had made it up, with the way between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descent {
    /// The unit at the far end.
    pub unit: UnitIx,
    /// The steps, from the unit asked; none where it is that unit itself.
    pub links: Vec<Link>,
    /// The weakest basis of the steps; `None` where there are none.
    pub weakest_basis: Option<Basis>,
    /// Whether some step took only a part.
    pub part: bool,
    /// How sure it is that all this had happened by the day, in this order.
    pub certainty: Certainty,
    /// Why the way ends there.
    pub end: DescentEnd,
}

/// Why a way ends where it does. The first that fits is told, and what stands before what is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescentEnd {
    /// The unit is in the structure on the day.
    Stands(Presence),
    /// The unit asked was ended by the event and is named again since, though no event says how it came back.
    Again(Presence, EventIx),
    /// The event ended it, and had no result.
    Dissolved(EventIx),
    /// The event ended it, but may have been before what led there.
    Unordered(EventIx),
    /// Nothing ended it, and it has left a list that is complete.
    LeftList,
    /// The unit asked is not known by the day.
    NotYet,
    /// It is not in the structure on this basis, and nothing on this basis says why.
    Untold,
    /// No event is known that made it.
    There,
    /// The event made it, out of no unit that it names.
    Made(EventIx),
    /// The steps that are followed are at their end.
    TooFar,
}

/// How a way has come to a unit: all that bears on how it may go on, and on how well it is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    unit: UnitIx,
    by: Option<EventIx>,
    bound: Option<Day>,
    possible: bool,
    weakest: Option<Basis>,
    part: bool,
}

impl Arrival {
    /// Tells whether whatever may follow on the other may follow on this one, and is carried no worse.
    fn is_as_good_as(&self, other: &Self, direction: Direction) -> bool {
        !direction.is_looser(other.bound, self.bound)
            && (self.possible <= other.possible)
            && self.weakest <= other.weakest
            && self.part <= other.part
    }
}

/// A way: how it has come to its end, and the way and step before.
struct Way {
    at: Arrival,
    before: Option<(usize, Link)>,
    steps: u32,
}

impl History {
    /// Returns what had become of a unit, or what had made it up, each unit once: the nearest first, then by id.
    ///
    /// Of several ways to a unit, the one that is told is certain before possible, then on the nearer weakest basis,
    /// then of the whole before a part, then with the fewest steps, then the first by the ids of events and units.
    #[must_use]
    pub fn descent(&self, question: &DescentQuestion) -> Vec<Descent> {
        let ways = self.ways(question);
        let mut ends: Vec<(&Way, DescentEnd)> =
            ways.iter().filter_map(|way| Some((way, self.end_of(question, way)?))).collect();
        // Where one way by an event goes on, that the order of events lets another go no further is no end.
        let ending: BTreeSet<Arrival> = ends.iter().map(|(way, _)| way.at).collect();
        let goes_on: BTreeSet<_> =
            ways.iter().filter(|way| !ending.contains(&way.at)).map(|way| (way.at.unit, way.at.by)).collect();
        ends.retain(|(way, end)| {
            !matches!(end, DescentEnd::Dissolved(_) | DescentEnd::Unordered(_))
                || !goes_on.contains(&(way.at.unit, way.at.by))
        });
        let mut best: BTreeMap<UnitIx, (u8, Descent)> = BTreeMap::new();
        for (way, end) in ends {
            let descent = told(&ways, way, end);
            let key = |(rank, descent): &(u8, Descent)| {
                let way: Vec<_> = descent.links.iter().map(|link| (link.event, link.unit)).collect();
                (*rank, descent.certainty, descent.weakest_basis, descent.part, way.len(), way)
            };
            let found = (rank(end), descent);
            if best.get(&way.at.unit).is_none_or(|known| key(&found) < key(known)) {
                best.insert(way.at.unit, found);
            }
        }
        let mut descents: Vec<Descent> = best.into_values().map(|(_, descent)| descent).collect();
        for descent in &mut descents {
            if let DescentEnd::Stands(presence) | DescentEnd::Again(presence, _) = descent.end {
                descent.certainty = descent.certainty.max(presence.certainty);
            } else if descent.end == DescentEnd::Untold {
                // That it is not there rests on what is hidden, so nothing heard dates it.
                descent.certainty = Certainty::Possible;
            }
        }
        descents.sort_by_key(|descent| (descent.links.len(), descent.unit));
        descents
    }

    /// Walks all ways, the shorter first, and those of one length by the ids of their events and units.
    fn ways(&self, question: &DescentQuestion) -> Vec<Way> {
        let start = Arrival { unit: question.unit, by: None, bound: None, possible: false, weakest: None, part: false };
        let mut seen: BTreeMap<(UnitIx, Option<EventIx>), Vec<Arrival>> = BTreeMap::new();
        let mut ways = vec![Way { at: start, before: None, steps: 0 }];
        let mut next = 0;
        while let Some(way) = ways.get(next) {
            let (from, steps) = (way.at, way.steps);
            for link in self.onward(question, &from).into_iter().filter(|_| steps < question.depth) {
                let at = self.arrive(question, &from, &link);
                let known = seen.entry((at.unit, at.by)).or_default();
                if !known.iter().any(|known| known.is_as_good_as(&at, question.direction)) {
                    known.push(at);
                    ways.push(Way { at, before: Some((next, Link { steps: steps + 1, ..link })), steps: steps + 1 });
                }
            }
            next += 1;
        }
        ways
    }

    /// Returns the steps by which a way goes on, by the ids of events and units.
    fn onward(&self, question: &DescentQuestion, at: &Arrival) -> Vec<Link> {
        let mut links = self.steps_from(at.unit, question.direction, question.floor);
        links.retain(|link| {
            let window = self.window_of_event(link.event);
            let had_begun = question.day.is_none_or(|day| window.start() <= day);
            had_begun && at.by != Some(link.event) && question.direction.admits(at.bound, window)
        });
        links.sort_by_key(|link| (link.event, link.unit));
        links
    }

    fn arrive(&self, question: &DescentQuestion, from: &Arrival, link: &Link) -> Arrival {
        let window = self.window_of_event(link.event);
        let in_order = from.by.is_none_or(|by| match question.direction {
            Direction::Successors => self.window_of_event(by).is_before(&window),
            Direction::Predecessors => window.is_before(&self.window_of_event(by)),
        });
        Arrival {
            unit: link.unit,
            by: Some(link.event),
            bound: question.direction.bound(from.bound, window),
            possible: from.possible || !in_order || !has_happened(question, window),
            weakest: from.weakest.max(Some(self.event(link.event).basis)),
            part: from.part || link.part,
        }
    }

    /// Returns why a way ends at a unit; `None` where it only leads on from there.
    fn end_of(&self, question: &DescentQuestion, way: &Way) -> Option<DescentEnd> {
        if way.before.is_none() && self.is_unknown_yet(question) {
            return Some(DescentEnd::NotYet);
        }
        let closing: Vec<EventIx> = self.closing_events(question, &way.at).collect();
        let onward = self.onward(question, &way.at);
        let followed = onward.iter().any(|link| closing.contains(&link.event));
        if followed && way.steps >= question.depth {
            return Some(DescentEnd::TooFar);
        }
        match question.direction {
            Direction::Successors => self.end_forward(question, &way.at, &closing, followed),
            Direction::Predecessors => (!followed).then(|| self.end_backward(&closing)),
        }
    }

    fn is_unknown_yet(&self, question: &DescentQuestion) -> bool {
        let Some(day) = question.day else { return false };
        let passing = self.node(question.unit).sightings().iter().filter(|seen| seen.basis().passes(question.floor));
        !passing.map(|seen| self.layer(seen.layer).start()).any(|start| start <= day)
    }

    /// Returns the events which certainly closed the unit's time between the way's arrival and the day: going forward,
    /// those that ended it, seen or hidden; going back, those seen that made it.
    fn closing_events(&self, question: &DescentQuestion, at: &Arrival) -> impl Iterator<Item = EventIx> {
        let (unit, by, question) = (at.unit, at.by, *question);
        let events = self.dated_events_of(unit).filter(move |(event, window)| {
            let is_on_the_side = by.is_none_or(|by| match question.direction {
                Direction::Successors => !window.is_before(&self.window_of_event(by)),
                Direction::Predecessors => !self.window_of_event(by).is_before(window),
            });
            let closes = match question.direction {
                Direction::Successors => self.event(*event).ends(self.unit_id(unit)),
                Direction::Predecessors => self.makes(*event, unit) && self.event(*event).basis.passes(question.floor),
            };
            closes && by != Some(*event) && is_on_the_side && has_happened(&question, **window)
        });
        events.map(|(event, _)| event)
    }

    /// Tells whether a unit came into being with an event: it is a result and no original, the event does not merely
    /// hand others' work to it, and no sighting of it is before the event.
    fn makes(&self, event: EventIx, unit: UnitIx) -> bool {
        let (record, id) = (self.event(event), self.unit_id(unit));
        let window = record.date.window();
        let seen_before = |seen: &Claim<Seen>| self.layer(seen.layer).window.is_before(&window);
        record.results.iter().any(|result| result.unit == *id)
            && !record.originals.iter().any(|original| original.unit == *id)
            && !matches!(record.kind, EventType::Absorbed | EventType::Transferred)
            && !self.node(unit).sightings().iter().any(seen_before)
    }

    fn end_forward(
        &self,
        question: &DescentQuestion,
        at: &Arrival,
        closing: &[EventIx],
        followed: bool,
    ) -> Option<DescentEnd> {
        let day = question.day.unwrap_or(Day::MAX);
        let lens = Lens { floor: question.floor, include_outdated: true };
        let presence = self.view_at(At::Day(day), lens).presence(at.unit);
        let seen = || closing.iter().copied().filter(|event| self.event(*event).basis.passes(question.floor));
        if let (Some(last), Some(presence), None) = (seen().next_back(), presence, at.by) {
            return Some(DescentEnd::Again(presence, last));
        }
        if followed {
            return None;
        }
        if closing.is_empty() {
            let left =
                || self.list_left(at.unit, day, question.floor).map_or(DescentEnd::Untold, |_| DescentEnd::LeftList);
            return Some(presence.map_or_else(left, DescentEnd::Stands));
        }
        if let (None, Some(presence)) = (seen().next(), presence) {
            // What ended it is hidden, and what names it again is not: how long it was there is not told.
            return Some(DescentEnd::Stands(Presence { certainty: Certainty::Possible, ..presence }));
        }
        let dissolved = seen().rfind(|event| self.event(*event).results.is_empty());
        let end = dissolved.map(DescentEnd::Dissolved).or_else(|| seen().next_back().map(DescentEnd::Unordered));
        Some(end.unwrap_or(DescentEnd::Untold))
    }

    fn end_backward(&self, closing: &[EventIx]) -> DescentEnd {
        let bare = closing.iter().copied().find(|event| self.event(*event).originals.is_empty());
        bare.map(DescentEnd::Made)
            .or_else(|| closing.first().copied().map(DescentEnd::Unordered))
            .unwrap_or(DescentEnd::There)
    }
}

/// Tells whether what has the window has certainly happened by the day asked, or, where none is, ever.
fn has_happened(question: &DescentQuestion, window: Window) -> bool {
    window.certain_from().is_some_and(|certain| question.day.is_none_or(|day| certain <= day))
}

/// What stands comes before what is named again, and that before what is gone.
fn rank(end: DescentEnd) -> u8 {
    match end {
        DescentEnd::Stands(_) => 0,
        DescentEnd::Again(..) => 1,
        _ => 2,
    }
}

fn told(ways: &[Way], way: &Way, end: DescentEnd) -> Descent {
    let mut links = Vec::new();
    let mut before = way.before;
    while let Some((at, link)) = before {
        links.push(link);
        before = ways.get(at).and_then(|way| way.before);
    }
    links.reverse();
    let certainty = if way.at.possible { Certainty::Possible } else { Certainty::Certain };
    Descent { unit: way.at.unit, links, weakest_basis: way.at.weakest, part: way.at.part, certainty, end }
}
