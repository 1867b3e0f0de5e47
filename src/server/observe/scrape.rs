//! What is looked up anew for each scrape: what is loaded, how large the store is, and what the process takes.

use std::fs;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use moka::sync::Cache;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::repository::{Repository, StoreBytes};

use super::series::Series;

/// Returns what is known of the program and of what it has loaded.
pub(super) fn of_service(prefix: &str, repository: &Repository, measured: &Cache<(), Option<StoreBytes>>) -> Registry {
    let mut registry = Registry::with_prefix(prefix);
    let latest = repository.latest();
    let corpus = latest.history.corpus();
    let count = |count: usize| ConstGauge::new(u64::try_from(count).unwrap_or(u64::MAX));
    registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    registry.register("revision", "The latest revision; 0 before anything is loaded", ConstGauge::new(latest.revision));
    registry.register("units", "Units that the latest revision names", count(latest.history.unit_count()));
    registry.register("snapshots", "Snapshots in the latest revision", count(corpus.snapshots.len()));
    registry.register("events", "Change events in the latest revision", count(corpus.events.len()));
    if let Some(bytes) = measured.get_with((), || measure(repository)) {
        let sizes: Series<1, Gauge<u64, AtomicU64>> = Series::new(Gauge::default);
        for (part, bytes) in [("journal", Some(bytes.journal)), ("database", bytes.database)] {
            if let Some(bytes) = bytes {
                sizes.with([("part", part)], |size| {
                    size.set(bytes);
                });
            }
        }
        let help = "Size of the files of the store, measured at most every 15 seconds";
        registry.register_with_unit("store", help, Unit::Bytes, sizes);
    }
    registry
}

/// Measures the store; what cannot be measured is told in the log, and left out.
fn measure(repository: &Repository) -> Option<StoreBytes> {
    repository.store_bytes().map_err(|error| tracing::warn!(%error, "the size of the store is not known")).ok()
}

/// Returns what is known of the process, under the names that dashboards expect from every program.
pub(super) fn of_process(started: SystemTime) -> Registry {
    let mut registry = Registry::with_prefix("process");
    if let Ok(since) = started.duration_since(UNIX_EPOCH) {
        let help = "When the service started, in seconds since 1970";
        registry.register_with_unit("start_time", help, Unit::Seconds, ConstGauge::new(since.as_secs_f64()));
    }
    if let Some(bytes) = resident_bytes() {
        let help = "Memory that the process has in the machine";
        registry.register_with_unit("resident_memory", help, Unit::Bytes, ConstGauge::new(bytes));
    }
    if let Some(open) = open_files() {
        registry.register("open_fds", "Files and sockets that the process has open", ConstGauge::new(open));
    }
    registry
}

/// Reads how much memory is resident, where the system tells in `/proc`.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// Counts the open files, where the system tells in `/proc`; the one that it takes to count them is left out.
fn open_files() -> Option<u64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    u64::try_from(open).ok()?.checked_sub(1)
}
