//! Long answers beside the runtime: the work on a history stops where it is once its deadline has passed, or once nobody
//! waits for it any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::history;
pub use crate::history::{TimedOut, try_until, within};

/// Works out an answer that is long: on a thread of its own, so that it holds up nothing else of its asker, and only
/// while somebody waits for it.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; nothing of it goes on.
pub async fn within_a_thread<T>(deadline: Instant, work: impl FnOnce() -> T + Send + 'static) -> Result<T, TimedOut>
where
    T: Send + 'static,
{
    let wanted = Wanted(Arc::new(AtomicBool::new(true)));
    let is_wanted = Arc::clone(&wanted.0);
    let work = tokio::task::spawn_blocking(move || history::while_wanted(deadline, Some(&is_wanted), work));
    match work.await {
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
