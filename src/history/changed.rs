//! Which units change between two days, read as far as they are asked for.

use crate::model::Day;

use super::graph::History;
use super::node::UnitIx;

/// About how many units are put in order together: so few that whoever reads only the first of them waits for little.
const TOGETHER: usize = 128;

/// The units of several days in order, each once.
struct Changed<'h> {
    /// What is not read yet of each day.
    days: Vec<&'h [UnitIx]>,
    /// Over how many numbers of units about so many are spread.
    span: usize,
    /// Those that were put in order and are not read yet, the last first.
    ordered: Vec<UnitIx>,
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
            days.push(of_day);
        }
        let span = most.saturating_mul(TOGETHER) / (most - left).max(1);
        Some(Self { days, span: span.max(1), ordered: Vec::with_capacity(TOGETHER) })
    }

    /// Puts the next ones in order.
    fn go_on(&mut self) {
        let Some(first) = self.days.iter().filter_map(|of_day| of_day.first()).min() else { return };
        let end = first.index().saturating_add(self.span);
        for of_day in &mut self.days {
            let (near, rest) = of_day.split_at(of_day.partition_point(|unit| unit.index() < end));
            self.ordered.extend_from_slice(near);
            *of_day = rest;
        }
        self.ordered.sort_unstable_by(|a, b| b.cmp(a));
        self.ordered.dedup();
    }
}

impl Iterator for Changed<'_> {
    type Item = UnitIx;

    fn next(&mut self) -> Option<UnitIx> {
        if self.ordered.is_empty() {
            self.go_on();
        }
        self.ordered.pop()
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

    #[test]
    fn however_they_are_spread_all_come() {
        // Steps that share no factor with the number of units meet each of them once.
        let spread = |step: u32| (0..700).map(|at| at * step % 9_973).collect::<Vec<u32>>();
        let near = (20..90).collect::<Vec<u32>>();
        let mut days = vec![near.clone(), near, vec![9_972]];
        days.extend((1..12).map(|day| spread(day * 13)));
        for of_day in &mut days {
            of_day.sort_unstable();
        }
        let days: Vec<&[u32]> = days.iter().map(Vec::as_slice).collect();
        let mut expected: Vec<usize> = days.concat().into_iter().map(|unit| UnitIx::from(unit).index()).collect();
        expected.sort_unstable();
        expected.dedup();
        check(&days, &expected);
    }
}
