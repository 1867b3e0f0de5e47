//! Cycles that carried parents close: found at load, cut at the oldest claim, and reported.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::model::Day;

use super::citation::Conflict;
use super::graph::{Frame, History};
use super::lives::latest_by;
use super::node::{Claim, Life, Place, UnitIx};

/// A cycle: each unit on it, with the claim that leads to the next.
type Cycle = Vec<(UnitIx, Claim<Place>)>;

/// From how many steps on a line is a long one.
const LONG_LINE: usize = 32;

/// Units that lead to a top; what leads to one of them does too.
struct Safe {
    /// For each unit, the number of the last round in which it was noted.
    noted: Vec<u32>,
    round: u32,
}

impl Safe {
    fn of(units: usize) -> Self {
        Self { noted: vec![0; units], round: 0 }
    }

    /// Forgets all of them.
    fn begin(&mut self) {
        self.round += 1;
    }

    fn contains(&self, unit: UnitIx) -> bool {
        self.noted.get(unit.index()) == Some(&self.round)
    }

    fn insert(&mut self, unit: UnitIx) {
        if let Some(noted) = self.noted.get_mut(unit.index()) {
            *noted = self.round;
        }
    }
}

/// The cycles found, by their units in order; one is reported once, by the claims that closed it first.
type Found = BTreeMap<Vec<UnitIx>, Cycle>;

/// Marks the claims to drop in day, snapshot and era views.
pub(super) fn cut(history: &mut History) {
    let mut found = Found::new();
    let mut safe = Safe::of(history.unit_count());
    cut_days(history, &mut found, &mut safe);
    for at in 0..history.snapshot_frames.len() {
        let dropped = history.snapshot_frames.get(at).map(|frame| cut_frame(history, frame, &mut found, &mut safe));
        if let Some((frame, dropped)) = history.snapshot_frames.get_mut(at).zip(dropped) {
            frame.dropped = dropped;
        }
    }
    for at in 0..history.era_frames.len() {
        let dropped = history.era_frames.get(at).map(|frame| cut_frame(history, frame, &mut found, &mut safe));
        if let Some((frame, dropped)) = history.era_frames.get_mut(at).zip(dropped) {
            frame.dropped = dropped;
        }
    }
    for cycle in found.into_values() {
        let mut claims: Vec<_> = cycle.iter().map(|(unit, claim)| history.place_record(*unit, claim)).collect();
        claims.sort_by_key(|claim| (claim.layer, claim.unit));
        history.conflicts.push(Conflict::cycle(history, claims));
    }
}

/// Walks through the days on which a parent or a life changes, and follows only what changed on each.
fn cut_days(history: &mut History, found: &mut Found, safe: &mut Safe) {
    let count = history.columns.place.len() + 2 * history.lives.len();
    let mut changes: Vec<(Day, UnitIx)> = Vec::with_capacity(count);
    for unit in history.units() {
        let node = history.node(unit);
        let starts = node.place().iter().map(|claim| history.layers.start(claim.layer));
        let edges = node.lives().iter().flat_map(|life| std::iter::once(life.from).chain(life.to));
        changes.extend(starts.chain(edges).map(|day| (day, unit)));
    }
    changes.sort_unstable();
    changes.dedup();
    let mut open: BTreeMap<UnitIx, Vec<UnitIx>> = BTreeMap::new();
    for changed in changes.chunk_by(|(a, _), (b, _)| a == b) {
        let Some(day) = changed.first().map(|(day, _)| *day) else { continue };
        let is_changed = |unit: &UnitIx| changed.binary_search(&(day, *unit)).is_ok();
        safe.begin();
        // A change in any unit of a cycle ends it; if it still stands, it is found again below.
        let over: Vec<UnitIx> =
            open.iter().filter(|(_, cycle)| cycle.iter().any(is_changed)).map(|(dropped, _)| *dropped).collect();
        for dropped in over {
            open.remove(&dropped);
            close_mark(history, dropped, day);
        }
        for (_, unit) in changed.iter().copied() {
            if open.values().any(|cycle| cycle.contains(&unit)) {
                continue;
            }
            let cycle = cycle_through(unit, |unit| day_claim(history, unit, day), safe);
            let Some(dropped) = oldest(history, &cycle) else { continue };
            let members: Vec<UnitIx> = cycle.iter().map(|(unit, _)| *unit).collect();
            report(found, &cycle);
            open.insert(dropped, members);
            history.dropped.entry(dropped).or_default().push(Life { from: day, to: None });
        }
    }
}

