//! A timer that is set again and again, and hardly ever rings.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer for a deadline that moves on with every request.
///
/// It asks the runtime only for an earlier ring than the one that is to come. A deadline that was put off meanwhile is
/// looked at when that comes; so a connection that is in use sets a timer once in as long as it may be idle, and not
/// with every request. A new timer that is earlier than all others would wake the thread that waits for them.
#[derive(Debug, Default)]
pub(super) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Tells whether the deadline has passed; wakes the task once it may have.
    pub(super) fn poll(&mut self, deadline: Instant, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        loop {
            ready!(sleep.as_mut().poll(context));
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn it_rings_at_the_deadline_that_it_was_asked_for_last() {
        let mut alarm = Alarm::default();
        let far = Instant::now() + Duration::from_secs(3600);
        let near = Instant::now() + Duration::from_millis(5);
        assert_eq!(poll_fn(|context| alarm.poll(far, context)).now_or_never(), None);
        assert_eq!(poll_fn(|context| alarm.poll(near, context)).now_or_never(), None);
        let later = near + Duration::from_millis(5);
        poll_fn(|context| alarm.poll(later, context)).await;
        assert!(Instant::now() >= later);
        assert_eq!(poll_fn(|context| alarm.poll(near, context)).now_or_never(), Some(()));
        assert_eq!(poll_fn(|context| alarm.poll(far, context)).now_or_never(), None);
    }
}
