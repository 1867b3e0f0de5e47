//! What the verbs that read ask questions of: a revision of the store, or input files with no store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::Value;

use crate::diagnostics::{did_you_mean, nearest};
use crate::history::{History, Lens, Moment, UnitIx};
use crate::model::{Basis, Corpus, Day, EraId, SnapshotId};
use crate::repository::{Repository, Version, check_files, read_inputs};

use super::error::CliError;
use super::output::Output;
use super::words;

/// How many ids a hint lists at most.
const LISTED_IDS: usize = 12;

/// What to ask.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Answer from this revision of the store, not from the latest.
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
    /// Read these files or folders, and no store.
    #[arg(long, value_name = "PATH", conflicts_with = "revision")]
    files: Vec<PathBuf>,
    /// Leave out what rests on a weaker basis: stated, shown, inferred, outside.
    #[arg(long, value_name = "BASIS", value_parser = words::parse_basis)]
    pub(super) minimum_basis: Option<Basis>,
}

/// A revision that is asked questions.
pub(super) struct Session {
    version: Arc<Version>,
    from_files: bool,
}

impl Session {
    /// Opens what the arguments mean.
    pub(super) fn open(data: &Path, args: &ReadArgs, out: &mut Output) -> Result<Self, CliError> {
        if !args.files.is_empty() {
            return Self::of_files(&args.files, out);
        }
        let (repository, version) = open_to_read(data, out)?;
        let version = match args.revision {
            Some(revision) => repository.version(revision)?,
            None => version,
        };
        Ok(Self { version, from_files: false })
    }

    fn of_files(paths: &[PathBuf], out: &mut Output) -> Result<Self, CliError> {
        let (parsed, corpus) = check_files(&read_inputs(paths)?, &Corpus::default(), &[], None);
        if parsed.report.has_errors() {
            return Err(CliError::Invalid(Box::new(parsed.report)));
        }
        out.note_report(&parsed.report);
        let history = History::build(Arc::new(corpus));
        Ok(Self { version: Arc::new(Version::new(0, history)), from_files: true })
    }

    pub(super) fn history(&self) -> &History {
        &self.version.history
    }

    /// Returns what the answers come from, in words.
    pub(super) fn told(&self) -> String {
        if self.from_files { "read from files".to_owned() } else { format!("revision {}", self.version.revision) }
    }

    /// Returns the number of the revision; null where files were read.
    pub(super) fn revision_json(&self) -> Value {
        if self.from_files { Value::Null } else { self.version.revision.into() }
    }

    /// Reads a moment: a day, else the id of a snapshot, else that of an era.
    pub(super) fn moment(&self, text: &str) -> Result<Moment, CliError> {
        let corpus = self.history().corpus();
        if let Some(day) = Day::parse(text) {
            return Ok(Moment::Day(day));
        }
        let snapshot = SnapshotId::new(text).ok().filter(|id| corpus.snapshots.contains_key(id));
        let era = EraId::new(text).ok().filter(|id| corpus.eras.contains_key(id));
        if let Some(moment) = snapshot.map(Moment::Snapshot).or(era.map(Moment::Era)) {
            return Ok(moment);
        }
        let unknown = CliError::usage(format!("there is no snapshot or era `{text}`, and it is no day"));
        let snapshots = || corpus.snapshots.keys().map(SnapshotId::as_str);
        let eras: Vec<&str> = corpus.eras_in_order().iter().map(|era| era.id.as_str()).collect();
        if text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | '.')) {
            return Err(unknown.hint("a day is written with four, two and two digits: 2018-01-01"));
        }
        let hint = did_you_mean(text, snapshots().chain(eras.iter().copied()))
            .unwrap_or_else(|| format!("snapshots: {}; eras: {}", some_of(snapshots()), some_of(eras.iter().copied())));
        Err(unknown.hint(hint))
    }

    /// Finds a unit by its id; the hint knows names and acronyms too.
    pub(super) fn unit(&self, text: &str) -> Result<UnitIx, CliError> {
        let history = self.history();
        history.unit_ix(text).ok_or_else(|| {
            let named = history.units().find(|unit| {
                let names = history.names(*unit, None);
                names.iter().any(|n| [n.name, n.acronym].iter().flatten().any(|name| name.eq_ignore_ascii_case(text)))
            });
            let ids = || history.units().map(|unit| history.unit_id(unit).as_str());
            let meant = named.map(|unit| history.unit_id(unit).as_str()).or_else(|| nearest(text, ids()));
            let unknown = CliError::usage(format!("there is no unit with the id `{text}`"));
            let look = "`eragraph view MOMENT --ids` shows the ids".to_owned();
            unknown.hint(meant.map_or(look, |id| format!("did you mean `{id}`?")))
        })
    }

    /// Returns the lens of the arguments.
    pub(super) fn lens(args: &ReadArgs, include_outdated: bool) -> Lens {
        Lens { floor: args.minimum_basis, include_outdated }
    }
}

/// Opens a store that must be there and hold something, for reading.
pub(super) fn open_to_read(data: &Path, out: &mut Output) -> Result<(Repository, Arc<Version>), CliError> {
    check_store(data)?;
    let (repository, notices) = Repository::open_for_reading(data)?;
    for notice in notices {
        out.notice(&notice.to_string());
    }
    let version = repository.latest();
    if version.revision == 0 {
        return Err(nothing("nothing is loaded yet", data));
    }
    Ok((repository, version))
}

/// Refuses a folder without a store.
pub(super) fn check_store(data: &Path) -> Result<(), CliError> {
    if Repository::exists(data) { Ok(()) } else { Err(nothing("there is no store yet", data)) }
}

fn nothing(what: &str, data: &Path) -> CliError {
    let hint = "load a folder of snapshots with `eragraph load snapshots`; `view`, `diff` and `lineage` also read files \
                without a store: `--files snapshots`";
    CliError::usage(format!("{what} in {}", data.display())).hint(hint)
}

fn some_of<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let mut ids: Vec<&str> = ids.collect();
    if ids.is_empty() {
        return "none".to_owned();
    }
    let more = ids.len().saturating_sub(LISTED_IDS);
    ids.truncate(LISTED_IDS);
    if more == 0 { ids.join(", ") } else { format!("{} and {more} more", ids.join(", ")) }
}
