//! A unit in one view: what the view says of it, and who says so.

use std::borrow::Cow;

use async_graphql::{Context, ID, Object, Result};

use crate::history::{ItemFact, RelationTarget, UnitIx, View};

use super::citation::Citation;
use super::conflict::Conflict;
use super::details::{Contact, Figure, Holder, LastKnown, Property, RelationState, item_evidence};
use super::driver::{Objects, Written};
use super::evidence::{Claim, Evidence};
use super::page::{Page, PageArguments};
use super::place::PlaceState;
use super::scope::ViewScope;
use super::snapshot::Coverage;
use super::unit::Unit;
use super::words::{Attribute, Certainty, Extent, NameForm, Placement, RelationDirection, Standing, Status};

/// The resolvers of `UnitState`.
pub(super) struct UnitState<'s> {
    /// Most often that of the object which it is reached from.
    scope: Cow<'s, ViewScope>,
    pub(super) unit: UnitIx,
}

impl ViewScope {
    /// Returns a unit in this view.
    pub(super) fn state(&self, unit: UnitIx) -> UnitState<'_> {
        UnitState { scope: Cow::Borrowed(self), unit }
    }

    /// Returns a unit in a view that nothing else holds.
    pub(super) fn into_state(self, unit: UnitIx) -> UnitState<'static> {
        UnitState { scope: Cow::Owned(self), unit }
    }
}

impl UnitState<'_> {
    fn view(&self) -> View<'_> {
        self.scope.view()
    }

    fn evidence_of<T>(&self, fact: &ItemFact<'_, T>) -> Vec<Evidence> {
        item_evidence(&self.scope.scope, fact)
    }
}

