//! When a unit is in the views: what ends it, what brings it back, and the stretches of days between.

use std::collections::BTreeSet;

use eragraph::model::{Basis, Corpus, Coverage, Day, Extent, Snapshot, UnitId, Window};

use super::facts::{Claim, Facts, Seat, Stamp, sorted};
use super::model::Oracle;

/// Something that ends a unit's time in the views.
pub(crate) struct End {
    pub window: Window,
    /// How the list that lacks the unit is carried; nothing where it is an event.
    list: Option<Basis>,
    /// The first day of a sighting that undoes it.
    undone: Option<Day>,
}

/// A stretch of days in which a unit is in the views: the first day, and the day after the last.
pub(crate) type Life = (Day, Option<Day>);

impl End {
    fn is_undone(&self, day: Day) -> bool {
        self.undone.is_some_and(|undone| undone <= day)
    }

    /// Tells whether the unit is out of the views because of it.
    fn holds(&self, day: Day) -> bool {
        self.window.certain_from().is_some_and(|certain| certain <= day) && !self.is_undone(day)
    }

    /// Tells whether the unit is out of the views because of a list that is heard.
    pub(crate) fn is_by_list(&self, day: Day, floor: Option<Basis>) -> bool {
        self.holds(day) && self.list.is_some_and(|basis| basis.passes(floor))
    }

    /// Tells whether it may have happened by the day, and may not.
    pub(crate) fn is_open_on(&self, day: Day) -> bool {
        self.window.start() <= day
            && self.window.certain_from().is_none_or(|certain| day < certain)
            && !self.is_undone(day)
    }
}

/// Returns all that ends the unit.
pub(crate) fn ends(corpus: &Corpus, oracle: &Oracle<'_>, unit: &UnitId) -> Vec<End> {
    let facts = oracle.facts(unit);
    let mut ends = Vec::new();
    for event in corpus.events.values().filter(|event| event.ends(unit)) {
        let window = event.date.window();
        let undone = facts.sightings.iter().filter(|sighting| sighting.is_after(&window)).map(Stamp::start).min();
        ends.push(End { window, list: None, undone });
    }
    for snapshot in corpus.snapshots.values() {
        for coverage in &snapshot.coverage {
            if list_lacks(oracle, snapshot, coverage, unit) {
                let window = snapshot.window(coverage.part);
                let undone =
                    facts.sightings.iter().filter(|sighting| !sighting.is_before(&window)).map(Stamp::start).min();
                ends.push(End { window, list: Some(coverage.evidence.basis), undone });
            }
        }
    }
    ends
}

/// Tells whether a closed list, on which the unit belongs by then, lacks it.
fn list_lacks(oracle: &Oracle<'_>, snapshot: &Snapshot, coverage: &Coverage, unit: &UnitId) -> bool {
    let facts = oracle.facts(unit);
    let window = snapshot.window(coverage.part);
    let start = window.start();
    let latest =
        |claims: &[Claim<'_, &str>]| sorted(claims, |at| at.started(start)).last().map(|claim| claim.value.to_owned());
    // A heading goes with the parent claim: it says which of the parent's lists the unit stands on.
    let heading = sorted(&facts.seats, |at| at.started(start)).last().and_then(Claim::heading).cloned();
    coverage.extent == Extent::Closed
        && !snapshot.mentions.iter().any(|mention| mention.unit == *unit)
        && facts.sightings.iter().any(|sighting| sighting.is_before(&window))
        && (coverage.kind.is_none() || coverage.kind == latest(&facts.kinds))
        && (coverage.heading.is_none() || coverage.heading == heading)
        && last_given_ancestors(oracle, unit, start, coverage.deep).contains(&coverage.of)
}

/// Returns the parent that a unit was last given by a day; when `deep`, also that parent's, and so on.
fn last_given_ancestors(oracle: &Oracle<'_>, unit: &UnitId, day: Day, deep: bool) -> BTreeSet<UnitId> {
    let mut found = BTreeSet::new();
    let mut at = unit.clone();
    while let Some(Seat::Under(parent)) =
        sorted(&oracle.facts(&at).seats, |at| at.started(day)).last().map(|claim| claim.value)
    {
        if !found.insert(parent.clone()) || !deep {
            break;
        }
        at = parent.clone();
    }
    found
}

/// Tells whether a unit is in the views of a day.
fn is_in_view(facts: &Facts<'_>, ends: &[End], day: Day) -> bool {
    facts.sightings.iter().any(|sighting| sighting.started(day)) && !ends.iter().any(|end| end.holds(day))
}

/// Returns the days from which anything can differ from the day before.
pub(crate) fn turning_days(corpus: &Corpus) -> BTreeSet<Day> {
    let mut days = BTreeSet::new();
    let mut add = |window: Window| days.extend([window.start(), window.end().plus(1)]);
    for snapshot in corpus.snapshots.values() {
        add(snapshot.observed.window());
        snapshot.parts.iter().for_each(|part| add(part.observed.window()));
    }
    corpus.events.values().for_each(|event| add(event.date.window()));
    days
}

/// Returns the stretches of days in which a unit is in the views.
pub(crate) fn lives(facts: &Facts<'_>, ends: &[End], turning: &BTreeSet<Day>) -> Vec<Life> {
    let mut lives = Vec::new();
    let mut since: Option<Day> = None;
    for day in turning {
        match (since, is_in_view(facts, ends, *day)) {
            (None, true) => since = Some(*day),
            (Some(from), false) => {
                lives.push((from, Some(*day)));
                since = None;
            }
            _ => {}
        }
    }
    lives.extend(since.map(|from| (from, None)));
    lives
}
