//! The graph itself: the nodes, the edges that ever were, and the tables that they point into.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use indexmap::IndexSet;
use petgraph::graph::DiGraph;

use crate::model::{ChangeEvent, Corpus, Day, Era, EraId, EventId, Snapshot, SnapshotId, UnitId, Window};

use super::citation::Conflict;
use super::era::Eras;
use super::layer::{EraIx, EventIx, Layer, LayerIx, Layers, Origin, Records, SnapshotIx, index};
use super::node::{Node, Symbol, UnitIx};
use super::patience;

/// What an edge says: that the two units were ever so related. It points at the slot that knows when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// An organisation's whole history, as far as it is loaded. Immutable: a revision has one of its own.
#[derive(Debug)]
pub struct History {
    pub(super) corpus: Arc<Corpus>,
    pub(super) records: Records,
    pub(super) graph: DiGraph<Node, Edge, u32>,
    pub(super) by_id: HashMap<UnitId, UnitIx>,
    pub(super) layers: Layers,
    pub(super) texts: Texts,
    pub(super) eras: Eras,
    pub(super) snapshot_frames: Vec<Frame>,
    pub(super) era_frames: Vec<Frame>,
    /// For each unit, the snapshots and positions of the lists of what is below it.
    pub(super) lists: BTreeMap<UnitIx, Vec<(SnapshotIx, usize)>>,
    pub(super) conflicts: Vec<Conflict>,
    /// For each day on which something about a unit changes, the unit; sorted.
    pub(super) boundaries: Vec<(Day, UnitIx)>,
}

/// The texts that claims point at, each once.
#[derive(Debug, Default)]
pub(super) struct Texts(IndexSet<Arc<str>>);

impl Texts {
    pub(super) fn add(&mut self, text: &str) -> Symbol {
        if let Some(at) = self.0.get_index_of(text) {
            return Symbol(index(at));
        }
        Symbol(index(self.0.insert_full(text.into()).0))
    }

    pub(super) fn get(&self, symbol: Symbol) -> &str {
        usize::try_from(symbol.0).ok().and_then(|at| self.0.get_index(at)).map_or("", |text| text)
    }
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
        self.by_id.get(id).copied()
    }

    /// Returns the id of a unit.
    #[must_use]
    pub fn unit_id(&self, unit: UnitIx) -> &UnitId {
        &self.node(unit).id
    }

    /// Returns a unit over all time.
    #[must_use]
    pub fn node(&self, unit: UnitIx) -> &Node {
        patience::look();
        &self.graph[unit]
    }

    /// Returns a layer.
    #[must_use]
    pub fn layer(&self, layer: LayerIx) -> &Layer {
        self.layers.get(layer)
    }

    /// Returns the text of a symbol.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol)
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

    /// Returns the position of a snapshot.
    #[must_use]
    pub fn snapshot_ix(&self, id: &SnapshotId) -> Option<SnapshotIx> {
        let found = self.records.snapshots.binary_search_by(|snapshot| snapshot.id.cmp(id)).ok()?;
        Some(SnapshotIx(index(found)))
    }

    /// Returns the position of an event.
    #[must_use]
    pub fn event_ix(&self, id: &EventId) -> Option<EventIx> {
        let found = self.records.events.binary_search_by(|event| event.id.cmp(id)).ok()?;
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
        self.by_id.contains_key(id)
            || corpus.snapshots.contains_key(id)
            || corpus.eras.contains_key(id)
            || corpus.events.contains_key(id)
    }

    /// Returns the units about which something changes after `from` and up to `to`, each once, in order.
    ///
    /// A new era bears on every unit that was last seen before it, so where one begins all are returned.
    #[must_use]
    pub fn changed_between(&self, from: Day, to: Day) -> Vec<UnitIx> {
        if self.eras.any_begins_between(from, to) {
            return self.units().collect();
        }
        let first = self.boundaries.partition_point(|(day, _)| *day <= from);
        let last = self.boundaries.partition_point(|(day, _)| *day <= to);
        let mut units: Vec<UnitIx> =
            self.boundaries.get(first..last).unwrap_or_default().iter().map(|(_, unit)| *unit).collect();
        units.sort_unstable();
        units.dedup();
        units
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
