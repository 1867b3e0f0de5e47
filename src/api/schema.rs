//! The schema as a service has it: with loading or without.

use std::sync::{Arc, OnceLock};

use async_graphql::{
    EmptyMutation, ObjectType, Request, SDLExportOptions, Schema, SchemaBuilder, ServerError, SubscriptionType,
    ValidationMode,
};
use futures_util::stream::{BoxStream, StreamExt as _};

use crate::config::{Config, Limits};
use crate::export::BaseUrl;
use crate::repository::{Repository, SourceFolder};

use super::answer::Answer;
use super::engine::{self, Environment, Question, Root};
use super::load::Mutation;
use super::subscription::Subscription;

/// The schema with its resolvers. Where nobody may load over the network, it has no mutations at all.
#[derive(Clone)]
pub struct ApiSchema {
    kind: Kind,
    environment: Arc<OnceLock<Environment>>,
}

#[derive(Clone)]
enum Kind {
    Reading(Schema<Root, EmptyMutation, Subscription>),
    Loading(Schema<Root, Mutation, Subscription>),
}

impl ApiSchema {
    /// Parses a request and answers it. Neither its document nor its variables are held against the schema, or against
    /// any bound.
    pub fn execute(&self, request: impl Into<Request>) -> Answer {
        match Question::try_from(request.into()) {
            Ok(question) => self.answer(question),
            Err(error) => Answer::from_errors(vec![error]),
        }
    }

    /// Answers a query or a mutation, on the thread that asks: nothing in it waits.
    pub fn answer(&self, question: Question) -> Answer {
        let Some(environment) = self.environment.get() else {
            return Answer::from_errors(vec![ServerError::new("the schema was not set up", None)]);
        };
        match &self.kind {
            Kind::Reading(schema) => engine::answer(schema, environment, None, question),
            Kind::Loading(schema) => engine::answer(schema, environment, Some(&Mutation), question),
        }
    }

    /// Answers a subscription as often as there is something to tell, and anything else once.
    pub fn execute_stream(&self, request: impl Into<Request>) -> BoxStream<'static, Answer> {
        match &self.kind {
            Kind::Reading(schema) => schema.execute_stream(request).map(Answer::from).boxed(),
            Kind::Loading(schema) => schema.execute_stream(request).map(Answer::from).boxed(),
        }
    }

    /// Returns the schema as text, in the GraphQL schema definition language: what this service answers, no more.
    #[must_use]
    pub fn sdl(&self) -> String {
        match &self.kind {
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
    let root = Root::default();
    let environment = root.environment();
    let kind = match &config.admin_token_hash {
        None => Kind::Reading(engine::set_up(builder(root, EmptyMutation, repository, config))),
        Some(_) => Kind::Loading(engine::set_up(builder(root, Mutation, repository, config))),
    };
    ApiSchema { kind, environment }
}

fn builder<M: ObjectType + 'static>(
    root: Root,
    mutation: M,
    repository: Arc<Repository>,
    config: &Config,
) -> SchemaBuilder<Root, M, Subscription> {
    let mut builder = plain(root, mutation).data(config.limits.clone()).data(repository);
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

fn plain<M: ObjectType + 'static>(root: Root, mutation: M) -> SchemaBuilder<Root, M, Subscription> {
    // The service holds documents and variables against the schema and its bounds before, once for each document.
    Schema::build(root, mutation, Subscription).validation_mode(ValidationMode::Fast)
}

/// Returns the published schema as text, in the GraphQL schema definition language: all that a service can answer.
#[must_use]
pub fn schema_sdl() -> String {
    sdl(&plain(Root::default(), Mutation).finish())
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
