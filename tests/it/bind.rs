//! The fast graph, asked in the words of the model, so that both answer the same question alike.

use std::collections::BTreeSet;
use std::sync::Arc;

use eragraph::history::{Direction, History, Lens, Moment, Parent, UnitIx, View};
use eragraph::model::{Basis, Corpus, UnitId};

use crate::oracle::At;
use crate::oracle::conflicts::{Conflict, Link};
use crate::oracle::model::Period;

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

    fn ix(&self, unit: &UnitId) -> UnitIx {
        self.history.unit_ix(unit.as_str()).expect("the unit is of this corpus")
    }

    pub(crate) fn periods(&self, unit: &UnitId) -> Vec<Period> {
        let periods = self.history.periods(self.ix(unit)).into_iter();
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
        links.map(|link| (id(link.unit), self.history.event(link.event).id.clone(), link.part, link.steps)).collect()
    }
}

fn moment(at: &At) -> Moment {
    match at {
        At::Day(day) => Moment::Day(*day),
        At::Snapshot(id) => Moment::Snapshot(id.clone()),
        At::Era(id) => Moment::Era(id.clone()),
    }
}
