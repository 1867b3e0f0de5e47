//! Corpus to graph: every mention and every event result becomes claims in the slots of its unit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use petgraph::graph::DiGraph;

use crate::model::{
    ChangeEvent, Corpus, Day, DeclaredUnit, Mention, NameClaim, NameForm, Placing, RelationEnd, Snapshot, UnitId,
    Window,
};

use super::era::Eras;
use super::graph::{Edge, Frame, History, Texts};
use super::layer::{Layer, LayerIx, Layers, Origin, Records, index};
use super::node::{Claim, NameValue, Node, Parent, Place, RelationEndIx, RelationSlot, Sighting, Slot, Spot, UnitIx};
use super::{conflict, cycle, lives};

impl History {
    /// Builds the graph of everything that is loaded.
    ///
    /// The corpus must have passed the checks of `source`: ids resolve, and no unit stands twice in one layer.
    /// What does not resolve all the same is left out.
    #[must_use]
    pub fn build(corpus: Arc<Corpus>) -> Self {
        let mut eras = Eras::of(&corpus);
        let layers = Layers::of(&corpus, &|snapshot| eras.find(snapshot.era.as_ref()?));
        eras.begin(&layers);
        let mut history = Self {
            records: Records::of(&corpus),
            graph: DiGraph::default(),
            by_id: HashMap::new(),
            layers,
            texts: Texts::default(),
            eras,
            snapshot_frames: Vec::new(),
            era_frames: Vec::new(),
            lists: BTreeMap::new(),
            conflicts: Vec::new(),
            boundaries: Vec::new(),
            corpus,
        };
        history.add_nodes();
        Builder { history: &mut history }.add_claims();
        history.sort_slots();
        history.add_edges();
        history.add_frames();
        history.add_lists();
        history.add_sequences();
        lives::find(&mut history);
        history.add_ended();
        cycle::cut(&mut history);
        conflict::find(&mut history);
        history.add_boundaries();
        history
    }

    fn add_nodes(&mut self) {
        let mut ids: BTreeSet<&UnitId> = self.corpus.units.keys().collect();
        for snapshot in self.corpus.snapshots.values() {
            ids.extend(snapshot.mentions.iter().map(|mention| &mention.unit));
        }
        for event in self.corpus.events.values() {
            ids.extend(event.originals.iter().map(|original| &original.unit));
            ids.extend(event.results.iter().map(|result| &result.unit));
        }
        for id in ids {
            let unit = self.graph.add_node(Node::new(id.clone()));
            self.by_id.insert(id.clone(), unit);
        }
    }

    fn sort_slots(&mut self) {
        let layers = &self.layers;
        for node in self.graph.node_weights_mut() {
            sort(layers, &mut node.sightings);
            sort(layers, &mut node.name);
            sort(layers, &mut node.acronym);
            sort(layers, &mut node.kind);
            sort(layers, &mut node.standing);
            sort(layers, &mut node.summary);
            sort(layers, &mut node.place);
            node.relations.sort_by_key(|relation| (relation.kind, relation.end));
            for relation in &mut node.relations {
                sort(layers, &mut relation.claims);
            }
        }
    }

    fn add_edges(&mut self) {
        let mut edges = Vec::new();
        for unit in self.graph.node_indices() {
            let node = self.node(unit);
            let parents: BTreeSet<UnitIx> = node
                .place
                .iter()
                .filter_map(|claim| match claim.value.parent {
                    Parent::Under(parent) => Some(parent),
                    Parent::Top => None,
                })
                .collect();
            edges.extend(parents.into_iter().map(|parent| (unit, parent, Edge::Parent)));
            for (at, relation) in node.relations.iter().enumerate() {
                if let RelationEndIx::Unit(other) = relation.end {
                    edges.push((unit, other, Edge::Relation(index(at))));
                }
            }
        }
        for (from, to, edge) in edges {
            self.graph.add_edge(from, to, edge);
        }
    }

    fn add_frames(&mut self) {
        self.snapshot_frames.resize_with(self.records.snapshots.len(), Frame::default);
        self.era_frames.resize_with(self.eras.indices().len(), Frame::default);
        for (ix, layer) in self.layers.iter() {
            let Some(snapshot) = layer.snapshot() else { continue };
            let mentions = &self.records.snapshot(snapshot).mentions;
            let units = || mentions.iter().filter_map(|mention| self.by_id.get(&mention.unit).copied());
            let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
            let frames = [
                self.snapshot_frames.get_mut(at(snapshot.0)),
                layer.era.and_then(|era| self.era_frames.get_mut(at(era.0))),
            ];
            for frame in frames.into_iter().flatten() {
                frame.layers.push(ix);
                frame.units.extend(units());
            }
        }
        for frame in self.snapshot_frames.iter_mut().chain(&mut self.era_frames) {
            frame.units.sort_unstable();
            frame.units.dedup();
            frame.window = hull(&self.layers, &self.records, &frame.layers);
        }
    }

