//! Which units events join, and what became of a unit or made it up: every way is walked, and the best is picked.

use std::collections::{BTreeMap, BTreeSet};

use eragraph::model::{Basis, ChangeEvent, Day, EventId, EventType, UnitId, Window};

use super::lives::ends;
use super::model::{At, Oracle};

/// One step of lineage: the unit left, the unit reached, the event, whether only a part went over, the fewest steps.
pub(crate) type Link = (UnitId, UnitId, EventId, bool, u32);

/// What is asked of a unit's descent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub forward: bool,
    pub day: Option<Day>,
    pub floor: Option<Basis>,
}

/// One unit of a descent: the way to it, and how it ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Descent {
    pub unit: UnitId,
    pub way: Vec<(EventId, UnitId)>,
    pub weakest: Option<Basis>,
    pub part: bool,
    pub possible: bool,
    pub end: String,
}

/// What is better told: what is there, what is certain, the nearer basis, the whole, the fewer steps.
type Rank = (u8, bool, Option<Basis>, bool, usize);

#[derive(Clone)]
struct Way<'a> {
    unit: UnitId,
    steps: Vec<(&'a ChangeEvent, UnitId, bool)>,
}

fn window(event: &ChangeEvent) -> Window {
    event.date.window()
}

impl<'a> Oracle<'a> {
    /// Returns every step that leads from a unit: the event, the unit reached, whether only a part went over.
    fn steps(&self, from: &UnitId, forward: bool, floor: Option<Basis>) -> Vec<(&'a ChangeEvent, UnitId, bool)> {
        let mut steps = Vec::new();
        for event in self.corpus.events.values().filter(|event| event.basis.passes(floor)) {
            for original in &event.originals {
                for result in &event.results {
                    let (a, b) = if forward { (&original.unit, &result.unit) } else { (&result.unit, &original.unit) };
                    if a == from && b != from {
                        steps.push((&***event, b.clone(), original.part));
                    }
                }
            }
        }
        steps
    }

