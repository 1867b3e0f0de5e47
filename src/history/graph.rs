//! The graph itself: the nodes, the edges that ever were, and the tables that they point into.

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use petgraph::graph::DiGraph;

use crate::model::{ChangeEvent, Corpus, Day, Era, EraId, EventId, Snapshot, SnapshotId, Standing, UnitId, Window};

use super::boundaries::Boundaries;
use super::citation::Conflict;
use super::column::{Claims, Column};
use super::era::{Eras, SequenceIx};
use super::layer::{EraIx, EventIx, Layer, LayerIx, Layers, Origin, Records, SnapshotIx, index};
use super::node::{Life, NameValue, Node, Place, PropertyValue, RelationSlot, Seen, Symbol, UnitIx};
use super::patience;
use super::symbols::Symbols;

/// What an edge says: that the two units were ever so related. It points at the slot that knows when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// The source was once claimed to hang under the target; the slot is the source's place.
    Parent,
    /// The source was once claimed to relate to the target; the slot is that relation of the source.
    Relation(u32),
}

/// What a snapshot or an era shows: the layers, the units that they mention, and the cycles that were cut.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) layers: Vec<LayerIx>,
    pub(super) window: Option<Window>,
    pub(super) units: Vec<UnitIx>,
    /// Of the units, those that its logs ended: it mentions them, and does not show them.
    pub(super) ended: Vec<UnitIx>,
    pub(super) dropped: Vec<UnitIx>,
}

/// The claims about each attribute of all units.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) sightings: Claims<Seen>,
    pub(super) name: Claims<NameValue>,
    pub(super) acronym: Claims<NameValue>,
    pub(super) kind: Claims<Symbol>,
    pub(super) standing: Claims<Standing>,
    pub(super) summary: Claims<Symbol>,
    pub(super) place: Claims<Place>,
    pub(super) property: Claims<PropertyValue>,
}

/// Finds units by their ids.
#[derive(Debug, Default)]
pub(super) struct UnitIds {
    table: HashTable<UnitIx>,
    hashes: DefaultHashBuilder,
}

impl UnitIds {
    /// Makes room for so many units.
    pub(super) fn reserve(&mut self, units: usize) {
        self.table.reserve(units, |_| 0);
    }

    /// Adds a unit that stands in the graph already.
    pub(super) fn add(&mut self, unit: UnitIx, graph: &DiGraph<UnitId, Edge, u32>) {
        let Self { table, hashes } = self;
        let hash = |unit: &UnitIx| hashes.hash_one(graph.node_weight(*unit).map(UnitId::as_str).unwrap_or_default());
        table.insert_unique(hash(&unit), unit, hash);
    }

    fn find(&self, id: &str, graph: &DiGraph<UnitId, Edge, u32>) -> Option<UnitIx> {
        let is_it = |unit: &UnitIx| graph.node_weight(*unit).is_some_and(|other| other.as_str() == id);
        self.table.find(self.hashes.hash_one(id), is_it).copied()
    }
}

/// An organisation's whole history, as far as it is loaded. Immutable: a revision has one of its own.
#[derive(Debug)]
pub struct History {
    pub(super) corpus: Arc<Corpus>,
    pub(super) records: Records,
    /// The units by position, and what was ever between them.
    pub(super) graph: DiGraph<UnitId, Edge, u32>,
    pub(super) ids: UnitIds,
    pub(super) layers: Layers,
    pub(super) columns: Columns,
    /// The sightings whose mention says something besides: few, and in most logs none.
    pub(super) detailed: Claims<Seen>,
    /// For each sighting, the last day that it, or one of the same unit before it, observes.
    pub(super) reach: Vec<Day>,
    /// When each unit is in the views.
    pub(super) lives: Column<Life>,
    /// The days on which an end may or may not have happened yet.
    pub(super) doubts: Column<Life>,
    /// The days on which a parent claim is dropped because it would close a cycle.
    pub(super) dropped: BTreeMap<UnitIx, Vec<Life>>,
    /// The sequences of eras that each unit belongs to.
    pub(super) sequences: Column<SequenceIx>,
    pub(super) relations: BTreeMap<UnitIx, Vec<RelationSlot>>,
    pub(super) symbols: Symbols,
    pub(super) eras: Eras,
    pub(super) snapshot_frames: Vec<Frame>,
    pub(super) era_frames: Vec<Frame>,
    /// For each unit, the snapshots and positions of the lists of what is below it.
    pub(super) lists: BTreeMap<UnitIx, Vec<(SnapshotIx, usize)>>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) boundaries: Boundaries,
}

impl History {
    /// Returns everything that is loaded.
    #[must_use]
    pub fn corpus(&self) -> &Arc<Corpus> {
        &self.corpus
    }

    /// Returns how many units were ever named.
    #[must_use]
    pub fn unit_count(&self) -> usize {
        self.graph.node_count()
    }

