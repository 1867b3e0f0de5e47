//! `eragraph load`: input files into the store, as one revision or not at all.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::config::DEFAULT_DATA;
use crate::diagnostics::{Report, did_you_mean};
use crate::model::RecordKey;
use crate::repository::{LoadError, Loaded, Progress, Repository, read_inputs};
use crate::source::InputFile;
use crate::store::StoreError;

use super::error::{CliError, Exit};
use super::output::Output;
use super::remote;
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
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    sources: Option<PathBuf>,
    #[command(flatten)]
    server: remote::Args,
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    check_folder(args.sources.as_deref())?;
    let server = args.server.server(out)?;
    let files = read_inputs(&args.paths)?;
    if files.is_empty() && server.is_none() {
        check_store(data)?;
    }
    match server {
        Some(server) => remote::load(&server, &files, &args.remove, out),
        None => load(data, &files, &args.remove, args.sources.as_deref(), out),
    }
}

/// Loads files into the store, withdraws what is to be withdrawn, and tells of it.
pub(super) fn load(
    data: &Path,
    files: &[InputFile],
    remove: &[String],
    sources: Option<&Path>,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let repository = open(data, out).map_err(|error| match error {
        CliError::Store(error @ StoreError::Busy { .. }) => CliError::Held(error),
        other => other,
    })?;
    match load_telling(&repository, files, remove, sources, out) {
        Ok(loaded) => {
            if !out.is_json() {
                out.note_report(&loaded.report);
            }
            Outcome::of(&repository, loaded).tell(out)?;
            Ok(Exit::Done)
        }
        Err(LoadError::Invalid(report)) => tell_invalid(&report, out),
        Err(LoadError::NothingToRemove(id)) => {
            let corpus_keys = repository.latest().history.corpus().keys();
            let hint = did_you_mean(&id, corpus_keys.iter().map(RecordKey::id));
            Err(CliError::from(LoadError::NothingToRemove(id)).maybe_hint(hint))
        }
        Err(error) => Err(error.into()),
    }
}

/// Loads files and withdraws what is to be withdrawn, and shows how far it has come.
fn load_telling(
    repository: &Repository,
    files: &[InputFile],
    remove: &[String],
    sources: Option<&Path>,
    out: &mut Output,
) -> Result<Loaded, LoadError> {
    let bytes = files.iter().map(|file| u64::try_from(file.bytes.len()).unwrap_or(u64::MAX));
    let total = bytes.fold(0, u64::saturating_add);
    let reading = (!files.is_empty()).then(|| out.reading(&format!("loading {}", counted(files.len(), "file")), total));
    repository.load_telling(files, remove, sources, Timestamp::now(), &|progress| match (&reading, progress) {
        (Some(reading), Progress::Read(bytes)) => reading.advance(bytes),
        (Some(reading), Progress::Storing) => reading.then("storing"),
        (None, _) => {}
    })
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
    let loaded = load_telling(repository, files, &[], None, out)?;
    if out.is_json() {
        let mut event = json!({"event": "loaded"});
        if let (Value::Object(event), Value::Object(told)) = (&mut event, Outcome::of(repository, loaded).json()) {
            event.extend(told);
        }
        return Ok(out.print(&format!("{event}\n"))?);
    }
    out.note_report(&loaded.report);
    Outcome::of(repository, loaded).tell(out)
}

/// Tells what is wrong with the input, and that nothing was loaded.
pub(super) fn tell_invalid(report: &Report, out: &mut Output) -> Result<Exit, CliError> {
    if out.is_json() {
        out.print_json(&json!({"loaded": false, "report": report.to_json()}))?;
    } else {
        out.note_report(report);
        tell_refused(out);
    }
    Ok(Exit::Invalid)
}

/// Tells that nothing was loaded, after what is wrong.
pub(super) fn tell_refused(out: &mut Output) {
    let line = format!("{} nothing was loaded", out.note_style.red("error:"));
    out.note(&line);
}

/// What a load did, here or through a service.
pub(super) struct Outcome {
    /// The latest revision afterwards.
    pub(super) revision: u64,
    /// What was put in.
    pub(super) upserted: Vec<RecordKey>,
    /// What was withdrawn.
    pub(super) removed: Vec<RecordKey>,
    /// The warnings, as JSON.
    pub(super) report: Value,
    /// What is loaded afterwards.
    pub(super) records: Counts,
    /// How many units that names.
    pub(super) units: usize,
}

impl Outcome {
    fn of(repository: &Repository, loaded: Loaded) -> Self {
        let latest = repository.latest();
        Self {
            revision: loaded.revision,
            report: loaded.report.to_json(),
            upserted: loaded.upserted,
            removed: loaded.removed,
            records: Counts::of(&latest.history.corpus().keys()),
            units: latest.history.unit_count(),
        }
    }

    fn is_change(&self) -> bool {
        !self.upserted.is_empty() || !self.removed.is_empty()
    }

    fn json(&self) -> Value {
        let keys = |keys: &[RecordKey]| -> Value { keys.iter().map(key_json).collect() };
        json!({
            "loaded": true,
            "changed": self.is_change(),
            "revision": self.revision,
            "upserted": keys(&self.upserted),
            "removed": keys(&self.removed),
            "report": self.report,
        })
    }

    /// Writes it; for people without the warnings, which stand beside the results.
    pub(super) fn tell(&self, out: &mut Output) -> Result<(), CliError> {
        if out.is_json() {
            return Ok(out.print_json(&self.json())?);
        }
        let style = out.style;
        let revision = style.bold(&format!("revision {}", self.revision));
        if !self.is_change() {
            let text = if self.revision == 0 {
                "nothing to load, and the store stays empty\n".to_owned()
            } else {
                format!("nothing changed: {revision} has all of this as it is\n")
            };
            return Ok(out.print(&text)?);
        }
        let mut parts = Vec::new();
        if !self.upserted.is_empty() {
            parts.push(format!("put in {}", counts(&self.upserted)));
        }
        if !self.removed.is_empty() {
            let ids: Vec<String> = self.removed.iter().map(|key| clean(&key.to_string())).collect();
            parts.push(format!("withdrew {}", ids.join(", ")));
        }
        let now = format!("now {}; {} in all", self.records.text(), counted(self.units, "unit"));
        Ok(out.print(&format!("{revision}: {}\n{}\n", parts.join("; "), style.faint(&now)))?)
    }
}

/// How many records there are of each kind.
#[derive(Debug, Default)]
pub(super) struct Counts {
    snapshots: usize,
    events: usize,
    eras: usize,
    units: usize,
}

impl Counts {
    fn of(keys: &[RecordKey]) -> Self {
        let mut counts = Self::default();
        for key in keys {
            counts.add(key.word(), 1);
        }
        counts
    }

    /// Adds records of a kind, by the word for it.
    pub(super) fn add(&mut self, word: &str, count: usize) {
        let kind = match word {
            "snapshot" => &mut self.snapshots,
            "event" => &mut self.events,
            "era" => &mut self.eras,
            "unit" => &mut self.units,
            _ => return,
        };
        *kind += count;
    }

    /// Returns `2 snapshots, 1 era`.
    fn text(&self) -> String {
        let kinds =
            [(self.snapshots, "snapshot"), (self.events, "event"), (self.eras, "era"), (self.units, "declared unit")];
        let texts: Vec<String> =
            kinds.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
        if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") }
    }
}

/// Returns `2 snapshots, 1 era`.
pub(super) fn counts(keys: &[RecordKey]) -> String {
    Counts::of(keys).text()
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
