//! Units that both views have: what each states of them, and where these statements differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{
    Attribute, Citation, Claim, ItemFact, LayerIx, Level, NameValue, Parent, PlaceFact, PropertyValue, RelationFact,
    RelationTarget, Symbol, UnitIx, View, latest_of_each,
};
use crate::model::{
    Basis, ChangeEvent, ChangeKind, EventResult, EventType, Figure, NameForm, PlaceRole, Verdict, Window, is_respelled,
};

use super::between::{bounds_between, verdict};
use super::{Assumption, Change, Comparison, Reason, Related, Relation};

/// One side of a difference: what it rests on.
struct Side {
    layer: LayerIx,
    basis: Basis,
    evidence: Vec<Citation>,
}

impl<'h> Comparison<'h> {
    pub(super) fn attribute_changes(&self, unit: UnitIx, changes: &mut Vec<Change>) {
        changes.extend(self.name_change(unit));
        changes.extend(self.acronym_change(unit));
        changes.extend(self.kind_change(unit));
        changes.extend(self.move_change(unit));
        changes.extend(self.property_change(unit));
        let node = self.history.node(unit);
        if !node.detailed().is_empty() {
            changes.extend(self.figure_change(unit));
            changes.extend(self.holder_change(unit));
            changes.extend(self.place_change(unit));
        }
        if !node.relations().is_empty() {
            changes.extend(self.relation_changes(unit));
        }
    }

    /// Returns the claims that the views follow; `None` where one follows none, or both the same.
    fn claims<V>(&self, pick: impl Fn(View<'h>) -> Option<&'h Claim<V>>) -> Option<[&'h Claim<V>; 2]> {
        let new = pick(self.later).filter(|new| !self.is_carried(new))?;
        Some([pick(self.earlier)?, new])
    }

    /// Tells whether a claim that the later view follows is one that the earlier follows as well, if it follows any: from
    /// one day to another, claims are carried until there is another.
    fn is_carried<V>(&self, claim: &Claim<V>) -> bool {
        self.days().is_some() && self.earlier.hears_claim(claim)
    }

    fn name_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.claims(|view| view.name_claim(unit))?;
        let (old, new) = self.other_name(a, b)?;
        if self.also_writes(a, new) || self.also_writes(b, old) {
            return None;
        }
        let kind = if is_respelled(old, new) { ChangeKind::Respelled } else { ChangeKind::Renamed };
        let sides = [a, b].map(|claim| self.side(unit, claim, Attribute::Name));
        let given = |result: &EventResult| result.name.as_deref().map(|name| name == new || is_respelled(name, new));
        Some(self.by_event_or_claims(unit, kind, EventType::Renamed, &given, sides))
    }

