//! A unit over all time: its names, its history, its lineage.

use std::borrow::Cow;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::config::Limits;
use crate::export::Subject;
use crate::history::{self, DescentQuestion, EventIx, Period, SnapshotIx, UnitIx};

use super::citation::{Citation, add_citations, sources_of};
use super::driver::{Objects, Written};
use super::event::ChangeEvent;
use super::evidence::Evidence;
use super::lineage::{Descent, LineageLink};
use super::page::{Page, PageArguments};
use super::scalar::Date;
use super::scope::{Moment, Scope, beside_the_runtime};
use super::series::FigureSeries;
use super::snapshot::Snapshot;
use super::state::UnitState;
use super::words::{Basis, Direction, NameForm};

/// The resolvers of `Unit`.
pub(super) struct Unit<'s> {
    /// Most often that of the object which it is reached from.
    scope: Cow<'s, Scope>,
    unit: UnitIx,
}

impl Scope {
    /// Returns a unit in this scope.
    pub(super) fn unit(&self, unit: UnitIx) -> Unit<'_> {
        Unit { scope: Cow::Borrowed(self), unit }
    }

    /// Returns a unit in a scope that nothing else holds.
    pub(super) fn into_unit(self, unit: UnitIx) -> Unit<'static> {
        Unit { scope: Cow::Owned(self), unit }
    }
}

impl Unit<'_> {
    fn snapshot(&self, snapshot: SnapshotIx) -> Snapshot {
        Snapshot { scope: self.scope.as_ref().clone(), snapshot }
    }

    /// Returns the scope with the stricter of two floors: what is reached through a scope stays on its basis.
    fn stricter(&self, minimum_basis: Option<Basis>) -> Scope {
        let floor = minimum_basis.map(Into::into).into_iter().chain(self.scope.floor).min();
        self.scope.as_ref().clone().with_floor(floor)
    }

    fn descent(
        &self,
        context: &Context<'_>,
        page: &PageArguments,
        direction: history::Direction,
        day: Option<Date>,
        minimum_basis: Option<Basis>,
    ) -> Result<Page<Descent>> {
        let depth = context.data::<Limits>()?.lineage_depth;
        let scope = self.stricter(minimum_basis);
        let day = day.map(|day| day.0);
        let question = DescentQuestion { unit: self.unit, direction, day, floor: scope.floor, depth };
        let found = beside_the_runtime(|| scope.history().descent(&question));
        page.of(context, scope.revision(), found, |record| Descent { scope: scope.clone(), question, record })
    }
}

