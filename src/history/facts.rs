//! What a view says of a unit: names, kind, relations, figures, holders, contacts, places, properties.

use std::cmp::Reverse;

use petgraph::Direction::Incoming;
use petgraph::visit::EdgeRef;

use crate::model::{
    Basis, ConflictKind, Contact, Coverage, Day, Edtf, Evidence, Extent, Figure, Holder, Mention, NameForm, PartIx,
    PlaceClaim, Property, Standing, Window,
};

use super::citation::{Attribute, Citation, ClaimRecord};
use super::graph::{Edge, History};
use super::layer::{LayerIx, Origin, SnapshotIx};
use super::node::{Claim, NameValue, Node, RelationEndIx, RelationSlot, Slot, Symbol, UnitIx};
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

impl<'h> View<'h> {
    fn stated(self, slot: &'h Slot<Symbol>) -> Option<Stated<'h>> {
        let claim = self.pick(slot)?;
        Some(Stated { text: self.history.text(claim.value), layer: claim.layer, basis: claim.basis })
    }

    /// Returns a unit's name. Where the view hears none, the name last known before it, else the first
    /// known after, else the acronym, else the id; these are `EXPANDED`.
    #[must_use]
    pub fn name(self, unit: UnitIx) -> Named<'h> {
        let node = self.history.node(unit);
        if let Some(claim) = self.pick(&node.name) {
            let NameValue { text, form } = claim.value;
            return Named { text: self.history.text(text), form, claim: Some((claim.layer, claim.basis)) };
        }
        let text = self.fallback_name(node).unwrap_or(node.id.as_str());
        Named { text, form: NameForm::Expanded, claim: None }
    }

    fn fallback_name(self, node: &'h Node) -> Option<&'h str> {
        let day = match self.at {
            At::Day(day) => day,
            At::Snapshot(_) | At::Era(_) => {
                self.pick(&node.sightings).map_or(Day::MIN, |seen| self.layer(seen.layer).start())
            }
        };
        let passes = |claim: &&Claim<NameValue>| claim.basis.passes(self.lens.floor);
        let is_by = |claim: &&Claim<NameValue>| self.layer(claim.layer).start() <= day;
        let claim = node.name.iter().rev().filter(passes).find(is_by).or_else(|| node.name.iter().find(passes));
        let claim = claim.or_else(|| self.pick(&node.acronym)).or_else(|| node.acronym.iter().find(passes))?;
        Some(self.history.text(claim.value.text))
    }

    /// Returns the claim that gives a unit's name.
    pub(crate) fn name_claim(self, unit: UnitIx) -> Option<&'h Claim<NameValue>> {
        self.pick(&self.history.node(unit).name)
    }