    fn acronym_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.claims(|view| view.acronym_claim(unit))?;
        let (old, new) = self.other_name(a, b)?;
        if is_respelled(old, new) || self.also_writes(a, new) || self.also_writes(b, old) {
            return None;
        }
        Some(self.by_claims(
            unit,
            ChangeKind::AcronymChanged,
            [a, b].map(|claim| self.side(unit, claim, Attribute::Acronym)),
        ))
    }

    /// Returns two names that differ, and that both stand in a source.
    fn other_name(&self, a: &Claim<NameValue>, b: &Claim<NameValue>) -> Option<(&'h str, &'h str)> {
        let expanded = [a, b].iter().any(|claim| claim.value.form == NameForm::Expanded);
        let differ = a.value.text != b.value.text && !expanded;
        differ.then(|| (self.history.text(a.value.text), self.history.text(b.value.text)))
    }

    fn kind_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.claims(|view| view.kind_claim(unit))?;
        if a.value == b.value {
            return None;
        }
        let sides = [a, b].map(|claim| self.side(unit, claim, Attribute::Kind));
        let new = self.history.text(b.value);
        let given = |result: &EventResult| result.kind.as_deref().map(|kind| kind == new);
        Some(self.by_event_or_claims(unit, ChangeKind::Reclassified, EventType::Reclassified, &given, sides))
    }

    fn move_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.claims(|view| view.place(unit))?;
        let (old, new) = (a.value.parent(), b.value.parent());
        let is_in = |view: View<'_>, parent| match parent {
            Parent::Top => true,
            Parent::Under(parent) => view.lists(parent),
        };
        if old == new || !is_in(self.earlier, old) || !is_in(self.later, new) {
            return None;
        }
        let sides = [a, b].map(|claim| self.side(unit, claim, Attribute::Parent));
        let given = |result: &EventResult| {
            let parent = result.parent.as_ref().and_then(|parent| self.history.unit_ix(parent.as_str()))?;
            Some(Parent::Under(parent) == new)
        };
        let mut change = self.by_event_or_claims(unit, ChangeKind::Moved, EventType::Moved, &given, sides);
        if matches!(change.reason, Reason::Event { .. }) {
            return Some(change);
        }
        if skips_level(self.earlier, self.later, old, new) || skips_level(self.later, self.earlier, new, old) {
            change.verdict = Verdict::Unknown;
            change.reason = Reason::LevelSkipped;
        } else if let (Parent::Under(old), Parent::Under(new)) = (old, new) {
            let counts = |window: &Window| self.lies_between(window).is_some();
            let speaks = self.assume == Assumption::OpenWorld;
            if speaks && self.history.is_succeeded_by(old, new, &counts) {
                change.verdict = Verdict::Possible;
                change.reason = Reason::ParentSucceeded;
            }
        }
        Some(change)
    }

    fn figure_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.views().map(|view| latest_figures(&view.figures(unit)));
        let pair = a.iter().find_map(|old| Some((old, b.iter().find(|new| old.item.contradicts(new.item))?)))?;
        Some(self.by_claims(unit, ChangeKind::FigureChanged, [self.item_side(pair.0), self.item_side(pair.1)]))
    }

    fn holder_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.views().map(|view| view.holder(unit));
        let (a, b) = (a?, b?);
        (a.item.name != b.item.name)
            .then(|| self.by_claims(unit, ChangeKind::HolderChanged, [self.item_side(&a), self.item_side(&b)]))
    }

    fn place_change(&self, unit: UnitIx) -> Option<Change> {
        let [a, b] = self.views().map(|view| latest_of_each(&view.places(unit), |a, b| a.role == b.role));
        let of_role = |facts: &[PlaceFact<'_>], role: PlaceRole| -> BTreeSet<(String, Option<String>)> {
            let facts = facts.iter().filter(|fact| fact.item.role == role);
            facts.map(|fact| (fact.item.place.clone(), fact.item.part_of_place.clone())).collect()
        };
        let role = [PlaceRole::Seat, PlaceRole::Area].into_iter().find(|role| {
            let (old, new) = (of_role(&a, *role), of_role(&b, *role));
            !old.is_empty() && !new.is_empty() && old != new
        })?;
        let latest = |facts: &[PlaceFact<'_>]| {
            facts
                .iter()
                .filter(|fact| fact.item.role == role)
                .max_by_key(|fact| fact.order)
                .map(|fact| self.item_side(fact))
        };
        Some(self.by_claims(unit, ChangeKind::PlaceChanged, [latest(&a)?, latest(&b)?]))
    }

    fn property_change(&self, unit: UnitIx) -> Option<Change> {
        self.later.heard_properties(unit).next_back().filter(|latest| !self.is_carried(latest))?;
        let [a, b] = self.views().map(|view| view.property_claims(unit));
        let differs = |name: &Symbol| {
            let has_all = |those, these| {
                let mut values = values_of(these, *name);
                values.all(|value| values_of(those, *name).any(|other| other == value))
            };
            values_of(&b, *name).next().is_some() && !(has_all(&a, &b) && has_all(&b, &a))
        };
        let names = a.iter().map(|claim| claim.value.name).filter(differs);
        let name = names.min_by_key(|name| self.history.text(*name))?;
        let side = |claims: &[&'h Claim<PropertyValue>]| {
            let of_name = claims.iter().filter(|claim| claim.value.name == name);
            let claim = of_name.min_by_key(|claim| claim.basis())?;
            let evidence = self.cited(|| self.history.cite_property(claim).into_iter().collect());
            let same = self.history.details_of(claim).and_then(|(_, details)| details.same.as_ref());
            let basis = claim.basis().max(same.map_or(Basis::Stated, |same| same.basis));
            Some(Side { layer: claim.layer, basis, evidence })
        };
        Some(self.by_claims(unit, ChangeKind::PropertyChanged, [side(&a)?, side(&b)?]))
    }

    fn relation_changes(&self, unit: UnitIx) -> Vec<Change> {
        let [a, b] = self.views().map(|view| {
            let own = view.stated_relations(unit).into_iter();
            own.map(|fact| ((fact.kind, fact.other), fact)).collect::<BTreeMap<_, _>>()
        });
        let closed = self.assume == Assumption::ClosedWorld;
        let lost = if closed { ChangeKind::RelationRemoved } else { ChangeKind::NotObserved };
        let gained = if closed { ChangeKind::RelationAdded } else { ChangeKind::NewlyObserved };
        let only = |these: &BTreeMap<(&str, RelationTarget<'_>), RelationFact<'_>>,
                    those: &BTreeMap<(&str, RelationTarget<'_>), RelationFact<'_>>,
                    kind: ChangeKind| {
            let is_loss = kind == lost;
            let other_view = if is_loss { self.later } else { self.earlier };
            let found = these.iter().filter(|(key, _)| !those.contains_key(*key));
            found
                .map(|((name, other), fact)| {
                    let window = Some(self.history.layer(fact.layer).window);
                    let (not_before, not_after) = self.bounds_beside(window, other_view, is_loss);
                    Change {
                        kind,
                        verdict: Verdict::Unknown,
                        basis: None,
                        unit,
                        related: Related::Relation(Box::new(match other {
                            RelationTarget::Unit(other) => Relation { name: (*name).to_owned(), other: Some(*other) },
                            RelationTarget::Text(text) => Relation { name: format!("{name}: {text}"), other: None },
                        })),
                        not_before,
                        not_after,
                        evidence: self.cited(|| fact.citation.iter().cloned().collect()),
                        reason: Reason::Silence,
                        has_unit: [false; 2],
                    }
                })
                .collect::<Vec<Change>>()
        };
        let mut changes = only(&a, &b, lost);
        changes.extend(only(&b, &a, gained));
        changes
    }

    /// Tells whether the source of a claim also writes another form.
    fn also_writes<V>(&self, claim: &Claim<V>, text: &str) -> bool {
        let details = self.history.details_of(claim);
        details.is_some_and(|(_, details)| details.also_written.iter().any(|also| also.text == text))
    }

    /// Returns a side that rests on a claim; an identity that is a reading weakens it.
    fn side<V>(&self, unit: UnitIx, claim: &Claim<V>, attribute: Attribute) -> Side {
        let same = self.history.details_of(claim).and_then(|(_, details)| Some(details.same.as_ref()?.basis));
        let basis = same.map_or(claim.basis(), |same| claim.basis().max(same));
        Side { layer: claim.layer, basis, evidence: self.cited(|| self.history.cite(unit, claim, attribute)) }
    }

    /// Returns a side that rests on what a mention says.
    fn item_side<T>(&self, fact: &ItemFact<'_, T>) -> Side {
        let basis = fact.identity.map_or(fact.evidence.basis, |identity| identity.max(fact.evidence.basis));
        let evidence = self.cited(|| vec![Citation::of(fact.snapshot, fact.evidence)]);
        Side { layer: fact.layer, basis, evidence }
    }

    /// Returns the change by the event that states it, else by the claims. An event states it that names the unit on
    /// both sides, or as what absorbs, and gives it the later view's value; one of the change's own type may give none.
    fn by_event_or_claims(
        &self,
        unit: UnitIx,
        kind: ChangeKind,
        event_kind: EventType,
        gives_value: &dyn Fn(&EventResult) -> Option<bool>,
        sides: [Side; 2],
    ) -> Change {
        let mut change = self.by_claims(unit, kind, sides);
        let id = self.history.unit_id(unit);
        let states = |record: &ChangeEvent| {
            let was_there = record.kind == EventType::Absorbed || record.originals.iter().any(|o| o.unit == *id);
            let mut results = record.results.iter().filter(|result| result.unit == *id);
            was_there && results.any(|result| gives_value(result).unwrap_or(record.kind == event_kind))
        };
        let speaks = self.assume == Assumption::OpenWorld;
        if let Some((event, certainly)) = self.best_event(unit, states).filter(|_| speaks) {
            let record = self.history.event(event);
            change.verdict = verdict(record.basis, certainly);
            change.basis = Some(record.basis);
            change.not_before = record.date.window().earliest();
            change.not_after = record.date.window().latest();
            change.evidence.extend(self.cited(|| self.history.cite_event(event)));
            change.reason = Reason::Event { event, certainly };
        }
        change
    }

    fn by_claims(&self, unit: UnitIx, kind: ChangeKind, sides: [Side; 2]) -> Change {
        let [a, b] = sides;
        let basis = a.basis.max(b.basis);
        let window = |side: &Side| self.history.layer(side.layer).window;
        let (not_before, not_after) = bounds_between(&window(&a), &window(&b));
        // Where the two sources' dates overlap, which of them came first is open.
        let is_open = basis >= Basis::Inferred || !window(&a).is_before(&window(&b));
        Change {
            kind,
            verdict: if is_open { Verdict::Possible } else { Verdict::Implied },
            basis: Some(basis),
            unit,
            related: Related::Nothing,
            not_before,
            not_after,
            evidence: a.evidence.into_iter().chain(b.evidence).collect(),
            reason: Reason::Claims,
            has_unit: [false; 2],
        }
    }
}

/// Returns the values that claims give a property.
fn values_of(claims: &[&Claim<PropertyValue>], name: Symbol) -> impl Iterator<Item = Symbol> {
    claims.iter().filter(move |claim| claim.value.name == name).map(|claim| claim.value.value)
}

/// Tells whether the parent in `other` stands above the one in `view`, which `other` does not know.
fn skips_level(view: View<'_>, other: View<'_>, parent: Parent, others_parent: Parent) -> bool {
    let Parent::Under(parent) = parent else { return false };
    let stands_above = || match others_parent {
        Parent::Top => true,
        Parent::Under(above) => view.stands_above(above, parent),
    };
    other.level(parent) < Level::Known && stands_above()
}

/// Keeps what the latest layer says of each thing counted; by what is counted.
fn latest_figures<'h>(facts: &[ItemFact<'h, Figure>]) -> Vec<ItemFact<'h, Figure>> {
    let mut latest = latest_of_each(facts, Figure::counts_the_same_as);
    latest.sort_by_key(|fact| (&fact.item.measure, &fact.item.unit, &fact.item.scope));
    latest
}
