//! How a view knows a unit: its status, and how sure the dating is.

use crate::model::{Basis, Day};

use super::graph::History;
use super::lives::started;
use super::node::{Claim, Life, Node, Sighting};

/// How a view knows a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// A source whose window holds the moment mentions it.
    Observed,
    /// It was seen before and is seen after, and nothing between ends it.
    Between,
    /// It was seen before, not since, and nothing ends it.
    Presumed,
    /// It is presumed, and was last seen in an earlier era.
    Outdated,
}

/// How sure the dating is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// The day lies outside every window that matters, or is the day itself.
    Certain,
    /// The day lies inside a window longer than a day.
    Possible,
}

/// A unit's presence in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Presence {
    /// How the view knows it.
    pub status: Status,
    /// How sure the dating is.
    pub certainty: Certainty,
}

impl Presence {
    /// What a snapshot or era view says of each of its units.
    pub(super) const SEEN: Self = Self { status: Status::Observed, certainty: Certainty::Certain };

    /// Tells whether the unit is known, not merely presumed.
    #[must_use]
    pub fn is_known(self) -> bool {
        matches!(self.status, Status::Observed | Status::Between)
    }
}

/// Returns the presence of a unit on a day; `None` when it is not in the view.
///
/// Sightings stand in the order of their first days, so a search finds the last that has begun. Nothing that began
/// earlier is looked at but while something still observes the day, or a basis does not pass.
pub(super) fn on_day(history: &History, node: Node<'_>, day: Day, floor: Option<Basis>) -> Option<Presence> {
    let life = node.life_at(day)?;
    let all = node.sightings();
    let begun = started(history, all, day);
    let passing = || begun.iter().rev().filter(move |sighting| sighting.basis().passes(floor));
    let latest = passing().next().filter(|latest| life.from <= history.layers.start(latest.layer))?;
    if let Some(certainty) = observed(history, node, begun, life, day, floor) {
        return Some(Presence { status: Status::Observed, certainty });
    }
    let doubtful =
        node.doubts().iter().any(|doubt| doubt.contains(day)) || history.layer(latest.layer).window.is_open();
    let certainty = if doubtful { Certainty::Possible } else { Certainty::Certain };
    let later = all.get(begun.len()..).unwrap_or_default().iter().filter(|sighting| sighting.basis().passes(floor));
    let status = if is_seen_again(history, life, later) {
        Status::Between
    } else if is_outdated(history, node, latest, day) {
        Status::Outdated
    } else {
        Status::Presumed
    };
    Some(Presence { status, certainty })
}

/// Tells how certain it is that a sighting observes a unit on the day; `None` where none does.
fn observed(
    history: &History,
    node: Node<'_>,
    begun: &[Claim<Sighting>],
    life: &Life,
    day: Day,
    floor: Option<Basis>,
) -> Option<Certainty> {
    let mut found = None;
    // What is reached only falls on the way back.
    for (seen, _) in begun.iter().zip(node.reach()).rev().take_while(|(_, reach)| day <= **reach) {
        let layer = history.layer(seen.layer);
        if seen.basis().passes(floor) && layer.observed_of(life.from).contains(day) {
            if layer.is_certain_on(day) {
                return Some(Certainty::Certain);
            }
            found = Some(Certainty::Possible);
        }
    }
    found
}

/// Tells whether one of the sightings after a day lies within the life, or is the event that ends it.
fn is_seen_again<'s>(history: &History, life: &Life, mut later: impl Iterator<Item = &'s Claim<Sighting>>) -> bool {
    let Some(to) = life.to else { return later.next().is_some() };
    let mut within = later.map(|seen| (history.layers.start(seen.layer), seen)).take_while(|(start, _)| *start <= to);
    within.any(|(start, seen)| start < to || seen.value == Sighting::Ending)
}

/// Tells whether an era later than that of the latest sighting has begun, in every sequence of the unit.
fn is_outdated(history: &History, node: Node<'_>, latest: &Claim<Sighting>, day: Day) -> bool {
    let layer = history.layer(latest.layer);
    let is_past = |sequence| {
        let seen = history.eras.position(sequence, layer.era, layer.start());
        history.eras.latest_begun(sequence, day).is_some_and(|begun| seen.is_none_or(|seen| seen < begun))
    };
    !node.sequences().is_empty() && node.sequences().iter().all(|sequence| is_past(*sequence))
}

/// Returns the day from which a unit that was last seen so counts as of an earlier era, in every sequence that it is of.
pub(super) fn outdated_from(history: &History, node: Node<'_>, latest: &Claim<Sighting>) -> Option<Day> {
    let layer = history.layer(latest.layer);
    let began = node.sequences().iter().map(|sequence| {
        let seen = history.eras.position(*sequence, layer.era, layer.start());
        history.eras.first_begun_after(*sequence, seen)
    });
    began.collect::<Option<Vec<Day>>>()?.into_iter().max()
}
