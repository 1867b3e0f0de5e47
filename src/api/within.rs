//! Answers within a time: the work on a history stops where it is once its deadline has passed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use crate::history;
pub use crate::history::TimedOut;

use super::scope::beside_the_runtime;

/// Works out an answer until a deadline.
///
/// What is long does not hold up the other requests of the thread that it runs on. Waiting is not stopped by this, only
/// work; a resolver that waits has a bound of its own.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; nothing of it goes on.
pub async fn within<F: Future>(deadline: Instant, is_long: bool, answer: F) -> Result<F::Output, TimedOut> {
    let mut answer = pin!(answer);
    poll_fn(|context| {
        let mut work = || poll_within(deadline, || answer.as_mut().poll(context));
        let polled = if is_long { beside_the_runtime(work) } else { work() };
        polled.map_or_else(|timed_out| Poll::Ready(Err(timed_out)), |poll| poll.map(Ok))
    })
    .await
}

/// Does a step of such work.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; nothing of it goes on.
pub fn poll_within<T>(deadline: Instant, step: impl FnOnce() -> Poll<T>) -> Result<Poll<T>, TimedOut> {
    history::within(deadline, step)
}
