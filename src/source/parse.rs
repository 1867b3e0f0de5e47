//! A set of input files to records and one report.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::build::Builder;
use super::fields::{ERA_FILE, EVENT_FILE, SNAPSHOT};
use super::limits::Limits;
use super::origin::Origins;
use super::yaml::{self, Node, Value};
use super::{decode, era_file, event_file, snapshot_file, table};
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Report, SourceText, Span, did_you_mean};
use crate::model::Record;

/// A file that was given to be loaded: its name, for messages, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// The name, as it is to be shown.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What an input file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// What one dated source says.
    Snapshot,
    /// Change events, and units known only from them.
    Events,
    /// Eras, in order.
    Eras,
    /// How a table is read.
    Mapping,
    /// A table, or a file that goes with one.
    Table,
}

/// What was read from a set of files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The records, with the position of the file that each was read from, in order.
    ///
    /// With errors in the report the records are only good for finding more errors: what could not
    /// be read is left out of them. They must then not be loaded.
    pub records: Vec<(FileId, Record)>,
    /// What each file is about; `None` where that could not be told.
    pub kinds: Vec<Option<FileKind>>,
    /// Where each record was read from.
    pub origins: Origins,
    /// What is wrong with the files, and their texts.
    pub report: Report,
}

impl Parsed {
    /// Tells whether every file could be read, so that an id that is in none of them is unknown indeed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.kinds.iter().all(Option::is_some)
    }

    /// Takes the texts of tables into the report, so that places in them can be shown. They can be long, so nothing
    /// takes them where there is nothing to show.
    pub fn show_tables(&mut self, files: &[InputFile]) {
        for ((kind, shows), file) in self.kinds.iter().zip(&mut self.report.files).zip(files) {
            if *kind == Some(FileKind::Table) && shows.text.is_empty() {
                shows.text = shown(file);
            }
        }
    }
}

/// Returns the text of a file as it is shown.
fn shown(file: &InputFile) -> Arc<str> {
    String::from_utf8_lossy(&file.bytes).into()
}

/// Reads input files within the default limits, and tells everything that is wrong with each of them.
///
/// What one file says of another is looked at by [`check`](super::check()).
#[must_use]
pub fn parse(files: &[InputFile]) -> Parsed {
    parse_within(files, &Limits::default())
}

/// Reads input files within given limits; see [`parse`].
#[must_use]
pub fn parse_within(files: &[InputFile], limits: &Limits) -> Parsed {
    parse_telling(files, limits, &|_| {})
}

/// Reads input files within given limits, see [`parse`], and tells how many more bytes of them it has read as it goes.
#[must_use]
pub fn parse_telling(files: &[InputFile], limits: &Limits, progress: &dyn Fn(usize)) -> Parsed {
    let mut parsed = Parsed::default();
    let mut mappings: Vec<(FileId, Node)> = Vec::new();
    let named: BTreeSet<String> = files.iter().flat_map(companions).collect();
    for (at, file) in files.iter().enumerate() {
        let id = FileId(at);
        let is_table = named.contains(&file.name) && !table::is_input_name(&file.name);
        let is_table = is_table || table::is_table_name(&file.name);
        let text = if is_table { Arc::default() } else { shown(file) };
        parsed.report.files.push(SourceText { name: file.name.as_str().into(), text });
        if is_table {
            parsed.kinds.push(Some(FileKind::Table));
            continue;
        }
        progress(file.bytes.len());
        let node = tree(id, &file.bytes, limits, &mut parsed.report.diagnostics);
        let kind = node.as_ref().and_then(|node| records(id, node, &mut parsed));
        parsed.kinds.push(kind);
        mappings.extend(node.filter(|_| kind == Some(FileKind::Mapping)).map(|node| (id, node)));
    }
    for (at, (file, kind)) in files.iter().zip(&parsed.kinds).enumerate() {
        if *kind == Some(FileKind::Table) && !named.contains(&file.name) {
            parsed.report.diagnostics.push(unmapped(FileId(at), &file.name));
        }
    }
    for (id, node) in &mappings {
        table::read(*id, node, files, limits, progress, &mut parsed);
    }
    if !parsed.report.diagnostics.is_empty() {
        parsed.show_tables(files);
    }
    parsed.report.sort();
    parsed.report.keep(limits.diagnostics);
    parsed
}

