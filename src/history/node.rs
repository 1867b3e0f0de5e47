//! A unit over all time: its sightings, its lives, and a slot of claims per attribute.

use std::num::NonZeroU32;

use petgraph::graph::NodeIndex;

use crate::model::{Basis, Day, NameForm, Standing, UnitId};

use super::era::SequenceIx;
use super::graph::History;
use super::layer::LayerIx;

/// The position of a unit in the graph; units stand in the order of their ids.
pub type UnitIx = NodeIndex<u32>;

/// A text of the history: equal texts have one symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(super) NonZeroU32);

/// One claim about one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<V> {
    /// What is claimed.
    pub value: V,
    /// The layer that claims it.
    pub layer: LayerIx,
    /// Where in the record the claim stands, and in the last two bits how the layer carries it.
    pub(super) carried: u32,
}

impl<V> Claim<V> {
    pub(super) fn new(value: V, layer: LayerIx, basis: Basis, at: Spot) -> Self {
        let basis = match basis {
            Basis::Stated => 0,
            Basis::Shown => 1,
            Basis::Inferred => 2,
            Basis::Outside => 3,
        };
        Self { value, layer, carried: at.0 << 2 | basis }
    }

    /// Returns how the layer carries it.
    #[must_use]
    pub fn basis(&self) -> Basis {
        match self.carried & 3 {
            0 => Basis::Stated,
            1 => Basis::Shown,
            2 => Basis::Inferred,
            _ => Basis::Outside,
        }
    }

    /// Returns where in the record it stands.
    pub(super) fn at(&self) -> Spot {
        Spot(self.carried >> 2)
    }
}

/// Where in its record a claim stands: in a mention of a snapshot, in an event as a whole, or in the declaration of a
/// unit that only events name. There are millions of claims, so it is a number, of thirty bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot(u32);

impl Spot {
    /// The originals or results of an event, as a whole.
    pub(super) const EVENT: Self = Self(u32::MAX >> 2);
    /// The declaration of a unit known only from events.
    pub(super) const DECLARED: Self = Self(Self::EVENT.0 - 1);

    /// Returns the spot of the mention at a position in its snapshot.
    pub(super) fn of_mention(at: u32) -> Self {
        Self(at)
    }

    /// Returns the position of the mention in its snapshot.
    pub(super) fn mention(self) -> Option<u32> {
        (self.0 < Self::DECLARED.0).then_some(self.0)
    }
}

/// The claims about one attribute of a unit, in the order of claims.
pub(super) type Slot<V> = [Claim<V>];

/// A property as claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PropertyValue {
    /// Its name.
    pub name: Symbol,
    /// Its value.
    pub value: Symbol,
}

/// What a claim about a unit's place says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parent {
    /// At the top of the source.
    Top,
    /// Under another unit.
    Under(UnitIx),
}

impl Parent {
    /// Returns the other unit; `None` at the top.
    #[must_use]
    pub fn unit(self) -> Option<UnitIx> {
        match self {
            Self::Top => None,
            Self::Under(unit) => Some(unit),
        }
    }
}

/// A place in the structure, with the heading that the unit is shown under there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The parent; for the top, the index that no unit has.
    above: UnitIx,
    /// The heading, which is no unit.
    pub heading: Option<Symbol>,
}

impl Place {
    pub(super) fn new(parent: Parent, heading: Option<Symbol>) -> Self {
        let above = match parent {
            Parent::Top => UnitIx::end(),
            Parent::Under(above) => above,
        };
        Self { above, heading }
    }

    /// Returns the parent.
    #[must_use]
    pub fn parent(self) -> Parent {
        if self.above == UnitIx::end() { Parent::Top } else { Parent::Under(self.above) }
    }
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

/// A sighting as it is kept: there are as many of them as mentions, so it is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen(u32);

impl Seen {
    /// A mention under no heading; a symbol, which is more, is the heading of one.
    const MENTION: Self = Self(0);
    const EVENT: Self = Self(u32::MAX);
    const ENDING: Self = Self(u32::MAX - 1);