fn close_mark(history: &mut History, unit: UnitIx, day: Day) {
    if let Some(mark) = history.dropped.get_mut(&unit).and_then(|marks| marks.last_mut()) {
        mark.to = Some(day);
    }
}

/// Returns the parent claim that a unit in the view carries on a day, when the parent is in the view too.
fn day_claim(history: &History, unit: UnitIx, day: Day) -> Option<Claim<Place>> {
    let node = history.node(unit);
    let life = node.life_at(day)?;
    let claim = latest_by(history, node.place(), day)?;
    let parent = claim.value.parent().unit()?;
    history.node(parent).life_at(day)?;
    (life.from <= history.layer(claim.layer).start()).then_some(*claim)
}

fn cut_frame(history: &History, frame: &Frame, found: &mut Found, safe: &mut Safe) -> Vec<UnitIx> {
    let claim_of = |unit: UnitIx| {
        history.node(unit).place().iter().rev().find(|claim| frame.layers.binary_search(&claim.layer).is_ok()).copied()
    };
    let mut dropped = Vec::new();
    let mut done: BTreeSet<UnitIx> = BTreeSet::new();
    safe.begin();
    for unit in frame.units.iter().copied() {
        if done.contains(&unit) {
            continue;
        }
        let cycle = cycle_through(unit, claim_of, safe);
        done.extend(cycle.iter().map(|(unit, _)| *unit));
        if let Some(oldest) = oldest(history, &cycle) {
            report(found, &cycle);
            dropped.push(oldest);
        }
    }
    dropped.sort_unstable();
    dropped
}

/// Returns the cycle that the unit lies on, with the claims that close it; empty when it lies on none. Units that lead
/// to no cycle are noted as safe.
fn cycle_through(unit: UnitIx, claim_of: impl Fn(UnitIx) -> Option<Claim<Place>>, safe: &mut Safe) -> Cycle {
    let mut steps: Cycle = Vec::new();
    let mut seen = HashSet::new();
    let mut at = unit;
    while !safe.contains(at) {
        // A line is seldom long; only of a long one the units are kept where they are found quickly.
        let is_seen = if steps.len() < LONG_LINE {
            steps.iter().any(|(step, _)| *step == at)
        } else {
            seen.extend(steps.iter().skip(seen.len()).map(|(step, _)| *step));
            seen.contains(&at)
        };
        if is_seen {
            return if at == unit { steps } else { Vec::new() };
        }
        let above = claim_of(at).and_then(|claim| Some((claim, claim.value.parent().unit()?)));
        let Some((claim, parent)) = above else {
            safe.insert(at);
            break;
        };
        steps.push((at, claim));
        at = parent;
    }
    for (step, _) in steps {
        safe.insert(step);
    }
    Vec::new()
}

/// Returns the child whose claim is the first in the order of claims; on a tie, the one with the smaller id.
fn oldest(history: &History, cycle: &[(UnitIx, Claim<Place>)]) -> Option<UnitIx> {
    let age = |(unit, claim): &&(UnitIx, Claim<Place>)| (history.layers.order(claim.layer, claim.basis()), *unit);
    cycle.iter().min_by_key(age).map(|(unit, _)| *unit)
}

fn report(found: &mut Found, cycle: &[(UnitIx, Claim<Place>)]) {
    let mut units: Vec<UnitIx> = cycle.iter().map(|(unit, _)| *unit).collect();
    units.sort_unstable();
    found.entry(units).or_insert_with(|| cycle.to_vec());
}
