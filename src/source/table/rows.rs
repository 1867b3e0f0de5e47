//! Rows of cells with a header: which column holds what, and each row with the places of its cells.

use std::collections::{BTreeMap, BTreeSet};

use super::mapping::At;
use super::reader::{Cell, Reader, Row};
use crate::diagnostics::{Code, Diagnostic, Span, did_you_mean};

/// The names under which a column is looked for when the mapping does not name it.
const OWN_NAMES: [(&str, &[&str]); 17] = [
    ("date", &["date", "observed", "as_of", "year"]),
    ("id", &["id"]),
    ("name", &["name"]),
    ("acronym", &["acronym", "abbreviation"]),
    ("kind", &["kind", "type"]),
    ("parent", &["parent", "parent_id"]),
    ("standing", &["standing"]),
    ("summary", &["summary", "description"]),
    ("holder", &["holder"]),
    ("shown-under", &["shown-under", "heading"]),
    ("predecessors", &["predecessors", "predecessor"]),
    ("successors", &["successors", "successor"]),
    ("type", &["type"]),
    ("originals", &["originals", "from"]),
    ("results", &["results", "to"]),
    ("reference", &["reference"]),
    ("note", &["note"]),
];

/// The rows of a table.
pub(super) struct Grid<'t> {
    headers: Vec<String>,
    /// The position of the column of each role.
    roles: BTreeMap<&'static str, usize>,
    pub(super) rows: Vec<GridRow<'t>>,
}

/// One row: the cells without white space around them, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct GridRow<'t> {
    pub(super) row: Row,
    cells: Vec<String>,
    text: &'t str,
}

