//! Long-form tables: a row per unit and date, one snapshot for each date.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::coverage::{Listed, Lists};
use super::predecessors::{self, Descent};
use super::reader::{Cell, Reader, Row, kind, lower};
use super::rows::{Grid, GridRow};
use crate::diagnostics::{Code, Diagnostic, Span, did_you_mean};
use crate::model::{
    Basis, Details, Edtf, Evidence, Figure, Holder, LineSet, Mention, Placing, Property, Record, Snapshot, SnapshotId,
    Standing, Text, UnitId,
};
use crate::source::origin::Origin;

/// What columns may hold.
const ROLES: [&str; 12] = [
    "date",
    "id",
    "name",
    "acronym",
    "kind",
    "parent",
    "standing",
    "summary",
    "holder",
    "shown-under",
    "predecessors",
    "successors",
];

/// How deep the units of one date may stand; a reporting line is followed for half as many steps.
const MAX_DEPTH: usize = 128;

/// A row with its unit and the unit's parent.
pub(super) struct UnitRow<'g, 't> {
    pub(super) unit: UnitId,
    pub(super) parent: Option<UnitId>,
    pub(super) row: &'g GridRow<'t>,
}

/// The rows of one date, in their order; a unit has one of them.
pub(super) struct Day<'g, 't> {
    pub(super) date: Edtf,
    pub(super) rows: IndexMap<UnitId, UnitRow<'g, 't>>,
}

/// Reads the rows into a snapshot for each date, and the predecessors that they name into events.
pub(super) fn read(reader: &mut Reader<'_, '_>, delimiter: u8) {
    let Some(grid) = Grid::read(reader, delimiter, &ROLES) else { return };
    if grid.needs(reader, "id").is_none() || (reader.mapping.observed.is_none() && grid.needs(reader, "date").is_none())
    {
        return;
    }
    let days = days(reader, &grid);
    let known: BTreeMap<&UnitId, Span> =
        days.iter().flat_map(|day| day.rows.values()).map(|row| (&row.unit, row.row.row.span)).collect();
    let mut lists = Lists::new(reader.mapping);
    let mut snapshots: Vec<SnapshotId> = Vec::new();
    for day in &days {
        let value = |column: &str| first_value(&grid, day, column);
        let Some(id) = reader.snapshot_id(&day.date, &value) else { continue };
        let snapshot = snapshot(reader, &grid, day, &id, &known, &mut lists);
        snapshots.push(id);
        let origin = origin(reader, day, &snapshot);
        reader.add(Record::Snapshot(snapshot.into()), origin);
    }
    lists.tell_idle(reader, &known.keys().map(|unit| unit.as_str()));
    if (grid.has("predecessors") || grid.has("successors")) && snapshots.len() == days.len() {
        predecessors::read(reader, &Descent { grid: &grid, days: &days, snapshots: &snapshots });
    }
}

/// Groups the rows by date, the earliest first.
fn days<'g, 't>(reader: &mut Reader<'_, 't>, grid: &'g Grid<'t>) -> Vec<Day<'g, 't>> {
    let mut days: IndexMap<String, Day<'g, 't>> = IndexMap::new();
    for row in &grid.rows {
        if reader.is_hopeless() {
            break;
        }
        let Some((text, date)) = date_of(reader, grid, row) else { continue };
        let Some(cell) = grid.cell(row, "id") else {
            reader.tell(Diagnostic::new(Code::MissingField, "the row has no id").at(reader.place(row.row.span)));
            continue;
        };
        let Some(unit) = reader.unit_id(cell, "the id") else { continue };
        let parent = match grid.cell(row, "parent") {
            None => None,
            Some(cell) => match reader.unit_id(cell, "the parent") {
                None => continue,
                parent => parent,
            },
        };
        let day = days.entry(text).or_insert_with(|| Day { date, rows: IndexMap::new() });
        let new = UnitRow { unit, parent, row };
        match day.rows.get(&new.unit) {
            None => drop(day.rows.insert(new.unit.clone(), new)),
            Some(first) => twice(reader, day, first, &new),
        }
    }
    let mut days: Vec<Day<'g, 't>> = days.into_values().collect();
    days.sort_by_key(|day| (day.date.window().start(), day.date.window().end()));
    days
}

fn date_of(reader: &mut Reader<'_, '_>, grid: &Grid<'_>, row: &GridRow<'_>) -> Option<(String, Edtf)> {
    match (grid.cell(row, "date"), &reader.mapping.observed) {
        (Some(cell), _) => Some((cell.text.to_owned(), reader.date(cell)?)),
        (None, Some(observed)) => Some((observed.as_str().to_owned(), observed.clone())),
        (None, None) => {
            reader.tell(Diagnostic::new(Code::MissingField, "the row has no date").at(reader.place(row.row.span)));
            None
        }
    }
}

