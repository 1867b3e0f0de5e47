//! Search over all time: what was asked, and the hits.

use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject};
use indexmap::IndexSet;

use crate::config::Limits;
use crate::model::{Day, Window};
use crate::repository::Repository;
use crate::search::{Filter, Hit, Query, SearchError, Subject};

use super::error::Code;
use super::evidence::Evidence;
use super::page::Page;
use super::scalar::EdtfDate;
use super::scope::{Scope, beside_the_runtime};
use super::snapshot::Snapshot;
use super::unit::Unit;

/// A unit or a topic that a search found.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct SearchHit {
    /// The unit; null for a topic.
    unit: Option<Unit<'static>>,
    /// The label, where a topic was found, which is no unit.
    topic: Option<String>,
    /// The text that matched; the best one, where several did.
    matched: String,
    /// The snapshots in which a match stands, the earliest first.
    snapshots: Vec<Snapshot>,
    /// The years of the sources and events in which a match stands, each once, the earliest first: `2017`,
    /// `2008/2009` for a source written within these years.
    years: Vec<EdtfDate>,
    /// Where the text in `matched` stands: lines of sources, or references; the first 16.
    evidence: Vec<Evidence>,
}

/// A page of hits.
pub(super) type SearchPage = Page<SearchHit>;

impl SearchHit {
    pub(super) fn of(scope: &Scope, hit: Hit) -> Self {
        let (unit, topic) = match &hit.subject {
            Subject::Unit(unit) => (Some(scope.clone().into_unit(*unit)), None),
            Subject::Topic(label) => (None, Some(label.clone())),
        };
        let years: IndexSet<String> = hit.windows.iter().map(years_of).collect();
        let evidence = Evidence::all(scope, hit.evidence(scope.history()));
        let snapshots = hit.snapshots.into_iter().map(|snapshot| Snapshot { scope: scope.clone(), snapshot });
        Self {
            unit,
            topic,
            matched: hit.matched,
            snapshots: snapshots.collect(),
            years: years.into_iter().map(EdtfDate).collect(),
            evidence,
        }
    }
}

/// Writes the years of a window in EDTF.
fn years_of(window: &Window) -> String {
    let year = |day: Option<Day>| {
        day.map_or("..".to_owned(), |day| {
            let text = day.to_string();
            text.get(..text.len().saturating_sub("-01-01".len())).unwrap_or_default().to_owned()
        })
    };
    let (first, last) = (year(window.earliest()), year(window.latest()));
    if first == last { first } else { format!("{first}/{last}") }
}

/// A search that is within the limits.
pub(super) struct Asked(Query);

impl Asked {
    pub(super) fn read(text: &str, limits: &Limits) -> Result<Self> {
        if text.chars().count() > limits.search_length {
            let message = format!("`query` is at most {} characters long", limits.search_length);
            return Err(Code::ValidationFailed.error(message));
        }
        let empty = || Code::ValidationFailed.error("`query` has no letter and no digit to look for");
        Query::parse(text).map(Self).ok_or_else(empty)
    }

    /// Finds the hits; where there is no index yet, begins to build one.
    pub(super) fn find(&self, context: &Context<'_>, scope: &Scope, filter: &Filter) -> Result<Vec<Hit>> {
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
            return Err(Code::BadDate.error("`from` is after `to`"));
        }
        let Some(index) = scope.version.search() else {
            context.data::<Arc<Repository>>()?.build_search_of(&scope.version);
            return Err(Code::SearchNotReady.error("the search index is being built; ask again in a moment"));
        };
        let index = index.map_err(internal)?;
        beside_the_runtime(|| index.find(scope.history(), &self.0, filter)).map_err(|error| internal(&error))
    }
}

fn internal(error: &SearchError) -> async_graphql::Error {
    tracing::error!(%error, "a search failed");
    Code::Internal.error("the search failed; the server's log says why")
}
