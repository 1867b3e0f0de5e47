//! A comparison of two views, change by change.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::diff::{Assumption, DiffOptions, Terms};
use crate::export::Subject;
use crate::history::UnitIx;
use crate::{diff, model};

use super::citation::{Citation, add_citations, moment_words, organisation, sources_of};
use super::error::Code;
use super::evidence::Evidence;
use super::page::{Page, PageArguments, weight};
use super::scalar::Date;
use super::scope::{ViewScope, beside_the_runtime};
use super::state::UnitState;
use super::unit::Unit;
use super::view::View;
use super::words::{self, Basis, ChangeKind, Verdict};

/// The resolvers of `Diff`.
pub(super) struct Diff {
    pub(super) compared: Arc<Compared>,
}

/// Two views with what differs between them.
pub(super) struct Compared {
    from: ViewScope,
    to: ViewScope,
    order_certain: bool,
    assume: Assumption,
    within: Option<UnitIx>,
    changes: Vec<diff::Change>,
}

impl Compared {
    /// Compares two views of one history.
    pub(super) fn of(from: ViewScope, to: ViewScope, options: DiffOptions) -> Arc<Self> {
        let (order_certain, changes) = beside_the_runtime(|| {
            let found = diff::diff(from.view(), to.view(), options);
            (found.terms.order_certain, found.changes)
        });
        Arc::new(Self { from, to, order_certain, assume: options.assume, within: options.within, changes })
    }

    fn cite(&self, context: &Context<'_>) -> Result<Citation> {
        let (scope, history) = (&self.from.scope, self.from.scope.history());
        let (from, to) = (self.from.view(), self.to.view());
        let subject = Subject::Diff {
            from: from.moment(),
            to: to.moment(),
            within: self.within.map(|unit| history.unit_id(unit).clone()),
            closed_world: self.assume == Assumption::ClosedWorld,
        };
        let what = format!("Comparison of the structure{}", organisation(&[from, to]));
        let moments = format!("{} and {}", moment_words(from), moment_words(to));
        let mut sources = sources_of(history, from.snapshots().into_iter().chain(to.snapshots()));
        add_citations(&mut sources, history, self.changes.iter().flat_map(|change| change.evidence.iter().cloned()));
        scope.citation(context, subject, what, Some(moments), sources)
    }

    fn terms(&self) -> Terms<'_> {
        let (from, to) = (self.from.view(), self.to.view());
        Terms { from, to, order_certain: self.order_certain, assume: self.assume }
    }
}

/// What differs between two views, and how far the loaded sources carry each difference.
#[Object(crate = "super::driver")]
impl Diff {
    /// The view compared from.
    async fn from(&self) -> View {
        View { scope: self.compared.from.clone() }
    }

    /// The view compared to.
    async fn to(&self) -> View {
        View { scope: self.compared.to.clone() }
    }

    /// Whether it is certain which of the two is earlier. If not, no verdict exceeds POSSIBLE.
    async fn order_certain(&self) -> bool {
        self.compared.order_certain
    }

    /// How absence was read.
    async fn assumption(&self) -> words::Assumption {
        self.compared.assume.into()
    }

    /// The changes, by unit id and then by kind; one for each unit and kind.
    #[graphql(complexity = "weight(first, last, child_complexity)")]
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
    ) -> Result<Page<Change>> {
        let kinds = kinds.map(|kinds| kinds.into_iter().map(Into::into).collect::<Vec<model::ChangeKind>>());
        let verdicts = verdicts.map(|verdicts| verdicts.into_iter().map(Into::into).collect::<Vec<model::Verdict>>());
        let wanted = |change: &diff::Change| {
            kinds.as_ref().is_none_or(|kinds| kinds.contains(&change.kind))
                && verdicts.as_ref().is_none_or(|verdicts| verdicts.contains(&change.verdict))
        };
        let changes = self.compared.changes.iter().enumerate().filter(|(_, change)| wanted(change));
        let positions: Vec<usize> = changes.map(|(at, _)| at).collect();
        let page = PageArguments::new(first, after, last, before);
        page.of(context, self.compared.from.scope.revision(), positions, |at| Change {
            compared: Arc::clone(&self.compared),
            at,
        })
    }

    /// How to cite the comparison.
    #[graphql(complexity = "100 + child_complexity")]
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        beside_the_runtime(|| self.compared.cite(context))
    }

    /// How many changes there are of each kind and verdict. Filters on `changes` do not bear on it.
    async fn summary(&self) -> Vec<ChangeCount> {
        let counts = diff::count(&self.compared.changes).into_iter();
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
pub(super) struct Change {
    compared: Arc<Compared>,
    at: usize,
}

impl Change {
    fn record(&self) -> Result<&diff::Change> {
        self.compared.changes.get(self.at).ok_or_else(|| Code::Internal.error("the change is gone"))
    }

    fn state(&self, scope: &ViewScope) -> Result<Option<UnitState>> {
        let unit = self.record()?.unit;
        Ok(scope.view().presence(unit).is_some().then(|| UnitState { scope: scope.clone(), unit }))
    }
}

/// One difference between two views.
#[Object(crate = "super::driver")]
impl Change {
    /// What differs.
    async fn kind(&self) -> Result<ChangeKind> {
        Ok(self.record()?.kind.into())
    }

    /// How far the loaded sources carry it.
    async fn verdict(&self) -> Result<Verdict> {
        Ok(self.record()?.verdict.into())
    }

    /// The weakest basis that it rests on; null where it rests on silence.
    async fn basis(&self) -> Result<Option<Basis>> {
        Ok(self.record()?.basis.map(Into::into))
    }

    /// The unit.
    async fn unit(&self) -> Result<Unit> {
        Ok(self.compared.from.scope.unit(self.record()?.unit))
    }

    /// The unit in the view compared from; null when it is not in it.
    async fn before(&self) -> Result<Option<UnitState>> {
        self.state(&self.compared.from)
    }

    /// The unit in the view compared to; null when it is not in it.
    async fn after(&self) -> Result<Option<UnitState>> {
        self.state(&self.compared.to)
    }

    /// The results or the originals of the event, or the other end of the relation.
    async fn others(&self) -> Result<Vec<Unit>> {
        Ok(self.record()?.others.iter().map(|unit| self.compared.from.scope.unit(*unit)).collect())
    }

    /// The relation that only one side states: its type, and its other end where that is no unit.
    async fn relation(&self) -> Result<Option<&str>> {
        Ok(self.record()?.relation.as_deref())
    }

    /// The change did not happen before this day; null where nothing bounds it.
    async fn not_before(&self) -> Result<Option<Date>> {
        Ok(self.record()?.not_before.map(Date))
    }

    /// The change had happened by the end of this day; null where nothing bounds it.
    async fn not_after(&self) -> Result<Option<Date>> {
        Ok(self.record()?.not_after.map(Date))
    }

    /// Where what it rests on stands.
    async fn evidence(&self) -> Result<Vec<Evidence>> {
        Ok(Evidence::all(&self.compared.from.scope, self.record()?.evidence.iter().cloned()))
    }

    /// What was seen and by which rule, and what that does not say.
    async fn explanation(&self) -> Result<String> {
        Ok(self.compared.terms().explain(self.record()?))
    }
}
