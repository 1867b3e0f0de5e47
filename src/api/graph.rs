//! What is asked of a view as a graph: common superiors, figures of the structure, cut points, relations between parts.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::config::Limits;
use crate::history::{self, UnitIx};

use super::error::Code;
use super::evidence::Evidence;
use super::page::{Page, PageArguments};
use super::scope::{ViewScope, beside_the_runtime};
use super::state::{UnitState, whole};
use super::view::ReportingLine;
use super::words::{Basis, RelationDirection, SuperiorFinding};

/// The resolvers of `CommonSuperior`.
pub(super) struct CommonSuperior {
    scope: ViewScope,
    found: history::CommonSuperior,
}

impl CommonSuperior {
    pub(super) fn find(context: &Context<'_>, scope: &ViewScope, of: &[ID]) -> Result<Self> {
        let most = context.data::<Limits>()?.units_named;
        if of.is_empty() || of.len() > most {
            return Err(Code::ValidationFailed.error(format!("`of` names from 1 to {most} units")));
        }
        let units: Vec<UnitIx> = of.iter().map(|id| scope.scope.known_unit(id)).collect::<Result<_>>()?;
        let found = beside_the_runtime(|| scope.view().common_superior(&units));
        Ok(Self { scope: scope.clone(), found })
    }
}

/// The lowest unit that stands above all units asked for, and how well that is known.
#[Object(crate = "super::driver")]
impl CommonSuperior {
    /// The superior; null where none is known, which does not mean that there is none: `finding` tells which.
    async fn unit(&self) -> Option<UnitState<'_>> {
        self.found.unit.map(|unit| self.scope.state(unit))
    }

    /// Whether one is found, and if not, why.
    async fn finding(&self) -> SuperiorFinding {
        self.found.finding.into()
    }

    /// For each unit asked for that the view lists, each once, the line from it up to the superior; as far up as it is
    /// known where none is found.
    async fn lines(&self) -> Vec<ReportingLine> {
        let lines = self.found.lines.iter();
        lines.filter_map(|line| ReportingLine::of(&self.scope, line.clone())).collect()
    }

    /// The weakest basis of the steps up to the superior; null where none is found.
    async fn weakest_basis(&self) -> Option<Basis> {
        self.found.weakest_basis.map(Into::into)
    }

    /// Whether no one source shows all these lines up to the superior; false where none is found.
    async fn composite(&self) -> bool {
        self.found.composite
    }

    /// The same as a sentence or two, with what it does not mean.
    async fn explanation(&self) -> String {
        self.found.explain(self.scope.view())
    }
}

/// The resolvers of `StructureStatistics`.
pub(super) struct StructureStatistics {
    scope: ViewScope,
    found: history::StructureStatistics,
}

impl StructureStatistics {
    pub(super) fn count(scope: &ViewScope, under: Option<&ID>, kind: Option<&str>) -> Result<Self> {
        let under = under.map(|id| scope.scope.known_unit(id)).transpose()?;
        let found = beside_the_runtime(|| scope.view().statistics(under, kind));
        Ok(Self { scope: scope.clone(), found })
    }
}

/// Figures of a structure as far as the sources of the view show it. EXTERNAL units are no part of the organisation
/// and are counted in `external` alone.
#[Object(crate = "super::driver")]
impl StructureStatistics {
    /// How many units are counted.
    async fn units(&self) -> i32 {
        whole(self.found.units)
    }

    /// How many of them stand at the top of a source.
    async fn roots(&self) -> i32 {
        whole(self.found.roots)
    }

    /// How many of them stand under a parent in the view.
    async fn placed(&self) -> i32 {
        whole(self.found.placed)
    }

    /// Of how many of them no parent in the view is known.
    async fn unplaced(&self) -> i32 {
        whole(self.found.unplaced)
    }

    /// How many of them the view only presumes: they were seen earlier, and nothing since says that they are still
    /// there. 0 for snapshots and eras.
    async fn presumed(&self) -> i32 {
        whole(self.found.presumed)
    }

    /// How many EXTERNAL units are left out.
    async fn external(&self) -> i32 {
        whole(self.found.external)
    }

    /// How many steps it is from a unit up to the top of a source, or to the unit given as `under`, which is at 0.
    /// Only units whose line reaches it have a depth. What is deeper than 63 counts as 63.
    async fn depth(&self) -> Distribution {
        Distribution::of(&self.found.depth)
    }

    /// How many units are directly below a unit, of those that have any. EXTERNAL ones do not count, though they do
    /// in `spanOfControl`. Each is as great as the sources show: where their list is not CLOSED, there may be more.
    async fn span(&self) -> Distribution {
        Distribution::of(&self.found.span)
    }

