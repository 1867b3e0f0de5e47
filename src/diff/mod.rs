//! What differs between two views, and how far the loaded sources carry each difference.
//!
//! The rules are those of `docs/rules.md`, "Comparison". They are worked out from the earlier view to
//! the later one; asked the other way round, the same rows are exchanged.

mod attributes;
mod between;
mod explain;
mod presence;

use std::collections::BTreeMap;

use crate::history::{Citation, EventIx, History, LayerIx, Lens, Level, Moment, SnapshotIx, UnitIx, View};
use crate::model::{Basis, ChangeKind, Day, Extent, UnitId, Verdict, Window};

/// How absence is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Assumption {
    /// What a source does not mention may still be there.
    #[default]
    OpenWorld,
    /// What a view does not list is not there: the plain textual difference.
    ClosedWorld,
}

/// What a comparison is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct DiffOptions {
    /// Keeps the rows of units below this one in either view.
    pub within: Option<UnitIx>,
    /// How absence is read.
    pub assume: Assumption,
}

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What differs.
    pub kind: ChangeKind,
    /// How far the loaded sources carry it.
    pub verdict: Verdict,
    /// The weakest basis that it rests on; `None` where it rests on silence.
    pub basis: Option<Basis>,
    /// The unit.
    pub unit: UnitIx,
    /// What it names besides.
    related: Related,
    /// The change did not happen before this day.
    pub not_before: Option<Day>,
    /// The change had happened by the end of this day.
    pub not_after: Option<Day>,
    /// Where what it rests on stands; nothing, unless the comparison cites.
    evidence: Vec<Citation>,
    /// The rule by which it was found.
    pub reason: Reason,
    /// Whether the view compared from has the unit, and the view compared to.
    pub has_unit: [bool; 2],
}

/// What a change names besides its unit.
#[derive(Debug, Clone, PartialEq)]
enum Related {
    Nothing,
    /// The units that came of an event.
    Results(EventIx),
    /// The units that it happened to.
    Originals(EventIx),
    Relation(Box<Relation>),
}

/// A relation that only one of the views has.
#[derive(Debug, Clone, PartialEq)]
struct Relation {
    /// Its type, and the other end where that is a text.
    name: String,
    /// The other end where that is a unit.
    other: Option<UnitIx>,
}

/// The rule by which a change was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An event between the two views.
    Event {
        /// The event.
        event: EventIx,
        /// Whether it certainly lies between them.
        certainly: bool,
    },
    /// A list that should have the unit, and does not.
    List {
        /// The layer that gives the list.
        layer: LayerIx,
        /// The snapshot that it belongs to.
        snapshot: SnapshotIx,
        /// The unit whose list it is.
        owner: UnitIx,
        /// How full the list is.
        extent: Extent,
    },
    /// No source of the other view covers a list that would have it.
    Silence,
    /// Both sides state it, and say different things.
    Claims,
    /// One side leaves out a level of the structure.
    LevelSkipped,
    /// An event makes the one parent the successor of the other.
    ParentSucceeded,
}

/// What is compared, and how.
#[derive(Clone, Copy)]
pub struct Terms<'h> {
    /// The view compared from.
    pub from: View<'h>,
    /// The view compared to.
    pub to: View<'h>,
    /// Whether it is certain which of the two is earlier.
    pub order_certain: bool,
    /// How absence is read.
    pub assume: Assumption,
}

/// Two views that are compared, unit by unit, as far as the changes are asked for.
#[derive(Clone, Copy)]
pub struct Comparison<'h> {
    /// What is compared, and how.
    pub terms: Terms<'h>,
    history: &'h History,
    earlier: View<'h>,
    later: View<'h>,
    /// Whether the view compared to is the earlier one.
    swapped: bool,
    order_certain: bool,
    assume: Assumption,
    within: Option<UnitIx>,
    /// Whether changes say where they stand. It takes longer to find than the changes themselves.
    cites: bool,
}

