//! What does not fit together.

use std::collections::BTreeSet;

use eragraph::model::{ConflictKind, Coverage, Extent, Mention, Placing, Snapshot, UnitId, Window};

use super::facts::{Claim, Seat, Stamp};
use super::lives::turning_days;
use super::model::{At, Oracle};

/// A conflict: its kind, and the units that it concerns.
pub(crate) type Conflict = (ConflictKind, BTreeSet<UnitId>);

impl Oracle<'_> {
    /// Returns what does not fit together.
    pub(crate) fn conflicts(&self) -> BTreeSet<Conflict> {
        let mut found = BTreeSet::new();
        for unit in &self.units {
            if self.is_disputed(unit) {
                found.insert((ConflictKind::Disagreement, BTreeSet::from([unit.clone()])));
            }
        }
        for snapshot in self.corpus.snapshots.values() {
            for coverage in snapshot.coverage.iter().filter(|coverage| coverage.extent == Extent::Closed) {
                let lacking = self.units_that_others_put_on(snapshot, coverage);
                found.extend(lacking.into_iter().map(|unit| (ConflictKind::ClosedList, BTreeSet::from([unit]))));
            }
        }
        let snapshots = self.corpus.snapshots.keys().map(|id| At::Snapshot(id.clone()));
        let eras = self.corpus.eras.keys().map(|id| At::Era(id.clone()));
        for at in turning_days(self.corpus).into_iter().map(At::Day).chain(snapshots).chain(eras) {
            let cycles = self.view(&at, None, true).cycles;
            found.extend(cycles.into_iter().map(|(members, _)| (ConflictKind::ParentCycle, members)));
        }
        found
    }

    fn is_disputed(&self, unit: &UnitId) -> bool {
        let facts = self.facts(unit);
        let parents_disagree = |a: &Seat<'_>, b: &Seat<'_>| a != b && *a != Seat::Top && *b != Seat::Top;
        any_overlapping(&facts.kinds, |a, b| a != b)
            || any_overlapping(&facts.seats, parents_disagree)
            || any_overlapping(&facts.figures, |a, b| a.contradicts(b))
    }

    fn units_that_others_put_on(&self, snapshot: &Snapshot, coverage: &Coverage) -> BTreeSet<UnitId> {
        let window = snapshot.window(coverage.part);
        let overlaps = |other: &Snapshot, mention: &Mention| other.window(mention.part).overlaps(&window);
        let mut units = BTreeSet::new();
        for other in self.corpus.snapshots.values().filter(|other| other.id != snapshot.id) {
            let put = other.mentions.iter().filter(|m| overlaps(other, m) && puts_on(other, m, coverage));
            units.extend(put.map(|mention| mention.unit.clone()));
        }
        let has = |unit: &UnitId| {
            snapshot.mentions.iter().any(|mention| mention.unit == *unit && puts_on(snapshot, &mention, coverage))
        };
        units.into_iter().filter(|unit| !has(unit)).collect()
    }
}

/// Tells whether layers whose order is open make claims of which `disagree` holds.
fn any_overlapping<T>(claims: &[Claim<'_, T>], disagree: impl Fn(&T, &T) -> bool) -> bool {
    let window = |at: &Stamp<'_>| at.snapshot.and(at.window);
    let overlap = |a: Option<Window>, b: Option<Window>| matches!((a, b), (Some(a), Some(b)) if a.overlaps(&b));
    claims.iter().enumerate().any(|(at, a)| {
        claims[at + 1..].iter().any(|b| overlap(window(&a.at), window(&b.at)) && disagree(&a.value, &b.value))
    })
}

/// Tells whether a mention puts its unit on a list.
fn puts_on(snapshot: &Snapshot, mention: &Mention, coverage: &Coverage) -> bool {
    let kind = mention.kind.as_ref().map(|kind| &kind.text);
    (coverage.kind.is_none() || coverage.kind.as_ref() == kind)
        && (coverage.heading.is_none() || coverage.heading == mention.shown_under)
        && parents(snapshot, mention, coverage.deep).contains(&coverage.of)
}

/// Returns the parent that a mention gives; when `deep`, also that parent's in the same layer, and so on.
fn parents(snapshot: &Snapshot, mention: &Mention, deep: bool) -> BTreeSet<UnitId> {
    let mut found = BTreeSet::new();
    let mut at = Some(mention.clone());
    while let Some(Placing::Under { parent, .. }) = at.as_ref().map(|mention| &mention.placing) {
        found.insert(parent.clone());
        let above = snapshot.mentions.iter().find(|other| other.unit == *parent && other.part == mention.part);
        at = above.filter(|_| deep);
    }
    found
}
