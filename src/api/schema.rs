//! The schema as a service has it: with loading or without.

use std::sync::Arc;

use async_graphql::{
    EmptyMutation, ObjectType, Request, SDLExportOptions, Schema, SchemaBuilder, SubscriptionType, ValidationMode,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt as _};

use crate::config::{Config, Limits};
use crate::export::BaseUrl;
use crate::repository::{Repository, SourceFolder};

use super::answer::Answer;
use super::load::Mutation;
use super::query::Query;
use super::root::Root;
use super::subscription::Subscription;

/// The schema with its resolvers. Where nobody may load over the network, it has no mutations at all.
#[derive(Clone)]
pub struct ApiSchema(Kind);

#[derive(Clone)]
enum Kind {
    Reading(Schema<Root<Query>, EmptyMutation, Subscription>),
    Loading(Schema<Root<Query>, Root<Mutation>, Subscription>),
}

impl ApiSchema {
    /// Answers a query or a mutation. In a box, for what waits for it would each take as much as it does.
    pub fn execute(&self, request: impl Into<Request>) -> BoxFuture<'_, Answer> {
        let request = request.into();
        match &self.0 {
            Kind::Reading(schema) => Box::pin(async move { schema.execute(request).await.into() }),
            Kind::Loading(schema) => Box::pin(async move { schema.execute(request).await.into() }),
        }
    }

    /// Answers a subscription as often as there is something to tell, and anything else once.
    pub fn execute_stream(&self, request: impl Into<Request>) -> BoxStream<'static, Answer> {
        match &self.0 {
            Kind::Reading(schema) => schema.execute_stream(request).map(Answer::from).boxed(),
            Kind::Loading(schema) => schema.execute_stream(request).map(Answer::from).boxed(),
        }
    }

    /// Returns the schema as text, in the GraphQL schema definition language: what this service answers, no more.
    #[must_use]
    pub fn sdl(&self) -> String {
        match &self.0 {
            Kind::Reading(schema) => sdl(schema),
            Kind::Loading(schema) => sdl(schema),
        }
    }
}

/// Returns the schema over a repository, within limits; nothing can be loaded through it.
pub fn schema(repository: Arc<Repository>, limits: &Limits) -> ApiSchema {
    schema_for(repository, &Config { limits: limits.clone(), ..Config::default() })
}

/// Returns the schema over a repository, with all that the service is set up with.
pub fn schema_for(repository: Arc<Repository>, config: &Config) -> ApiSchema {
    ApiSchema(match &config.admin_token_hash {
        None => Kind::Reading(builder(EmptyMutation, repository, config).finish()),
        Some(_) => Kind::Loading(builder(Root(Mutation), repository, config).finish()),
    })
}

fn builder<M: ObjectType + 'static>(
    mutation: M,
    repository: Arc<Repository>,
    config: &Config,
) -> SchemaBuilder<Root<Query>, M, Subscription> {
    let mut builder = bounded(mutation, &config.limits).data(repository);
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
    builder
}

fn bounded<M: ObjectType + 'static>(mutation: M, limits: &Limits) -> SchemaBuilder<Root<Query>, M, Subscription> {
    Schema::build(Root(Query), mutation, Subscription)
        // The service holds documents and variables against the schema before, once for each document.
        .validation_mode(ValidationMode::Fast)
        .limit_depth(limits.depth)
        .limit_complexity(limits.complexity)
        .data(limits.clone())
}

/// Returns the published schema as text, in the GraphQL schema definition language: all that a service can answer.
#[must_use]
pub fn schema_sdl() -> String {
    sdl(&bounded(Root(Mutation), &Limits::default()).finish())
}

fn sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    format!("{}\n", schema.sdl_with_options(options).trim_end())
}
