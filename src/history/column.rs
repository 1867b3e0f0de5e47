//! Columns: what is known of each unit about one thing, all units in one piece of memory.

use std::ops::Range;
use std::sync::Arc;

use super::layer::{Layers, index};
use super::node::{Claim, UnitIx};

/// Items of every unit, one unit after the other.
#[derive(Debug)]
pub(super) struct Column<T> {
    ends: Ends,
    items: Vec<T>,
}

/// Where the items of each unit end: in a table of one column, or of several.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    /// For each unit, an end in each column of the table.
    table: Arc<[u32]>,
    /// How many columns the table has, and which of them this is.
    width: usize,
    column: usize,
}

/// The claims about one attribute, those of each unit in the order of claims.
pub(super) type Claims<V> = Column<Claim<V>>;

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { ends: Ends::of(Vec::new()), items: Vec::new() }
    }
}

impl Ends {
    fn of(ends: Vec<u32>) -> Self {
        Self { table: ends.into(), width: 1, column: 0 }
    }

    /// Returns how many units there are.
    fn units(&self) -> usize {
        self.table.len() / self.width
    }

    /// Returns where the items of a unit begin and end; `None` where there is no such unit.
    fn range(&self, unit: UnitIx) -> Option<Range<usize>> {
        let at = unit.index() * self.width + self.column;
        let to = *self.table.get(at)?;
        let from = at.checked_sub(self.width).and_then(|before| self.table.get(before)).copied().unwrap_or(0);
        Some(usize::try_from(from).ok()?..usize::try_from(to).ok()?)
    }

    /// Puts the ends of columns into one table. Where the items of a unit stand in any of them is then in one place, and
    /// memory, which a large history makes wait at nearly each look, is waited for once.
    pub(super) fn lay_together(columns: Vec<&mut Self>) {
        let mut columns: Vec<&mut Self> = columns.into_iter().filter(|ends| !ends.table.is_empty()).collect();
        let (units, width) = (columns.first().map_or(0, |ends| ends.units()), columns.len().max(1));
        // Filled where it stays, for what is needed only now is held for a while after.
        let mut table: Arc<[u32]> = std::iter::repeat_n(0, units * width).collect();
        let rows = Arc::get_mut(&mut table).into_iter().flat_map(|table| table.chunks_exact_mut(width));
        for (unit, row) in rows.enumerate() {
            for (place, ends) in row.iter_mut().zip(&columns) {
                *place = ends.table.get(unit * ends.width + ends.column).copied().unwrap_or_default();
            }
        }
        for (column, ends) in columns.iter_mut().enumerate() {
            **ends = Self { table: Arc::clone(&table), width, column };
        }
    }
}

impl<T> Column<T> {
    /// Returns the items of a unit; none where the column has none of it.
    pub(super) fn of(&self, unit: UnitIx) -> &[T] {
        self.items.get(self.range(unit)).unwrap_or_default()
    }

    /// Returns how many items there are.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Returns where the items of a unit begin and end.
    pub(super) fn range(&self, unit: UnitIx) -> Range<usize> {
        self.ends.range(unit).unwrap_or_default()
    }

    /// Returns where the items of all units end.
    pub(super) fn ends_mut(&mut self) -> &mut Ends {
        &mut self.ends
    }
}

impl<T: Copy> Column<T> {
    /// Puts items in the order of units; those of one unit stay in the order in which they come.
    pub(super) fn gather(units: usize, found: &[(UnitIx, T)]) -> Self {
        if found.is_empty() {
            return Self::default();
        }
        let mut ends = vec![0_u32; units];
        for (unit, _) in found {
            if let Some(count) = ends.get_mut(unit.index()) {
                *count += 1;
            }
        }
        let mut next = Vec::with_capacity(units);
        let mut sum = 0_u32;
        for count in &mut ends {
            next.push(sum);
            sum += *count;
            *count = sum;
        }
        let mut order = vec![0_u32; found.len()];
        for (at, (unit, _)) in found.iter().enumerate() {
            let Some(place) = next.get_mut(unit.index()) else { continue };
            if let Some(slot) = usize::try_from(*place).ok().and_then(|place| order.get_mut(place)) {
                *slot = index(at);
            }
            *place += 1;
        }
        let item = |at: &u32| usize::try_from(*at).ok().and_then(|at| found.get(at)).map(|(_, item)| *item);
        let mut items = Vec::with_capacity(found.len());
        items.extend(order.iter().filter_map(item));
        Self { ends: Ends::of(ends), items }
    }

    /// Keeps the first of the items of a unit that follow each other and belong together.
    pub(super) fn merge(&mut self, belong_together: impl Fn(&T, &T) -> bool) {
        let (mut ends, mut kept) = (Vec::with_capacity(self.ends.units()), Vec::new());
        for unit in 0..self.ends.units() {
            for run in self.of(UnitIx::new(unit)).chunk_by(&belong_together) {
                kept.extend(run.first().copied());
            }
            ends.push(index(kept.len()));
        }
        kept.shrink_to_fit();
        *self = Self { ends: Ends::of(ends), items: kept };
    }

