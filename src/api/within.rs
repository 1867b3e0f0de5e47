//! Answers within a time: the work on a history stops where it is once its deadline has passed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use crate::history;
pub use crate::history::TimedOut;

use super::scope::beside_the_runtime;

/// Works out an answer until a deadline.
///
/// Waiting is not stopped by this, only work; a resolver that waits has a bound of its own.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; nothing of it goes on.
pub async fn within<F: Future>(deadline: Instant, answer: F) -> Result<F::Output, TimedOut> {
    let mut answer = pin!(answer);
    let step = |context: &mut Context<'_>| poll_within(deadline, || answer.as_mut().poll(context));
    poll_fn(flat(step)).await
}

/// Tries whether an answer is worked out by a deadline, so that one that is long can be worked out elsewhere.
///
/// # Errors
/// Returns [`TimedOut`] when it is not; nothing of it goes on.
pub async fn try_until<F: Future>(deadline: Instant, answer: F) -> Result<F::Output, TimedOut> {
    let mut answer = pin!(answer);
    let step = |context: &mut Context<'_>| history::try_until(deadline, || answer.as_mut().poll(context));
    poll_fn(flat(step)).await
}

/// Works out an answer that is long: in a task of its own, so that it holds up nothing else of its asker, and only
/// while somebody waits for it.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; nothing of it goes on.
pub async fn within_a_task<F>(deadline: Instant, answer: F) -> Result<F::Output, TimedOut>
where
    F: Future<Output: Send> + Send + 'static,
{
    let wanted = Wanted(Arc::new(AtomicBool::new(true)));
    let is_wanted = Arc::clone(&wanted.0);
    let task = tokio::spawn(async move {
        let mut answer = pin!(answer);
        let step = |context: &mut Context<'_>| {
            let poll = || answer.as_mut().poll(context);
            beside_the_runtime(|| history::while_wanted(deadline, Some(&is_wanted), poll))
        };
        poll_fn(flat(step)).await
    });
    match task.await {
        Ok(done) => done,
        Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        // The runtime ends.
        Err(_) => Err(TimedOut),
    }
}

/// Says that nobody waits any more, when it is dropped.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Makes a poll of a step of work: one that was stopped is done.
fn flat<T>(
    mut step: impl FnMut(&mut Context<'_>) -> Result<Poll<T>, TimedOut>,
) -> impl FnMut(&mut Context<'_>) -> Poll<Result<T, TimedOut>> {
    move |context| step(context).map_or_else(|timed_out| Poll::Ready(Err(timed_out)), |poll| poll.map(Ok))
}

/// Does a step of such work.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; nothing of it goes on.
pub fn poll_within<T>(deadline: Instant, step: impl FnOnce() -> Poll<T>) -> Result<Poll<T>, TimedOut> {
    history::within(deadline, step)
}
