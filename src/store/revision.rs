//! A revision: what one load put in and took out, and from which documents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Record, RecordKey};

use super::error::BoxError;
use super::hash::ContentHash;

/// One load, as the store remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revision {
    /// Its number, from 1.
    pub number: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The documents that it was read from.
    pub inputs: Vec<Input>,
    /// The records that it put in, by key; those that were there already as they are do not count.
    pub upserted: Vec<Upserted>,
    /// The keys of the records that it took out, before it put any in.
    #[serde(with = "keys")]
    pub removed: Vec<RecordKey>,
}

/// A document that a revision was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Its name, as the loader gave it.
    pub name: String,
    /// The hash of its bytes.
    pub blake3: ContentHash,
    /// The number of its bytes.
    pub bytes: u64,
}

/// A record that a revision put in, in the place of the one with the same key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upserted {
    /// The key of the record.
    #[serde(with = "key")]
    pub key: RecordKey,
    /// The hash of the record's bytes.
    pub blake3: ContentHash,
}

/// A document with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a load changes. Where a key stands on both sides, the record is put in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Records to put in, in the place of those with the same key.
    pub upserted: Vec<Record>,
    /// Keys of records to take out.
    pub removed: Vec<RecordKey>,
}

/// A revision that is still to be committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// When it is recorded.
    pub recorded_at: Timestamp,
    /// The documents that it is read from: parsing them again must give `changes.upserted`.
    pub inputs: Vec<Document>,
    /// What it changes.
    pub changes: Changes,
}

/// Reads the documents of a past revision again and returns the records in them.
///
/// The store cannot parse; it calls this when the database has lost what the journal still has.
/// What the revision took out is known from the journal.
pub type Rebuild<'a> = dyn Fn(&Revision, Vec<Document>) -> Result<Vec<Record>, BoxError> + 'a;

/// Writes a key as text: `snapshot/ice-2017`. No id holds a slash.
fn key_text(key: &RecordKey) -> String {
    format!("{}/{}", key.word(), key.id())
}

fn parse_key(text: &str) -> Result<RecordKey, String> {
    let (word, id) = text.split_once('/').ok_or_else(|| format!("{text:?} is no key of a record"))?;
    match RecordKey::of_word(word, id) {
        Some(Ok(key)) => Ok(key),
        Some(Err(error)) => Err(format!("{text:?} is no key of a record: {error}")),
        None => Err(format!("{text:?} is no key of a record: there is no kind `{word}`")),
    }
}

/// The text form of a key, for serde.
mod key {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::model::RecordKey;

    pub(super) fn serialize<S: Serializer>(key: &RecordKey, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::key_text(key))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RecordKey, D::Error> {
        super::parse_key(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// The text form of a list of keys, for serde.
mod keys {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::model::RecordKey;

    pub(super) fn serialize<S: Serializer>(keys: &[RecordKey], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(keys.iter().map(super::key_text))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RecordKey>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| super::parse_key(text).map_err(de::Error::custom)).collect()
    }
}
