//! Each request, from its head to the head of its answer: its id, its spans, its line in the log, and its counts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{Instrument as _, Level, Span, field};

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
#[derive(Debug, Clone)]
pub(super) struct Observer {
    pub(super) metrics: Arc<Metrics>,
    pub(super) ids: RequestIds,
    pub(super) log_variables: bool,
}

/// A request that is being answered. Dropped before its answer, it tells that the asker went away.
struct Pending {
    observer: Observer,
    span: Span,
    method: &'static str,
    route: String,
    began: Instant,
    is_answered: bool,
    _held: Held,
}

/// Observes a request; stands around all that answers it.
pub(super) async fn observe(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    let id = observer.ids.of(request.headers());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let trace = otlp::span(&request, standard(request.method()), route.as_deref(), &id);
    // At the level of errors, so that no filter parts an error from the id of its request.
    let make = || tracing::error_span!(target: REQUESTS, "request", id, trace = field::Empty);
    let span = trace.in_scope(make);
    if let Some(trace_id) = otlp::trace_id(&trace) {
        span.record("trace", trace_id);
    }
    let mut pending = Pending {
        span: span.clone(),
        method: standard(request.method()).unwrap_or(OTHER_METHOD),
        route: route.unwrap_or_else(|| UNMATCHED.to_owned()),
        began: Instant::now(),
        is_answered: false,
        _held: observer.metrics.request_started(),
        observer,
    };
    let mut response = next.run(request).instrument(span).instrument(trace.clone()).await;
    pending.answered(&response);
    otlp::finish(&trace, response.status(), response.extensions().get::<Outcome>());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
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
    fn answered(&mut self, response: &Response) {
        self.is_answered = true;
        let took = self.began.elapsed();
        self.observer.metrics.request_answered(self.method, &self.route, response.status().as_u16(), took);
        if let Some(outcome) = response.extensions().get::<Outcome>() {
            self.observer.metrics.question_answered(outcome, took);
        }
        self.span.in_scope(|| self.log(response, took));
    }

    fn log(&self, response: &Response, took: Duration) {
        let (method, route, status) = (self.method, self.route.as_str(), response.status());
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
            let (method, route, ms) = (self.method, self.route.as_str(), milliseconds(self.began.elapsed()));
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
