//! What would settle it: the sources to look for where loaded ones disagree or are silent, told from the data.

use std::collections::BTreeSet;

use crate::model::{Basis, ConflictKind, Day, GapKind, Window};

use super::citation::{Attribute, Conflict};
use super::gap::Gap;
use super::graph::History;
use super::layer::{EventIx, LayerIx, Origin};
use super::node::{Sighting, UnitIx};
use super::presence::Status;
use super::view::{Moment, View};

impl History {
    /// Names the source that would settle a conflict; units by their latest names on a basis that passes.
    #[must_use]
    pub fn would_settle(&self, conflict: &Conflict, floor: Option<Basis>) -> String {
        let named = |unit: &UnitIx| called(self.latest_name(*unit, floor), self.unit_id(*unit).as_str());
        let units: Vec<String> = conflict.units.iter().map(named).collect();
        let units = units.join(" and ");
        if conflict.kind == ConflictKind::ParentCycle {
            let from = conflict.claims.iter().map(|claim| self.layer(claim.layer).start()).max().unwrap_or(Day::MIN);
            return format!("One source of {from} or later that states what each of them stands under: {units}.");
        }
        let layers: BTreeSet<LayerIx> = conflict.claims.iter().map(|claim| claim.layer).collect();
        let what = match (conflict.kind, conflict.attribute) {
            (ConflictKind::ClosedList, _) => format!("that says whether {units} stood {}", conflict.about),
            (_, Attribute::Figure) => format!("that gives the {} of {units}", conflict.about),
            (_, Attribute::Kind) => format!("that says what kind of unit {units} was"),
            _ => format!("that states what {units} stood under"),
        };
        let time = told(self.common_time(&layers));
        let undated: Vec<String> = layers
            .iter()
            .filter(|layer| !self.layer(**layer).window.is_one_day())
            .map(|layer| self.layer_told(*layer))
            .collect();
        let redate = if undated.is_empty() {
            String::new()
        } else {
            format!(
                " Or evidence that narrows the date of {}, so that the dates no longer overlap.",
                undated.join(" or of ")
            )
        };
        format!("A further source written {time} {what}.{redate}")
    }

    /// Returns the days that all the layers may be of; where there is none, all that any may be of.
    fn common_time(&self, layers: &BTreeSet<LayerIx>) -> (Option<Day>, Option<Day>) {
        let windows = || layers.iter().map(|layer| self.layer(*layer).window);
        let from = windows().filter_map(|window| window.earliest()).max();
        let to = windows().filter_map(|window| window.latest()).min();
        if from.zip(to).is_none_or(|(from, to)| from <= to) {
            return (from, to);
        }
        (windows().map(|window| window.start()).min(), windows().map(|window| window.end()).max())
    }
}

