//! Search over names, former names, summaries and topics.

use std::borrow::Cow;

use async_graphql::SimpleObject;
use async_graphql::connection::ConnectionNameType;

use super::page::Page;
use super::snapshot::Snapshot;
use super::unit::Unit;

/// A unit or a topic that a search found.
#[derive(SimpleObject)]
pub struct SearchHit {
    /// The unit; null for a topic.
    unit: Option<Unit>,
    /// The label, where a topic was found, which is no unit.
    topic: Option<String>,
    /// The text that matched.
    matched: String,
    /// The snapshots in which it matched, the earliest first.
    snapshots: Vec<Snapshot>,
}

/// Names the connection of search hits as the contract does.
pub struct SearchName;

impl ConnectionNameType for SearchName {
    fn type_name<T: async_graphql::OutputType>() -> String {
        Cow::Borrowed("SearchConnection").into_owned()
    }
}

/// A page of hits.
pub type SearchPage = Page<SearchHit, SearchName>;
