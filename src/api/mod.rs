//! The GraphQL schema. A resolver reads its view, asks the history, and wraps the answer.
//!
//! Every object carries its `scope`: the revision that the question was pinned to, and the basis below
//! which nothing is shown. What is reached through an object stays in its scope.

#![expect(clippy::unused_async, reason = "the macros of async-graphql ask for async resolvers")]

mod change;
mod citation;
mod conflict;
mod details;
mod error;
mod event;
mod evidence;
mod gap;
mod graph;
mod lineage;
mod node;
mod page;
mod place;
mod query;
mod revision;
mod scalar;
mod scope;
mod search;
mod series;
mod snapshot;
mod source_text;
mod state;
mod unit;
mod validity;
mod view;
mod within;
mod words;

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Schema};

use crate::config::{Config, Limits};
use crate::export::BaseUrl;
use crate::repository::{Repository, SourceFolder};

pub use error::{Code, with_codes};
pub use page::Budget;
pub use query::Query;
pub use scope::beside_the_runtime;
pub use validity::{Mistake, Validity};
pub use within::{TimedOut, poll_within, within};

/// The schema with its resolvers.
pub type ApiSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Returns the schema over a repository, within limits.
pub fn schema(repository: Arc<Repository>, limits: &Limits) -> ApiSchema {
    builder(limits).data(repository).finish()
}

/// Returns the schema over a repository, with all that the service is set up with.
pub fn schema_for(repository: Arc<Repository>, config: &Config) -> ApiSchema {
    let mut builder = builder(&config.limits).data(repository);
    if !config.introspection {
        // What an error suggests would tell the names one by one.
        builder = builder.disable_introspection().disable_suggestions();
    }
    if let Some(dir) = &config.sources {
        builder = builder.data(Arc::new(SourceFolder::new(dir.clone(), config.limits.source_bytes)));
    }
    // One that is no address is refused where the service is set up; here it counts as none.
    if let Some(Ok(base)) = config.public_url.as_deref().map(BaseUrl::parse) {
        builder = builder.data(base);
    }
    builder.finish()
}

/// Returns the published schema as text, in the GraphQL schema definition language.
#[must_use]
pub fn schema_sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    let text = builder(&Limits::default()).finish().sdl_with_options(options);
    format!("{}\n", text.trim_end())
}

fn builder(limits: &Limits) -> async_graphql::SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .limit_depth(limits.depth)
        .limit_complexity(limits.complexity)
        .data(limits.clone())
}
