//! A comparison of two views, change by change.

use std::sync::OnceLock;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::diff::{Assumption, Comparison, DiffOptions};
use crate::export::Subject;
use crate::{diff, model};

use super::citation::{Citation, add_citations, moment_words, organisation, sources_of};
use super::driver::Written;
use super::evidence::Evidence;
use super::page::{Page, PageArguments, Place, place_of, unit_at};
use super::scalar::Date;
use super::scope::{ViewScope, beside_the_runtime};
use super::state::UnitState;
use super::unit::Unit;
use super::view::View;
use super::words::{self, Basis, ChangeKind, Verdict};

/// The resolvers of `Diff`: two views that are compared.
pub(super) struct Diff {
    from: ViewScope,
    to: ViewScope,
    options: DiffOptions,
    /// All changes, once they are asked for.
    all: OnceLock<Vec<diff::Change>>,
}

/// How many places there are for the changes of one unit.
const PLACES_OF_A_UNIT: Place = 1 << 32;

impl Diff {
    /// Compares two views of one history, as far as the changes are asked for.
    pub(super) fn of(from: ViewScope, to: ViewScope, options: DiffOptions) -> Self {
        Self { from, to, options, all: OnceLock::new() }
    }

    fn comparison(&self) -> Comparison<'_> {
        Comparison::of(self.from.view(), self.to.view(), self.options)
    }

    fn all(&self) -> &[diff::Change] {
        self.all.get_or_init(|| beside_the_runtime(|| self.comparison().changes(None).collect()))
    }

    /// Returns the changes behind a place, each with its own: by the unit, and then in their order.
    fn changes_behind(&self, behind: Option<Place>) -> impl Iterator<Item = (Place, diff::Change)> {
        let unit = unit_at(behind.map(|place| place / PLACES_OF_A_UNIT));
        let known = self.all.get();
        let new = known.is_none().then(|| self.comparison().changes(unit));
        let changes = known.into_iter().flatten().cloned().chain(new.into_iter().flatten());
        let placed = changes.scan((None, 0), |(unit, within), change| {
            *within = if *unit == Some(change.unit) { *within + 1 } else { 0 };
            *unit = Some(change.unit);
            Some((place_of(change.unit).saturating_mul(PLACES_OF_A_UNIT).saturating_add(*within), change))
        });
        placed.skip_while(move |(place, _)| Some(*place) <= behind)
    }

    fn cite(&self, context: &Context<'_>) -> Result<Citation> {
        let (scope, history) = (&self.from.scope, self.from.scope.history());
        let (from, to) = (self.from.view(), self.to.view());
        let subject = Subject::Diff {
            from: from.moment(),
            to: to.moment(),
            within: self.options.within.map(|unit| history.unit_id(unit).clone()),
            closed_world: self.options.assume == Assumption::ClosedWorld,
        };
        let what = format!("Comparison of the structure{}", organisation(&[from, to]));
        let moments = format!("{} and {}", moment_words(from), moment_words(to));
        let mut sources = sources_of(history, from.snapshots().into_iter().chain(to.snapshots()));
        let comparison = self.comparison();
        add_citations(&mut sources, history, self.all().iter().flat_map(|change| comparison.evidence(change)));
        scope.citation(context, subject, what, Some(moments), sources)
    }
}

/// What differs between two views, and how far the loaded sources carry each difference.
#[Object(crate = "super::driver")]
impl Diff {
    /// The view compared from.
    async fn from(&self) -> View {
        View { scope: self.from.clone() }
    }

    /// The view compared to.
    async fn to(&self) -> View {
        View { scope: self.to.clone() }
    }

    /// Whether it is certain which of the two is earlier. If not, no verdict exceeds POSSIBLE.
    async fn order_certain(&self) -> bool {
        self.comparison().terms.order_certain
    }

    /// How absence was read.
    async fn assumption(&self) -> words::Assumption {
        self.options.assume.into()
    }

