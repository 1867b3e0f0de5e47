//! Requests that were answered, each with its counts and its line in the log: these follow a moment later, together with
//! those of other requests. Each by itself takes as long as a tenth of a small answer, most of it to fetch code and data that
//! are not at hand then.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::http::{HeaderValue, StatusCode};
use tokio::runtime::Handle;
use tracing::Level;

use super::super::outcome::Outcome;
use super::line::as_of;
use super::log::{REQUESTS, for_log};
use super::metrics::Metrics;
use super::request::Pattern;

/// How long what was answered waits for others.
const MOMENT: Duration = Duration::from_millis(50);
/// How many wait at most.
const MOST: usize = 1_024;
/// How many bytes of text one may have that waits.
const LONG: usize = 1_024;

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

/// Requests that were answered, and are not counted and in the log yet.
#[derive(Debug)]
pub(super) struct Backlog {
    waiting: Mutex<Vec<Answered>>,
    metrics: Arc<Metrics>,
}

impl Backlog {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { waiting: Mutex::default(), metrics }
    }

    /// Returns what requests are counted in.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Puts an answer aside for a moment. What has to be seen at once is, after what waits before it; and what strangers
    /// can make large does not wait.
    pub(super) fn add(self: &Arc<Self>, answered: Answered) {
        let is_urgent = answered.level() <= Level::WARN || answered.text() > LONG;
        let count = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(answered);
            waiting.len()
        };
        if is_urgent || count >= MOST {
            self.work_off();
        } else if count == 1 {
            match Handle::try_current() {
                Ok(runtime) => {
                    let backlog = Arc::clone(self);
                    runtime.spawn(async move {
                        tokio::time::sleep(MOMENT).await;
                        backlog.work_off();
                    });
                }
                // Nobody would come back to it.
                Err(_) => self.work_off(),
            }
        }
    }

    /// Counts what waits, and writes its lines.
    pub(super) fn work_off(&self) {
        let waiting = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let next = Vec::with_capacity(waiting.len());
            std::mem::replace(&mut *waiting, next)
        };
        for answered in &waiting {
            answered.count(&self.metrics);
            as_of(answered.at, || answered.log());
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

    /// Returns how many bytes of text are kept with it that came with the question.
    fn text(&self) -> usize {
        let of = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.outcome.as_ref().map_or(0, |outcome| of(&outcome.operation).saturating_add(of(&outcome.variables)))
    }

    fn count(&self, metrics: &Metrics) {
        metrics.request_answered(self.method, self.pattern.route(), self.status, self.took);
        if let Some(outcome) = &self.outcome {
            metrics.question_answered(outcome, self.took);
        }
    }

    fn log(&self) {
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

#[cfg(test)]
mod tests {
    use tracing::Dispatch;
    use tracing::subscriber::NoSubscriber;

    use super::super::tests::Lines;
    use super::super::{Form, subscriber};
    use super::*;
    use crate::config::Config;

    fn answered(status: StatusCode, at: SystemTime) -> Answered {
        Answered {
            id: HeaderValue::from_static("my-id"),
            trace: None,
            method: "GET",
            pattern: Pattern::Fixed("/asked"),
            status,
            at,
            took: Duration::from_micros(1_500),
            bytes: Some(7),
            outcome: None,
        }
    }

    /// Answers a few requests one after the other, and returns how many lines there are after each, and all of them at last.
    async fn lines_after(statuses: &[StatusCode]) -> (Vec<usize>, String) {
        let backlog = Arc::new(Backlog::new(Arc::new(Metrics::new(&Config::default().limits))));
        let lines = Lines::default();
        let (subscriber, _guard) = subscriber(&Config::default(), Form::Plain, lines.writer()).unwrap();
        let _second = Dispatch::new(NoSubscriber::new());
        let _default = tracing::subscriber::set_default(subscriber);
        let counts = statuses.iter().map(|status| {
            backlog.add(answered(*status, SystemTime::UNIX_EPOCH));
            lines.text().lines().count()
        });
        let counts = counts.collect();
        let all_written = async {
            while !backlog.waiting.lock().unwrap().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), all_written).await.unwrap();
        (counts, lines.text())
    }

    #[tokio::test]
    async fn what_was_answered_is_in_the_log_a_moment_later_with_the_time_of_the_answer() {
        let (counts, text) = lines_after(&[StatusCode::OK; 3]).await;
        assert_eq!(counts, [0, 0, 0]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.lines().all(|line| line.starts_with("1970-01-01T00:00:00.000000Z  INFO ")), "{text}");
    }

    #[tokio::test]
    async fn what_went_wrong_is_in_the_log_at_once_after_what_waits() {
        let (counts, _) = lines_after(&[StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::OK]).await;
        assert_eq!(counts, [0, 2, 2]);
    }

    #[tokio::test]
    async fn so_many_wait_and_no_more() {
        let (counts, _) = lines_after(&[StatusCode::OK; MOST + 1]).await;
        assert_eq!(counts.iter().rev().take(3).collect::<Vec<_>>(), [&MOST, &MOST, &0]);
    }

    #[tokio::test]
    async fn what_is_large_does_not_wait() {
        let backlog = Arc::new(Backlog::new(Arc::new(Metrics::new(&Config::default().limits))));
        for (length, waiting) in [(LONG, 1), (LONG + 1, 0)] {
            let outcome = Outcome { operation: Some("a".repeat(length)), ..Outcome::default() };
            let answered = answered(StatusCode::OK, SystemTime::UNIX_EPOCH);
            backlog.add(Answered { outcome: Some(outcome), ..answered });
            assert_eq!(backlog.waiting.lock().unwrap().len(), waiting, "{length}");
        }
    }

    #[test]
    fn where_nobody_comes_back_it_is_counted_at_once() {
        let metrics = Arc::new(Metrics::new(&Config::default().limits));
        let backlog = Arc::new(Backlog::new(metrics));
        backlog.add(answered(StatusCode::OK, SystemTime::UNIX_EPOCH));
        assert!(backlog.waiting.lock().unwrap().is_empty());
    }
}
