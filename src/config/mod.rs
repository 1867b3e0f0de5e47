//! How the service is set up: what it offers, within which limits, and where that is said.

mod check;
mod file;
mod limits;
mod print;
mod settings;
mod table;

use std::path::PathBuf;

pub use limits::{LIMITS, Limit, Limits, Measure};
pub use settings::{Fault, Given, Origin, Settings, misspelled_variables};
pub use table::{Form, SETTINGS, Setting};

/// The folder of the store where none is named: one of its own under the working directory.
pub const DEFAULT_DATA: &str = ".eragraph";
/// The address that the service listens on where none is named: this machine only.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8000";
/// The folder that `serve` loads first while the store is empty, where there is one and none is named.
pub const DEFAULT_SNAPSHOTS: &str = "snapshots";

/// How the service is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, and every pair of them can be meant")]
pub struct Config {
    /// What a stranger may ask for.
    pub limits: Limits,
    /// The folder with the reader's own copies of the sources, whose lines evidence then offers.
    pub sources: Option<PathBuf>,
    /// The address under which the public reaches the service, for citations: `https://example.org`.
    pub public_url: Option<String>,
    /// The origins whose pages may ask this service, as a browser sends them; `*` is every one.
    pub cors: Vec<String>,
    /// Whether questions about the schema are answered.
    pub introspection: bool,
    /// Whether there is a page to ask questions in.
    pub graphiql: bool,
    /// Whether `/metrics` is answered.
    pub metrics: bool,
    /// The BLAKE3 hash of the token that may load over the network, in hexadecimal; without one nobody can.
    pub admin_token_hash: Option<String>,
    /// The folder with documents that are known by name and by hash.
    pub documents: Option<PathBuf>,
    /// Whether no other documents than those are answered.
    pub only_documents: bool,
    /// Whether the log shows the variables of questions.
    pub log_variables: bool,
    /// Where traces are sent, by OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`.
    pub otlp: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            sources: None,
            public_url: None,
            cors: Vec::new(),
            introspection: true,
            graphiql: true,
            metrics: true,
            admin_token_hash: None,
            documents: None,
            only_documents: false,
            log_variables: false,
            otlp: None,
        }
    }
}