impl View<'_> {
    /// Tells what is open, since when, and what is known instead.
    #[must_use]
    pub fn explain_gap(self, gap: &Gap) -> String {
        let unit = self.named(gap.unit);
        match gap.kind {
            GapKind::NotSeenForLong => self.explain_silence(gap, &unit),
            GapKind::NoHolderKnown => {
                let last = self
                    .last_holder(gap.unit)
                    .map(|(name, layer)| format!(" The last known is {name}, by {}.", self.history.layer_told(layer)));
                let none = || if self.day().is_some() { " None of an earlier day does either." } else { "" }.to_owned();
                format!("No source of {} says who holds {unit}.{}", self.moment_told(), last.unwrap_or_else(none))
            }
            GapKind::NoParentStated => self.explain_no_parent(gap, &unit),
        }
    }

    /// Names the source that would close a gap.
    #[must_use]
    pub fn would_close(self, gap: &Gap) -> String {
        let unit = self.named(gap.unit);
        let time = self.open_time(gap);
        match (gap.kind, gap.parent) {
            (GapKind::NotSeenForLong, _) => {
                let kind = self.kind(gap.unit).map(|kind| format!(" of kind `{}`", kind.text)).unwrap_or_default();
                let list = match self.last_parent(gap.unit) {
                    Some(parent) => self.time_below(gap, parent).map(|time| {
                        format!("a complete list of the units{kind} below {}, written {time}", self.named(parent))
                    }),
                    None => {
                        Some(format!("a complete list of units{kind} on which it would have to stand, written {time}"))
                    }
                };
                let list = list.map(|list| format!("; or {list}, with it or without")).unwrap_or_default();
                let later = told((gap.since, None));
                format!("A source written {later} that names {unit} or says that it ended{list}.")
            }
            (GapKind::NoHolderKnown, _) => {
                let source = match self.day() {
                    Some(day) => format!("A source dated to {day}, or to days around it,"),
                    None => format!("Another source written {time}"),
                };
                let below = self.parent(gap.unit).map(|parent| format!(", below {}", self.named(parent)));
                let holder = self.last_holder(gap.unit).map(|(name, _)| format!(": {name} still, or another"));
                format!(
                    "{source} that names the holder of {unit}{}{}.",
                    below.unwrap_or_default(),
                    holder.unwrap_or_default()
                )
            }
            (GapKind::NoParentStated, Some(parent)) if self.is_dropped(gap.unit) => {
                format!(
                    "One source written {time} that states what both {unit} and {} stand under.",
                    self.named(parent)
                )
            }
            (GapKind::NoParentStated, Some(parent)) => {
                let named = self.named(parent);
                let against = match self.ended_with(parent) {
                    Some(event) => format!("evidence against the event `{}`", self.history.event(event).id),
                    None => format!("one that has {named} still"),
                };
                format!("A source written {time} that states what {unit} stands under without {named}; or {against}.")
            }
            (GapKind::NoParentStated, None) => {
                format!(
                    "A source written {time} that states what {unit} stands under: a chart or a list that has it, or a sentence."
                )
            }
        }
    }

    fn explain_silence(self, gap: &Gap, unit: &str) -> String {
        let (Some(day), Some(last)) = (self.day(), self.last_seen(gap.unit)) else { return String::new() };
        let years = last.years_until(day);
        let long = match years {
            0 => format!("{} days", day.number() - last.number()),
            1 => "1 year".to_owned(),
            years => format!("{years} years"),
        };
        let by = self.latest_named(gap.unit);
        let era = match self.presence(gap.unit).map(|presence| presence.status) {
            Some(Status::Outdated) => " A new era has begun since, so lists and counts leave it out.",
            _ => "",
        };
        format!(
            "{unit} was last named by {by}, {long} before {day}. Nothing loaded says that it ended, or that it was still there.{era}"
        )
    }

    fn explain_no_parent(self, gap: &Gap, unit: &str) -> String {
        let moment = self.moment_told();
        let Some(parent) = gap.parent else {
            return format!("No source heard in the view of {moment} states what {unit} stands under.");
        };
        let stated = self.carried_place(gap.unit).map(|claim| self.history.layer_told(claim.layer)).unwrap_or_default();
        let parent_named = self.named(parent);
        if self.is_dropped(gap.unit) {
            return format!(
                "{unit} was put under {parent_named} by {stated}, which would close a cycle with what other sources say; the claim is dropped."
            );
        }
        let (id, gone) = (self.history.unit_id(parent), self.history.unit_id(gap.unit));
        let why = match (self.presence(parent), self.ended_with(parent)) {
            (Some(_), _) => format!("`{id}` was last seen in an earlier era"),
            (None, Some(event)) => {
                let event = self.history.event(event);
                format!("`{id}` ended with `{}` ({})", event.id, event.date)
            }
            (None, None) => format!("`{id}` is not in the view of {moment}"),
        };
        format!(
            "{unit} was last put under {parent_named}, by {stated}. {why}, and no source heard says where `{gone}` went; a successor is not assumed."
        )
    }

    /// Returns the last event heard that ended a unit which is not in the view; on a day, one that ended the last of
    /// its lives.
    fn ended_with(self, unit: UnitIx) -> Option<EventIx> {
        if self.presence(unit).is_some() {
            return None;
        }
        let node = self.history.node(unit);
        let over = |day: Day| node.lives().iter().rfind(|life| life.from <= day).and_then(|life| life.to);
        let ends_last_life = |layer: LayerIx| {
            let certain = self.layer(layer).window.certain_from();
            self.day().is_none_or(|day| over(day).zip(certain).is_some_and(|(over, out)| over <= out && out <= day))
        };
        let endings = self.heard(node.sightings()).rev().filter(|seen| seen.value.sighting() == Sighting::Ending);
        let mut passing = endings.filter(|seen| seen.basis().passes(self.lens.floor) && ends_last_life(seen.layer));
        passing.find_map(|seen| match self.layer(seen.layer).origin {
            Origin::Event(event) => Some(event),
            Origin::Snapshot(..) => None,
        })
    }

    /// Returns the time in which something may have been below a parent: up to the moment, or until an event heard
    /// ended the parent; `None` where that is over before the gap begins.
    fn time_below(self, gap: &Gap, parent: UnitIx) -> Option<String> {
        let Some(event) = self.ended_with(parent) else { return Some(self.open_time(gap)) };
        let last = self.history.event(event).date.window().certain_from().map(|gone| gone.plus(-1));
        let is_over = gap.since.zip(last).is_some_and(|(since, last)| last < since);
        (!is_over).then(|| told((gap.since, last)))
    }

    /// Returns the time that a closing source would be of: from when it is open to the moment.
    fn open_time(self, gap: &Gap) -> String {
        let window = self.window();
        let to = window.and_then(|window| window.latest());
        let from = gap.since.or_else(|| window.and_then(|window| window.earliest()));
        told((from, to))
    }

    /// Returns the parent that a unit was last given, whether or not it is in the view.
    fn last_parent(self, unit: UnitIx) -> Option<UnitIx> {
        self.pick(self.history.node(unit).place())?.value.parent().unit()
    }

    fn latest_named(self, unit: UnitIx) -> String {
        let passing =
            self.heard(self.history.node(unit).sightings()).filter(|seen| seen.basis().passes(self.lens.floor));
        let by_end = passing.max_by_key(|seen| (self.layer(seen.layer).window.end(), seen.layer));
        by_end.map(|seen| self.history.layer_told(seen.layer)).unwrap_or_default()
    }

    fn named(self, unit: UnitIx) -> String {
        called(self.name(unit).text, self.history.unit_id(unit).as_str())
    }

    fn moment_told(self) -> String {
        match self.moment() {
            Moment::Day(day) => day.to_string(),
            Moment::Snapshot(id) => format!("the snapshot `{id}`"),
            Moment::Era(id) => format!("the era `{id}`"),
        }
    }
}

/// Names a unit by its name and its id.
fn called(name: &str, id: &str) -> String {
    if name == id { format!("`{id}`") } else { format!("{name} (`{id}`)") }
}

/// Tells a stretch of days, both ends of which belong to it.
fn told((from, to): (Option<Day>, Option<Day>)) -> String {
    let whole = Window::new(from, to);
    match (from, to) {
        (Some(from), Some(_)) if whole.is_some_and(|window| window.is_one_day()) => format!("on {from}"),
        (Some(from), Some(to)) => format!("between {from} and {to}"),
        (Some(from), None) => format!("on {from} or later"),
        (None, Some(to)) => format!("on {to} or earlier"),
        (None, None) => "at that time".to_owned(),
    }
}
