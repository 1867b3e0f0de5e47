//! Stage → publish: the only way to a new revision.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Record, RecordKey};

use super::database::{Database, Fault};
use super::error::StoreError;
use super::hash::ContentHash;
use super::manifest::Manifest;
use super::pack::{self, Packed};
use super::revision::{Draft, Revision, Upserted};
use super::{Entry, Store, database, encode_record, lookup};

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
    packs: Vec<Packed>,
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
    database: &Database,
    entries: &[Arc<Entry>],
    mut upserted: Encoded,
    removed: &[RecordKey],
) -> Result<Effective, Fault> {
    let wanted = upserted.keys().chain(removed).cloned().collect();
    let mut there: BTreeSet<RecordKey> = BTreeSet::new();
    lookup::find(database, entries, wanted, &mut |key, bytes| {
        if upserted.get(&key).is_some_and(|(_, new)| new == bytes) {
            upserted.remove(&key);
        } else {
            there.insert(key);
        }
        Ok(())
    })?;
    // What is put in is not taken out, be it there as it is or not.
    let removed = there.into_iter().filter(|key| removed.contains(key) && !upserted.contains_key(key)).collect();
    Ok(Effective { upserted, removed })
}

pub(super) fn stage<'a>(store: &'a Store, draft: &Draft<'_>) -> Result<Staged<'a>, StoreError> {
    let encoded = encode(&draft.changes.upserted)?;
    let entries = {
        let state = store.read();
        if state.halted {
            return Err(StoreError::Halted);
        }
        state.entries.clone()
    };
    let base = entries.last().map_or(0, |entry| entry.manifest.revision.number);
    let effective = effective(&store.database, &entries, encoded, &draft.changes.removed)
        .map_err(|fault| store.database.error("looking for what changes", fault))?;
    let inputs = {
        let _writer = store.writer();
        draft.inputs.iter().map(|document| store.journal.keep(document)).collect::<Result<_, _>>()?
    };
    let number = base.saturating_add(1);
    let upserted = upserted_of(&effective.upserted);
    let packs = packed(number, &effective.upserted)?;
    let revision = Revision { number, recorded_at: draft.recorded_at, inputs, upserted, removed: effective.removed };
    Ok(Staged { store, revision, packs })
}

/// Returns the packs of the records that a revision puts in.
pub(super) fn packed(revision: u64, records: &Encoded) -> Result<Vec<Packed>, StoreError> {
    pack::pack(records).map_err(|why| StoreError::Pack { revision, why })
}

/// Returns the keys and hashes of records, or their sum.
pub(super) fn upserted_of(encoded: &Encoded) -> Upserted {
    Upserted::of(encoded.iter().map(|(key, (hash, _))| (key, *hash)))
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
        let Self { store, revision, packs } = self;
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
        let stored = packs.iter().map(|packed| packed.pack.clone()).collect();
        let manifest =
            Manifest::seal(previous, revision).map_err(|source| StoreError::Manifest { revision: number, source })?;
        let entry = Entry { manifest, stored };
        if let Err(error) = write(store, &entry, &packs) {
            store.write().halted = true;
            return Err(error);
        }
        let revision = entry.manifest.revision.clone();
        store.write().entries.push(Arc::new(entry));
        Ok(revision)
    }
}

/// Writes a revision to the database, then to the journal.
fn write(store: &Store, entry: &Entry, packs: &[Packed]) -> Result<(), StoreError> {
    let committed = store.database.commit(entry, packs);
    committed.map_err(|fault: database::Fault| store.database.error("committing a revision", fault))?;
    store.journal.write_manifest(&entry.manifest)
}