/// The differences between two views.
#[derive(Clone)]
pub struct Diff<'h> {
    /// What was compared, and how.
    pub terms: Terms<'h>,
    /// The differences: by unit id, then kind.
    pub changes: Vec<Change>,
    comparison: Comparison<'h>,
}

/// How many units are looked at together: so few that what was looked at is still near when it is asked for.
const TOGETHER: usize = 32;

/// Compares two views of the same history.
#[must_use]
pub fn diff<'h>(from: View<'h>, to: View<'h>, options: DiffOptions) -> Diff<'h> {
    let comparison = Comparison::of(from, to, options);
    Diff { terms: comparison.terms, changes: comparison.changes(None).collect(), comparison }
}

/// Orders views: by start, end, kind of moment and id.
fn order_key(view: View<'_>) -> (Day, Day, Moment) {
    let (start, end) = view.window().map_or((Day::MIN, Day::MAX), |window: Window| (window.start(), window.end()));
    (start, end, view.moment())
}

/// Counts changes by kind and verdict.
#[must_use]
pub fn count(changes: &[Change]) -> BTreeMap<(ChangeKind, Verdict), usize> {
    let mut counts = BTreeMap::new();
    for change in changes {
        *counts.entry((change.kind, change.verdict)).or_insert(0) += 1;
    }
    counts
}

impl Diff<'_> {
    /// Counts the changes by kind and verdict.
    #[must_use]
    pub fn summary(&self) -> BTreeMap<(ChangeKind, Verdict), usize> {
        count(&self.changes)
    }

    /// Returns where what a change rests on stands.
    #[must_use]
    pub fn evidence(&self, change: &Change) -> Vec<Citation> {
        self.comparison.evidence(change)
    }
}

impl<'h> Comparison<'h> {
    /// Returns the comparison of two views of the same history; nothing is compared yet.
    #[must_use]
    pub fn of(from: View<'h>, to: View<'h>, options: DiffOptions) -> Self {
        let lens = |view: View<'h>| view.through(Lens { include_outdated: false, ..view.lens() });
        let (from, to) = (lens(from), lens(to));
        let swapped = order_key(to) < order_key(from);
        let (earlier, later) = if swapped { (to, from) } else { (from, to) };
        let same = from.moment() == to.moment();
        let before = earlier.window().zip(later.window()).is_some_and(|(a, b)| a.is_before(&b));
        let (order_certain, DiffOptions { within, assume }) = (same || before, options);
        let terms = Terms { from, to, order_certain, assume };
        Self { terms, history: from.history(), earlier, later, swapped, order_certain, assume, within, cites: false }
    }

