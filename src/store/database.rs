//! The database of revisions and records: the one file that names sled.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional};

use super::Entry;
use super::error::StoreError;
use super::files;
use super::hash::ContentHash;
use super::manifest::{DATABASE_FORMAT, Manifest, ManifestFault};
use super::pack::{Pack, Packed, Unpacked};

/// The longest value in a tree of many. sled keeps up to 17 values in one page and writes a page above 128 KiB to a file
/// of its own, which it is slow to clear away; so the bound is on 17 values together.
const CHUNK_BYTES: usize = 4 * 1024;

/// How a pack longer than that is cut. sled writes a page anew when it has ten more values, and again when it divides it,
/// which would more than double what is on the disk. So a long pack lies on *shelves*, trees of their own with so few
/// values that they stay the page that was written first.
const PIECE_BYTES: usize = 14 * 1024;
const SHELF_BYTES: usize = 8 * PIECE_BYTES;

/// How much of the database sled keeps in memory. Packs are read once for each revision in use.
const CACHE_BYTES: u64 = 512 * 1024;

/// How often, and after how long a pause, opening is tried again while threads of a handle that this
/// process has just dropped still hold the file.
const LOCK_TRIES: u32 = 4_000;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

const FORMAT_KEY: &[u8] = b"format";
const LATEST_KEY: &[u8] = b"latest";

/// The open database.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    meta: sled::Tree,
    /// From number (8 bytes) and chunk (4 bytes) to a piece of a sealed entry.
    revisions: sled::Tree,
    /// From the hash of a short pack of records to its bytes. Longer ones lie on shelves.
    packs: sled::Tree,
    /// Dropped last; sled closes its files when the last handle goes.
    db: sled::Db,
}

/// Why the database does not give what is asked of it.
#[derive(Debug)]
pub(super) enum Fault {
    /// What is in it is not what was put in.
    Corrupt(String),
    /// An older eragraph wrote it.
    Older(u32),
    /// A newer eragraph wrote it.
    Newer(u32),
    /// Another handle has it open.
    Locked,
    /// The disk or the system failed; the data may be well.
    Failed(sled::Error),
    /// The transaction began on another revision than expected.
    Superseded(u64),
}

/// What is kept of a revision.
#[derive(Serialize, Deserialize)]
struct StoredEntry {
    manifest: Vec<u8>,
    stored: Vec<Pack>,
}

impl From<sled::Error> for Fault {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(cause) => match cause.kind() {
                std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData => Self::Corrupt(cause.to_string()),
                _ if cause.to_string().contains("could not acquire lock") => Self::Locked,
                _ => Self::Failed(sled::Error::Io(cause)),
            },
            sled::Error::Corruption { at: Some(at), .. } => Self::Corrupt(format!("damaged data at {at:?}")),
            sled::Error::Corruption { at: None, .. } => Self::Corrupt("damaged data".to_owned()),
            other => Self::Corrupt(other.to_string()),
        }
    }
}

impl Fault {
    /// Says what is wrong, in the middle of a sentence.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Corrupt(why) => why.clone(),
            Self::Older(format) => format!("its format {format} is an older one"),
            Self::Newer(format) => format!("its format {format} is a newer one"),
            Self::Locked => "it is open elsewhere".to_owned(),
            Self::Failed(error) => error.to_string(),
            Self::Superseded(latest) => format!("it is at revision {latest}"),
        }
    }
}

