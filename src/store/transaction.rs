//! Stage → publish: the only way to a new revision.

use std::collections::BTreeMap;

use crate::model::{Record, RecordKey};

use super::error::StoreError;
use super::hash::ContentHash;
use super::manifest::Manifest;
use super::revision::{Draft, Revision, Upserted};
use super::{Entry, Store, database, encode_record};

/// Records as bytes, by key.
pub(super) type Encoded = BTreeMap<RecordKey, (ContentHash, Vec<u8>)>;

/// A revision whose inputs are safe in the journal and that is not yet visible.
///
/// Dropping it leaves at most inputs in the journal that no revision names.
#[must_use = "a staged revision is lost unless it is published"]
#[derive(Debug)]
pub struct Staged<'a> {
    store: &'a Store,
    revision: Revision,
    records: BTreeMap<ContentHash, Vec<u8>>,
}

/// What changes indeed change.
pub(super) struct Effective {
    pub(super) upserted: Encoded,
    pub(super) removed: Vec<RecordKey>,
}

/// Writes records as bytes; of several with the same key the last one counts.
pub(super) fn encode(records: &[Record]) -> Result<Encoded, StoreError> {
    let mut encoded = Encoded::new();
    for record in records {
        let bytes = encode_record(record)?;
        encoded.insert(record.key(), (ContentHash::of(&bytes), bytes));
    }
    Ok(encoded)
}

/// Leaves out the records that are there as they are, and the removals of what is not there.
pub(super) fn effective(
    current: &BTreeMap<RecordKey, ContentHash>,
    mut upserted: Encoded,
    removed: &[RecordKey],
) -> Effective {
    let mut removed: Vec<_> =
        removed.iter().filter(|key| current.contains_key(key) && !upserted.contains_key(key)).cloned().collect();
    removed.sort();
    removed.dedup();
    upserted.retain(|key, (hash, _)| current.get(key) != Some(hash));
    Effective { upserted, removed }
}

pub(super) fn stage<'a>(store: &'a Store, draft: &Draft) -> Result<Staged<'a>, StoreError> {
    let encoded = encode(&draft.changes.upserted)?;
    let (base, effective) = {
        let state = store.read();
        if state.halted {
            return Err(StoreError::Halted);
        }
        (state.latest(), effective(&state.current, encoded, &draft.changes.removed))
    };
    let inputs = {
        let _writer = store.writer();
        draft.inputs.iter().map(|document| store.journal.keep(document)).collect::<Result<_, _>>()?
    };
    let upserted = upserted_of(&effective.upserted);
    let records = effective.upserted.into_values().collect();
    let number = base.saturating_add(1);
    let revision = Revision { number, recorded_at: draft.recorded_at, inputs, upserted, removed: effective.removed };
    Ok(Staged { store, revision, records })
}

/// Returns the keys and hashes of records.
pub(super) fn upserted_of(encoded: &Encoded) -> Vec<Upserted> {
    encoded.iter().map(|(key, (hash, _))| Upserted { key: key.clone(), blake3: *hash }).collect()
}

impl Staged<'_> {
    /// Returns the revision that publishing makes.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Commits the revision: once this returns it, it survives any crash.
    ///
    /// # Errors
    /// Returns [`StoreError::Superseded`] when another revision came first; nothing has changed then. After
    /// any other error the store takes no more commits until it is opened anew, which finds the
    /// revision either whole or not there.
    pub fn publish(self) -> Result<Revision, StoreError> {
        let Self { store, revision, records } = self;
        let _writer = store.writer();
        let previous = {
            let state = store.read();
            if state.halted {
                return Err(StoreError::Halted);
            }
            let (base, latest) = (revision.number.saturating_sub(1), state.latest());
            if base != latest {
                return Err(StoreError::Superseded { base, latest });
            }
            state.entries.last().map(|entry| entry.manifest.seal)
        };
        let number = revision.number;
        let stored = revision.upserted.clone();
        let manifest =
            Manifest::seal(previous, revision).map_err(|source| StoreError::Manifest { revision: number, source })?;
        let entry = Entry { manifest, stored };
        if let Err(error) = write(store, &entry, &records) {
            store.write().halted = true;
            return Err(error);
        }
        let revision = entry.manifest.revision.clone();
        store.write().push(entry);
        Ok(revision)
    }
}

/// Writes a revision to the database, then to the journal.
fn write(store: &Store, entry: &Entry, records: &BTreeMap<ContentHash, Vec<u8>>) -> Result<(), StoreError> {
    let committed = store.database.commit(entry, records);
    committed.map_err(|fault: database::Fault| store.database.error("committing a revision", fault))?;
    store.journal.write_manifest(&entry.manifest)
}
