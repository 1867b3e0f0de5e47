//! Past revisions, rebuilt beside whoever asks for them: a few at a time, and each once, however many ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::store::StoreError;

use super::{Repository, Version};

/// How many past revisions are rebuilt at once.
const REBUILDS: usize = 2;

/// Tells why a past revision is not there.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// There is none of that number, or the store fails.
    #[error("{0}")]
    Store(Arc<StoreError>),
    /// It is not rebuilt yet. It will be, unless others are before it.
    #[error("revision {revision} is not at hand, and is still being rebuilt; ask again in a moment")]
    Late {
        /// The revision.
        revision: u64,
    },
}

type Rebuild = OnceLock<Result<Arc<Version>, Arc<StoreError>>>;

/// The past revisions that are being rebuilt.
#[derive(Debug, Default)]
pub(super) struct Rebuilds {
    running: Mutex<BTreeMap<u64, Arc<Rebuild>>>,
    changed: Condvar,
}

impl Repository {
    /// Returns a revision; one that is not at hand is rebuilt by a thread of its own, and waited for until a deadline.
    ///
    /// It blocks, but does no work: a question that ends leaves the rebuilding to those who ask next.
    ///
    /// # Errors
    /// Returns [`PastError::Late`] when it is not there in time, and else what [`Repository::version`] returns.
    pub fn version_until(
        self: &Arc<Self>,
        revision: u64,
        deadline: Option<Instant>,
    ) -> Result<Arc<Version>, PastError> {
        let mut mine: Option<Arc<Rebuild>> = None;
        let mut running = self.rebuilds.running.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(done) = mine.as_ref().and_then(|rebuild| rebuild.get()) {
                return done.clone().map_err(PastError::Store);
            }
            if mine.is_none() {
                if let Some(ready) = self.at_hand(revision) {
                    return ready.map_err(|error| PastError::Store(Arc::new(error)));
                }
                if let Some(rebuild) = running.get(&revision) {
                    mine = Some(Arc::clone(rebuild));
                } else if running.len() < REBUILDS {
                    let rebuild = Arc::<Rebuild>::default();
                    running.insert(revision, Arc::clone(&rebuild));
                    self.rebuild(revision, Arc::clone(&rebuild));
                    mine = Some(rebuild);
                }
            }
            let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Err(PastError::Late { revision });
            }
            let waited = self.rebuilds.changed.wait_timeout(running, left.min(Duration::from_secs(3600)));
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Rebuilds a revision on a thread of its own.
    fn rebuild(self: &Arc<Self>, revision: u64, rebuild: Arc<Rebuild>) {
        let running = Running { repository: Arc::clone(self), revision, rebuild };
        std::thread::spawn(move || {
            let done = running.repository.version(revision).map_err(Arc::new);
            // Nobody else sets it.
            let _ = running.rebuild.set(done);
        });
    }
}

/// A rebuild that goes on. When it is dropped, those who wait are told, also where it broke off.
struct Running {
    repository: Arc<Repository>,
    revision: u64,
    rebuild: Arc<Rebuild>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let broke_off = || StoreError::Rebuild { revision: self.revision, source: "it broke off".into() };
        self.rebuild.get_or_init(|| Err(Arc::new(broke_off())));
        let rebuilds = &self.repository.rebuilds;
        rebuilds.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.revision);
        rebuilds.changed.notify_all();
    }
}
