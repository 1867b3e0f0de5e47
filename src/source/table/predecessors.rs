//! Predecessors that rows name, as change events between one date of the table and the next.

use std::collections::{BTreeMap, BTreeSet};

use super::csv::Day;
use super::reader::{Reader, Row};
use super::rows::Grid;
use crate::model::{
    Basis, ChangeEvent, Edtf, EventEvidence, EventId, EventOriginal, EventResult, EventType, Record, SnapshotId, UnitId,
};
use crate::source::origin::Origin;

/// The dates of a table with the snapshots made of them.
pub(super) struct Descent<'d, 'g, 't> {
    pub(super) grid: &'d Grid<'t>,
    pub(super) days: &'d [Day<'g, 't>],
    pub(super) snapshots: &'d [SnapshotId],
}

/// Units of which one came from another, directly or through a third: what one event is about.
#[derive(Default)]
struct Group {
    from: BTreeSet<UnitId>,
    to: BTreeSet<UnitId>,
    rows: BTreeMap<UnitId, Row>,
}

/// Adds an event for each group of units that rows of one date join.
pub(super) fn read(reader: &mut Reader<'_, '_>, table: &Descent<'_, '_, '_>) {
    for (at, day) in table.days.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| table.days.get(at));
        let Some(snapshot) = table.snapshots.get(at) else { continue };
        for group in groups(reader, table.grid, day, before) {
            event(reader, day, before, snapshot, group);
        }
    }
}

/// Returns the groups of a date. A unit that the table had on the date before already came from nothing new:
/// its predecessors went into it only where they were there on that date too.
fn groups(
    reader: &mut Reader<'_, '_>,
    grid: &Grid<'_>,
    day: &Day<'_, '_>,
    before: Option<&Day<'_, '_>>,
) -> Vec<Group> {
    let was_there = |unit: &UnitId| before.is_some_and(|before| before.rows.contains_key(unit));
    let mut groups: Vec<Group> = Vec::new();
    for row in day.rows.values() {
        let Some(cell) = grid.cell(row.row, "predecessors") else { continue };
        let mut from: BTreeSet<UnitId> = reader.unit_ids(cell, "a predecessor").into_iter().collect();
        if was_there(&row.unit) {
            // Long-form tables repeat on every date where a unit came from.
            from.retain(|unit| *unit != row.unit && was_there(unit) && !day.rows.contains_key(unit));
        }
        from.remove(&row.unit);
        if from.is_empty() {
            continue;
        }
        let mut group = Group { from, ..Group::default() };
        group.to.insert(row.unit.clone());
        group.rows.insert(row.unit.clone(), row.row.row);
        let (joined, apart): (Vec<Group>, Vec<Group>) =
            groups.into_iter().partition(|other| !other.from.is_disjoint(&group.from));
        for other in joined {
            group.from.extend(other.from);
            group.to.extend(other.to);
            group.rows.extend(other.rows);
        }
        groups = apart;
        groups.push(group);
    }
    groups
}

fn event(
    reader: &mut Reader<'_, '_>,
    day: &Day<'_, '_>,
    before: Option<&Day<'_, '_>>,
    snapshot: &SnapshotId,
    mut group: Group,
) {
    let goes_on = |unit: &UnitId| day.rows.contains_key(unit);
    let was_there = |unit: &UnitId| before.is_some_and(|before| before.rows.contains_key(unit));
    let kind = match (group.from.len(), group.to.len()) {
        (1, 1) if group.from.iter().all(goes_on) => EventType::Split,
        (_, 1) if group.to.iter().all(was_there) => EventType::Absorbed,
        (1, 1) => EventType::Succeeded,
        (1, _) => EventType::Split,
        (_, 1) => EventType::Merged,
        _ => EventType::Succeeded,
    };
    if kind == EventType::Split {
        // What is split and goes on is one of the pieces.
        group.to.extend(group.from.iter().filter(|unit| goes_on(unit)).cloned());
    }
    let Some(first) = group.rows.keys().next().cloned() else { return };
    let word = format!("{kind:?}").to_lowercase();
    let Ok(id) = EventId::new(&format!("{first}-{word}-{}", day.date.window().start())) else { return };
    let originals = group.from.iter().map(|unit| {
        let continues = goes_on(unit) && !group.to.contains(unit);
        EventOriginal { unit: unit.clone(), continues, part: false }
    });
    let result = |unit: &UnitId| EventResult { unit: unit.clone(), name: None, acronym: None, kind: None, parent: None };
    let mut rows: Vec<Row> = group.rows.values().copied().collect();
    rows.sort_by_key(|row| row.first_line);
    let lines = crate::model::LineSet::of(rows.iter().map(|row| (row.first_line, row.last_line)));
    let evidence = lines.map(|lines| EventEvidence {
        snapshot: snapshot.clone(),
        lines,
        basis: Basis::Stated,
        note: None,
    });
    let place = rows.first().map_or(reader.mapping.place, |row| reader.place(row.span));
    let mut origin = Origin::new(place);
    for unit in group.from.iter().chain(&group.to) {
        origin.note_id(unit.as_str(), place);
    }
    let event = ChangeEvent {
        id,
        kind,
        date: between(before.map(|before| &before.date), &day.date),
        originals: originals.collect(),
        results: group.to.iter().map(result).collect(),
        basis: Basis::Stated,
        evidence: evidence.into_iter().collect(),
        reference: None,
        note: None,
    };
    reader.add(Record::Event(event), origin);
}

/// Returns the days after one date of the table and before the next, which shows the change made already; the next
/// date where nothing lies between.
fn between(before: Option<&Edtf>, day: &Edtf) -> Edtf {
    let interval = before.and_then(|before| {
        let (from, to) = (before.window().end().plus(1), day.window().start().plus(-1));
        match from.cmp(&to) {
            std::cmp::Ordering::Less => Edtf::parse(&format!("{from}/{to}")).ok(),
            std::cmp::Ordering::Equal => Some(Edtf::of_day(from)),
            std::cmp::Ordering::Greater => None,
        }
    });
    interval.unwrap_or_else(|| day.clone())
}
