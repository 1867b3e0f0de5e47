//! The versioned graph: one petgraph that holds all that ever was, and views of it at a moment.
//!
//! [`History::build`] turns a [`Corpus`](crate::model::Corpus) into nodes with a slot per attribute; a
//! slot holds the claims about it in time order. A [`View`] is a `Copy` value that answers from the
//! slots for one moment, copying nothing. The rules are those of `docs/rules.md`.

mod ahead;
mod between;
mod boundaries;
mod build;
mod changed;
mod citation;
mod cite;
mod claims;
mod column;
mod conflict;
mod cycle;
mod descent;
mod descent_words;
mod dominators;
mod era;
mod facts;
mod gap;
mod graph;
mod items;
mod layer;
mod lineage;
mod lives;
mod names;
mod node;
mod path;
mod patience;
mod periods;
mod presence;
mod relations;
mod series;
mod settle;
mod statistics;
mod superior;
mod symbols;
mod view;
mod visit;

pub use between::RelationBetween;
pub use citation::{Attribute, Citation, ClaimRecord, Conflict};
pub use descent::{Descent, DescentEnd, DescentQuestion};
pub use dominators::{CutPoints, Ties};
pub use era::SequenceIx;
pub use gap::Gap;
pub use graph::{Edge, History};
pub(crate) use items::latest_of_each;
pub use items::{HolderFact, ItemFact, LastKnown, PlaceFact, PropertyFact};
pub use layer::{EraIx, EventIx, Layer, LayerIx, Origin, SnapshotIx};
pub use lineage::{Direction, Link};
pub(crate) use lives::List;
pub use names::{Named, Stated};
pub use node::{
    Claim, Life, NameValue, Node, Parent, Place, PropertyValue, RelationEndIx, RelationSlot, Seen, Sighting, Symbol,
    UnitIx,
};
pub use path::{Line, Step};
pub use patience::{TimedOut, deadline, end_trial, is_trial, try_until, while_wanted, within};
pub use periods::{DatedName, Period};
pub use presence::{Certainty, Level, Presence, Status};
pub use relations::{RelationFact, RelationTarget};
pub use series::Series;
pub use statistics::{Distribution, ListCompleteness, StructureStatistics};
pub use superior::{CommonSuperior, Finding};
pub use view::{At, Lens, Moment, Placed, Placement, UnknownId, View};
