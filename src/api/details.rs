//! What belongs to a unit in a view and is no unit: relations, figures, holders, contacts, properties, places.

use async_graphql::{Object, SimpleObject};

use crate::history::{Citation, ItemFact, PropertyFact};
use crate::model;

use super::driver::Written;
use super::evidence::Evidence;
use super::scalar::EdtfDate;
use super::scope::Scope;
use super::state::UnitState;
use super::words::RelationDirection;

/// A relation of a unit in a view. The other end is a unit, or a text for what is no unit.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct RelationState<'s> {
    /// Its type: `oversees`, `inspects`, `liaises-with` …
    #[graphql(name = "type")]
    pub(super) kind: String,
    /// Which way it goes.
    pub(super) direction: RelationDirection,
    /// The other end, where that is a unit.
    pub(super) unit: Option<UnitState<'s>>,
    /// The other end, where that is no unit.
    pub(super) text: Option<String>,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
}

/// A number that a source gives for a unit.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct Figure {
    /// What is counted: `employees`, `budget` …
    pub(super) measure: String,
    /// The number.
    pub(super) value: Option<f64>,
    /// The lower end, where the source gives a range.
    pub(super) low: Option<f64>,
    /// The upper end, where the source gives a range.
    pub(super) high: Option<f64>,
    /// The unit of measurement: `USD`, `hours` …
    pub(super) unit: Option<String>,
    /// The wording around the number: `more than`, `approximately` …
    pub(super) qualifier: Option<String>,
    /// What exactly is counted, and on which condition.
    pub(super) scope: Option<String>,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
}

impl Figure {
    pub(super) fn of(figure: &model::Figure, evidence: Vec<Evidence>) -> Self {
        Self {
            measure: figure.measure.clone(),
            value: figure.value,
            low: figure.low,
            high: figure.high,
            unit: figure.unit.clone(),
            qualifier: figure.qualifier.clone(),
            scope: figure.scope.clone(),
            evidence,
        }
    }
}

/// Who holds a post.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct Holder {
    /// The person's name, as written.
    pub(super) name: String,
    /// The title that the source gives with the name.
    pub(super) title: Option<String>,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
}

impl Holder {
    pub(super) fn of(holder: &model::Holder, evidence: Vec<Evidence>) -> Self {
        Self { name: holder.name.clone(), title: holder.title.clone(), evidence }
    }
}

/// A way to reach a unit.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct Contact {
    /// What it is: `telephone`, `email`, `form` …
    pub(super) kind: String,
    /// The number or address, where the source prints one.
    pub(super) value: Option<String>,
    /// What it is for.
    pub(super) purpose: Option<String>,
    /// Where it stands.
    pub(super) evidence: Vec<Evidence>,
}

impl Contact {
    pub(super) fn of(contact: &model::Contact, evidence: Vec<Evidence>) -> Self {
        Self { kind: contact.kind.clone(), value: contact.value.clone(), purpose: contact.purpose.clone(), evidence }
    }
}

/// The resolvers of `Property`.
pub(super) struct Property<'u> {
    pub(super) scope: &'u Scope,
    pub(super) fact: PropertyFact<'u>,
}

/// Anything else that a source says of a unit.
#[Object(crate = "super::driver")]
impl Property<'_> {
    /// The name.
    async fn name(&self) -> Written<'_, String> {
        Written::of(self.fact.name)
    }

    /// The value.
    async fn value(&self) -> Written<'_, String> {
        Written::of(self.fact.value)
    }

    /// Where it stands.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(self.scope, self.scope.history().cite_property(self.fact.claim))
    }
}

/// What an earlier source said that is not carried to a later day.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct LastKnown {
    /// The date of the latest source that these are from; each names its own in its evidence.
    pub(super) observed: EdtfDate,
    /// The holder.
    pub(super) holder: Option<Holder>,
    /// The figures.
    pub(super) figures: Vec<Figure>,
    /// The contacts.
    pub(super) contacts: Vec<Contact>,
}

/// Returns the evidence of what a mention says.
pub(super) fn item_evidence<T>(scope: &Scope, fact: &ItemFact<'_, T>) -> Vec<Evidence> {
    Evidence::all(scope, [Citation::of(fact.snapshot, fact.evidence)])
}
