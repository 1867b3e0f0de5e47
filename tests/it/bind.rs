//! The fast graph, asked in the words of the model, so that both answer the same question alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use eragraph::diff::{Assumption, DiffOptions};
use eragraph::history::{
    Certainty, DescentEnd, DescentQuestion, Direction, History, Lens, Moment, Parent, UnitIx, View,
};
use eragraph::model::{Basis, Corpus, GapKind, UnitId};

use crate::oracle::conflicts::Conflict;
use crate::oracle::descent::{Descent, Link, Question};
use crate::oracle::gaps::Gap;
use crate::oracle::model::Period;
use crate::oracle::series::Series;
use crate::oracle::{At, Row};

/// The fast graph of a corpus.
pub(crate) struct Fast {
    pub history: History,
}

impl Fast {
    pub(crate) fn new(corpus: &Corpus) -> Self {
        Self { history: History::build(Arc::new(corpus.clone())) }
    }

    pub(crate) fn view(&self, at: &At, floor: Option<Basis>, include_outdated: bool) -> View<'_> {
        self.history.view(&moment(at), Lens { floor, include_outdated }).expect("the moment is of this corpus")
    }

    /// Compares two moments; also tells whether their order is certain.
    pub(crate) fn diff(
        &self,
        from: &At,
        to: &At,
        floor: Option<Basis>,
        within: Option<&UnitId>,
        closed_world: bool,
    ) -> (BTreeSet<Row>, bool) {
        let assume = if closed_world { Assumption::ClosedWorld } else { Assumption::OpenWorld };
        let options = DiffOptions { within: within.map(|unit| self.ix(unit)), assume };
        let found = eragraph::diff::diff(self.view(from, floor, false), self.view(to, floor, false), options);
        let id = |unit: &UnitIx| self.history.unit_id(*unit).clone();
        let rows = found.changes.iter().map(|change| Row {
            unit: id(&change.unit),
            kind: change.kind,
            relation: change.relation().map(str::to_owned),
            others: change.others(&self.history).iter().map(id).collect(),
            verdict: change.verdict,
            not_before: change.not_before,
            not_after: change.not_after,
        });
        (rows.collect(), found.terms.order_certain)
    }

    fn ix(&self, unit: &UnitId) -> UnitIx {
        self.history.unit_ix(unit.as_str()).expect("the unit is of this corpus")
    }

    pub(crate) fn periods(&self, unit: &UnitId, floor: Option<Basis>) -> Vec<Period> {
        let periods = self.history.periods(self.ix(unit), floor).into_iter();
        let parent = |parent| match parent {
            Parent::Under(parent) => self.history.unit_id(parent).to_string(),
            Parent::Top => "the top".to_owned(),
        };
        periods
            .map(|period| Period {
                from: period.from,
                to: period.to,
                name: period.name.to_owned(),
                acronym: period.acronym.map(str::to_owned),
                kind: period.kind.map(str::to_owned),
                parent: period.parent.map(parent),
            })
            .collect()
    }

    pub(crate) fn conflicts(&self) -> BTreeSet<Conflict> {
        let conflicts = self.history.conflicts().iter();
        let units = |units: &[UnitIx]| units.iter().map(|unit| self.history.unit_id(*unit).clone()).collect();
        conflicts.map(|conflict| (conflict.kind, units(&conflict.units))).collect()
    }

    pub(crate) fn lineage(
        &self,
        unit: &UnitId,
        direction: Direction,
        depth: u32,
        floor: Option<Basis>,
    ) -> BTreeSet<Link> {
        let links = self.history.lineage(self.ix(unit), direction, depth, floor).into_iter();
        let id = |unit| self.history.unit_id(unit).clone();
        let event = |event| self.history.event(event).id.clone();
        let all: Vec<Link> =
            links.map(|link| (id(link.from), id(link.unit), event(link.event), link.part, link.steps)).collect();
        let each: BTreeSet<Link> = all.iter().cloned().collect();
        assert_eq!(all.len(), each.len(), "each step is there once: {all:?}");
        each
    }

    /// Returns the gaps of a view; each tells what it is about, and none is open from after the view's day.
    pub(crate) fn gaps(&self, view: View<'_>, years: u16) -> BTreeSet<Gap> {
        let kinds = [GapKind::NoParentStated, GapKind::NoHolderKnown, GapKind::NotSeenForLong];
        let told = view.gaps(&kinds, None, years).into_iter().map(|gap| {
            let id = self.history.unit_id(gap.unit);
            for text in [view.explain_gap(&gap), view.would_close(&gap)] {
                assert!(text.contains(&format!("`{id}`")), "{text}");
            }
            assert!(gap.since.is_none_or(|since| view.day().is_some_and(|day| since <= day)), "{gap:?}");
            (gap.kind, id.clone(), gap.since.filter(|_| gap.kind == GapKind::NotSeenForLong))
        });
        told.collect()
    }

    pub(crate) fn series(&self, unit: &UnitId, floor: Option<Basis>) -> BTreeSet<Series> {
        let found = self.history.series(self.ix(unit), floor).into_iter();
        let told = found.map(|series| {
            assert!(!self.history.explain_series(&series).is_empty());
            let points = series.points().map(|point| format!("{} {}", point.item.measure, point.item));
            (points.collect(), self.history.is_trend(&series))
        });
        told.collect()
    }

    pub(crate) fn descent(&self, unit: &UnitId, question: Question) -> BTreeSet<Descent> {
        let Question { forward, day, floor } = question;
        let direction = if forward { Direction::Successors } else { Direction::Predecessors };
        let question = DescentQuestion { unit: self.ix(unit), direction, day, floor, depth: 64 };
        let found = self.history.descent(&question).into_iter();
        let told = found.map(|descent| {
            let explanation = self.history.explain_descent(&question, &descent);
            assert!(explanation.contains(unit.as_str()), "{explanation}");
            let way = descent.links.iter();
            Descent {
                unit: self.history.unit_id(descent.unit).clone(),
                way: way
                    .map(|link| (self.history.event(link.event).id.clone(), self.history.unit_id(link.unit).clone()))
                    .collect(),
                weakest: descent.weakest_basis,
                part: descent.part,
                possible: descent.certainty == Certainty::Possible,
                end: match descent.end {
                    DescentEnd::Stands(_) => "stands",
                    DescentEnd::Again(..) => "again",
                    DescentEnd::Dissolved(_) => "dissolved",
                    DescentEnd::Unordered(_) => "unordered",
                    DescentEnd::LeftList => "left list",
                    DescentEnd::Untold => "untold",
                    DescentEnd::NotYet => "not yet",
                    DescentEnd::There => "there",
                    DescentEnd::Made(_) => "made",
                    DescentEnd::TooFar => "too far",
                }
                .to_owned(),
            }
        });
        told.collect()
    }
}

fn moment(at: &At) -> Moment {
    match at {
        At::Day(day) => Moment::Day(*day),
        At::Snapshot(id) => Moment::Snapshot(id.clone()),
        At::Era(id) => Moment::Era(id.clone()),
    }
}
