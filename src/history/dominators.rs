//! Cut points: the units that all ways from the top to others lead through, found as dominators on a view.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::algo::dominators;
use petgraph::visit::{EdgeRef, GraphBase, GraphRef, IntoEdgesDirected, IntoNeighbors, Visitable};

use super::graph::Edge;
use super::node::UnitIx;
use super::view::{Placement, View};

/// What ties units together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ties {
    /// Parents alone.
    Parents,
    /// Parents and relations, either way.
    AllRelations,
}

/// The units of a view whose removal would cut others off from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutPoints {
    /// The units that can be reached; what a unit cuts off stands in one run behind it.
    order: Vec<UnitIx>,
    /// Each cut point with its run, the longest first.
    points: Vec<(UnitIx, Range<usize>)>,
}

impl CutPoints {
    /// Returns the cut points with the number of units that each cuts off, the most first, then by id.
    pub fn points(&self) -> impl Iterator<Item = (UnitIx, usize)> {
        self.points.iter().map(|(unit, run)| (*unit, run.len()))
    }

    /// Returns the units that the cut point at a position cuts off, by id.
    #[must_use]
    pub fn cut_off(&self, at: usize) -> Vec<UnitIx> {
        let run = self.points.get(at).and_then(|(_, run)| self.order.get(run.clone()));
        let mut units = run.unwrap_or_default().to_vec();
        units.sort_unstable();
        units
    }
}

impl View<'_> {
    /// Returns the units without which others could no longer be reached from any top of a source. The tops are what
    /// others are cut off from, and are none themselves; what no top reaches is cut off already.
    #[must_use]
    pub fn cut_points(self, ties: Ties) -> CutPoints {
        let found = dominators::simple_fast(FromTheTop { view: self, ties }, None);
        let mut dominated: BTreeMap<Option<UnitIx>, Vec<UnitIx>> = BTreeMap::new();
        for unit in self.units() {
            if let Some(by) = found.immediate_dominator(Some(unit)) {
                dominated.entry(by).or_default().push(unit);
            }
        }
        let mut order = Vec::new();
        let mut points = Vec::new();
        let mut open = vec![Visit::Enter(None)];
        while let Some(visit) = open.pop() {
            match visit {
                Visit::Enter(unit) => {
                    order.extend(unit);
                    open.extend(unit.map(|unit| Visit::Leave(unit, order.len())));
                    let below = dominated.get(&unit).into_iter().flatten().rev();
                    open.extend(below.map(|below| Visit::Enter(Some(*below))));
                }
                Visit::Leave(unit, from) => {
                    if from < order.len() && self.placement(unit) != Placement::Root {
                        points.push((unit, from..order.len()));
                    }
                }
            }
        }
        points.sort_by_key(|(unit, run)| (Reverse(run.len()), *unit));
        CutPoints { order, points }
    }
}

/// A step through the tree of dominators.
enum Visit {
    /// Begins with a unit, or above all of them.
    Enter(Option<UnitIx>),
    /// Ends with a unit, below which all from a position on stand.
    Leave(UnitIx, usize),
}

/// A view with one node above all tops of sources, seen from there. The ties can be followed either way.
#[derive(Clone, Copy)]
struct FromTheTop<'h> {
    view: View<'h>,
    ties: Ties,
}

impl GraphBase for FromTheTop<'_> {
    type NodeId = Option<UnitIx>;
    type EdgeId = ();
}

impl GraphRef for FromTheTop<'_> {}

impl Visitable for FromTheTop<'_> {
    type Map = HashSet<Option<UnitIx>>;

    fn visit_map(&self) -> Self::Map {
        HashSet::new()
    }

    fn reset_map(&self, map: &mut Self::Map) {
        map.clear();
    }
}

impl<'h> IntoNeighbors for FromTheTop<'h> {
    type Neighbors = Box<dyn Iterator<Item = Option<UnitIx>> + 'h>;

    fn neighbors(self, from: Option<UnitIx>) -> Self::Neighbors {
        let Self { view, ties } = self;
        let Some(unit) = from else {
            return Box::new(view.units().filter(move |unit| view.placement(*unit) == Placement::Root).map(Some));
        };
        let counts = move |edge: &Edge| ties == Ties::AllRelations || *edge == Edge::Parent;
        let outgoing = view.edges_directed(unit, Outgoing).filter(move |edge| counts(edge.weight()));
        let incoming = view.edges_directed(unit, Incoming).filter(move |edge| counts(edge.weight()));
        Box::new(outgoing.map(|edge| Some(edge.target())).chain(incoming.map(|edge| Some(edge.source()))))
    }
}
