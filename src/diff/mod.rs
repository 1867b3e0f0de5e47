//! What differs between two views, and how far the loaded sources carry each difference.
//!
//! The rules are those of `docs/rules.md`, "Comparison". They are worked out from the earlier view to
//! the later one; asked the other way round, the same rows are exchanged.

mod attributes;
mod between;
mod explain;
mod presence;

use std::collections::BTreeMap;

use crate::history::{Citation, EventIx, History, LayerIx, Lens, Moment, SnapshotIx, UnitIx, View};
use crate::model::{Basis, ChangeKind, Day, Extent, Verdict, Window};

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
    /// The results or originals of an event, or the other end of a relation.
    pub others: Vec<UnitIx>,
    /// The relation, where one is named: its type, and the other end where that is a text.
    pub relation: Option<String>,
    /// The change did not happen before this day.
    pub not_before: Option<Day>,
    /// The change had happened by the end of this day.
    pub not_after: Option<Day>,
    /// Where what it rests on stands.
    pub evidence: Vec<Citation>,
    /// The rule by which it was found.
    pub reason: Reason,
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

/// The differences between two views.
#[derive(Clone)]
pub struct Diff<'h> {
    /// What was compared, and how.
    pub terms: Terms<'h>,
    /// The differences: by unit id, then kind.
    pub changes: Vec<Change>,
}

/// Two views in their order, with what bears on both.
struct Comparison<'h> {
    history: &'h History,
    earlier: View<'h>,
    later: View<'h>,
    order_certain: bool,
    assume: Assumption,
}

/// Compares two views of the same history.
#[must_use]
pub fn diff<'h>(from: View<'h>, to: View<'h>, options: DiffOptions) -> Diff<'h> {
    let lens = |view: View<'h>| view.through(Lens { include_outdated: false, ..view.lens() });
    let (from, to) = (lens(from), lens(to));
    let swapped = order_key(to) < order_key(from);
    let (earlier, later) = if swapped { (to, from) } else { (from, to) };
    let same = from.moment() == to.moment();
    let before = earlier.window().zip(later.window()).is_some_and(|(a, b)| a.is_before(&b));
    let comparison =
        Comparison { history: from.history(), earlier, later, order_certain: same || before, assume: options.assume };
    let mut changes: Vec<Change> = comparison
        .candidates()
        .into_iter()
        .filter(|unit| {
            options
                .within
                .is_none_or(|top| [earlier, later].iter().any(|v| v.lists(*unit) && v.stands_above(top, *unit)))
        })
        .flat_map(|unit| comparison.changes_of(unit))
        .collect();
    if swapped {
        for change in &mut changes {
            change.kind = change.kind.mirrored();
        }
    }
    changes.sort_by(|a, b| (a.unit, a.kind, &a.relation, &a.others).cmp(&(b.unit, b.kind, &b.relation, &b.others)));
    let terms = Terms { from, to, order_certain: comparison.order_certain, assume: options.assume };
    Diff { terms, changes }
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
}

impl<'h> Comparison<'h> {
    /// Returns the units that can differ: between two days, only those about which something changes.
    fn candidates(&self) -> Vec<UnitIx> {
        if let (Some(a), Some(b)) = (self.earlier.day(), self.later.day()) {
            self.history.changed_between(a, b)
        } else {
            let in_either = |unit: &UnitIx| self.views().iter().any(|view| view.presence(*unit).is_some());
            self.history.units().filter(in_either).collect()
        }
    }

    fn views(&self) -> [View<'h>; 2] {
        [self.earlier, self.later]
    }

    fn changes_of(&self, unit: UnitIx) -> Vec<Change> {
        let has = |view: &View<'_>| match self.assume {
            Assumption::OpenWorld => view.presence(unit).is_some(),
            Assumption::ClosedWorld => view.lists(unit),
        };
        let mut changes: Vec<Change> = Vec::new();
        changes.extend(self.presence_change(unit));
        if self.views().iter().all(has) {
            changes.extend(self.attribute_changes(unit));
        }
        let hidden = self.hides_something(unit);
        for change in &mut changes {
            if !self.order_certain || hidden {
                change.verdict = change.verdict.max(Verdict::Possible);
            }
        }
        changes
    }

    /// Tells whether the floor hides a claim about the unit in either view, or an event between.
    fn hides_something(&self, unit: UnitIx) -> bool {
        let floor = self.earlier.lens().floor;
        floor.is_some()
            && (self.views().iter().any(|view| view.hides_claims(unit))
                || self.events_between(unit).any(|(event, _)| !self.history.event(event).basis.passes(floor)))
    }
}
