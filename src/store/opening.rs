//! Opening a store: checking all of it, and mending the database from the journal or the journal from the database.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use super::database::{self, Database, Fault};
use super::error::StoreError;
use super::files::{self, Lock};
use super::journal::{self, Journal, Scan, damaged_manifest};
use super::manifest::{DATABASE_FORMAT, Manifest};
use super::notice::Notice;
use super::revision::Rebuild;
use super::{Entry, State, Store, transaction};

/// What opening works with.
struct Opening<'a> {
    dir: &'a Path,
    journal: Journal,
    rebuild: &'a Rebuild<'a>,
    notices: Vec<Notice>,
}

pub(super) fn open(dir: &Path, rebuild: &Rebuild<'_>) -> Result<(Store, Vec<Notice>), StoreError> {
    files::make_dir(dir)?;
    let lock = Lock::take(dir)?;
    let journal = Journal::open(dir);
    let had_journal = journal.exists();
    let scan = journal.scan()?;
    let mut opening = Opening { dir, journal, rebuild, notices: Vec::new() };
    let (database, state) = opening.database(scan.clone(), had_journal)?;
    opening.journal.prepare()?;
    opening.mend_journal(&state, &scan)?;
    let (database, state) = opening.catch_up(database, state, &scan)?;
    opening.look_for_inputs(&state);
    let Opening { journal, notices, .. } = opening;
    let store = Store { journal, state: RwLock::new(state), writing: Mutex::new(()), database, _lock: lock };
    Ok((store, notices))
}

