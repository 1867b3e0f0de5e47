//! What tests of the service share: a repository with something loaded, in a folder of its own.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use eragraph::config::Config;
use eragraph::repository::{Repository, read_inputs};
use tempfile::TempDir;
use tokio::sync::oneshot;

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

/// The service on a port of its own, until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    _loaded: Loaded,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Served {
    #[track_caller]
    pub(crate) fn of(loaded: Loaded, config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let repository = Arc::clone(&loaded.repository);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(async {
                let stop = async { drop(stopped.await) };
                eragraph::server::serve_until(listener, repository, &config, stop).await
            })
        });
        Self { address, _loaded: loaded, stop: Some(stop), thread: Some(thread) }
    }

    /// Connects, and gives up on an answer after a while that no answer takes.
    #[track_caller]
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Tells the service to stop, and waits until it has.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap().unwrap();
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A test that failed already is not to fail again.
            let _ = thread.join();
        }
    }
}