impl Database {
    /// Opens the database in a folder, creating it where there is none.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let mut tries = 0;
        loop {
            match guarded(|| Self::open_once(path)) {
                Err(Fault::Locked) if tries < LOCK_TRIES => {
                    tries = tries.saturating_add(1);
                    std::thread::sleep(LOCK_PAUSE);
                }
                other => return other,
            }
        }
    }

    /// Returns how many bytes its files have.
    pub(super) fn bytes(&self) -> Result<u64, StoreError> {
        files::bytes_below(&self.path)
    }

    fn open_once(path: &Path) -> Result<Self, Fault> {
        let db = sled::Config::new()
            .path(path)
            .mode(sled::Mode::LowSpace)
            .cache_capacity(CACHE_BYTES)
            .use_compression(false)
            // Every commit flushes by itself, so no thread need do it twice a second.
            .flush_every_ms(None)
            .open()?;
        let meta = db.open_tree("meta")?;
        let revisions = db.open_tree("revisions")?;
        let packs = db.open_tree("packs")?;
        let database = Self { path: path.to_owned(), meta, revisions, packs, db };
        match database.number(FORMAT_KEY)?.map(u32::try_from) {
            None if database.revisions.is_empty() => {
                database.meta.insert(FORMAT_KEY, &u64::from(DATABASE_FORMAT).to_be_bytes())?;
                database.meta.flush()?;
                Ok(database)
            }
            Some(Ok(DATABASE_FORMAT)) => Ok(database),
            Some(Ok(older)) if older < DATABASE_FORMAT => Err(Fault::Older(older)),
            Some(Ok(newer)) => Err(Fault::Newer(newer)),
            None | Some(Err(_)) => Err(Fault::Corrupt("its format number is lost".to_owned())),
        }
    }

    /// Reads all revisions, and checks that they form one chain.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, Fault> {
        guarded(|| {
            let mut sealed: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
            for item in &self.revisions {
                let (key, piece) = item?;
                let number = key.get(..8).unwrap_or(&key).to_vec();
                sealed.entry(number).or_default().extend_from_slice(&piece);
            }
            let mut entries: Vec<Entry> = Vec::new();
            for bytes in sealed.values() {
                let expected = entries.last().map_or(1, |entry| entry.manifest.revision.number.saturating_add(1));
                let broken = |why: String| Fault::Corrupt(format!("revision {expected}: {why}"));
                let entry = unseal(bytes).map_err(broken)?;
                if let Some(why) = entry.manifest.break_after(entries.last().map(|before| &before.manifest)) {
                    return Err(broken(why));
                }
                entries.push(entry);
            }
            let latest = self.number(LATEST_KEY)?.unwrap_or(0);
            let found = entries.last().map_or(0, |entry| entry.manifest.revision.number);
            if latest == found {
                Ok(entries)
            } else {
                Err(Fault::Corrupt(format!("it holds {found} revisions of {latest}")))
            }
        })
    }

    /// Reads the compressed bytes of a pack, and checks their hash.
    pub(super) fn check_pack(&self, pack: &Pack) -> Result<Vec<u8>, Fault> {
        guarded(|| {
            let mut bytes = Vec::new();
            if pack.length() <= CHUNK_BYTES {
                bytes.extend(self.packs.get(pack.blake3.as_bytes())?.iter().flat_map(|bytes| bytes.iter()));
            } else {
                for shelf in (0_u32..).take(pack.length().div_ceil(SHELF_BYTES)) {
                    for item in &self.db.open_tree(chunk_key(pack.blake3.as_bytes(), shelf))? {
                        bytes.extend_from_slice(&item?.1);
                    }
                }
            }
            if bytes.is_empty() {
                return Err(Fault::Corrupt("a pack of records is missing".to_owned()));
            }
            if ContentHash::of(&bytes) != pack.blake3 {
                return Err(Fault::Corrupt("the hash of a pack of records differs".to_owned()));
            }
            Ok(bytes)
        })
    }

    /// Reads a pack, and checks its hash.
    pub(super) fn pack(&self, pack: &Pack) -> Result<Unpacked, Fault> {
        pack.unpack(&self.check_pack(pack)?).map_err(Fault::Corrupt)
    }

    /// Writes a revision and its records, all or nothing; what it returns for is on the disk.
    pub(super) fn commit(&self, entry: &Entry, packs: &[Packed]) -> Result<(), Fault> {
        let number = entry.manifest.revision.number;
        let base = number.saturating_sub(1);
        let sealed = seal(entry)?;
        guarded(|| {
            let mut trees = vec![self.meta.clone(), self.revisions.clone(), self.packs.clone()];
            let mut short: Vec<&Packed> = Vec::new();
            let mut shelves: Vec<&[u8]> = Vec::new();
            for packed in packs {
                if packed.bytes.len() <= CHUNK_BYTES {
                    short.push(packed);
                    continue;
                }
                for (number, shelf) in (0_u32..).zip(packed.bytes.chunks(SHELF_BYTES)) {
                    let tree = self.db.open_tree(chunk_key(packed.pack.blake3.as_bytes(), number))?;
                    // A revision may put in again what one before it put in.
                    if tree.is_empty() {
                        trees.push(tree);
                        shelves.push(shelf);
                    }
                }
            }
            let number_key = number.to_be_bytes();
            let new_entry: Vec<_> = chunks(&number_key, &sealed).collect();
            let outcome = trees.as_slice().transaction(|trees| {
                let [meta, revisions, packs, empty @ ..] = trees.as_slice() else {
                    return Err(ConflictableTransactionError::Abort(u64::MAX));
                };
                let latest = meta.get(LATEST_KEY)?.map_or(Some(0), |bytes| be_number(&bytes)).unwrap_or(u64::MAX);
                if latest != base {
                    return Err(ConflictableTransactionError::Abort(latest));
                }
                for packed in &short {
                    packs.insert(packed.pack.blake3.as_bytes(), packed.bytes.as_slice())?;
                }
                for (tree, shelf) in empty.iter().zip(&shelves) {
                    for (at, piece) in (0_u32..).zip(shelf.chunks(PIECE_BYTES)) {
                        tree.insert(&at.to_be_bytes(), piece)?;
                    }
                }
                for (key, piece) in &new_entry {
                    revisions.insert(key.as_slice(), *piece)?;
                }
                meta.insert(LATEST_KEY, &number.to_be_bytes())?;
                // Without this, a crash takes back what was acknowledged.
                meta.flush();
                Ok(())
            });
            outcome.map_err(|error| match error {
                TransactionError::Abort(latest) => Fault::Superseded(latest),
                TransactionError::Storage(error) => error.into(),
            })
        })
    }

    /// Turns a fault into an error for the caller of the store.
    pub(super) fn error(&self, doing: &str, fault: Fault) -> StoreError {
        error_at(&self.path, doing, fault)
    }

    fn number(&self, key: &[u8]) -> Result<Option<u64>, Fault> {
        match self.meta.get(key)? {
            None => Ok(None),
            Some(bytes) => {
                be_number(&bytes).map(Some).ok_or_else(|| Fault::Corrupt("a number is not 8 bytes long".to_owned()))
            }
        }
    }
}

