//! `eragraph load`: input files into the store, as one revision or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::config::DEFAULT_DATA;
use crate::diagnostics::did_you_mean;
use crate::model::RecordKey;
use crate::repository::{LoadError, Loaded, Repository, read_inputs};
use crate::source::InputFile;

use super::error::{CliError, Exit};
use super::output::Output;
use super::session::check_store;
use super::style::{clean, counted};

/// What to load.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, and folders with all `.yaml` and `.yml` files in them, and the tables that these name.
    #[arg(value_name = "PATH", required_unless_present = "remove")]
    paths: Vec<PathBuf>,
    /// Withdraw the snapshot, event, era or declared unit with this id.
    #[arg(long, value_name = "ID")]
    remove: Vec<String>,
    /// Check every citation against the source files in this folder.
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    check_folder(args.sources.as_deref())?;
    let files = read_inputs(&args.paths)?;
    if files.is_empty() {
        check_store(data)?;
    }
    load(data, &files, &args.remove, args.sources.as_deref(), out)
}

/// Loads files into the store, withdraws what is to be withdrawn, and tells of it.
pub(super) fn load(
    data: &Path,
    files: &[InputFile],
    remove: &[String],
    sources: Option<&Path>,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let repository = open(data, out)?;
    let loaded = {
        let _progress = (!files.is_empty()).then(|| out.progress(&format!("loading {}", counted(files.len(), "file"))));
        repository.load(files, remove, sources, Timestamp::now())
    };
    match loaded {
        Ok(loaded) => {
            if out.is_json() {
                out.print_json(&loaded_json(&loaded))?;
            } else {
                tell(&repository, &loaded, out)?;
            }
            Ok(Exit::Done)
        }
        Err(LoadError::Invalid(report)) if out.is_json() => {
            out.print_json(&json!({"loaded": false, "report": report.to_json()}))?;
            Ok(Exit::Invalid)
        }
        Err(LoadError::Invalid(report)) => {
            out.note_report(&report);
            let line = format!("{} nothing was loaded", out.note_style.red("error:"));
            out.note(&line);
            Ok(Exit::Invalid)
        }
        Err(LoadError::NothingToRemove(id)) => {
            let corpus_keys = repository.latest().history.corpus().keys();
            let hint = did_you_mean(&id, corpus_keys.iter().map(RecordKey::id));
            Err(CliError::from(LoadError::NothingToRemove(id)).maybe_hint(hint))
        }
        Err(error) => Err(error.into()),
    }
}

/// Opens the store to write to it; the default folder is kept out of git when it is made.
pub(super) fn open(data: &Path, out: &mut Output) -> Result<Repository, CliError> {
    let is_new = !data.exists();
    let (repository, notices) = {
        let _progress = (!is_new).then(|| out.progress("opening the store"));
        Repository::open(data)?
    };
    if is_new && data == Path::new(DEFAULT_DATA) {
        // A convenience: the store works without it.
        let _ = std::fs::write(data.join(".gitignore"), "*\n");
    }
    for notice in notices {
        out.notice(&notice.to_string());
    }
    Ok(repository)
}

/// Loads files and tells of it; for `serve`.
pub(super) fn load_files(repository: &Repository, files: &[InputFile], out: &mut Output) -> Result<(), CliError> {
    let loaded = {
        let _progress = out.progress(&format!("loading {}", counted(files.len(), "file")));
        repository.load(files, &[], None, Timestamp::now())?
    };
    if out.is_json() {
        let mut event = json!({"event": "loaded"});
        if let (Value::Object(event), Value::Object(told)) = (&mut event, loaded_json(&loaded)) {
            event.extend(told);
        }
        return Ok(out.print(&format!("{event}\n"))?);
    }
    tell(repository, &loaded, out)
}

fn loaded_json(loaded: &Loaded) -> Value {
    let keys = |keys: &[RecordKey]| -> Value { keys.iter().map(key_json).collect() };
    json!({
        "loaded": true,
        "changed": loaded.is_change(),
        "revision": loaded.revision,
        "upserted": keys(&loaded.upserted),
        "removed": keys(&loaded.removed),
        "report": loaded.report.to_json(),
    })
}

fn tell(repository: &Repository, loaded: &Loaded, out: &mut Output) -> Result<(), CliError> {
    out.note_report(&loaded.report);
    let style = out.style;
    let revision = style.bold(&format!("revision {}", loaded.revision));
    if !loaded.is_change() {
        let text = if loaded.revision == 0 {
            "nothing to load, and the store stays empty\n".to_owned()
        } else {
            format!("nothing changed: {revision} has all of this as it is\n")
        };
        return Ok(out.print(&text)?);
    }
    let mut parts = Vec::new();
    if !loaded.upserted.is_empty() {
        parts.push(format!("put in {}", counts(&loaded.upserted)));
    }
    if !loaded.removed.is_empty() {
        let ids: Vec<String> = loaded.removed.iter().map(|key| clean(&key.to_string())).collect();
        parts.push(format!("withdrew {}", ids.join(", ")));
    }
    let latest = repository.latest();
    let units = counted(latest.history.unit_count(), "unit");
    let now = format!("now {}; {units} in all", counts(&latest.history.corpus().keys()));
    Ok(out.print(&format!("{revision}: {}\n{}\n", parts.join("; "), style.faint(&now)))?)
}

/// Returns `2 snapshots, 1 era`.
pub(super) fn counts(keys: &[RecordKey]) -> String {
    let mut of_kind: BTreeMap<usize, (&str, usize)> = BTreeMap::new();
    for key in keys {
        let (at, word) = match key {
            RecordKey::Snapshot(_) => (0, "snapshot"),
            RecordKey::Event(_) => (1, "event"),
            RecordKey::Era(_) => (2, "era"),
            RecordKey::Unit(_) => (3, "declared unit"),
        };
        of_kind.entry(at).or_insert((word, 0)).1 += 1;
    }
    if of_kind.is_empty() {
        return "nothing".to_owned();
    }
    of_kind.into_values().map(|(word, count)| counted(count, word)).collect::<Vec<_>>().join(", ")
}

pub(super) fn key_json(key: &RecordKey) -> Value {
    json!({"type": key.word(), "id": key.id()})
}

/// Refuses a folder of sources that is none.
pub(super) fn check_folder(sources: Option<&Path>) -> Result<(), CliError> {
    match sources {
        Some(dir) if !dir.is_dir() => Err(CliError::usage(format!("{} is no folder of sources", dir.display()))),
        _ => Ok(()),
    }
}
