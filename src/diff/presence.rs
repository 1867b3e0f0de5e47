//! Units that one view has and the other does not: what may be said of that, and what may not.

use std::cmp::{Ordering, Reverse};

use crate::history::{Citation, Claim, EventIx, Layer, LayerIx, Level, SnapshotIx, UnitIx, View};
use crate::model::{Basis, ChangeEvent, ChangeKind, Coverage, Extent, Verdict};

use super::between::{bounds_between, loss_kind, verdict};
use super::{Assumption, Change, Comparison, Reason, Related};

/// A list of the other view that should have the unit, and does not.
struct Speaking<'h> {
    layer: LayerIx,
    snapshot: SnapshotIx,
    owner: UnitIx,
    coverage: &'h Coverage,
    /// The weakest basis that the list and the unit's place in it rest on.
    basis: Basis,
}

impl<'h> Comparison<'h> {
    /// Returns the change in how the views have a unit.
    pub(super) fn presence_change(&self, unit: UnitIx, [before, after]: [Level; 2]) -> Option<Change> {
        if self.assume == Assumption::ClosedWorld {
            return self.textual_change(unit, [before, after].map(|level| self.compares(level)));
        }
        match before.cmp(&after) {
            Ordering::Greater => Some(self.loss(unit)),
            Ordering::Less => Some(self.gain(unit)),
            Ordering::Equal => None,
        }
    }

    fn loss(&self, unit: UnitIx) -> Change {
        let id = self.history.unit_id(unit);
        if let Some((event, certainly)) = self.best_event(unit, |record| record.ends(id)) {
            let kind = loss_kind(self.history.event(event).kind);
            return self.by_event(unit, kind, event, certainly, Related::Results(event));
        }
        self.by_silence(unit, self.earlier, self.later, [ChangeKind::Removed, ChangeKind::NotObserved])
    }

    fn gain(&self, unit: UnitIx) -> Change {
        let id = self.history.unit_id(unit);
        let creates = |record: &ChangeEvent| {
            record.results.iter().any(|result| result.unit == *id)
                && !record.originals.iter().any(|original| original.unit == *id)
        };
        if let Some((event, certainly)) = self.best_event(unit, creates) {
            return self.by_event(unit, ChangeKind::Created, event, certainly, Related::Originals(event));
        }
        self.by_silence(unit, self.later, self.earlier, [ChangeKind::Added, ChangeKind::NewlyObserved])
    }

    /// Returns the plain textual difference; its verdict stays what the sources carry.
    fn textual_change(&self, unit: UnitIx, [earlier, later]: [bool; 2]) -> Option<Change> {
        match (earlier, later) {
            (true, false) => Some(self.by_silence(unit, self.earlier, self.later, [ChangeKind::Removed; 2])),
            (false, true) => Some(self.by_silence(unit, self.later, self.earlier, [ChangeKind::Added; 2])),
            _ => None,
        }
    }

    fn by_event(&self, unit: UnitIx, kind: ChangeKind, event: EventIx, certainly: bool, related: Related) -> Change {
        let record = self.history.event(event);
        let window = record.date.window();
        Change {
            kind,
            verdict: verdict(record.basis, certainly),
            basis: Some(record.basis),
            unit,
            related,
            not_before: window.earliest(),
            not_after: window.latest(),
            evidence: self.cited(|| self.history.cite_event(event)),
            reason: Reason::Event { event, certainly },
            has_unit: [false; 2],
        }
    }

    /// Returns the change for a unit that `present` has, `missing` has not, and no event explains.
    fn by_silence(&self, unit: UnitIx, present: View<'h>, missing: View<'h>, kinds: [ChangeKind; 2]) -> Change {
        let [covered, not_covered] = kinds;
        let is_loss = matches!(covered, ChangeKind::Removed);
        let seen = present.sighting_window(unit, is_loss);
        let (not_before, not_after) = self.bounds_beside(seen, missing, is_loss);
        let mut change = Change {
            kind: not_covered,
            verdict: Verdict::Unknown,
            basis: None,
            unit,
            related: Related::Nothing,
            not_before,
            not_after,
            evidence: self.cited(|| present.evidence(unit)),
            reason: Reason::Silence,
            has_unit: [false; 2],
        };
        let Some(speaking) = self.speaking_list(unit, present, missing) else { return change };
        let list = self.history.layer(speaking.layer).window;
        (change.not_before, change.not_after) = seen.map_or((None, None), |seen| bounds_between(&seen, &list));
        let carried = if speaking.coverage.extent == Extent::Closed { Verdict::Implied } else { Verdict::Possible };
        change.kind = covered;
        change.verdict = if speaking.basis >= Basis::Inferred { Verdict::Possible } else { carried };
        change.basis = Some(speaking.basis);
        change.evidence.extend(self.cited(|| vec![Citation::of(speaking.snapshot, &speaking.coverage.evidence)]));
        change.reason = Reason::List {
            layer: speaking.layer,
            snapshot: speaking.snapshot,
            owner: speaking.owner,
            extent: speaking.coverage.extent,
        };
        change
    }

    /// Returns the list of `missing` that speaks for the unit's absence: the latest that covers the place
    /// which the unit has in `present`, if the unit was not seen beside or after it.
    fn speaking_list(&self, unit: UnitIx, present: View<'h>, missing: View<'h>) -> Option<Speaking<'h>> {
        let place = present.placed(unit);
        let claim = place.parent.and(place.claim)?;
        let kind = present.kind_symbol(unit);
        let owners = present.reporting_line(unit);
        let speaking = owners
            .iter()
            .skip(1)
            .enumerate()
            .filter(|(_, owner)| missing.level(**owner) > Level::Out)
            .flat_map(|(above, owner)| missing.heard_lists(*owner).map(move |list| (above, *owner, list)))
            .filter(|(above, _, list)| {
                (*above == 0 || list.coverage.deep) && self.history.covers(list.coverage, kind, claim.value.heading)
            })
            .max_by_key(|(above, _, list)| {
                (list.layer, Reverse(list.coverage.extent), Reverse(list.coverage.evidence.basis), Reverse(*above))
            })?;
        let (_, owner, list) = speaking;
        let is_selection = list.coverage.extent == Extent::Partial;
        if is_selection || self.is_seen_beside(unit, missing, list.snapshot, self.history.layer(list.layer)) {
            return None;
        }
        let steps = owners.iter().take_while(|step| **step != owner);
        let placings = steps.filter_map(|step| present.place(*step)).map(Claim::basis);
        let basis = placings.fold(list.coverage.evidence.basis, Basis::max);
        Some(Speaking { layer: list.layer, snapshot: list.snapshot, owner, coverage: list.coverage, basis })
    }

    /// Tells whether the list's own snapshot mentions the unit, or the view saw it beside or after the list.
    fn is_seen_beside(&self, unit: UnitIx, view: View<'h>, snapshot: SnapshotIx, list: &Layer) -> bool {
        let sightings = self.history.node(unit).sightings().iter().map(|seen| self.history.layer(seen.layer));
        let mut heard = sightings.filter(|layer| view.hears(layer));
        let seen = match view.day() {
            Some(_) => heard.any(|layer| !layer.observed.is_before(&list.window)),
            None => heard.next().is_some(),
        };
        seen || self.history.mentions(snapshot, unit)
    }
}
