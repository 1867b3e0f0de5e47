//! Text to model: input files become records, with everything that is wrong in them told at once.
//!
//! Pure: files come in as bytes, and nothing is read from disk here. A file goes through three steps:
//! `yaml` makes it one tree whose nodes know their places, `decode` checks the tree against the
//! one definition of its format in `fields`, and the file's own module builds records from it.
//! [`check()`] then looks across files and at what is loaded already; [`citations`] looks into the
//! source files that the evidence points to.

mod build;
mod check;
pub mod citations;
mod decode;
mod era_file;
mod event_file;
mod fields;
mod limits;
mod origin;
mod parse;
mod schema;
mod shape;
mod snapshot_file;
mod stale;
mod table;
mod unit;
mod values;
#[cfg(test)]
mod whole;
mod words;
mod yaml;

pub use check::check;
pub use limits::Limits;
pub use origin::{Origin, Origins};
pub use parse::{FileKind, InputFile, Parsed, companions, parse, parse_telling, parse_within};
pub use schema::{SchemaFile, schema_files};
pub use table::{format_by_content, table_formats};
