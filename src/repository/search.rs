//! When search indexes are built: in the background, one at a time, and only for what is searched or served.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

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
    /// Begins to build the search index of the latest revision in the background.
    pub fn build_search_in_background(&self) {
        self.build_search_of(&self.latest());
    }

    /// Begins to build the search index of a revision in the background; does nothing while another is built, so
    /// that strangers cannot start any number of them.
    pub fn build_search_of(&self, version: &Arc<Version>) {
        if version.search().is_some() || self.is_indexing.swap(true, Ordering::AcqRel) {
            return;
        }
        let done = Done(Arc::clone(&self.is_indexing));
        let version = Arc::clone(version);
        let work = move || {
            let _done = done;
            if let Err(error) = version.build_search() {
                tracing::error!(%error, revision = version.revision, "the search index could not be built");
            }
        };
        if let Err(error) = thread::Builder::new().name("search".to_owned()).spawn(work) {
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
