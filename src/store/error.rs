//! What can keep the store from doing its work, with the place and the way to mend it.

use std::io;
use std::path::{Path, PathBuf};

use crate::model::RecordKey;

/// An error of any kind, from below or from the caller's parser.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Tells why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process, or another part of this one, has the store open.
    #[error(
        "the store in {} is open elsewhere; stop the other eragraph (a server?) first; `view`, `diff` and `lineage` can read beside it",
        path.display()
    )]
    Busy {
        /// The folder of the store.
        path: PathBuf,
    },
    /// A newer eragraph wrote this store.
    #[error(
        "{} has format {found}, written by a newer eragraph; this one knows formats up to {known}: use the newer one",
        path.display()
    )]
    Newer {
        /// The file or folder of that format.
        path: PathBuf,
        /// The format that was found.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// Records could not be packed.
    #[error("the records of revision {revision} cannot be packed: {why}")]
    Pack {
        /// The revision that would put them in.
        revision: u64,
        /// What is in the way.
        why: String,
    },
    /// Something is damaged that cannot be mended from what is left.
    #[error("{}: {why}; {mend}", path.display())]
    Damaged {
        /// The damaged file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What a person can do.
        mend: String,
    },
    /// Database and journal tell of different revisions under one number.
    #[error(
        "revision {revision} of the database and {} are both sound but differ, so they belong to different stores; \
         put back the `db` and `journal` that belong together",
        path.display()
    )]
    Diverged {
        /// The number of the revision.
        revision: u64,
        /// The manifest in the journal.
        path: PathBuf,
    },
    /// There is no revision of that number.
    #[error("there is no revision {asked}; the latest is {latest}")]
    UnknownRevision {
        /// The number asked for.
        asked: u64,
        /// The latest number, 0 when nothing is loaded.
        latest: u64,
    },
    /// Another revision was published since this one was staged.
    #[error("revision {latest} was published since this one was staged on {base}; load again")]
    Superseded {
        /// The revision that it was staged on.
        base: u64,
        /// The latest revision.
        latest: u64,
    },
    /// An earlier commit failed half-way, so nothing more is committed before the store is opened anew.
    #[error("an earlier commit failed half-way; open the store anew (restart), which finishes or drops it")]
    Halted,
    /// A file could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error("the database in {} failed on {doing}", path.display())]
    Database {
        /// What was being done.
        doing: String,
        /// The folder of the database.
        path: PathBuf,
        /// The cause.
        #[source]
        source: BoxError,
    },
    /// A record could not be written as bytes.
    #[error("{key} cannot be written as bytes")]
    Encode {
        /// The key of the record.
        key: Box<RecordKey>,
        /// The cause.
        #[source]
        source: postcard::Error,
    },
    /// A manifest could not be written as JSON.
    #[error("the manifest of revision {revision} cannot be written")]
    Manifest {
        /// The number of the revision.
        revision: u64,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// The documents of a past revision could not be read again.
    #[error(
        "the database lacks revision {revision}, and its inputs in the journal can no longer be read; \
         use the eragraph that loaded them, or put back a copy of the database"
    )]
    Rebuild {
        /// The number of the revision.
        revision: u64,
        /// The cause.
        #[source]
        source: BoxError,
    },
}

impl StoreError {
    /// Names what was being done to a path when an IO error came up.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
