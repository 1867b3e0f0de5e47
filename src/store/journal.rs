//! The journal: the inputs of every revision and its manifest, as immutable files beside the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::model::Corpus;

use super::error::StoreError;
use super::files;
use super::hash::ContentHash;
use super::manifest::{MANIFEST_FORMAT, Manifest, ManifestFault};
use super::revision::{Document, Input, Rebuild, Revision};

/// How hard inputs are compressed: more saves little, and makes a long load longer.
const COMPRESSION_LEVEL: i32 = 3;

/// The inputs and manifests of all revisions.
///
/// It can be read while another process has the store open: its files never change, and a
/// manifest appears only when all that it names is there.
#[derive(Debug, Clone)]
pub struct Journal {
    root: PathBuf,
}

/// A manifest that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) path: PathBuf,
    pub(super) why: String,
}

/// The manifests that lie in the journal, by number, each readable or not.
pub(super) type Scan = BTreeMap<u64, Result<Manifest, Fault>>;

impl Journal {
    /// Opens the journal of the store in a folder for reading; one that is not there has no revisions.
    #[must_use]
    pub fn open(dir: &Path) -> Self {
        Self { root: dir.join("journal") }
    }

    /// Returns all revisions, the oldest first.
    ///
    /// # Errors
    /// Returns [`StoreError::Damaged`] when a manifest is missing or damaged, [`StoreError::Newer`] when a
    /// newer eragraph wrote one.
    pub fn revisions(&self) -> Result<Vec<Revision>, StoreError> {
        Ok(self.chain(self.scan()?)?.into_iter().map(|manifest| manifest.revision).collect())
    }

