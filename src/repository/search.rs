//! When search indexes are built: in the background, one at a time, and only for what is searched or served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::sync::watch;

use crate::history::History;
use crate::search::{SearchError, SearchIndex};

use super::{Repository, Version};

impl Version {
    /// Returns a revision whose search index is not built yet.
    #[must_use]
    pub fn new(revision: u64, history: History) -> Self {
        Self { revision, history, search: std::sync::OnceLock::new() }
    }

    /// Returns the search index; `None` until it is built.
    ///
    /// # Errors
    /// Returns [`SearchError`] when it could not be built.
    pub fn search(&self) -> Option<Result<&SearchIndex, &SearchError>> {
        self.search.get().map(Result::as_ref)
    }

    /// Returns the search index, building it first where it is not built; this blocks.
    ///
    /// # Errors
    /// Returns [`SearchError`] when it cannot be built.
    pub fn build_search(&self) -> Result<&SearchIndex, &SearchError> {
        self.search.get_or_init(|| SearchIndex::build(&self.history)).as_ref()
    }
}

impl Repository {
    /// Begins to build the search index of the latest revision in the background, and from then on of each that comes.
    pub fn build_search_in_background(&self) {
        self.is_indexed.store(true, Ordering::Release);
        self.begin_search(self.latest(), Some(self.latest.subscribe()));
    }

    /// Begins to build the search index of a revision in the background; does nothing while another is built, so
    /// that strangers cannot start any number of them.
    pub fn build_search_of(&self, version: &Arc<Version>) {
        let follow = self.is_indexed.load(Ordering::Acquire).then(|| self.latest.subscribe());
        self.begin_search(Arc::clone(version), follow);
    }

    /// Builds an index, and then those of the revisions that have become the latest meanwhile.
    fn begin_search(&self, version: Arc<Version>, follow: Option<watch::Receiver<Arc<Version>>>) {
        let wants = |version: &Version| version.search().is_none();
        if !wants(&version) || self.is_indexing.swap(true, Ordering::AcqRel) {
            return;
        }
        let is_indexing = Arc::clone(&self.is_indexing);
        let work = move || {
            let mut next = Some(version);
            while let Some(version) = next.take() {
                let done = Done(Arc::clone(&is_indexing));
                if let Err(error) = version.build_search() {
                    tracing::error!(%error, revision = version.revision, "the search index could not be built");
                }
                drop(done);
                // A load that came meanwhile found this at work, and left the rest to it.
                let latest = follow.as_ref().map(|latest| Arc::clone(&latest.borrow()));
                next = latest.filter(|latest| wants(latest) && !is_indexing.swap(true, Ordering::AcqRel));
            }
        };
        if let Err(error) = thread::Builder::new().name("search".to_owned()).spawn(work) {
            self.is_indexing.store(false, Ordering::Release);
            tracing::error!(%error, "no thread could be started to build the search index");
        }
    }
}

/// Lets the next index be built, however the building of this one ends.
struct Done(Arc<AtomicBool>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
