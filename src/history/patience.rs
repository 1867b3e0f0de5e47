//! How long work on a history may take: past a deadline it stops where it is.
//!
//! The work of one question runs on one thread and changes nothing, so it can be stopped by unwinding, as salsa does it:
//! no traversal needs a way out of its own. Looking up a node asks for the time now and then; outside of [`within`]
//! it asks for nothing.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// How many looks there are from one glance at the clock to the next: about a tenth of a millisecond of work.
const LOOKS: u32 = 1024;

thread_local! {
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    static WANTED: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
    static LOOKS_LEFT: Cell<u32> = const { Cell::new(LOOKS) };
    static IS_TRIAL: Cell<bool> = const { Cell::new(false) };
}

/// Tells that work was stopped at its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was stopped at its deadline")]
pub struct TimedOut;

/// Puts back what holds for the work that goes on around.
struct Restore(Option<Instant>, Option<Arc<AtomicBool>>, bool);

impl Drop for Restore {
    fn drop(&mut self) {
        DEADLINE.set(self.0);
        WANTED.set(self.1.take());
        IS_TRIAL.set(self.2);
    }
}

/// Does work on histories, and stops it where it is once the deadline has passed.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped; what it had borrowed is as it was, what it owned is dropped.
pub fn within<T>(deadline: Instant, work: impl FnOnce() -> T) -> Result<T, TimedOut> {
    while_wanted(deadline, None, work)
}

/// Tries whether work is done by a deadline, so that it can be done elsewhere if it is not.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped: at the deadline, or before what would wait.
pub fn try_until<T>(deadline: Instant, work: impl FnOnce() -> T) -> Result<T, TimedOut> {
    within(deadline, || {
        IS_TRIAL.set(true);
        work()
    })
}

/// Tells whether the work that goes on is only tried.
#[must_use]
pub fn is_trial() -> bool {
    IS_TRIAL.get()
}

/// Ends a trial before something that may wait.
pub fn end_trial() {
    if is_trial() {
        stop();
    }
}

/// Stops the work. Not a panic: nothing went wrong, and no message is printed.
fn stop() -> ! {
    resume_unwind(Box::new(TimedOut))
}

/// Does work as [`within`] does, and stops it as well once nobody wants it any more.
///
/// # Errors
/// Returns [`TimedOut`] when it was stopped, for whichever reason.
pub fn while_wanted<T>(
    deadline: Instant,
    wanted: Option<&Arc<AtomicBool>>,
    work: impl FnOnce() -> T,
) -> Result<T, TimedOut> {
    let _restore = Restore(DEADLINE.replace(Some(deadline)), WANTED.replace(wanted.cloned()), IS_TRIAL.replace(false));
    LOOKS_LEFT.set(LOOKS);
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| match panic.downcast::<TimedOut>() {
        Ok(timed_out) => *timed_out,
        Err(panic) => resume_unwind(panic),
    })
}

/// Returns when the work that goes on has to be done; `None` where it may take as long as it takes.
#[must_use]
pub fn deadline() -> Option<Instant> {
    DEADLINE.get()
}

/// Counts a look at a node; now and then it looks at the clock too, and stops the work when its time is up.
#[inline]
pub(super) fn look() {
    match LOOKS_LEFT.get().checked_sub(1) {
        Some(left) => LOOKS_LEFT.set(left),
        None => glance(),
    }
}

#[cold]
fn glance() {
    LOOKS_LEFT.set(LOOKS);
    let is_unwanted =
        || WANTED.with_borrow(|wanted| wanted.as_ref().is_some_and(|wanted| !wanted.load(Ordering::Relaxed)));
    if DEADLINE.get().is_some_and(|deadline| Instant::now() >= deadline || is_unwanted()) {
        stop();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_without_end_ends_at_its_deadline() {
        let worked = within(Instant::now() + Duration::from_millis(5), || {
            loop {
                look();
            }
        });
        assert_eq!(worked, Err::<(), _>(TimedOut));
    }

    #[test]
    fn work_in_time_and_work_without_a_deadline_are_left_alone() {
        let long = || (0..3 * LOOKS).for_each(|_| look());
        assert_eq!(within(Instant::now() + Duration::from_secs(3600), long), Ok(()));
        assert_eq!(within(Instant::now(), || 7), Ok(7));
        long();
    }

    #[test]
    fn work_that_nobody_wants_any_more_ends() {
        let wanted = Arc::new(AtomicBool::new(true));
        let gone = Arc::clone(&wanted);
        let worked = while_wanted(Instant::now() + Duration::from_secs(3600), Some(&wanted), || {
            (0..3 * LOOKS).for_each(|_| look());
            gone.store(false, Ordering::Relaxed);
            loop {
                look();
            }
        });
        assert_eq!(worked, Err::<(), _>(TimedOut));
    }

    #[test]
    fn a_trial_ends_at_its_deadline_and_before_what_may_wait() {
        let long = Instant::now() + Duration::from_secs(3600);
        assert_eq!(try_until(long, is_trial), Ok(true));
        assert_eq!(try_until(long, || within(long, is_trial)), Ok(Ok(false)), "work within is of its own");
        assert_eq!(try_until(long, end_trial), Err(TimedOut));
        assert_eq!(within(long, end_trial), Ok(()));
        let passed = try_until(Instant::now(), || (0..3 * LOOKS).for_each(|_| look()));
        assert_eq!((passed, is_trial()), (Err(TimedOut), false));
    }

    #[test]
    fn the_deadline_around_holds_again_afterwards() {
        let past = Instant::now();
        let worked = within(past, || {
            let inner = within(past + Duration::from_secs(3600), || (0..3 * LOOKS).for_each(|_| look()));
            assert_eq!(inner, Ok(()));
            (0..3 * LOOKS).for_each(|_| look());
        });
        assert_eq!(worked, Err(TimedOut));
    }
}
