//! Looking ahead: what is about to be asked of several units is looked at for all of them first.
//!
//! A large history takes more memory than caches hold, so most looks at a unit wait for memory. In an answer they stand
//! far apart, and each is waited for by itself; side by side they are waited for together. What is found here is let go.

use std::hint::black_box;

use super::graph::History;
use super::node::{Node, UnitIx};
use super::view::View;

impl History {
    /// Looks at the claims about units.
    pub(crate) fn look_at_claims(&self, units: impl Iterator<Item = UnitIx> + Clone) {
        self.look_at_places(units.clone());
        for node in units.map(|unit| Node::new(self, unit)) {
            black_box(node.name().last().map(|claim| claim.layer));
            black_box(node.acronym().last().map(|claim| claim.layer));
            black_box(node.kind().last().map(|claim| claim.layer));
            black_box(node.properties().last().map(|claim| claim.layer));
        }
    }

    /// Looks at what tells whether units are in a view, and where they hang.
    pub(super) fn look_at_places(&self, units: impl Iterator<Item = UnitIx> + Clone) {
        // Where a unit's claims stand comes first, for all else waits for it.
        for unit in units.clone() {
            black_box(self.columns.sightings.range(unit));
        }
        for node in units.map(|unit| Node::new(self, unit)) {
            black_box(node.lives().last().map(|life| life.from));
            black_box(node.place().last().map(|claim| claim.layer));
            black_box(node.sightings().last().map(|claim| claim.layer));
            black_box(node.reach().last().copied());
        }
    }
}

impl View<'_> {
    /// Looks at what units are called, and at the claims about what else is said of them.
    pub(crate) fn look_at_names(self, units: impl Iterator<Item = UnitIx> + Clone) {
        for node in units.clone().map(|unit| Node::new(self.history, unit)) {
            black_box(first_byte(node.id().as_str()));
            black_box(node.name().last().map(|claim| claim.layer));
            black_box(node.properties().last().map(|claim| claim.layer));
        }
        self.look_at_written_names(units);
    }

    /// Looks at the names of units as they are written.
    pub(crate) fn look_at_written_names(self, units: impl Iterator<Item = UnitIx>) {
        for claim in units.filter_map(|unit| self.name_claim(unit)) {
            black_box(first_byte(self.history.text(claim.value.text)));
        }
    }
}

fn first_byte(text: &str) -> Option<u8> {
    text.as_bytes().first().copied()
}
