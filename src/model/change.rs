//! The words for what a comparison finds, for what does not fit together, and for what is missing.

use serde::{Deserialize, Serialize};

/// What differs between two views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the published schema describes each kind, in one place")]
pub enum ChangeKind {
    Added,
    Removed,
    NewlyObserved,
    NotObserved,
    Created,
    Dissolved,
    Merged,
    Split,
    Absorbed,
    Transferred,
    Succeeded,
    Renamed,
    Respelled,
    AcronymChanged,
    Moved,
    Reclassified,
    FigureChanged,
    HolderChanged,
    PlaceChanged,
    PropertyChanged,
    RelationAdded,
    RelationRemoved,
}

impl ChangeKind {
    /// Returns the kind that the same change has when the two views are exchanged.
    #[must_use]
    pub fn mirrored(self) -> Self {
        match self {
            Self::Added => Self::Removed,
            Self::Removed => Self::Added,
            Self::NewlyObserved => Self::NotObserved,
            Self::NotObserved => Self::NewlyObserved,
            Self::Created => Self::Dissolved,
            Self::Dissolved => Self::Created,
            Self::RelationAdded => Self::RelationRemoved,
            Self::RelationRemoved => Self::RelationAdded,
            other => other,
        }
    }
}

/// How far the loaded sources carry a change, the farthest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// A source says so.
    Stated,
    /// The sources show it.
    Implied,
    /// The sources allow it, and no more.
    Possible,
    /// The sources do not tell.
    Unknown,
}

/// What kind of disagreement a conflict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ConflictKind {
    /// Sources of the same time give different kinds, parents or figures.
    Disagreement,
    /// A closed list lacks a unit that another source of the time puts there.
    ClosedList,
    /// Parents from different sources close a cycle.
    ParentCycle,
}

/// What the loaded sources leave open about a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GapKind {
    /// It was last named long ago, and nothing ends it.
    NotSeenForLong,
    /// It is a post, and who holds it is not said.
    NoHolderKnown,
    /// What it stands under is not said, or is not there.
    NoParentStated,
}