fn twice(reader: &mut Reader<'_, '_>, day: &Day<'_, '_>, first: &UnitRow<'_, '_>, second: &UnitRow<'_, '_>) {
    let (unit, date) = (&second.unit, &day.date);
    let found = match (&first.parent, &second.parent) {
        (Some(one), Some(other)) if one != other => {
            let message = format!("unit `{unit}` is placed under two parents on {date}, `{one}` and `{other}`");
            Diagnostic::new(Code::TwoParents, message).label(format!("under `{other}`"))
        }
        _ => Diagnostic::new(Code::DuplicateUnit, format!("unit `{unit}` has two rows for {date}")).label("again here"),
    };
    let first = reader.place(first.row.row.span);
    let hint = "a table has one row for a unit and a date; keep one of them";
    reader.tell(found.at(reader.place(second.row.row.span)).related(first, "first here").hint(hint));
}

/// Returns the value of a column in the first row of a date.
fn first_value(grid: &Grid<'_>, day: &Day<'_, '_>, column: &str) -> Option<String> {
    let first = day.rows.values().next()?.row;
    grid.column(first, column).map(|cell| cell.text.to_owned())
}

fn snapshot(
    reader: &mut Reader<'_, '_>,
    grid: &Grid<'_>,
    day: &Day<'_, '_>,
    id: &SnapshotId,
    known: &BTreeMap<&UnitId, Span>,
    lists: &mut Lists<'_>,
) -> Snapshot {
    let title = reader
        .title(&day.date, &|column| first_value(grid, day, column))
        .unwrap_or_else(|| format!("{}, rows of {}", reader.source.name, day.date));
    let window = day.date.window();
    let mut snapshot = reader.snapshot(id.clone(), title, day.date.clone(), &window);
    let dated = Evidence { lines: lines_of(day), basis: Basis::Shown, reference: None, note: None };
    snapshot.date_evidence = vec![dated];
    snapshot.mentions = mentions(reader, grid, day, known).into();
    let listed: Vec<Listed> = day
        .rows
        .values()
        .map(|row| Listed {
            unit: row.unit.clone(),
            is_top: row.parent.is_none(),
            kind: grid.cell(row.row, "kind").map(|cell| lower(cell.text)),
            lines: row.row.row.lines(),
        })
        .collect();
    snapshot.coverage = lists.of(&window, &listed);
    snapshot
}

/// Returns the lines of the rows of a date.
fn lines_of(day: &Day<'_, '_>) -> Option<LineSet> {
    let mut rows: Vec<Row> = day.rows.values().map(|row| row.row.row).collect();
    rows.sort_by_key(|row| row.first_line);
    LineSet::of(rows.into_iter().map(|row| (row.first_line, row.last_line)))
}

/// Returns the mentions of a date, a parent before its children; tells of circles and of parents that have no row.
fn mentions(
    reader: &mut Reader<'_, '_>,
    grid: &Grid<'_>,
    day: &Day<'_, '_>,
    known: &BTreeMap<&UnitId, Span>,
) -> Vec<Mention> {
    let mut children: BTreeMap<&UnitId, Vec<&UnitRow<'_, '_>>> = BTreeMap::new();
    let mut tops: Vec<&UnitRow<'_, '_>> = Vec::new();
    let mut mentions = Vec::new();
    let mut open: Vec<(&UnitRow<'_, '_>, usize)> = Vec::new();
    for row in day.rows.values() {
        match &row.parent {
            Some(parent) if day.rows.contains_key(parent) => children.entry(parent).or_default().push(row),
            Some(parent) => {
                if !children.contains_key(parent) {
                    mentions.extend(absent_parent(reader, day, row, parent, known));
                }
                children.entry(parent).or_default().push(row);
                tops.push(row);
            }
            None => tops.push(row),
        }
    }
    open.extend(tops.into_iter().rev().map(|row| (row, 1)));
    let mut placed = 0;
    while let Some((row, depth)) = open.pop() {
        placed += 1;
        if depth > MAX_DEPTH {
            let message = format!("on {} unit `{}` stands more than {MAX_DEPTH} levels deep", day.date, row.unit);
            reader.tell(Diagnostic::new(Code::TooDeep, message).at(reader.place(row.row.row.span)));
            return mentions;
        }
        mentions.push(mention_of(reader, grid, row));
        open.extend(children.get(&row.unit).into_iter().flatten().rev().map(|row| (*row, depth + 1)));
    }
    if placed < day.rows.len() {
        let parents = day.rows.values().map(|row| (&row.unit, (row.parent.as_ref(), row.row.row.span)));
        reader.tell_circles(&day.date, &parents.collect());
    }
    mentions
}

