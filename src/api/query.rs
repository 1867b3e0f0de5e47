//! The root of every question.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use crate::config::Limits;
use crate::diff::DiffOptions;
use crate::history::{EventIx, SnapshotIx, UnitIx};
use crate::repository::Repository;
use crate::search::Filter;

use super::change::Diff;
use super::conflict::Conflict;
use super::event::ChangeEvent;
use super::node::Node;
use super::page::{Page, PageArguments, place_of, unit_at};
use super::place::{AreaFilter, PlaceState};
use super::revision::Revision;
use super::scalar::Date;
use super::scope::{self, Moment, Scope, beside_the_runtime};
use super::search::{Asked, SearchHit, SearchPage};
use super::series::FigureSeries;
use super::snapshot::{Era, Snapshot};
use super::unit::Unit;
use super::view::View;
use super::words::{Assumption, Basis, ConflictKind, Standing};

/// The resolvers of `Query`.
pub struct Query;

/// The questions that can be asked. Every one but `node` and `revisions` can be pinned to a `revision`, and then
/// gets the same answer for ever; without it, the latest answers.
#[Object(crate = "super::driver")]
impl Query {
    /// Whatever has this id, in the latest revision; null when nothing has it.
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "The id.")] id: ID) -> Result<Option<Node>> {
        let repository = context.data::<Arc<Repository>>()?;
        Ok(Node::find(Scope::of(context, None, None)?, repository, id.as_str()))
    }

    /// The eras, in order.
    async fn eras(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Vec<Era>> {
        let scope = Scope::of(context, revision, None)?;
        Ok(scope.history().eras().map(|era| Era { scope: scope.clone(), era }).collect())
    }

    /// An era by its id; null when there is none.
    async fn era(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The era's id.")] id: ID,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Option<Era>> {
        let scope = Scope::of(context, revision, None)?;
        let era = id.as_str().parse().ok().and_then(|id| scope.history().era_ix(&id));
        Ok(era.map(|era| Era { scope, era }))
    }

    /// The snapshots, the earliest first.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn snapshots(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only snapshots of this era.")] era: Option<ID>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Snapshot>> {
        let page = PageArguments::new(first, after, last, before);
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let history = scope.history();
        let found: Vec<SnapshotIx> = match era {
            None => history.snapshots().collect(),
            Some(era) => {
                let id = Some(&history.era(scope.known_era(&era)?).id);
                history.snapshots().filter(|snapshot| history.snapshot(*snapshot).era.as_ref() == id).collect()
            }
        };
        page.of(context, scope.revision(), found, |snapshot| Snapshot { scope: scope.clone(), snapshot })
    }

    /// A snapshot by its id; null when there is none.
    async fn snapshot(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The snapshot's id.")] id: ID,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Option<Snapshot>> {
        let scope = Scope::of(context, revision, None)?;
        let snapshot = id.as_str().parse().ok().and_then(|id| scope.history().snapshot_ix(&id));
        Ok(snapshot.map(|snapshot| Snapshot { scope, snapshot }))
    }

    /// The structure as seen from one moment. A day before all data gives an empty view.
    async fn view(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The moment.")] at: Moment,
        #[graphql(desc = "Show only what stands on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        #[graphql(default = false, desc = "Whether to list units last seen in an earlier era.")] include_outdated: bool,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Option<View>> {
        let scope = Scope::of(context, revision, None)?.with_floor(minimum_basis.map(Into::into));
        Ok(Some(View { scope: scope.at(&at, include_outdated)? }))
    }

    /// A unit by its id; null when no record names it.
    async fn unit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The unit's id.")] id: ID,
        #[graphql(desc = "Show only what stands on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Option<Unit<'static>>> {
        let scope = Scope::of(context, revision, None)?.with_floor(minimum_basis.map(Into::into));
        let found = scope.history().unit_ix(id.as_str());
        Ok(found.map(|unit| scope.into_unit(unit)))
    }

    /// All units that were ever named, by id.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn units(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only units that were ever of this kind.")] kind: Option<String>,
        #[graphql(desc = "Only units whose latest standing is this.")] standing: Option<Standing>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Unit<'static>>> {
        let page = PageArguments::new(first, after, last, before);
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let history = scope.history();
        let standing = standing.map(Into::into);
        let wanted = |unit: &UnitIx| {
            kind.as_deref().is_none_or(|kind| history.was_of_kind(*unit, kind))
                && standing.is_none_or(|standing| history.latest_standing(*unit) == standing)
        };
        let list = |place| history.units_after(unit_at(place)).filter(wanted).map(|unit| (place_of(unit), unit));
        page.read(context, scope.revision(), list, |unit| scope.clone().into_unit(unit))
    }

    /// Searches names, former names, acronyms, people, places, summaries and topics over all time, the best match
    /// first. Every word must be there: case and accents do not matter, the last word may be unfinished, and where a
    /// word stands nowhere, a typing mistake is allowed for. What stands in "quotes" must stand just so.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn search(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to look for.")] query: String,
        #[graphql(desc = "Only matches in snapshots of this era.")] era: Option<ID>,
        #[graphql(desc = "Only units that were ever of this kind, and no topics.")] kind: Option<String>,
        #[graphql(desc = "Only matches in sources and events dated this day or later.")] from: Option<Date>,
        #[graphql(desc = "Only matches in sources and events dated this day or earlier.")] to: Option<Date>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<SearchPage> {
        let page = PageArguments::new(first, after, last, before);
        let asked = Asked::read(&query, context.data::<Limits>()?)?;
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let era = era.as_ref().map(|id| scope.known_era(id)).transpose()?;
        let filter = Filter { era, kind, from: from.map(|day| day.0), to: to.map(|day| day.0) };
        let hits = asked.find(context, &scope, &filter)?;
        page.of(context, scope.revision(), hits, |hit| SearchHit::of(&scope, hit))
    }

    /// Compares two moments. What a source does not mention is not thereby gone: each change has a verdict.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn diff(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The moment to compare from.")] from: Moment,
        #[graphql(desc = "The moment to compare to.")] to: Moment,
        #[graphql(desc = "Only units somewhere below this one, in either view.")] within: Option<ID>,
        #[graphql(default_with = "Assumption::OpenWorld", desc = "How to read absence.")] assume: Assumption,
        #[graphql(desc = "Show only what stands on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Option<Diff>> {
        let scope = Scope::of(context, revision, None)?.with_floor(minimum_basis.map(Into::into));
        let within = within.as_ref().map(|id| scope.known_unit(id)).transpose()?;
        let options = DiffOptions { within, assume: assume.into() };
        let (from, to) = (scope.at(&from, false)?, scope.at(&to, false)?);
        Ok(Some(Diff::of(from, to, options)))
    }

    /// A change event by its id; null when there is none.
    async fn event(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The event's id.")] id: ID,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
    ) -> Result<Option<ChangeEvent>> {
        let scope = Scope::of(context, revision, None)?;
        let event = id.as_str().parse().ok().and_then(|id| scope.history().event_ix(&id));
        Ok(event.map(|event| ChangeEvent { scope, event }))
    }

    /// The change events, the earliest first.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only events that name this unit.")] unit: Option<ID>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<ChangeEvent>> {
        let page = PageArguments::new(first, after, last, before);
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let events: Vec<EventIx> = match unit {
            None => scope.history().events().collect(),
            Some(unit) => scope.history().events_of(scope.known_unit(&unit)?).collect(),
        };
        page.of(context, scope.revision(), events, |event| ChangeEvent { scope: scope.clone(), event })
    }

    /// The units whose area of responsibility has this place, whatever its case and accents. It may be asked with a part
    /// of it (`northern California`; `New York, upstate`); a unit that answers for all of it is then answered as well. A
    /// place that no source names gives an empty list. Read `scope`: an area for media inquiries is none for anything else.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn responsible_for(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The place, with a part of it or without.")] place: String,
        #[graphql(desc = "The moment.")] at: Moment,
        #[graphql(desc = "Only units somewhere below this one.")] under: Option<ID>,
        #[graphql(desc = "Only areas for this purpose: `media inquiries`.")] scope: Option<String>,
        #[graphql(desc = "True for general areas only, false for those with a purpose only.")] general: Option<bool>,
        #[graphql(desc = "Show only what stands on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<PlaceState>> {
        let page = PageArguments::new(first, after, last, before);
        let filter = AreaFilter { place, under, scope, general };
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let scope = scope.with_floor(minimum_basis.map(Into::into));
        let moment = scope.at(&at, false)?;
        let found = beside_the_runtime(|| PlaceState::responsible(&moment, &filter))?;
        page.of(context, scope.revision(), found, |state| state)
    }

    /// The figures of all units as series over time, by unit, measure, unit of measurement and scope.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list")]
    async fn figures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only this measure: `employees`.")] measure: Option<String>,
        #[graphql(desc = "Only of this unit and of those that any source ever put somewhere below it.")] under: Option<
            ID,
        >,
        #[graphql(desc = "Show only what stands on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<FigureSeries>> {
        let page = PageArguments::new(first, after, last, before);
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let scope = scope.with_floor(minimum_basis.map(Into::into));
        let units: Vec<UnitIx> = match under {
            None => scope.history().units().collect(),
            Some(top) => scope.history().ever_below(scope.known_unit(&top)?).into_iter().collect(),
        };
        let found = beside_the_runtime(|| FigureSeries::find(&scope, units, measure.as_deref()));
        page.of(context, scope.revision(), found, |series| FigureSeries::of(&scope, &series))
    }

    /// What the sources of one time say that cannot all be so, and what would settle it.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn conflicts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only conflicts of these kinds.")] kinds: Option<Vec<ConflictKind>>,
        #[graphql(desc = "Only conflicts about this unit.")] unit: Option<ID>,
        #[graphql(desc = "Only conflicts of which every claim stands on this basis or a nearer one.")]
        minimum_basis: Option<Basis>,
        #[graphql(desc = "The revision to answer from.")] revision: Option<i32>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Conflict>> {
        let page = PageArguments::new(first, after, last, before);
        let scope = Scope::of(context, revision, page.after.as_deref().or(page.before.as_deref()))?;
        let scope = scope.with_floor(minimum_basis.map(Into::into));
        let unit = unit.map(|unit| scope.known_unit(&unit)).transpose()?;
        let positions = Conflict::positions(&scope, kinds.as_deref(), unit);
        page.of(context, scope.revision(), positions, |at| Conflict { scope: scope.clone(), at })
    }

    /// The revisions of the store, the first one first.
    async fn revisions(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Revision>> {
        // Revisions are only ever added at the end, so positions hold whatever is loaded meanwhile.
        let mut revisions = context.data::<Arc<Repository>>()?.revisions();
        let latest = scope::latest(context)?.revision;
        revisions.retain(|revision| revision.number <= latest);
        PageArguments::new(first, after, last, before).of(context, 0, revisions, Revision)
    }
}
