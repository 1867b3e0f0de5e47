//! Whether questions are answered: not yet, now, or no longer.

use std::sync::Arc;

use tokio::sync::watch;

/// How far the service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The store is not open yet.
    Starting,
    /// Questions are answered.
    Ready,
    /// The service was told to stop, and finishes what runs.
    Stopping,
}

impl Stage {
    /// Returns the word that `/health/ready` says.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Stopping => "stopping",
        }
    }
}

/// The stage of the service, shared by all who tell it or ask for it. It only goes on, and never back.
#[derive(Debug, Clone)]
pub struct Readiness(Arc<watch::Sender<Stage>>);

impl Readiness {
    /// Returns what is starting.
    #[must_use]
    pub fn starting() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Starting)))
    }

    /// Returns what is ready at once: the store is open and loaded.
    #[must_use]
    pub fn ready() -> Self {
        Self(Arc::new(watch::Sender::new(Stage::Ready)))
    }

    /// Says that questions are answered; of no effect once the service stops.
    pub fn set_ready(&self) {
        self.go_on_to(Stage::Ready);
    }

    /// Says that the service was told to stop.
    pub fn set_stopping(&self) {
        self.go_on_to(Stage::Stopping);
    }

    fn go_on_to(&self, stage: Stage) {
        self.0.send_if_modified(|current| {
            let goes_on = *current < stage;
            *current = stage.max(*current);
            goes_on
        });
    }

    /// Returns the stage.
    #[must_use]
    pub fn stage(&self) -> Stage {
        *self.0.borrow()
    }

    /// Waits until the service is told to stop.
    pub async fn stopping(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|stage| *stage == Stage::Stopping).await.map(|_| ());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_starts_is_ready_and_stops_and_never_goes_back() {
        let readiness = Readiness::starting();
        assert_eq!(readiness.stage(), Stage::Starting);
        readiness.set_ready();
        assert_eq!(readiness.stage(), Stage::Ready);
        readiness.clone().set_stopping();
        readiness.set_ready();
        assert_eq!(readiness.stage(), Stage::Stopping);
    }
}
