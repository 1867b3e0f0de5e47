//! How many questions are worked out at once, and how many may wait for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::Limits;

/// Lets questions in, so many at a time.
#[derive(Debug)]
pub(super) struct Gate {
    all: Semaphore,
    long: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
    patience: Duration,
}

/// Tells that too many ask at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Busy;

/// The right to be worked out; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Entry<'g> {
    _permits: [Option<SemaphorePermit<'g>>; 2],
}

/// Counts one who waits.
struct Waiting<'g>(&'g AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Self {
        let places = |count: usize| Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS));
        Self {
            all: places(limits.concurrency),
            long: places(limits.long_concurrency),
            waiting: AtomicUsize::new(0),
            most_waiting: limits.waiting,
            patience: limits.timeout,
        }
    }

    /// Goes in, where that takes no waiting.
    fn enter_now(&self, is_long: bool) -> Option<Entry<'_>> {
        // A long one takes its own place first, so that it never keeps a small one waiting while it waits.
        let long = if is_long { Some(self.long.try_acquire().ok()?) } else { None };
        let place = self.all.try_acquire().ok()?;
        Some(Entry { _permits: [long, Some(place)] })
    }

    /// Waits for a place, unless too many wait already, and no longer than an answer may take. What `waits` gives is held
    /// while that is so.
    pub(super) async fn enter<W>(&self, is_long: bool, waits: impl FnOnce() -> W) -> Result<Entry<'_>, Busy> {
        if let Some(entry) = self.enter_now(is_long) {
            return Ok(entry);
        }
        let _held = waits();
        let _waiting = Waiting(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            return Err(Busy);
        }
        let wait = async {
            let long = if is_long { Some(self.long.acquire().await) } else { None };
            let place = self.all.acquire().await;
            (long.and_then(Result::ok), place.ok())
        };
        let (long, place) = tokio::time::timeout(self.patience, wait).await.map_err(|_| Busy)?;
        Ok(Entry { _permits: [long, place] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(waiting: usize) -> Gate {
        let patience = Duration::from_millis(1);
        Gate::new(&Limits { concurrency: 2, long_concurrency: 1, waiting, timeout: patience, ..Limits::default() })
    }

    #[tokio::test]
    async fn so_many_come_in_and_no_more() {
        let gate = gate(1);
        let first = gate.enter(true, || ()).await.unwrap();
        assert_eq!(gate.enter(true, || ()).await.err(), Some(Busy), "one long question at a time");
        let second = gate.enter(false, || ()).await.unwrap();
        assert_eq!(gate.enter(false, || ()).await.err(), Some(Busy));
        drop(first);
        assert!(gate.enter(true, || ()).await.is_ok());
        drop(second);
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_next_place() {
        let gate = Gate::new(&Limits { concurrency: 1, ..Limits::default() });
        let first = gate.enter(false, || ()).await.unwrap();
        let waits = gate.enter(false, || ());
        let leaves = async { drop(first) };
        let (waited, ()) = tokio::join!(waits, leaves);
        assert!(waited.is_ok());
        assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn where_nobody_may_wait_the_next_is_turned_away_at_once() {
        let gate = Gate::new(&Limits { concurrency: 1, waiting: 0, ..Limits::default() });
        let _first = gate.enter(false, || ()).await.unwrap();
        assert_eq!(gate.enter(false, || ()).await.err(), Some(Busy));
        assert_eq!(gate.waiting.load(Ordering::Relaxed), 0);
    }
}