/// Writes a count as GraphQL can.
pub(super) fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// A unit in one view. It has no id of its own: a unit has many states.
#[Object(crate = "super::driver")]
impl UnitState<'_> {
    /// The unit, over all time.
    async fn unit(&self) -> Unit<'_> {
        self.scope.scope.unit(self.unit)
    }

    /// The unit's id.
    async fn unit_id(&self) -> Written<'_, ID> {
        Written::of(self.scope.scope.history().unit_id(self.unit).as_str())
    }

    /// Its name: as the latest source of the view writes it, else the name last known, else the acronym.
    async fn name(&self) -> Written<'_, String> {
        Written::of(self.view().name_text(self.unit))
    }

    /// How near that name is to what a source of the view writes.
    async fn name_form(&self) -> NameForm {
        self.view().name(self.unit).form.into()
    }

    /// Its acronym.
    async fn acronym(&self) -> Option<Written<'_, String>> {
        self.view().acronym(self.unit).map(|stated| Written::of(stated.text))
    }

    /// Other forms of its names that the sources of the view write.
    async fn also_written(&self) -> Vec<&str> {
        self.view().also_written(self.unit)
    }

    /// Its kind: `agency`, `directorate`, `office`, `programme`, `post` …
    async fn kind(&self) -> Option<Written<'_, String>> {
        self.view().kind(self.unit).map(|stated| Written::of(stated.text))
    }

    /// Whether it is part of the organisation.
    async fn standing(&self) -> Standing {
        self.view().standing(self.unit).into()
    }

    /// What it does, in the curator's words.
    async fn summary(&self) -> Option<Written<'_, String>> {
        self.view().summary(self.unit).map(|stated| Written::of(stated.text))
    }

    /// The unit above it; null for a root, and where no parent in the view is known.
    async fn parent(&self) -> Option<UnitState<'_>> {
        self.view().parent(self.unit).map(|parent| self.scope.state(parent))
    }

    /// Whether it is at the top, under a parent, or without a known place.
    async fn placement(&self) -> Placement {
        self.view().placement(self.unit).into()
    }

    /// A heading, which is no unit, that the source shows it under.
    async fn shown_under(&self) -> Option<Written<'_, String>> {
        self.view().shown_under(self.unit).map(Written::of)
    }

    /// The units directly below it, as the sources order them.
    async fn children(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only units of this kind.")] kind: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<UnitState<'_>>> {
        let view = self.view();
        let mut children = view.children(self.unit);
        if let Some(kind) = kind {
            children.retain(|child| view.kind(*child).is_some_and(|found| found.text == kind));
        }
        let page = PageArguments::new(first, after, last, before);
        let page = page.of(context, self.scope.scope.revision(), children, |child| self.scope.state(child))?;
        view.look_at_names(page.items().iter().map(|state| state.unit));
        Ok(page)
    }

    /// How complete the list of units directly below it is, by the latest source that covers it; null where
    /// none does. A source that gives only lists restricted to a kind or a heading makes it LISTED at best.
    async fn children_extent(&self) -> Option<Extent> {
        self.view().children_extent(self.unit).map(Into::into)
    }

    /// The lists that the sources of the view give of the units below it, the latest source first.
    async fn lists(&self) -> Vec<Coverage> {
        let lists = self.view().lists_below(self.unit).into_iter();
        lists
            .map(|(snapshot, coverage)| Coverage {
                scope: self.scope.scope.clone(),
                snapshot,
                coverage: coverage.clone(),
            })
            .collect()
    }

    /// The path through its parents, itself first, as far as it is known; at most 64.
    async fn reporting_line(&self) -> Objects<UnitState<'_>> {
        let line = self.view().reporting_line(self.unit);
        self.view().look_at_names(line.iter().copied());
        Objects(line.into_iter().map(|unit| self.scope.state(unit)).collect())
    }

    /// How many steps its reporting line has; 0 where no parent is known.
    async fn depth(&self) -> i32 {
        whole(self.view().reporting_line(self.unit).len().saturating_sub(1))
    }

    /// How many units are directly below it.
    async fn span_of_control(&self) -> i32 {
        whole(self.view().children(self.unit).len())
    }

    /// How the view knows it.
    async fn status(&self) -> Status {
        self.view().presence(self.unit).map_or(Status::Outdated, |presence| presence.status.into())
    }

    /// How sure the dating is.
    async fn certainty(&self) -> Certainty {
        self.view().presence(self.unit).map_or(Certainty::Possible, |presence| presence.certainty.into())
    }

    /// Its relations to other units and to what is no unit, outgoing before incoming.
    async fn relations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only relations of this type.", name = "type")] kind: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<RelationState<'_>>> {
        let facts = self.view().relations(self.unit);
        let states: Vec<RelationState<'_>> = facts
            .into_iter()
            .filter(|fact| kind.as_deref().is_none_or(|kind| kind == fact.kind))
            .map(|fact| {
                let (unit, text) = match fact.other {
                    RelationTarget::Unit(unit) => (Some(self.scope.state(unit)), None),
                    RelationTarget::Text(text) => (None, Some(text.to_owned())),
                };
                let direction = if fact.forward { RelationDirection::Outgoing } else { RelationDirection::Incoming };
                let evidence = Evidence::all(&self.scope.scope, fact.citation);
                RelationState { kind: fact.kind.to_owned(), direction, unit, text, evidence }
            })
            .collect();
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.scope.revision(), states, |state| state)
    }

    /// The numbers that sources of the moment give for it, the latest source first. An earlier source's are
    /// in `lastKnown`.
    async fn figures(&self) -> Vec<Figure> {
        let facts = self.view().figures(self.unit);
        facts.iter().map(|fact| Figure::of(fact.item, self.evidence_of(fact))).collect()
    }

    /// Who holds the post, by the latest source of the moment.
    async fn holder(&self) -> Option<Holder> {
        self.view().holder(self.unit).map(|fact| Holder::of(fact.item, self.evidence_of(&fact)))
    }

    /// Where it sits, and what it answers for.
    async fn places(&self) -> Vec<PlaceState> {
        PlaceState::all(&self.scope, self.unit)
    }

    /// How to reach it, by sources of the moment.
    async fn contacts(&self) -> Vec<Contact> {
        let facts = self.view().contacts(self.unit);
        facts.iter().map(|fact| Contact::of(fact.item, self.evidence_of(fact))).collect()
    }

    /// Anything else that the sources say of it, by name.
    async fn properties(
        &self,
        #[graphql(desc = "Only properties of these names.")] names: Option<Vec<String>>,
    ) -> Objects<Property<'_>> {
        let facts = self.view().properties(self.unit).into_iter();
        let wanted = |name: &str| names.as_ref().is_none_or(|names| names.iter().any(|wanted| wanted == name));
        let scope = &self.scope.scope;
        Objects(facts.filter(|fact| wanted(fact.name)).map(|fact| Property { scope, fact }).collect())
    }

    /// The holder, figures and contacts that an earlier source gave, each where the day has none of its own.
    /// Null for snapshots and eras, and where nothing is known.
    async fn last_known(&self) -> Option<LastKnown> {
        let known = self.view().last_known(self.unit)?;
        let layers = known.holder.iter().map(|fact| fact.layer);
        let layers = layers.chain(known.figures.iter().map(|fact| fact.layer));
        let latest = layers.chain(known.contacts.iter().map(|fact| fact.layer)).max()?;
        Some(LastKnown {
            observed: self.scope.scope.written_date(latest),
            holder: known.holder.map(|fact| Holder::of(fact.item, self.evidence_of(&fact))),
            figures: known.figures.iter().map(|fact| Figure::of(fact.item, self.evidence_of(fact))).collect(),
            contacts: known.contacts.iter().map(|fact| Contact::of(fact.item, self.evidence_of(fact))).collect(),
        })
    }

    /// The claim that the view follows for an attribute: what it says, who says so, and what is said next.
    async fn claim(&self, #[graphql(desc = "What the claim is about.")] attribute: Attribute) -> Option<Claim> {
        self.view().claim(self.unit, attribute.into()).map(|claim| self.scope.scope.claim(claim))
    }

    /// What does not fit together about it, where a claim that this view follows takes part.
    async fn conflicts(&self) -> Vec<Conflict> {
        let found = self.view().conflicts_of(self.unit).into_iter();
        found.map(|at| Conflict { scope: self.scope.scope.clone(), at }).collect()
    }

    /// How to cite the unit as it is in this view.
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        self.scope.cite_unit(context, self.unit)
    }

    /// Where its presence in the view stands: each mention by a snapshot or era, the latest sighting by a day.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope.scope, self.view().evidence(self.unit))
    }
}