    /// The changes, by unit id and then by kind; one for each unit and kind.
    #[expect(clippy::too_many_arguments, reason = "the contract's arguments")]
    async fn changes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only changes of these kinds.")] kinds: Option<Vec<ChangeKind>>,
        #[graphql(desc = "Only changes with these verdicts.")] verdicts: Option<Vec<Verdict>>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Change<'_>>> {
        let kinds = kinds.map(|kinds| kinds.into_iter().map(Into::into).collect::<Vec<model::ChangeKind>>());
        let verdicts = verdicts.map(|verdicts| verdicts.into_iter().map(Into::into).collect::<Vec<model::Verdict>>());
        let wanted = |change: &diff::Change| {
            kinds.as_ref().is_none_or(|kinds| kinds.contains(&change.kind))
                && verdicts.as_ref().is_none_or(|verdicts| verdicts.contains(&change.verdict))
        };
        let page = PageArguments::new(first, after, last, before);
        if context.look_ahead().field("totalCount").exists() {
            self.all();
        }
        let wrap = |record| Change { diff: self, record };
        let list = |place| self.changes_behind(place).filter(|(_, change)| wanted(change));
        let scope = &self.from.scope;
        let page = beside_the_runtime(|| page.read(context, scope.revision(), list, wrap))?;
        let units = page.items().iter().map(|change| change.record.unit);
        self.from.view().look_at_names(units.clone());
        self.to.view().look_at_written_names(units);
        Ok(page)
    }

    /// How to cite the comparison.
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        beside_the_runtime(|| self.cite(context))
    }

    /// How many changes there are of each kind and verdict. Filters on `changes` do not bear on it.
    async fn summary(&self) -> Vec<ChangeCount> {
        let counts = diff::count(self.all()).into_iter();
        let told = counts.map(|((kind, verdict), count)| ChangeCount {
            kind: kind.into(),
            verdict: verdict.into(),
            count: i32::try_from(count).unwrap_or(i32::MAX),
        });
        told.collect()
    }
}

/// How many changes there are of one kind with one verdict.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct ChangeCount {
    /// The kind.
    kind: ChangeKind,
    /// The verdict.
    verdict: Verdict,
    /// How many.
    count: i32,
}

/// The resolvers of `Change`.
pub(super) struct Change<'d> {
    diff: &'d Diff,
    record: diff::Change,
}

impl Change<'_> {
    /// Returns the unit in a view, where that has it.
    fn state<'s>(&self, scope: &'s ViewScope, has_unit: bool) -> Option<UnitState<'s>> {
        has_unit.then(|| scope.state(self.record.unit))
    }
}

/// One difference between two views.
#[Object(crate = "super::driver")]
impl Change<'_> {
    /// What differs.
    async fn kind(&self) -> Written<'_, ChangeKind> {
        Written::word(self.record.kind)
    }

    /// How far the loaded sources carry it.
    async fn verdict(&self) -> Written<'_, Verdict> {
        Written::word(self.record.verdict)
    }

    /// The weakest basis that it rests on; null where it rests on silence.
    async fn basis(&self) -> Option<Basis> {
        self.record.basis.map(Into::into)
    }

    /// The unit.
    async fn unit(&self) -> Unit<'_> {
        self.diff.from.scope.unit(self.record.unit)
    }

    /// The unit in the view compared from; null when it is not in it.
    async fn before(&self) -> Option<UnitState<'_>> {
        let [has_unit, _] = self.record.has_unit;
        self.state(&self.diff.from, has_unit)
    }

    /// The unit in the view compared to; null when it is not in it.
    async fn after(&self) -> Option<UnitState<'_>> {
        let [_, has_unit] = self.record.has_unit;
        self.state(&self.diff.to, has_unit)
    }

    /// The results or the originals of the event, or the other end of the relation.
    async fn others(&self) -> Vec<Unit<'_>> {
        let scope = &self.diff.from.scope;
        self.record.others(scope.history()).into_iter().map(|unit| scope.unit(unit)).collect()
    }

    /// The relation that only one side states: its type, and its other end where that is no unit.
    async fn relation(&self) -> Option<Written<'_, String>> {
        self.record.relation().map(Written::of)
    }

    /// The change did not happen before this day; null where nothing bounds it.
    async fn not_before(&self) -> Option<Date> {
        self.record.not_before.map(Date)
    }

    /// The change had happened by the end of this day; null where nothing bounds it.
    async fn not_after(&self) -> Option<Date> {
        self.record.not_after.map(Date)
    }

    /// Where what it rests on stands.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.diff.from.scope, self.diff.comparison().evidence(&self.record))
    }

    /// What was seen and by which rule, and what that does not say.
    async fn explanation(&self) -> String {
        self.diff.comparison().terms.explain(&self.record)
    }
}
