//! What people are told of the state of a store: what opening had to mend, and what a check found.

use std::fmt;
use std::path::PathBuf;

use crate::model::RecordKey;

/// Something that opening a store had to do or came upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The database did not open with a file that only speeds opening up, and was tried without it.
    RecoveredSnap {
        /// Where the file now is.
        set_aside: PathBuf,
    },
    /// The database was missing or beyond repair, and was built anew from the journal.
    Rebuilt {
        /// What was wrong with it.
        why: String,
        /// How many revisions were read again.
        revisions: u64,
        /// Where the old database now is.
        set_aside: Option<PathBuf>,
    },
    /// The database lacked revisions, which were read again; the journal was not whole enough to build it anew.
    Replayed {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The commit of the last revision was interrupted after it was safe, and was finished.
    RevisionCompleted {
        /// Its number.
        revision: u64,
    },
    /// A manifest in the journal was missing or damaged, and was written anew from the database.
    ManifestRestored {
        /// The revision that it tells of.
        revision: u64,
        /// Where the damaged file now is.
        set_aside: Option<PathBuf>,
    },
    /// An input is missing from the journal: the store answers, but could not be rebuilt.
    InputMissing {
        /// The first revision that was read from it.
        revision: u64,
        /// Its name.
        name: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// Reading a revision's inputs again gave other records than when it was loaded.
    ReadsDifferently {
        /// The number of the revision.
        revision: u64,
        /// The keys of the records that differ, are new, or are gone; none where the journal does not list them.
        keys: Vec<RecordKey>,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecoveredSnap { set_aside } => {
                let set_aside = set_aside.display();
                write!(f, "the database did not open with its recovery file, which is now {set_aside}; ")?;
                f.write_str("it was opened without it, from its log")
            }
            Self::Rebuilt { why, revisions, set_aside } => {
                write!(f, "the database was not usable ({why}) and was built anew from the journal: ")?;
                write!(f, "{revisions} revision(s), nothing acknowledged is lost")?;
                match set_aside {
                    Some(path) => write!(f, "; the old one is now {}", path.display()),
                    None => Ok(()),
                }
            }
            Self::Replayed { first, last } => {
                write!(f, "the database lacked revisions {first} to {last}, which were read again from the journal; ")?;
                f.write_str("the journal lacks older inputs, so copy the store and put them back")
            }
            Self::RevisionCompleted { revision } => {
                write!(f, "the commit of revision {revision} had been interrupted; it is complete now")
            }
            Self::ManifestRestored { revision, set_aside: None } => {
                write!(f, "the journal lacked the manifest of revision {revision}; it was restored from the database")
            }
            Self::ManifestRestored { revision, set_aside: Some(path) } => {
                write!(f, "the manifest of revision {revision} was damaged and is now {}; ", path.display())?;
                f.write_str("it was restored from the database")
            }
            Self::InputMissing { revision, name, path } => {
                write!(f, "the journal lacks {}, the input `{name}` of revision {revision}; ", path.display())?;
                f.write_str("the store answers, but could not be rebuilt: put the file back from a copy")
            }
            Self::ReadsDifferently { revision, keys } => {
                write!(f, "the inputs of revision {revision} now read differently than when they were loaded")?;
                list(f, keys)
            }
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, keys: &[RecordKey]) -> fmt::Result {
    for (at, key) in keys.iter().enumerate() {
        f.write_str(if at == 0 { ": " } else { ", " })?;
        write!(f, "{key}")?;
    }
    Ok(())
}

/// Something that does not hold, found by reading everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The database cannot be read as a whole.
    Database {
        /// What is wrong.
        why: String,
    },
    /// A record, or some that are kept together, cannot be read.
    Records {
        /// The revision that put them in.
        revision: u64,
        /// The least of their keys.
        first: RecordKey,
        /// The greatest of their keys.
        last: RecordKey,
        /// What is wrong.
        why: String,
    },
    /// A manifest in the journal is missing, damaged, or not what the database says.
    Manifest {
        /// The number of the revision.
        revision: u64,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// An input in the journal is missing or damaged.
    Input {
        /// The first revision that was read from it.
        revision: u64,
        /// Its name.
        name: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database { why } => write!(f, "the database: {why}; open the store anew to have it rebuilt"),
            Self::Records { revision, first, last, why } => {
                write!(f, "{first}")?;
                if first != last {
                    write!(f, " to {last}")?;
                }
                write!(f, " of revision {revision}: {why}; open the store anew to have the database rebuilt")
            }
            Self::Manifest { revision, path, why } => {
                let path = path.display();
                write!(f, "{path}, the manifest of revision {revision}: {why}; open the store anew to have it restored")
            }
            Self::Input { revision, name, path, why } => {
                let path = path.display();
                write!(f, "{path}, the input `{name}` of revision {revision}: {why}; put it back from a copy")
            }
        }
    }
}
