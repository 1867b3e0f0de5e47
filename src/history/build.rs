//! Corpus to graph: units, their claims, and everything that is found out from these before a question is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::graph::DiGraph;

use crate::model::{Corpus, Day, UnitId, Window};

use super::boundaries::Boundaries;
use super::column::{Column, Ends};
use super::era::{Eras, SequenceIx};
use super::graph::{Columns, Edge, Frame, History, UnitIds};
use super::layer::{Layer, LayerIx, Layers, Origin, Records, index};
use super::node::{RelationEndIx, UnitIx};
use super::symbols::Symbols;
use super::{claims, conflict, cycle, lives};

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
            ids: UnitIds::default(),
            layers,
            columns: Columns::default(),
            detailed: Column::default(),
            reach: Vec::new(),
            lives: Column::default(),
            doubts: Column::default(),
            dropped: BTreeMap::new(),
            sequences: Column::default(),
            relations: BTreeMap::new(),
            symbols: Symbols::default(),
            eras,
            snapshot_frames: Vec::new(),
            era_frames: Vec::new(),
            lists: BTreeMap::new(),
            conflicts: Vec::new(),
            boundaries: Boundaries::default(),
            corpus,
        };
        history.add_nodes();
        claims::add(&mut history);
        history.add_detailed();
        history.add_reach();
        history.add_edges();
        history.add_frames();
        history.add_lists();
        history.add_sequences();
        lives::find(&mut history);
        history.lay_together();
        history.add_ended();
        cycle::cut(&mut history);
        conflict::find(&mut history);
        history.add_boundaries();
        history
    }

    fn add_nodes(&mut self) {
        let mut ids: Vec<UnitId> = self.corpus.units.keys().cloned().collect();
        for snapshot in self.corpus.snapshots.values() {
            ids.extend(snapshot.mentions.units().cloned());
        }
        ids.sort_unstable();
        ids.dedup();
        // Most units of events are mentioned, too.
        let mut others: BTreeSet<UnitId> = BTreeSet::new();
        for event in self.corpus.events.values() {
            let outline = event.outline();
            let is_new = |id: &&str| ids.binary_search_by(|known| known.as_str().cmp(*id)).is_err();
            others.extend(outline.units().filter(is_new).filter_map(|id| UnitId::new(id).ok()));
        }
        if !others.is_empty() {
            ids.extend(others);
            ids.sort_unstable();
        }
        self.graph.reserve_exact_nodes(ids.len());
        self.ids.reserve(ids.len());
        for id in ids {
            let unit = self.graph.add_node(id);
            self.ids.add(unit, &self.graph);
        }
    }

    /// Lays together where what most questions ask of a unit stands.
    fn lay_together(&mut self) {
        let Columns { sightings, name, acronym, kind, standing, place, property, .. } = &mut self.columns;
        Ends::lay_together(vec![
            self.lives.ends_mut(),
            sightings.ends_mut(),
            place.ends_mut(),
            name.ends_mut(),
            acronym.ends_mut(),
            kind.ends_mut(),
            standing.ends_mut(),
            property.ends_mut(),
        ]);
    }

    fn add_detailed(&mut self) {
        let mut detailed = Vec::new();
        for unit in self.graph.node_indices() {
            let own = self.columns.sightings.of(unit).iter().filter(|seen| self.details_of(seen).is_some());
            detailed.extend(own.map(|seen| (unit, *seen)));
        }
        self.detailed = Column::gather(self.unit_count(), &detailed);
    }

    fn add_reach(&mut self) {
        self.reach.reserve_exact(self.columns.sightings.len());
        for unit in self.graph.node_indices() {
            let mut reach = Day::MIN;
            for seen in self.columns.sightings.of(unit) {
                reach = reach.max(self.layer(seen.layer).observed.end());
                self.reach.push(reach);
            }
        }
    }

    fn add_edges(&mut self) {
        let mut edges = Vec::new();
        let mut parents: Vec<UnitIx> = Vec::new();
        for unit in self.graph.node_indices() {
            let node = self.node(unit);
            parents.clear();
            parents.extend(node.place().iter().filter_map(|claim| claim.value.parent().unit()));
            parents.sort_unstable();
            parents.dedup();
            edges.extend(parents.iter().map(|parent| (unit, *parent, Edge::Parent)));
            for (at, relation) in node.relations().iter().enumerate() {
                if let RelationEndIx::Unit(other) = relation.end {
                    edges.push((unit, other, Edge::Relation(index(at))));
                }
            }
        }
        // What leads to one unit stands together: it is followed more than what goes out from one.
        edges.sort_unstable_by_key(|(from, to, edge)| (*to, *from, *edge));
        self.graph.reserve_exact_edges(edges.len());
        for (from, to, edge) in edges {
            self.graph.add_edge(from, to, edge);
        }
    }

    fn add_frames(&mut self) {
        self.snapshot_frames.resize_with(self.records.snapshots.len(), Frame::default);
        self.era_frames.resize_with(self.eras.indices().len(), Frame::default);
        let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        for (ix, layer) in self.layers.iter() {
            let Some(snapshot) = layer.snapshot() else { continue };
            let of_snapshot = self.snapshot_frames.get_mut(at(snapshot.0));
            let of_era = layer.era.and_then(|era| self.era_frames.get_mut(at(era.0)));
            of_snapshot.into_iter().chain(of_era).for_each(|frame| frame.layers.push(ix));
        }
        for unit in self.graph.node_indices() {
            for seen in self.columns.sightings.of(unit) {
                let layer = self.layers.get(seen.layer);
                let Some(snapshot) = layer.snapshot() else { continue };
                let of_snapshot = self.snapshot_frames.get_mut(at(snapshot.0));
                let of_era = layer.era.and_then(|era| self.era_frames.get_mut(at(era.0)));
                for frame in of_snapshot.into_iter().chain(of_era) {
                    if frame.units.last() != Some(&unit) {
                        frame.units.push(unit);
                    }
                }
            }
        }
        let about: Vec<_> = self.records.snapshots.iter().map(|snapshot| snapshot.layers_about_units()).collect();
        let speaks = |layer: &Layer| match layer.origin {
            Origin::Snapshot(snapshot, part) => about.get(at(snapshot.0)).is_some_and(|about| about.contains(&part)),
            Origin::Event(_) => false,
        };
        for frame in self.snapshot_frames.iter_mut().chain(&mut self.era_frames) {
            frame.units.shrink_to_fit();
            frame.window = hull(&self.layers, &speaks, &frame.layers);
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
                    self.node(*unit).sightings().iter().filter(|s| frame.layers.binary_search(&s.layer).is_ok());
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
        if self.eras.indices().len() == 0 {
            return;
        }
        let mut found: Vec<(UnitIx, SequenceIx)> = Vec::new();
        for unit in self.graph.node_indices() {
            let eras = self.node(unit).sightings().iter().filter_map(|sighting| self.layer(sighting.layer).era);
            found.extend(eras.map(|era| (unit, self.eras.sequence(era))));
        }
        found.sort_unstable();
        found.dedup();
        let own = Column::gather(self.unit_count(), &found);
        let mentioned = |unit: UnitIx| self.node(unit).sightings().iter().any(|s| s.value.is_mention());
        for event in &self.records.events {
            let named: Vec<UnitIx> = event.outline().units().filter_map(|id| self.unit_ix(id)).collect();
            for unit in named.iter().copied().filter(|unit| !mentioned(*unit)) {
                found.extend(named.iter().flat_map(|other| own.of(*other)).map(|sequence| (unit, *sequence)));
            }
        }
        found.sort_unstable();
        found.dedup();
        self.sequences = Column::gather(self.unit_count(), &found);
    }

    /// Lists the days on which anything about a unit begins, ends, or stops being observed.
    fn add_boundaries(&mut self) {
        self.boundaries = Boundaries::of(self.unit_count(), |unit, days| self.add_days(unit, days));
    }

    fn add_days(&self, unit: UnitIx, days: &mut Vec<Day>) {
        let node = self.node(unit);
        for sighting in node.sightings() {
            let layer = self.layer(sighting.layer);
            let of_log = layer.snapshot().is_some_and(|snapshot| self.snapshot(snapshot).continuous);
            if of_log && layer.window.is_one_day() {
                // It is observed, and certain, from that day to the end of the log.
                days.extend([layer.window.start(), layer.observed.end().plus(1)]);
                continue;
            }
            // The whole snapshot counts: its items may stand in parts of other dates than the mention. In a log
            // they stand in that of the mention.
            let own = &[sighting.layer][..];
            let layers = layer.snapshot().filter(|_| !of_log).map_or(own, |s| &self.snapshot_frame(s).layers);
            for &layer in layers {
                let layer = self.layer(layer);
                // It observes from the day on that its window begins with.
                days.extend([layer.window.start(), layer.window.end().plus(1), layer.observed.end().plus(1)]);
            }
        }
        for stretch in node.lives().iter().chain(node.doubts()).chain(node.dropped()) {
            days.extend(std::iter::once(stretch.from).chain(stretch.to));
        }
        days.sort_unstable();
        days.dedup();
    }
}

/// Returns the days that layers speak of: of those that say anything of units, or of all if none does.
fn hull(layers: &Layers, speaks: &dyn Fn(&Layer) -> bool, of: &[LayerIx]) -> Option<Window> {
    let all = || of.iter().map(|layer| layers.get(*layer));
    let speaking: Vec<Window> = all().filter(|layer| speaks(layer)).map(|layer| layer.window).collect();
    let windows = if speaking.is_empty() { all().map(|layer| layer.window).collect() } else { speaking };
    let mut windows = windows.into_iter();
    let first = windows.next()?;
    windows.try_fold(first, |hull, window| hull.hull(&window))
}
