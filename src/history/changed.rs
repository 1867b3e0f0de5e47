//! Which units change between two days, read as far as they are asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::model::Day;

use super::graph::History;
use super::node::UnitIx;

/// The units of several days in order, each once.
struct Changed<'h> {
    /// What is not read yet of each day, by its first unit.
    days: BinaryHeap<Reverse<(UnitIx, &'h [UnitIx])>>,
}

impl History {
    /// Returns the units about which something changes after `after` and up to `to`, each once, in order; from one on,
    /// or all of them. `None` where any may change, for a new era bears on every unit that was last seen before it; and
    /// where the days have so many between them that a look at every unit takes less than to put them in order.
    #[must_use]
    pub fn changed_between(&self, after: Day, to: Day, from: Option<UnitIx>) -> Option<impl Iterator<Item = UnitIx>> {
        if self.eras.any_begins_between(after, to) {
            return None;
        }
        let of_days = self.boundaries.between(after, to);
        let asked = of_days.filter_map(|of_day| of_day.get(of_day.partition_point(|unit| Some(*unit) < from)..));
        Changed::of(asked, self.unit_count().saturating_sub(from.map_or(0, UnitIx::index)))
    }
}

impl<'h> Changed<'h> {
    /// Returns the units of days; `None` where there are more than so many, each counted on each of its days.
    fn of(of_days: impl Iterator<Item = &'h [UnitIx]>, most: usize) -> Option<Self> {
        let mut left = most;
        let mut days = Vec::new();
        for of_day in of_days {
            left = left.checked_sub(of_day.len())?;
            days.extend(rest_of(of_day));
        }
        Some(Self { days: days.into() })
    }
}

/// Returns what is left of a day, by its first unit.
fn rest_of(of_day: &[UnitIx]) -> Option<Reverse<(UnitIx, &[UnitIx])>> {
    of_day.first().map(|unit| Reverse((*unit, of_day)))
}

impl Iterator for Changed<'_> {
    type Item = UnitIx;

    fn next(&mut self) -> Option<UnitIx> {
        let Reverse((unit, _)) = *self.days.peek()?;
        while let Some(mut day) = self.days.peek_mut().filter(|day| day.0.0 == unit) {
            let Reverse((_, of_day)) = *day;
            match of_day.split_first().and_then(|(_, rest)| rest_of(rest)) {
                Some(rest) => *day = rest,
                None => drop(PeekMut::pop(day)),
            }
        }
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(days: &[&[u32]], expected: &[usize]) {
        let days: Vec<Vec<UnitIx>> =
            days.iter().map(|units| units.iter().map(|unit| UnitIx::from(*unit)).collect()).collect();
        let count = days.iter().map(Vec::len).sum();
        let changed = |most| Changed::of(days.iter().map(Vec::as_slice), most);
        assert_eq!(changed(count).unwrap().map(UnitIx::index).collect::<Vec<_>>(), expected);
        assert!(count == 0 || changed(count - 1).is_none(), "there are more than asked for");
    }

    #[test]
    fn what_changes_on_several_days_comes_once_and_in_order() {
        check(&[&[1, 4, 9], &[], &[4], &[0, 4, 5, 9]], &[0, 1, 4, 5, 9]);
        check(&[&[7], &[7], &[7]], &[7]);
        check(&[], &[]);
    }
}