    /// Returns the claim that gives a unit's acronym.
    pub(crate) fn acronym_claim(self, unit: UnitIx) -> Option<&'h Claim<NameValue>> {
        self.pick(&self.history.node(unit).acronym)
    }

    /// Returns the claim that gives a unit's kind.
    pub(crate) fn kind_claim(self, unit: UnitIx) -> Option<&'h Claim<Symbol>> {
        self.pick(&self.history.node(unit).kind)
    }

    /// Returns a unit's kind as a symbol.
    pub(crate) fn kind_symbol(self, unit: UnitIx) -> Option<Symbol> {
        self.kind_claim(unit).map(|claim| claim.value)
    }

    /// Returns the window of the latest sighting of a unit that the view hears, or of the first.
    pub(crate) fn sighting_window(self, unit: UnitIx, latest: bool) -> Option<Window> {
        let node = self.history.node(unit);
        let life = self.day().and_then(|day| node.life_at(day)).map_or(Day::MIN, |life| life.from);
        let of_life = self.heard(&node.sightings).filter(|seen| life <= self.layer(seen.layer).start());
        let mut passing = of_life.filter(|seen| seen.basis.passes(self.lens.floor));
        let seen = if latest { passing.next_back() } else { passing.next() };
        seen.map(|seen| self.layer(seen.layer).window)
    }

    /// Tells whether the floor hides anything that a heard source says of a unit.
    pub(crate) fn hides_claims(self, unit: UnitIx) -> bool {
        let floor = self.lens.floor;
        let node = self.history.node(unit);
        let hidden_declaration = || self.heard(&node.standing).any(|claim| !claim.basis.passes(floor));
        self.heard(&node.sightings).any(|seen| {
            let mention = self.history.mention_of(seen);
            !seen.basis.passes(floor)
                || mention.is_some_and(|(_, mention)| mention.evidences().any(|evidence| !evidence.basis.passes(floor)))
        }) || hidden_declaration()
    }

    /// Returns a unit's acronym.
    #[must_use]
    pub fn acronym(self, unit: UnitIx) -> Option<Stated<'h>> {
        let claim = self.pick(&self.history.node(unit).acronym)?;
        Some(Stated { text: self.history.text(claim.value.text), layer: claim.layer, basis: claim.basis })
    }

    /// Returns a unit's kind.
    #[must_use]
    pub fn kind(self, unit: UnitIx) -> Option<Stated<'h>> {
        self.stated(&self.history.node(unit).kind)
    }

    /// Returns what a unit does, in the curator's words.
    #[must_use]
    pub fn summary(self, unit: UnitIx) -> Option<Stated<'h>> {
        self.stated(&self.history.node(unit).summary)
    }

    /// Tells whether a unit is part of the organisation. Where the floor hides all that says so, what is hidden still
    /// counts: leaving it out would make an outsider a part.
    #[must_use]
    pub fn standing(self, unit: UnitIx) -> Standing {
        let slot = &self.history.node(unit).standing;
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
        if let Some(claim) = self.pick(&node.place) {
            return claim.value.heading;
        }
        self.heard(&node.sightings).rev().filter(|seen| seen.basis.passes(self.lens.floor)).find_map(
            |seen| match seen.value {
                super::node::Sighting::Mention(heading) => Some(heading),
                super::node::Sighting::Event | super::node::Sighting::Ending => None,
            },
        )?
    }

    /// Returns the relations of a unit, outgoing before incoming, by type and then by the other end.
    #[must_use]
    pub fn relations(self, unit: UnitIx) -> Vec<RelationFact<'h>> {
        let node = self.history.node(unit);
        let mut facts: Vec<RelationFact<'h>> = node
            .relations
            .iter()
            .filter_map(|slot| Some(self.relation(self.relation_claim(unit, slot)?, slot, true)))
            .collect();
        for edge in self.history.graph.edges_directed(unit, Incoming) {
            let Edge::Relation(at) = *edge.weight() else { continue };
            let owner = edge.source();
            let slot = usize::try_from(at).ok().and_then(|at| self.history.node(owner).relations.get(at));
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
        let slots = self.history.node(unit).relations.iter();
        slots.filter_map(|slot| Some(self.relation(self.stated_relation_claim(unit, slot)?, slot, true))).collect()
    }

    fn relation(self, claim: &Claim<u32>, slot: &'h RelationSlot, forward: bool) -> RelationFact<'h> {
        let other = match slot.end {
            RelationEndIx::Unit(other) => RelationTarget::Unit(other),
            RelationEndIx::Text(text) => RelationTarget::Text(self.history.text(text)),
        };
        let citation = self.history.mention_of(claim).and_then(|(snapshot, mention)| {
            let relation = mention.relations.get(usize::try_from(claim.value).ok()?)?;
            Some(self.history.cite_lines(snapshot, &relation.evidence))
        });
        let kind = self.history.text(slot.kind);
        RelationFact { kind, forward, other, layer: claim.layer, basis: claim.basis, citation }
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

    /// Returns the mentions of a unit that are heard, the latest first.
    fn mentions(self, unit: UnitIx) -> impl Iterator<Item = (SnapshotIx, &'h Mention)> {
        self.history.node(unit).sightings.iter().rev().filter_map(move |seen| self.history.mention_of(seen))
    }

    /// Returns what the mentions of a unit say of one sort, the latest source first.
    fn items<T: 'h>(
        self,
        unit: UnitIx,
        list: impl Fn(&'h Mention) -> &'h [T] + 'h,
        about: impl Fn(&'h T) -> (Option<PartIx>, &'h Evidence) + 'h,
    ) -> impl Iterator<Item = ItemFact<'h, T>> {
        self.mentions(unit).flat_map(move |(snapshot, mention)| {
            let identity = mention.same.as_ref().map(|same| same.basis);
            let facts: Vec<ItemFact<'h, T>> = list(mention)
                .iter()
                .filter_map(|item| {
                    let (part, evidence) = about(item);
                    let layer = self.history.layers.find(Origin::Snapshot(snapshot, part.or(mention.part)))?;
                    let window = self.layer(layer).window;
                    let order = (window.start(), window.end(), Reverse(evidence.basis), layer);
                    let fact = ItemFact { item, layer, snapshot, evidence, identity, order };
                    evidence.basis.passes(self.lens.floor).then_some(fact)
                })
                .collect();
            facts
        })
    }

    fn all_figures(self, unit: UnitIx) -> impl Iterator<Item = ItemFact<'h, Figure>> {
        self.items(unit, |mention| &mention.figures, |figure| (figure.part, &figure.evidence))
    }

    fn all_holders(self, unit: UnitIx) -> impl Iterator<Item = HolderFact<'h>> {
        self.items(unit, |mention| mention.holder.as_slice(), |holder| (holder.part, &holder.evidence))
    }

    fn all_contacts(self, unit: UnitIx) -> impl Iterator<Item = ItemFact<'h, Contact>> {
        self.items(unit, |mention| &mention.contacts, |contact| (contact.part, &contact.evidence))
    }

    /// Returns the figures that sources of the moment give, the latest source first.
    #[must_use]
    pub fn figures(self, unit: UnitIx) -> Vec<ItemFact<'h, Figure>> {
        self.all_figures(unit).filter(|fact| self.observes(self.layer(fact.layer))).collect()
    }

    /// Returns who holds a post, by the latest source of the moment.
    #[must_use]
    pub fn holder(self, unit: UnitIx) -> Option<HolderFact<'h>> {
        self.all_holders(unit).filter(|fact| self.observes(self.layer(fact.layer))).max_by_key(|fact| fact.order)
    }

    /// Returns the contacts that sources of the moment give, the latest source first.
    #[must_use]
    pub fn contacts(self, unit: UnitIx) -> Vec<ItemFact<'h, Contact>> {
        self.all_contacts(unit).filter(|fact| self.observes(self.layer(fact.layer))).collect()
    }

    /// Returns the holder, each figure and each sort of contact by the latest earlier source, where no source of
    /// the day gives it; `None` where there is nothing, and for snapshots and eras.
    #[must_use]
    pub fn last_known(self, unit: UnitIx) -> Option<LastKnown<'h>> {
        self.day()?;
        let known = LastKnown {
            holder: self.latest_of_each(self.all_holders(unit), |_, _| true).into_iter().next(),
            figures: self.latest_of_each(self.all_figures(unit), Figure::counts_the_same_as),
            contacts: self.latest_of_each(self.all_contacts(unit), |a, b| a.kind == b.kind && a.purpose == b.purpose),
        };
        let empty = known.holder.is_none() && known.figures.is_empty() && known.contacts.is_empty();
        (!empty).then_some(known)
    }

    /// Keeps, of what has started, what the latest layer says of each thing of which no source of the day says anything.
    fn latest_of_each<T: 'h>(
        self,
        facts: impl Iterator<Item = ItemFact<'h, T>>,
        is_about_the_same: impl Fn(&T, &T) -> bool,
    ) -> Vec<ItemFact<'h, T>> {
        let facts: Vec<ItemFact<'h, T>> = facts.filter(|fact| self.hears(self.layer(fact.layer))).collect();
        let is_last = |fact: &ItemFact<'h, T>| {
            let same = || facts.iter().filter(|other| is_about_the_same(other.item, fact.item));
            let last = same().max_by_key(|other| other.order);
            last.is_some_and(|last| last.layer == fact.layer)
                && !same().any(|other| self.observes(self.layer(other.layer)))
        };
        facts.iter().filter(|fact| is_last(fact)).copied().collect()
    }

    /// Returns where a unit sits and what it answers for: by the latest source that gives any place of
    /// that role on a day, by all sources of a snapshot or era.
    #[must_use]
    pub fn places(self, unit: UnitIx) -> Vec<PlaceFact<'h>> {
        let facts: Vec<PlaceFact<'h>> = self
            .items(unit, |mention| &mention.places, |place| (None, &place.evidence))
            .filter(|fact| self.hears(self.layer(fact.layer)))
            .collect();
        if self.day().is_none() {
            return facts;
        }
        let latest = |fact: &PlaceFact<'h>| {
            let of_role = facts.iter().filter(|other| other.item.role == fact.item.role);
            of_role.max_by_key(|other| other.order).map(|other| other.layer)
        };
        facts.iter().filter(|fact| Some(fact.layer) == latest(fact)).copied().collect()
    }

    /// Returns the properties of a unit, each name once, by the latest source; by name.
    #[must_use]
    pub fn properties(self, unit: UnitIx) -> Vec<ItemFact<'h, Property>> {
        let mut facts: Vec<ItemFact<'h, Property>> = self
            .items(unit, |mention| &mention.properties, |property| (property.part, &property.evidence))
            .filter(|fact| self.hears(self.layer(fact.layer)))
            .collect();
        facts.sort_by_key(|fact| (&fact.item.name, Reverse(fact.order)));
        facts.dedup_by(|later, first| later.item.name == first.item.name && later.layer != first.layer);
        facts
    }

    /// Returns other forms of the names that the sources of the view write, each once.
    #[must_use]
    pub fn also_written(self, unit: UnitIx) -> Vec<&'h str> {
        let mut forms: Vec<&'h str> = self
            .heard(&self.history.node(unit).sightings)
            .filter_map(|seen| self.history.mention_of(seen))
            .flat_map(|(_, mention)| &mention.also_written)
            .filter(|name| name.evidence.basis.passes(self.lens.floor))
            .map(|name| name.text.as_str())
            .collect();
        forms.sort_unstable();
        forms.dedup();
        forms
    }

    /// Returns the claim that the view follows for an attribute, and the next later claim that differs.
    #[must_use]
    pub fn claim(self, unit: UnitIx, attribute: Attribute) -> Option<(ClaimRecord, Option<ClaimRecord>)> {
        let node = self.history.node(unit);
        match attribute {
            Attribute::Presence => {
                let claim = self.pick(&node.sightings)?;
                Some((self.history.sighting_record(unit, claim), None))
            }
            Attribute::Name => {
                self.claim_in(unit, attribute, &node.name, |value| self.history.text(value.text).to_owned())
            }
            Attribute::Acronym => {
                self.claim_in(unit, attribute, &node.acronym, |value| self.history.text(value.text).to_owned())
            }
            Attribute::Kind => self.claim_in(unit, attribute, &node.kind, |value| self.history.text(*value).to_owned()),
            Attribute::Summary => {
                self.claim_in(unit, attribute, &node.summary, |value| self.history.text(*value).to_owned())
            }
            Attribute::Parent => {
                let claim = self.place(unit)?;
                let next = self.next_differing(&node.place, claim, |value| value.parent);
                Some((self.history.place_record(unit, claim), next.map(|next| self.history.place_record(unit, next))))
            }
            Attribute::Figure => None,
        }
    }

    fn claim_in<V>(
        self,
        unit: UnitIx,
        attribute: Attribute,
        slot: &'h Slot<V>,
        tell: impl Fn(&V) -> String,
    ) -> Option<(ClaimRecord, Option<ClaimRecord>)> {
        let claim = self.pick(slot)?;
        let record = |claim: &Claim<V>| self.history.record(unit, attribute, claim, tell(&claim.value));
        Some((record(claim), self.next_differing(slot, claim, &tell).map(record)))
    }

    /// Returns the first later claim of a slot that passes and says something else.
    fn next_differing<V, W: PartialEq>(
        self,
        slot: &'h Slot<V>,
        claim: &Claim<V>,
        tell: impl Fn(&V) -> W,
    ) -> Option<&'h Claim<V>> {
        let at = slot.iter().position(|other| std::ptr::eq(other, claim))?;
        let mut later = slot.get(at + 1..)?.iter().filter(|other| other.basis.passes(self.lens.floor));
        later.find(|other| tell(&other.value) != tell(&claim.value))
    }

    /// Returns where the unit's presence in the view stands: every mention of a snapshot or era, the
    /// latest sighting of a day.
    #[must_use]
    pub fn evidence(self, unit: UnitIx) -> Vec<Citation> {
        let passing = self.heard(&self.history.node(unit).sightings).filter(|seen| seen.basis.passes(self.lens.floor));
        let latest_first = passing.rev().take(if self.day().is_some() { 1 } else { usize::MAX });
        latest_first.flat_map(|seen| self.history.cite(unit, seen, Attribute::Presence)).collect()
    }

    /// Returns the lists that the sources of the view give of what is below a unit, the latest layer first.
    #[must_use]
    pub fn lists_below(self, unit: UnitIx) -> Vec<(SnapshotIx, &'h Coverage)> {
        let mut lists: Vec<_> = self
            .history
            .lists_of(unit)
            .filter(|list| self.hears(self.layer(list.layer)) && list.coverage.evidence.basis.passes(self.lens.floor))
            .collect();
        lists.sort_by_key(|list| std::cmp::Reverse(list.layer));
        lists.into_iter().map(|list| (list.snapshot, list.coverage)).collect()
    }

    /// Returns how complete the list of units directly below a unit is, by the latest source that covers it: its own
    /// list, or a deep one of a unit above. Lists that are restricted to a kind or a heading, alone, make it `LISTED`
    /// at best.
    #[must_use]
    pub fn children_extent(self, unit: UnitIx) -> Option<Extent> {
        let line = self.reporting_line(unit);
        let lists = line.iter().flat_map(|owner| self.history.lists_of(*owner).map(move |list| (*owner, list)));
        let lists: Vec<_> = lists
            .filter(|(owner, list)| {
                (*owner == unit || list.coverage.deep)
                    && self.hears(self.layer(list.layer))
                    && list.coverage.evidence.basis.passes(self.lens.floor)
            })
            .collect();
        let latest = lists.iter().max_by_key(|(_, list)| list.layer)?.1.snapshot;
        let of_latest = || lists.iter().filter(|(_, list)| list.snapshot == latest).map(|(_, list)| list.coverage);
        let unrestricted = of_latest().filter(|c| c.kind.is_none() && c.heading.is_none()).map(|c| c.extent).min();
        unrestricted.or_else(|| of_latest().map(|coverage| coverage.extent.max(Extent::Listed)).max())
    }

    /// Returns the positions of the conflicts about a unit in which a claim that this view follows, or drops to cut a
    /// cycle, takes part. One that rests on a claim which the floor hides is hidden with it.
    #[must_use]
    pub fn conflicts_of(self, unit: UnitIx) -> Vec<usize> {
        let follows = |conflict: &&super::Conflict| {
            conflict.claims.iter().any(|claim| {
                let followed = match claim.attribute {
                    Attribute::Kind => self.kind_claim(unit).map(|followed| followed.layer),
                    Attribute::Parent if conflict.kind == ConflictKind::ParentCycle => {
                        self.heard(&self.history.node(unit).place).next_back().map(|carried| carried.layer)
                    }
                    Attribute::Parent => self.place(unit).map(|followed| followed.layer),
                    Attribute::Figure => Some(claim.layer).filter(|layer| self.observes(self.layer(*layer))),
                    _ => None,
                };
                claim.unit == unit && followed == Some(claim.layer)
            })
        };
        let shows =
            |conflict: &super::Conflict| conflict.claims.iter().all(|claim| claim.basis.passes(self.lens.floor));
        let all = self.history.conflicts().iter().enumerate();
        let about = all.filter(|(_, conflict)| conflict.units.contains(&unit) && shows(conflict) && follows(conflict));
        about.map(|(at, _)| at).collect()
    }

    /// Returns the snapshots that the view rests on, in the order of claims.
    #[must_use]
    pub fn snapshots(self) -> Vec<SnapshotIx> {
        let mut found = Vec::new();
        for (_, layer) in self.history.layers.iter() {
            if let Some(snapshot) = layer.snapshot().filter(|_| self.hears(layer))
                && !found.contains(&snapshot)
            {
                found.push(snapshot);
            }
        }
        found
    }
}

