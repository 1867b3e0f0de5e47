//! A revision: what one load put in and took out, and from which documents.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Record, RecordKey};

use super::error::BoxError;
use super::hash::ContentHash;

/// The most records that a manifest lists.
const MOST_LISTED: usize = 256;

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
    pub upserted: Upserted,
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

/// The records that a revision put in, each in the place of the one with the same key.
///
/// A few are listed, so that people see them, and are told which of them read differently when the inputs are read
/// again. Many are told by their number and one hash: a list of them would be as long as what was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Upserted {
    /// Each of them, by key.
    Listed(Vec<UpsertedRecord>),
    /// All of them together.
    Summed(UpsertedSum),
}

/// A record that a revision put in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpsertedRecord {
    /// The key of the record.
    #[serde(with = "key")]
    pub key: RecordKey,
    /// The hash of the record's bytes.
    pub blake3: ContentHash,
}

/// The sum of many records that a revision put in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpsertedSum {
    /// How many they are.
    pub records: u64,
    /// The hash over the key and the hash of each, in the order of the keys.
    pub blake3: ContentHash,
}

impl Upserted {
    /// Returns the records with these keys and hashes, which are in the order of the keys.
    pub(super) fn of<'r>(records: impl ExactSizeIterator<Item = (&'r RecordKey, ContentHash)>) -> Self {
        let count = records.len();
        if count <= MOST_LISTED {
            return Self::Listed(records.map(|(key, blake3)| UpsertedRecord { key: key.clone(), blake3 }).collect());
        }
        let mut sum = Vec::new();
        for (key, blake3) in records {
            sum.extend_from_slice(key_text(key).as_bytes());
            sum.push(b'\n');
            sum.extend_from_slice(blake3.as_bytes());
        }
        Self::Summed(UpsertedSum { records: u64::try_from(count).unwrap_or(u64::MAX), blake3: ContentHash::of(&sum) })
    }

    /// Returns how many they are.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Self::Listed(records) => u64::try_from(records.len()).unwrap_or(u64::MAX),
            Self::Summed(sum) => sum.records,
        }
    }

    /// Returns the keys of those that differ from others, where both are listed; `None` where nothing differs.
    pub(super) fn differing(&self, other: &Self) -> Option<Vec<RecordKey>> {
        if self == other {
            return None;
        }
        let (Self::Listed(ours), Self::Listed(theirs)) = (self, other) else { return Some(Vec::new()) };
        let only = |these: &[UpsertedRecord], those: &[UpsertedRecord]| -> BTreeSet<RecordKey> {
            these.iter().filter(|record| !those.contains(record)).map(|record| record.key.clone()).collect()
        };
        Some(&only(ours, theirs) | &only(theirs, ours)).map(|keys| keys.into_iter().collect())
    }
}

/// A document with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<'d> {
    /// Its name.
    pub name: Cow<'d, str>,
    /// Its bytes.
    pub bytes: Cow<'d, [u8]>,
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
pub struct Draft<'d> {
    /// When it is recorded.
    pub recorded_at: Timestamp,
    /// The documents that it is read from: parsing them again must give `changes.upserted`.
    pub inputs: Vec<Document<'d>>,
    /// What it changes.
    pub changes: Changes,
}

/// Reads the documents of a past revision again and returns the records in them.
///
/// The store cannot parse; it calls this when the database has lost what the journal still has.
/// What the revision took out is known from the journal.
pub type Rebuild<'a> = dyn Fn(&Revision, Vec<Document<'static>>) -> Result<Vec<Record>, BoxError> + 'a;

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
