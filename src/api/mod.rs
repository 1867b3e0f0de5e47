//! The GraphQL schema. A resolver reads its view, asks the history, and wraps the answer.
//!
//! Every object carries its `scope`: the revision that the question was pinned to, and the basis below
//! which nothing is shown. What is reached through an object stays in its scope.

#![expect(clippy::unused_async, reason = "the macros of async-graphql ask for async resolvers")]

mod answer;
mod change;
mod citation;
mod conflict;
mod details;
mod driver;
mod engine;
mod error;
mod event;
mod evidence;
mod gap;
mod graph;
mod json;
mod lineage;
mod load;
mod node;
mod one_of;
mod page;
mod place;
mod query;
mod record;
mod revision;
mod scalar;
mod schema;
mod scope;
mod search;
mod series;
mod snapshot;
mod source_text;
mod state;
mod subscription;
mod unit;
mod validity;
mod values;
mod view;
mod within;
mod words;

pub use answer::Answer;
pub use engine::Question;
pub use error::{Code, with_codes};
pub use load::{Admin, Mutation};
pub use page::Budget;
pub use query::Query;
pub use schema::{ApiSchema, schema, schema_for, schema_sdl};
pub use scope::{Pinned, beside_the_runtime};
pub use subscription::Subscription;
pub use validity::{Mistake, Validity};
pub use within::{TimedOut, try_until, within, within_a_thread};
