//! The one place that loads and commits: input files become records, a revision, and a history to query.
//!
//! A [`Version`] is one revision with its [`History`]. The latest is always at hand; past ones are
//! rebuilt from the store when they are asked for, and a few are kept.

mod changes;
mod check;
mod inputs;
mod load;
mod past;
mod search;
mod sources;

use std::cmp::Ordering;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use moka::sync::Cache;
use tokio::sync::watch;

use crate::diagnostics::Colour;
use crate::history::History;
use crate::model::{Corpus, Record};
use crate::search::{SearchError, SearchIndex};
use crate::source;
use crate::store::{BoxError, Document, Finding, Journal, Notice, Revision, Store, StoreError};

pub use changes::{RecordChange, UnitChanges};
pub use check::{check_files, check_sources};
pub use inputs::{InputError, read_file, read_inputs};
pub use load::{Differences, LoadError, Loaded, Progress};
pub use past::PastError;
pub use sources::{SourceFolder, SourceText, Withheld};

/// An input file, as [`Repository::load`] takes it.
pub use crate::source::InputFile;

/// How many past revisions are kept ready.
const PAST_VERSIONS: u64 = 4;

/// One revision, ready to be queried. Immutable, but that its search index is built when it is first needed.
#[derive(Debug)]
pub struct Version {
    /// The number of the revision; 0 before anything is loaded.
    pub revision: u64,
    /// The graph of all that was loaded by then.
    pub history: History,
    search: OnceLock<Result<SearchIndex, SearchError>>,
}

/// What is loaded, at every revision.
#[derive(Debug)]
pub struct Repository {
    backing: Backing,
    /// The latest revision. It is replaced at once, after the store has it, and whoever waits is told.
    latest: watch::Sender<Arc<Version>>,
    past: Cache<u64, Arc<Version>>,
    rebuilds: past::Rebuilds,
    /// What revisions changed for each unit, for those that were asked about last.
    changes: Cache<u64, Arc<UnitChanges>>,
    loading: Mutex<()>,
    /// Whether a search index is built in the background.
    is_indexing: Arc<AtomicBool>,
    /// Whether the latest revision is to have a search index, whichever it is.
    is_indexed: AtomicBool,
}

/// How many bytes the files of a store have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreBytes {
    /// Those of the journal.
    pub journal: u64,
    /// Those of the database; `None` where another process holds it.
    pub database: Option<u64>,
}

#[derive(Debug)]
enum Backing {
    Store(Store),
    /// Read only: another process holds the database.
    Journal {
        journal: Journal,
        revisions: Vec<Revision>,
    },
}

