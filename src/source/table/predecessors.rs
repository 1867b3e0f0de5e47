//! Predecessors that rows name, as change events between one date of the table and the next.

use std::collections::{BTreeMap, BTreeSet};

use super::csv::Day;
use super::reader::{Reader, Row, lower};
use super::rows::Grid;
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::{
    Basis, ChangeEvent, Edtf, EventEvidence, EventId, EventOriginal, EventResult, EventType, LineSet, Record,
    SnapshotId, UnitId,
};
use crate::source::origin::Origin;

/// The dates of a table with the snapshots made of them.
pub(super) struct Descent<'d, 'g, 't> {
    pub(super) grid: &'d Grid<'t>,
    pub(super) days: &'d [Day<'g, 't>],
    pub(super) snapshots: &'d [SnapshotId],
}

impl Descent<'_, '_, '_> {
    /// Tells of successors that no row of the table is about.
    fn tell_unknown(&self, reader: &mut Reader<'_, '_>, successors: &[UnitId], row: Row) {
        for unit in successors.iter().filter(|unit| !self.days.iter().any(|day| day.rows.contains_key(*unit))) {
            let message = format!("a successor is unit `{unit}`, which no row of the table is about");
            let known = self.days.iter().flat_map(|day| day.rows.keys()).map(UnitId::as_str);
            let hint = did_you_mean(unit.as_str(), known);
            let found = Diagnostic::new(Code::UnknownUnit, message).at(reader.place(row.span));
            reader.tell(found.maybe_hint(hint));
        }
    }
}

/// Units of which one came from another, directly or through a third: what one event is about.
#[derive(Default)]
struct Group {
    from: BTreeSet<UnitId>,
    to: BTreeSet<UnitId>,
    /// The rows that say so, each with its snapshot, by their first lines.
    rows: BTreeMap<u32, (SnapshotId, Row)>,
}

/// Adds an event for each group of units that rows of one date join.
pub(super) fn read(reader: &mut Reader<'_, '_>, table: &Descent<'_, '_, '_>) {
    for at in 0..table.days.len() {
        let Some(day) = table.days.get(at) else { continue };
        let before = at.checked_sub(1).and_then(|at| table.days.get(at));
        for group in groups(reader, table, at) {
            event(reader, table.grid, day, before, group);
        }
    }
}

/// Returns what the rows of a date, by their predecessors, and those of the date before, by their successors, join.
fn groups(reader: &mut Reader<'_, '_>, table: &Descent<'_, '_, '_>, at: usize) -> Vec<Group> {
    let (Some(day), Some(snapshot)) = (table.days.get(at), table.snapshots.get(at)) else { return Vec::new() };
    let before = at.checked_sub(1).and_then(|at| table.days.get(at).zip(table.snapshots.get(at)));
    let was_there = |unit: &UnitId| before.is_some_and(|(before, _)| before.rows.contains_key(unit));
    // Long-form tables may repeat on every date where a unit came from, so that only what is new makes an event.
    let is_new = |from: &UnitId, to: &UnitId| {
        from != to && (!was_there(to) || (was_there(from) && !day.rows.contains_key(from)))
    };
    let mut groups: Vec<Group> = Vec::new();
    for row in day.rows.values() {
        let Some(cell) = table.grid.cell(row.row, "predecessors") else { continue };
        let from = reader.unit_ids(cell, "a predecessor").into_iter().filter(|from| is_new(from, &row.unit));
        join(&mut groups, from.collect(), [row.unit.clone()].into(), snapshot, row.row.row);
    }
    if let Some((before, snapshot)) = before {
        for row in before.rows.values() {
            let Some(cell) = table.grid.cell(row.row, "successors") else { continue };
            let to = reader.unit_ids(cell, "a successor");
            table.tell_unknown(reader, &to, row.row.row);
            let to = to.into_iter().filter(|to| day.rows.contains_key(to) && is_new(&row.unit, to));
            join(&mut groups, [row.unit.clone()].into(), to.collect(), snapshot, row.row.row);
        }
    }
    groups
}

/// Adds what a row joins to the groups, and makes one of those that it joins.
fn join(groups: &mut Vec<Group>, from: BTreeSet<UnitId>, to: BTreeSet<UnitId>, snapshot: &SnapshotId, row: Row) {
    if from.is_empty() || to.is_empty() {
        return;
    }
    let mut group = Group { from, to, rows: BTreeMap::from([(row.first_line, (snapshot.clone(), row))]) };
    let (joined, apart): (Vec<Group>, Vec<Group>) = std::mem::take(groups)
        .into_iter()
        .partition(|other| !other.from.is_disjoint(&group.from) || !other.to.is_disjoint(&group.to));
    for other in joined {
        group.from.extend(other.from);
        group.to.extend(other.to);
        group.rows.extend(other.rows);
    }
    *groups = apart;
    groups.push(group);
}

fn event(
    reader: &mut Reader<'_, '_>,
    grid: &Grid<'_>,
    day: &Day<'_, '_>,
    before: Option<&Day<'_, '_>>,
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
    let Some(first) = group.to.first().or(group.from.first()) else { return };
    let Ok(id) = EventId::new(&format!("{first}-{}-{}", kind.word(), day.date.window().start())) else { return };
    let originals = group.from.iter().map(|unit| {
        let continues = goes_on(unit) && !group.to.contains(unit);
        EventOriginal { unit: unit.clone(), continues, part: false }
    });
    // What is new is from then on what its row says; what was there before is told by the rows alone.
    let result = |unit: &UnitId| {
        let row = day.rows.get(unit).filter(|_| !was_there(unit));
        let text = |role| row.and_then(|row| grid.cell(row.row, role)).map(|cell| cell.text.to_owned());
        EventResult {
            unit: unit.clone(),
            name: text("name"),
            acronym: text("acronym"),
            kind: text("kind").map(|kind| lower(&kind)),
            parent: row.and_then(|row| row.parent.clone()),
        }
    };
    let mut lines: BTreeMap<&SnapshotId, Vec<(u32, u32)>> = BTreeMap::new();
    for (snapshot, row) in group.rows.values() {
        lines.entry(snapshot).or_default().push((row.first_line, row.last_line));
    }
    let evidence = lines.into_iter().filter_map(|(snapshot, rows)| {
        let lines = LineSet::of(rows)?;
        Some(EventEvidence { snapshot: snapshot.clone(), lines, basis: Basis::Stated, note: None })
    });
    let place = group.rows.values().next().map_or(reader.mapping.place, |(_, row)| reader.place(row.span));
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
        evidence: evidence.collect(),
        reference: None,
        note: None,
    };
    reader.add(Record::Event(event.into()), origin);
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