/// Something with a lasting identity in the structure: an agency, office, programme, committee, post.
#[Object(crate = "super::driver")]
impl Unit<'_> {
    /// Its identifier, whatever it is called and wherever it hangs.
    pub(super) async fn id(&self) -> Written<'_, ID> {
        Written::of(self.scope.history().unit_id(self.unit).as_str())
    }

    /// The latest name known of it.
    async fn name(&self) -> Written<'_, String> {
        Written::of(self.scope.history().latest_name(self.unit, self.scope.floor))
    }

    /// Every name and acronym that it had, in the order in which they first stand.
    async fn names(&self) -> Vec<DatedName> {
        let names = self.scope.history().names(self.unit, self.scope.floor).into_iter();
        names
            .map(|dated| DatedName {
                name: dated.name.map(str::to_owned),
                acronym: dated.acronym.map(str::to_owned),
                form: dated.form.into(),
                snapshots: dated.snapshots.iter().map(|snapshot| self.snapshot(*snapshot)).collect(),
                events: dated
                    .events
                    .iter()
                    .map(|event| ChangeEvent { scope: self.scope.as_ref().clone(), event: *event })
                    .collect(),
            })
            .collect()
    }

    /// The first snapshot that mentions it.
    async fn first_observed(&self) -> Option<Snapshot> {
        self.scope.history().observed_in(self.unit, self.scope.floor).first().map(|snapshot| self.snapshot(*snapshot))
    }

    /// The last snapshot that mentions it.
    async fn last_observed(&self) -> Option<Snapshot> {
        self.scope.history().observed_in(self.unit, self.scope.floor).last().map(|snapshot| self.snapshot(*snapshot))
    }

    /// The snapshots that mention it, the earliest first.
    async fn observed_in(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Snapshot>> {
        let found = self.scope.history().observed_in(self.unit, self.scope.floor);
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.revision(), found, |snapshot| self.snapshot(snapshot))
    }

    /// Its periods: stretches of days in which its carried name, acronym, kind and claimed parent stay the same.
    async fn history(&self) -> Objects<UnitPeriod<'_>> {
        let (scope, unit) = (&self.scope, self.unit);
        let periods = scope.history().periods(unit, scope.floor).into_iter();
        Objects(periods.map(|period| UnitPeriod { scope, unit, period }).collect())
    }

    /// The units that it came from, or that came from it, through change events; nearest first.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn lineage(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which way to follow.")] direction: Direction,
        #[graphql(default = 1, desc = "How many events to follow, at most 64.")] depth: i32,
        #[graphql(desc = "Follow only events on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<LineageLink>> {
        let limits = context.data::<Limits>()?;
        let depth = u32::try_from(depth).ok().filter(|depth| *depth <= limits.lineage_depth).ok_or_else(|| {
            super::error::Code::BadPage.error(format!("`depth` is from 0 to {}", limits.lineage_depth))
        })?;
        let scope = self.stricter(minimum_basis);
        let links = scope.history().lineage(self.unit, direction.into(), depth, scope.floor);
        let page = PageArguments::new(first, after, last, before);
        page.of(context, scope.revision(), links, |link| LineageLink { scope: scope.clone(), link })
    }

    /// What had become of it by a day: the units of that day that change events lead to, itself where nothing ended it,
    /// and the ends of which no more is known. Each unit stands once, with the way that the sources carry best.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn what_became(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day. Events that had begun by then are followed.")] by: Date,
        #[graphql(desc = "Follow only events on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Descent>> {
        let page = PageArguments::new(first, after, last, before);
        self.descent(context, &page, history::Direction::Successors, Some(by), minimum_basis)
    }

    /// What had made it up by a day: the units that change events lead back to, as far as they are known; itself where
    /// no event is known that made it. Each unit stands once, with the way that the sources carry best.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn what_made_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day; only events that had begun by then count. Without it, all do.")] as_of: Option<Date>,
        #[graphql(desc = "Follow only events on this basis or a nearer one.")] minimum_basis: Option<Basis>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Descent>> {
        let page = PageArguments::new(first, after, last, before);
        self.descent(context, &page, history::Direction::Predecessors, as_of, minimum_basis)
    }

    /// Its figures as series over time, by measure, unit of measurement and scope.
    async fn figures(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only this measure: `employees`.")] measure: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<FigureSeries>> {
        let found = FigureSeries::find(&self.scope, vec![self.unit], measure.as_deref());
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.revision(), found, |series| FigureSeries::of(&self.scope, &series))
    }

    /// The change events that name it, the earliest first.
    async fn events(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<ChangeEvent>> {
        let history = self.scope.history();
        let passing = |event: &EventIx| history.event(*event).basis.passes(self.scope.floor);
        let found: Vec<EventIx> = history.events_of(self.unit).filter(passing).collect();
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.revision(), found, |event| ChangeEvent {
            scope: self.scope.as_ref().clone(),
            event,
        })
    }

    /// How to cite the unit over all time.
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        let (history, floor) = (self.scope.history(), self.scope.floor);
        let id = history.unit_id(self.unit).clone();
        let what = format!("{} ({id}), over all time", history.latest_name(self.unit, floor));
        let mut sources = sources_of(history, history.observed_in(self.unit, floor));
        let events = history.events_of(self.unit).filter(|event| history.event(*event).basis.passes(floor));
        add_citations(&mut sources, history, events.flat_map(|event| history.cite_event(event)));
        self.scope.citation(context, Subject::Unit(id), what, None, sources)
    }

    /// The unit at a moment; null when it is not in that view.
    async fn at(&self, #[graphql(desc = "The moment.")] moment: Moment) -> Result<Option<UnitState<'static>>> {
        let scope = self.scope.at(&moment, false)?;
        Ok(scope.view().presence(self.unit).is_some().then(|| scope.into_state(self.unit)))
    }
}

/// A name that a unit had, with the snapshots and events that give it.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct DatedName {
    /// The name, when they write one.
    name: Option<String>,
    /// The acronym, when they write one.
    acronym: Option<String>,
    /// How near the name is to what they write.
    form: NameForm,
    /// The snapshots that give it, the earliest first.
    snapshots: Vec<Snapshot>,
    /// The events that give it, the earliest first.
    events: Vec<ChangeEvent>,
}

/// The resolvers of `UnitPeriod`.
pub(super) struct UnitPeriod<'u> {
    scope: &'u Scope,
    unit: UnitIx,
    period: Period<'u>,
}

/// A stretch of days in which a unit's carried name, acronym, kind and claimed parent stay the same.
#[Object(crate = "super::driver")]
impl UnitPeriod<'_> {
    /// Its first day.
    async fn from(&self) -> Date {
        Date(self.period.from)
    }

    /// The first day after it; null while nothing is known to have changed or ended it.
    async fn to(&self) -> Option<Date> {
        self.period.to.map(Date)
    }

    /// The name.
    async fn name(&self) -> Written<'_, String> {
        Written::of(self.period.name)
    }

    /// The acronym.
    async fn acronym(&self) -> Option<Written<'_, String>> {
        self.period.acronym.map(Written::of)
    }

    /// The kind.
    async fn kind(&self) -> Option<Written<'_, String>> {
        self.period.kind.map(Written::of)
    }

    /// The parent as claimed; null where none is, and at the top of a source.
    async fn parent(&self) -> Option<Unit<'_>> {
        self.period.parent?.unit().map(|parent| self.scope.unit(parent))
    }

    /// Where these claims stand.
    async fn evidence(&self) -> Vec<Evidence> {
        let (scope, history) = (self.scope, self.scope.history());
        Evidence::all(scope, history.cite_period(self.unit, &self.period, scope.floor))
    }
}
