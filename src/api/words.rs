//! The words of the contract: the model's enumerations as GraphQL enums, each value described.

use async_graphql::Enum;

/// How a source carries a claim, in order of nearness to the loaded sources, which is no order of truth.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::Basis")]
pub(super) enum Basis {
    /// A sentence of the source says it.
    Stated,
    /// Headings, nesting or a menu of the source show it.
    Shown,
    /// It is the curator's reading.
    Inferred,
    /// It is known from elsewhere, with a reference.
    Outside,
}

/// Whether a unit is part of the organisation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::Standing")]
pub(super) enum Standing {
    /// Part of its structure.
    Internal,
    /// A programme or initiative that a unit runs.
    Programme,
    /// Named by a source, but no part of the organisation.
    External,
}

/// How a view knows a unit. Snapshot and era views know all theirs as OBSERVED.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Status")]
pub(super) enum Status {
    /// A source whose window holds the moment mentions it, or an event of that time names it.
    Observed,
    /// It was seen before and is seen after, and nothing between ends it.
    Between,
    /// It was seen before and not since, and nothing ends it.
    Presumed,
    /// It is presumed, and was last seen in an earlier era than the latest one begun. Left out of lists, lines and counts unless asked for.
    Outdated,
}

/// How sure the dating is; nothing else.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Certainty")]
pub(super) enum Certainty {
    /// The day lies outside every window that matters, or is the very day of a source.
    Certain,
    /// The day lies inside a window longer than a day.
    Possible,
}

/// Where a unit hangs in a view.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Placement")]
pub(super) enum Placement {
    /// At the top of a source.
    Root,
    /// Under a parent in the view.
    Placed,
    /// No source states a parent, or the parent is not in the view.
    Unplaced,
}

/// How fully a source gives a list.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::Extent")]
pub(super) enum Extent {
    /// It says, or plainly means, that these are all.
    Closed,
    /// An enumeration that claims no completeness, such as a menu.
    Listed,
    /// It calls itself a selection.
    Partial,
}

/// How near a name is to what stands in the source.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::NameForm")]
pub(super) enum NameForm {
    /// As written in the source.
    Written,
    /// Spelled out from an abbreviation, or carried from another source.
    Expanded,
    /// Tidied: spelling, case or character references.
    Normalised,
}

/// How absence is read.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::diff::Assumption")]
pub(super) enum Assumption {
    /// What a source does not mention may still be there.
    OpenWorld,
    /// What a view does not list is not there: the plain textual difference, which no source vouches for.
    ClosedWorld,
}

/// How far the loaded sources carry a change.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::Verdict")]
pub(super) enum Verdict {
    /// A source says so.
    Stated,
    /// The sources show it.
    Implied,
    /// The sources allow it, and no more.
    Possible,
    /// The sources do not tell.
    Unknown,
}

/// What differs between two views.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::ChangeKind")]
pub(super) enum ChangeKind {
    /// A list that lacked the unit has it now. That list speaks of a place, not of a life.
    Added,
    /// A list that had the unit lacks it now. No source says that the unit ceased.
    Removed,
    /// Only the later view mentions the unit, and no list of the earlier one would have it. Nothing is known of a beginning.
    NewlyObserved,
    /// Only the earlier view mentions the unit, and no list of the later one would have it. Never counted as a removal.
    NotObserved,
    /// An event between the two made the unit.
    Created,
    /// An event between the two ended the unit, with no successor.
    Dissolved,
    /// An event between the two merged the unit with others.
    Merged,
    /// An event between the two split the unit.
    Split,
    /// An event between the two took the unit into another.
    Absorbed,
    /// An event between the two gave the unit to another organisation or unit.
    Transferred,
    /// An event between the two put another unit in its place, in a form that is not known.
    Succeeded,
    /// Both sides write a name, and the names differ.
    Renamed,
    /// The names differ only in an article, punctuation, a character reference, a country prefix, case or a bracketed acronym.
    Respelled,
    /// Both sides write an acronym, and the acronyms differ.
    AcronymChanged,
    /// Both sides state a parent, and the parents differ.
    Moved,
    /// Both sides state a kind, and the kinds differ.
    Reclassified,
    /// Both sides give a number for the same thing, and no one number is true of both.
    FigureChanged,
    /// Both sides name a holder of the post, and the holders differ.
    HolderChanged,
    /// Both sides give places of one role, and the places differ.
    PlaceChanged,
    /// Both sides give a property of the same name, and the values differ.
    PropertyChanged,
    /// Read as a closed world: only the later view has the relation.
    RelationAdded,
    /// Read as a closed world: only the earlier view has the relation.
    RelationRemoved,
}

/// What kind of change an event states.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::EventType")]
pub(super) enum EventType {
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
    /// A unit followed another, in a form that is not known.
    Succeeded,
    /// A unit ended with no successor.
    Dissolved,
}

/// What a claim is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Attribute")]
pub(super) enum Attribute {
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
    /// What it does, in the curator's words.
    Summary,
    /// A number. Only conflicts have claims about figures; ask a unit for `figures`.
    Figure,
}

/// Which way lineage is followed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Direction")]
pub(super) enum Direction {
    /// To the units that went into an event.
    Predecessors,
    /// To the units that came out of an event.
    Successors,
}

/// What kind of disagreement a conflict is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::ConflictKind")]
pub(super) enum ConflictKind {
    /// Sources whose dates overlap give different kinds, parents or figures for one unit.
    Disagreement,
    /// A closed list lacks a unit that another source of the time puts there.
    ClosedList,
    /// Parents carried from different sources close a cycle; the oldest claim in it is dropped.
    ParentCycle,
}

/// What the loaded sources leave open about a unit. Units that are no part of the organisation do not count: its sources need not speak of them.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::GapKind")]
pub(super) enum GapKind {
    /// It was last named long ago, or in an earlier era, and nothing says that it ended. In views of a day only.
    NotSeenForLong,
    /// It is a post, and no source of the moment says who holds it.
    NoHolderKnown,
    /// No source says what it stands under, or what it was last put under is not in the view.
    NoParentStated,
}

/// What a place is to a unit.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::model::PlaceRole")]
pub(super) enum PlaceRole {
    /// Where it sits.
    Seat,
    /// What it answers for.
    Area,
}

/// Which way a relation goes, seen from the unit that was asked.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationDirection {
    /// From this unit to the other end.
    Outgoing,
    /// From the other end to this unit.
    Incoming,
}

/// What is known of a common superior.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Finding")]
pub(super) enum SuperiorFinding {
    /// There is one.
    Found,
    /// The lines end at tops of sources without meeting: the sources show nothing above.
    NoneAbove,
    /// A line is known only part of the way: there may be one that no source of the view names.
    NotKnown,
    /// The view does not list one of the units.
    NotInView,
}

/// What ties units together.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "crate::history::Ties")]
pub(super) enum Ties {
    /// Parents alone. Every unit that has others below it then cuts them off.
    Parents,
    /// Parents and relations, either way, as a `path` follows them.
    AllRelations,
}
