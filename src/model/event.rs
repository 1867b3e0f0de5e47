//! Dated statements of change: which units went in, which came out.

use serde::{Deserialize, Serialize};

use super::edtf::Edtf;
use super::evidence::{Basis, LineSet};
use super::id::{EventId, SnapshotId, UnitId};

/// What kind of change an event states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// A unit came into being.
    Created,
    /// A unit got another name.
    Renamed,
    /// A unit got another parent.
    Moved,
    /// A unit became one of another kind.
    Reclassified,
    /// Two or more units became one.
    Merged,
    /// One unit became two or more.
    Split,
    /// A unit went into one that goes on.
    Absorbed,
    /// A unit, or a part of it, went to another organisation or unit.
    Transferred,
    /// A unit followed another in a form that is not known.
    Succeeded,
    /// A unit ended with no successor.
    Dissolved,
}

impl EventType {
    /// Every type.
    pub const ALL: [Self; 10] = [
        Self::Created,
        Self::Renamed,
        Self::Moved,
        Self::Reclassified,
        Self::Merged,
        Self::Split,
        Self::Absorbed,
        Self::Transferred,
        Self::Succeeded,
        Self::Dissolved,
    ];

    /// Returns the word that input files write: `merged`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Reclassified => "reclassified",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::Absorbed => "absorbed",
            Self::Transferred => "transferred",
            Self::Succeeded => "succeeded",
            Self::Dissolved => "dissolved",
        }
    }

    /// Returns the type of that word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A dated statement of change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeEvent {
    /// Its identifier.
    pub id: EventId,
    /// What kind of change it is.
    pub kind: EventType,
    /// When it took place.
    pub date: Edtf,
    /// What went in.
    pub originals: Vec<EventOriginal>,
    /// What came out.
    pub results: Vec<EventResult>,
    /// How the statement is carried.
    pub basis: Basis,
    /// Which lines of which snapshots' sources say so.
    pub evidence: Vec<EventEvidence>,
    /// Where it is known from, when not from a snapshot's source.
    pub reference: Option<String>,
    /// What the curator adds.
    pub note: Option<String>,
}

/// A unit that went into an event. It ends with it, unless it continues or only a part of it went over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventOriginal {
    /// The unit.
    pub unit: UnitId,
    /// Whether the unit goes on beside the results.
    pub continues: bool,
    /// Whether only a part of it went over.
    pub part: bool,
}

/// A unit that came out of an event, with what it is from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventResult {
    /// The unit.
    pub unit: UnitId,
    /// Its name from then on.
    pub name: Option<String>,
    /// Its acronym from then on.
    pub acronym: Option<String>,
    /// Its kind from then on.
    pub kind: Option<String>,
    /// Its parent from then on.
    pub parent: Option<UnitId>,
}

impl EventResult {
    /// Returns a result of which nothing more is stated.
    #[must_use]
    pub fn of(unit: UnitId) -> Self {
        Self { unit, name: None, acronym: None, kind: None, parent: None }
    }
}

/// Lines of a snapshot's source that carry an event, or the declaration of a unit that only events name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventEvidence {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// The lines of its source.
    pub lines: LineSet,
    /// How these lines carry it.
    pub basis: Basis,
    /// What the curator adds.
    pub note: Option<String>,
}

impl ChangeEvent {
    /// Tells whether the event ends the unit: an original that neither continues, nor went over in
    /// part only, nor stands among the results.
    #[must_use]
    pub fn ends(&self, unit: &UnitId) -> bool {
        self.originals.iter().any(|o| o.unit == *unit && !o.continues && !o.part)
            && !self.results.iter().any(|r| r.unit == *unit)
    }
}
