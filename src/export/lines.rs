//! Reporting lines as rows of CSV or JSON, written a piece at a time, with nothing kept between the pieces.

use std::io;

use serde::Serialize;

use crate::history::{At, Certainty, History, Lens, Placement, Status, UnitIx, UnknownId, View};
use crate::model::{Basis, Standing};

use super::lines_address::{LinesAddress, LinesFormat};

/// The columns, in their order; in JSON, the names of the fields.
pub const LINE_COLUMNS: [&str; 15] = [
    "unitId",
    "name",
    "acronym",
    "kind",
    "standing",
    "placement",
    "depth",
    "parentId",
    "parentName",
    "line",
    "lineIds",
    "weakestBasis",
    "composite",
    "status",
    "certainty",
];

/// What stands between the names of a line.
const BETWEEN_NAMES: &str = " > ";
/// What stands between its ids, none of which holds a space.
const BETWEEN_IDS: &str = " ";

/// The reporting line of one unit. Its words are those of the GraphQL schema.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'h> {
    unit_id: &'h str,
    name: &'h str,
    acronym: Option<&'h str>,
    kind: Option<&'h str>,
    standing: &'static str,
    placement: &'static str,
    depth: usize,
    parent_id: Option<&'h str>,
    parent_name: Option<&'h str>,
    line: String,
    line_ids: String,
    weakest_basis: Option<&'static str>,
    composite: bool,
    status: Option<&'static str>,
    certainty: Option<&'static str>,
}

/// The reporting lines of a view, of which some are written already. It belongs to the history that it was made for.
#[derive(Debug, Clone)]
pub struct LinesExport {
    format: LinesFormat,
    at: At,
    lens: Lens,
    under: Option<UnitIx>,
    /// The unit that was looked at last.
    last: Option<UnitIx>,
    rows: usize,
    has_begun: bool,
    is_done: bool,
}

impl LinesExport {
    /// Makes ready to write what an address asks for.
    ///
    /// # Errors
    /// Returns [`UnknownId`] when the history has no such snapshot, era or unit.
    pub fn new(history: &History, address: &LinesAddress) -> Result<Self, UnknownId> {
        let unknown = |id: &str| UnknownId { kind: "unit", id: id.to_owned() };
        let under = address.under.as_ref().map(|id| history.unit_ix(id.as_str()).ok_or_else(|| unknown(id.as_str())));
        Ok(Self {
            format: address.format,
            at: history.resolve(&address.at)?,
            lens: address.lens(),
            under: under.transpose()?,
            last: None,
            rows: 0,
            has_begun: false,
            is_done: false,
        })
    }

    /// Tells whether all is written.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Writes the rows of some further units, which may be none; with the first, what comes before all, and with the
    /// last, what comes after.
    ///
    /// # Errors
    /// Returns what the writer says where a row cannot be written.
    pub fn next_piece(&mut self, history: &History, units: usize) -> io::Result<Vec<u8>> {
        let view = history.view_at(self.at, self.lens);
        let looked_at: Vec<(UnitIx, bool)> = view.units_after(self.last).take(units).collect();
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        self.is_done = looked_at.len() < units;
        self.last = looked_at.last().map_or(self.last, |(unit, _)| Some(*unit));
        let listed = looked_at.into_iter().filter_map(|(unit, listed)| listed.then_some(unit));
        let rows = listed.filter(|unit| self.under.is_none_or(|top| is_below(view, top, *unit)));
        let rows: Vec<Row<'_>> = rows.map(|unit| Row::of(view, unit)).collect();
        let before = self.rows;
        self.rows += rows.len();
        match self.format {
            LinesFormat::Csv => csv(&rows, is_first),
            LinesFormat::Json => json(&rows, is_first, before == 0, self.is_done),
        }
    }
}

/// Tells whether a unit is somewhere below another. Unlike a line that is shown, this way up has no end but the top.
fn is_below(view: View<'_>, top: UnitIx, unit: UnitIx) -> bool {
    std::iter::successors(view.parent(unit), |above| view.parent(*above)).any(|above| above == top)
}

fn csv(rows: &[Row<'_>], is_first: bool) -> io::Result<Vec<u8>> {
    let mut builder = csv::WriterBuilder::new();
    let mut writer = builder.has_headers(false).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if is_first {
        writer.write_record(LINE_COLUMNS)?;
    }
    for row in rows {
        writer.serialize(row)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

fn json(rows: &[Row<'_>], is_first: bool, none_before: bool, is_last: bool) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    if is_first {
        text.push(b'[');
    }
    for (at, row) in rows.iter().enumerate() {
        text.extend_from_slice(if none_before && at == 0 { b"\n" } else { b",\n" });
        serde_json::to_writer(&mut text, row)?;
    }
    if is_last {
        text.extend_from_slice(b"\n]\n");
    }
    Ok(text)
}

impl<'h> Row<'h> {
    fn of(view: View<'h>, unit: UnitIx) -> Self {
        let line = view.line(unit);
        let id = |unit: &UnitIx| view.history().unit_id(*unit).as_str();
        let name = |unit: &UnitIx| view.name(*unit).text;
        let parent = line.units.get(1);
        let presence = view.presence(unit);
        Self {
            unit_id: id(&unit),
            name: name(&unit),
            acronym: view.acronym(unit).map(|stated| stated.text),
            kind: view.kind(unit).map(|stated| stated.text),
            standing: standing(view.standing(unit)),
            placement: placement(view.placement(unit)),
            depth: line.units.len().saturating_sub(1),
            parent_id: parent.map(id),
            parent_name: parent.map(name),
            line: line.units.iter().map(name).collect::<Vec<_>>().join(BETWEEN_NAMES),
            line_ids: line.units.iter().map(id).collect::<Vec<_>>().join(BETWEEN_IDS),
            weakest_basis: line.weakest_basis.map(basis),
            composite: line.composite,
            status: presence.map(|presence| status(presence.status)),
            certainty: presence.map(|presence| certainty(presence.certainty)),
        }
    }
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Internal => "INTERNAL",
        Standing::Programme => "PROGRAMME",
        Standing::External => "EXTERNAL",
    }
}

fn placement(placement: Placement) -> &'static str {
    match placement {
        Placement::Root => "ROOT",
        Placement::Placed => "PLACED",
        Placement::Unplaced => "UNPLACED",
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "STATED",
        Basis::Shown => "SHOWN",
        Basis::Inferred => "INFERRED",
        Basis::Outside => "OUTSIDE",
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Observed => "OBSERVED",
        Status::Between => "BETWEEN",
        Status::Presumed => "PRESUMED",
        Status::Outdated => "OUTDATED",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "CERTAIN",
        Certainty::Possible => "POSSIBLE",
    }
}
