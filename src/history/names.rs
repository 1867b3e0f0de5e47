//! What a view calls a unit: its name, acronym, kind, standing and summary, and the heading that it stands under.

use crate::model::{Basis, Day, NameForm, Standing};

use super::graph::History;
use super::layer::LayerIx;
use super::node::{Claim, NameValue, Node, Sighting, Slot, Symbol, UnitIx};
use super::view::{At, View};

/// A text with the claim that gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stated<'h> {
    /// The text.
    pub text: &'h str,
    /// The layer that claims it.
    pub layer: LayerIx,
    /// How that layer carries it.
    pub basis: Basis,
}

/// A unit's name in a view. A view always has one to show, even where its sources write none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'h> {
    /// The name.
    pub text: &'h str,
    /// How near it is to what a source writes.
    pub form: NameForm,
    /// The claim, where one that the view hears gives the name.
    pub claim: Option<(LayerIx, Basis)>,
}

impl<'h> View<'h> {
    fn stated(self, slot: &'h Slot<Symbol>) -> Option<Stated<'h>> {
        let claim = self.pick(slot)?;
        Some(Stated { text: self.history.text(claim.value), layer: claim.layer, basis: claim.basis() })
    }

    /// Returns a unit's name. Where the view hears none, the name last known before it, else the first
    /// known after, else the acronym, else the id; these are `EXPANDED`.
    #[must_use]
    pub fn name(self, unit: UnitIx) -> Named<'h> {
        let claim = self.name_claim(unit);
        Named {
            text: self.text_of_name(unit, claim),
            form: claim.map_or(NameForm::Expanded, |claim| claim.value.form),
            claim: claim.map(|claim| (claim.layer, claim.basis())),
        }
    }

    /// Returns the text of a unit's name.
    pub(crate) fn name_text(self, unit: UnitIx) -> &'h str {
        self.text_of_name(unit, self.name_claim(unit))
    }

    fn text_of_name(self, unit: UnitIx, claim: Option<&'h Claim<NameValue>>) -> &'h str {
        let node = self.history.node(unit);
        match claim {
            Some(claim) => self.history.text(claim.value.text),
            None => self.fallback_name(node).unwrap_or(node.id().as_str()),
        }
    }

    fn fallback_name(self, node: Node<'h>) -> Option<&'h str> {
        let day = match self.at {
            At::Day(day) => day,
            At::Snapshot(_) | At::Era(_) => {
                self.pick(node.sightings()).map_or(Day::MIN, |seen| self.layer(seen.layer).start())
            }
        };
        let passes = |claim: &&Claim<NameValue>| claim.basis().passes(self.lens.floor);
        let is_by = |claim: &&Claim<NameValue>| self.layer(claim.layer).start() <= day;
        let claim = node.name().iter().rev().filter(passes).find(is_by).or_else(|| node.name().iter().find(passes));
        let claim = claim.or_else(|| self.pick(node.acronym())).or_else(|| node.acronym().iter().find(passes))?;
        Some(self.history.text(claim.value.text))
    }

    /// Returns the claim that gives a unit's name.
    pub(crate) fn name_claim(self, unit: UnitIx) -> Option<&'h Claim<NameValue>> {
        self.pick(self.history.node(unit).name())
    }

    /// Returns the claim that gives a unit's acronym.
    pub(crate) fn acronym_claim(self, unit: UnitIx) -> Option<&'h Claim<NameValue>> {
        self.pick(self.history.node(unit).acronym())
    }

    /// Returns the claim that gives a unit's kind.
    pub(crate) fn kind_claim(self, unit: UnitIx) -> Option<&'h Claim<Symbol>> {
        self.pick(self.history.node(unit).kind())
    }

    /// Returns a unit's kind as a symbol.
    pub(crate) fn kind_symbol(self, unit: UnitIx) -> Option<Symbol> {
        self.kind_claim(unit).map(|claim| claim.value)
    }

    /// Returns a unit's acronym.
    #[must_use]
    pub fn acronym(self, unit: UnitIx) -> Option<Stated<'h>> {
        let claim = self.pick(self.history.node(unit).acronym())?;
        Some(Stated { text: self.history.text(claim.value.text), layer: claim.layer, basis: claim.basis() })
    }

    /// Returns a unit's kind.
    #[must_use]
    pub fn kind(self, unit: UnitIx) -> Option<Stated<'h>> {
        self.stated(self.history.node(unit).kind())
    }

    /// Returns what a unit does, in the curator's words.
    #[must_use]
    pub fn summary(self, unit: UnitIx) -> Option<Stated<'h>> {
        self.stated(self.history.node(unit).summary())
    }

    /// Tells whether a unit is part of the organisation. Where the floor hides all that says so, what is hidden still
    /// counts: leaving it out would make an outsider a part.
    #[must_use]
    pub fn standing(self, unit: UnitIx) -> Standing {
        let slot = self.history.node(unit).standing();
        let claim = self.pick(slot).or_else(|| self.heard(slot).next_back());
        claim.map_or(Standing::Internal, |claim| claim.value)
    }

    /// Returns the heading, which is no unit, that a unit is shown under.
    #[must_use]
    pub fn shown_under(self, unit: UnitIx) -> Option<&'h str> {
        self.heading(unit).map(|heading| self.history.text(heading))
    }

    /// Returns the heading that goes with the parent claim, or with the latest mention if there is none.
    pub(crate) fn heading(self, unit: UnitIx) -> Option<Symbol> {
        let node = self.history.node(unit);
        if let Some(claim) = self.pick(node.place()) {
            return claim.value.heading;
        }
        self.heard(node.sightings()).rev().filter(|seen| seen.basis().passes(self.lens.floor)).find_map(|seen| {
            match seen.value.sighting() {
                Sighting::Mention(heading) => Some(heading),
                Sighting::Event | Sighting::Ending => None,
            }
        })?
    }

    /// Returns other forms of the names that the sources of the view write, each once.
    #[must_use]
    pub fn also_written(self, unit: UnitIx) -> Vec<&'h str> {
        let mut forms: Vec<&'h str> = self
            .heard(self.history.node(unit).detailed())
            .filter_map(|seen| self.history.details_of(seen))
            .flat_map(|(_, details)| &details.also_written)
            .filter(|name| name.evidence.basis.passes(self.lens.floor))
            .map(|name| name.text.as_str())
            .collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }
}

impl History {
    /// Returns the latest name ever claimed for a unit on a basis that passes, else its acronym, else its id.
    #[must_use]
    pub fn latest_name(&self, unit: UnitIx, floor: Option<Basis>) -> &str {
        let node = self.node(unit);
        let last = |slot: &'_ Slot<NameValue>| slot.iter().rfind(|claim| claim.basis().passes(floor)).copied();
        last(node.name()).or(last(node.acronym())).map_or(node.id().as_str(), |claim| self.text(claim.value.text))
    }

    /// Tells whether any source ever gave the unit this kind.
    #[must_use]
    pub fn was_of_kind(&self, unit: UnitIx, kind: &str) -> bool {
        self.node(unit).kind().iter().any(|claim| self.text(claim.value) == kind)
    }

    /// Returns the latest standing claimed for a unit.
    #[must_use]
    pub fn latest_standing(&self, unit: UnitIx) -> Standing {
        self.node(unit).standing().last().map_or(Standing::Internal, |claim| claim.value)
    }
}