    /// Tells whether an event can come next: it is another than the last, and goes against none in time.
    fn can_follow(way: &[(&'a ChangeEvent, UnitId, bool)], next: &ChangeEvent, forward: bool) -> bool {
        let against = |event: &ChangeEvent| {
            if forward { window(next).is_before(&window(event)) } else { window(event).is_before(&window(next)) }
        };
        way.last().is_none_or(|(last, ..)| last.id != next.id) && !way.iter().any(|(event, ..)| against(event))
    }

    /// Returns the units that events lead to (or come from): each step on any way of so many steps.
    pub(crate) fn lineage(&self, unit: &UnitId, forward: bool, depth: u32, floor: Option<Basis>) -> BTreeSet<Link> {
        let mut fewest: BTreeMap<(UnitId, UnitId, EventId, bool), u32> = BTreeMap::new();
        let mut ways = vec![Way { unit: unit.clone(), steps: Vec::new() }];
        for step in 1..=depth {
            let mut longer = Vec::new();
            for way in ways {
                for (event, to, part) in self.steps(&way.unit, forward, floor) {
                    if Self::can_follow(&way.steps, event, forward) {
                        let link = (way.unit.clone(), to.clone(), event.id.clone(), part);
                        fewest.entry(link).or_insert(step);
                        let mut steps = way.steps.clone();
                        steps.push((event, to.clone(), part));
                        longer.push(Way { unit: to, steps });
                    }
                }
            }
            ways = longer;
        }
        fewest.into_iter().map(|((from, to, event, part), steps)| (from, to, event, part, steps)).collect()
    }

    /// Returns every way on which no event stands twice, the way with no step among them.
    fn ways(&self, unit: &UnitId, question: Question) -> Vec<Way<'a>> {
        let mut ways = vec![Way { unit: unit.clone(), steps: Vec::new() }];
        let mut next = 0;
        while next < ways.len() {
            let way = ways[next].clone();
            for (event, to, part) in self.onward(&way, question) {
                if !way.steps.iter().any(|(before, ..)| before.id == event.id) {
                    let mut steps = way.steps.clone();
                    steps.push((event, to.clone(), part));
                    ways.push(Way { unit: to, steps });
                }
            }
            next += 1;
        }
        ways
    }

    fn onward(&self, way: &Way<'a>, question: Question) -> Vec<(&'a ChangeEvent, UnitId, bool)> {
        let mut steps = self.steps(&way.unit, question.forward, question.floor);
        steps.retain(|(event, ..)| {
            question.day.is_none_or(|day| window(event).start() <= day)
                && Self::can_follow(&way.steps, event, question.forward)
        });
        steps
    }

    /// Returns what a unit had become by a day, or what had made it up.
    pub(crate) fn descent(&self, unit: &UnitId, question: Question) -> BTreeSet<Descent> {
        let ways = self.ways(unit, question);
        let by = |way: &Way<'a>| (way.unit.clone(), way.steps.last().map(|(event, ..)| event.id.clone()));
        let goes_on: BTreeSet<_> = ways.iter().filter(|way| self.end(way, question).is_none()).map(&by).collect();
        let mut best: BTreeMap<UnitId, (Rank, Descent)> = BTreeMap::new();
        for way in &ways {
            let Some((rank, end)) = self.end(way, question) else { continue };
            if (end == "unordered" || end == "dissolved") && goes_on.contains(&by(way)) {
                continue;
            }
            let weakest = way.steps.iter().map(|(event, ..)| event.basis).max();
            let part = way.steps.iter().any(|(.., part)| *part);
            let possible = way.steps.iter().any(|(event, ..)| !has_happened(event, question.day))
                || !is_in_order(&way.steps, question.forward);
            let path = way.steps.iter().map(|(event, unit, _)| (event.id.clone(), unit.clone())).collect();
            let key = (rank, possible, weakest, part, way.steps.len());
            let found = Descent { unit: way.unit.clone(), way: path, weakest, part, possible, end };
            let is_better = best.get(&way.unit).is_none_or(|(known, other)| (&key, &found.way) < (known, &other.way));
            if is_better {
                best.insert(way.unit.clone(), (key, found));
            }
        }
        best.into_values().map(|(_, descent)| self.with_dating_of_end(descent, question)).collect()
    }

    fn with_dating_of_end(&self, descent: Descent, question: Question) -> Descent {
        let is_there = descent.end == "stands" || descent.end == "again" || descent.end == "stands unsurely";
        let presence =
            question.day.and_then(|day| self.view(&At::Day(day), question.floor, true).presence(&descent.unit));
        let unsure = presence.is_some_and(|(_, certainty)| certainty == super::view::Certainty::Possible);
        let undated = descent.end == "stands unsurely" || descent.end == "untold";
        let possible = descent.possible || (is_there && unsure) || undated;
        let end = if is_there && descent.end != "again" { "stands".to_owned() } else { descent.end };
        Descent { possible, end, ..descent }
    }

    /// Returns why a way ends, after a rank: what is there comes first. `None` where it only leads on.
    fn end(&self, way: &Way<'a>, question: Question) -> Option<(u8, String)> {
        let unit = &way.unit;
        let sightings = &self.facts(unit).sightings;
        let passing = || sightings.iter().filter(|seen| seen.basis.passes(question.floor));
        if let Some(day) = question.day.filter(|_| way.steps.is_empty())
            && !passing().any(|seen| seen.started(day))
        {
            return Some((2, "not yet".to_owned()));
        }
        let last = way.steps.last().map(|(event, ..)| *event);
        let closing: Vec<&ChangeEvent> = self
            .corpus
            .events
            .values()
            .map(|event| &***event)
            .filter(|event| last.is_none_or(|last| last.id != event.id) && has_happened(event, question.day))
            .filter(|event| {
                if question.forward {
                    event.ends(unit) && last.is_none_or(|last| !window(event).is_before(&window(last)))
                } else {
                    let made = self.is_made_by(event, unit) && event.basis.passes(question.floor);
                    made && last.is_none_or(|last| !window(last).is_before(&window(event)))
                }
            })
            .collect();
        let seen: Vec<&&ChangeEvent> = closing.iter().filter(|event| event.basis.passes(question.floor)).collect();
        let onward = self.onward(way, question);
        let followed = onward.iter().any(|(event, ..)| closing.iter().any(|closing| closing.id == event.id));
        if !question.forward {
            let end = if closing.is_empty() {
                "there"
            } else if closing.iter().any(|event| event.originals.is_empty()) {
                "made"
            } else {
                "unordered"
            };
            return (!followed).then(|| (2, end.to_owned()));
        }
        let day = question.day.unwrap();
        let is_there = self.view(&At::Day(day), question.floor, true).presence(unit).is_some();
        let told = |rank, end: &str| Some((rank, end.to_owned()));
        match (followed, is_there) {
            (_, true) if last.is_none() && !seen.is_empty() => told(1, "again"),
            (true, _) => None,
            (false, true) if closing.is_empty() => told(0, "stands"),
            (false, true) if seen.is_empty() => told(0, "stands unsurely"),
            (false, false) if closing.is_empty() && self.has_left_list(unit, day, question.floor) => {
                told(2, "left list")
            }
            (false, false) if closing.is_empty() => told(2, "untold"),
            (false, _) if seen.iter().any(|event| event.results.is_empty()) => told(2, "dissolved"),
            (false, _) if seen.is_empty() => told(2, "untold"),
            (false, _) => told(2, "unordered"),
        }
    }

    fn has_left_list(&self, unit: &UnitId, day: Day, floor: Option<Basis>) -> bool {
        ends(self.corpus, self, unit).iter().any(|end| end.is_by_list(day, floor))
    }

    fn is_made_by(&self, event: &ChangeEvent, unit: &UnitId) -> bool {
        event.results.iter().any(|result| result.unit == *unit)
            && !event.originals.iter().any(|original| original.unit == *unit)
            && event.kind != EventType::Absorbed
            && event.kind != EventType::Transferred
            && !self
                .facts(unit)
                .sightings
                .iter()
                .any(|seen| seen.window.is_some_and(|own| own.is_before(&window(event))))
    }
}

fn has_happened(event: &ChangeEvent, day: Option<Day>) -> bool {
    match (window(event).certain_from(), day) {
        (None, _) => false,
        (Some(certain), day) => day.is_none_or(|day| certain <= day),
    }
}

fn is_in_order(steps: &[(&ChangeEvent, UnitId, bool)], forward: bool) -> bool {
    steps.windows(2).all(|pair| {
        let (a, b) = (window(pair[0].0), window(pair[1].0));
        if forward { a.is_before(&b) } else { b.is_before(&a) }
    })
}