impl<'t> Grid<'t> {
    /// Reads the header and the rows; `None` when the header tells nothing.
    pub(super) fn read(reader: &mut Reader<'_, 't>, delimiter: u8, roles: &[&'static str]) -> Option<Self> {
        let text = reader.source.text;
        let start = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let body = text.get(start..).unwrap_or_default();
        let delimiter = delimiter_of(body, delimiter);
        let mut input = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(body.as_bytes());
        let mut grid = Self { headers: Vec::new(), roles: BTreeMap::new(), rows: Vec::new() };
        let mut record = csv::StringRecord::new();
        loop {
            let from = offset(input.position()).saturating_add(start);
            match input.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let found = Diagnostic::new(Code::BadTable, format!("the table cannot be read: {error}"));
                    reader.tell(found.at(reader.place(Span::new(from, from))));
                    return None;
                }
            }
            let to = offset(input.position()).saturating_add(start);
            let row = row_of(text, from, to, grid.rows.last().map(|row| row.row));
            let raw = text.get(row.span.start..row.span.end).unwrap_or_default();
            if let Some((at, what)) = quote_fault(raw, delimiter) {
                let place = reader.place(Span::new(row.span.start + at, row.span.start + at + 1));
                let hint = "a quote within a quoted cell is written twice";
                reader.tell(Diagnostic::new(Code::BadTable, what).at(place).hint(hint));
                // What comes after a quote that is not closed where it should be cannot be told apart.
                return None;
            }
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            let row = GridRow { row, cells, text: text.get(row.span.start..row.span.end).unwrap_or_default() };
            if grid.headers.is_empty() {
                grid.headers.clone_from(&row.cells);
                // The header is kept as the row before the first, so that lines are counted from it.
                grid.rows.push(row);
                grid.find_roles(reader, roles)?;
            } else if grid.has_every_cell(reader, &row) {
                grid.rows.push(row);
            }
            if reader.is_hopeless() {
                return None;
            }
        }
        if grid.headers.is_empty() {
            let found = Diagnostic::new(Code::EmptyFile, "the table holds nothing");
            reader.tell(found.at(reader.place(Span::new(0, 0))).hint("its first row names the columns"));
            return None;
        }
        grid.rows.remove(0);
        Some(grid)
    }

    /// Finds the column of every role, and tells of names that no column has and of columns that nothing reads.
    fn find_roles(&mut self, reader: &mut Reader<'_, 't>, roles: &[&'static str]) -> Option<()> {
        let mapping = reader.mapping;
        let mut used: BTreeSet<usize> = BTreeSet::new();
        for role in roles {
            let named = mapping.column(role);
            let at = match named {
                Some(named) => self.named(reader, named),
                None => OWN_NAMES
                    .iter()
                    .find(|(known, _)| known == role)
                    .and_then(|(_, names)| names.iter().find_map(|name| self.called(name))),
            };
            if let Some(at) = at {
                used.insert(at);
                self.roles.insert(role, at);
            }
        }
        for column in mapping.properties.iter().chain(mapping.figures.iter().map(|figure| &figure.column)) {
            used.extend(self.named(reader, column));
        }
        used.extend((0..self.headers.len()).filter(|at| self.headers.get(*at).is_some_and(|h| fills(reader, h))));
        let left: Vec<String> = (0..self.headers.len())
            .filter(|at| !used.contains(at))
            .filter_map(|at| self.headers.get(at).map(|header| format!("`{header}`")))
            .collect();
        if !left.is_empty() {
            let verb = if left.len() == 1 { "column is" } else { "columns are" };
            let message = format!("{verb} not read: {}", left.join(", "));
            let header = self.rows.first().map_or(Span::new(0, 0), |row| row.row.span);
            let hint = "name them in `columns`, or keep them with `properties` or `figures`";
            reader.tell_softly(Diagnostic::new(Code::UnusedColumn, message).at(reader.place(header)).hint(hint));
        }
        (!reader.has_told()).then_some(())
    }

    /// Finds a column by a name, whatever its case.
    fn called(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|header| header.eq_ignore_ascii_case(name))
    }

    /// Finds a column by the name that the mapping gives; tells when there is none.
    fn named(&self, reader: &mut Reader<'_, '_>, named: &At<String>) -> Option<usize> {
        let at = self.headers.iter().position(|header| *header == named.value);
        if at.is_none() {
            let message = format!("the table has no column `{}`", named.value);
            let columns: Vec<String> = self.headers.iter().map(|header| format!("`{header}`")).collect();
            let hint = did_you_mean(&named.value, self.headers.iter().map(String::as_str))
                .unwrap_or_else(|| format!("its columns are {}", columns.join(", ")));
            reader.tell(Diagnostic::new(Code::UnknownColumn, message).at(named.place).hint(hint));
        }
        at
    }

    /// Tells when a row has more or fewer cells than the header.
    fn has_every_cell(&self, reader: &mut Reader<'_, 't>, row: &GridRow<'t>) -> bool {
        let (has, wanted) = (row.cells.len(), self.headers.len());
        if has != wanted {
            let message = format!("the row has {has} cells, and the header {wanted}");
            let hint = "put quotes around a cell with a separator in it";
            reader.tell(Diagnostic::new(Code::BadTable, message).at(reader.place(row.row.span)).hint(hint));
        }
        has == wanted
    }

    /// Tells whether there is a column for a role.
    pub(super) fn has(&self, role: &str) -> bool {
        self.roles.contains_key(role)
    }

    /// Tells when a role has no column; the hint says how to name one.
    pub(super) fn needs(&self, reader: &mut Reader<'_, '_>, role: &str) -> Option<()> {
        if self.has(role) {
            return Some(());
        }
        let columns: Vec<String> = self.headers.iter().map(|header| format!("`{header}`")).collect();
        let message = format!("no column of the table holds the {role}");
        let hint = format!("name it in the mapping, `columns: {{{role}: …}}`; the columns are {}", columns.join(", "));
        let found = Diagnostic::new(Code::UnknownColumn, message).at(reader.mapping.place).hint(hint);
        reader.tell(found);
        None
    }

    /// Returns the cell of a role in a row; `None` for an empty one.
    pub(super) fn cell<'r>(&self, row: &'r GridRow<'t>, role: &str) -> Option<Cell<'r>> {
        row.cell(*self.roles.get(role)?)
    }

    /// Returns the cell of a column by its name; `None` for an empty one.
    pub(super) fn column<'r>(&self, row: &'r GridRow<'t>, name: &str) -> Option<Cell<'r>> {
        row.cell(self.headers.iter().position(|header| header == name)?)
    }
}