    /// Returns the sighting.
    #[must_use]
    pub fn sighting(self) -> Sighting {
        match self {
            Self::EVENT => Sighting::Event,
            Self::ENDING => Sighting::Ending,
            Self(heading) => Sighting::Mention(NonZeroU32::new(heading).map(Symbol)),
        }
    }

    /// Tells whether a snapshot mentions the unit.
    #[must_use]
    pub fn is_mention(self) -> bool {
        self != Self::EVENT && self != Self::ENDING
    }
}

impl From<Sighting> for Seen {
    fn from(sighting: Sighting) -> Self {
        match sighting {
            Sighting::Event => Self::EVENT,
            Sighting::Ending => Self::ENDING,
            Sighting::Mention(heading) => heading.map_or(Self::MENTION, |heading| Self(heading.0.get())),
        }
    }
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

/// A unit over all time: what its history keeps of it, looked up when asked for.
#[derive(Clone, Copy)]
pub struct Node<'h> {
    history: &'h History,
    unit: UnitIx,
}

impl<'h> Node<'h> {
    pub(super) fn new(history: &'h History, unit: UnitIx) -> Self {
        Self { history, unit }
    }

    /// Returns its identifier.
    #[must_use]
    pub fn id(self) -> &'h UnitId {
        self.history.unit_id(self.unit)
    }

    /// Returns when and by what it was seen, in the order of claims.
    #[must_use]
    pub fn sightings(self) -> &'h [Claim<Seen>] {
        self.history.columns.sightings.of(self.unit)
    }

    /// Returns the sightings whose mention says something besides, in the order of claims.
    #[must_use]
    pub fn detailed(self) -> &'h [Claim<Seen>] {
        self.history.detailed.of(self.unit)
    }

    /// Returns for each sighting the last day that it or one before it observes.
    pub(super) fn reach(self) -> &'h [Day] {
        self.history.reach.get(self.history.columns.sightings.range(self.unit)).unwrap_or_default()
    }

    /// Returns when it is in the views.
    #[must_use]
    pub fn lives(self) -> &'h [Life] {
        self.history.lives.of(self.unit)
    }

    /// Returns the days on which an end may or may not have happened yet.
    pub(super) fn doubts(self) -> &'h [Life] {
        self.history.doubts.of(self.unit)
    }

    /// Returns the days on which its parent claim is dropped because it would close a cycle.
    pub(super) fn dropped(self) -> &'h [Life] {
        self.history.dropped.get(&self.unit).map_or(&[], Vec::as_slice)
    }

    /// Returns the sequences of eras that it belongs to.
    pub(super) fn sequences(self) -> &'h [SequenceIx] {
        self.history.sequences.of(self.unit)
    }

    /// Returns the claims about its name.
    #[must_use]
    pub fn name(self) -> &'h [Claim<NameValue>] {
        self.history.columns.name.of(self.unit)
    }

    /// Returns the claims about its acronym.
    #[must_use]
    pub fn acronym(self) -> &'h [Claim<NameValue>] {
        self.history.columns.acronym.of(self.unit)
    }

    pub(super) fn kind(self) -> &'h Slot<Symbol> {
        self.history.columns.kind.of(self.unit)
    }

    pub(super) fn standing(self) -> &'h Slot<Standing> {
        self.history.columns.standing.of(self.unit)
    }

    pub(super) fn summary(self) -> &'h Slot<Symbol> {
        self.history.columns.summary.of(self.unit)
    }

    pub(super) fn place(self) -> &'h Slot<Place> {
        self.history.columns.place.of(self.unit)
    }

    pub(super) fn properties(self) -> &'h Slot<PropertyValue> {
        self.history.columns.property.of(self.unit)
    }

    pub(crate) fn relations(self) -> &'h [RelationSlot] {
        self.history.relations.get(&self.unit).map_or(&[], Vec::as_slice)
    }

    /// Returns the life that holds the day.
    #[must_use]
    pub fn life_at(self, day: Day) -> Option<&'h Life> {
        let lives = self.lives();
        let after = lives.partition_point(|life| life.from <= day);
        lives.get(after.checked_sub(1)?).filter(|life| life.contains(day))
    }
}
