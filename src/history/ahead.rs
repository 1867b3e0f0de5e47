//! Reading ahead: what is about to be asked of several units is looked at for all of them first.
//!
//! A large history takes more memory than caches hold, so most looks at a unit wait for memory. In an answer they stand
//! far apart, and each is waited for by itself; side by side they are waited for together. Nothing is found out here.

use std::hint::black_box;

use super::graph::History;
use super::node::{Node, UnitIx};

impl History {
    /// Looks at what tells whether units are in a view, and where they hang.
    pub(super) fn read_places_ahead(&self, units: &[UnitIx]) {
        for node in units.iter().map(|unit| Node::new(self, *unit)) {
            black_box(node.lives().last().map(|life| life.from));
            black_box(node.place().last().map(|claim| claim.layer));
            black_box(node.sightings().last().map(|claim| claim.layer));
            black_box(node.reach().last().copied());
        }
    }

    /// Looks at what units are called, and at the claims about what else is said of them.
    pub fn read_ahead(&self, units: &[UnitIx]) {
        for node in units.iter().map(|unit| Node::new(self, *unit)) {
            black_box(node.id().as_str().as_bytes().first().copied());
            black_box(node.name().last().map(|claim| claim.layer));
            black_box(node.properties().last().map(|claim| claim.layer));
        }
        for node in units.iter().map(|unit| Node::new(self, *unit)) {
            let name = node.name().last().map(|claim| self.text(claim.value.text));
            black_box(name.and_then(|name| name.as_bytes().first().copied()));
        }
    }
}
