//! What the service counts, and how `/metrics` tells it: in the text format that Prometheus reads.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::http::StatusCode;
use moka::sync::Cache;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::api::Code;
use crate::config::Limits;
use crate::repository::{Repository, StoreBytes};

use super::super::outcome::Outcome;
use super::operations::{Operations, Placed};
use super::scrape;
use super::series::Series;

/// The media type of what `/metrics` answers.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The first word of the name of each metric of this service.
const PREFIX: &str = "eragraph";
/// The code of an answer whose code is none of those of [`Code`].
const UNKNOWN_CODE: &str = "OTHER";
/// How long the size of the store is good for, once it was measured.
const SIZE_IS_GOOD_FOR: Duration = Duration::from_secs(15);
/// The upper bounds of the buckets of latencies, in seconds.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What the service counts. Everything in it is bounded, whatever strangers send.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    started: SystemTime,
    requests: Series<3, Counter>,
    request_times: Series<1, Histogram>,
    in_flight: Gauge,
    abandoned: Counter,
    panics: Counter,
    operations: Mutex<Operations>,
    question_times: Series<1, Histogram>,
    errors: Series<1, Counter>,
    documents: Series<1, Counter>,
    answers: Series<1, Counter>,
    questions: Gauge,
    waiting: Gauge,
    refused: Counter,
    connections: Gauge,
    accepted: Counter,
    shed: Counter,
    sockets: Gauge,
    subscriptions: Gauge,
    store: Cache<(), Option<StoreBytes>>,
}

/// One thing that is under way, for as long as this is held.
#[derive(Debug)]
#[must_use = "it is counted only while this is held"]
pub struct Held(Gauge);

impl Held {
    fn of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Returns the label of what was looked for.
fn word(was_there: bool) -> &'static str {
    if was_there { "hit" } else { "miss" }
}

fn times() -> Histogram {
    Histogram::new(BUCKETS)
}

fn increase(counter: &Counter) {
    counter.inc();
}

