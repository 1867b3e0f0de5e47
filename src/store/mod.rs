//! The store: every revision ever acknowledged, in a database and in a journal of the inputs.
//!
//! In the folder of a store lie
//!
//! - `db/`: the database, which answers;
//! - `journal/revisions/00000001.json`: one manifest per revision, each naming the hash of the one before;
//! - `journal/objects/ab/abcd….zst`: the input documents, compressed, named by the BLAKE3 of their plain bytes;
//! - `set-aside/`: damaged files that were moved out of the way, never deleted;
//! - `lock`: held by the one process that has the store open.
//!
//! **The invariant.** A commit writes the inputs, then the database (one transaction with its flush), then the
//! manifest, each made durable before the next begins, and acknowledges only after the last. So
//!
//! 1. what was acknowledged stands in both, and either can be mended from the other;
//! 2. after a crash the database has the same revisions as the journal, or exactly one more. That one is complete,
//!    for its inputs came first: the next opening writes its manifest from the copy that the database keeps;
//! 3. a database with fewer revisions than the journal has lost something: it is built anew from the inputs.
//!
//! A revision is immutable, and so is a record: the database keeps records under the hash of their bytes.

mod database;
mod error;
mod files;
mod hash;
mod journal;
mod manifest;
mod notice;
mod opening;
mod revision;
#[cfg(test)]
mod tests;
mod transaction;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use crate::model::{Corpus, Record, RecordKey};

use database::Database;
use files::Lock;
use manifest::Manifest;

pub use error::{BoxError, StoreError};
pub use hash::ContentHash;
pub use journal::Journal;
pub use notice::{Finding, Notice};
pub use revision::{Changes, Document, Draft, Input, Rebuild, Revision, Upserted};
pub use transaction::Staged;

/// The store, open in this process and in no other.
///
/// Every method blocks on the disk. Past revisions can be read while one is being committed.
#[derive(Debug)]
pub struct Store {
    journal: Journal,
    state: RwLock<State>,
    /// Held while the journal or the database is written.
    writing: Mutex<()>,
    database: Database,
    /// Stands last, so that it is let go of last.
    _lock: Lock,
}

/// What is known without reading the database.
#[derive(Debug, Default)]
struct State {
    entries: Vec<Entry>,
    /// The hash of every record in the latest revision.
    current: BTreeMap<RecordKey, ContentHash>,
    /// Set when a commit failed half-way: only opening anew tells what became of it.
    halted: bool,
}

/// A revision as the database keeps it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    manifest: Manifest,
    /// The records that it put in, by the hash of their bytes in this database. They differ from those in
    /// the manifest only where the records were read again after their format changed.
    stored: Vec<Upserted>,
}

impl State {
    fn push(&mut self, entry: Entry) {
        for key in &entry.manifest.revision.removed {
            self.current.remove(key);
        }
        self.current.extend(entry.stored.iter().map(|record| (record.key.clone(), record.blake3)));
        self.entries.push(entry);
    }

    fn latest(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.manifest.revision.number)
    }

    /// Returns the hash of each record in the first `revision` revisions together.
    fn at(&self, revision: u64) -> Result<BTreeMap<RecordKey, ContentHash>, StoreError> {
        let latest = self.latest();
        let count = usize::try_from(revision).unwrap_or(usize::MAX);
        if revision == latest {
            return Ok(self.current.clone());
        }
        let entries = self.entries.get(..count).ok_or(StoreError::UnknownRevision { asked: revision, latest })?;
        let mut records = BTreeMap::new();
        for entry in entries {
            for key in &entry.manifest.revision.removed {
                records.remove(key);
            }
            records.extend(entry.stored.iter().map(|record| (record.key.clone(), record.blake3)));
        }
        Ok(records)
    }
}

