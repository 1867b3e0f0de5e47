//! petgraph's visit traits on a view, by value: its algorithms run on a view with no copy.
//!
//! A view implements neither `NodeCount` nor `NodeCompactIndexable`: its indices have gaps, and what
//! needs dense ones (`page_rank`, `k_shortest_path`) must not compile. [`View::to_graph`] copies for those.

use petgraph::graph::{DiGraph, EdgeIndex, EdgeReference, Edges, NodeIndices};
use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors,
    IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences, NodeIndexable, Visitable,
};
use petgraph::{Directed, Direction};

use crate::model::UnitId;

use super::graph::Edge;
use super::node::UnitIx;
use super::view::View;

type Graph = DiGraph<UnitId, Edge, u32>;

impl GraphBase for View<'_> {
    type NodeId = UnitIx;
    type EdgeId = EdgeIndex<u32>;
}

impl GraphRef for View<'_> {}

impl GraphProp for View<'_> {
    type EdgeType = Directed;
}

impl Data for View<'_> {
    type NodeWeight = UnitId;
    type EdgeWeight = Edge;
}

impl NodeIndexable for View<'_> {
    fn node_bound(&self) -> usize {
        self.history.graph.node_bound()
    }

    fn to_index(&self, unit: UnitIx) -> usize {
        unit.index()
    }

    fn from_index(&self, at: usize) -> UnitIx {
        UnitIx::new(at)
    }
}

impl Visitable for View<'_> {
    type Map = <Graph as Visitable>::Map;

    fn visit_map(&self) -> Self::Map {
        self.history.graph.visit_map()
    }

    fn reset_map(&self, map: &mut Self::Map) {
        self.history.graph.reset_map(map);
    }
}

impl View<'_> {
    /// Tells whether an edge shows: `pick` of its slot names the other end, and both ends are listed.
    fn shows(self, edge: EdgeReference<'_, Edge, u32>) -> bool {
        match *edge.weight() {
            Edge::Parent => self.parent(edge.source()) == Some(edge.target()) && self.lists(edge.source()),
            Edge::Relation(at) => {
                let slot = usize::try_from(at).ok().and_then(|at| self.history.node(edge.source()).relations().get(at));
                slot.is_some_and(|slot| self.relation_claim(edge.source(), slot).is_some())
            }
        }
    }

    /// Copies what the view lists into a graph of its own, with dense indices.
    #[must_use]
    pub fn to_graph(self) -> DiGraph<UnitIx, Edge, u32> {
        let mut graph = DiGraph::default();
        let mut copies = std::collections::BTreeMap::new();
        for unit in self.units() {
            copies.insert(unit, graph.add_node(unit));
        }
        for edge in self.history.graph.edge_references().filter(|edge| self.shows(*edge)) {
            if let Some((from, to)) = copies.get(&edge.source()).zip(copies.get(&edge.target())) {
                graph.add_edge(*from, *to, *edge.weight());
            }
        }
        graph
    }
}

/// The edges at a unit that show in a view.
#[derive(Clone)]
pub struct ShownEdges<'h> {
    edges: Edges<'h, Edge, Directed, u32>,
    view: View<'h>,
}

impl<'h> Iterator for ShownEdges<'h> {
    type Item = EdgeReference<'h, Edge, u32>;

    fn next(&mut self) -> Option<Self::Item> {
        let view = self.view;
        self.edges.find(|edge| view.shows(*edge))
    }
}

/// The units next to a unit in a view.
#[derive(Clone)]
pub struct ShownNeighbors<'h> {
    edges: ShownEdges<'h>,
    direction: Direction,
}

impl Iterator for ShownNeighbors<'_> {
    type Item = UnitIx;

    fn next(&mut self) -> Option<UnitIx> {
        let edge = self.edges.next()?;
        Some(match self.direction {
            Direction::Outgoing => edge.target(),
            Direction::Incoming => edge.source(),
        })
    }
}

/// The units that a view lists.
#[derive(Clone)]
pub struct ShownUnits<'h> {
    units: NodeIndices<u32>,
    view: View<'h>,
}

impl Iterator for ShownUnits<'_> {
    type Item = UnitIx;

    fn next(&mut self) -> Option<UnitIx> {
        let view = self.view;
        self.units.find(|unit| view.lists(*unit))
    }
}

/// The units that a view lists, with their ids.
#[derive(Clone)]
pub struct ShownNodes<'h>(ShownUnits<'h>);

impl<'h> Iterator for ShownNodes<'h> {
    type Item = (UnitIx, &'h UnitId);

    fn next(&mut self) -> Option<Self::Item> {
        let unit = self.0.next()?;
        Some((unit, self.0.view.history.unit_id(unit)))
    }
}

/// All edges that show in a view.
#[derive(Clone)]
pub struct AllShownEdges<'h> {
    edges: petgraph::graph::EdgeReferences<'h, Edge, u32>,
    view: View<'h>,
}

impl<'h> Iterator for AllShownEdges<'h> {
    type Item = EdgeReference<'h, Edge, u32>;

    fn next(&mut self) -> Option<Self::Item> {
        let view = self.view;
        self.edges.find(|edge| view.shows(*edge))
    }
}

impl<'h> IntoNodeIdentifiers for View<'h> {
    type NodeIdentifiers = ShownUnits<'h>;

    fn node_identifiers(self) -> Self::NodeIdentifiers {
        ShownUnits { units: self.history.graph.node_indices(), view: self }
    }
}

impl<'h> IntoNodeReferences for View<'h> {
    type NodeRef = (UnitIx, &'h UnitId);
    type NodeReferences = ShownNodes<'h>;

    fn node_references(self) -> Self::NodeReferences {
        ShownNodes(self.node_identifiers())
    }
}

impl<'h> IntoEdgeReferences for View<'h> {
    type EdgeRef = EdgeReference<'h, Edge, u32>;
    type EdgeReferences = AllShownEdges<'h>;

    fn edge_references(self) -> Self::EdgeReferences {
        AllShownEdges { edges: self.history.graph.edge_references(), view: self }
    }
}

impl<'h> IntoEdgesDirected for View<'h> {
    type EdgesDirected = ShownEdges<'h>;

    fn edges_directed(self, unit: UnitIx, direction: Direction) -> Self::EdgesDirected {
        ShownEdges { edges: self.history.graph.edges_directed(unit, direction), view: self }
    }
}

impl<'h> IntoEdges for View<'h> {
    type Edges = ShownEdges<'h>;

    fn edges(self, unit: UnitIx) -> Self::Edges {
        self.edges_directed(unit, Direction::Outgoing)
    }
}

impl<'h> IntoNeighborsDirected for View<'h> {
    type NeighborsDirected = ShownNeighbors<'h>;

    fn neighbors_directed(self, unit: UnitIx, direction: Direction) -> Self::NeighborsDirected {
        ShownNeighbors { edges: self.edges_directed(unit, direction), direction }
    }
}

impl<'h> IntoNeighbors for View<'h> {
    type Neighbors = ShownNeighbors<'h>;

    fn neighbors(self, unit: UnitIx) -> Self::Neighbors {
        self.neighbors_directed(unit, Direction::Outgoing)
    }
}
