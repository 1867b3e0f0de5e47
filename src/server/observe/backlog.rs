//! What was answered, until it is counted and in the log: that follows a moment later, together with what others were
//! answered. Each by itself takes as long as a tenth of a small answer, most of it to fetch code and data that are not at
//! hand then.
//!
//! It follows on a thread of its own. A timer of the runtime would hand the next request to another of its threads each time.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{Dispatch, dispatcher};

use super::answered::Answered;
use super::gathered::together;
use super::metrics::Metrics;

/// How long what was answered waits for others.
const MOMENT: Duration = Duration::from_millis(50);
/// How many wait at most.
const MOST: usize = 1_024;
/// How many bytes of text one may have that waits.
const LONG: usize = 1_024;

/// Requests that were answered, and are not counted and in the log yet. They are when this is dropped.
#[derive(Debug)]
pub(super) struct Backlog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Told when something waits that nobody comes back to, and at the end.
    changed: Condvar,
    /// Held by who works off, so that lines stand in the order of the answers, and who comes after finds all counted.
    turn: Mutex<()>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Waiting {
    answered: Vec<Answered>,
    /// Whether the thread comes back in a moment by itself.
    is_attended: bool,
    is_over: bool,
}

impl Backlog {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        let shared = Arc::new(Shared::new(metrics));
        let attended = Arc::clone(&shared);
        // The log of whoever begins; the new thread by itself knows only that of the process.
        let log = dispatcher::get_default(Dispatch::clone);
        let attend = move || attended.attend(&log);
        let thread = thread::Builder::new().name("answered".to_owned()).spawn(attend).ok();
        // Where there is no thread, nothing waits.
        shared.lock().is_over = thread.is_none();
        Self { shared, thread }
    }

    /// Returns what requests are counted in.
    pub(super) fn metrics(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// Puts an answer aside for a moment. What has to be seen at once is, after what waits before it; and what strangers
    /// can make large does not wait.
    pub(super) fn add(&self, answered: Answered) {
        let is_urgent = answered.is_urgent() || answered.text() > LONG;
        let mut waiting = self.shared.lock();
        waiting.answered.push(answered);
        if is_urgent || waiting.is_over || waiting.answered.len() >= MOST {
            drop(waiting);
            self.work_off();
        } else if !waiting.is_attended {
            waiting.is_attended = true;
            self.shared.changed.notify_one();
        }
    }

    /// Counts what waits, and writes its lines.
    pub(super) fn work_off(&self) {
        self.shared.work_off();
    }
}

impl Drop for Backlog {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // If it failed, that was told of; what it left is done here.
            let _ = thread.join();
        }
        self.work_off();
    }
}

impl Waiting {
    /// Takes what waits, and leaves room for as much.
    fn take(&mut self) -> Vec<Answered> {
        let room = Vec::with_capacity(self.answered.len());
        std::mem::replace(&mut self.answered, room)
    }
}