impl GridRow<'_> {
    fn cell(&self, at: usize) -> Option<Cell<'_>> {
        let text = self.cells.get(at).map(String::as_str).filter(|text| !text.is_empty())?;
        Some(Cell { text, span: self.span_of(at) })
    }

    /// Returns where a cell stands: after the cells before it; the row for one that is not found so.
    fn span_of(&self, at: usize) -> Span {
        let mut from = 0;
        for cell in self.cells.iter().take(at.saturating_add(1)) {
            let rest = self.text.get(from..).unwrap_or_default();
            // A quote within a cell is written twice, so that the cell does not stand there as it is read.
            let Some(found) = rest.find(cell.as_str()) else { return self.row.span };
            from += found + cell.len();
        }
        let length = self.cells.get(at).map_or(0, String::len);
        let end = self.row.span.start + from;
        Span::new(end - length, end)
    }
}

/// Tells whether a template of the mapping has the column in it.
fn fills(reader: &Reader<'_, '_>, header: &str) -> bool {
    let templates = [&reader.mapping.snapshot, &reader.mapping.title];
    templates.into_iter().flatten().any(|template| template.value.contains(&format!("{{{header}}}")))
}

/// Returns what stands between cells: a semicolon, where the header has some and no comma.
fn delimiter_of(body: &str, delimiter: u8) -> u8 {
    let header = body.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
    if delimiter == b',' && !header.contains(',') && header.contains(';') { b';' } else { delimiter }
}

/// Finds a quote that opens a cell and is not closed, or is closed with more of the cell after it; where it opens.
fn quote_fault(raw: &str, delimiter: u8) -> Option<(usize, &'static str)> {
    let mut letters = raw.bytes().enumerate().peekable();
    let mut at_start = true;
    while let Some((at, letter)) = letters.next() {
        if letter != b'"' || !at_start {
            at_start = letter == delimiter || (at_start && letter == b' ' && delimiter != b' ');
            continue;
        }
        loop {
            match letters.next() {
                Some((_, b'"')) if letters.peek().is_some_and(|(_, next)| *next == b'"') => drop(letters.next()),
                Some((_, b'"')) => break,
                Some(_) => {}
                None => return Some((at, "the quote that opens here is never closed")),
            }
        }
        let rest = letters.peek().map_or("", |(after, _)| raw.get(*after..).unwrap_or_default());
        let rest = rest.trim_start_matches(' ');
        if !rest.is_empty() && rest.bytes().next() != Some(delimiter) {
            return Some((at, "the quote that opens here is closed in the middle of its cell"));
        }
        at_start = false;
    }
    None
}

fn offset(position: &csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

/// Returns the row between two offsets, without the empty lines before it and the line end after it.
fn row_of(text: &str, from: usize, to: usize, before: Option<Row>) -> Row {
    let raw = text.get(from..to).unwrap_or_default();
    let lead = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
    let body = raw.trim_matches(['\r', '\n']);
    let breaks = |text: &str| u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
    let gap = raw.get(..lead).map_or(0, breaks);
    let start = from + lead;
    // Between two rows stands the line end of the first, unless it was taken with it.
    let first_line = match before {
        None => 1 + gap,
        Some(before) => before.last_line + breaks(text.get(before.span.end..start).unwrap_or_default()),
    };
    Row { span: Span::new(start, start + body.len()), first_line, last_line: first_line + breaks(body) }
}
