//! Whether questions are answered: not yet, now, or no longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// How far the service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

const STARTING: u8 = 0;
const READY: u8 = 1;
const STOPPING: u8 = 2;

/// The stage of the service, shared by all who tell it or ask for it. It only goes on, and never back.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicU8>);

impl Readiness {
    /// Returns what is starting.
    #[must_use]
    pub fn starting() -> Self {
        Self::default()
    }

    /// Returns what is ready at once: the store is open and loaded.
    #[must_use]
    pub fn ready() -> Self {
        let readiness = Self::default();
        readiness.set_ready();
        readiness
    }

    /// Says that questions are answered; of no effect once the service stops.
    pub fn set_ready(&self) {
        self.0.fetch_max(READY, Ordering::AcqRel);
    }

    /// Says that the service was told to stop.
    pub fn set_stopping(&self) {
        self.0.fetch_max(STOPPING, Ordering::AcqRel);
    }

    /// Returns the stage.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self.0.load(Ordering::Acquire) {
            STARTING => Stage::Starting,
            READY => Stage::Ready,
            _ => Stage::Stopping,
        }
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
