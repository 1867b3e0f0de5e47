//! A request that was answered, with its counts and its line in the log.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderValue, StatusCode};
use tracing::Level;

use super::super::outcome::Outcome;
use super::line::as_of;
use super::log::{REQUESTS, for_log};
use super::metrics::Metrics;
use super::request::Pattern;

/// A request that was answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) id: HeaderValue,
    /// The id of its trace. Not the trace itself, which ends when nothing holds it any more.
    pub(super) trace: Option<String>,
    pub(super) method: &'static str,
    pub(super) pattern: Pattern,
    pub(super) status: StatusCode,
    pub(super) at: SystemTime,
    pub(super) took: Duration,
    /// How long its body is, where that is known.
    pub(super) bytes: Option<u64>,
    /// What became of the question in it.
    pub(super) outcome: Option<Outcome>,
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

impl Answered {
    /// Returns how loud the line of the request is: our faults are errors, and what machines ask all the time is quiet.
    fn level(&self) -> Level {
        let route = self.pattern.route();
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Level::WARN,
            status if status.is_server_error() => Level::ERROR,
            _ if route == "/metrics" || route.starts_with("/health/") => Level::DEBUG,
            _ => Level::INFO,
        }
    }

    /// Tells whether its line has to be seen at once.
    pub(super) fn is_urgent(&self) -> bool {
        self.level() <= Level::WARN
    }

    /// Returns how many bytes of text are kept with it that came with the question.
    pub(super) fn text(&self) -> usize {
        let of = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.outcome.as_ref().map_or(0, |outcome| of(&outcome.operation).saturating_add(of(&outcome.variables)))
    }

    /// Counts it.
    pub(super) fn count(&self, metrics: &Metrics) {
        metrics.request_answered(self.method, self.pattern.route(), self.status, self.took);
        if let Some(outcome) = &self.outcome {
            metrics.question_answered(outcome, self.took);
        }
    }

    /// Writes its line, with the time of the answer.
    pub(super) fn log(&self) {
        as_of(self.at, || self.write());
    }

    fn write(&self) {
        let outcome = self.outcome.as_ref();
        let operation = outcome.and_then(|outcome| outcome.operation.as_deref()).map(for_log);
        line!(
            self.level(),
            id = self.id.to_str().unwrap_or_default(),
            trace = self.trace.as_deref(),
            method = self.method,
            route = self.pattern.route(),
            status = self.status.as_u16(),
            ms = milliseconds(self.took),
            bytes = self.bytes,
            operation = operation.as_deref(),
            code = outcome.and_then(|outcome| outcome.code.as_deref()),
            known = outcome.and_then(|outcome| outcome.document_was_known),
            variables = outcome.and_then(|outcome| outcome.variables.as_deref()),
            "answered"
        );
    }
}

/// Returns a time in milliseconds, to the microsecond.
pub(super) fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}
