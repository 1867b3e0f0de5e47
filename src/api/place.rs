//! Places and contacts of a view: who answers for a place, and how to reach a unit.

use async_graphql::{ID, Result, SimpleObject};

use crate::history::{ItemFact, UnitIx};
use crate::search::{PlaceAsked, same_words};

use super::details::{Contact, item_evidence};
use super::evidence::Evidence;
use super::scalar::EdtfDate;
use super::scope::ViewScope;
use super::state::UnitState;
use super::words::PlaceRole;

/// A place, and what it is to a unit.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct PlaceState {
    /// The unit.
    unit: UnitState<'static>,
    /// The place: a town, a state, a country.
    place: String,
    /// The part of it: `northern`, `upstate` …
    part: Option<String>,
    /// What it is to the unit.
    role: PlaceRole,
    /// What the area is for, where it is no general one: `media inquiries`. An area for one purpose says nothing of others.
    scope: Option<String>,
    /// The date of the source that gives it.
    observed: EdtfDate,
    /// Whether it is carried from an earlier source, since none of the moment gives the unit's places.
    carried: bool,
    /// Where it stands.
    evidence: Vec<Evidence>,
}

/// Which areas of responsibility are asked for.
pub(super) struct AreaFilter {
    /// The place.
    pub(super) place: String,
    /// Only units somewhere below this one.
    pub(super) under: Option<ID>,
    /// Only areas for this purpose.
    pub(super) scope: Option<String>,
    /// Only general areas, or only those for one purpose.
    pub(super) general: Option<bool>,
}

impl PlaceState {
    /// Returns the places of a unit in a view.
    pub(super) fn all(scope: &ViewScope, unit: UnitIx) -> Vec<Self> {
        let view = scope.view();
        let state = |fact: &ItemFact<'_, crate::model::PlaceClaim>| Self {
            unit: scope.clone().into_state(unit),
            place: fact.item.place.clone(),
            part: fact.item.part_of_place.clone(),
            role: fact.item.role.into(),
            scope: fact.item.scope.clone(),
            observed: scope.scope.written_date(fact.layer),
            carried: !view.observes(view.layer(fact.layer)),
            evidence: item_evidence(&scope.scope, fact),
        };
        view.places(unit).iter().map(state).collect()
    }

    /// Returns the areas of responsibility that a place lies in, by the ids of their units.
    pub(super) fn responsible(scope: &ViewScope, filter: &AreaFilter) -> Result<Vec<Self>> {
        let view = scope.view();
        let mut units = match &filter.under {
            None => view.units().collect(),
            Some(top) => view.below(scope.scope.known_unit(top)?),
        };
        units.sort_unstable();
        let asked = PlaceAsked::read(scope.scope.history(), &filter.place);
        let purpose = filter.scope.as_deref().map(same_words);
        let wanted = |unit: &UnitIx| view.places(*unit).into_iter().any(|fact| asked.means(fact.item));
        let states = units.into_iter().filter(wanted).flat_map(|unit| Self::all(scope, unit));
        let areas = states.filter(|state| {
            state.role == PlaceRole::Area
                && asked.names(&state.place, state.part.as_deref())
                && purpose
                    .as_ref()
                    .is_none_or(|purpose| state.scope.as_deref().map(same_words).as_ref() == Some(purpose))
                && filter.general.is_none_or(|general| general == state.scope.is_none())
        });
        Ok(areas.collect())
    }
}

/// A contact of a unit in a view.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct ContactState {
    /// The unit.
    unit: UnitState<'static>,
    /// The contact.
    contact: Contact,
    /// The date of the source that gives it.
    observed: EdtfDate,
    /// Whether it is only the last known: an earlier source gives it, and no source of the day one of its kind and purpose.
    last_known: bool,
}

impl ContactState {
    /// Returns the contacts of units in a view, of one kind where one is asked for.
    pub(super) fn all(scope: &ViewScope, units: Vec<UnitIx>, kind: Option<&str>) -> Vec<Self> {
        let view = scope.view();
        let kind = kind.map(same_words);
        let mut found = Vec::new();
        for unit in units {
            let now = view.contacts(unit).into_iter().map(|fact| (fact, false));
            let earlier = view.last_known(unit).map(|known| known.contacts).unwrap_or_default();
            let all = now.chain(earlier.into_iter().map(|fact| (fact, true)));
            let wanted = all.filter(|(fact, _)| kind.as_ref().is_none_or(|kind| same_words(&fact.item.kind) == *kind));
            found.extend(wanted.map(|(fact, last_known)| Self {
                unit: scope.clone().into_state(unit),
                contact: Contact::of(fact.item, item_evidence(&scope.scope, &fact)),
                observed: scope.scope.written_date(fact.layer),
                last_known,
            }));
        }
        found
    }
}
