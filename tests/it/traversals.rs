//! petgraph's own algorithms on a view, against the same on the copy that `to_graph` makes of it.

use std::collections::{BTreeMap, BTreeSet};

use eragraph::history::{Edge, UnitIx, View};
use petgraph::algo::{dijkstra, dominators, kosaraju_scc, tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Bfs, EdgeRef, IntoEdgeReferences, IntoNodeIdentifiers, Walker};
use proptest::prelude::*;

use crate::bind::Fast;
use crate::oracle::generate::corpora;
use crate::properties::{FLOORS, config, moments};

/// A copy of a view, and where each unit stands in it.
struct Copied {
    graph: DiGraph<UnitIx, Edge, u32>,
    at: BTreeMap<UnitIx, NodeIndex<u32>>,
}

impl Copied {
    fn of(view: View<'_>) -> Self {
        let graph = view.to_graph();
        let at = graph.node_indices().map(|node| (graph[node], node)).collect();
        Self { graph, at }
    }

    fn units(&self, nodes: impl IntoIterator<Item = NodeIndex<u32>>) -> BTreeSet<UnitIx> {
        nodes.into_iter().map(|node| self.graph[node]).collect()
    }

    fn edges(&self) -> Vec<(UnitIx, UnitIx)> {
        let edges = self.graph.edge_references();
        let mut edges: Vec<_> = edges.map(|edge| (self.graph[edge.source()], self.graph[edge.target()])).collect();
        edges.sort_unstable();
        edges
    }
}

/// Tells what differs between the algorithms on a view and on its copy.
fn difference(view: View<'_>) -> Option<String> {
    let copy = Copied::of(view);
    let units: BTreeSet<UnitIx> = view.node_identifiers().collect();
    if units != copy.at.keys().copied().collect() || units != view.units().collect() {
        return Some("units".to_owned());
    }
    let mut edges: Vec<_> = view.edge_references().map(|edge| (edge.source(), edge.target())).collect();
    edges.sort_unstable();
    if edges != copy.edges() {
        return Some(format!("edges {edges:?} {:?}", copy.edges()));
    }
    if components(kosaraju_scc(view)) != components_of(&copy, kosaraju_scc(&copy.graph)) {
        return Some("kosaraju".to_owned());
    }
    if components(tarjan_scc(view)) != components_of(&copy, tarjan_scc(&copy.graph)) {
        return Some("tarjan".to_owned());
    }
    sorting_difference(view, &copy, &edges)
        .or_else(|| units.iter().find_map(|unit| difference_from(view, &copy, *unit)))
}

fn components(found: Vec<Vec<UnitIx>>) -> BTreeSet<BTreeSet<UnitIx>> {
    found.into_iter().map(|component| component.into_iter().collect()).collect()
}

fn components_of(copy: &Copied, found: Vec<Vec<NodeIndex<u32>>>) -> BTreeSet<BTreeSet<UnitIx>> {
    found.into_iter().map(|component| copy.units(component)).collect()
}

/// A topological order is not unique: both sides find one or none, and that of the view respects every edge.
fn sorting_difference(view: View<'_>, copy: &Copied, edges: &[(UnitIx, UnitIx)]) -> Option<String> {
    match (toposort(view, None), toposort(&copy.graph, None)) {
        (Ok(order), Ok(of_copy)) => {
            let place: BTreeMap<UnitIx, usize> = order.iter().enumerate().map(|(at, unit)| (*unit, at)).collect();
            let respects = edges.iter().all(|(from, to)| place[from] < place[to]);
            (!respects || copy.units(of_copy) != order.iter().copied().collect()).then(|| format!("order {order:?}"))
        }
        (Err(_), Err(_)) => None,
        _ => Some("one side sorts, the other finds a cycle".to_owned()),
    }
}

/// Tells what differs between the algorithms that begin at a unit.
fn difference_from(view: View<'_>, copy: &Copied, unit: UnitIx) -> Option<String> {
    let start = copy.at[&unit];
    let reached: BTreeSet<UnitIx> = Bfs::new(view, unit).iter(view).collect();
    if reached != copy.units(Bfs::new(&copy.graph, start).iter(&copy.graph)) {
        return Some(format!("bfs from {unit:?}"));
    }
    let costs: BTreeMap<UnitIx, u32> = dijkstra(view, unit, None, |_| 1_u32).into_iter().collect();
    let of_copy = dijkstra(&copy.graph, start, None, |_| 1_u32);
    if costs != of_copy.into_iter().map(|(node, cost)| (copy.graph[node], cost)).collect() {
        return Some(format!("dijkstra from {unit:?}"));
    }
    let (own, of_copy) = (dominators::simple_fast(view, unit), dominators::simple_fast(&copy.graph, start));
    let differs = |other: &&UnitIx| {
        let of_copy = of_copy.immediate_dominator(copy.at[*other]).map(|node| copy.graph[node]);
        own.immediate_dominator(**other) != of_copy
    };
    copy.at.keys().find(differs).map(|other| format!("dominator of {other:?} from {unit:?}"))
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn algorithms_find_on_a_view_what_they_find_on_its_copy(
        corpus in corpora(),
        floor in 0..FLOORS.len(),
        include_outdated in any::<bool>(),
    ) {
        let fast = Fast::new(&corpus.0);
        for at in moments(&corpus.0).into_iter().step_by(2) {
            let found = difference(fast.view(&at, FLOORS[floor], include_outdated));
            prop_assert!(found.is_none(), "{at:?}: {found:?}");
        }
    }
}
