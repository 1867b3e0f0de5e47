//! Descent told as sentences: each step of a way, why it ends where it does, and what is not known.

use crate::model::{Basis, Day, EventType};

use super::descent::{Descent, DescentEnd, DescentQuestion};
use super::graph::History;
use super::layer::{EventIx, LayerIx};
use super::lineage::{Direction, Link};
use super::node::UnitIx;
use super::presence::{Certainty, Presence, Status};
use super::view::{At, Lens};

impl History {
    /// Tells one unit of a descent as sentences, for a reader who does not know the rules.
    #[must_use]
    pub fn explain_descent(&self, question: &DescentQuestion, descent: &Descent) -> String {
        let mut told: Vec<String> = descent.links.iter().map(|link| self.step(question, link)).collect();
        let unsure: Vec<&Link> = descent.links.iter().filter(|link| self.is_open_on(question, link.event)).collect();
        for link in &unsure {
            let event = self.event(link.event);
            let by = question.day.map_or_else(|| "ever".to_owned(), |day| format!("by {day}"));
            told.push(format!("Whether `{}` ({}) had taken place {by}, its date leaves open.", event.id, event.date));
        }
        if descent.certainty == Certainty::Possible && unsure.is_empty() && self.is_out_of_order(question, descent) {
            told.push("The dates leave open in which order these steps were.".to_owned());
        }
        told.push(self.end(question, descent));
        told.join(" ")
    }

    fn step(&self, question: &DescentQuestion, link: &Link) -> String {
        let (original, result) = match question.direction {
            Direction::Successors => (link.from, link.unit),
            Direction::Predecessors => (link.unit, link.from),
        };
        let (original, result) = (self.unit_id(original), self.unit_id(result));
        let goes_on = !link.part && !self.event(link.event).ends(original);
        let what = if link.part { format!("A part of `{original}`") } else { format!("`{original}`") };
        let event = self.event(link.event);
        let how = match event.kind {
            EventType::Merged => "was merged into",
            EventType::Split => "was split, and became",
            EventType::Absorbed => "was absorbed by",
            EventType::Transferred => "went to",
            EventType::Succeeded => "was succeeded by",
            EventType::Renamed => "was renamed, and became",
            EventType::Moved => "was moved, and became",
            EventType::Reclassified => "was made one of another kind, and became",
            EventType::Created | EventType::Dissolved => "went into",
        };
        let beside = if goes_on { ", and goes on beside it" } else { "" };
        format!("{what} {how} `{result}`{beside} ({}, by `{}`, {}).", event.date, event.id, told_basis(event.basis))
    }

    fn is_open_on(&self, question: &DescentQuestion, event: EventIx) -> bool {
        let certain = self.event(event).date.window().certain_from();
        certain.is_none_or(|certain| question.day.is_some_and(|day| day < certain))
    }

    fn is_out_of_order(&self, question: &DescentQuestion, descent: &Descent) -> bool {
        let mut pairs = descent.links.iter().zip(descent.links.iter().skip(1));
        pairs.any(|(a, b)| {
            let (a, b) = (self.event(a.event).date.window(), self.event(b.event).date.window());
            match question.direction {
                Direction::Successors => !a.is_before(&b),
                Direction::Predecessors => !b.is_before(&a),
            }
        })
    }

