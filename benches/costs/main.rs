//! What questions cost in-process: how that grows with the units, with what changed, and with the distance of days.
//!
//!     cargo bench --bench costs [-- WORD]
//!
//! No socket, no text of a query, no JSON: `benches/side-by-side` has those.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

mod organisation;

use std::cell::Cell;

use divan::{Bencher, black_box};
use eragraph::diff::{DiffOptions, diff};
use eragraph::history::{History, Lens, Moment, UnitIx, View};

use organisation::{DAYS, DEPTHS, MONTH, WITH_CHANGES, corpus, day, deep, history, with_changes};

fn main() {
    divan::main();
}

/// How many units the organisations have.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// How many months lie between the days that are compared.
const APART: [usize; 6] = [1, 3, 12, 36, 60, 239];
/// A number that shares no factor with the sizes: steps of it come by every unit.
const STEP: usize = 7_919;

/// A unit by its id: the logarithm of the units at most.
#[divan::bench(args = SIZES)]
fn unit_by_id(bencher: Bencher<'_, '_>, units: usize) {
    let history = history(units);
    let ids: Vec<String> = (0..1_000).map(|number| (number * STEP % units).to_string()).collect();
    let next = Cell::new(0);
    bencher.bench_local(|| history.unit_ix(black_box(in_turn::<String>(&next, &ids))));
}

/// What a unit was called on a day: the logarithm of its own changes, however many units there are.
#[divan::bench(args = WITH_CHANGES, consts = SIZES)]
fn name_by_changes<const UNITS: usize>(bencher: Bencher<'_, '_>, changes: usize) {
    let history = history(UNITS);
    let unit = unit(history, with_changes(UNITS, changes));
    let next = Cell::new(0);
    bencher.bench_local(|| view(history, turn(&next, DAYS)).name(black_box(unit)));
}

/// The history of a unit: its own changes.
#[divan::bench(args = WITH_CHANGES)]
fn periods_by_changes(bencher: Bencher<'_, '_>, changes: usize) {
    let history = history(SIZES[1]);
    let unit = unit(history, with_changes(SIZES[1], changes));
    bencher.bench_local(|| history.periods(black_box(unit), None));
}

/// The line from a unit to the top: its depth.
#[divan::bench(args = DEPTHS, consts = [10_000, 100_000])]
fn reporting_line_by_depth<const UNITS: usize>(bencher: Bencher<'_, '_>, depth: usize) {
    let history = history(UNITS);
    let unit = unit(history, deep(UNITS, depth));
    let next = Cell::new(0);
    bencher.bench_local(|| view(history, turn(&next, DAYS)).reporting_line(black_box(unit)));
}

/// The units below one.
#[divan::bench(args = SIZES)]
fn children(bencher: Bencher<'_, '_>, units: usize) {
    let history = history(units);
    let next = Cell::new(0);
    // Six below each of the first sixth of the units.
    let parents: Vec<UnitIx> = (0..100).map(|number| unit(history, number * STEP % (units / 7))).collect();
    let on = view(history, DAYS / 2);
    bencher.bench_local(|| on.children(black_box(*in_turn(&next, &parents))));
}

/// What differs between two days: what changed between them.
#[divan::bench(args = APART, consts = [10_000, 100_000], max_time = 3)]
fn differences_by_months<const UNITS: usize>(bencher: Bencher<'_, '_>, months: usize) {
    let history = history(UNITS);
    let next = Cell::new(0);
    bencher.bench_local(|| {
        let from = turn(&next, 240 - months);
        diff(view(history, from * MONTH), view(history, (from + months) * MONTH), DiffOptions::default())
    });
}

/// A look at each unit on both days, which does not say what became of it: no comparison looks at more.
#[divan::bench(consts = [10_000, 100_000], max_time = 3)]
fn full_comparison<const UNITS: usize>(bencher: Bencher<'_, '_>) {
    let history = history(UNITS);
    let (from, to) = (view(history, 0), view(history, 239 * MONTH));
    bencher.bench_local(|| {
        let differs = |unit: &UnitIx| {
            let of = |view: View<'static>| view.lists(*unit).then(|| (view.name(*unit).text, view.parent(*unit)));
            of(from) != of(to)
        };
        black_box(from).history().units().filter(differs).count()
    });
}

/// The first page of all units.
#[divan::bench(args = SIZES)]
fn first_page(bencher: Bencher<'_, '_>, units: usize) {
    page_after(bencher, units, 0);
}

/// A page near the end: no more than the first.
#[divan::bench(args = SIZES)]
fn late_page(bencher: Bencher<'_, '_>, units: usize) {
    page_after(bencher, units, units - 100);
}

fn page_after(bencher: Bencher<'_, '_>, units: usize, last: usize) {
    let history = history(units);
    let view = view(history, DAYS / 2);
    let last = view.units().nth(last);
    bencher.bench_local(|| view.units_after(black_box(last)).filter(|(_, listed)| *listed).take(50).count());
}

/// The graph of everything, from the records.
#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn build(bencher: Bencher<'_, '_>, units: usize) {
    let corpus = corpus(units);
    bencher.bench_local(|| History::build(corpus.clone()));
}

fn view(history: &History, number: usize) -> View<'_> {
    history.view(&Moment::Day(day(number)), Lens::default()).unwrap()
}

fn unit(history: &History, id: usize) -> UnitIx {
    history.unit_ix(&id.to_string()).unwrap()
}

fn in_turn<'a, T>(next: &Cell<usize>, of: &'a [T]) -> &'a T {
    of.get(turn(next, of.len())).unwrap()
}

/// Counts on, and begins again.
fn turn(next: &Cell<usize>, of: usize) -> usize {
    next.replace((next.get() + 1) % of) % of
}
