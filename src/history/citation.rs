//! What a claim is about, where it stands, and how it is told to a reader.

use crate::model::{Basis, ConflictKind, Evidence};

use super::layer::{EventIx, LayerIx, SnapshotIx};
use super::node::UnitIx;

/// What a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// That the unit was there.
    Presence,
    /// Its name.
    Name,
    /// Its acronym.
    Acronym,
    /// Its kind.
    Kind,
    /// Its parent.
    Parent,
    /// What it does.
    Summary,
    /// A number.
    Figure,
}

/// Where a claim stands: a snapshot's source, or an event, and the evidence there.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// The snapshot whose source the lines are of.
    pub snapshot: Option<SnapshotIx>,
    /// The event that makes the claim.
    pub event: Option<EventIx>,
    /// The evidence.
    pub evidence: Evidence,
}

impl Citation {
    /// Returns a citation of lines of a snapshot's source.
    #[must_use]
    pub fn of(snapshot: SnapshotIx, evidence: &Evidence) -> Self {
        Self { snapshot: Some(snapshot), event: None, evidence: evidence.clone() }
    }
}

/// A claim as it is told to a reader: about what, saying what, by which layer.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimRecord {
    /// The unit.
    pub unit: UnitIx,
    /// What it is about.
    pub attribute: Attribute,
    /// What it says; a parent's id, `top` for the top of a source.
    pub value: String,
    /// The layer that makes it.
    pub layer: LayerIx,
    /// How the layer carries it.
    pub basis: Basis,
    /// Where it stands.
    pub citations: Vec<Citation>,
}

/// Claims that cannot all be so.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// What kind of disagreement it is.
    pub kind: ConflictKind,
    /// A stable name: the same for the same records.
    pub key: String,
    /// The units that it is about, in the order of their ids.
    pub units: Vec<UnitIx>,
    /// What is disagreed about.
    pub attribute: Attribute,
    /// The same in words: `kind`, `number of offices`, the list that lacks the unit.
    pub about: String,
    /// The claims, in the order of claims.
    pub claims: Vec<ClaimRecord>,
    /// What is wrong, as a sentence.
    pub explanation: String,
}
