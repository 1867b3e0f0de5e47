//! The limits and defaults of the service, in one place.

use std::path::PathBuf;
use std::time::Duration;

/// The folder of the store where none is named: one of its own under the working directory.
pub const DEFAULT_DATA: &str = ".eragraph";
/// The address that the service listens on where none is named: this machine only.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8000";
/// The folder that `serve` loads first while the store is empty.
pub const DEFAULT_SNAPSHOTS: &str = "snapshots";

/// How the service is set up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Config {
    /// What a stranger may ask for.
    pub limits: Limits,
    /// The folder with the reader's own copies of the sources, whose lines evidence then offers.
    pub sources: Option<PathBuf>,
    /// The address under which the public reaches the service, for citations: `https://example.org`.
    pub public_url: Option<String>,
}

/// The bound on everything that a stranger can send; past one, a clear error, and the service goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// How deep a query may nest; introspection as GraphiQL asks for it needs 15.
    pub depth: usize,
    /// How complex a query may be; page sizes multiply.
    pub complexity: usize,
    /// How many objects one answer may hold.
    pub objects: usize,
    /// The size of a page where none is asked for.
    pub default_page: usize,
    /// The largest page that may be asked for.
    pub max_page: usize,
    /// The most steps that a lineage is followed.
    pub lineage_depth: u32,
    /// The most units that one argument may name.
    pub units_named: usize,
    /// The longest text to search for, in characters.
    pub search_length: usize,
    /// The largest copy of a source that is read for the text of its lines, in bytes.
    pub source_bytes: usize,
    /// How many lines of sources one answer may hold.
    pub source_lines: usize,
    /// How much text of sources one answer may hold, in bytes.
    pub source_text_bytes: usize,
    /// How long an answer may take to work out.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            depth: 32,
            complexity: 2_000_000,
            objects: 100_000,
            default_page: 50,
            max_page: 1000,
            lineage_depth: 64,
            units_named: 100,
            search_length: 256,
            source_bytes: 4 * 1024 * 1024,
            source_lines: 5_000,
            source_text_bytes: 1024 * 1024,
            timeout: Duration::from_secs(10),
        }
    }
}
