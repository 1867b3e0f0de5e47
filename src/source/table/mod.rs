//! Tables: other people's data, read as a mapping file says, one file per format.
//!
//! A mapping file (it begins with `table:`) names the table that lies beside it and says which column
//! holds what and which lists the table gives when. Each format makes the same records from it that
//! curated files make, and what is wrong is told by line with the same diagnostics.

mod change_log;
mod chart;
mod coverage;
mod csv;
mod events;
mod fields;
mod json;
mod lines;
mod log_events;
mod log_item;
mod log_line;
mod log_units;
mod mapping;
mod org;
mod popolo;
mod predecessors;
mod reader;
mod rows;
mod shared;

use super::limits::Limits;
use super::parse::{InputFile, Parsed};
use super::yaml::Node;
use crate::diagnostics::{Code, Diagnostic, FileId, Place};

pub(super) use fields::TABLE;
use mapping::{Format, Mapping, Rows};
use reader::{Reader, Source};

/// Returns the files that a mapping names, as they stand in it.
pub(super) fn names(node: &Node) -> Vec<String> {
    let named = |field| node.get(field).and_then(Node::text).map(str::to_owned);
    [named("table"), named("versions")].into_iter().flatten().collect()
}

/// Tells whether the end of a file's name is that of a table.
pub(super) fn is_table_name(name: &str) -> bool {
    Format::of(name).is_some() || name.to_ascii_lowercase().ends_with(".json")
}

/// Tells whether the end of a file's name is that of the files that people write, which are no tables.
pub(super) fn is_input_name(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    ["yaml", "yml"].iter().any(|known| end.eq_ignore_ascii_case(known))
}

/// Returns the words for what a table can be.
pub fn table_formats() -> impl Iterator<Item = &'static str> {
    fields::FORMAT.values.iter().map(|(word, _)| *word)
}

/// Returns the word for what a table is, where its content tells it and its name does not.
#[must_use]
pub fn format_by_content(name: &str, bytes: &[u8]) -> Option<&'static str> {
    if Format::of(name).is_some() {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes).ok()?;
    if popolo::is_popolo(&object) {
        return Some("popolo");
    }
    (object.contains_key("@context") || object.contains_key("@graph")).then_some("org-json-ld")
}

/// Returns the name of a file that lies beside another.
pub(super) fn beside(mapping: &str, name: &str) -> String {
    match mapping.rfind(['/', std::path::MAIN_SEPARATOR]) {
        Some(end) => format!("{}{name}", mapping.get(..=end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// Reads the table of a mapping into records.
pub(super) fn read(
    file: FileId,
    node: &Node,
    files: &[InputFile],
    limits: &Limits,
    progress: &dyn Fn(usize),
    parsed: &mut Parsed,
) {
    let Some(mapping) = Mapping::of(file, node) else { return };
    let own_name = files.get(file.0).map_or("", |file| file.name.as_str());
    if is_input_name(&mapping.table) {
        let message = format!("`{}` is an input file, and no table", mapping.table);
        let found = Diagnostic::new(Code::BadTable, message).at(mapping.place);
        return parsed
            .report
            .diagnostics
            .push(found.hint("name a file of rows or changes; input files are loaded as they are"));
    }
    let table = find(&mapping.table, own_name, files);
    let Some((table, input)) = table else {
        return parsed.report.diagnostics.push(missing(&mapping.table, mapping.place));
    };
    let versions = mapping.versions.as_ref().map(|named| (find(&named.value, own_name, files), named));
    if let Some((None, named)) = versions {
        return parsed.report.diagnostics.push(missing(&named.value, named.place));
    }
    let is_whole = mapping.format.is_some_and(Format::is_whole);
    let most = if is_whole { limits.whole_table_bytes } else { limits.table_bytes };
    let hint = if is_whole {
        "a structure is taken in whole; leave out of the file what is neither unit nor post nor membership"
    } else {
        "divide it by date into several tables, each with a mapping of its own"
    };
    let Some(text) = readable(table, &input.bytes, (most, hint), &mut parsed.report.diagnostics) else { return };
    let Some(format) = mapping.format else {
        let message = format!("the name of the table `{}` does not tell what it is", mapping.table);
        let hint = "say `format: csv`, `change-log`, `popolo`, `org-turtle` or `org-json-ld`";
        return parsed.report.diagnostics.push(Diagnostic::new(Code::BadTable, message).at(mapping.place).hint(hint));
    };
    let source = Source::new(table, &mapping.table, text);
    let mut reader = Reader::new(&mapping, source, limits.diagnostics, parsed, progress);
    match (format, mapping.rows) {
        (Format::Csv(delimiter), Rows::Units) => csv::read(&mut reader, delimiter),
        (Format::Csv(delimiter), Rows::Events) => events::read(&mut reader, delimiter),
        (Format::ChangeLog, _) => {
            let versions = versions.and_then(|(found, named)| Some((found?, named)));
            change_log::read(&mut reader, versions.map(|((file, input), named)| (file, input.bytes.as_slice(), named)));
        }
        (Format::Popolo, _) => popolo::read(&mut reader, limits),
        (Format::Org(syntax), _) => org::read(&mut reader, syntax, limits),
    }
    let (records, shared) = reader.finish();
    if format != Format::ChangeLog {
        progress(input.bytes.len());
    }
    parsed.records.extend(records.into_iter().map(|record| (table, record)));
    shared::add(parsed, table, shared);
}

fn find<'f>(name: &str, mapping: &str, files: &'f [InputFile]) -> Option<(FileId, &'f InputFile)> {
    let wanted = beside(mapping, name);
    files.iter().enumerate().find(|(_, file)| file.name == wanted).map(|(at, file)| (FileId(at), file))
}

fn missing(name: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::UnknownTable, format!("the file `{name}` that the mapping names is not there"))
        .at(place)
        .hint("the table lies in the folder of its mapping, or is named on the command line with it")
}

/// Returns the text of a table; tells what keeps it from being read.
fn readable<'b>(
    file: FileId,
    bytes: &'b [u8],
    (most, hint): (usize, &str),
    found: &mut Vec<Diagnostic>,
) -> Option<&'b str> {
    if bytes.len() > most {
        let message = format!("the table has {} bytes, and at most {most} are read", bytes.len());
        found.push(Diagnostic::new(Code::FileTooLarge, message).at(Place::file(file)).hint(hint));
        return None;
    }
    std::str::from_utf8(bytes)
        .map_err(|error| found.push(super::parse::not_utf8(file, bytes, error.valid_up_to())))
        .ok()
}

/// Returns what a mapping says, for a test that every field says something.
#[cfg(test)]
pub(super) fn in_words(node: &Node) -> String {
    format!("{:?}", Mapping::of(FileId(0), node))
}