#[cfg(test)]
impl Database {
    /// Makes the database look as if it were of another format.
    pub(super) fn put_format(&self, format: u64) {
        self.meta.insert(FORMAT_KEY, &format.to_be_bytes()).unwrap();
        self.meta.flush().unwrap();
    }

    /// Puts other bytes, or none, in the place of a small pack.
    pub(super) fn put_pack(&self, pack: &Pack, bytes: &[u8]) {
        let key = pack.blake3.as_bytes();
        let before = if bytes.is_empty() { self.packs.remove(key) } else { self.packs.insert(key, bytes) };
        assert!(before.unwrap().is_some());
        self.packs.flush().unwrap();
    }
}

/// Turns a fault of the database in a folder into an error for the caller of the store.
pub(super) fn error_at(path: &Path, doing: &str, fault: Fault) -> StoreError {
    match fault {
        Fault::Locked => StoreError::Busy { path: path.to_owned() },
        Fault::Newer(found) => StoreError::Newer { path: path.to_owned(), found, known: DATABASE_FORMAT },
        Fault::Failed(source) => {
            StoreError::Database { doing: doing.to_owned(), path: path.to_owned(), source: source.into() }
        }
        Fault::Corrupt(_) | Fault::Older(_) | Fault::Superseded(_) => {
            StoreError::Database { doing: doing.to_owned(), path: path.to_owned(), source: fault.why().into() }
        }
    }
}

/// Returns the files of a database that sled can do without: they only spare it reading its whole log.
pub(super) fn dispensable_files(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = files::entries(path)?;
    paths.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("snap.")));
    Ok(paths)
}

/// Runs sled on data that may be damaged: there it panics in places where it could return an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Fault::Corrupt(format!("sled gave up: {}", text.unwrap_or("no reason given"))))
    })
}

fn be_number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_be_bytes)
}

fn seal(entry: &Entry) -> Result<Vec<u8>, Fault> {
    let unwritable = |why: String| Fault::Corrupt(format!("the revision cannot be written: {why}"));
    let manifest = entry.manifest.to_bytes().map_err(|error| unwritable(error.to_string()))?;
    let stored = StoredEntry { manifest, stored: entry.stored.clone() };
    let body = postcard::to_stdvec(&stored).map_err(|error| unwritable(error.to_string()))?;
    let mut sealed = ContentHash::of(&body).as_bytes().to_vec();
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

fn unseal(bytes: &[u8]) -> Result<Entry, String> {
    let (hash, body) = bytes.split_at_checked(32).ok_or("it is cut short")?;
    if ContentHash::of(body).as_bytes().as_slice() != hash {
        return Err("its hash differs".to_owned());
    }
    let StoredEntry { manifest, stored } = postcard::from_bytes(body).map_err(|error| error.to_string())?;
    match Manifest::read(&manifest) {
        Ok(manifest) => Ok(Entry { manifest, stored }),
        Err(ManifestFault::Newer(format)) => Err(format!("its manifest has the newer format {format}")),
        Err(ManifestFault::Unreadable(why)) => Err(why),
    }
}

fn chunk_key(prefix: &[u8], number: u32) -> Vec<u8> {
    let mut key = prefix.to_vec();
    key.extend_from_slice(&number.to_be_bytes());
    key
}

fn chunks<'a>(prefix: &'a [u8], bytes: &'a [u8]) -> impl Iterator<Item = (Vec<u8>, &'a [u8])> {
    (0_u32..).zip(bytes.chunks(CHUNK_BYTES)).map(move |(number, piece)| (chunk_key(prefix, number), piece))
}