    /// Returns all units that were ever named, in the order of their ids.
    pub fn units(&self) -> impl ExactSizeIterator<Item = UnitIx> + use<> {
        self.graph.node_indices()
    }

    /// Returns the units that come after one in the order of their ids, or all.
    pub fn units_after(&self, last: Option<UnitIx>) -> impl Iterator<Item = UnitIx> + use<> {
        let first = last.map_or(0, |last| last.index().saturating_add(1));
        (first..self.graph.node_count()).map(UnitIx::new)
    }

    /// Returns the position of a unit; `None` when no record names it.
    #[must_use]
    pub fn unit_ix(&self, id: &str) -> Option<UnitIx> {
        self.ids.find(id, &self.graph)
    }

    /// Returns the id of a unit.
    #[must_use]
    pub fn unit_id(&self, unit: UnitIx) -> &UnitId {
        &self.graph[unit]
    }

    /// Returns a unit over all time.
    #[must_use]
    pub fn node(&self, unit: UnitIx) -> Node<'_> {
        patience::look();
        Node::new(self, unit)
    }

    /// Returns a layer.
    #[must_use]
    pub fn layer(&self, layer: LayerIx) -> &Layer {
        self.layers.get(layer)
    }

    /// Returns the text of a symbol.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.symbols.get(symbol)
    }

    /// Returns a snapshot by position.
    #[must_use]
    pub fn snapshot(&self, snapshot: SnapshotIx) -> &Snapshot {
        self.records.snapshot(snapshot)
    }

    /// Returns an event by position.
    #[must_use]
    pub fn event(&self, event: EventIx) -> &ChangeEvent {
        self.records.event(event)
    }

    /// Returns the days on one of which an event took place.
    #[must_use]
    pub fn window_of_event(&self, event: EventIx) -> Window {
        let layer = self.layers.find(Origin::Event(event));
        layer.map_or_else(|| self.records.event(event).date.window(), |layer| self.layer(layer).window)
    }

    /// Returns the position of a snapshot.
    #[must_use]
    pub fn snapshot_ix(&self, id: &SnapshotId) -> Option<SnapshotIx> {
        let found = self.records.snapshots.binary_search_by(|snapshot| snapshot.id.cmp(id)).ok()?;
        Some(SnapshotIx(index(found)))
    }

    /// Returns the position of an event.
    #[must_use]
    pub fn event_ix(&self, id: &EventId) -> Option<EventIx> {
        let found = self.records.events.binary_search_by(|event| event.id().cmp(id)).ok()?;
        Some(EventIx(index(found)))
    }

    /// Returns the position of an era.
    #[must_use]
    pub fn era_ix(&self, id: &EraId) -> Option<EraIx> {
        self.eras.find(id)
    }

    /// Returns an era by position.
    #[must_use]
    pub fn era(&self, era: EraIx) -> &Era {
        self.eras.get(era)
    }

    /// Returns the eras in order.
    pub fn eras(&self) -> impl ExactSizeIterator<Item = EraIx> + use<> {
        self.eras.indices()
    }

    /// Returns the snapshots in the order of claims of their pages, the earliest first.
    pub fn snapshots(&self) -> impl Iterator<Item = SnapshotIx> + '_ {
        self.layers.iter().filter_map(|(_, layer)| match layer.origin {
            Origin::Snapshot(snapshot, None) => Some(snapshot),
            _ => None,
        })
    }

    /// Returns the events in the order of claims, the earliest first.
    pub fn events(&self) -> impl Iterator<Item = EventIx> + '_ {
        self.layers.iter().filter_map(|(_, layer)| match layer.origin {
            Origin::Event(event) => Some(event),
            Origin::Snapshot(..) => None,
        })
    }

    /// Returns what does not fit together, in a stable order.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Tells whether a unit, a snapshot, an era or an event has the id.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        let corpus = &self.corpus;
        self.unit_ix(id).is_some()
            || corpus.snapshots.contains_key(id)
            || corpus.eras.contains_key(id)
            || corpus.events.contains_key(id)
    }

    pub(super) fn snapshot_frame(&self, snapshot: SnapshotIx) -> &Frame {
        #[expect(clippy::indexing_slicing, reason = "a SnapshotIx is made only for these tables")]
        #[expect(clippy::as_conversions, reason = "a u32 index fits in usize wherever eragraph runs")]
        &self.snapshot_frames[snapshot.0 as usize]
    }

    pub(super) fn era_frame(&self, era: EraIx) -> &Frame {
        #[expect(clippy::indexing_slicing, reason = "an EraIx is made only for these tables")]
        #[expect(clippy::as_conversions, reason = "a u32 index fits in usize wherever eragraph runs")]
        &self.era_frames[era.0 as usize]
    }
}
