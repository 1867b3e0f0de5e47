//! Gaps: what the loaded sources leave open about the units of a view.

use std::collections::BTreeSet;

use crate::model::{Day, GapKind, Standing};

use super::layer::{LayerIx, SnapshotIx};
use super::node::{Claim, Place, UnitIx};
use super::presence::{self, Status};
use super::view::{Lens, Placement, View};

/// The kind of a unit that someone may hold.
const POST: &str = "post";

/// Something that the loaded sources leave open about a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// What is open.
    pub kind: GapKind,
    /// The unit.
    pub unit: UnitIx,
    /// The day from which it is open, where that is known.
    pub since: Option<Day>,
    /// The last snapshot of the view that mentions the unit.
    pub last_observed: Option<SnapshotIx>,
    /// The parent that the view carries though it is not there, or dropped because it would close a cycle.
    pub parent: Option<UnitIx>,
}

impl<'h> View<'h> {
    /// Returns what is open about the units of the view, by kind and then by id. Units that are no part of the
    /// organisation do not count: its sources need not speak of them.
    ///
    /// Units that are OUTDATED count as not seen for long, whether or not the view lists them. Others do if they are
    /// presumed, and the last day on which anything named them is at least so many years before the day of the view.
    #[must_use]
    pub fn gaps(self, kinds: &[GapKind], under: Option<UnitIx>, years: u16) -> Vec<Gap> {
        let all = self.through(Lens { include_outdated: true, ..self.lens });
        let mut units: BTreeSet<UnitIx> = match under {
            None => all.units().collect(),
            Some(top) => all.below(top).into_iter().collect(),
        };
        units.retain(|unit| self.standing(*unit) != Standing::External);
        let mut kinds = kinds.to_vec();
        kinds.sort_unstable();
        kinds.dedup();
        let find = |kind: GapKind, unit: UnitIx| match kind {
            GapKind::NotSeenForLong => self.not_seen_for_long(unit, years),
            GapKind::NoHolderKnown => self.no_holder_known(unit),
            GapKind::NoParentStated => self.no_parent_stated(unit),
        };
        kinds.iter().flat_map(|kind| units.iter().filter_map(|unit| find(*kind, *unit))).collect()
    }

    fn gap(self, kind: GapKind, unit: UnitIx, since: Option<Day>, parent: Option<UnitIx>) -> Gap {
        Gap { kind, unit, since, last_observed: self.last_mention(unit), parent }
    }

    fn not_seen_for_long(self, unit: UnitIx, years: u16) -> Option<Gap> {
        let day = self.day()?;
        let status = self.presence(unit)?.status;
        let last = self.last_seen(unit)?;
        let is_long = last <= day.plus_years(-i32::from(years));
        let counts = status == Status::Outdated || (status == Status::Presumed && is_long);
        counts.then(|| self.gap(GapKind::NotSeenForLong, unit, Some(last.plus(1)), None))
    }

    fn no_holder_known(self, unit: UnitIx) -> Option<Gap> {
        let is_post = self.lists(unit) && self.kind(unit).is_some_and(|kind| kind.text == POST);
        if !is_post || self.holder(unit).is_some() {
            return None;
        }
        let since = self.last_holder(unit).map(|(_, layer)| self.layer(layer).observed.end().plus(1));
        Some(self.gap(GapKind::NoHolderKnown, unit, since, None))
    }

    fn no_parent_stated(self, unit: UnitIx) -> Option<Gap> {
        if !self.lists(unit) || self.placement(unit) != Placement::Unplaced {
            return None;
        }
        let carried = self.carried_place(unit);
        let parent = carried.and_then(|claim| claim.value.parent().unit());
        Some(self.gap(GapKind::NoParentStated, unit, self.without_parent_since(unit, parent, carried), parent))
    }

    /// Returns the day since which a unit is without a parent: since its life began where none is carried, since the
    /// parent left the view or its claim was dropped where one is.
    fn without_parent_since(self, unit: UnitIx, parent: Option<UnitIx>, carried: Option<&Claim<Place>>) -> Option<Day> {
        let day = self.day()?;
        let node = self.history.node(unit);
        let Some((parent, claim)) = parent.zip(carried) else { return node.life_at(day).map(|life| life.from) };
        if let Some(mark) = node.dropped().iter().find(|mark| mark.contains(day)) {
            return Some(mark.from);
        }
        let stated = self.layer(claim.layer).start();
        let left = self.history.node(parent).lives().iter().filter_map(|life| life.to).filter(|to| *to <= day).max();
        let outdated = || {
            let last = self.heard(self.history.node(parent).sightings()).rev();
            let last = last.filter(|seen| seen.basis().passes(self.lens.floor)).map(|seen| {
                presence::outdated_from(self.history, self.history.node(parent), seen)
                    .map(|begun| begun.max(self.layer(seen.layer).observed.end().plus(1)))
            });
            last.into_iter().next().flatten()
        };
        let gone = if self.presence(parent).is_some() { outdated() } else { left };
        gone.map(|gone| gone.max(stated))
    }

    /// Returns the last day on which something that the view hears may have named the unit.
    pub(super) fn last_seen(self, unit: UnitIx) -> Option<Day> {
        let seen = self.heard(self.history.node(unit).sightings()).filter(|seen| seen.basis().passes(self.lens.floor));
        let life = self.day().and_then(|day| self.history.node(unit).life_at(day)).map_or(Day::MIN, |life| life.from);
        seen.map(|seen| self.layer(seen.layer).observed_of(life).end()).max()
    }

    /// Returns the last holder that the view heard of, with the layer that names them.
    pub(super) fn last_holder(self, unit: UnitIx) -> Option<(&'h str, LayerIx)> {
        let holder = self.last_known(unit)?.holder?;
        Some((holder.item.name.as_str(), holder.layer))
    }

    /// Tells whether the unit's parent is known, and not followed because it would close a cycle.
    pub(super) fn is_dropped(self, unit: UnitIx) -> bool {
        self.place(unit).is_none() && self.carried_place(unit).is_some()
    }

    fn last_mention(self, unit: UnitIx) -> Option<SnapshotIx> {
        let mut seen = self
            .heard(self.history.node(unit).sightings())
            .rev()
            .filter(|seen| seen.basis().passes(self.lens.floor) && seen.value.is_mention());
        seen.find_map(|seen| self.layer(seen.layer).snapshot())
    }
}