impl History {
    /// Returns the latest name ever claimed for a unit on a basis that passes, else its acronym, else its id.
    #[must_use]
    pub fn latest_name(&self, unit: UnitIx, floor: Option<Basis>) -> &str {
        let node = self.node(unit);
        let last = |slot: &'_ Slot<NameValue>| slot.iter().rfind(|claim| claim.basis.passes(floor)).copied();
        last(&node.name).or(last(&node.acronym)).map_or(node.id.as_str(), |claim| self.text(claim.value.text))
    }

    /// Tells whether any source ever gave the unit this kind.
    #[must_use]
    pub fn was_of_kind(&self, unit: UnitIx, kind: &str) -> bool {
        self.node(unit).kind.iter().any(|claim| self.text(claim.value) == kind)
    }

    /// Returns the latest standing claimed for a unit.
    #[must_use]
    pub fn latest_standing(&self, unit: UnitIx) -> Standing {
        self.node(unit).standing.last().map_or(Standing::Internal, |claim| claim.value)
    }

    /// Returns the date of a layer as it was written.
    #[must_use]
    pub fn written_date(&self, layer: LayerIx) -> &Edtf {
        match self.layer(layer).origin {
            Origin::Event(event) => &self.event(event).date,
            Origin::Snapshot(snapshot, part) => {
                let snapshot = self.snapshot(snapshot);
                let part = part.and_then(|part| snapshot.parts.get(usize::from(part.0)));
                part.map_or(&snapshot.observed, |part| &part.observed)
            }
        }
    }
}
