//! A view in GraphQL: lists of units, reporting lines, paths.

use async_graphql::{Context, ID, Object, Result};

use crate::history::{Line, Placement, Step, UnitIx};

use super::citation::Citation;
use super::driver::{Objects, Written};
use super::gap::{Gap, GapFilter};
use super::graph::{CommonSuperior, CutPoint, RelationBetween, StructureStatistics};
use super::page::{Budget, Page, PageArguments, Place, place_of, unit_at};
use super::place::ContactState;
use super::scope::{ViewScope, beside_the_runtime};
use super::snapshot::Snapshot;
use super::state::UnitState;
use super::words::{Basis, GapKind, Standing, Ties};

/// The resolvers of `View`.
pub(super) struct View {
    pub(super) scope: ViewScope,
}

impl View {
    fn page(&self, context: &Context<'_>, page: &PageArguments, units: Vec<UnitIx>) -> Result<Page<UnitState<'_>>> {
        page.of(context, self.scope.scope.revision(), units, |unit| self.scope.state(unit))
    }

    fn placed(&self, placement: Placement) -> Vec<UnitIx> {
        let view = self.scope.view();
        let mut units: Vec<UnitIx> = view.units().filter(|unit| view.placement(*unit) == placement).collect();
        units.sort_by_key(|unit| (view.standing(*unit), *unit));
        units
    }
}

/// The structure as seen from one moment: a snapshot, an era, or a day.
#[Object(crate = "super::driver")]
impl View {
    /// The units at the top of a source.
    async fn roots(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<UnitState<'_>>> {
        self.page(context, &PageArguments::new(first, after, last, before), self.placed(Placement::Root))
    }

    /// The units whose parent no source states, or whose parent is not in the view; units that are no part
    /// of the organisation come last.
    async fn unplaced(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<UnitState<'_>>> {
        self.page(context, &PageArguments::new(first, after, last, before), self.placed(Placement::Unplaced))
    }

    /// One unit in this view; null when it is not in it. An OUTDATED unit is answered, though no list has it.
    async fn unit(&self, #[graphql(desc = "The unit's id.")] id: ID) -> Option<UnitState<'_>> {
        let unit = self.scope.scope.history().unit_ix(id.as_str())?;
        self.scope.view().presence(unit).map(|_| self.scope.state(unit))
    }

    /// The units in this view, by id.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn units(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only units of this kind.")] kind: Option<String>,
        #[graphql(desc = "Only units of this standing.")] standing: Option<Standing>,
        #[graphql(desc = "Only units somewhere below this one.")] under: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<UnitState<'_>>> {
        let view = self.scope.view();
        let standing = standing.map(Into::into);
        let wanted = |unit: UnitIx| {
            kind.as_deref().is_none_or(|kind| view.kind(unit).is_some_and(|found| found.text == kind))
                && standing.is_none_or(|standing| view.standing(unit) == standing)
        };
        let below = self.below(under.as_ref())?;
        let list = |place| self.listed(below.as_deref(), place).filter(|(_, unit)| wanted(*unit));
        let page = PageArguments::new(first, after, last, before);
        page.read(context, self.scope.scope.revision(), list, |unit| self.scope.state(unit))
    }

    /// What the loaded sources leave open about the units of this view, by kind and then by unit id. Units that are
    /// OUTDATED, which lists leave out, count here.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list")]
    async fn gaps(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only gaps of these kinds.")] kinds: Option<Vec<GapKind>>,
        #[graphql(desc = "Only of units somewhere below this one.")] under: Option<ID>,
        #[graphql(default = 5, desc = "After how many years a presumed unit counts as not seen for long.")] years: i32,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Gap>> {
        let found = GapFilter { kinds, under, years }.find(&self.scope)?;
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.scope.revision(), found, |gap| Gap { scope: self.scope.clone(), gap })
    }

    /// How to reach the units in this view, by unit: the contacts that sources of the moment give and, on a day, the last
    /// known of each kind and purpose that none of them gives.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list")]
    async fn contacts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only contacts of this kind: `telephone`, `email` …")] kind: Option<String>,
        #[graphql(desc = "Only of units somewhere below this one.")] under: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<ContactState>> {
        let units = self.units_under(under.as_ref())?;
        let found = beside_the_runtime(|| ContactState::all(&self.scope, units, kind.as_deref()));
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.scope.revision(), found, |state| state)
    }

    /// The path from each unit through its parents, as far as it is known.
    async fn reporting_lines(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only of units somewhere below this one.")] under: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<ReportingLine>> {
        let below = self.below(under.as_ref())?;
        let page = PageArguments::new(first, after, last, before);
        let view = self.scope.view();
        let list = |place| self.listed(below.as_deref(), place);
        page.read(context, self.scope.scope.revision(), list, |unit| ReportingLine {
            scope: self.scope.clone(),
            line: view.line(unit),
            unit,
        })
    }

    /// The shortest path between two units over parents and relations, either way; empty where none joins
    /// them, or one is not in the view.
    async fn path(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where the path begins.")] from: ID,
        #[graphql(desc = "Where it ends.")] to: ID,
    ) -> Result<Vec<PathStep>> {
        let (from, to) = (self.scope.scope.known_unit(&from)?, self.scope.scope.known_unit(&to)?);
        let steps = beside_the_runtime(|| self.scope.view().path(from, to));
        Budget::spend_on(context, steps.len())?;
        Ok(steps.into_iter().map(|step| PathStep { scope: self.scope.clone(), step }).collect())
    }

    /// The lowest unit that stands in the reporting line of all of these. A unit counts as its own superior only
    /// where it stands above all the others; of one unit it is the parent.
    async fn nearest_common_superior(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The ids of the units, from 1 to 100.")] of: Vec<ID>,
    ) -> Result<CommonSuperior> {
        CommonSuperior::find(context, &self.scope, &of)
    }

    /// Figures of the structure: how many units, how deep, how wide, and how far the sources let one count. EXTERNAL
    /// units are no part of the organisation and are left out.
    async fn statistics(
        &self,
        #[graphql(desc = "Only this unit and those somewhere below it. Depths are then counted from it.")]
        under: Option<ID>,
        #[graphql(desc = "Count only units of this kind; their spans count units of all kinds.")] kind: Option<String>,
    ) -> Result<StructureStatistics> {
        StructureStatistics::count(&self.scope, under.as_ref(), kind.as_deref())
    }

    /// The units whose removal would cut others off from every top of a source, those that cut off most first. What
    /// no top reaches is cut off already and does not count; the tops are none themselves.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn cut_points(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Ties::AllRelations", desc = "What ties units together.")] over: Ties,
        #[graphql(desc = "Only cut points somewhere below this unit.")] under: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<CutPoint>> {
        let page = PageArguments::new(first, after, last, before);
        CutPoint::page(context, &self.scope, over.into(), under.as_ref(), &page)
    }

    /// The relations between two parts of the organisation, either way: one end is a unit or somewhere below it, the
    /// other end another or somewhere below that. By type, then by the ends. Where one part lies within the other,
    /// the relations within the smaller part are among them. Parents are no relations.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn relations_between(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The unit at the top of the one part.")] one: ID,
        #[graphql(desc = "The unit at the top of the other part.")] other: ID,
        #[graphql(desc = "Only relations of this type.", name = "type")] kind: Option<String>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<RelationBetween>> {
        let page = PageArguments::new(first, after, last, before);
        RelationBetween::page(context, &self.scope, (&one, &other), kind.as_deref(), &page)
    }

    /// The snapshots that this view rests on, the earliest first.
    async fn snapshots(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Snapshot>> {
        let found = self.scope.view().snapshots();
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.scope.revision(), found, |snapshot| Snapshot {
            scope: self.scope.scope.clone(),
            snapshot,
        })
    }

    /// How to cite the view.
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        beside_the_runtime(|| self.scope.cite_view(context))
    }

    /// The revision that the view is pinned to. The same question to it gets the same answer for ever.
    async fn revision(&self) -> i32 {
        i32::try_from(self.scope.scope.revision()).unwrap_or(i32::MAX)
    }
}

