//! Each request, from its head to the head of its answer: its id, its trace, its line in the log, and its counts.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Instant, SystemTime};

use axum::body::HttpBody as _;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use tracing::Span;

use crate::config::Config;

use super::super::outcome::Outcome;
use super::answered::{Answered, milliseconds};
use super::backlog::Backlog;
use super::log::REQUESTS;
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
    backlog: Backlog,
    ids: RequestIds,
    log_variables: bool,
    has_traces: bool,
}

/// A request that is being answered. Dropped before its answer, it tells that the asker went away.
pub(in crate::server) struct Pending {
    observer: Arc<Observer>,
    asker: Asker,
    method: &'static str,
    pattern: Pattern,
    began: Instant,
    is_answered: bool,
    _held: Held,
}

/// Which request is being answered.
#[derive(Debug, Clone)]
pub(in crate::server) struct Asker(Arc<Named>);

#[derive(Debug)]
struct Named {
    id: HeaderValue,
    /// The span of its trace, which is disabled where no traces are sent.
    trace: Span,
    /// What became of the question in it, once that is known.
    outcome: Mutex<Option<Outcome>>,
}

/// The route of a request, as it is written in the table of routes.
#[derive(Debug, Clone)]
pub(in crate::server) enum Pattern {
    Fixed(&'static str),
    Matched(MatchedPath),
    /// There is no such route.
    None,
}

impl Pattern {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Fixed(pattern) => Some(pattern),
            Self::Matched(path) => Some(path.as_str()),
            Self::None => None,
        }
    }

    /// Returns what requests to it count as.
    pub(super) fn route(&self) -> &str {
        self.text().unwrap_or(UNMATCHED)
    }
}

impl Observer {
    /// Returns what observes requests and counts them.
    pub(in crate::server) fn new(metrics: Arc<Metrics>, config: &Config) -> Self {
        Self {
            backlog: Backlog::new(metrics),
            ids: RequestIds::new(),
            log_variables: config.log_variables,
            has_traces: config.otlp.is_some(),
        }
    }

    /// Returns what requests are counted in.
    pub(in crate::server) fn metrics(&self) -> &Metrics {
        self.backlog.metrics()
    }

    /// Counts what was answered up to now, and writes its lines.
    pub(in crate::server) fn catch_up(&self) {
        self.backlog.work_off();
    }

    /// Begins to observe a request, which its route was found for.
    pub(in crate::server) fn begin(observer: &Arc<Self>, pattern: Pattern, request: &Request) -> Pending {
        let id = observer.ids.of(request.headers());
        let method = standard(request.method());
        let trace = if observer.has_traces {
            otlp::span(request, method, pattern.text(), id.to_str().unwrap_or_default())
        } else {
            Span::none()
        };
        Pending {
            asker: Asker(Arc::new(Named { id, trace, outcome: Mutex::default() })),
            method: method.unwrap_or(OTHER_METHOD),
            pattern,
            began: Instant::now(),
            is_answered: false,
            _held: observer.metrics().request_started(),
            observer: Arc::clone(observer),
        }
    }
}

thread_local! {
    /// Who waits for what this thread works on.
    static CURRENT: RefCell<Option<Asker>> = const { RefCell::new(None) };
}

impl Asker {
    /// Returns who waits for what this thread works on.
    pub(super) fn current() -> Option<Self> {
        // At the end of a thread there is nobody any more.
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// Does work for this asker, within the trace of the request: all that is logged meanwhile has the id.
    pub(in crate::server) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        let _before = Before(CURRENT.replace(Some(self.clone())));
        self.0.trace.in_scope(work)
    }

    /// Tells what became of the question.
    pub(in crate::server) fn became(&self, outcome: Outcome) {
        *self.0.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    /// Has work done for this asker.
    pub(in crate::server) fn carry<F: Future + Unpin>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        AskedFor { asker: self.clone(), work }
    }

    pub(super) fn id(&self) -> &str {
        self.0.id.to_str().unwrap_or_default()
    }

    /// Returns the id of the trace, where one is sent.
    pub(super) fn trace(&self) -> Option<String> {
        otlp::trace_id(&self.0.trace)
    }
}

/// Whoever was waited for before is again when this is dropped, also where the work is unwound.
struct Before(Option<Asker>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Work that is done for somebody.
struct AskedFor<F> {
    asker: Asker,
    work: F,
}

impl<F: Future + Unpin> Future for AskedFor<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { asker, work } = &mut *self;
        asker.in_scope(|| Pin::new(work).poll(context))
    }
}

/// Has work done, wherever that is, for who waits for what this thread works on.
pub(in crate::server) fn carried<F>(work: F) -> Pin<Box<dyn Future<Output = F::Output> + Send>>
where
    F: Future + Send + 'static,
{
    let work = Box::pin(work);
    match Asker::current() {
        Some(asker) => Box::pin(asker.carry(work)),
        None => work,
    }
}

/// The same for work that is done at once, on another thread.
pub(in crate::server) fn handed_over<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let asker = Asker::current();
    move || match asker {
        Some(asker) => asker.in_scope(work),
        None => work(),
    }
}

impl Pending {
    /// Returns which request it is.
    pub(in crate::server) fn asker(&self) -> Asker {
        self.asker.clone()
    }

    /// Gives an answer the id of its request, and sees to it that it is counted and in the log.
    pub(in crate::server) fn answered(&mut self, response: &mut Response) {
        self.is_answered = true;
        let mut outcome = self.asker.0.outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(outcome) = outcome.as_mut().filter(|_| !self.observer.log_variables) {
            outcome.variables = None;
        }
        otlp::finish(&self.asker.0.trace, response.status(), outcome.as_ref());
        response.headers_mut().insert(REQUEST_ID, self.asker.0.id.clone());
        self.observer.backlog.add(Answered {
            id: self.asker.0.id.clone(),
            trace: self.asker.trace(),
            method: self.method,
            pattern: self.pattern.clone(),
            status: response.status(),
            at: SystemTime::now(),
            took: self.began.elapsed(),
            bytes: response.body().size_hint().exact(),
            outcome,
        });
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_answered {
            self.observer.metrics().request_abandoned();
            let (id, method, route) = (self.asker.id(), self.method, self.pattern.route());
            let ms = milliseconds(self.began.elapsed());
            tracing::info!(target: REQUESTS, id, method, route, ms, "the asker went away");
        }
    }
}

/// Returns the name of a method of the standard; `None` for any other, which a stranger may make up.
fn standard(method: &Method) -> Option<&'static str> {
    const STANDARD: [&str; 9] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"];
    STANDARD.into_iter().find(|name| method.as_str() == *name)
}
