//! Figures of a structure: how deep it is, how many units are directly below one, and how far the sources let one count.

use std::collections::BTreeMap;

use crate::model::{Extent, Standing};

use super::node::UnitIx;
use super::view::{MAX_LINE, Placement, View};

/// How often each value occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distribution(BTreeMap<usize, usize>);

impl Distribution {
    fn add(&mut self, value: usize) {
        *self.0.entry(value).or_default() += 1;
    }

    /// Returns the values that occur with the number of units that have each, the least first.
    pub fn values(&self) -> impl Iterator<Item = (usize, usize)> {
        self.0.iter().map(|(value, units)| (*value, *units))
    }

    /// Returns how many units have a value.
    #[must_use]
    pub fn units(&self) -> usize {
        self.0.values().sum()
    }

    /// Returns the greatest value; `None` when no unit has one.
    #[must_use]
    pub fn maximum(&self) -> Option<usize> {
        self.0.last_key_value().map(|(value, _)| *value)
    }

    /// Returns the arithmetic mean; `None` when no unit has a value.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let sum: usize = self.values().map(|(value, units)| value.saturating_mul(units)).sum();
        (!self.0.is_empty()).then(|| real(sum) / real(self.units()))
    }

    /// Returns the median: of an even number of units, the mean of the two in the middle.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let units = self.units();
        let (low, high) = (self.nth(units.checked_sub(1)? / 2)?, self.nth(units / 2)?);
        Some(f64::midpoint(real(low), real(high)))
    }

    /// Returns the value at a position, were they all written in order.
    fn nth(&self, at: usize) -> Option<usize> {
        let mut before = 0;
        self.values().find_map(|(value, units)| {
            before += units;
            (at < before).then_some(value)
        })
    }
}

fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How complete the lists are that the spans are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListCompleteness {
    /// A source says that these are all.
    pub closed: usize,
    /// A source enumerates them, and does not say so.
    pub listed: usize,
    /// A source calls them a selection.
    pub partial: usize,
    /// No source covers the list.
    pub not_covered: usize,
}

/// Figures of a structure. Units that are no part of the organisation are counted in `external` alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StructureStatistics {
    /// How many units are counted.
    pub units: usize,
    /// How many of them stand at the top of a source.
    pub roots: usize,
    /// How many stand under a parent in the view.
    pub placed: usize,
    /// Of how many no parent in the view is known.
    pub unplaced: usize,
    /// How many the view only presumes: nothing since says that they are still there.
    pub presumed: usize,
    /// How many units that are no part of the organisation are left out.
    pub external: usize,
    /// The steps from each unit to the top, of those whose line reaches it.
    pub depth: Distribution,
    /// The number of units directly below each that has any.
    pub span: Distribution,
    /// The units with the most units directly below.
    pub widest: Vec<UnitIx>,
    /// How complete the lists are that the spans are counted from.
    pub lists: ListCompleteness,
}

impl View<'_> {
    /// Returns the figures of the view, or of the part at and under a unit, whose depths are then counted from that
    /// unit; with a kind, of the units of that kind alone. Their spans count units of all kinds.
    #[must_use]
    pub fn statistics(self, under: Option<UnitIx>, kind: Option<&str>) -> StructureStatistics {
        let mut open: Vec<(UnitIx, Option<usize>)> = match under {
            Some(top) => self.lists(top).then_some((top, Some(0))).into_iter().collect(),
            None => self.units().filter_map(|unit| self.depth_of_top(unit)).collect(),
        };
        let mut found = StructureStatistics::default();
        while let Some((unit, depth)) = open.pop() {
            let mut children = self.children(unit);
            let below = depth.map(|depth| depth.saturating_add(1).min(MAX_LINE - 1));
            open.extend(children.iter().map(|child| (*child, below)));
            if kind.is_some_and(|kind| self.kind(unit).is_none_or(|found| found.text != kind)) {
                continue;
            }
            if self.standing(unit) == Standing::External {
                found.external += 1;
                continue;
            }
            children.retain(|child| self.standing(*child) != Standing::External);
            self.count(&mut found, unit, depth, children.len());
        }
        found.widest.sort_unstable();
        found
    }

    /// Returns a unit that nothing in the view stands above, with its depth: none where its place is not known.
    fn depth_of_top(self, unit: UnitIx) -> Option<(UnitIx, Option<usize>)> {
        match self.placement(unit) {
            Placement::Root => Some((unit, Some(0))),
            Placement::Unplaced => Some((unit, None)),
            Placement::Placed => None,
        }
    }

    fn count(self, found: &mut StructureStatistics, unit: UnitIx, depth: Option<usize>, span: usize) {
        found.units += 1;
        match self.placement(unit) {
            Placement::Root => found.roots += 1,
            Placement::Placed => found.placed += 1,
            Placement::Unplaced => found.unplaced += 1,
        }
        if self.presence(unit).is_some_and(|presence| !presence.is_known()) {
            found.presumed += 1;
        }
        if let Some(depth) = depth {
            found.depth.add(depth);
        }
        if span == 0 {
            return;
        }
        let widest = found.span.maximum();
        if widest < Some(span) {
            found.widest.clear();
        }
        if widest <= Some(span) {
            found.widest.push(unit);
        }
        found.span.add(span);
        let lists = &mut found.lists;
        match self.children_extent(unit) {
            Some(Extent::Closed) => lists.closed += 1,
            Some(Extent::Listed) => lists.listed += 1,
            Some(Extent::Partial) => lists.partial += 1,
            None => lists.not_covered += 1,
        }
    }
}
