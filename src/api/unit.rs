//! A unit over all time: its names, its history, its lineage.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::config::Limits;
use crate::export::Subject;
use crate::history::{Link, Parent, SnapshotIx, UnitIx};

use super::citation::{Citation, add_citations, sources_of};
use super::event::ChangeEvent;
use super::evidence::Evidence;
use super::page::{Page, PageArguments, weight};
use super::scalar::{Date, EdtfDate};
use super::scope::{Moment, Scope};
use super::snapshot::Snapshot;
use super::state::UnitState;
use super::words::{Basis, Direction, EventType, NameForm};

/// The resolvers of `Unit`.
pub(super) struct Unit {
    pub(super) scope: Scope,
    pub(super) unit: UnitIx,
}

impl Unit {
    fn snapshot(&self, snapshot: SnapshotIx) -> Snapshot {
        Snapshot { scope: self.scope.clone(), snapshot }
    }
}

/// Something with a lasting identity in the structure: an agency, office, programme, committee, post.
#[Object]
impl Unit {
    /// Its identifier, whatever it is called and wherever it hangs.
    pub(super) async fn id(&self) -> ID {
        ID::from(self.scope.history().unit_id(self.unit).as_str())
    }

    /// The latest name known of it.
    async fn name(&self) -> &str {
        self.scope.history().latest_name(self.unit, self.scope.floor)
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
                    .map(|event| ChangeEvent { scope: self.scope.clone(), event: *event })
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
    #[graphql(complexity = "weight(first, last, child_complexity)")]
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
    async fn history(&self) -> Vec<UnitPeriod> {
        let periods = self.scope.history().periods(self.unit, self.scope.floor).into_iter();
        periods
            .map(|period| UnitPeriod {
                from: Date(period.from),
                to: period.to.map(Date),
                name: period.name.to_owned(),
                acronym: period.acronym.map(str::to_owned),
                kind: period.kind.map(str::to_owned),
                parent: match period.parent {
                    Some(Parent::Under(parent)) => Some(self.scope.unit(parent)),
                    Some(Parent::Top) | None => None,
                },
                evidence: Evidence::all(&self.scope, period.evidence),
            })
            .collect()
    }

    /// The units that it came from, or that came from it, through change events; nearest first.
    #[graphql(complexity = "weight(first, last, child_complexity)")]
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
        // What is reached through a scope stays on its basis: of two floors the stricter one holds.
        let floor = minimum_basis.map(Into::into).into_iter().chain(self.scope.floor).min();
        let links = self.scope.history().lineage(self.unit, direction.into(), depth, floor);
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.revision(), links, |link| LineageLink { scope: self.scope.clone(), link })
    }

    /// The change events that name it, the earliest first.
    #[graphql(complexity = "weight(first, last, child_complexity)")]
    async fn events(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<ChangeEvent>> {
        let mut found = self.scope.history().events_of(self.unit);
        found.retain(|event| self.scope.history().event(*event).basis.passes(self.scope.floor));
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.revision(), found, |event| ChangeEvent { scope: self.scope.clone(), event })
    }

    /// How to cite the unit over all time.
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        let (history, floor) = (self.scope.history(), self.scope.floor);
        let id = history.unit_id(self.unit).clone();
        let what = format!("{} ({id}), over all time", history.latest_name(self.unit, floor));
        let mut sources = sources_of(history, history.observed_in(self.unit, floor));
        let events = history.events_of(self.unit).into_iter().filter(|event| history.event(*event).basis.passes(floor));
        add_citations(&mut sources, history, events.flat_map(|event| history.cite_event(event)));
        self.scope.citation(context, Subject::Unit(id), what, None, sources)
    }

    /// The unit at a moment; null when it is not in that view.
    async fn at(&self, #[graphql(desc = "The moment.")] moment: Moment) -> Result<Option<UnitState>> {
        let scope = self.scope.at(&moment, false)?;
        Ok(scope.view().presence(self.unit).is_some().then_some(UnitState { scope, unit: self.unit }))
    }
}

/// A name that a unit had, with the snapshots and events that give it.
#[derive(SimpleObject)]
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

/// A stretch of days in which a unit's carried name, acronym, kind and claimed parent stay the same.
#[derive(SimpleObject)]
pub(super) struct UnitPeriod {
    /// Its first day.
    from: Date,
    /// The first day after it; null while nothing is known to have changed or ended it.
    to: Option<Date>,
    /// The name.
    name: String,
    /// The acronym.
    acronym: Option<String>,
    /// The kind.
    kind: Option<String>,
    /// The parent as claimed; null where none is, and at the top of a source.
    parent: Option<Unit>,
    /// Where these claims stand.
    evidence: Vec<Evidence>,
}

/// The resolvers of `LineageLink`.
pub(super) struct LineageLink {
    scope: Scope,
    link: Link,
}

impl LineageLink {
    fn record(&self) -> &crate::model::ChangeEvent {
        self.scope.history().event(self.link.event)
    }
}

/// One step of lineage: the unit at its far end, and the event that makes it.
#[Object]
impl LineageLink {
    /// The unit that the step leads to.
    async fn unit(&self) -> Unit {
        self.scope.unit(self.link.unit)
    }

    /// The unit that the step leads from: the one asked, or one found on the way.
    async fn from(&self) -> Unit {
        self.scope.unit(self.link.from)
    }

    /// The event that makes it.
    async fn event(&self) -> ChangeEvent {
        ChangeEvent { scope: self.scope.clone(), event: self.link.event }
    }

    /// What kind of change the event states.
    #[graphql(name = "type")]
    async fn kind(&self) -> EventType {
        self.record().kind.into()
    }

    /// When it took place.
    async fn date(&self) -> Option<EdtfDate> {
        Some(EdtfDate::from(&self.record().date))
    }

    /// How the event is carried. Where this is OUTSIDE, no loaded source says so.
    async fn basis(&self) -> Basis {
        self.record().basis.into()
    }

    /// Whether only a part went over.
    async fn part(&self) -> bool {
        self.link.part
    }

    /// How many steps it is away from the unit asked, from 1.
    async fn steps(&self) -> i32 {
        i32::try_from(self.link.steps).unwrap_or(i32::MAX)
    }
}
