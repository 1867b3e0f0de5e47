//! Long-form tables: a row per unit and date, one snapshot for each date.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::predecessors::{self, Descent};
use super::reader::{Cell, Reader, Row, kind, mention, slug};
use super::rows::{Grid, GridRow};
use crate::diagnostics::{Code, Diagnostic, Span, did_you_mean};
use crate::model::{
    Basis, Coverage, Edtf, Evidence, Figure, Holder, LineSet, Mention, Placing, Property, Record, Snapshot, SnapshotId,
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

/// A row with its unit and the unit's parent.
pub(super) struct UnitRow<'g, 't> {
    pub(super) unit: UnitId,
    parent: Option<UnitId>,
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
    let mut covered = vec![false; reader.mapping.coverage.len()];
    let mut snapshots: Vec<SnapshotId> = Vec::new();
    for day in &days {
        let Some(id) = snapshot_id(reader, &grid, day) else { continue };
        let snapshot = snapshot(reader, &grid, day, &id, &known, &mut covered);
        snapshots.push(id);
        let origin = origin(reader, day, &snapshot);
        reader.add(Record::Snapshot(snapshot), origin);
    }
    for (rule, _) in reader.mapping.coverage.iter().zip(covered).filter(|(_, covered)| !covered) {
        let subject = rule.of.as_ref().map_or_else(|| "this coverage".to_owned(), |of| format!("coverage of `{of}`"));
        let message = format!("{subject} speaks of no date on which the table has such a unit");
        let hint = rule.of.as_ref().and_then(|of| did_you_mean(of.as_str(), known.keys().map(|unit| unit.as_str())));
        reader.tell(Diagnostic::new(Code::CoverageOfAbsent, message).at(rule.place).maybe_hint(hint));
    }
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

/// Returns the id of a date's snapshot: the template filled from its first row, or the table and the date.
fn snapshot_id(reader: &mut Reader<'_, '_>, grid: &Grid<'_>, day: &Day<'_, '_>) -> Option<SnapshotId> {
    let default = format!("{}{}-{}", reader.mapping.prefix, slug(reader.source.stem()), day.date);
    let text = match &reader.mapping.snapshot {
        None => default,
        Some(template) => fill(reader, grid, day, &template.value, template.place)?,
    };
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let id: String = text.chars().map(safe).collect();
    SnapshotId::new(&id)
        .map_err(|error| {
            let place = reader.mapping.snapshot.as_ref().map_or(reader.mapping.place, |template| template.place);
            let found = Diagnostic::new(Code::BadId, format!("the id of a snapshot is no id: `{id}`")).at(place);
            reader.tell(found.label(error.to_string()));
        })
        .ok()
}

fn fill(
    reader: &mut Reader<'_, '_>,
    grid: &Grid<'_>,
    day: &Day<'_, '_>,
    template: &str,
    place: crate::diagnostics::Place,
) -> Option<String> {
    let first = day.rows.values().next().map(|row| row.row);
    let value = |column: &str| match column {
        "date" => Some(day.date.to_string()),
        column => first.and_then(|row| grid.column(row, column)).map(|cell| cell.text.to_owned()),
    };
    Reader::fill(template, &value)
        .map_err(|column| {
            let message = format!("`{{{column}}}` is no column of the table with a text for {}", day.date);
            let hint = "put a column of the table, or `date`, in braces";
            reader.tell(Diagnostic::new(Code::UnknownColumn, message).at(place).hint(hint));
        })
        .ok()
}

fn snapshot(
    reader: &mut Reader<'_, '_>,
    grid: &Grid<'_>,
    day: &Day<'_, '_>,
    id: &SnapshotId,
    known: &BTreeMap<&UnitId, Span>,
    covered: &mut [bool],
) -> Snapshot {
    let title = reader.mapping.title.clone();
    let title = title
        .and_then(|template| fill(reader, grid, day, &template.value, template.place))
        .unwrap_or_else(|| format!("{}, rows of {}", reader.source.name, day.date));
    let window = day.date.window();
    let mut snapshot = reader.snapshot(id.clone(), title, day.date.clone(), &window);
    let dated = Evidence { lines: lines_of(day, |_| true), basis: Basis::Shown, reference: None, note: None };
    snapshot.date_evidence = vec![dated];
    snapshot.mentions = mentions(reader, grid, day, known);
    let rules = reader.mapping.coverage.iter().zip(covered);
    for (rule, covered) in rules.filter(|(rule, _)| rule.span.holds(&window)) {
        let tops = day.rows.values().filter(|row| row.parent.is_none()).map(|row| row.unit.clone());
        let owners: Vec<UnitId> = match &rule.of {
            Some(of) => day.rows.contains_key(of).then(|| of.clone()).into_iter().collect(),
            None => tops.collect(),
        };
        *covered |= !owners.is_empty();
        let of_kind = |row: &UnitRow<'_, '_>| {
            let own = grid.cell(row.row, "kind").map(|cell| kind(cell.text, &Reader::shown(row.row.row)).text);
            rule.kind.is_none() || rule.kind == own
        };
        let lines = || lines_of(day, of_kind).or_else(|| lines_of(day, |_| true));
        let evidence = Evidence {
            lines: rule.lines.clone().or_else(lines),
            basis: rule.basis,
            reference: None,
            note: rule.note.clone(),
        };
        snapshot.coverage.extend(owners.into_iter().map(|of| Coverage {
            of,
            kind: rule.kind.clone(),
            heading: None,
            deep: rule.deep,
            extent: rule.extent,
            evidence: evidence.clone(),
            part: None,
        }));
    }
    snapshot
}

/// Returns the lines of the rows of a date that fulfil a condition.
fn lines_of(day: &Day<'_, '_>, fits: impl Fn(&UnitRow<'_, '_>) -> bool) -> Option<LineSet> {
    let mut rows: Vec<Row> = day.rows.values().filter(|row| fits(row)).map(|row| row.row.row).collect();
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
    let mut open: Vec<&UnitRow<'_, '_>> = Vec::new();
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
    open.extend(tops.into_iter().rev());
    let mut placed = 0;
    while let Some(row) = open.pop() {
        placed += 1;
        mentions.push(mention_of(reader, grid, row));
        open.extend(children.get(&row.unit).into_iter().flatten().rev());
    }
    if placed < day.rows.len() {
        tell_circles(reader, day);
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
    Some(mention(parent.clone(), Reader::shown(row.row.row), Placing::Unplaced))
}

/// Tells of each circle of parents once.
fn tell_circles(reader: &mut Reader<'_, '_>, day: &Day<'_, '_>) {
    let mut seen: std::collections::BTreeSet<&UnitId> = std::collections::BTreeSet::new();
    for row in day.rows.values() {
        let mut path: Vec<&UnitId> = Vec::new();
        let mut at = Some(row);
        while let Some(row) = at {
            if let Some(from) = path.iter().position(|unit| **unit == row.unit) {
                let circle: Vec<String> = path.iter().skip(from).map(|unit| format!("`{unit}`")).collect();
                let message =
                    format!("on {} unit `{}` stands below itself: {}", day.date, row.unit, circle.join(" under "));
                reader.tell(Diagnostic::new(Code::ParentCycle, message).at(reader.place(row.row.row.span)));
                break;
            }
            if !seen.insert(&row.unit) {
                break;
            }
            path.push(&row.unit);
            at = row.parent.as_ref().and_then(|parent| day.rows.get(parent));
        }
    }
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
    let (name, acronym) = (named("name"), named("acronym"));
    let properties = reader.mapping.properties.iter().filter_map(|column| {
        let value = grid.column(row.row, &column.value)?.text.to_owned();
        Some(Property { name: column.value.clone(), value, evidence: evidence.clone(), part: None })
    });
    Mention {
        name,
        acronym,
        kind: grid.cell(row.row, "kind").map(|cell| kind(cell.text, &evidence)),
        summary: text("summary").map(|text| Text { text, evidence: evidence.clone() }),
        shown_under: text("shown-under"),
        holder: text("holder").map(|name| Holder { name, title: None, evidence: evidence.clone(), part: None }),
        properties: properties.collect(),
        standing: grid.cell(row.row, "standing").map_or(Standing::Internal, |cell| standing(reader, cell)),
        figures: figures(reader, grid, row, &evidence),
        ..mention(row.unit.clone(), evidence.clone(), placing)
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
