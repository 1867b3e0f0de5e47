//! Lives: the days on which a unit is in the views, from its sightings, the events that end it and the lists that lack it.

use std::collections::BTreeSet;

use petgraph::Direction::Incoming;
use petgraph::visit::EdgeRef;

use crate::model::{Basis, Coverage, Day, Extent, PartIx, Window};

use super::column::Column;
use super::graph::{Edge, History};
use super::layer::{Layer, LayerIx, Origin, SnapshotIx};
use super::node::{Claim, Life, Node, Parent, Place, Sighting, Slot, Symbol, UnitIx};

/// Something that takes a unit out of the views until it is seen again.
struct End {
    window: Window,
    /// The first sighting that undoes it.
    until: Option<Day>,
}

/// Fills in the lives and doubts of every unit.
pub(super) fn find(history: &mut History) {
    let mut ends: Vec<(UnitIx, End)> = Vec::new();
    for unit in history.units() {
        ends.extend(ends_by_event(history, unit).map(|end| (unit, end)));
    }
    for (snapshot, coverage, layer) in closed_lists(history) {
        for unit in lacking(history, snapshot, coverage, &layer) {
            ends.extend(end_by_list(history, unit, layer.window).map(|end| (unit, end)));
        }
    }
    ends.sort_by_key(|(unit, end)| (*unit, end.window.start()));
    let mut ends = ends.into_iter().peekable();
    let (mut found, mut doubts) = (Vec::new(), Vec::new());
    for unit in history.units() {
        let mut own = Vec::new();
        while let Some((_, end)) = ends.next_if(|(other, _)| *other == unit) {
            own.push(end);
        }
        if let Some(first) = history.node(unit).sightings().first() {
            let first = history.layers.start(first.layer);
            found.extend(lives(first, &own).into_iter().map(|life| (unit, life)));
            doubts.extend(own.iter().filter_map(doubt).map(|doubt| (unit, doubt)));
        }
    }
    history.lives = Column::gather(history.unit_count(), &found);
    history.doubts = Column::gather(history.unit_count(), &doubts);
}

/// Returns the first day of a sighting that fulfils the condition.
fn first_sighting(history: &History, unit: UnitIx, fits: impl Fn(&Window) -> bool) -> Option<Day> {
    let windows = history.node(unit).sightings().iter().map(|sighting| history.layer(sighting.layer).observed);
    windows.filter(fits).map(|window| window.start()).min()
}

fn ends_by_event(history: &History, unit: UnitIx) -> impl Iterator<Item = End> {
    let endings =
        history.node(unit).sightings().iter().filter(|sighting| sighting.value.sighting() == Sighting::Ending);
    endings.map(move |sighting| {
        let window = history.layer(sighting.layer).window;
        End { window, until: first_sighting(history, unit, |seen| window.is_before(seen)) }
    })
}

/// A list speaks only of a unit seen before it, and only until one sighting that is not before it.
fn end_by_list(history: &History, unit: UnitIx, list: Window) -> Option<End> {
    first_sighting(history, unit, |seen| seen.is_before(&list))?;
    let until = first_sighting(history, unit, |seen| !seen.is_before(&list));
    (until.is_none_or(|until| list.start() < until)).then_some(End { window: list, until })
}

/// A list that a source gives of the units below its owner.
pub(crate) struct List<'h> {
    /// The layer that gives it.
    pub(crate) layer: LayerIx,
    /// The snapshot of that layer.
    pub(crate) snapshot: SnapshotIx,
    /// What it covers.
    pub(crate) coverage: &'h Coverage,
}

fn closed_lists(history: &History) -> Vec<(SnapshotIx, &Coverage, Layer)> {
    let mut lists = Vec::new();
    for snapshot in history.snapshots() {
        for coverage in &history.snapshot(snapshot).coverage {
            if coverage.extent == Extent::Closed {
                lists.extend(history.coverage_layer(snapshot, coverage.part).map(|layer| (snapshot, coverage, layer)));
            }
        }
    }
    lists
}

/// Returns the units that a list of the snapshot should have, as known on the list's first day, and
/// that the snapshot does not mention.
fn lacking(history: &History, snapshot: SnapshotIx, coverage: &Coverage, layer: &Layer) -> Vec<UnitIx> {
    let Some(owner) = history.unit_ix(coverage.of.as_str()) else { return Vec::new() };
    let day = layer.start();
    let mut found = Vec::new();
    let mut seen = BTreeSet::from([owner]);
    let mut above = vec![owner];
    while let Some(parent) = above.pop() {
        for child in history.children_by_claim(parent, day) {
            if !seen.insert(child) {
                continue;
            }
            if coverage.deep {
                above.push(child);
            }
            if !history.mentions(snapshot, child) && history.fits_as_carried(child, coverage, day) {
                found.push(child);
            }
        }
    }
    found
}

fn lives(first: Day, ends: &[End]) -> Vec<Life> {
    let mut gaps: Vec<(Day, Option<Day>)> =
        ends.iter().filter_map(|end| Some((end.window.certain_from()?, end.until))).collect();
    gaps.sort_unstable_by_key(|(from, _)| *from);
    let mut lives = Vec::new();
    let mut from = first;
    for (out, until) in gaps {
        if until.is_some_and(|until| until <= out || until <= from) {
            continue;
        }
        if from < out {
            lives.push(Life { from, to: Some(out) });
        }
        let Some(until) = until else { return lives };
        from = until;
    }
    lives.push(Life { from, to: None });
    lives
}