    /// Finds, for snapshots and eras with a log kept without a gap, the units that the log has no more at its end.
    fn add_ended(&mut self) {
        let ended = |frame: &Frame| -> Vec<UnitIx> {
            let log_end = |layer: &LayerIx| {
                let layer = self.layer(*layer);
                (layer.observed != layer.window).then(|| layer.observed.end())
            };
            let Some(end) = frame.layers.iter().filter_map(log_end).max() else { return Vec::new() };
            let is_only_logged = |unit: &UnitIx| {
                let mut seen =
                    self.node(*unit).sightings.iter().filter(|s| frame.layers.binary_search(&s.layer).is_ok());
                seen.all(|seen| self.layer(seen.layer).snapshot().is_some_and(|s| self.snapshot(s).continuous))
            };
            let is_over = |unit: &&UnitIx| self.node(**unit).life_at(end).is_none() && is_only_logged(unit);
            frame.units.iter().filter(is_over).copied().collect()
        };
        let of_snapshots: Vec<_> = self.snapshot_frames.iter().map(ended).collect();
        let of_eras: Vec<_> = self.era_frames.iter().map(ended).collect();
        let frames = self.snapshot_frames.iter_mut().chain(&mut self.era_frames);
        for (frame, ended) in frames.zip(of_snapshots.into_iter().chain(of_eras)) {
            frame.ended = ended;
        }
    }

    /// Gives each unit the sequences of eras of the snapshots that mention it; one that no snapshot
    /// mentions, those of the units that share an event with it.
    fn add_sequences(&mut self) {
        let mut sequences: BTreeMap<UnitIx, BTreeSet<_>> = BTreeMap::new();
        for unit in self.graph.node_indices() {
            let eras = self.node(unit).sightings.iter().filter_map(|sighting| self.layer(sighting.layer).era);
            sequences.insert(unit, eras.map(|era| self.eras.sequence(era)).collect());
        }
        let mentioned =
            |unit: UnitIx| self.node(unit).sightings.iter().any(|s| matches!(s.value, Sighting::Mention(_)));
        let mut borrowed: BTreeMap<UnitIx, BTreeSet<_>> = BTreeMap::new();
        for event in &self.records.events {
            let named: Vec<UnitIx> = event_units(event).filter_map(|id| self.by_id.get(id).copied()).collect();
            let all: BTreeSet<_> = named.iter().filter_map(|unit| sequences.get(unit)).flatten().copied().collect();
            for unit in named.into_iter().filter(|unit| !mentioned(*unit)) {
                borrowed.entry(unit).or_default().extend(all.iter().copied());
            }
        }
        sequences.extend(borrowed);
        for (unit, found) in sequences {
            if let Some(node) = self.graph.node_weight_mut(unit) {
                node.sequences = found.into_iter().collect();
            }
        }
    }

    /// Lists the days on which anything about a unit begins, ends, or stops being observed.
    fn add_boundaries(&mut self) {
        let mut boundaries = Vec::new();
        for unit in self.graph.node_indices() {
            let node = self.node(unit);
            let mut add = |day: Day| boundaries.push((day, unit));
            for sighting in &node.sightings {
                let layer = self.layer(sighting.layer);
                let of_log = layer.snapshot().is_some_and(|snapshot| self.snapshot(snapshot).continuous);
                // The whole snapshot counts: its items may stand in parts of other dates than the mention. In a log
                // they stand in that of the mention.
                let own = &[sighting.layer][..];
                let layers = layer.snapshot().filter(|_| !of_log).map_or(own, |s| &self.snapshot_frame(s).layers);
                for &layer in layers {
                    let layer = self.layer(layer);
                    // It observes from the day on that its window begins with.
                    add(layer.window.start());
                    add(layer.window.end().plus(1));
                    add(layer.observed.end().plus(1));
                }
            }
            for stretch in node.lives.iter().chain(&node.doubts).chain(&node.dropped) {
                add(stretch.from);
                stretch.to.into_iter().for_each(&mut add);
            }
        }
        boundaries.sort_unstable();
        boundaries.dedup();
        self.boundaries = boundaries;
    }
}

