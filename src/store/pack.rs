//! Packs: the records that a revision puts in, many to a value, in the order of their keys and compressed.
//!
//! A pack is found by the range of its keys, and a record in it without decoding those beside it.

use serde::{Deserialize, Serialize};

use crate::model::RecordKey;

use super::hash::ContentHash;
use super::transaction::Encoded;

/// How many bytes of records make a pack full. A record that is longer has one of its own.
const PACK_BYTES: usize = 1024 * 1024;

/// How hard packs are compressed: more takes longer than it saves.
const COMPRESSION_LEVEL: i32 = 3;

/// A pack, as the revision that made it names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pack {
    /// The hash of its compressed bytes.
    pub(super) blake3: ContentHash,
    /// How many bytes it has, compressed.
    length: u64,
    /// How many bytes it has when it is not compressed.
    bytes: u64,
    /// The least key in it.
    pub(super) first: RecordKey,
    /// The greatest key in it.
    pub(super) last: RecordKey,
}

/// The bytes of a pack, compressed.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) pack: Pack,
    pub(super) bytes: Vec<u8>,
}

/// The records of a pack, each as its key and its bytes.
pub(super) struct Unpacked(Vec<u8>);

/// Packs records; the error says why it cannot be done.
pub(super) fn pack(records: &Encoded) -> Result<Vec<Packed>, String> {
    let mut packs = Vec::new();
    let mut plain: Vec<u8> = Vec::new();
    let mut first: Option<&RecordKey> = None;
    let mut records = records.iter().peekable();
    while let Some((key, (_, bytes))) = records.next() {
        let first_key = *first.get_or_insert(key);
        let length = u64::try_from(bytes.len()).map_err(|error| error.to_string())?;
        plain = postcard::to_extend(&(key, length), plain).map_err(|error| error.to_string())?;
        plain.extend_from_slice(bytes);
        let is_full = records.peek().is_none_or(|(_, (_, next))| plain.len().saturating_add(next.len()) > PACK_BYTES);
        if is_full {
            let compressed = zstd::bulk::compress(&plain, COMPRESSION_LEVEL).map_err(|error| error.to_string())?;
            let pack = Pack {
                blake3: ContentHash::of(&compressed),
                length: u64::try_from(compressed.len()).map_err(|error| error.to_string())?,
                bytes: u64::try_from(plain.len()).map_err(|error| error.to_string())?,
                first: first_key.clone(),
                last: key.clone(),
            };
            packs.push(Packed { pack, bytes: compressed });
            plain.clear();
            first = None;
        }
    }
    Ok(packs)
}

impl Pack {
    /// Returns how many bytes it has, compressed.
    pub(super) fn length(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// Takes its compressed bytes apart; the error says what is wrong with them.
    pub(super) fn unpack(&self, compressed: &[u8]) -> Result<Unpacked, String> {
        let length = usize::try_from(self.bytes).map_err(|error| error.to_string())?;
        let plain = zstd::bulk::decompress(compressed, length);
        plain.map(Unpacked).map_err(|error| format!("a pack of records is not what it was: {error}"))
    }
}

impl Unpacked {
    /// Returns the records, in the order of their keys.
    pub(super) fn records(&self) -> impl Iterator<Item = Result<(RecordKey, &[u8]), String>> {
        let mut rest = self.0.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (key, after) = match take(rest) {
                Ok(taken) => taken,
                Err(why) => {
                    rest = &[];
                    return Some(Err(why));
                }
            };
            rest = after;
            Some(Ok(key))
        })
    }
}

type Taken<'p> = ((RecordKey, &'p [u8]), &'p [u8]);

fn take(bytes: &[u8]) -> Result<Taken<'_>, String> {
    let ((key, length), rest): ((RecordKey, u64), _) =
        postcard::take_from_bytes(bytes).map_err(|error| format!("a pack of records does not decode: {error}"))?;
    let length = usize::try_from(length).map_err(|error| error.to_string())?;
    let (record, rest) = rest.split_at_checked(length).ok_or("a pack of records is cut short")?;
    Ok(((key, record), rest))
}
