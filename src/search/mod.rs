//! Search over all time: an index of the names, people, places, contacts, summaries and topics of a history.
//!
//! [`SearchIndex::build`] gathers every text with the sources that it stands in; [`SearchIndex::find`] ranks
//! what a [`Query`] matches, one [`Hit`] for a unit or a topic. The index is in memory and never changes.

mod cite;
mod find;
mod index;
mod place;
mod query;
mod texts;
mod words;

pub use find::{Filter, Hit};
pub use index::SearchIndex;
pub use place::{PlaceAsked, same_words};
pub use query::Query;
pub use texts::Subject;

/// Tells why the index could not be built or read.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index failed.
    #[error("the search index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
}