impl Metrics {
    /// Returns counts that all stand at zero.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            started: SystemTime::now(),
            requests: Series::new(Counter::default),
            request_times: Series::new(times),
            in_flight: Gauge::default(),
            abandoned: Counter::default(),
            panics: Counter::default(),
            operations: Mutex::new(Operations::new(limits.operations_named, Instant::now())),
            question_times: Series::new(times),
            errors: Series::new(Counter::default),
            documents: Series::new(Counter::default),
            answers: Series::new(Counter::default),
            questions: Gauge::default(),
            waiting: Gauge::default(),
            refused: Counter::default(),
            connections: Gauge::default(),
            accepted: Counter::default(),
            shed: Counter::default(),
            sockets: Gauge::default(),
            subscriptions: Gauge::default(),
            store: Cache::builder().max_capacity(1).time_to_live(SIZE_IS_GOOD_FOR).build(),
        };
        // So that each is there from the start, and a first error is seen as a step from zero.
        for code in Code::ALL.map(Code::word).into_iter().chain([UNKNOWN_CODE]) {
            metrics.errors.with([("code", code)], |_| ());
        }
        for known in ["hit", "miss"] {
            metrics.documents.with([("cache", known)], |_| ());
            metrics.answers.with([("cache", known)], |_| ());
        }
        metrics.registered()
    }

    /// Gives each metric its name and its description.
    fn registered(mut self) -> Self {
        let to = &mut self.registry;
        to.register("http_requests", "Requests that were answered, by method, route and status", self.requests.clone());
        let help = "Time from the head of a request to the head of its answer, by route";
        to.register_with_unit("http_request_duration", help, Unit::Seconds, self.request_times.clone());
        to.register("http_requests_in_flight", "Requests that are being answered", self.in_flight.clone());
        let help = "Requests whose asker went away before the answer";
        to.register("http_requests_abandoned", help, self.abandoned.clone());
        to.register("panics", "Requests whose handler failed, which is a fault of this program", self.panics.clone());

        let help = "Time to answer a GraphQL question, by the name of its operation";
        to.register_with_unit("graphql_question_duration", help, Unit::Seconds, self.question_times.clone());
        to.register("graphql_errors", "GraphQL answers with an error, by the code of the first", self.errors.clone());
        let help = "GraphQL documents, by whether the parsed document was at hand";
        to.register("graphql_documents", help, self.documents.clone());
        let help = "GraphQL questions whose answer might be kept, by whether it was at hand";
        to.register("graphql_answers", help, self.answers.clone());
        to.register("graphql_questions_in_flight", "GraphQL questions being worked out", self.questions.clone());
        to.register("graphql_questions_waiting", "GraphQL questions that wait for their turn", self.waiting.clone());
        let help = "GraphQL questions refused because too many were under way";
        to.register("graphql_questions_refused", help, self.refused.clone());

        to.register("connections", "Open connections", self.connections.clone());
        to.register("connections_accepted", "Connections that were accepted", self.accepted.clone());
        let help = "Connections closed to make room, or because they kept the service waiting";
        to.register("connections_shed", help, self.shed.clone());
        to.register("websockets", "Open WebSockets", self.sockets.clone());
        to.register("subscriptions", "Subscriptions under way", self.subscriptions.clone());
        self
    }

    /// Counts a connection, and that it is open while the answer is held.
    pub fn connection_opened(&self) -> Held {
        self.accepted.inc();
        Held::of(&self.connections)
    }

    /// Counts a connection that was closed to make room, or because it kept the service waiting.
    pub fn connection_shed(&self) {
        self.shed.inc();
    }

    /// Counts a WebSocket as open while the answer is held.
    pub fn socket_opened(&self) -> Held {
        Held::of(&self.sockets)
    }

    /// Counts a subscription as under way while the answer is held.
    pub fn subscription_started(&self) -> Held {
        Held::of(&self.subscriptions)
    }

    /// Counts a question as being worked out while the answer is held.
    pub fn question_started(&self) -> Held {
        Held::of(&self.questions)
    }

    /// Counts a question as waiting for its turn while the answer is held.
    pub fn question_waiting(&self) -> Held {
        Held::of(&self.waiting)
    }

    /// Counts a question that was refused because too many were under way.
    pub fn refused_busy(&self) {
        self.refused.inc();
    }

    /// Counts a request as being answered while the answer is held.
    pub(super) fn request_started(&self) -> Held {
        Held::of(&self.in_flight)
    }

    /// Counts a request whose asker went away.
    pub(super) fn request_abandoned(&self) {
        self.abandoned.inc();
    }

    /// Counts a handler that failed.
    pub(super) fn panicked(&self) {
        self.panics.inc();
    }

    /// Counts a request that was answered.
    pub(super) fn request_answered(&self, method: &str, route: &str, status: StatusCode, took: Duration) {
        self.requests.with([("method", method), ("route", route), ("status", status.as_str())], increase);
        self.request_times.with([("route", route)], |times| times.observe(took.as_secs_f64()));
    }

    /// Counts a question that was answered.
    pub(in crate::server) fn question_answered(&self, outcome: &Outcome, took: Duration) {
        let placed = self.place(outcome.operation.as_deref());
        if let Some(displaced) = placed.displaced {
            self.question_times.remove([("operation", &displaced)]);
        }
        self.question_times.with([("operation", placed.label)], |times| times.observe(took.as_secs_f64()));
        if let Some(code) = &outcome.code {
            let known = Code::ALL.iter().map(|known| known.word()).find(|known| known == code);
            self.errors.with([("code", known.unwrap_or(UNKNOWN_CODE))], increase);
        }
        if let Some(was_known) = outcome.document_was_known {
            self.documents.with([("cache", word(was_known))], increase);
        }
        if let Some(was_kept) = outcome.answer_was_kept {
            self.answers.with([("cache", word(was_kept))], increase);
        }
    }

    fn place<'n>(&self, operation: Option<&'n str>) -> Placed<'n> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).place(operation, Instant::now())
    }

    /// Returns everything that is counted, with what is loaded and what the process takes. It blocks: the size of the
    /// store is measured, unless that was done shortly before.
    ///
    /// # Errors
    /// None that is known of: writing to a string does not fail.
    pub fn exposition(&self, repository: &Repository) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &scrape::of_service(PREFIX, repository, &self.store))?;
        encode_registry(&mut text, &scrape::of_process(self.started))?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}