impl Store {
    /// Tells whether there is a store in a folder; looks only, and creates nothing.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        dir.join("db").exists() || Journal::open(dir).exists()
    }

    /// Opens the store in a folder, creating it where there is none, and checks all that it holds.
    ///
    /// What had to be mended is told in the notices. `rebuild` is called only when the database
    /// lacks revisions that the journal has.
    ///
    /// # Errors
    /// Returns [`StoreError::Busy`] when another process (or another part of this one) has the store
    /// open, [`StoreError::Newer`] when a newer eragraph wrote it, and [`StoreError::Damaged`] when neither
    /// the database nor the journal is whole; nothing is changed in any of these cases, but that
    /// unreadable `snap.*` files are set aside.
    pub fn open(dir: &Path, rebuild: &Rebuild<'_>) -> Result<(Self, Vec<Notice>), StoreError> {
        opening::open(dir, rebuild)
    }

    /// Returns the number of the latest revision, 0 when nothing is loaded.
    pub fn latest(&self) -> u64 {
        self.read().latest()
    }

    /// Returns all revisions, the oldest first.
    pub fn revisions(&self) -> Vec<Revision> {
        self.read().entries.iter().map(|entry| entry.manifest.revision.clone()).collect()
    }

    /// Returns when a revision was recorded; `None` when there is none of that number.
    pub fn recorded_at(&self, number: u64) -> Option<Timestamp> {
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok())?;
        self.read().entries.get(at).map(|entry| entry.manifest.revision.recorded_at)
    }

    /// Returns one revision.
    ///
    /// # Errors
    /// Returns [`StoreError::UnknownRevision`] when there is none of that number.
    pub fn revision(&self, number: u64) -> Result<Revision, StoreError> {
        let state = self.read();
        let at = number.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| state.entries.get(at))
            .map(|entry| entry.manifest.revision.clone())
            .ok_or(StoreError::UnknownRevision { asked: number, latest: state.latest() })
    }

    /// Returns everything that was loaded as of a revision; as of revision 0, nothing.
    ///
    /// # Errors
    /// Returns [`StoreError::UnknownRevision`] for a number above the latest, and other errors when the
    /// database cannot be read.
    pub fn corpus(&self, revision: u64) -> Result<Corpus, StoreError> {
        let records = self.read().at(revision)?;
        let mut corpus = Corpus::default();
        for (key, hash) in records {
            let record = self.database.record(&hash).map_err(|fault| self.database.error(&key.to_string(), fault))?;
            corpus.insert(record);
        }
        Ok(corpus)
    }

    /// Returns what was loaded as of a revision under some keys, in the order of the keys; what was not there is left
    /// out.
    ///
    /// # Errors
    /// Returns the same errors as [`Store::corpus`].
    pub fn records(&self, revision: u64, keys: &[RecordKey]) -> Result<Vec<Record>, StoreError> {
        let known = self.read().at(revision)?;
        let hashes = keys.iter().filter_map(|key| known.get(key).map(|hash| (key, hash)));
        hashes
            .map(|(key, hash)| self.database.record(hash).map_err(|fault| self.database.error(&key.to_string(), fault)))
            .collect()
    }

    /// Writes the inputs of a revision to the journal and prepares the rest; nothing is visible before
    /// [`Staged::publish`].
    ///
    /// Records that are already in the store as they stand in the draft, and removals of what is not
    /// there, are left out of the revision.
    ///
    /// # Errors
    /// Returns an error when a record cannot be encoded or the journal cannot be written.
    pub fn stage(&self, draft: &Draft) -> Result<Staged<'_>, StoreError> {
        transaction::stage(self, draft)
    }

    /// Reads everything anew and reports what does not hold: every record decodes, every hash is
    /// right, every input is there, journal and database agree.
    ///
    /// # Errors
    /// Returns an error only when the folder of the journal cannot be read at all.
    pub fn verify(&self) -> Result<Vec<Finding>, StoreError> {
        verify::verify(self)
    }

    /// Returns how many bytes the files of the database have.
    ///
    /// # Errors
    /// Returns [`StoreError`] when its folder cannot be read.
    pub fn database_bytes(&self) -> Result<u64, StoreError> {
        self.database.bytes()
    }

    /// Returns the journal of inputs.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the bytes that a record is kept as.
fn encode_record(record: &Record) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(record).map_err(|source| StoreError::Encode { key: Box::new(record.key()), source })
}
