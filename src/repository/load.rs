//! Loading: all or nothing, and one revision for what changes.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use crate::diagnostics::Report;
use crate::model::{Corpus, KeptEvent, Record, RecordKey};
use crate::source::InputFile;
use crate::store::{Changes, Document, Draft, StoreError};

use super::check::check_files_telling;
use super::{Backing, Repository, Version, check_files, history};

/// What a load did.
#[derive(Debug)]
pub struct Loaded {
    /// The latest revision afterwards.
    pub revision: u64,
    /// The keys of the records that it put in; empty when all was there as it is.
    pub upserted: Vec<RecordKey>,
    /// The keys of the records that it took out.
    pub removed: Vec<RecordKey>,
    /// Warnings about the files.
    pub report: Report,
}

impl Loaded {
    /// Tells whether a revision was made.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !self.upserted.is_empty() || !self.removed.is_empty()
    }
}

/// Tells why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The input has errors.
    #[error("the input has errors; nothing was loaded")]
    Invalid(Box<Report>),
    /// An id to withdraw names nothing that is loaded.
    #[error("no snapshot, event, era or declared unit `{0}` is loaded, so it cannot be withdrawn")]
    NothingToRemove(String),
    /// The repository was opened for reading.
    #[error("the store is open for reading only, because another process holds it")]
    ReadOnly,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many more bytes of the input files have been read.
    Read(usize),
    /// All is read and checked, and is being kept.
    Storing,
}

impl Repository {
    /// Loads input files and withdraws what `remove` names, as one revision; nothing when anything is wrong.
    ///
    /// # Errors
    /// Returns [`LoadError`]: the report of all that is wrong with the input, or the store's failure.
    pub fn load(
        &self,
        files: &[InputFile],
        remove: &[String],
        sources: Option<&Path>,
        recorded_at: Timestamp,
    ) -> Result<Loaded, LoadError> {
        self.load_telling(files, remove, sources, recorded_at, &|_| {})
    }

    /// Loads and withdraws, see [`Repository::load`], and tells how far it has come.
    ///
    /// # Errors
    /// Returns the same errors as [`Repository::load`].
    pub fn load_telling(
        &self,
        files: &[InputFile],
        remove: &[String],
        sources: Option<&Path>,
        recorded_at: Timestamp,
        progress: &dyn Fn(Progress),
    ) -> Result<Loaded, LoadError> {
        let Backing::Store(store) = &self.backing else { return Err(LoadError::ReadOnly) };
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = self.latest();
        let before = latest.history.corpus();
        let removed: Vec<RecordKey> = remove.iter().map(|id| key_of(before, id)).collect::<Result<_, _>>()?;
        let read = |bytes| progress(Progress::Read(bytes));
        let (parsed, after) = check_files_telling(files, before, &removed, sources, &read);
        if parsed.report.has_errors() {
            return Err(LoadError::Invalid(Box::new(parsed.report)));
        }
        let upserted: Vec<Record> =
            parsed.records.into_iter().map(|(_, record)| record).filter(|record| !has(before, record)).collect();
        let mut loaded = Loaded {
            revision: latest.revision,
            upserted: upserted.iter().map(Record::key).collect(),
            removed: removed.clone(),
            report: parsed.report,
        };
        if loaded.is_change() {
            let inputs = files
                .iter()
                .map(|file| Document { name: file.name.as_str().into(), bytes: file.bytes.as_slice().into() });
            let changes = Changes { upserted, removed };
            let draft = Draft { recorded_at, inputs: inputs.collect(), changes };
            progress(Progress::Storing);
            // The graph is worked out while the disk has the records; nobody sees it before they are safe.
            let (stored, history) = std::thread::scope(|scope| {
                let stored = scope.spawn(|| store.stage(&draft)?.publish());
                let history = history(after);
                (stored.join(), history)
            });
            let revision = stored.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            loaded.revision = revision.number;
            let version = Arc::new(Version::new(loaded.revision, history));
            // Questions that began before go on in the revision before, so it is kept at hand.
            self.past.insert(latest.revision, Arc::clone(&latest));
            self.latest.send_replace(version);
            // Where the revision before was searched, this one will be.
            if latest.search().is_some() || self.is_indexed.load(Ordering::Acquire) {
                self.build_search_in_background();
            }
        }
        Ok(loaded)
    }

    /// Tells how the records of input files differ from what is loaded.
    ///
    /// # Errors
    /// Returns [`LoadError::Invalid`] when the files have errors.
    pub fn differences(&self, files: &[InputFile]) -> Result<Differences, LoadError> {
        let latest = self.latest();
        let loaded = latest.history.corpus();
        let (parsed, _) = check_files(files, loaded, &[], None);
        if parsed.report.has_errors() {
            return Err(LoadError::Invalid(Box::new(parsed.report)));
        }
        let mut found = Differences::default();
        let mut given: BTreeSet<RecordKey> = BTreeSet::new();
        for (_, record) in &parsed.records {
            let key = record.key();
            if !loaded.contains(&key) {
                found.new.push(key.clone());
            } else if !has(loaded, record) {
                found.changed.push(key.clone());
            }
            given.insert(key);
        }
        found.missing = loaded.keys().into_iter().filter(|key| !given.contains(key)).collect();
        Ok(found)
    }
}

/// How the records of input files differ from what is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// Those that are not loaded.
    pub new: Vec<RecordKey>,
    /// Those that are loaded otherwise.
    pub changed: Vec<RecordKey>,
    /// Those that are loaded, and not in the files.
    pub missing: Vec<RecordKey>,
}

impl Differences {
    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.missing.is_empty()
    }
}

fn key_of(corpus: &Corpus, id: &str) -> Result<RecordKey, LoadError> {
    let keys = corpus.keys();
    keys.into_iter().find(|key| key.id() == id).ok_or_else(|| LoadError::NothingToRemove(id.to_owned()))
}

/// Tells whether the corpus holds a record just as it is.
fn has(corpus: &Corpus, record: &Record) -> bool {
    match record {
        Record::Snapshot(new) => corpus.snapshots.get(&new.id).is_some_and(|old| *old == *new),
        Record::Event(new) => corpus.events.get(&new.id).is_some_and(|old| **old == KeptEvent::of(new)),
        Record::Era(new) => corpus.eras.get(&new.id).is_some_and(|old| *old == *new),
        Record::Unit(new) => corpus.units.get(&new.id).is_some_and(|old| *old == *new),
    }
}
