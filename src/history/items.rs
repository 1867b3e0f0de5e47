//! What the mentions of a unit say of it in a view: figures, holders, contacts, places, properties.

use std::cmp::Reverse;

use crate::model::{Basis, Contact, Day, Details, Evidence, Figure, Holder, PartIx, PlaceClaim};

use super::citation::Citation;
use super::graph::History;
use super::layer::{LayerIx, SnapshotIx};
use super::node::{Claim, PropertyValue, UnitIx};
use super::view::View;

/// Something that a mention says, which is not carried from source to source.
#[derive(Debug)]
pub struct ItemFact<'h, T> {
    /// What is said.
    pub item: &'h T,
    /// The layer that says it.
    pub layer: LayerIx,
    /// The snapshot that it belongs to.
    pub snapshot: SnapshotIx,
    /// The evidence.
    pub evidence: &'h Evidence,
    /// The basis of the reading that the mention is of this unit, where its identity is one.
    pub identity: Option<Basis>,
    /// Its place in the order of claims.
    pub(crate) order: (Day, Day, Reverse<Basis>, LayerIx),
}

impl<T> Clone for ItemFact<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ItemFact<'_, T> {}

/// Who holds a post.
pub type HolderFact<'h> = ItemFact<'h, Holder>;
/// Where a unit sits, or what it answers for.
pub type PlaceFact<'h> = ItemFact<'h, PlaceClaim>;

/// What an earlier source said that is not carried, where the day has nothing of its own.
#[derive(Debug, Clone)]
pub struct LastKnown<'h> {
    /// The holder.
    pub holder: Option<HolderFact<'h>>,
    /// The figures.
    pub figures: Vec<ItemFact<'h, Figure>>,
    /// The contacts.
    pub contacts: Vec<ItemFact<'h, Contact>>,
}

/// A property of a unit in a view.
#[derive(Debug, Clone, Copy)]
pub struct PropertyFact<'h> {
    /// Its name.
    pub name: &'h str,
    /// Its value.
    pub value: &'h str,
    /// The claim that gives it.
    pub claim: &'h Claim<PropertyValue>,
}

impl History {
    /// Returns where the claim of a property stands.
    #[must_use]
    pub fn cite_property(&self, claim: &Claim<PropertyValue>) -> Option<Citation> {
        let snapshot = self.layer(claim.layer).snapshot()?;
        let (name, value) = (self.text(claim.value.name), self.text(claim.value.value));
        let mention = self.mention(snapshot, claim.at())?;
        let stated = mention.properties.iter().find(|stated| stated.name == name && stated.value == value)?;
        Some(Citation::of(snapshot, &stated.evidence))
    }
}