/// Returns the days that layers speak of: of those that say anything of units, or of all if none does.
fn hull(layers: &Layers, records: &Records, of: &[LayerIx]) -> Option<Window> {
    let all = || of.iter().map(|layer| layers.get(*layer));
    let speaks = |layer: &&Layer| match layer.origin {
        Origin::Snapshot(snapshot, part) => records.snapshot(snapshot).speaks_of_units_in(part),
        Origin::Event(_) => false,
    };
    let speaking: Vec<Window> = all().filter(speaks).map(|layer| layer.window).collect();
    let windows = if speaking.is_empty() { all().map(|layer| layer.window).collect() } else { speaking };
    let mut windows = windows.into_iter();
    let first = windows.next()?;
    windows.try_fold(first, |hull, window| hull.hull(&window))
}

/// Returns every unit that an event names, originals first.
pub(super) fn event_units(event: &ChangeEvent) -> impl Iterator<Item = &UnitId> {
    event.originals.iter().map(|original| &original.unit).chain(event.results.iter().map(|result| &result.unit))
}

fn sort<V>(layers: &Layers, slot: &mut Slot<V>) {
    slot.sort_by_key(|claim| layers.order(claim.layer, claim.basis));
    slot.shrink_to_fit();
}

struct Builder<'h> {
    history: &'h mut History,
}