impl Repository {
    /// Tells whether there is a store in a folder; looks only, and creates nothing.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        Store::exists(dir)
    }

    /// Opens the store in a folder, creating it where there is none, with what had to be mended.
    ///
    /// # Errors
    /// Returns [`StoreError`] when another process holds the store, or when it cannot be mended.
    pub fn open(dir: &Path) -> Result<(Self, Vec<Notice>), StoreError> {
        let (store, notices) = Store::open(dir, &read_again)?;
        let latest = Version::new(store.latest(), history(store.corpus(store.latest())?));
        Ok((Self::of(Backing::Store(store), latest), notices))
    }

    /// Opens the store for reading: through the journal where another process holds the database.
    ///
    /// # Errors
    /// Returns [`StoreError`] when neither can be read.
    pub fn open_for_reading(dir: &Path) -> Result<(Self, Vec<Notice>), StoreError> {
        match Self::open(dir) {
            Err(StoreError::Busy { .. }) => {
                let journal = Journal::open(dir);
                let revisions = journal.revisions()?;
                let number = revisions.last().map_or(0, |revision| revision.number);
                let corpus = if number == 0 { Corpus::default() } else { journal.corpus(number, &read_again)? };
                let latest = Version::new(number, history(corpus));
                Ok((Self::of(Backing::Journal { journal, revisions }, latest), Vec::new()))
            }
            opened => opened,
        }
    }

    fn of(backing: Backing, latest: Version) -> Self {
        Self {
            backing,
            latest: watch::Sender::new(Arc::new(latest)),
            past: Cache::new(PAST_VERSIONS),
            rebuilds: past::Rebuilds::default(),
            changes: Cache::new(PAST_VERSIONS),
            loading: Mutex::new(()),
            is_indexing: Arc::default(),
            is_indexed: AtomicBool::new(false),
        }
    }

    /// Returns the latest revision.
    #[must_use]
    pub fn latest(&self) -> Arc<Version> {
        Arc::clone(&self.latest.borrow())
    }

    /// Returns what shows the latest revision, and waits for the next one. It tells that there is a later one, and
    /// not of how many, so whoever must miss none counts on from the last that it knows.
    ///
    /// A load waits for nobody who watches, and takes no runtime; only to wait needs one.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Version>> {
        self.latest.subscribe()
    }

    /// Returns a revision; 0 is the one before anything was loaded.
    ///
    /// A past revision that is not kept is rebuilt, which blocks for as long as a load of it.
    ///
    /// # Errors
    /// Returns [`StoreError::UnknownRevision`] when there is none of that number.
    pub fn version(&self, revision: u64) -> Result<Arc<Version>, StoreError> {
        if let Some(ready) = self.at_hand(revision) {
            return ready;
        }
        let build = || {
            let corpus = match &self.backing {
                _ if revision == 0 => Corpus::default(),
                Backing::Store(store) => store.corpus(revision)?,
                Backing::Journal { journal, .. } => journal.corpus(revision, &read_again)?,
            };
            Ok(Arc::new(Version::new(revision, history(corpus))))
        };
        self.past.try_get_with(revision, build).map_err(|error: Arc<StoreError>| {
            Arc::try_unwrap(error)
                .unwrap_or_else(|shared| StoreError::Rebuild { revision, source: shared.to_string().into() })
        })
    }

    /// Returns a revision without work; `None` where it would have to be rebuilt.
    fn at_hand(&self, revision: u64) -> Option<Result<Arc<Version>, StoreError>> {
        let latest = self.latest();
        match revision.cmp(&latest.revision) {
            Ordering::Equal => Some(Ok(latest)),
            Ordering::Greater => Some(Err(StoreError::UnknownRevision { asked: revision, latest: latest.revision })),
            Ordering::Less => self.past.get(&revision).map(Ok),
        }
    }

    /// Returns all revisions, the oldest first.
    #[must_use]
    pub fn revisions(&self) -> Vec<Revision> {
        match &self.backing {
            Backing::Store(store) => store.revisions(),
            Backing::Journal { revisions, .. } => revisions.clone(),
        }
    }

    /// Returns one revision, as the store remembers it.
    ///
    /// # Errors
    /// Returns [`StoreError::UnknownRevision`] when there is none of that number.
    pub fn revision(&self, revision: u64) -> Result<Revision, StoreError> {
        match &self.backing {
            Backing::Store(store) => store.revision(revision),
            Backing::Journal { revisions, .. } => {
                let latest = revisions.last().map_or(0, |revision| revision.number);
                let found = revisions.iter().find(|found| found.number == revision).cloned();
                found.ok_or(StoreError::UnknownRevision { asked: revision, latest })
            }
        }
    }

    /// Returns when a revision was recorded; `None` when there is none of that number.
    #[must_use]
    pub fn recorded_at(&self, revision: u64) -> Option<Timestamp> {
        match &self.backing {
            Backing::Store(store) => store.recorded_at(revision),
            Backing::Journal { revisions, .. } => {
                revisions.iter().find(|found| found.number == revision).map(|found| found.recorded_at)
            }
        }
    }

    /// Returns how many bytes the store takes; walks through its folders, which blocks.
    ///
    /// # Errors
    /// Returns [`StoreError`] when a folder cannot be read.
    pub fn store_bytes(&self) -> Result<StoreBytes, StoreError> {
        match &self.backing {
            Backing::Store(store) => {
                Ok(StoreBytes { journal: store.journal().bytes()?, database: Some(store.database_bytes()?) })
            }
            Backing::Journal { journal, .. } => Ok(StoreBytes { journal: journal.bytes()?, database: None }),
        }
    }

    /// Checks everything that the store keeps; an empty answer means that all is well.
    ///
    /// # Errors
    /// Returns [`StoreError::Busy`] when another process holds the database.
    pub fn verify(&self, dir: &Path) -> Result<Vec<Finding>, StoreError> {
        match &self.backing {
            Backing::Store(store) => store.verify(),
            Backing::Journal { .. } => Err(StoreError::Busy { path: dir.to_path_buf() }),
        }
    }
}

fn history(corpus: Corpus) -> History {
    History::build(Arc::new(corpus))
}

/// Reads the documents of a revision again, for a store that has lost the records.
fn read_again(revision: &Revision, documents: Vec<Document<'static>>) -> Result<Vec<Record>, BoxError> {
    let files: Vec<source::InputFile> = documents
        .into_iter()
        .map(|document| source::InputFile { name: document.name.into_owned(), bytes: document.bytes.into_owned() })
        .collect();
    let parsed = source::parse(&files);
    if parsed.report.has_errors() {
        let text = parsed.report.to_human(Colour::Never);
        return Err(format!("the inputs of revision {} no longer read without errors:\n{text}", revision.number).into());
    }
    Ok(parsed.records.into_iter().map(|(_, record)| record).collect())
}