impl View {
    /// Returns the units somewhere below one, if one is named, by id.
    fn below(&self, top: Option<&ID>) -> Result<Option<Vec<UnitIx>>> {
        let Some(top) = top else { return Ok(None) };
        let mut units = self.scope.view().below(self.scope.scope.known_unit(top)?);
        units.sort_unstable();
        Ok(Some(units))
    }

    /// Returns the units of a list of the view, or all that it lists, by id: those behind a place, each with its own.
    fn listed<'v>(
        &'v self,
        below: Option<&'v [UnitIx]>,
        behind: Option<Place>,
    ) -> impl Iterator<Item = (Place, UnitIx)> + 'v {
        let last = unit_at(behind);
        let all = below.is_none().then(|| self.scope.view().units_after(last));
        let all = all.into_iter().flatten().filter_map(|(unit, is_listed)| is_listed.then_some(unit));
        let below = below.into_iter().flatten().copied().filter(move |unit| Some(*unit) > last);
        below.chain(all).map(|unit| (place_of(unit), unit))
    }

    fn units_under(&self, under: Option<&ID>) -> Result<Vec<UnitIx>> {
        let below = self.below(under)?;
        Ok(self.listed(below.as_deref(), None).map(|(_, unit)| unit).collect())
    }
}

/// The resolvers of `ReportingLine`.
pub(super) struct ReportingLine {
    scope: ViewScope,
    unit: UnitIx,
    line: Line,
}

impl ReportingLine {
    /// Wraps a line; the unit is the lowest of it.
    pub(super) fn of(scope: &ViewScope, line: Line) -> Option<Self> {
        let unit = line.units.first().copied()?;
        Some(Self { scope: scope.clone(), unit, line })
    }
}

/// The path from a unit through its parents, with what it rests on.
#[Object(crate = "super::driver")]
impl ReportingLine {
    /// The unit at the lower end.
    async fn unit(&self) -> UnitState<'_> {
        self.scope.state(self.unit)
    }

    /// The units of the line, the lowest first; at most 64. Each names the source of its step in
    /// `claim(attribute: PARENT)`.
    async fn line(&self) -> Objects<UnitState<'_>> {
        let units = self.line.units.iter();
        Objects(units.map(|unit| self.scope.state(*unit)).collect())
    }

    /// The weakest basis of its steps; null where there is no step.
    async fn weakest_basis(&self) -> Option<Basis> {
        self.line.weakest_basis.map(Into::into)
    }

    /// Whether no one source shows the whole line: its steps are put together from several.
    async fn composite(&self) -> bool {
        self.line.composite
    }
}

/// The resolvers of `PathStep`.
pub(super) struct PathStep {
    scope: ViewScope,
    step: Step,
}

/// One step of a path.
#[Object(crate = "super::driver")]
impl PathStep {
    /// The unit that the step comes to.
    async fn unit(&self) -> UnitState<'_> {
        self.scope.state(self.step.unit)
    }

    /// The relation that the step follows, `parent` for the structure; null at the beginning.
    async fn relation(&self) -> Option<Written<'_, String>> {
        self.step.relation.as_deref().map(Written::of)
    }

    /// Whether the relation goes the way of the step; null at the beginning.
    async fn forward(&self) -> Option<bool> {
        self.step.forward
    }
}