    fn end(&self, question: &DescentQuestion, descent: &Descent) -> String {
        let id = self.unit_id(descent.unit);
        let day = question.day.unwrap_or(Day::MAX);
        let by = question.day.map_or_else(String::new, |day| format!(" by {day}"));
        let event = |event: EventIx| {
            let record = self.event(event);
            format!("`{}` ({}, {})", record.id, record.date, told_basis(record.basis))
        };
        let again = if self.is_named_again(question, descent.unit) { " It is named again since." } else { "" };
        match descent.end {
            DescentEnd::Stands(presence) => self.standing_on(question, descent.unit, presence, day),
            DescentEnd::Again(presence, ending) => format!(
                "`{id}` ended with {}; no event says how it came back. {}",
                event(ending),
                self.standing_on(question, descent.unit, presence, day)
            ),
            DescentEnd::Dissolved(ending) => {
                format!("`{id}` ended with {}, which names nothing that came after it.{again}", event(ending))
            }
            DescentEnd::Unordered(other) => match question.direction {
                Direction::Successors => format!(
                    "`{id}` ended with {}; the dates leave open whether that was before or after, so what came of it is not followed.{again}",
                    event(other)
                ),
                Direction::Predecessors => format!(
                    "`{id}` was made by {}; the dates leave open whether that was before or after, so what it was made of is not followed.",
                    event(other)
                ),
            },
            DescentEnd::LeftList => self.left_list(descent.unit, day, question.floor),
            DescentEnd::NotYet => self.not_yet(question, descent.unit, day),
            DescentEnd::Untold => self.untold(descent.unit, day, question.floor),
            DescentEnd::There => format!(
                "No event{} is known to have made `{id}`{by}; {}.",
                on_basis(question.floor),
                self.first_named(descent.unit, question.floor)
            ),
            DescentEnd::Made(making) => {
                format!("`{id}` was made by {}, which names nothing that it was made of.", event(making))
            }
            DescentEnd::TooFar => format!("Here {} steps are followed, and no more.", question.depth),
        }
    }

    fn standing_on(&self, question: &DescentQuestion, unit: UnitIx, presence: Presence, day: Day) -> String {
        let id = self.unit_id(unit);
        let last = self.last_named(unit, question.floor, day);
        let may_have_ended = presence.certainty == Certainty::Possible;
        let doubt = if may_have_ended { ", though it may have ended by then" } else { "" };
        match presence.status {
            Status::Observed => {
                let doubt = if may_have_ended { ", the date of which is not known to the day" } else { "" };
                format!("`{id}` is in the structure on {day}: {}{doubt}.", self.named_on(unit, question.floor, day))
            }
            Status::Between => {
                format!(
                    "`{id}` is in the structure on {day}: {last}, it is named again after that day, and nothing between ends it{doubt}."
                )
            }
            Status::Presumed => format!(
                "`{id}` is presumed to be in the structure on {day}: {last}, and nothing loaded says that it ended or was still there{doubt}."
            ),
            Status::Outdated => format!(
                "Whether `{id}` was still there on {day}, nobody says: {last}, a new era has begun since, and nothing loaded says that it ended{doubt}."
            ),
        }
    }

    fn left_list(&self, unit: UnitIx, day: Day, floor: Option<Basis>) -> String {
        let id = self.unit_id(unit);
        let Some((snapshot, coverage)) = self.list_left(unit, day, floor) else { return String::new() };
        format!(
            "`{id}` had left the complete list of what is below `{}` in `{}` ({}). No loaded source says that it ceased, or what became of it.",
            coverage.of,
            self.snapshot(snapshot).id,
            self.snapshot(snapshot).observed
        )
    }

    /// Tells that nothing heard says what became of a unit. That it is not there rests on what is not heard.
    fn untold(&self, unit: UnitIx, day: Day, floor: Option<Basis>) -> String {
        let (id, basis, last) = (self.unit_id(unit), on_basis(floor), self.last_named(unit, floor, day));
        let what = match self.observer(unit, floor, day) {
            Some(_) => format!("says what had become of `{id}` by {day}"),
            None => format!("names `{id}` on {day} or says what had become of it"),
        };
        let hidden = if floor.is_some() { " Something on a weaker basis bears on it." } else { "" };
        format!("No source or event{basis} {what}; {last}.{hidden}")
    }

    fn not_yet(&self, question: &DescentQuestion, unit: UnitIx, day: Day) -> String {
        format!(
            "No source or event{} speaks of `{}` by {day}; {}.",
            on_basis(question.floor),
            self.unit_id(unit),
            self.first_named(unit, question.floor)
        )
    }

