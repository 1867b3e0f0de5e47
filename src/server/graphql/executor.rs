//! From a question to its answer: the document, the bounds, a place to work, and a deadline. HTTP and `WebSockets` both
//! come this way.

use std::collections::HashMap;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Data, Request};
use axum::body::Bytes;
use axum::http::StatusCode;
use futures_util::stream::{self, BoxStream, StreamExt as _};

use crate::api::{
    self, Admin, Answer, ApiSchema, Budget, Code, Pinned, Question, TimedOut, try_until, with_codes, within,
    within_a_thread,
};
use crate::config::Config;
use crate::repository::Repository;

use super::super::admin::Caller;
use super::super::observe::{Metrics, handed_over};
use super::super::outcome::Outcome;
use super::asked::Asked;
use super::document::{Operation, Unfit};
use super::documents::{Documents, DocumentsError, rules};
use super::gate::{Entry, Gate};
use super::refusal::{ERRORS_TOLD, Refusal};
use super::way::Way;

/// How long an answer that may be long is tried to be had at once, where it holds up others.
const TRIAL: Duration = Duration::from_millis(20);

/// What answers questions.
pub(in crate::server) struct Executor {
    schema: ApiSchema,
    /// The schema as text.
    sdl: Bytes,
    repository: Arc<Repository>,
    pub(super) config: Arc<Config>,
    documents: Documents,
    gate: Gate,
    metrics: Arc<Metrics>,
}

/// A question that may be executed.
pub(super) struct Prepared {
    /// The operation that will run; `None` where the document has none of that name, which its execution tells.
    pub(super) operation: Option<Arc<Operation>>,
    question: Question,
}

impl Executor {
    pub(in crate::server) fn new(repository: Arc<Repository>, config: Arc<Config>, metrics: Arc<Metrics>) -> Self {
        let schema = api::schema_for(Arc::clone(&repository), &config);
        let sdl = schema.sdl();
        let documents = Documents::read(&config, &sdl).unwrap_or_else(|error| {
            // `check` told of it when the service was set up; whoever did not ask trusts nothing.
            tracing::error!(%error, "no document is trusted");
            Documents::of(&config, rules(&config, &sdl), HashMap::new())
        });
        let gate = Gate::new(&config.limits);
        Self { schema, sdl: sdl.into(), repository, config, documents, gate, metrics }
    }

    /// Returns the schema as text: what this service answers.
    pub(in crate::server) fn sdl(&self) -> Bytes {
        self.sdl.clone()
    }

    /// Finds the document of a question, and holds it against the bounds.
    pub(super) fn prepare(&self, mut asked: Asked, way: Way) -> (Outcome, Result<Prepared, Refusal>) {
        let mut outcome = Outcome { operation: asked.operation_name.clone(), ..Outcome::default() };
        if self.config.log_variables {
            outcome.variables = serde_json::to_string(&asked.variables).ok();
        }
        // A value takes many times the bytes that it is written with, for as long as the question waits for its turn.
        let most = self.config.limits.tokens;
        if asked.values > most && way.caller() != Caller::Admin {
            let message = format!("the variables hold {} values; at most {most} are read", asked.values);
            return (outcome, Err(Unfit::new(Code::TooComplex, message).into()));
        }
        let (document, was_known) = match self.documents.find(&asked, way.caller() == Caller::Admin) {
            Ok(found) => found,
            Err(unfit) => return (outcome, Err(unfit.into())),
        };
        let operation = document.operation(asked.operation_name.as_deref()).map(Arc::clone);
        outcome.document_was_known = Some(was_known);
        if outcome.operation.is_none() {
            outcome.operation = operation.as_ref().and_then(|operation| operation.name.clone());
        }
        outcome.kind = operation.as_ref().map(|operation| match operation.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        });
        let kind = operation.as_ref().map(|operation| operation.kind);
        let may_run = way.check(kind, &self.config).and_then(|()| {
            document.check()?;
            let Some(operation) = &operation else { return Ok(()) };
            if let Some(name) = operation.missing(&asked.variables) {
                let message = format!("the variable `${name}` has to have a value, and has none");
                return Err(Unfit::new(Code::ValidationFailed, message).into());
            }
            operation.check(&asked.variables, self.documents.rules())?;
            Ok(document.weigh(operation, &asked.variables, &self.config.limits)?)
        });
        if let Err(refusal) = may_run {
            return (outcome, Err(refusal));
        }
        if let Some(operation) = &operation {
            asked.variables.retain(|name, _| operation.declares(name));
        }
        let mut question = Question {
            document: Arc::clone(&document.parsed),
            operation_name: asked.operation_name,
            variables: asked.variables,
            data: Data::default(),
        };
        if way.caller() == Caller::Admin {
            question = question.with(Admin);
        }
        (outcome, Ok(Prepared { operation, question }))
    }

    /// Waits for a place to work.
    pub(super) async fn enter(&self, is_long: bool) -> Result<Entry<'_>, Refusal> {
        self.gate.enter(is_long, || self.metrics.question_waiting()).await.map_err(|_| {
            self.metrics.refused_busy();
            let message = "too many questions are asked at once; ask again in a moment";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Busy, message)
        })
    }

    /// Executes a query or a mutation.
    pub(super) async fn execute(&self, prepared: Prepared) -> Result<Answer, Refusal> {
        let is_long = prepared.is_long();
        let is_mutation =
            prepared.operation.as_ref().is_some_and(|operation| operation.kind == OperationType::Mutation);
        if is_mutation {
            // A load takes the time that it takes.
            return Ok(told(self.schema.answer(prepared.question)));
        }
        let entry = self.enter(is_long).await?;
        self.work_out(entry, prepared.question, is_long).await
    }

    /// Executes a query that is no stranger's own, or was held against the bounds already.
    pub(in crate::server) async fn ask(&self, question: Question, is_long: bool) -> Result<Answer, Refusal> {
        let entry = self.enter(is_long).await?;
        self.work_out(entry, question, is_long).await
    }

    async fn work_out(&self, _entry: Entry<'_>, question: Question, may_be_long: bool) -> Result<Answer, Refusal> {
        let _runs = self.metrics.question_started();
        // The whole question is answered from the revision that was the latest when its turn came.
        let pinned = Pinned(self.repository.latest());
        let ready = |question: Question| question.with(Budget::new(&self.config.limits)).with(pinned.clone());
        let timeout = self.config.limits.timeout;
        let until = deadline(timeout);
        let answered = if may_be_long {
            // Most of those are answered at once: large pages are asked for of short lists.
            let answer = || self.schema.answer(ready(question.again()));
            match try_until(deadline(TRIAL.min(timeout)), answer) {
                Ok(answer) => Ok(answer),
                Err(TimedOut) => self.work_out_elsewhere(until, ready(question)).await,
            }
        } else {
            within(until, || self.schema.answer(ready(question)))
        };
        answered.map(told).map_err(|TimedOut| too_long(timeout))
    }

    async fn work_out_elsewhere(&self, until: Instant, question: Question) -> Result<Answer, TimedOut> {
        let schema = self.schema.clone();
        let answer = within_a_thread(until, handed_over(move || schema.answer(question)));
        tokio::time::timeout_at(until.into(), answer).await.unwrap_or(Err(TimedOut))
    }
}