    /// The units with the most units directly below, by id.
    async fn widest(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<UnitState<'_>>> {
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.scope.revision(), self.found.widest.clone(), |unit| self.scope.state(unit))
    }

    /// How complete the lists are that the spans are counted from.
    async fn lists(&self) -> ListCompleteness {
        let history::ListCompleteness { closed, listed, partial, not_covered } = self.found.lists;
        ListCompleteness {
            closed: whole(closed),
            listed: whole(listed),
            partial: whole(partial),
            not_covered: whole(not_covered),
        }
    }
}

/// How often each value of a figure occurs.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct Distribution {
    /// How many units have a value.
    units: i32,
    /// The greatest value; null where no unit has one.
    maximum: Option<i32>,
    /// The arithmetic mean; null where no unit has a value.
    mean: Option<f64>,
    /// The median: of an even number of units, the mean of the two in the middle; null where no unit has a value.
    median: Option<f64>,
    /// The values that occur, the least first.
    values: Vec<ValueCount>,
}

/// A value, and how many units have it.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct ValueCount {
    /// The value.
    value: i32,
    /// How many units have it.
    units: i32,
}

impl Distribution {
    fn of(found: &history::Distribution) -> Self {
        Self {
            units: whole(found.units()),
            maximum: found.maximum().map(whole),
            mean: found.mean(),
            median: found.median(),
            values: found
                .values()
                .map(|(value, units)| ValueCount { value: whole(value), units: whole(units) })
                .collect(),
        }
    }
}

/// How complete the lists are that spans are counted from: of each counted unit that has any below it, one list.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct ListCompleteness {
    /// Lists of which a source says, or plainly means, that these are all.
    closed: i32,
    /// Lists that claim no completeness, such as a menu, or that cover one kind or heading alone.
    listed: i32,
    /// Lists that call themselves a selection.
    partial: i32,
    /// Lists that no source covers: the units are only named one by one.
    not_covered: i32,
}

/// The resolvers of `CutPoint`.
pub(super) struct CutPoint {
    scope: ViewScope,
    found: Arc<history::CutPoints>,
    at: usize,
    unit: UnitIx,
}

impl CutPoint {
    pub(super) fn page(
        context: &Context<'_>,
        scope: &ViewScope,
        ties: history::Ties,
        under: Option<&ID>,
        page: &PageArguments,
    ) -> Result<Page<Self>> {
        let under = under.map(|id| scope.scope.known_unit(id)).transpose()?;
        let view = scope.view();
        let found = Arc::new(beside_the_runtime(|| view.cut_points(ties)));
        let points = found.points().enumerate().map(|(at, (unit, _))| (at, unit));
        let points = points.filter(|(_, unit)| under.is_none_or(|above| view.stands_above(above, *unit))).collect();
        page.of(context, scope.scope.revision(), points, |(at, unit)| Self {
            scope: scope.clone(),
            found: Arc::clone(&found),
            at,
            unit,
        })
    }
}

/// A unit that all ways from the tops of the sources to some other units lead through.
#[Object(crate = "super::driver")]
impl CutPoint {
    /// The unit.
    async fn unit(&self) -> UnitState<'_> {
        self.scope.state(self.unit)
    }

    /// The units that could not be reached from any top without it, by id.
    async fn cut_off(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<UnitState<'_>>> {
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.scope.scope.revision(), self.found.cut_off(self.at), |unit| self.scope.state(unit))
    }
}

/// A relation that joins two parts of the organisation.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct RelationBetween {
    /// Its type: `oversees`, `inspects`, `liaises-with` …
    #[graphql(name = "type")]
    kind: String,
    /// The unit that it goes out from.
    from: UnitState<'static>,
    /// The unit that it goes to.
    to: UnitState<'static>,
    /// Which way it goes, seen from the part `one`; OUTGOING as well where both ends lie in both parts.
    direction: RelationDirection,
    /// Where it stands.
    evidence: Vec<Evidence>,
}

impl RelationBetween {
    pub(super) fn page(
        context: &Context<'_>,
        scope: &ViewScope,
        (one, other): (&ID, &ID),
        kind: Option<&str>,
        page: &PageArguments,
    ) -> Result<Page<Self>> {
        let (one, other) = (scope.scope.known_unit(one)?, scope.scope.known_unit(other)?);
        let mut found = beside_the_runtime(|| scope.view().relations_between(one, other));
        found.retain(|relation| kind.is_none_or(|kind| kind == relation.fact.kind));
        let state = |unit| scope.clone().into_state(unit);
        page.of(context, scope.scope.revision(), found, |relation| Self {
            kind: relation.fact.kind.to_owned(),
            from: state(relation.from),
            to: state(relation.to),
            direction: if relation.outgoing { RelationDirection::Outgoing } else { RelationDirection::Incoming },
            evidence: Evidence::all(&scope.scope, relation.fact.citation),
        })
    }
}
