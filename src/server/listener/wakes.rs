//! The wake-ups that a connection gives itself while it is polled.
//!
//! hyper wakes the task of a connection when a handler takes a piece of the body, though all of it is here. To the
//! runtime a task that is woken while it runs is work for another thread, which it wakes from its sleep: that takes as
//! long as a small answer. So such a connection is polled again at once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// How often a connection is polled in one go, before others have their turn.
const AT_ONCE: usize = 3;

const IDLE: u8 = 0;
const POLLED: u8 = 1;
const WOKEN: u8 = 2;

/// Takes the wake-ups of a task: those that come while it is polled are kept from the runtime.
#[derive(Debug)]
pub(super) struct Wakes {
    taken: Arc<Taken>,
    waker: Waker,
}

#[derive(Debug)]
struct Taken {
    task: AtomicWaker,
    state: AtomicU8,
}

impl Wake for Taken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.state.compare_exchange(POLLED, WOKEN, Ordering::AcqRel, Ordering::Acquire) == Err(IDLE) {
            self.task.wake();
        }
    }
}

impl Wakes {
    pub(super) fn new() -> Self {
        let taken = Arc::new(Taken { task: AtomicWaker::new(), state: AtomicU8::new(IDLE) });
        Self { waker: Arc::clone(&taken).into(), taken }
    }

    /// Polls, and again while that wakes itself.
    pub(super) fn poll<F: Future>(&self, mut future: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.taken.task.register(context.waker());
        for _ in 0..AT_ONCE {
            self.taken.state.store(POLLED, Ordering::Release);
            let polled = future.as_mut().poll(&mut Context::from_waker(&self.waker));
            let settled = self.taken.state.compare_exchange(POLLED, IDLE, Ordering::AcqRel, Ordering::Acquire);
            if polled.is_ready() || settled.is_ok() {
                return polled;
            }
        }
        self.taken.state.store(IDLE, Ordering::Release);
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Polls once what wakes itself so often, and returns how often it was polled and how often its task was woken.
    fn polled(wakes: &Wakes, times: usize) -> (usize, usize) {
        let woken = Arc::new(Count::default());
        let (mut count, mut kept) = (0, None);
        let future = poll_fn(|context| {
            count += 1;
            kept = Some(context.waker().clone());
            if count <= times {
                context.waker().wake_by_ref();
            }
            Poll::<()>::Pending
        });
        let waker = Waker::from(Arc::clone(&woken));
        assert!(wakes.poll(pin!(future), &mut Context::from_waker(&waker)).is_pending());
        let before = woken.0.load(Ordering::SeqCst);
        if let Some(kept) = &kept {
            kept.wake_by_ref();
        }
        assert_eq!(woken.0.load(Ordering::SeqCst), before + 1, "between polls each wake-up is passed on");
        (count, before)
    }

    #[test]
    fn what_wakes_itself_is_polled_again_at_once_but_not_for_ever() {
        let wakes = Wakes::new();
        for (times, expected) in [(0, (1, 0)), (1, (2, 0)), (2, (3, 0)), (9, (3, 1))] {
            assert_eq!(polled(&wakes, times), expected, "{times}");
        }
    }
}
