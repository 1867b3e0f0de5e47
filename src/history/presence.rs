//! How a view knows a unit: its status, and how sure the dating is.

use crate::model::{Basis, Day};

use super::graph::History;
use super::lives::started;
use super::node::{Claim, Life, Node, Seen, Sighting};

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

/// How firmly a view has a unit: a presence without how sure the dating is, which takes longer to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is not in the view.
    Out,
    /// It is presumed, and was last seen in an earlier era.
    Outdated,
    /// It was seen before, not since, and nothing ends it.
    Presumed,
    /// It is observed, or was seen before and is seen after.
    Known,
}

impl From<Option<Presence>> for Level {
    fn from(presence: Option<Presence>) -> Self {
        match presence.map(|presence| presence.status) {
            None => Self::Out,
            Some(Status::Outdated) => Self::Outdated,
            Some(Status::Presumed) => Self::Presumed,
            Some(Status::Observed | Status::Between) => Self::Known,
        }
    }
}

/// What the presence of a unit on a day goes by: the life that holds the day, and what was seen around it.
struct Around<'h> {
    history: &'h History,
    node: Node<'h>,
    day: Day,
    floor: Option<Basis>,
    life: &'h Life,
    /// The sightings that have begun by the day.
    begun: &'h [Claim<Seen>],
    /// Those that come later.
    later: &'h [Claim<Seen>],
    /// The last that has begun, of those whose basis passes.
    latest: &'h Claim<Seen>,
}

/// Returns the presence of a unit on a day; `None` when it is not in the view.
pub(super) fn on_day(history: &History, node: Node<'_>, day: Day, floor: Option<Basis>) -> Option<Presence> {
    let around = Around::of(history, node, day, floor)?;
    if let Some(certainty) = around.observed() {
        return Some(Presence { status: Status::Observed, certainty });
    }
    let doubtful =
        node.doubts().iter().any(|doubt| doubt.contains(day)) || history.layer(around.latest.layer).window.is_open();
    let certainty = if doubtful { Certainty::Possible } else { Certainty::Certain };
    let status = if around.is_seen_again() {
        Status::Between
    } else if around.is_outdated() {
        Status::Outdated
    } else {
        Status::Presumed
    };
    Some(Presence { status, certainty })
}

/// Returns how firmly a unit is there on a day.
pub(super) fn level_on_day(history: &History, node: Node<'_>, day: Day, floor: Option<Basis>) -> Level {
    Around::of(history, node, day, floor).map_or(Level::Out, |around| around.level())
}

/// Returns how firmly a unit is there on two days, the earlier first. What is seen again after the later one, in a life that
/// began by the earlier, is known on both: each life begins with a sighting.
pub(super) fn levels_on_days(history: &History, node: Node<'_>, days: [Day; 2], floor: Option<Basis>) -> [Level; 2] {
    let [earlier, later] = days;
    let around = Around::of(history, node, later, floor);
    if floor.is_none() && around.as_ref().is_some_and(|around| around.life.from <= earlier && around.is_seen_again()) {
        return [Level::Known; 2];
    }
    [level_on_day(history, node, earlier, floor), around.map_or(Level::Out, |around| around.level())]
}

/// Tells whether a unit is there on a day, and not outdated. Each life begins with a sighting, so where no basis is asked
/// for and there are no eras, there is no more to look at than the lives.
pub(super) fn is_present_on_day(history: &History, node: Node<'_>, day: Day, floor: Option<Basis>) -> bool {
    if floor.is_none() && node.sequences().is_empty() {
        return node.life_at(day).is_some();
    }
    level_on_day(history, node, day, floor) > Level::Outdated
}

impl<'h> Around<'h> {
    /// Returns what there is around a day; `None` when the unit is not in the view.
    ///
    /// Sightings stand in the order of their first days, so a search finds the last that has begun. Nothing that began
    /// earlier is looked at but while something still observes the day, or a basis does not pass.
    fn of(history: &'h History, node: Node<'h>, day: Day, floor: Option<Basis>) -> Option<Self> {
        let life = node.life_at(day)?;
        let all = node.sightings();
        let (begun, later) = all.split_at_checked(started(history, all, day).len())?;
        let latest = begun.iter().rev().find(|sighting| sighting.basis().passes(floor));
        let latest = latest.filter(|latest| life.from <= history.layers.start(latest.layer))?;
        Some(Self { history, node, day, floor, life, begun, later, latest })
    }

    /// Tells how firmly the unit is there: what is found at once is looked for first.
    fn level(&self) -> Level {
        if self.is_seen_again() || self.observed().is_some() {
            Level::Known
        } else if self.is_outdated() {
            Level::Outdated
        } else {
            Level::Presumed
        }
    }

    /// Tells how certain it is that a sighting observes the unit on the day; `None` where none does.
    fn observed(&self) -> Option<Certainty> {
        let mut found = None;
        // What is reached only falls on the way back.
        let reaching = self.begun.iter().zip(self.node.reach()).rev().take_while(|(_, reach)| self.day <= **reach);
        for (seen, _) in reaching {
            let layer = self.history.layer(seen.layer);
            if seen.basis().passes(self.floor) && layer.observed_of(self.life.from).contains(self.day) {
                if layer.is_certain_on(self.day) {
                    return Some(Certainty::Certain);
                }
                found = Some(Certainty::Possible);
            }
        }
        found
    }

    /// Tells whether one of the sightings after the day lies within the life, or is the event that ends it.
    fn is_seen_again(&self) -> bool {
        let mut later = self.later.iter().filter(|sighting| sighting.basis().passes(self.floor));
        let Some(to) = self.life.to else { return later.next().is_some() };
        let within = later.map(|seen| (self.history.layers.start(seen.layer), seen));
        let mut within = within.take_while(|(start, _)| *start <= to);
        within.any(|(start, seen)| start < to || seen.value.sighting() == Sighting::Ending)
    }

    /// Tells whether an era later than that of the latest sighting has begun, in every sequence of the unit.
    fn is_outdated(&self) -> bool {
        let layer = self.history.layer(self.latest.layer);
        let is_past = |sequence| {
            let seen = self.history.eras.position(sequence, layer.era, layer.start());
            let begun = self.history.eras.latest_begun(sequence, self.day);
            begun.is_some_and(|begun| seen.is_none_or(|seen| seen < begun))
        };
        let sequences = self.node.sequences();
        !sequences.is_empty() && sequences.iter().all(|sequence| is_past(*sequence))
    }
}

/// Returns the day from which a unit that was last seen so counts as of an earlier era, in every sequence that it is of.
pub(super) fn outdated_from(history: &History, node: Node<'_>, latest: &Claim<Seen>) -> Option<Day> {
    let layer = history.layer(latest.layer);
    let began = node.sequences().iter().map(|sequence| {
        let seen = history.eras.position(*sequence, layer.era, layer.start());
        history.eras.first_begun_after(*sequence, seen)
    });
    began.collect::<Option<Vec<Day>>>()?.into_iter().max()
}
