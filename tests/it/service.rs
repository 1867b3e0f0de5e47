//! What tests of the service share: a repository with something loaded, in a folder of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eragraph::repository::{Repository, read_inputs};
use tempfile::TempDir;

/// Returns a path in the checkout.
pub(crate) fn in_checkout(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A repository that holds the files of a folder of the checkout.
pub(crate) struct Loaded {
    pub(crate) repository: Arc<Repository>,
    _folder: TempDir,
}

impl Loaded {
    #[track_caller]
    pub(crate) fn of(path: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let (repository, notices) = Repository::open(folder.path()).unwrap();
        assert!(notices.is_empty(), "{notices:?}");
        let files = read_inputs(&[in_checkout(path)]).unwrap();
        let loaded = repository.load(&files, &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(loaded.revision, 1);
        Self { repository: Arc::new(repository), _folder: folder }
    }

    /// The same, with the search index built.
    #[track_caller]
    pub(crate) fn searchable(path: &str) -> Self {
        let loaded = Self::of(path);
        loaded.repository.latest().build_search().unwrap();
        loaded
    }
}