    /// Does something with the items of each unit that has some.
    fn for_each(&mut self, mut work: impl FnMut(&mut [T])) {
        for unit in 0..self.ends.units() {
            let range = self.range(UnitIx::new(unit));
            if let Some(own) = self.items.get_mut(range).filter(|own| !own.is_empty()) {
                work(own);
            }
        }
    }
}

impl<V: Copy> Claims<V> {
    /// Puts the claims of each unit in the order of claims.
    fn sort(&mut self, layers: &Layers) {
        self.for_each(|claims| claims.sort_by_key(|claim| layers.order(claim.layer, claim.basis())));
    }
}

/// A column that is filled in two rounds of the same items: they are counted, and then each is put where it stays. So
/// nothing but the column itself takes room.
#[derive(Debug)]
pub(super) struct Filling<T> {
    /// How many items each unit has; in the second round, where its next one goes.
    places: Vec<u32>,
    items: Vec<T>,
    count: usize,
    /// Any of them.
    sample: Option<T>,
    is_counted: bool,
}

impl<T: Copy> Filling<T> {
    pub(super) fn new(units: usize) -> Self {
        Self { places: vec![0; units], items: Vec::new(), count: 0, sample: None, is_counted: false }
    }

    /// Counts an item, or puts it in its place.
    pub(super) fn push(&mut self, unit: UnitIx, item: T) {
        let Some(place) = self.places.get_mut(unit.index()) else { return };
        if !self.is_counted {
            self.count += 1;
            self.sample = Some(item);
        } else if let Some(slot) = usize::try_from(*place).ok().and_then(|place| self.items.get_mut(place)) {
            *slot = item;
        }
        *place += 1;
    }

    /// Begins the second round.
    pub(super) fn begin_placing(&mut self) {
        let mut sum = 0_u32;
        for place in &mut self.places {
            sum += std::mem::replace(place, sum);
        }
        if let Some(sample) = self.sample {
            self.items = vec![sample; self.count];
        }
        self.is_counted = true;
    }

    /// Returns the column; the items of each unit stand in the order in which they came.
    pub(super) fn finish(self) -> Column<T> {
        if self.items.is_empty() {
            return Column::default();
        }
        // Where the next item of a unit would go is where those that it has end.
        Column { ends: Ends::of(self.places), items: self.items }
    }
}

impl<V: Copy> Filling<Claim<V>> {
    /// Returns the column, the claims of each unit in the order of claims.
    pub(super) fn sorted(self, layers: &Layers) -> Claims<V> {
        let mut column = self.finish();
        column.sort(layers);
        column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_with_their_units_in_the_order_in_which_they_came() {
        let unit = UnitIx::new;
        let column = Column::gather(4, &[(unit(2), 'a'), (unit(0), 'b'), (unit(2), 'c'), (unit(3), 'd')]);
        let of = |at| column.of(unit(at)).iter().collect::<String>();
        assert_eq!([of(0), of(1), of(2), of(3), of(9)], ["b", "", "ac", "d", ""]);
    }

    #[test]
    fn a_column_that_is_filled_in_two_rounds_is_the_one_that_is_gathered() {
        let found = [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd')].map(|(at, item)| (UnitIx::new(at), item));
        let mut filling = Filling::new(4);
        for round in 0..2 {
            if round == 1 {
                filling.begin_placing();
            }
            for (unit, item) in &found {
                filling.push(*unit, *item);
            }
        }
        let (filled, gathered) = (filling.finish(), Column::gather(4, &found));
        assert_eq!((filled.ends.table, filled.items), (gathered.ends.table, gathered.items));
    }

    #[test]
    fn columns_that_are_laid_together_hold_what_they_held() {
        let unit = UnitIx::new;
        let mut letters = Column::gather(3, &[(unit(2), 'a'), (unit(0), 'b'), (unit(2), 'c')]);
        let mut nothing = Column::<bool>::default();
        let mut digits = Column::gather(3, &[(unit(1), 1), (unit(2), 2)]);
        Ends::lay_together(vec![letters.ends_mut(), nothing.ends_mut(), digits.ends_mut()]);
        let of = |at| (letters.of(unit(at)), nothing.of(unit(at)), digits.of(unit(at)));
        let none: &[bool] = &[];
        assert_eq!(of(0), (&['b'][..], none, &[][..]));
        assert_eq!(of(1), (&[][..], none, &[1][..]));
        assert_eq!(of(2), (&['a', 'c'][..], none, &[2][..]));
        assert_eq!(of(3), (&[][..], none, &[][..]));
        letters.merge(|_, _| true);
        assert_eq!([letters.of(unit(0)), letters.of(unit(1)), letters.of(unit(2))], [&['b'][..], &[], &['a']]);
    }

    #[test]
    fn only_items_of_one_unit_are_merged() {
        let unit = UnitIx::new;
        let found = [(0, 'a'), (0, 'a'), (1, 'a'), (1, 'b'), (1, 'b'), (1, 'a'), (3, 'c')];
        let mut column = Column::gather(4, &found.map(|(at, item)| (unit(at), item)));
        column.merge(|a, b| a == b);
        let of = |at| column.of(unit(at)).iter().collect::<String>();
        assert_eq!([of(0), of(1), of(2), of(3)], ["a", "aba", "", "c"]);
    }
}
