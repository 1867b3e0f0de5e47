//! The relations between two parts of the organisation in a view.

use std::collections::BTreeSet;

use super::node::UnitIx;
use super::relations::{RelationFact, RelationTarget};
use super::view::View;

/// A relation with one end in one part, and the other end in another.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationBetween<'h> {
    /// The unit that it goes out from.
    pub from: UnitIx,
    /// The unit that it goes to.
    pub to: UnitIx,
    /// Whether it goes from the first part to the second; also where it could be read either way.
    pub outgoing: bool,
    /// What is said of it, seen from `from`.
    pub fact: RelationFact<'h>,
}

impl<'h> View<'h> {
    /// Returns the relations with one end at or under one unit, and the other at or under another, each once: by
    /// type, then by their ends. Where one part lies within the other, those within the smaller part are among them.
    #[must_use]
    pub fn relations_between(self, one: UnitIx, other: UnitIx) -> Vec<RelationBetween<'h>> {
        let (one, other) = (self.part(one), self.part(other));
        let mut found: Vec<RelationBetween<'h>> = Vec::new();
        for from in one.union(&other).copied() {
            for fact in self.relations(from).into_iter().filter(|fact| fact.forward) {
                let RelationTarget::Unit(to) = fact.other else { continue };
                let outgoing = one.contains(&from) && other.contains(&to);
                if outgoing || (other.contains(&from) && one.contains(&to)) {
                    found.push(RelationBetween { from, to, outgoing, fact });
                }
            }
        }
        found.sort_by_key(|relation| (relation.fact.kind, relation.from, relation.to));
        found
    }

    /// Returns a unit with all below it; nothing when the view does not list it.
    fn part(self, top: UnitIx) -> BTreeSet<UnitIx> {
        if !self.lists(top) {
            return BTreeSet::new();
        }
        self.below(top).into_iter().chain([top]).collect()
    }
}