    /// Returns the documents of a revision.
    ///
    /// # Errors
    /// Returns [`StoreError::Damaged`] when one is missing or damaged.
    pub fn inputs(&self, revision: &Revision) -> Result<Vec<Document<'static>>, StoreError> {
        let document = |input: &Input| {
            let bytes = self.read_input(input).map_err(|why| StoreError::Damaged {
                path: self.object_path(&input.blake3),
                why: format!("the input `{}` of revision {} {why}", input.name, revision.number),
                mend: "put the file back from a copy of the store".to_owned(),
            })?;
            Ok(Document { name: input.name.clone().into(), bytes: bytes.into() })
        };
        revision.inputs.iter().map(document).collect()
    }

    /// Returns everything that was loaded as of a revision, reading the inputs again: for readers that
    /// cannot have the database, because another process has it.
    ///
    /// # Errors
    /// Returns [`StoreError::UnknownRevision`], [`StoreError::Damaged`] when the journal is not whole, and
    /// [`StoreError::Rebuild`] when the inputs cannot be read.
    pub fn corpus(&self, revision: u64, rebuild: &Rebuild<'_>) -> Result<Corpus, StoreError> {
        let revisions = self.revisions()?;
        let latest = revisions.last().map_or(0, |last| last.number);
        if revision > latest {
            return Err(StoreError::UnknownRevision { asked: revision, latest });
        }
        let mut corpus = Corpus::default();
        for past in revisions.iter().take_while(|past| past.number <= revision) {
            let records = rebuild(past, self.inputs(past)?)
                .map_err(|source| StoreError::Rebuild { revision: past.number, source })?;
            for key in &past.removed {
                corpus.remove(key);
            }
            for record in records {
                corpus.insert(record);
            }
        }
        Ok(corpus)
    }

    /// Returns how many bytes its files have.
    ///
    /// # Errors
    /// Returns [`StoreError`] when a folder of the journal cannot be read.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        files::bytes_below(&self.root)
    }

    /// Tells whether the journal's folders are there.
    pub(super) fn exists(&self) -> bool {
        self.revisions_dir().is_dir()
    }

    /// Makes the journal's folders and removes what an interrupted write left. For the owner of the store only.
    pub(super) fn prepare(&self) -> Result<(), StoreError> {
        files::make_dir(&self.root.join("objects"))?;
        files::make_dir(&self.revisions_dir())?;
        let mut folders = files::entries(&self.root.join("objects"))?;
        folders.retain(|path| path.is_dir());
        folders.push(self.revisions_dir());
        for folder in folders {
            for path in files::entries(&folder)? {
                if path.extension().is_some_and(|end| end == files::UNFINISHED) {
                    fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
                }
            }
        }
        Ok(())
    }

    /// Reads every manifest.
    pub(super) fn scan(&self) -> Result<Scan, StoreError> {
        let mut scan = Scan::new();
        for path in files::entries(&self.revisions_dir())? {
            let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
            let Some(number) = number.and_then(|digits| digits.parse::<u64>().ok()) else { continue };
            let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
            let manifest = match Manifest::read(&bytes) {
                Ok(manifest) if manifest.revision.number == number => Ok(manifest),
                Ok(manifest) => {
                    let why = format!("it calls itself revision {}", manifest.revision.number);
                    Err(Fault { path, why })
                }
                Err(ManifestFault::Newer(found)) => {
                    return Err(StoreError::Newer { path, found, known: MANIFEST_FORMAT });
                }
                Err(ManifestFault::Unreadable(why)) => Err(Fault { path, why }),
            };
            scan.insert(number, manifest);
        }
        Ok(scan)
    }

    /// Returns the manifests as an unbroken chain from the first revision.
    pub(super) fn chain(&self, scan: Scan) -> Result<Vec<Manifest>, StoreError> {
        let mut chain: Vec<Manifest> = Vec::new();
        for (number, found) in scan {
            let expected = chain.last().map_or(1, |last| last.revision.number.saturating_add(1));
            let checked = if number == expected {
                found.and_then(|manifest| match manifest.break_after(chain.last()) {
                    None => Ok(manifest),
                    Some(why) => Err(Fault { path: self.manifest_path(number), why }),
                })
            } else {
                Err(Fault { path: self.manifest_path(expected), why: "it is missing".to_owned() })
            };
            chain.push(checked.map_err(damaged_manifest)?);
        }
        Ok(chain)
    }

    /// Writes a manifest; from then on the journal has the revision.
    pub(super) fn write_manifest(&self, manifest: &Manifest) -> Result<(), StoreError> {
        let revision = manifest.revision.number;
        let bytes = manifest.to_bytes().map_err(|source| StoreError::Manifest { revision, source })?;
        files::write_whole(&self.manifest_path(revision), |file| file.write_all(&bytes))
    }

    /// Keeps the bytes of a document; a damaged copy of the same bytes is replaced.
    pub(super) fn keep(&self, document: &Document<'_>) -> Result<Input, StoreError> {
        let blake3 = ContentHash::of(&document.bytes);
        let bytes = u64::try_from(document.bytes.len()).unwrap_or(u64::MAX);
        let input = Input { name: document.name.clone().into_owned(), blake3, bytes };
        if self.check_input(&input).is_err() {
            let path = self.object_path(&blake3);
            if let Some(folder) = path.parent() {
                files::make_dir(folder)?;
            }
            files::write_whole(&path, |file| {
                zstd::stream::copy_encode(document.bytes.as_ref(), file, COMPRESSION_LEVEL)
            })?;
        }
        Ok(input)
    }

    /// Reads the bytes of an input and checks their hash; the error says what the file is or does.
    pub(super) fn read_input(&self, input: &Input) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        self.open_input(input)?.read_to_end(&mut bytes).map_err(|error| format!("is damaged: {error}"))?;
        check_hash(ContentHash::of(&bytes), input)?;
        Ok(bytes)
    }

    /// Reads an input through and checks its hash; the error says what the file is or does.
    pub(super) fn check_input(&self, input: &Input) -> Result<(), String> {
        let hash = ContentHash::of_reader(self.open_input(input)?).map_err(|error| format!("is damaged: {error}"))?;
        check_hash(hash, input)
    }

    fn open_input(&self, input: &Input) -> Result<impl Read + use<>, String> {
        let file = match File::open(self.object_path(&input.blake3)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err("is missing".to_owned()),
            other => other.map_err(|error| format!("cannot be read: {error}"))?,
        };
        let decoder = zstd::Decoder::new(file).map_err(|error| format!("is damaged: {error}"))?;
        Ok(decoder.take(input.bytes.saturating_add(1)))
    }

    /// Returns where the manifest of a revision lies.
    pub(super) fn manifest_path(&self, revision: u64) -> PathBuf {
        self.revisions_dir().join(format!("{revision:08}.json"))
    }

    /// Returns where the bytes of that hash lie.
    pub(super) fn object_path(&self, hash: &ContentHash) -> PathBuf {
        let name = hash.to_string();
        let shard: String = name.chars().take(2).collect();
        self.root.join("objects").join(shard).join(format!("{name}.zst"))
    }

    fn revisions_dir(&self) -> PathBuf {
        self.root.join("revisions")
    }
}

fn check_hash(found: ContentHash, input: &Input) -> Result<(), String> {
    if found == input.blake3 { Ok(()) } else { Err("is damaged: its hash differs".to_owned()) }
}

/// Returns each input once, with the first revision that was read from it.
pub(super) fn distinct_inputs<'a>(revisions: impl Iterator<Item = &'a Revision>) -> Vec<(u64, &'a Input)> {
    let mut seen = BTreeSet::new();
    revisions
        .flat_map(|revision| revision.inputs.iter().map(|input| (revision.number, input)))
        .filter(|(_, input)| seen.insert(input.blake3))
        .collect()
}

/// Tells what to do about a manifest that the database cannot restore.
pub(super) fn damaged_manifest(fault: Fault) -> StoreError {
    StoreError::Damaged {
        path: fault.path,
        why: format!("this manifest of the journal cannot be used: {}", fault.why),
        mend: "put the file back from a copy of the store; or, to go on without it and all later revisions, \
               move it and the later manifests away"
            .to_owned(),
    }
}
