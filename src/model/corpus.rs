//! Everything that is loaded, as records with one shared space of ids.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::{ChangeEvent, EventEvidence};
use super::evidence::Basis;
use super::id::{EraId, EventId, IdError, SnapshotId, UnitId};
use super::kept::KeptEvent;
use super::snapshot::{Snapshot, Standing};

/// A named grouping of snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Era {
    /// Its identifier.
    pub id: EraId,
    /// Its name.
    pub name: String,
    /// What it is, in the curator's words.
    pub description: Option<String>,
    /// The sequence of eras that it belongs to: the id of the first era of its file.
    /// Two organisations in one store have two sequences.
    pub sequence: EraId,
    /// Its position in that sequence, from 0.
    pub position: u32,
}

/// A unit that is known only from events, such as a former body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredUnit {
    /// Its identifier.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// Its acronym.
    pub acronym: Option<String>,
    /// Its kind.
    pub kind: Option<String>,
    /// Whether it is part of the organisation.
    pub standing: Standing,
    /// What it is, in the curator's words.
    pub summary: Option<String>,
    /// How the declaration is carried.
    pub basis: Basis,
    /// Which lines of which snapshots' sources say so.
    pub evidence: Vec<EventEvidence>,
    /// Where it is known from, when not from a snapshot's source.
    pub reference: Option<String>,
}

/// One thing that is loaded, kept and withdrawn as a whole. Cheap to clone: what it holds is shared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A snapshot.
    Snapshot(Arc<Snapshot>),
    /// A change event.
    Event(Arc<ChangeEvent>),
    /// An era.
    Era(Arc<Era>),
    /// A unit known only from events.
    Unit(Arc<DeclaredUnit>),
}

/// The identifier of a record, with its kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RecordKey {
    /// A snapshot.
    Snapshot(SnapshotId),
    /// A change event.
    Event(EventId),
    /// An era.
    Era(EraId),
    /// A unit known only from events.
    Unit(UnitId),
}

impl Record {
    /// Returns the key that the record is kept under.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Snapshot(snapshot) => RecordKey::Snapshot(snapshot.id.clone()),
            Self::Event(event) => RecordKey::Event(event.id.clone()),
            Self::Era(era) => RecordKey::Era(era.id.clone()),
            Self::Unit(unit) => RecordKey::Unit(unit.id.clone()),
        }
    }
}

impl RecordKey {
    /// Returns the key of a record of a kind, by the word for it; `None` when there is no such kind.
    #[must_use]
    pub fn of_word(word: &str, id: &str) -> Option<Result<Self, IdError>> {
        Some(match word {
            "snapshot" => SnapshotId::new(id).map(Self::Snapshot),
            "event" => EventId::new(id).map(Self::Event),
            "era" => EraId::new(id).map(Self::Era),
            "unit" => UnitId::new(id).map(Self::Unit),
            _ => return None,
        })
    }

    /// Returns the id, without its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Snapshot(id) => id.as_str(),
            Self::Event(id) => id.as_str(),
            Self::Era(id) => id.as_str(),
            Self::Unit(id) => id.as_str(),
        }
    }

    /// Returns the word for the kind of record.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Snapshot(_) => "snapshot",
            Self::Event(_) => "event",
            Self::Era(_) => "era",
            Self::Unit(_) => "unit",
        }
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.word(), self.id())
    }
}

/// Everything that is loaded at one revision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Corpus {
    /// The snapshots.
    pub snapshots: BTreeMap<SnapshotId, Arc<Snapshot>>,
    /// The change events.
    pub events: BTreeMap<EventId, Arc<KeptEvent>>,
    /// The eras.
    pub eras: BTreeMap<EraId, Arc<Era>>,
    /// Units known only from events.
    pub units: BTreeMap<UnitId, Arc<DeclaredUnit>>,
}

impl Corpus {
    /// Puts a record in, in the place of the one with the same key.
    pub fn insert(&mut self, record: Record) {
        match record {
            Record::Snapshot(snapshot) => drop(self.snapshots.insert(snapshot.id.clone(), snapshot)),
            Record::Event(event) => drop(self.events.insert(event.id.clone(), Arc::new(KeptEvent::of(&event)))),
            Record::Era(era) => drop(self.eras.insert(era.id.clone(), era)),
            Record::Unit(unit) => drop(self.units.insert(unit.id.clone(), unit)),
        }
    }

    /// Takes a record out; tells whether it was there.
    pub fn remove(&mut self, key: &RecordKey) -> bool {
        match key {
            RecordKey::Snapshot(id) => self.snapshots.remove(id).is_some(),
            RecordKey::Event(id) => self.events.remove(id).is_some(),
            RecordKey::Era(id) => self.eras.remove(id).is_some(),
            RecordKey::Unit(id) => self.units.remove(id).is_some(),
        }
    }

    /// Tells whether there is a record under a key.
    #[must_use]
    pub fn contains(&self, key: &RecordKey) -> bool {
        match key {
            RecordKey::Snapshot(id) => self.snapshots.contains_key(id),
            RecordKey::Event(id) => self.events.contains_key(id),
            RecordKey::Era(id) => self.eras.contains_key(id),
            RecordKey::Unit(id) => self.units.contains_key(id),
        }
    }

    /// Returns the record under a key; `None` when there is none.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<Record> {
        match key {
            RecordKey::Snapshot(id) => self.snapshots.get(id).cloned().map(Record::Snapshot),
            RecordKey::Event(id) => self.events.get(id).map(|event| Record::Event(Arc::new(event.unpacked()))),
            RecordKey::Era(id) => self.eras.get(id).cloned().map(Record::Era),
            RecordKey::Unit(id) => self.units.get(id).cloned().map(Record::Unit),
        }
    }

    /// Returns the keys of everything that is loaded.
    #[must_use]
    pub fn keys(&self) -> Vec<RecordKey> {
        let snapshots = self.snapshots.keys().cloned().map(RecordKey::Snapshot);
        let events = self.events.keys().cloned().map(RecordKey::Event);
        let eras = self.eras.keys().cloned().map(RecordKey::Era);
        let units = self.units.keys().cloned().map(RecordKey::Unit);
        snapshots.chain(events).chain(eras).chain(units).collect()
    }

    /// Returns the eras in order: sequence by sequence, each by position.
    #[must_use]
    pub fn eras_in_order(&self) -> Vec<&Arc<Era>> {
        let mut eras: Vec<_> = self.eras.values().collect();
        eras.sort_by_key(|era| (&era.sequence, era.position, &era.id));
        eras
    }
}