impl Executor {
    /// Runs a subscription. Each of its answers has the time and the size that the answer of a query has.
    pub(super) fn subscribe(&self, prepared: Prepared) -> BoxStream<'static, Answer> {
        let timeout = self.config.limits.timeout;
        let Question { document, operation_name, variables, .. } = prepared.question;
        let mut request = Request::new("").variables(variables).data(Budget::new(&self.config.limits));
        request.operation_name = operation_name;
        request.set_parsed_query(ExecutableDocument::clone(&document));
        let mut answers = self.schema.execute_stream(request);
        let mut is_over = false;
        let answers = stream::poll_fn(move |context| {
            if is_over {
                return Poll::Ready(None);
            }
            let polled = within(deadline(timeout), || answers.poll_next_unpin(context));
            polled.unwrap_or_else(|_| {
                is_over = true;
                Poll::Ready(Some(too_long(timeout).answer()))
            })
        });
        answers.map(told).boxed()
    }
}

fn too_long(timeout: Duration) -> Refusal {
    let message = format!("the answer took longer than {} s; ask for less", timeout.as_secs_f32());
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout, message)
}

impl Prepared {
    /// Tells whether the answer never changes.
    pub(super) fn is_pinned(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.is_pinned(&self.question.variables))
    }

    /// Tells whether the answer stays what it is for as long as its revision is the latest.
    pub(super) fn is_lasting(&self) -> bool {
        let lasts = |operation: &Arc<Operation>| operation.kind == OperationType::Query && !operation.is_volatile;
        self.operation.as_ref().is_some_and(lasts)
    }

    /// Tells whether the answer may take long.
    pub(super) fn is_long(&self) -> bool {
        self.operation.as_ref().is_some_and(|operation| operation.is_long)
    }
}

/// Checks what the folder of trusted documents holds, before a service is set up with it.
///
/// # Errors
/// Returns [`DocumentsError`] for the first thing in the folder that will not do.
pub fn check(config: &Config) -> Result<(), DocumentsError> {
    Documents::read(config, &api::schema_sdl()).map(drop)
}

/// Returns the moment that an answer may take until; one beyond all clocks is now.
pub(in crate::server) fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now)
}

/// Gives every error its code, and tells of no more than do any good.
pub(super) fn told(mut answer: Answer) -> Answer {
    answer.errors.truncate(ERRORS_TOLD);
    with_codes(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Limits;

    fn executor(limits: Limits) -> (Executor, tempfile::TempDir) {
        let folder = tempfile::TempDir::new().unwrap();
        let repository = Arc::new(Repository::open(folder.path()).unwrap().0);
        let config = Arc::new(Config { limits, ..Config::default() });
        let metrics = Arc::new(Metrics::new(&config.limits));
        (Executor::new(repository, config, metrics), folder)
    }

    #[tokio::test]
    async fn who_asks_while_too_many_do_is_told_to_come_again_and_answered_then() {
        let (executor, _folder) = executor(Limits { concurrency: 1, waiting: 0, ..Limits::default() });
        let ask = || {
            let asked = Asked { query: Some("{ eras { id } }".to_owned()), ..Asked::default() };
            executor.prepare(asked, Way::Get).1.unwrap()
        };
        let entry = executor.enter(false).await.unwrap();
        let refusal = executor.execute(ask()).await.unwrap_err();
        assert_eq!(refusal.status, StatusCode::SERVICE_UNAVAILABLE);
        let code = refusal.answer().errors.first().and_then(|error| error.extensions.as_ref()?.get("code").cloned());
        assert_eq!(code, Some("BUSY".into()));
        drop(entry);
        assert!(executor.execute(ask()).await.unwrap().is_ok());
    }
}
