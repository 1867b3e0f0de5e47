//! Ways through a view: the shortest path between two units, and what a reporting line rests on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::Direction;
use petgraph::visit::{EdgeRef, IntoEdgesDirected};

use crate::model::Basis;

use super::graph::Edge;
use super::layer::Origin;
use super::node::{Claim, Parent, UnitIx};
use super::view::View;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The unit that it comes to.
    pub unit: UnitIx,
    /// The relation that it followed: its type, `parent` for the structure; `None` at the beginning.
    pub relation: Option<String>,
    /// Whether the relation goes the way of the step.
    pub forward: Option<bool>,
}

/// A reporting line, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The units, from the lowest to the highest.
    pub units: Vec<UnitIx>,
    /// The weakest basis of its steps; `None` where there is no step.
    pub weakest_basis: Option<Basis>,
    /// Whether no one source shows the whole line.
    pub composite: bool,
}

impl View<'_> {
    /// Returns the shortest path between two units over all relations and parents, either way; empty when
    /// one of them is not listed, or no path joins them.
    #[must_use]
    pub fn path(self, from: UnitIx, to: UnitIx) -> Vec<Step> {
        if !self.lists(from) || !self.lists(to) {
            return Vec::new();
        }
        let mut reached: BTreeMap<UnitIx, Option<(UnitIx, Edge, bool)>> = BTreeMap::from([(from, None)]);
        let mut open = VecDeque::from([from]);
        while let Some(at) = open.pop_front() {
            if at == to {
                break;
            }
            for (direction, forward) in [(Direction::Outgoing, true), (Direction::Incoming, false)] {
                for edge in self.edges_directed(at, direction) {
                    let next = if forward { edge.target() } else { edge.source() };
                    if let std::collections::btree_map::Entry::Vacant(place) = reached.entry(next) {
                        place.insert(Some((at, *edge.weight(), forward)));
                        open.push_back(next);
                    }
                }
            }
        }
        let mut steps = Vec::new();
        let mut at = Some(to).filter(|to| reached.contains_key(to));
        while let Some(unit) = at {
            let before = reached.get(&unit).copied().flatten();
            let relation =
                before.map(|(from, edge, forward)| self.relation_name(if forward { from } else { unit }, edge));
            steps.push(Step { unit, relation, forward: before.map(|(_, _, forward)| forward) });
            at = before.map(|(from, ..)| from);
        }
        steps.reverse();
        steps
    }

    fn relation_name(self, owner: UnitIx, edge: Edge) -> String {
        match edge {
            Edge::Parent => "parent".to_owned(),
            Edge::Relation(at) => {
                let slot = usize::try_from(at).ok().and_then(|at| self.history.node(owner).relations().get(at));
                slot.map(|slot| self.history.text(slot.kind).to_owned()).unwrap_or_default()
            }
        }
    }

    /// Returns the reporting line of a unit with what it rests on.
    #[must_use]
    pub fn line(self, unit: UnitIx) -> Line {
        self.line_of(self.reporting_line(unit))
    }

    /// Returns a reporting line, or the lower end of one, with what it rests on.
    pub(super) fn line_of(self, units: Vec<UnitIx>) -> Line {
        let (weakest_basis, composite) = self.rests_on(std::slice::from_ref(&units));
        Line { units, weakest_basis, composite }
    }

    /// Returns the weakest basis of the steps of some lines, and whether no one source shows all of them.
    pub(super) fn rests_on(self, lines: &[Vec<UnitIx>]) -> (Option<Basis>, bool) {
        let mut weakest_basis: Option<Basis> = None;
        let mut whole: Option<BTreeSet<Origin>> = None;
        for (child, parent) in lines.iter().flat_map(|line| line.iter().zip(line.iter().skip(1))) {
            weakest_basis = weakest_basis.max(self.place(*child).map(Claim::basis));
            let says_so = self.heard(self.history.node(*child).place()).filter(|claim| {
                claim.value.parent() == Parent::Under(*parent) && claim.basis().passes(self.lens.floor)
            });
            let sources: BTreeSet<Origin> = says_so.map(|claim| source_of(self.layer(claim.layer).origin)).collect();
            whole = Some(match whole {
                None => sources,
                Some(whole) => whole.intersection(&sources).copied().collect(),
            });
        }
        (weakest_basis, whole.is_some_and(|whole| whole.is_empty()))
    }
}

/// Returns the source of a layer: for every part of a snapshot, its page.
fn source_of(origin: Origin) -> Origin {
    match origin {
        Origin::Snapshot(snapshot, _) => Origin::Snapshot(snapshot, None),
        Origin::Event(event) => Origin::Event(event),
    }
}
