//! The connections that there are, and which of them leaves when there are too many.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::super::observe::{Held, Metrics};

/// The connections that there are.
#[derive(Debug)]
pub(super) struct Table {
    most: usize,
    began: Instant,
    next: AtomicU64,
    seats: Mutex<HashMap<u64, Arc<Seat>>>,
    metrics: Arc<Metrics>,
}

#[derive(Debug, Default)]
struct Seat {
    /// How many of its requests have come, as far as their heads, and are not answered yet.
    requests: AtomicUsize,
    /// How many heads have come in all.
    heads: AtomicUsize,
    /// How many of its requests are being answered.
    busy: AtomicUsize,
    /// When its last byte came or went, in milliseconds since the table was made.
    moved: AtomicU64,
    /// Whether it speaks no HTTP any more.
    is_upgraded: AtomicBool,
    leave: Notify,
}

/// The place of a connection in the table; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    table: Arc<Table>,
    number: u64,
    seat: Arc<Seat>,
    _open: Held,
}

/// Tells that a request of a connection is being answered, until it is dropped.
#[derive(Debug)]
pub(super) struct Busy(Arc<Seat>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tells that the head of a request is here, until its answer is made.
#[derive(Debug)]
pub(super) struct Head(Arc<Seat>);

impl Drop for Head {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.table.seats.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

impl Table {
    pub(super) fn new(most: usize, metrics: Arc<Metrics>) -> Self {
        Self { metrics, most, began: Instant::now(), next: AtomicU64::new(0), seats: Mutex::default() }
    }

    /// Takes a place; when the table is full, the connection that has been idle longest has to leave.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let seat = Arc::new(Seat::default());
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let place =
            Place { table: Arc::clone(self), number, seat: Arc::clone(&seat), _open: self.metrics.connection_opened() };
        place.moved(Instant::now());
        let is_full = {
            let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
            seats.insert(number, seat);
            seats.len() > self.most
        };
        if is_full {
            self.shed();
        }
        place
    }

    /// Sends the connection away that has been idle longest, and is answering nothing.
    pub(super) fn shed(&self) {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = seats.iter().filter(|(_, seat)| seat.busy.load(Ordering::Relaxed) == 0);
        let longest = idle.min_by_key(|(number, seat)| (seat.moved.load(Ordering::Relaxed), **number));
        let Some(number) = longest.map(|(number, _)| *number) else { return };
        // Out of the table at once, so that the next one to be sent away is another.
        if let Some(seat) = seats.remove(&number) {
            seat.leave.notify_one();
            self.metrics.connection_shed();
        }
    }
}

impl Place {
    /// Notes that a byte came or went.
    pub(super) fn moved(&self, now: Instant) {
        let since = now.saturating_duration_since(self.table.began).as_millis();
        self.seat.moved.store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Notes that a request is being answered.
    pub(super) fn busy(&self) -> Busy {
        self.seat.busy.fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(&self.seat))
    }

    /// Notes that what comes from now on is no HTTP.
    pub(super) fn upgraded(&self) {
        self.seat.is_upgraded.store(true, Ordering::Relaxed);
    }

    /// Tells whether what comes is the head of a request: no request has come that is not answered yet.
    pub(super) fn awaits_head(&self) -> bool {
        self.seat.requests.load(Ordering::Relaxed) == 0 && !self.seat.is_upgraded.load(Ordering::Relaxed)
    }

    /// Returns how many heads have come.
    pub(super) fn heads(&self) -> usize {
        self.seat.heads.load(Ordering::Relaxed)
    }

    /// Notes that the head of a request is here, until its answer is made.
    pub(super) fn head(&self) -> Head {
        self.seat.requests.fetch_add(1, Ordering::Relaxed);
        self.seat.heads.fetch_add(1, Ordering::Relaxed);
        Head(Arc::clone(&self.seat))
    }

    /// Waits until this connection has to make place.
    pub(super) async fn must_leave(&self) {
        self.seat.leave.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(most: usize) -> Arc<Table> {
        Arc::new(Table::new(most, Arc::new(Metrics::new(&crate::config::Limits::default()))))
    }

    fn is_told_to_leave(place: &Place) -> bool {
        futures_util::FutureExt::now_or_never(place.must_leave()).is_some()
    }

    #[test]
    fn the_one_that_has_been_idle_longest_makes_place() {
        let table = table(2);
        let first = table.enter();
        let second = table.enter();
        assert!(!is_told_to_leave(&first));
        let third = table.enter();
        assert!(is_told_to_leave(&first) && !is_told_to_leave(&second) && !is_told_to_leave(&third));
    }

    #[test]
    fn one_that_is_being_answered_stays() {
        let table = table(1);
        let first = table.enter();
        let busy = first.busy();
        let second = table.enter();
        assert!(!is_told_to_leave(&first) && is_told_to_leave(&second));
        drop(busy);
        let third = table.enter();
        assert!(is_told_to_leave(&first) && !is_told_to_leave(&third));
    }

    #[test]
    fn a_place_is_free_when_its_connection_ends() {
        let table = table(1);
        for _ in 0..3 {
            let place = table.enter();
            assert!(!is_told_to_leave(&place));
        }
    }
}
