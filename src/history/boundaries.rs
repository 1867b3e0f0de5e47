//! Boundaries: the days on which anything about a unit changes, with the units.

use std::collections::BTreeMap;

use crate::model::{Day, piece};

use super::node::UnitIx;

/// For each day on which something about a unit changes, the units, in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Boundaries {
    days: Vec<Day>,
    /// Where the units of each day end.
    ends: Vec<u32>,
    units: Vec<UnitIx>,
}

impl Boundaries {
    /// Returns those of so many units; `days_of` gives the days of one, each once. It is asked twice: to count them, and
    /// to put them where they stay.
    pub(super) fn of(units: usize, mut days_of: impl FnMut(UnitIx, &mut Vec<Day>)) -> Self {
        let mut own = Vec::new();
        let mut counts: BTreeMap<Day, u32> = BTreeMap::new();
        for unit in (0..units).map(UnitIx::new) {
            days_of(unit, &mut own);
            for day in own.drain(..) {
                *counts.entry(day).or_default() += 1;
            }
        }
        let days: Vec<Day> = counts.keys().copied().collect();
        let mut sum = 0_u32;
        let mut places = Vec::with_capacity(counts.len());
        for count in counts.values() {
            places.push(sum);
            sum += *count;
        }
        let mut found = vec![UnitIx::new(0); usize::try_from(sum).unwrap_or_default()];
        for unit in (0..units).map(UnitIx::new) {
            days_of(unit, &mut own);
            for day in own.drain(..) {
                let place = days.binary_search(&day).ok().and_then(|at| places.get_mut(at));
                let Some(place) = place else { continue };
                if let Some(slot) = usize::try_from(*place).ok().and_then(|place| found.get_mut(place)) {
                    *slot = unit;
                }
                *place += 1;
            }
        }
        // Where the next unit of a day would go is where its units end.
        Self { days, ends: places, units: found }
    }

    /// Returns the units of each day after `from` and up to `to`.
    pub(super) fn between(&self, from: Day, to: Day) -> impl Iterator<Item = &[UnitIx]> {
        let days_by = |day: Day| self.days.partition_point(|known| *known <= day);
        (days_by(from)..days_by(to)).filter_map(|at| self.units.get(piece(&self.ends, at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_found_by_the_days_on_which_they_change() {
        let day = |at: i32| Day::MIN.plus(at);
        let days = [vec![1, 4], vec![], vec![4, 9]];
        let found = Boundaries::of(3, |unit, own| own.extend(days[unit.index()].iter().map(|at| day(*at))));
        let check = |from, to, expected: &[usize]| {
            let between: Vec<usize> = found.between(day(from), day(to)).flatten().map(|unit| unit.index()).collect();
            assert_eq!(between, expected, "after {from}, up to {to}");
        };
        check(0, 9, &[0, 0, 2, 2]);
        check(1, 8, &[0, 2]);
        check(4, 9, &[2]);
        check(9, 20, &[]);
        check(9, 1, &[]);
    }
}
