//! The relations of a unit in a view: typed, from one unit to another or to a text.

use petgraph::Direction::Incoming;
use petgraph::visit::EdgeRef;

use crate::model::Basis;

use super::citation::Citation;
use super::graph::Edge;
use super::layer::LayerIx;
use super::node::{Claim, RelationEndIx, RelationSlot, UnitIx};
use super::view::{At, View};

/// The other end of a relation, in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationTarget<'h> {
    /// A unit.
    Unit(UnitIx),
    /// A text.
    Text(&'h str),
}

/// A relation of a unit in a view.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationFact<'h> {
    /// Its type.
    pub kind: &'h str,
    /// Whether it goes out from the unit.
    pub forward: bool,
    /// The other end.
    pub other: RelationTarget<'h>,
    /// The layer that states it last.
    pub layer: LayerIx,
    /// How that layer carries it.
    pub basis: Basis,
    /// Where it stands.
    pub citation: Option<Citation>,
}

impl<'h> View<'h> {
    /// Returns the relations of a unit, outgoing before incoming, by type and then by the other end.
    #[must_use]
    pub fn relations(self, unit: UnitIx) -> Vec<RelationFact<'h>> {
        let node = self.history.node(unit);
        let mut facts: Vec<RelationFact<'h>> = node
            .relations()
            .iter()
            .filter_map(|slot| Some(self.relation(self.relation_claim(unit, slot)?, slot, true)))
            .collect();
        for edge in self.history.graph.edges_directed(unit, Incoming) {
            let Edge::Relation(at) = *edge.weight() else { continue };
            let owner = edge.source();
            let slot = usize::try_from(at).ok().and_then(|at| self.history.node(owner).relations().get(at));
            if let Some(mut fact) =
                slot.and_then(|slot| Some(self.relation(self.relation_claim(owner, slot)?, slot, false)))
            {
                fact.other = RelationTarget::Unit(owner);
                facts.push(fact);
            }
        }
        facts.sort_by(|a, b| (!a.forward, a.kind, a.other).cmp(&(!b.forward, b.kind, b.other)));
        facts
    }

    /// Returns the relations that a unit is said to have, whether or not the view lists both ends.
    pub(crate) fn stated_relations(self, unit: UnitIx) -> Vec<RelationFact<'h>> {
        let slots = self.history.node(unit).relations().iter();
        slots.filter_map(|slot| Some(self.relation(self.stated_relation_claim(unit, slot)?, slot, true))).collect()
    }

    fn relation(self, claim: &Claim<u32>, slot: &'h RelationSlot, forward: bool) -> RelationFact<'h> {
        let other = match slot.end {
            RelationEndIx::Unit(other) => RelationTarget::Unit(other),
            RelationEndIx::Text(text) => RelationTarget::Text(self.history.text(text)),
        };
        let citation = self.history.details_of(claim).and_then(|(snapshot, details)| {
            let relation = details.relations.get(usize::try_from(claim.value).ok()?)?;
            Some(Citation::of(snapshot, &relation.evidence))
        });
        let kind = self.history.text(slot.kind);
        RelationFact { kind, forward, other, layer: claim.layer, basis: claim.basis(), citation }
    }

    /// Returns the claim by which a relation is carried: on a day it is of the present life.
    fn stated_relation_claim(self, owner: UnitIx, slot: &'h RelationSlot) -> Option<&'h Claim<u32>> {
        let claim = self.pick(&slot.claims)?;
        match self.at {
            At::Day(day) => {
                let life = self.history.node(owner).life_at(day)?;
                (life.from <= self.layer(claim.layer).start()).then_some(claim)
            }
            At::Snapshot(_) | At::Era(_) => Some(claim),
        }
    }

    /// Returns the claim by which a relation shows: it is carried, and both ends are listed.
    pub(super) fn relation_claim(self, owner: UnitIx, slot: &'h RelationSlot) -> Option<&'h Claim<u32>> {
        let claim = self.stated_relation_claim(owner, slot)?;
        let other_shows = match slot.end {
            RelationEndIx::Unit(other) => self.lists(other),
            RelationEndIx::Text(_) => true,
        };
        (other_shows && self.lists(owner)).then_some(claim)
    }
}