impl Shared {
    fn new(metrics: Arc<Metrics>) -> Self {
        Self { waiting: Mutex::default(), changed: Condvar::new(), turn: Mutex::default(), metrics }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Comes back to what waits, moment after moment while there is something, until all is over.
    fn attend(&self, log: &Dispatch) {
        let mut waiting = self.lock();
        while !waiting.is_over {
            let is_idle = |waiting: &mut Waiting| !waiting.is_attended && !waiting.is_over;
            waiting = self.changed.wait_while(waiting, is_idle).unwrap_or_else(PoisonError::into_inner);
            let moment = self.changed.wait_timeout_while(waiting, MOMENT, |waiting| !waiting.is_over);
            waiting = moment.unwrap_or_else(PoisonError::into_inner).0;
            waiting.is_attended = !waiting.answered.is_empty();
            drop(waiting);
            dispatcher::with_default(log, || self.work_off());
            waiting = self.lock();
        }
    }

    fn work_off(&self) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let answered = self.lock().take();
        together(|| {
            for answered in &answered {
                answered.count(&self.metrics);
                answered.log();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Instant, SystemTime};

    use axum::http::{HeaderValue, StatusCode};
    use tracing::subscriber::NoSubscriber;

    use super::super::super::outcome::Outcome;
    use super::super::request::Pattern;
    use super::super::tests::Lines;
    use super::super::{Form, subscriber};
    use super::*;
    use crate::config::Config;
    use crate::repository::Repository;

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

    fn metrics() -> Arc<Metrics> {
        Arc::new(Metrics::new(&Config::default().limits))
    }

    /// Returns a backlog whose thread never comes back.
    fn unattended() -> Backlog {
        Backlog { shared: Arc::new(Shared::new(metrics())), thread: None }
    }

    fn waiting(backlog: &Backlog) -> usize {
        backlog.shared.lock().answered.len()
    }

    /// Answers a few requests one after the other, and returns how many lines there are after each, and all of them at last.
    fn lines_after(
        statuses: &[StatusCode],
        backlog: impl FnOnce() -> Backlog,
        at_last: impl FnOnce(Backlog, &Lines),
    ) -> (Vec<usize>, String) {
        let lines = Lines::default();
        let (subscriber, _guard) = subscriber(&Config::default(), Form::Plain, lines.writer()).unwrap();
        let _second = Dispatch::new(NoSubscriber::new());
        let _default = tracing::subscriber::set_default(subscriber);
        let backlog = backlog();
        let counts = statuses.iter().map(|status| {
            backlog.add(answered(*status, SystemTime::UNIX_EPOCH));
            lines.text().lines().count()
        });
        let counts = counts.collect();
        at_last(backlog, &lines);
        (counts, lines.text())
    }

    #[test]
    fn what_was_answered_is_in_the_log_later_with_the_time_of_the_answer() {
        let (counts, text) = lines_after(&[StatusCode::OK; 3], unattended, |backlog, _| drop(backlog));
        assert_eq!(counts, [0, 0, 0]);
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(text.lines().all(|line| line.starts_with("1970-01-01T00:00:00.000000Z  INFO ")), "{text}");
    }

    fn wait_until(is_so: impl Fn() -> bool) {
        let patience = Instant::now() + Duration::from_secs(60);
        while !is_so() && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(is_so());
    }

    #[test]
    fn the_thread_comes_back_in_a_moment_and_again_when_it_had_nothing_to_do() {
        let come_back = |backlog: Backlog, lines: &Lines| {
            wait_until(|| lines.text().lines().count() == 3);
            wait_until(|| !backlog.shared.lock().is_attended);
            thread::sleep(Duration::from_millis(1));
            backlog.add(answered(StatusCode::OK, SystemTime::UNIX_EPOCH));
            wait_until(|| lines.text().lines().count() == 4);
        };
        lines_after(&[StatusCode::OK; 3], || Backlog::new(metrics()), come_back);
    }

    #[test]
    fn what_went_wrong_is_in_the_log_at_once_after_what_waits() {
        let statuses = [StatusCode::OK, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::OK];
        let (counts, text) = lines_after(&statuses, unattended, |backlog, _| drop(backlog));
        assert_eq!(counts, [0, 2, 2]);
        let levels: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
        assert_eq!(levels, ["INFO", "ERROR", "INFO"], "{text}");
    }

    #[test]
    fn so_many_wait_and_no_more() {
        let (counts, _) = lines_after(&[StatusCode::OK; MOST + 1], unattended, |backlog, _| drop(backlog));
        assert_eq!(counts.iter().rev().take(3).collect::<Vec<_>>(), [&MOST, &MOST, &0]);
    }

    #[test]
    fn what_is_large_does_not_wait() {
        let backlog = unattended();
        for (length, expected) in [(LONG, 1), (LONG + 1, 0)] {
            let outcome = Outcome { operation: Some("a".repeat(length)), ..Outcome::default() };
            let answered = answered(StatusCode::OK, SystemTime::UNIX_EPOCH);
            backlog.add(Answered { outcome: Some(outcome), ..answered });
            assert_eq!(waiting(&backlog), expected, "{length}");
        }
    }

    #[test]
    fn where_nobody_comes_back_it_is_counted_at_once() {
        let backlog = unattended();
        backlog.shared.lock().is_over = true;
        backlog.add(answered(StatusCode::OK, SystemTime::UNIX_EPOCH));
        assert_eq!(waiting(&backlog), 0);
    }

    #[test]
    fn what_waits_is_counted_at_the_end() {
        let metrics = metrics();
        let backlog = Backlog::new(Arc::clone(&metrics));
        (0..3).for_each(|_| backlog.add(answered(StatusCode::OK, SystemTime::UNIX_EPOCH)));
        drop(backlog);
        let folder = tempfile::TempDir::new().unwrap();
        let text = metrics.exposition(&Repository::open(folder.path()).unwrap().0).unwrap();
        let line =
            text.lines().find(|line| line.starts_with("eragraph_http_requests_total{") && line.contains("/asked"));
        assert!(line.is_some_and(|line| line.ends_with(" 3")), "{text}");
    }
}