impl Opening<'_> {
    fn db_path(&self) -> PathBuf {
        self.dir.join("db")
    }

    /// Opens and checks the database, or builds it anew.
    fn database(&mut self, scan: Scan, had_journal: bool) -> Result<(Database, State), StoreError> {
        let path = self.db_path();
        if !path.exists() {
            // The folders of the journal come first: without them, half a database would look like a loss.
            self.journal.prepare()?;
            return if scan.is_empty() {
                let database =
                    Database::open(&path).map_err(|fault| database::error_at(&path, "creating it", fault))?;
                files::sync_dir(&path)?;
                files::sync_dir(self.dir)?;
                Ok((database, State::default()))
            } else {
                self.build_anew("it is missing", scan)
            };
        }
        match self.try_database(&path)? {
            Ok(opened) => Ok(opened),
            Err(fault @ (Fault::Corrupt(_) | Fault::Older(_))) if had_journal => self.build_anew(&fault.why(), scan),
            Err(fault @ (Fault::Corrupt(_) | Fault::Older(_))) => Err(StoreError::Damaged {
                path,
                why: format!("the database cannot be used ({}), and there is no journal to build it from", fault.why()),
                mend: "put `db` or `journal` back from a copy of the store".to_owned(),
            }),
            Err(fault) => Err(database::error_at(&path, "opening it", fault)),
        }
    }

    /// Opens and checks the database; if it is corrupt, once more without the files that it can do without.
    fn try_database(&mut self, path: &Path) -> Result<Result<(Database, State), Fault>, StoreError> {
        let first = open_checked(path);
        let dispensable = database::dispensable_files(path)?;
        Ok(match first {
            Err(Fault::Corrupt(why)) if !dispensable.is_empty() => {
                for damaged in dispensable {
                    let set_aside = files::set_aside(self.dir, &damaged)?;
                    self.notices.push(Notice::RecoveredSnap { set_aside });
                }
                match open_checked(path) {
                    // A panic in the first try can leave its handle behind.
                    Err(Fault::Locked) => Err(Fault::Corrupt(why)),
                    other => other,
                }
            }
            other => other,
        })
    }

    /// Builds the database from the journal beside the old one, and only then sets the old one aside.
    fn build_anew(&mut self, why: &str, scan: Scan) -> Result<(Database, State), StoreError> {
        let chain = self.journal.chain(scan).map_err(|error| match error {
            StoreError::Damaged { path, why: fault, mend } => {
                let why = format!("{fault}; the database cannot be used either ({why})");
                StoreError::Damaged { path, why, mend }
            }
            other => other,
        })?;
        let new_path = self.dir.join("db.new");
        if new_path.exists() {
            fs::remove_dir_all(&new_path).map_err(StoreError::io("remove", &new_path))?;
        }
        {
            let database =
                Database::open(&new_path).map_err(|fault| database::error_at(&new_path, "creating it", fault))?;
            let mut state = State::default();
            for manifest in &chain {
                self.replay(&database, &mut state, manifest.clone())?;
            }
        }
        files::sync_dir(&new_path)?;
        let path = self.db_path();
        let set_aside = if path.exists() { Some(files::set_aside(self.dir, &path)?) } else { None };
        files::rename(&new_path, &path)?;
        let (database, state) =
            open_checked(&path).map_err(|fault| database::error_at(&path, "opening it anew", fault))?;
        let revisions = state.latest();
        self.notices.push(Notice::Rebuilt { why: why.to_owned(), revisions, set_aside });
        Ok((database, state))
    }

    /// Writes the manifests that the journal lacks from the copies in the database.
    fn mend_journal(&mut self, state: &State, scan: &Scan) -> Result<(), StoreError> {
        let written = scan.last_key_value().map_or(0, |(number, _)| *number);
        for manifest in state.entries.iter().map(|entry| &entry.manifest) {
            let revision = manifest.revision.number;
            let set_aside = match scan.get(&revision) {
                Some(Ok(found)) if found.seal == manifest.seal => continue,
                Some(Ok(_)) => {
                    return Err(StoreError::Diverged { revision, path: self.journal.manifest_path(revision) });
                }
                Some(Err(fault)) => Some(files::set_aside(self.dir, &fault.path)?),
                None => None,
            };
            self.journal.write_manifest(manifest)?;
            let last = revision == state.latest() && revision == written.saturating_add(1);
            self.notices.push(if last && set_aside.is_none() {
                Notice::RevisionCompleted { revision }
            } else {
                Notice::ManifestRestored { revision, set_aside }
            });
        }
        Ok(())
    }

    /// Sees to it that the database has all revisions of the journal.
    ///
    /// A database that has lost some may be wrong in other ways that do not show, so it is built anew. Only
    /// where the journal is not whole either are the lost revisions added to what is left.
    fn catch_up(&mut self, database: Database, state: State, scan: &Scan) -> Result<(Database, State), StoreError> {
        let latest = state.latest();
        let Some((&last, _)) = scan.last_key_value().filter(|(last, _)| **last > latest) else {
            return Ok((database, state));
        };
        let why = format!("at revision {latest} it is behind the journal, which is at {last}");
        // What is damaged in the journal and sound in the database has been mended by now.
        let scan = self.journal.scan()?;
        drop(database);
        let told = self.notices.len();
        match self.build_anew(&why, scan.clone()) {
            Err(StoreError::Damaged { .. } | StoreError::Rebuild { .. }) => {
                self.notices.truncate(told);
                self.add_lost(scan)
            }
            other => other,
        }
    }

    /// Adds the revisions that the database lacks, reading only their inputs again.
    fn add_lost(&mut self, mut scan: Scan) -> Result<(Database, State), StoreError> {
        let path = self.db_path();
        let (database, mut state) =
            open_checked(&path).map_err(|fault| database::error_at(&path, "opening it again", fault))?;
        let first = state.latest().saturating_add(1);
        for (number, found) in scan.split_off(&first) {
            let expected = state.latest().saturating_add(1);
            if number != expected {
                let path = self.journal.manifest_path(expected);
                return Err(damaged_manifest(journal::Fault { path, why: "it is missing".to_owned() }));
            }
            let manifest = found.map_err(damaged_manifest)?;
            if manifest.break_after(state.entries.last().map(|entry| &entry.manifest)).is_some() {
                return Err(StoreError::Diverged { revision: number, path: self.journal.manifest_path(number) });
            }
            self.replay(&database, &mut state, manifest)?;
        }
        self.notices.push(Notice::Replayed { first, last: state.latest() });
        Ok((database, state))
    }

    /// Reads the inputs of a revision again and commits it to the database.
    fn replay(&mut self, database: &Database, state: &mut State, manifest: Manifest) -> Result<(), StoreError> {
        let revision = &manifest.revision;
        let number = revision.number;
        let documents = self.journal.inputs(revision)?;
        let records =
            (self.rebuild)(revision, documents).map_err(|source| StoreError::Rebuild { revision: number, source })?;
        let encoded = transaction::encode(&records)?;
        // What the revision took out is left to its manifest: a removal that has become idle stays recorded.
        let upserted = transaction::effective(database, &state.entries, encoded, &[])
            .map_err(|fault| database.error("looking for what changes", fault))?
            .upserted;
        let differing = revision.upserted.differing(&transaction::upserted_of(&upserted));
        let comparable = manifest.record_format == DATABASE_FORMAT;
        let packs = transaction::packed(number, &upserted)?;
        let entry = Entry { manifest, stored: packs.iter().map(|packed| packed.pack.clone()).collect() };
        let committed = database.commit(&entry, &packs);
        committed.map_err(|fault| database.error("committing a revision from the journal", fault))?;
        state.entries.push(Arc::new(entry));
        // Hashes of records can be compared within one format only.
        if let Some(keys) = differing.filter(|_| comparable) {
            self.notices.push(Notice::ReadsDifferently { revision: number, keys });
        }
        Ok(())
    }

    /// Tells which inputs are not there. Their content is left to [`Store::verify`].
    fn look_for_inputs(&mut self, state: &State) {
        for (revision, input) in journal::distinct_inputs(state.entries.iter().map(|entry| &entry.manifest.revision)) {
            let path = self.journal.object_path(&input.blake3);
            if !path.exists() {
                self.notices.push(Notice::InputMissing { revision, name: input.name.clone(), path });
            }
        }
    }
}

/// Opens a database and reads all of it once.
fn open_checked(path: &Path) -> Result<(Database, State), Fault> {
    let database = Database::open(path)?;
    let state = check(&database)?;
    Ok((database, state))
}

/// Reads every revision and every pack once.
fn check(database: &Database) -> Result<State, Fault> {
    let mut state = State::default();
    let mut checked = BTreeSet::new();
    for entry in database.entries()? {
        for pack in entry.stored.iter().filter(|pack| checked.insert(pack.blake3)) {
            database.check_pack(pack).map_err(|fault| match fault {
                Fault::Corrupt(why) => Fault::Corrupt(format!("revision {}: {why}", entry.manifest.revision.number)),
                other => other,
            })?;
        }
        state.entries.push(Arc::new(entry));
    }
    Ok(state)
}
