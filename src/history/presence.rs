//! How a view knows a unit: its status, and how sure the dating is.

use crate::model::{Basis, Day};

use super::graph::History;
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
pub(super) fn on_day(history: &History, node: &Node, day: Day, floor: Option<Basis>) -> Option<Presence> {
    let life = node.life_at(day)?;
    let passing = || node.sightings.iter().filter(move |sighting| sighting.basis.passes(floor));
    let started = || passing().filter(|sighting| history.layer(sighting.layer).start() <= day);
    started().find(|sighting| life.from <= history.layer(sighting.layer).start())?;

    let layers = started().map(|sighting| history.layer(sighting.layer));
    let mut observing =
        layers.filter(|layer| layer.observed_of(life.from).contains(day)).map(|layer| layer.is_certain_on(day));
    if let Some(first) = observing.next() {
        let certainty =
            if first || observing.any(|certain| certain) { Certainty::Certain } else { Certainty::Possible };
        return Some(Presence { status: Status::Observed, certainty });
    }
    let doubtful = node.doubts.iter().any(|doubt| doubt.contains(day))
        || started().next_back().is_some_and(|latest| history.layer(latest.layer).window.is_open());
    let certainty = if doubtful { Certainty::Possible } else { Certainty::Certain };
    let status = if passing().any(|sighting| is_later_in(history, life, sighting, day)) {
        Status::Between
    } else if started().next_back().is_some_and(|latest| is_outdated(history, node, latest, day)) {
        Status::Outdated
    } else {
        Status::Presumed
    };
    Some(Presence { status, certainty })
}

/// Tells whether a sighting comes after the day and within the life, or is the event that ends it.
fn is_later_in(history: &History, life: &Life, sighting: &Claim<Sighting>, day: Day) -> bool {
    let start = history.layer(sighting.layer).start();
    let within = life.to.is_none_or(|to| start < to || (start == to && sighting.value == Sighting::Ending));
    day < start && within
}

/// Tells whether an era later than that of the latest sighting has begun, in every sequence of the unit.
fn is_outdated(history: &History, node: &Node, latest: &Claim<Sighting>, day: Day) -> bool {
    let layer = history.layer(latest.layer);
    let is_past = |sequence| {
        let seen = history.eras.position(sequence, layer.era, layer.start());
        history.eras.latest_begun(sequence, day).is_some_and(|begun| seen.is_none_or(|seen| seen < begun))
    };
    !node.sequences.is_empty() && node.sequences.iter().all(|sequence| is_past(*sequence))
}

/// Returns the day from which a unit that was last seen so counts as of an earlier era, in every sequence that it is of.
pub(super) fn outdated_from(history: &History, node: &Node, latest: &Claim<Sighting>) -> Option<Day> {
    let layer = history.layer(latest.layer);
    let began = node.sequences.iter().map(|sequence| {
        let seen = history.eras.position(*sequence, layer.era, layer.start());
        history.eras.first_begun_after(*sequence, seen)
    });
    began.collect::<Option<Vec<Day>>>()?.into_iter().max()
}
