//! `eragraph validate`: every mistake in input files, and nothing loaded.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::model::{Corpus, RecordKey};
use crate::repository::{check_files, read_inputs};
use crate::source::InputFile;

use super::error::{CliError, Exit};
use super::load::{check_folder, counts};
use super::output::Output;
use super::session::open_to_read;
use super::style::counted;
use super::suggest;

/// What to check.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, and folders with all `.yaml` and `.yml` files in them, and the tables that these name.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Check every citation against the source files in this folder.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// Check the files as they would stand beside what is loaded, not by themselves.
    #[arg(long)]
    with_store: bool,
    /// Tell which units may be the same as known ones: those of the store, where there is one, and of earlier snapshots
    /// among the files. Nothing is joined.
    #[arg(long)]
    suggest: bool,
}

/// What is done beside checking the files by themselves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    /// They are checked as they would stand beside what is loaded.
    store: bool,
    /// It is told which units may be known ones.
    suggest: bool,
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    check_folder(args.sources.as_deref())?;
    let files = read_inputs(&args.paths)?;
    check(&files, data, Beside { store: args.with_store, suggest: args.suggest }, args.sources.as_deref(), out)
}

/// Checks files, beside what is loaded or by themselves, and tells every mistake.
pub(super) fn check(
    files: &[InputFile],
    data: &Path,
    beside: Beside,
    sources: Option<&Path>,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let before = if beside.store {
        let (_, version) = open_to_read(data, out)?;
        Corpus::clone(version.history.corpus())
    } else {
        Corpus::default()
    };
    let mut parsed = {
        let _progress = out.progress(&format!("checking {}", counted(files.len(), "file")));
        check_files(files, &before, &[], sources).0
    };
    if beside.suggest {
        // What is suggested names places in them.
        parsed.show_tables(files);
    }
    let report = &parsed.report;
    let suggestions =
        if beside.suggest && !report.has_errors() { Some(suggest::find(data, &parsed, out)?) } else { None };
    if out.is_json() {
        let mut told = report.to_json();
        if let (Some(found), Value::Object(told)) = (&suggestions, &mut told) {
            told.insert("suggestions".into(), suggest::json(found, &parsed));
        }
        out.print_json(&told)?;
    } else {
        let keys: Vec<RecordKey> = parsed.records.iter().map(|(_, record)| record.key()).collect();
        let style = out.style;
        let summary = report.summary();
        let drawn = report.to_human(style.colour());
        let drawn = drawn.strip_suffix(&format!("{summary}\n")).unwrap_or(&drawn);
        let summary = match (report.has_errors(), report.diagnostics.is_empty()) {
            (true, _) => style.red(&summary),
            (false, true) => style.green(&summary),
            (false, false) => style.yellow(&summary),
        };
        out.print(&format!("{drawn}{}, {}: {summary}\n", counted(files.len(), "file"), counts(&keys)))?;
        if let Some(found) = &suggestions {
            let text = suggest::human(found, &parsed, out);
            out.print(&text)?;
        } else if beside.suggest {
            out.notice("which units may be the same is told when the files have no errors");
        }
    }
    Ok(if report.has_errors() { Exit::Invalid } else { Exit::Done })
}