    /// Names the first source or event of a unit, or those that may be the first.
    fn first_named(&self, unit: UnitIx, floor: Option<Basis>) -> String {
        let sightings = self.node(unit).sightings().iter().filter(|seen| seen.basis().passes(floor));
        let layers: Vec<LayerIx> = sightings.map(|seen| seen.layer).collect();
        let bound = layers.iter().filter_map(|layer| self.layer(*layer).window.latest()).min();
        let may_be_first = |layer: &LayerIx| {
            let earliest = self.layer(*layer).window.earliest();
            earliest.zip(bound).is_none_or(|(earliest, bound)| earliest <= bound)
        };
        let first = self.any_of(layers.into_iter().filter(may_be_first));
        first.map_or_else(|| "none names it at all".to_owned(), |told| format!("it is first named by {told}"))
    }

    /// Names the latest source or event of a unit that has started by a day, or those that may be the latest.
    fn last_named(&self, unit: UnitIx, floor: Option<Basis>, day: Day) -> String {
        let sightings = self.node(unit).sightings().iter().rev().filter(|seen| seen.basis().passes(floor));
        let layers = sightings.map(|seen| seen.layer).filter(|layer| self.layer(*layer).start() <= day);
        let layers: Vec<LayerIx> = layers.collect();
        let bound = layers.iter().filter_map(|layer| self.layer(*layer).window.earliest()).max();
        let may_be_last = |layer: &LayerIx| {
            let latest = self.layer(*layer).window.latest();
            latest.zip(bound).is_none_or(|(latest, bound)| bound <= latest)
        };
        let last = self.any_of(layers.into_iter().filter(may_be_last));
        last.map_or_else(|| "nothing names it".to_owned(), |told| format!("it is last named by {told}"))
    }

    /// Names the source or event; where there are several, whose windows overlap, the first two, and how many more.
    fn any_of(&self, layers: impl Iterator<Item = LayerIx>) -> Option<String> {
        let mut told: Vec<String> = Vec::new();
        for layer in layers.map(|layer| self.layer_told(layer)) {
            if !told.contains(&layer) {
                told.push(layer);
            }
        }
        match told.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            [one, other] => Some(format!("{one} or {other}, whose order is open")),
            [one, other, more @ ..] => Some(format!("{one}, {other} or {} more, whose order is open", more.len())),
        }
    }

    /// Names the latest source or event of a unit whose date holds a day.
    fn named_on(&self, unit: UnitIx, floor: Option<Basis>, day: Day) -> String {
        self.observer(unit, floor, day).map_or_else(
            || self.last_named(unit, floor, day),
            |layer| format!("it is named by {}", self.layer_told(layer)),
        )
    }

    /// Returns the latest source or event of a unit whose date holds a day.
    fn observer(&self, unit: UnitIx, floor: Option<Basis>, day: Day) -> Option<LayerIx> {
        let passing = self.node(unit).sightings().iter().rev().filter(|seen| seen.basis().passes(floor));
        passing.map(|seen| seen.layer).find(|layer| self.layer(*layer).observed.contains(day))
    }

    fn is_named_again(&self, question: &DescentQuestion, unit: UnitIx) -> bool {
        let lens = Lens { floor: question.floor, include_outdated: true };
        question.day.is_some_and(|day| self.view_at(At::Day(day), lens).presence(unit).is_some())
    }
}

fn on_basis(floor: Option<Basis>) -> String {
    floor.map_or_else(
        || " that is loaded".to_owned(),
        |floor| format!(" on the basis {} or a nearer one", told_basis(floor)),
    )
}

/// Returns the word for a basis, as the schema writes it.
pub(super) fn told_basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "STATED",
        Basis::Shown => "SHOWN",
        Basis::Inferred => "INFERRED",
        Basis::Outside => "OUTSIDE",
    }
}
