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
//! A revision is immutable, and so are its records: the database keeps those that it put in as packs, compressed and
//! in the order of their keys, under the hash of their bytes (`pack.rs`). Which of them count as of a revision is found
//! from that revision back (`lookup.rs`), so that nothing is held in memory for each record.

mod database;
mod error;
mod files;
mod hash;
mod journal;
mod lookup;
mod manifest;
mod notice;
mod opening;
mod pack;
mod revision;
#[cfg(test)]
mod tests;
mod transaction;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use crate::model::{Corpus, Record, RecordKey};

use database::Database;
use files::Lock;
use manifest::Manifest;
use pack::Pack;

pub use error::{BoxError, StoreError};
pub use hash::ContentHash;
pub use journal::Journal;
pub use notice::{Finding, Notice};
pub use revision::{Changes, Document, Draft, Input, Rebuild, Revision, Upserted, UpsertedRecord, UpsertedSum};
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
    entries: Vec<Arc<Entry>>,
    /// Set when a commit failed half-way: only opening anew tells what became of it.
    halted: bool,
}

/// A revision as the database keeps it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    manifest: Manifest,
    /// The packs of the records that it put in. They hold others than the manifest tells of only where the records were
    /// read again after their format changed.
    stored: Vec<Pack>,
}

impl State {
    fn latest(&self) -> u64 {
        self.entries.last().map_or(0, |entry| entry.manifest.revision.number)
    }

    /// Returns the first `revision` revisions.
    fn until(&self, revision: u64) -> Result<Vec<Arc<Entry>>, StoreError> {
        let entries = usize::try_from(revision).ok().and_then(|count| self.entries.get(..count));
        let unknown = StoreError::UnknownRevision { asked: revision, latest: self.latest() };
        entries.map(<[_]>::to_vec).ok_or(unknown)
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
        let entries = self.read().until(revision)?;
        lookup::corpus(&self.database, &entries).map_err(|fault| self.database.error("reading records", fault))
    }

    /// Returns the keys of the records that a revision put in or took out, in order.
    ///
    /// # Errors
    /// Returns the same errors as [`Store::corpus`].
    pub fn changed_keys(&self, revision: u64) -> Result<Vec<RecordKey>, StoreError> {
        let entries = self.read().until(revision)?;
        let Some(entry) = entries.last() else { return Ok(Vec::new()) };
        let mut keys =
            lookup::keys(&self.database, entry).map_err(|fault| self.database.error("reading keys", fault))?;
        keys.extend(entry.manifest.revision.removed.iter().cloned());
        keys.sort();
        keys.dedup();
        Ok(keys)
    }

    /// Returns what was loaded as of a revision under some keys, in the order of the keys; what was not there is left
    /// out.
    ///
    /// # Errors
    /// Returns the same errors as [`Store::corpus`].
    pub fn records(&self, revision: u64, keys: &[RecordKey]) -> Result<Vec<Record>, StoreError> {
        let entries = self.read().until(revision)?;
        let mut found = BTreeMap::new();
        lookup::find(&self.database, &entries, keys.iter().cloned().collect(), &mut |key, bytes| {
            let record = lookup::decode(&key, bytes)?;
            found.insert(key, record);
            Ok(())
        })
        .map_err(|fault| self.database.error("reading records", fault))?;
        Ok(found.into_values().collect())
    }

    /// Writes the inputs of a revision to the journal and prepares the rest; nothing is visible before
    /// [`Staged::publish`].
    ///
    /// Records that are already in the store as they stand in the draft, and removals of what is not
    /// there, are left out of the revision.
    ///
    /// # Errors
    /// Returns an error when a record cannot be encoded or the journal cannot be written.
    pub fn stage(&self, draft: &Draft<'_>) -> Result<Staged<'_>, StoreError> {
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
