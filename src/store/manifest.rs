//! The manifest of a revision: what the journal says of it, sealed and chained to the one before.

use serde::{Deserialize, Serialize};

use super::hash::ContentHash;
use super::revision::Revision;

/// The format of the database: its trees, its packs, and the shape of [`Record`](crate::model::Record) in postcard.
///
/// Any change to a type that a record holds needs the next number; an older database is then built
/// anew from the journal.
pub(super) const DATABASE_FORMAT: u32 = 5;

/// The format that manifests are written in. Those of format 1 list all records, however many; they are read alike.
pub(super) const MANIFEST_FORMAT: u32 = 2;

/// A revision with the hash of the manifest before it, and a hash over both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Manifest {
    format: u32,
    /// The format of the records whose hashes the revision names.
    pub(super) record_format: u32,
    /// The seal of the manifest before; `None` for the first.
    pub(super) previous: Option<ContentHash>,
    /// What it says.
    pub(super) revision: Revision,
    /// The hash over all the rest, in the compact form of JSON.
    pub(super) seal: ContentHash,
}

/// Tells why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ManifestFault {
    /// A newer eragraph wrote it.
    Newer(u32),
    /// It is damaged.
    Unreadable(String),
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u32,
}

impl Manifest {
    /// Seals a revision onto the chain.
    pub(super) fn seal(previous: Option<ContentHash>, revision: Revision) -> Result<Self, serde_json::Error> {
        let (format, record_format) = (MANIFEST_FORMAT, DATABASE_FORMAT);
        let seal = seal_of(format, record_format, previous, &revision)?;
        Ok(Self { format, record_format, previous, revision, seal })
    }

    /// Returns the manifest as it stands in the journal: JSON for people to read.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a manifest and checks its seal.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ManifestFault> {
        let unreadable = |error: serde_json::Error| ManifestFault::Unreadable(error.to_string());
        let FormatOnly { format } = serde_json::from_slice(bytes).map_err(unreadable)?;
        if format > MANIFEST_FORMAT {
            return Err(ManifestFault::Newer(format));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(unreadable)?;
        let seal = seal_of(manifest.format, manifest.record_format, manifest.previous, &manifest.revision)
            .map_err(unreadable)?;
        if seal == manifest.seal {
            Ok(manifest)
        } else {
            Err(ManifestFault::Unreadable("its content does not match its seal".to_owned()))
        }
    }

    /// Tells why this manifest cannot follow the one before it; `None` when it can.
    pub(super) fn break_after(&self, before: Option<&Self>) -> Option<String> {
        let expected = before.map_or(1, |manifest| manifest.revision.number.saturating_add(1));
        if self.revision.number != expected {
            Some(format!("it calls itself revision {}, not {expected}", self.revision.number))
        } else if self.previous != before.map(|manifest| manifest.seal) {
            Some("it does not follow from the manifest before it".to_owned())
        } else {
            None
        }
    }
}

fn seal_of(
    format: u32,
    record_format: u32,
    previous: Option<ContentHash>,
    revision: &Revision,
) -> Result<ContentHash, serde_json::Error> {
    serde_json::to_vec(&(format, record_format, previous, revision)).map(|bytes| ContentHash::of(&bytes))
}