    /// Returns the changes: by unit id, then kind; those of all units, or from one on. Each unit is compared when the
    /// iterator comes to it.
    pub fn changes(self, from: Option<UnitIx>) -> impl Iterator<Item = Change> + 'h {
        let mut units = self.units(from);
        // Those that were looked at, the last first, and the changes of one unit, the last first.
        let (mut ahead, mut found) = (Vec::with_capacity(TOGETHER), Vec::new());
        std::iter::from_fn(move || {
            while found.is_empty() {
                if ahead.is_empty() {
                    ahead.extend(units.by_ref().take(TOGETHER));
                    self.history.look_at_claims(ahead.iter().copied());
                    ahead.reverse();
                }
                self.add_changes_of(ahead.pop()?, &mut found);
                found.reverse();
            }
            found.pop()
        })
    }

    /// Returns where what a change rests on stands.
    #[must_use]
    pub fn evidence(self, change: &Change) -> Vec<Citation> {
        let is_same = |found: &Change| found.order() == change.order();
        let mut found = Vec::new();
        Self { cites: true, ..self }.add_changes_of(change.unit, &mut found);
        found.into_iter().find(is_same).map(|found| found.evidence).unwrap_or_default()
    }

    /// Returns the units that can differ, in the order of their ids: between two days, only those about which something
    /// changes.
    fn units(self, from: Option<UnitIx>) -> impl Iterator<Item = UnitIx> + 'h {
        let changed = self.days().and_then(|(after, to)| self.history.changed_between(after, to, from));
        let all = changed.is_none().then(|| self.history.units().skip(from.map_or(0, UnitIx::index)));
        changed.into_iter().flatten().chain(all.into_iter().flatten())
    }

    /// Returns the days that are compared, where both views are of a day.
    fn days(&self) -> Option<(Day, Day)> {
        self.earlier.day().zip(self.later.day())
    }

    fn views(&self) -> [View<'h>; 2] {
        [self.earlier, self.later]
    }

    /// Tells whether the changes of a unit are asked for.
    fn covers(&self, unit: UnitIx) -> bool {
        let is_below = |top| self.views().iter().any(|view| view.lists(unit) && view.stands_above(top, unit));
        self.within.is_none_or(is_below)
    }

    /// Adds the changes of a unit, in their order, to a list that is empty.
    fn add_changes_of(&self, unit: UnitIx, changes: &mut Vec<Change>) {
        if !self.covers(unit) {
            return;
        }
        let levels = View::levels(self.views(), unit);
        changes.extend(self.presence_change(unit, levels));
        if levels.iter().all(|level| self.compares(*level)) {
            self.attribute_changes(unit, changes);
        }
        if changes.is_empty() {
            return;
        }
        let hidden = self.hides_something(unit);
        let mut has_unit = levels.map(|level| level > Level::Out);
        if self.swapped {
            has_unit.reverse();
        }
        for change in changes.iter_mut() {
            change.has_unit = has_unit;
            if !self.order_certain || hidden {
                change.verdict = change.verdict.max(Verdict::Possible);
            }
            if self.swapped {
                change.kind = change.kind.mirrored();
            }
        }
        changes.sort_by(|a, b| a.order().cmp(&b.order()));
    }

    /// Tells whether a view that has a unit so says something to compare; a closed world goes by what is listed.
    fn compares(&self, level: Level) -> bool {
        match self.assume {
            Assumption::OpenWorld => level > Level::Out,
            Assumption::ClosedWorld => level > Level::Outdated,
        }
    }

    /// Returns what cites something, where that is wanted.
    fn cited(&self, cite: impl FnOnce() -> Vec<Citation>) -> Vec<Citation> {
        if self.cites { cite() } else { Vec::new() }
    }

    /// Tells whether the floor hides a claim about the unit in either view, or an event between.
    fn hides_something(&self, unit: UnitIx) -> bool {
        let floor = self.earlier.lens().floor;
        floor.is_some()
            && (self.views().iter().any(|view| view.hides_claims(unit))
                || self.events_between(unit).any(|(event, _)| !self.history.event(event).basis.passes(floor)))
    }
}

impl Change {
    /// Returns the results or originals of an event, in the order of their ids, or the other end of a relation.
    #[must_use]
    pub fn others(&self, history: &History) -> Vec<UnitIx> {
        let units = |named: &mut dyn Iterator<Item = &UnitId>| {
            let mut units: Vec<UnitIx> = named.filter_map(|id| history.unit_ix(id.as_str())).collect();
            units.sort_unstable();
            units.dedup();
            units
        };
        match &self.related {
            Related::Nothing => Vec::new(),
            Related::Results(event) => units(&mut history.event(*event).results.iter().map(|result| &result.unit)),
            Related::Originals(event) => {
                units(&mut history.event(*event).originals.iter().map(|original| &original.unit))
            }
            Related::Relation(relation) => relation.other.into_iter().collect(),
        }
    }

    /// Returns the relation, where one is named: its type, and the other end where that is a text.
    #[must_use]
    pub fn relation(&self) -> Option<&str> {
        self.named_relation().map(|relation| relation.name.as_str())
    }

    fn named_relation(&self) -> Option<&Relation> {
        match &self.related {
            Related::Relation(relation) => Some(relation),
            Related::Nothing | Related::Results(_) | Related::Originals(_) => None,
        }
    }

    /// Returns what orders the changes of a unit, and tells them apart.
    fn order(&self) -> (ChangeKind, Option<(&str, Option<UnitIx>)>) {
        (self.kind, self.named_relation().map(|relation| (relation.name.as_str(), relation.other)))
    }
}
