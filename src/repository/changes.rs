//! What a revision changed for each unit: which records say something else of it than in the revision before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Record, RecordKey, UnitId, changed_units};
use crate::store::StoreError;

use super::{Backing, Repository};

/// The units that a revision changed, each with the records that tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnitChanges(BTreeMap<UnitId, Vec<RecordChange>>);

/// A record that says something else of a unit than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordChange {
    /// The key of the record.
    pub key: RecordKey,
    /// Whether it was taken out; otherwise it was put in, anew or in the place of its earlier form.
    pub is_removal: bool,
}

impl UnitChanges {
    /// Returns the records that say something else of a unit, in the order of their keys; none when the unit did not
    /// change, or is in no record.
    #[must_use]
    pub fn of(&self, unit: &str) -> &[RecordChange] {
        UnitId::new(unit).ok().and_then(|unit| self.0.get(&unit)).map_or(&[], Vec::as_slice)
    }
}

impl Repository {
    /// Returns what a revision changed for each unit.
    ///
    /// Only the records of that load are read and compared, and no history is built; this blocks for as long as that
    /// takes. Whoever asks about the same revision shares the answer.
    ///
    /// # Errors
    /// Returns [`StoreError::UnknownRevision`] when there is none of that number, and other errors when a record
    /// cannot be read.
    pub fn unit_changes(&self, revision: u64) -> Result<Arc<UnitChanges>, StoreError> {
        let compare = || {
            let keys = self.changed_keys(revision)?;
            let before = self.records(revision.saturating_sub(1), &keys)?;
            let after = self.records(revision, &keys)?;
            let mut changes = UnitChanges::default();
            for key in keys {
                let (before, after) = (before.get(&key), after.get(&key));
                for unit in changed_units(before, after) {
                    let change = RecordChange { key: key.clone(), is_removal: after.is_none() };
                    changes.0.entry(unit).or_default().push(change);
                }
            }
            Ok(Arc::new(changes))
        };
        self.changes.try_get_with(revision, compare).map_err(|error: Arc<StoreError>| {
            Arc::try_unwrap(error)
                .unwrap_or_else(|shared| StoreError::Rebuild { revision, source: shared.to_string().into() })
        })
    }

    /// Returns the keys of the records that a revision put in or took out.
    fn changed_keys(&self, revision: u64) -> Result<Vec<RecordKey>, StoreError> {
        match &self.backing {
            Backing::Store(store) => store.changed_keys(revision),
            Backing::Journal { .. } => {
                let (before, after) = (self.version(revision.saturating_sub(1))?, self.version(revision)?);
                let (before, after) = (before.history.corpus(), after.history.corpus());
                let keys: BTreeSet<RecordKey> = before.keys().into_iter().chain(after.keys()).collect();
                Ok(keys.into_iter().filter(|key| before.record(key) != after.record(key)).collect())
            }
        }
    }

    fn records(&self, revision: u64, keys: &[RecordKey]) -> Result<BTreeMap<RecordKey, Record>, StoreError> {
        let records = match &self.backing {
            Backing::Store(store) => store.records(revision, keys)?,
            Backing::Journal { .. } => {
                let version = self.version(revision)?;
                let corpus = version.history.corpus();
                keys.iter().filter_map(|key| corpus.record(key)).collect()
            }
        };
        Ok(records.into_iter().map(|record| (record.key(), record)).collect())
    }
}