/// Returns the names of the files that go with an input file, as they lie beside it: the table of a mapping.
#[must_use]
pub fn companions(file: &InputFile) -> Vec<String> {
    let mut ignored = Vec::new();
    // Any other file is left alone, so that it is read but once.
    if table::is_table_name(&file.name) {
        return Vec::new();
    }
    let text = std::str::from_utf8(&file.bytes).unwrap_or_default();
    if !text.lines().any(|line| line.trim_start().starts_with("table:")) {
        return Vec::new();
    }
    let node = yaml::read(FileId(0), text, &Limits::default(), &mut ignored);
    let names = node.map(|node| table::names(&node)).unwrap_or_default();
    names.into_iter().map(|name| table::beside(&file.name, &name)).collect()
}

fn unmapped(file: FileId, name: &str) -> Diagnostic {
    Diagnostic::new(Code::UnmappedTable, format!("`{name}` is a table, and no mapping says how to read it"))
        .at(Place::file(file))
        .hint("`eragraph import` reads a table by its own column names; a mapping file begins with `table:`")
}

/// Reads a file to its tree; tells what keeps it from being read.
fn tree(file: FileId, bytes: &[u8], limits: &Limits, found: &mut Vec<Diagnostic>) -> Option<Node> {
    if bytes.len() > limits.file_bytes {
        let message = format!("the file has {} bytes, and at most {} are read", bytes.len(), limits.file_bytes);
        let hint = "put each snapshot into a file of its own";
        found.push(Diagnostic::new(Code::FileTooLarge, message).at(Place::file(file)).hint(hint));
        return None;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            found.push(not_utf8(file, bytes, error.valid_up_to()));
            return None;
        }
    };
    if text.trim().is_empty() {
        found.push(yaml::empty(file));
        return None;
    }
    yaml::read(file, text, limits, found).map_err(|problem| found.push(*problem)).ok()
}

pub(super) fn not_utf8(file: FileId, bytes: &[u8], at: usize) -> Diagnostic {
    let byte = bytes.get(at).copied().unwrap_or_default();
    // In the text that is shown, a replacement character of three bytes stands for what is no UTF-8.
    let place = Place::new(file, Span::new(at, at + '\u{FFFD}'.len_utf8()));
    Diagnostic::new(Code::NotUtf8, format!("the file is not written in UTF-8: byte 0x{byte:02X} at offset {at}"))
        .at(place)
        .label("this byte is no UTF-8")
        .hint("save the file in UTF-8")
}

/// Builds the records of a file; returns what the file is about.
fn records(file: FileId, node: &Node, parsed: &mut Parsed) -> Option<FileKind> {
    let found = &mut parsed.report.diagnostics;
    let kind = kind_of(file, node, found)?;
    let object = match kind {
        FileKind::Snapshot => &SNAPSHOT,
        FileKind::Events => &EVENT_FILE,
        FileKind::Eras => &ERA_FILE,
        FileKind::Mapping | FileKind::Table => &table::TABLE,
    };
    decode::check(file, node, object, found);
    let mut builder = Builder::new(file, found, &mut parsed.origins);
    let records = match kind {
        FileKind::Snapshot => snapshot_file::build(node, &mut builder),
        FileKind::Events => event_file::build(node, &mut builder),
        FileKind::Eras => era_file::build(node, &mut builder),
        // A table is read when all files are known.
        FileKind::Mapping | FileKind::Table => Vec::new(),
    };
    parsed.records.extend(records.into_iter().map(|record| (file, record)));
    Some(kind)
}

fn kind_of(file: FileId, node: &Node, found: &mut Vec<Diagnostic>) -> Option<FileKind> {
    const KINDS: [(&str, FileKind); 4] = [
        ("table", FileKind::Mapping),
        ("snapshot", FileKind::Snapshot),
        ("events", FileKind::Events),
        ("eras", FileKind::Eras),
    ];
    let known = KINDS.into_iter().find(|(key, _)| node.get(key).is_some());
    if let Some((_, kind)) = known {
        return Some(kind);
    }
    let what = "a snapshot file begins with `snapshot:`, an event file with `events:`, an era file with `eras:`, \
                the mapping of a table with `table:`";
    let problem = match (&node.value, node.entries().first()) {
        (Value::Map(_), Some(entry)) => {
            let message = format!("the file begins with `{}`, so it cannot be told what it is about", entry.key);
            let meant = did_you_mean(&entry.key, KINDS.map(|(key, _)| key));
            Diagnostic::new(Code::UnknownFileKind, message)
                .at(Place::new(file, entry.key_span))
                .hint(meant.unwrap_or_else(|| what.to_owned()))
        }
        (Value::Map(_), None) => yaml::empty(file),
        _ => {
            let message = format!("the file holds {}, not a mapping of fields", node.word());
            Diagnostic::new(Code::UnknownFileKind, message).at(Place::new(file, node.span)).hint(what)
        }
    };
    found.push(problem);
    None
}
