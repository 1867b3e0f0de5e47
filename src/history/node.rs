//! A unit over all time: its sightings, its lives, and a slot of claims per attribute.

use petgraph::graph::NodeIndex;

use crate::model::{Basis, Day, NameForm, Standing, UnitId};

use super::era::SequenceIx;
use super::layer::LayerIx;

/// The position of a unit in the graph; units stand in the order of their ids.
pub type UnitIx = NodeIndex<u32>;

/// A text kept once for the whole history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(super) u32);

/// One claim about one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<V> {
    /// What is claimed.
    pub value: V,
    /// The layer that claims it.
    pub layer: LayerIx,
    /// How the layer carries it.
    pub basis: Basis,
    /// Where in the record the claim stands.
    pub(super) at: Spot,
}

/// Where in its record a claim stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// A mention of a snapshot.
    Mention(u32),
    /// The originals or results of an event, as a whole.
    Event,
    /// The declaration of a unit known only from events.
    Declared,
}

/// The claims about one attribute in the order of claims.
pub(super) type Slot<V> = Vec<Claim<V>>;

/// What a claim about a unit's place says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parent {
    /// At the top of the source.
    Top,
    /// Under another unit.
    Under(UnitIx),
}

/// A place in the structure, with the heading that the unit is shown under there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The parent.
    pub parent: Parent,
    /// The heading, which is no unit.
    pub heading: Option<Symbol>,
}

/// A name or acronym as claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameValue {
    /// The text.
    pub text: Symbol,
    /// How near it is to what the source writes.
    pub form: NameForm,
}

/// How a sighting names the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    /// A snapshot mentions it; the heading is the one it is shown under, if any.
    Mention(Option<Symbol>),
    /// An event names it, and it goes on.
    Event,
    /// An event names it, and ends it.
    Ending,
}

/// A stretch of days in which a unit is in the views: from inclusive, to exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Its first day.
    pub from: Day,
    /// The first day after it; `None` when nothing ended it.
    pub to: Option<Day>,
}

impl Life {
    /// Tells whether the day lies in it.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// The claims about one relation of a unit.
#[derive(Debug, Clone)]
pub struct RelationSlot {
    /// Its type.
    pub kind: Symbol,
    /// The other end.
    pub end: RelationEndIx,
    /// The claims; the value is the position among the mention's relations.
    pub claims: Vec<Claim<u32>>,
}

/// The other end of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationEndIx {
    /// A unit.
    Unit(UnitIx),
    /// A text.
    Text(Symbol),
}

/// A unit over all time.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its identifier.
    pub id: UnitId,
    /// When and by what it was seen, in the order of claims.
    pub sightings: Vec<Claim<Sighting>>,
    /// When it is in the views.
    pub lives: Vec<Life>,
    /// The days on which an end may or may not have happened yet.
    pub(super) doubts: Vec<Life>,
    /// The days on which its parent claim is dropped because it would close a cycle.
    pub(super) dropped: Vec<Life>,
    /// The sequences of eras that it belongs to.
    pub(super) sequences: Vec<SequenceIx>,
    pub(super) name: Slot<NameValue>,
    pub(super) acronym: Slot<NameValue>,
    pub(super) kind: Slot<Symbol>,
    pub(super) standing: Slot<Standing>,
    pub(super) summary: Slot<Symbol>,
    pub(super) place: Slot<Place>,
    pub(super) relations: Vec<RelationSlot>,
}

impl Node {
    pub(super) fn new(id: UnitId) -> Self {
        Self {
            id,
            sightings: Vec::new(),
            lives: Vec::new(),
            doubts: Vec::new(),
            dropped: Vec::new(),
            sequences: Vec::new(),
            name: Vec::new(),
            acronym: Vec::new(),
            kind: Vec::new(),
            standing: Vec::new(),
            summary: Vec::new(),
            place: Vec::new(),
            relations: Vec::new(),
        }
    }

    /// Returns the life that holds the day.
    #[must_use]
    pub fn life_at(&self, day: Day) -> Option<&Life> {
        let after = self.lives.partition_point(|life| life.from <= day);
        self.lives.get(after.checked_sub(1)?).filter(|life| life.contains(day))
    }
}