/// Returns the mention of a parent that has no row of its own on the date; tells when the table never has it.
fn absent_parent(
    reader: &mut Reader<'_, '_>,
    day: &Day<'_, '_>,
    row: &UnitRow<'_, '_>,
    parent: &UnitId,
    known: &BTreeMap<&UnitId, Span>,
) -> Option<Mention> {
    let place = reader.place(row.row.row.span);
    let Some(elsewhere) = known.get(parent) else {
        let message = format!("unit `{}` names parent `{parent}`, which no row of the table is about", row.unit);
        let hint = did_you_mean(parent.as_str(), known.keys().map(|unit| unit.as_str()));
        reader.tell(Diagnostic::new(Code::UnknownUnit, message).at(place).maybe_hint(hint));
        return None;
    };
    let message = format!("parent `{parent}` has no row for {}; it is taken as named there, without a place", day.date);
    let found = Diagnostic::new(Code::ParentWithoutRow, message).at(place);
    reader.tell_softly(found.related(reader.place(*elsewhere), "a row of another date"));
    Some(Mention::of(parent.clone(), Reader::shown(row.row.row), Placing::Unplaced))
}

fn mention_of(reader: &mut Reader<'_, '_>, grid: &Grid<'_>, row: &UnitRow<'_, '_>) -> Mention {
    let evidence = Reader::shown(row.row.row);
    let placing = match &row.parent {
        Some(parent) => Placing::Under { parent: parent.clone(), evidence: evidence.clone() },
        None if reader.mapping.unplaced => Placing::Unplaced,
        None => Placing::Root,
    };
    let text = |role| grid.cell(row.row, role).map(|cell| cell.text.to_owned());
    let named = |role| grid.cell(row.row, role).map(|cell| reader.name(row.row.row, cell.text, &evidence));
    // Where ids are made from names, the cell is the name.
    let name_column = if reader.mapping.slug && !grid.has("name") { "id" } else { "name" };
    let (name, acronym) = (named(name_column), named("acronym"));
    let properties = reader.mapping.properties.iter().filter_map(|column| {
        let value = grid.column(row.row, &column.value)?.text.to_owned();
        Some(Property { name: column.value.clone(), value, evidence: evidence.clone(), part: None })
    });
    Mention {
        name,
        acronym,
        kind: grid.cell(row.row, "kind").map(|cell| kind(cell.text, &evidence)),
        shown_under: text("shown-under"),
        properties: properties.collect(),
        standing: grid.cell(row.row, "standing").map_or(Standing::Internal, |cell| standing(reader, cell)),
        details: Details {
            summary: text("summary").map(|text| Text { text, evidence: evidence.clone() }),
            holder: text("holder").map(|name| Holder { name, title: None, evidence: evidence.clone(), part: None }),
            figures: figures(reader, grid, row, &evidence),
            ..Details::default()
        },
        ..Mention::of(row.unit.clone(), evidence.clone(), placing)
    }
}

fn standing(reader: &mut Reader<'_, '_>, cell: Cell<'_>) -> Standing {
    match cell.text.to_lowercase().as_str() {
        "internal" => Standing::Internal,
        "programme" | "program" => Standing::Programme,
        "external" => Standing::External,
        _ => {
            let message = format!("the standing has an unknown value `{}`", cell.text);
            let hint = "write `internal`, `programme` or `external`";
            reader.tell(Diagnostic::new(Code::UnknownValue, message).at(reader.place(cell.span)).hint(hint));
            Standing::Internal
        }
    }
}

fn figures(reader: &mut Reader<'_, '_>, grid: &Grid<'_>, row: &UnitRow<'_, '_>, evidence: &Evidence) -> Vec<Figure> {
    let mut figures = Vec::new();
    for column in &reader.mapping.figures {
        let Some(cell) = grid.column(row.row, &column.column.value) else { continue };
        let Some(value) = cell.text.parse::<f64>().ok().filter(|value| value.is_finite()) else {
            let message = format!("the figure `{}` is no number: `{}`", column.measure, cell.text);
            let hint = "write a decimal number without separators, or leave the cell empty";
            reader.tell(Diagnostic::new(Code::WrongType, message).at(reader.place(cell.span)).hint(hint));
            continue;
        };
        figures.push(Figure {
            measure: column.measure.clone(),
            value: Some(value),
            low: None,
            high: None,
            unit: column.unit.clone(),
            qualifier: None,
            scope: None,
            evidence: evidence.clone(),
            part: None,
        });
    }
    figures
}

/// Returns where a snapshot was read from: the first row of its date, and the row of each unit.
fn origin(reader: &Reader<'_, '_>, day: &Day<'_, '_>, snapshot: &Snapshot) -> Origin {
    let first = day.rows.values().next().map_or(Span::new(0, 0), |row| row.row.row.span);
    let mut origin = Origin::new(reader.place(first));
    for row in day.rows.values() {
        origin.note_id(row.unit.as_str(), reader.place(row.row.row.span));
    }
    if let Some((era, place)) = snapshot.era.as_ref().zip(reader.mapping.era_of(&day.date.window())) {
        origin.note_id(era.as_str(), place.place);
    }
    origin
}
