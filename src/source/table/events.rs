//! Tables of events: a row per change event.

use super::reader::{Cell, Reader};
use super::rows::{Grid, GridRow};
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::{Basis, ChangeEvent, EventId, EventOriginal, EventResult, EventType, Record};
use crate::source::event_file::wrong_sides;
use crate::source::origin::Origin;
use crate::source::words::EVENT_TYPE;

/// What columns may hold.
const ROLES: [&str; 7] = ["date", "id", "type", "originals", "results", "reference", "note"];

/// Reads the rows into events. They are known from outside the loaded snapshots: from the table itself, or from the
/// reference that a row gives.
pub(super) fn read(reader: &mut Reader<'_, '_>, delimiter: u8) {
    let Some(grid) = Grid::read(reader, delimiter, &ROLES) else { return };
    let needed = ["date", "type"].iter().filter(|role| grid.needs(reader, role).is_some()).count();
    if needed < 2 {
        return;
    }
    for row in &grid.rows {
        if reader.is_hopeless() {
            return;
        }
        event(reader, &grid, row);
    }
}

fn event(reader: &mut Reader<'_, '_>, grid: &Grid<'_>, row: &GridRow<'_>) -> Option<()> {
    let place = reader.place(row.row.span);
    let (Some(date), Some(word)) = (grid.cell(row, "date"), grid.cell(row, "type")) else {
        let lacking = if grid.cell(row, "date").is_none() { "date" } else { "type" };
        reader.tell(Diagnostic::new(Code::MissingField, format!("the row has no {lacking}")).at(place));
        return None;
    };
    let date = reader.date(date)?;
    let kind = kind_of(reader, word)?;
    let mut ids = |role: &str, what: &str| match grid.cell(row, role) {
        Some(cell) => reader.unit_ids(cell, what),
        None => Vec::new(),
    };
    let (originals, results) = (ids("originals", "an original"), ids("results", "a result"));
    let first = originals.first().or(results.first()).map_or("event", |unit| unit.as_str());
    let made = || format!("{first}-{}-{}", word.text.to_lowercase(), date.window().start());
    let id = grid.cell(row, "id").map_or_else(made, |cell| cell.text.to_owned());
    let id = EventId::new(&id)
        .map_err(|error| {
            let found = Diagnostic::new(Code::BadId, format!("the id of the event is no id: `{id}`")).at(place);
            reader.tell(found.label(error.to_string()));
        })
        .ok()?;
    for (noun, count, may) in wrong_sides(kind, originals.len(), results.len()) {
        let message = format!("event `{id}` is `{}` and has {count} {noun}s; such an event has {may}", word.text);
        reader.tell(Diagnostic::new(Code::WrongCardinality, message).at(place).label(may));
    }
    let mut origin = Origin::new(place);
    for unit in originals.iter().chain(&results) {
        origin.note_id(unit.as_str(), place);
    }
    let text = |role| grid.cell(row, role).map(|cell| cell.text.to_owned());
    let table = || {
        let at = row.row.lines().map_or_else(String::new, |lines| format!(", line {lines}"));
        let name = reader.mapping.reference.clone().unwrap_or_else(|| reader.source.name.to_owned());
        format!("{name}{at}")
    };
    let event = ChangeEvent {
        kind,
        date,
        originals: originals.into_iter().map(|unit| EventOriginal { unit, continues: false, part: false }).collect(),
        results: results.into_iter().map(EventResult::of).collect(),
        basis: Basis::Outside,
        evidence: Vec::new(),
        reference: Some(text("reference").unwrap_or_else(table)),
        note: text("note"),
        id,
    };
    reader.add(Record::Event(event.into()), origin);
    Some(())
}

fn kind_of(reader: &mut Reader<'_, '_>, cell: Cell<'_>) -> Option<EventType> {
    let kind = EventType::of_word(&cell.text.to_lowercase());
    if kind.is_none() {
        let words = || EVENT_TYPE.values.iter().map(|(word, _)| *word);
        let hint = did_you_mean(cell.text, words())
            .unwrap_or_else(|| format!("write one of {}", words().collect::<Vec<_>>().join(", ")));
        let message = format!("the type has an unknown value `{}`", cell.text);
        reader.tell(Diagnostic::new(Code::UnknownValue, message).at(reader.place(cell.span)).hint(hint));
    }
    kind
}