impl Builder<'_> {
    fn add_claims(&mut self) {
        let corpus = Arc::clone(&self.history.corpus);
        for (at, snapshot) in corpus.snapshots.values().enumerate() {
            for (position, mention) in snapshot.mentions.iter().enumerate() {
                let origin = Origin::Snapshot(super::layer::SnapshotIx(index(at)), mention.part);
                if let Some(layer) = self.history.layers.find(origin) {
                    self.add_mention(layer, Spot::Mention(index(position)), mention);
                    self.add_relations(snapshot, at, index(position), mention);
                }
            }
        }
        for (at, event) in corpus.events.values().enumerate() {
            if let Some(layer) = self.history.layers.find(Origin::Event(super::layer::EventIx(index(at)))) {
                self.add_event(layer, event);
            }
        }
        for declared in corpus.units.values() {
            self.add_declared(declared);
        }
    }

    fn node(&mut self, id: &UnitId) -> Option<&mut Node> {
        let unit = *self.history.by_id.get(id)?;
        self.history.graph.node_weight_mut(unit)
    }

    fn add_mention(&mut self, layer: LayerIx, at: Spot, mention: &Mention) {
        let claim = |basis| Claim { value: (), layer, basis, at };
        let texts = &mut self.history.texts;
        let heading = mention.shown_under.as_deref().map(|heading| texts.add(heading));
        let name = mention.name.as_ref().map(|name| (name_value(texts, name), name.evidence.basis));
        let acronym = mention.acronym.as_ref().map(|name| (name_value(texts, name), name.evidence.basis));
        let kind = mention.kind.as_ref().map(|kind| (texts.add(&kind.text), kind.evidence.basis));
        let summary = mention.summary.as_ref().map(|summary| (texts.add(&summary.text), summary.evidence.basis));
        let basis = mention.evidence.basis;
        let place = match &mention.placing {
            Placing::Root => Some((Parent::Top, basis)),
            Placing::Under { parent, evidence } => {
                self.history.by_id.get(parent).map(|parent| (Parent::Under(*parent), evidence.basis))
            }
            Placing::Unplaced => None,
        };
        let standing = mention.standing;
        let Some(node) = self.node(&mention.unit) else { return };
        node.sightings.push(claim(basis).with(Sighting::Mention(heading)));
        node.standing.push(claim(basis).with(standing));
        node.name.extend(name.map(|(value, basis)| claim(basis).with(value)));
        node.acronym.extend(acronym.map(|(value, basis)| claim(basis).with(value)));
        node.kind.extend(kind.map(|(value, basis)| claim(basis).with(value)));
        node.summary.extend(summary.map(|(value, basis)| claim(basis).with(value)));
        node.place.extend(place.map(|(parent, basis)| claim(basis).with(Place { parent, heading })));
    }

    fn add_relations(&mut self, snapshot: &Snapshot, snapshot_at: usize, position: u32, mention: &Mention) {
        for (number, relation) in mention.relations.iter().enumerate() {
            let part = relation.part.or(mention.part).filter(|part| usize::from(part.0) < snapshot.parts.len());
            let origin = Origin::Snapshot(super::layer::SnapshotIx(index(snapshot_at)), part);
            let Some(layer) = self.history.layers.find(origin) else { continue };
            let kind = self.history.texts.add(&relation.kind);
            let end = match &relation.to {
                RelationEnd::Text(text) => RelationEndIx::Text(self.history.texts.add(text)),
                RelationEnd::Unit(id) => match self.history.by_id.get(id) {
                    Some(unit) => RelationEndIx::Unit(*unit),
                    None => continue,
                },
            };
            let claim =
                Claim { value: index(number), layer, basis: relation.evidence.basis, at: Spot::Mention(position) };
            let Some(node) = self.node(&mention.unit) else { continue };
            match node.relations.iter_mut().find(|slot| slot.kind == kind && slot.end == end) {
                Some(slot) => slot.claims.push(claim),
                None => node.relations.push(RelationSlot { kind, end, claims: vec![claim] }),
            }
        }
    }

    fn add_event(&mut self, layer: LayerIx, event: &ChangeEvent) {
        let claim = Claim { value: (), layer, basis: event.basis, at: Spot::Event };
        let named: BTreeSet<&UnitId> = event_units(event).collect();
        for id in named {
            let sighting = if event.ends(id) { Sighting::Ending } else { Sighting::Event };
            if let Some(node) = self.node(id) {
                node.sightings.push(claim.with(sighting));
            }
        }
        for result in &event.results {
            let written = |text, form| NameValue { text, form };
            let texts = &mut self.history.texts;
            let name = result.name.as_deref().map(|name| written(texts.add(name), NameForm::Written));
            let acronym = result.acronym.as_deref().map(|name| written(texts.add(name), NameForm::Written));
            let kind = result.kind.as_deref().map(|kind| texts.add(kind));
            let parent = result.parent.as_ref().and_then(|parent| self.history.by_id.get(parent).copied());
            let Some(node) = self.node(&result.unit) else { continue };
            node.name.extend(name.map(|value| claim.with(value)));
            node.acronym.extend(acronym.map(|value| claim.with(value)));
            node.kind.extend(kind.map(|value| claim.with(value)));
            node.place.extend(parent.map(|parent| claim.with(Place { parent: Parent::Under(parent), heading: None })));
        }
    }

    /// Gives a declared unit what its declaration says, from the first event that names it; where that
    /// event says something itself, the event is heard.
    fn add_declared(&mut self, declared: &DeclaredUnit) {
        let layers = &self.history.layers;
        let Some(unit) = self.history.by_id.get(&declared.id).copied() else { return };
        let events = self.history.graph[unit].sightings.iter().filter(|s| !matches!(s.value, Sighting::Mention(_)));
        let Some(first) = events.map(|sighting| sighting.layer).min() else { return };
        debug_assert!(matches!(layers.get(first).origin, Origin::Event(_)), "a sighting by an event");
        let claim = Claim { value: (), layer: first, basis: declared.basis, at: Spot::Declared };
        let texts = &mut self.history.texts;
        let mut written = |text: &str| NameValue { text: texts.add(text), form: NameForm::Written };
        let name = written(&declared.name);
        let acronym = declared.acronym.as_deref().map(&mut written);
        let kind = declared.kind.as_deref().map(|kind| texts.add(kind));
        let summary = declared.summary.as_deref().map(|summary| texts.add(summary));
        let Some(node) = self.history.graph.node_weight_mut(unit) else { return };
        add_unless_claimed(&mut node.name, claim, Some(name));
        add_unless_claimed(&mut node.acronym, claim, acronym);
        add_unless_claimed(&mut node.kind, claim, kind);
        add_unless_claimed(&mut node.summary, claim, summary);
        add_unless_claimed(&mut node.standing, claim, Some(declared.standing));
    }
}

fn add_unless_claimed<V: Copy>(slot: &mut Slot<V>, claim: Claim<()>, value: Option<V>) {
    if !slot.iter().any(|other| other.layer == claim.layer) {
        slot.extend(value.map(|value| claim.with(value)));
    }
}

fn name_value(texts: &mut Texts, name: &NameClaim) -> NameValue {
    NameValue { text: texts.add(&name.text), form: name.form }
}

impl<V> Claim<V> {
    /// Returns a claim by the same layer, on the same basis, with another value.
    pub(super) fn with<W>(&self, value: W) -> Claim<W> {
        Claim { value, layer: self.layer, basis: self.basis, at: self.at }
    }
}
