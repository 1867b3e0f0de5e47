//! What a comparison of new units with known ones finds: candidates, their scores, and the reasons in words.

use serde::Serialize;

use crate::model::{RecordKey, UnitId};

/// The lowest score at which a candidate is taken for the same, where no other comes near.
pub(super) const LIKELY: f64 = 0.9;

/// How far the next candidate has to stay behind one that is taken for the same.
pub(super) const MARGIN: f64 = 0.25;

/// The lowest score at which a candidate may be the same.
pub(super) const POSSIBLE: f64 = 0.5;

/// All that is suggested about a set of new records.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suggestions {
    /// For each new unit that resembles a known one, the candidates; in the order of the sources.
    pub matches: Vec<Match>,
    /// The known ids that look as if they were given to another unit.
    pub doubts: Vec<Doubt>,
    /// How many units were known before.
    pub known_units: usize,
    /// How many ids of the records were not known when their turn came.
    pub new_units: usize,
    /// How many pairs of units were weighed; bounded by a multiple of the new units, however many are known.
    pub compared: usize,
}

/// A new unit, and the known ones that it may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The id that the record gives it.
    pub unit: UnitId,
    /// What the record calls it.
    pub name: String,
    /// The snapshot that mentions it, or its declaration.
    pub record: RecordKey,
    /// What the best candidate comes to.
    pub outcome: Outcome,
    /// The candidates, the best first; at least one.
    pub candidates: Vec<Candidate>,
    /// How far the second candidate's score is below the first's; the score itself where there is no second.
    pub margin: f64,
}

/// What the best candidate of a new unit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Outcome {
    /// It is proposed as the same.
    Likely,
    /// It may be the same; more speaks for it than against it, or others come near.
    Possible,
    /// It has the same name, and is probably another unit.
    Homonym,
}

/// A known unit that a new one may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub unit: UnitId,
    /// Its latest name.
    pub name: String,
    /// The latest snapshot that mentions it.
    pub last_seen: Option<RecordKey>,
    /// How likely it is the same, from 0 to 1.
    pub score: f64,
    /// What speaks for it and against it, the weightiest first.
    pub reasons: Vec<Reason>,
    /// Whether it is a namesake elsewhere with nothing else in common.
    pub is_homonym: bool,
}

/// One thing that speaks for two units being the same, or against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What is compared.
    pub compared: Trait,
    /// How much it says, in bits; negative where it speaks against.
    pub bits: f64,
    /// The same in words.
    pub text: String,
}

/// What is compared of two units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Trait {
    /// Their names, former ones and other spellings among them.
    Name,
    /// Their acronyms.
    Acronym,
    /// What they hang under.
    Parent,
    /// What hangs under them.
    Children,
    /// Their kinds.
    Kind,
    /// Holders, contacts, places and properties.
    Detail,
    /// When they were there.
    Time,
    /// Another unit of the same source that fits the known one better.
    Rival,
}

/// A known id that a new record gives to what looks like another unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Doubt {
    /// The id.
    pub unit: UnitId,
    /// What the record calls it.
    pub name: String,
    /// What it was called before.
    pub known_as: String,
    /// The snapshot.
    pub record: RecordKey,
    /// What differs, in words.
    pub reasons: Vec<Reason>,
    /// A known unit that fits what the record says better.
    pub rather: Option<Candidate>,
}

impl Trait {
    /// Tells whether it is of the unit itself, and stays with it wherever it hangs and whatever it is called.
    pub(super) fn is_own(self) -> bool {
        matches!(self, Self::Acronym | Self::Children | Self::Detail)
    }

    /// Tells whether it says where a unit hangs, or what it is.
    pub(super) fn is_place_or_kind(self) -> bool {
        matches!(self, Self::Parent | Self::Kind)
    }
}

impl Reason {
    pub(super) fn new(compared: Trait, bits: f64, text: impl Into<String>) -> Self {
        Self { compared, bits, text: text.into() }
    }
}

/// Returns the score for so many bits: even odds at 0, one half more for each that is for or against.
pub(super) fn score(bits: f64) -> f64 {
    1.0 / (1.0 + (-bits).exp2())
}