impl<'h> View<'h> {
    /// Returns what the mentions of a unit say of one sort, the latest source first.
    fn items<T: 'h>(
        self,
        unit: UnitIx,
        list: impl Fn(&'h Details) -> &'h [T] + 'h,
        about: impl Fn(&'h T) -> (Option<PartIx>, &'h Evidence) + 'h,
    ) -> impl Iterator<Item = ItemFact<'h, T>> {
        let history = self.history;
        let sightings = history.node(unit).detailed().iter().rev();
        let details = sightings.filter_map(move |seen| Some((seen, history.details_of(seen)?)));
        details.flat_map(move |(seen, (snapshot, details))| {
            let identity = details.same.as_ref().map(|same| same.basis);
            let facts: Vec<ItemFact<'h, T>> = list(details)
                .iter()
                .filter_map(|item| {
                    let (part, evidence) = about(item);
                    let layer = history.layer_in(seen, part);
                    let order = history.layers.order(layer, evidence.basis);
                    let fact = ItemFact { item, layer, snapshot, evidence, identity, order };
                    evidence.basis.passes(self.lens.floor).then_some(fact)
                })
                .collect();
            facts
        })
    }

    pub(super) fn all_figures(self, unit: UnitIx) -> impl Iterator<Item = ItemFact<'h, Figure>> {
        self.items(unit, |details| &details.figures, |figure| (figure.part, &figure.evidence))
    }

    fn all_holders(self, unit: UnitIx) -> impl Iterator<Item = HolderFact<'h>> {
        self.items(unit, |details| details.holder.as_slice(), |holder| (holder.part, &holder.evidence))
    }

    fn all_contacts(self, unit: UnitIx) -> impl Iterator<Item = ItemFact<'h, Contact>> {
        self.items(unit, |details| &details.contacts, |contact| (contact.part, &contact.evidence))
    }

    /// Returns the figures that sources of the moment give, the latest source first.
    #[must_use]
    pub fn figures(self, unit: UnitIx) -> Vec<ItemFact<'h, Figure>> {
        self.observed(self.all_figures(unit), Figure::counts_the_same_as)
    }

    /// Returns who holds a post, by the latest source of the moment.
    #[must_use]
    pub fn holder(self, unit: UnitIx) -> Option<HolderFact<'h>> {
        self.all_holders(unit).filter(|fact| self.observes(self.layer(fact.layer))).max_by_key(|fact| fact.order)
    }

    /// Returns the contacts that sources of the moment give, the latest source first.
    #[must_use]
    pub fn contacts(self, unit: UnitIx) -> Vec<ItemFact<'h, Contact>> {
        self.observed(self.all_contacts(unit), |a, b| a.kind == b.kind && a.purpose == b.purpose)
    }

    /// Keeps what sources of the moment say. A log kept without a gap says of each thing what it said last.
    fn observed<T: 'h>(
        self,
        facts: impl Iterator<Item = ItemFact<'h, T>>,
        is_about_the_same: impl Fn(&T, &T) -> bool,
    ) -> Vec<ItemFact<'h, T>> {
        let facts: Vec<ItemFact<'h, T>> = facts.filter(|fact| self.observes(self.layer(fact.layer))).collect();
        let outlived = |fact: &ItemFact<'h, T>| {
            let layer = self.layer(fact.layer);
            self.day().is_some_and(|day| !layer.window.contains(day))
                && facts.iter().any(|other| {
                    other.snapshot == fact.snapshot
                        && fact.layer < other.layer
                        && is_about_the_same(other.item, fact.item)
                })
        };
        facts.iter().filter(|fact| !outlived(fact)).copied().collect()
    }

    /// Returns the holder, each figure and each sort of contact by the latest earlier source, where no source of
    /// the day gives it; `None` where there is nothing, and for snapshots and eras.
    #[must_use]
    pub fn last_known(self, unit: UnitIx) -> Option<LastKnown<'h>> {
        self.day()?;
        let known = LastKnown {
            holder: self.last_of_each(self.all_holders(unit), |_, _| true).into_iter().next(),
            figures: self.last_of_each(self.all_figures(unit), Figure::counts_the_same_as),
            contacts: self.last_of_each(self.all_contacts(unit), |a, b| a.kind == b.kind && a.purpose == b.purpose),
        };
        let empty = known.holder.is_none() && known.figures.is_empty() && known.contacts.is_empty();
        (!empty).then_some(known)
    }

    /// Keeps, of what has started, what the latest layer says of each thing of which no source of the day says anything.
    fn last_of_each<T: 'h>(
        self,
        facts: impl Iterator<Item = ItemFact<'h, T>>,
        is_about_the_same: impl Fn(&T, &T) -> bool,
    ) -> Vec<ItemFact<'h, T>> {
        let facts: Vec<ItemFact<'h, T>> = facts.filter(|fact| self.hears(self.layer(fact.layer))).collect();
        let mut latest = latest_of_each(&facts, &is_about_the_same);
        latest.retain(|fact| {
            let mut same = facts.iter().filter(|other| is_about_the_same(other.item, fact.item));
            !same.any(|other| self.observes(self.layer(other.layer)))
        });
        latest
    }

    /// Returns where a unit sits and what it answers for: by the latest source that gives any place of
    /// that role on a day, by all sources of a snapshot or era.
    #[must_use]
    pub fn places(self, unit: UnitIx) -> Vec<PlaceFact<'h>> {
        let facts: Vec<PlaceFact<'h>> = self
            .items(unit, |details| &details.places, |place| (None, &place.evidence))
            .filter(|fact| self.hears(self.layer(fact.layer)))
            .collect();
        if self.day().is_none() {
            return facts;
        }
        latest_of_each(&facts, |a, b| a.role == b.role)
    }

    /// Returns the properties of a unit, each name once, by the latest source; by name.
    #[must_use]
    pub fn properties(self, unit: UnitIx) -> Vec<PropertyFact<'h>> {
        let text = |symbol| self.history.text(symbol);
        let stated = |claim: &'h Claim<PropertyValue>| PropertyFact {
            name: text(claim.value.name),
            value: text(claim.value.value),
            claim,
        };
        let mut facts: Vec<PropertyFact<'h>> = self.property_claims(unit).into_iter().map(stated).collect();
        facts.sort_by_key(|fact| (fact.name, fact.claim.basis()));
        facts
    }

    /// Returns the claims about the properties of a unit that are heard and pass, the latest last.
    pub(crate) fn heard_properties(self, unit: UnitIx) -> impl DoubleEndedIterator<Item = &'h Claim<PropertyValue>> {
        let heard = self.heard(self.history.node(unit).properties());
        heard.filter(move |claim| claim.basis().passes(self.lens.floor))
    }

    /// Returns the claims by which the properties of a unit show: of each name those of the latest source, in the
    /// order of claims.
    pub(crate) fn property_claims(self, unit: UnitIx) -> Vec<&'h Claim<PropertyValue>> {
        let mut latest: Vec<&'h Claim<PropertyValue>> = Vec::new();
        for claim in self.heard_properties(unit).rev() {
            let mut same = latest.iter().filter(|later| later.value.name == claim.value.name);
            if same.all(|later| later.layer == claim.layer) {
                latest.push(claim);
            }
        }
        latest.reverse();
        latest
    }
}

/// Keeps what the latest layer says of each thing that is spoken of.
pub(crate) fn latest_of_each<'h, T>(
    facts: &[ItemFact<'h, T>],
    is_about_the_same: impl Fn(&T, &T) -> bool,
) -> Vec<ItemFact<'h, T>> {
    let is_latest = |fact: &&ItemFact<'h, T>| {
        let same = facts.iter().filter(|other| is_about_the_same(other.item, fact.item));
        same.max_by_key(|other| other.order).is_some_and(|latest| latest.layer == fact.layer)
    };
    facts.iter().filter(is_latest).copied().collect()
}
