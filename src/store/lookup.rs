//! Which records were loaded as of a revision: found from the latest revision back, in the packs that may hold them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Corpus, Record, RecordKey};

use super::Entry;
use super::database::{Database, Fault};

/// Takes a record that was found: its key and its bytes.
type Found<'f> = dyn FnMut(RecordKey, &[u8]) -> Result<(), Fault> + 'f;

/// Calls `found` with the bytes of each wanted record, as it was loaded as of the last of `entries`.
///
/// Only packs whose range of keys has a wanted key are read.
pub(super) fn find(
    database: &Database,
    entries: &[Arc<Entry>],
    mut wanted: BTreeSet<RecordKey>,
    found: &mut Found<'_>,
) -> Result<(), Fault> {
    for entry in entries.iter().rev() {
        for pack in &entry.stored {
            if wanted.range(&pack.first..=&pack.last).next().is_none() {
                continue;
            }
            for record in database.pack(pack)?.records() {
                let (key, bytes) = record.map_err(Fault::Corrupt)?;
                if wanted.remove(&key) {
                    found(key, bytes)?;
                }
            }
        }
        for key in &entry.manifest.revision.removed {
            wanted.remove(key);
        }
        if wanted.is_empty() {
            break;
        }
    }
    Ok(())
}

/// Returns everything that was loaded as of the last of `entries`.
pub(super) fn corpus(database: &Database, entries: &[Arc<Entry>]) -> Result<Corpus, Fault> {
    let mut corpus = Corpus::default();
    let mut gone: BTreeSet<&RecordKey> = BTreeSet::new();
    for entry in entries.iter().rev() {
        for pack in &entry.stored {
            for record in database.pack(pack)?.records() {
                let (key, bytes) = record.map_err(Fault::Corrupt)?;
                // What a later revision says of it counts.
                if !gone.contains(&key) && !corpus.contains(&key) {
                    corpus.insert(decode(&key, bytes)?);
                }
            }
        }
        gone.extend(&entry.manifest.revision.removed);
    }
    Ok(corpus)
}

/// Returns the keys of the records that a revision put in, in order.
pub(super) fn keys(database: &Database, entry: &Entry) -> Result<Vec<RecordKey>, Fault> {
    let mut keys = Vec::new();
    for pack in &entry.stored {
        for record in database.pack(pack)?.records() {
            keys.push(record.map_err(Fault::Corrupt)?.0);
        }
    }
    Ok(keys)
}

/// Decodes a record that is kept under a key.
pub(super) fn decode(key: &RecordKey, bytes: &[u8]) -> Result<Record, Fault> {
    let mut record: Record =
        postcard::from_bytes(bytes).map_err(|error| Fault::Corrupt(format!("{key} does not decode: {error}")))?;
    if let Record::Snapshot(snapshot) = &mut record {
        // What is decoded grows as it comes.
        Arc::make_mut(snapshot).mentions.shrink_to_fit();
    }
    let is_it = match (key, &record) {
        (RecordKey::Snapshot(id), Record::Snapshot(found)) => *id == found.id,
        (RecordKey::Event(id), Record::Event(found)) => *id == found.id,
        (RecordKey::Era(id), Record::Era(found)) => *id == found.id,
        (RecordKey::Unit(id), Record::Unit(found)) => *id == found.id,
        _ => false,
    };
    if is_it { Ok(record) } else { Err(Fault::Corrupt(format!("{} is kept as {key}", record.key()))) }
}
