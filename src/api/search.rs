//! Search over names, former names, summaries and topics.

use async_graphql::SimpleObject;

use super::page::Page;
use super::snapshot::Snapshot;
use super::unit::Unit;

/// A unit or a topic that a search found.
#[derive(SimpleObject)]
pub(super) struct SearchHit {
    /// The unit; null for a topic.
    unit: Option<Unit>,
    /// The label, where a topic was found, which is no unit.
    topic: Option<String>,
    /// The text that matched.
    matched: String,
    /// The snapshots in which it matched, the earliest first.
    snapshots: Vec<Snapshot>,
}

/// A page of hits.
pub(super) type SearchPage = Page<SearchHit>;
