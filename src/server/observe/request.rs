//! Each request, from its head to the head of its answer: its id, its spans, its line in the log, and its counts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use tracing::{Level, Span, field};

use crate::config::Config;

use super::super::outcome::Outcome;
use super::log::{REQUESTS, for_log};
use super::metrics::{Held, Metrics};
use super::otlp;
use super::request_id::{REQUEST_ID, RequestIds};

/// What requests that meet no route count as.
const UNMATCHED: &str = "unmatched";
/// What methods outside the standard count as.
const OTHER_METHOD: &str = "other";

/// What every request is observed with.
#[derive(Debug)]
pub(in crate::server) struct Observer {
    metrics: Arc<Metrics>,
    ids: RequestIds,
    log_variables: bool,
    has_traces: bool,
}

/// A request that is being answered. Dropped before its answer, it tells that the asker went away.
pub(in crate::server) struct Pending {
    observer: Arc<Observer>,
    id: HeaderValue,
    span: Span,
    trace: Span,
    method: &'static str,
    route: Option<MatchedPath>,
    began: Instant,
    is_answered: bool,
    _held: Held,
}

impl Observer {
    /// Returns what observes requests and counts them.
    pub(in crate::server) fn new(metrics: Arc<Metrics>, config: &Config) -> Self {
        let (log_variables, has_traces) = (config.log_variables, config.otlp.is_some());
        Self { metrics, ids: RequestIds::new(), log_variables, has_traces }
    }

    /// Begins to observe a request, which its route was found for.
    pub(in crate::server) fn begin(observer: &Arc<Self>, request: &Request) -> Pending {
        let header = observer.ids.of(request.headers());
        let id = header.to_str().unwrap_or_default();
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = standard(request.method());
        let pattern = route.as_ref().map(MatchedPath::as_str);
        let trace = if observer.has_traces { otlp::span(request, method, pattern, id) } else { Span::none() };
        // At the level of errors, so that no filter parts an error from the id of its request.
        let make = || tracing::error_span!(target: REQUESTS, "request", id, trace = field::Empty);
        let span = trace.in_scope(make);
        if let Some(trace_id) = otlp::trace_id(&trace) {
            span.record("trace", trace_id);
        }
        Pending {
            id: header,
            span,
            trace,
            method: method.unwrap_or(OTHER_METHOD),
            route,
            began: Instant::now(),
            is_answered: false,
            _held: observer.metrics.request_started(),
            observer: Arc::clone(observer),
        }
    }
}

/// Writes the line of a request at a level that is known only when it is answered.
macro_rules! line {
    ($level:expr, $($fields:tt)+) => {
        match $level {
            Level::ERROR => tracing::error!(target: REQUESTS, $($fields)+),
            Level::WARN => tracing::warn!(target: REQUESTS, $($fields)+),
            Level::INFO => tracing::info!(target: REQUESTS, $($fields)+),
            _ => tracing::debug!(target: REQUESTS, $($fields)+),
        }
    };
}

impl Pending {
    /// Returns the span of the request, and that of its trace, which is disabled where no traces are sent.
    pub(in crate::server) fn spans(&self) -> (Span, Span) {
        (self.span.clone(), self.trace.clone())
    }

    /// Counts an answer, writes its line, and gives it the id of its request.
    pub(in crate::server) fn answered(&mut self, response: &mut Response) {
        self.is_answered = true;
        let took = self.began.elapsed();
        let outcome = response.extensions().get::<Outcome>();
        self.observer.metrics.request_answered(self.method, self.route(), response.status(), took);
        if let Some(outcome) = outcome {
            self.observer.metrics.question_answered(outcome, took);
        }
        self.span.in_scope(|| self.log(response, took));
        otlp::finish(&self.trace, response.status(), outcome);
        response.headers_mut().insert(REQUEST_ID, self.id.clone());
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str)
    }

    fn log(&self, response: &Response, took: Duration) {
        let (method, route, status) = (self.method, self.route(), response.status());
        let outcome = response.extensions().get::<Outcome>();
        let operation = outcome.and_then(|outcome| outcome.operation.as_deref()).map(for_log);
        let variables =
            outcome.and_then(|outcome| outcome.variables.as_deref()).filter(|_| self.observer.log_variables);
        line!(
            level(route, status),
            method,
            route,
            status = status.as_u16(),
            ms = milliseconds(took),
            bytes = response.body().size_hint().exact(),
            operation = operation.as_deref(),
            code = outcome.and_then(|outcome| outcome.code.as_deref()),
            known = outcome.and_then(|outcome| outcome.document_was_known),
            variables,
            "answered"
        );
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_answered {
            self.observer.metrics.request_abandoned();
            let (method, route, ms) = (self.method, self.route(), milliseconds(self.began.elapsed()));
            self.span.in_scope(|| tracing::info!(target: REQUESTS, method, route, ms, "the asker went away"));
        }
    }
}

/// Returns how loud the line of a request is: our faults are errors, and what machines ask all the time is quiet.
fn level(route: &str, status: StatusCode) -> Level {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Level::WARN,
        status if status.is_server_error() => Level::ERROR,
        _ if route == "/metrics" || route.starts_with("/health/") => Level::DEBUG,
        _ => Level::INFO,
    }
}

/// Returns the name of a method of the standard; `None` for any other, which a stranger may make up.
fn standard(method: &Method) -> Option<&'static str> {
    const STANDARD: [&str; 9] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"];
    STANDARD.into_iter().find(|name| method.as_str() == *name)
}

fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}