/// Returns the days on which the end may or may not have happened yet.
fn doubt(end: &End) -> Option<Life> {
    let from = end.window.start();
    let to = match (end.window.certain_from(), end.until) {
        (Some(out), Some(until)) => Some(out.min(until)),
        (out, until) => out.or(until),
    };
    to.is_none_or(|to| from < to).then_some(Life { from, to })
}

/// Returns the claims that have started by the day.
pub(super) fn started<'s, V>(history: &History, slot: &'s Slot<V>, day: Day) -> &'s Slot<V> {
    let count = slot.partition_point(|claim| history.layers.start(claim.layer) <= day);
    slot.get(..count).unwrap_or_default()
}

/// Returns the latest claim that has started by the day.
pub(super) fn latest_by<'s, V>(history: &History, slot: &'s Slot<V>, day: Day) -> Option<&'s Claim<V>> {
    started(history, slot, day).last()
}

impl History {
    /// Returns the closed list which a unit has left by the day, and which no later sighting undid by then; the latest
    /// on a basis that passes, where there are several.
    pub(super) fn list_left(&self, unit: UnitIx, day: Day, floor: Option<Basis>) -> Option<(SnapshotIx, &Coverage)> {
        let passing = closed_lists(self).into_iter().filter(|(_, list, _)| list.evidence.basis.passes(floor));
        let left = passing.filter(|(snapshot, coverage, layer)| {
            let has_left = |end: End| {
                end.window.certain_from().is_some_and(|out| out <= day) && end.until.is_none_or(|until| day < until)
            };
            layer.start() <= day
                && !self.mentions(*snapshot, unit)
                && end_by_list(self, unit, layer.window).is_some_and(has_left)
                && lacking(self, *snapshot, coverage, layer).contains(&unit)
        });
        left.max_by_key(|(_, _, layer)| (layer.start(), layer.window.end()))
            .map(|(snapshot, coverage, _)| (snapshot, coverage))
    }

    /// Returns the lists that sources give of the units below an owner.
    pub(crate) fn lists_of(&self, owner: UnitIx) -> impl Iterator<Item = List<'_>> {
        self.lists.get(&owner).into_iter().flatten().filter_map(|(snapshot, at)| {
            let coverage = self.snapshot(*snapshot).coverage.get(*at)?;
            let layer = self.layers.find(Origin::Snapshot(*snapshot, coverage.part))?;
            Some(List { layer, snapshot: *snapshot, coverage })
        })
    }

    /// Notes which snapshots give lists of which units.
    pub(super) fn add_lists(&mut self) {
        for snapshot in self.snapshots().collect::<Vec<_>>() {
            for (at, coverage) in self.records.snapshot(snapshot).coverage.iter().enumerate() {
                if let Some(owner) = self.unit_ix(coverage.of.as_str()) {
                    self.lists.entry(owner).or_default().push((snapshot, at));
                }
            }
        }
    }

    /// Returns the layer in which a coverage stands.
    pub(super) fn coverage_layer(&self, snapshot: SnapshotIx, part: Option<PartIx>) -> Option<Layer> {
        self.layers.find(Origin::Snapshot(snapshot, part)).map(|layer| *self.layer(layer))
    }

    /// Tells whether a snapshot mentions the unit, in any of its layers.
    pub(crate) fn mentions(&self, snapshot: SnapshotIx, unit: UnitIx) -> bool {
        self.snapshot_frame(snapshot).units.binary_search(&unit).is_ok()
    }

    /// Returns the units whose latest parent claim by the day names the parent, in the view or not.
    pub(super) fn children_by_claim(&self, parent: UnitIx, day: Day) -> impl Iterator<Item = UnitIx> + '_ {
        let edges = self.graph.edges_directed(parent, Incoming).filter(|edge| *edge.weight() == Edge::Parent);
        edges.map(|edge| edge.source()).filter(move |child| {
            latest_by(self, self.node(*child).place(), day)
                .is_some_and(|claim| claim.value.parent() == Parent::Under(parent))
        })
    }

    /// Tells whether the unit, as carried on the day, is of the kind and under the heading that a coverage names.
    fn fits_as_carried(&self, unit: UnitIx, coverage: &Coverage, day: Day) -> bool {
        let node = self.node(unit);
        let kind = latest_by(self, node.kind(), day).map(|claim| claim.value);
        self.covers(coverage, kind, self.carried_heading(node, day))
    }

    /// Returns the heading that goes with the latest parent claim, or with the latest mention if there is none.
    fn carried_heading(&self, node: Node<'_>, day: Day) -> Option<Symbol> {
        match latest_by(self, node.place(), day) {
            Some(Claim { value: Place { heading, .. }, .. }) => *heading,
            None => node.sightings().iter().rev().find_map(|sighting| match sighting.value.sighting() {
                Sighting::Mention(heading) if self.layer(sighting.layer).start() <= day => Some(heading),
                _ => None,
            })?,
        }
    }

    /// Tells whether a coverage speaks of units of that kind, shown under that heading.
    pub(crate) fn covers(&self, coverage: &Coverage, kind: Option<Symbol>, heading: Option<Symbol>) -> bool {
        let matches = |wanted: &Option<String>, found: Option<Symbol>| {
            wanted.as_deref().is_none_or(|wanted| found.is_some_and(|found| self.text(found) == wanted))
        };
        matches(&coverage.kind, kind) && matches(&coverage.heading, heading)
    }
}
