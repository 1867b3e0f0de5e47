//! eragraph: a GraphQL knowledge-graph service over historical versions of an organisation.
//!
//! The layers, each of which knows only those before it:
//!
//! - [`model`]: plain values and the rules on them.
//! - `diagnostics`: what is wrong with an input, where, and how to mend it.
//! - `source`: text to model, one file per format.
//! - `history`: the versioned graph and its views; `diff` and `lineage` read it.
//! - `matching`: which units of new snapshots may be the same as known ones.
//! - `search`: an index of the texts of a history.
//! - `export`: permanent addresses and citations, in the formats of others.
//! - `store`: the database and the journal of inputs.
//! - `repository`: the one place that loads and commits.
//! - `api`: the GraphQL schema. `server`: HTTP. `cli`: one file per verb.

pub mod api;
pub mod cli;
pub mod config;
pub mod diagnostics;
pub mod diff;
pub mod export;
pub mod history;
pub mod matching;
pub mod model;
pub mod repository;
pub mod search;
pub mod server;
pub mod source;
pub mod store;
