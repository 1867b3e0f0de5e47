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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The bound on everything that a stranger can send; past one, a clear error, and the service goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// The largest request body of one who may load, in bytes.
    pub load_bytes: usize,
    /// The largest head of a request, in bytes.
    pub head_bytes: usize,
    /// How many questions one request may hold.
    pub batch: usize,
    /// How many tokens a document may have.
    pub tokens: usize,
    /// How many fields a document may select, those of fragments counted wherever they are spread.
    pub selections: usize,
    /// How many fields an operation may select at its root.
    pub root_fields: usize,
    /// How many fields may have an alias, counted as selections are.
    pub aliases: usize,
    /// How many directives a document may have, counted as selections are.
    pub directives: usize,
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
    /// How long a client may take to send a request.
    pub read_timeout: Duration,
    /// How long a connection may stay without a byte in either direction.
    pub idle_timeout: Duration,
    /// How long requests may go on once the service is told to stop.
    pub shutdown_timeout: Duration,
    /// How many questions are worked out at once.
    pub concurrency: usize,
    /// How many of them may be long ones.
    pub long_concurrency: usize,
    /// How many questions may wait for that.
    pub waiting: usize,
    /// How many bytes of large answers may wait for their readers.
    pub unread_bytes: usize,
    /// How many connections there may be; past it, the one that has been idle longest is closed.
    pub connections: usize,
    /// How many of them may be WebSockets.
    pub sockets: usize,
    /// How many subscriptions one WebSocket may hold.
    pub subscriptions: usize,
    /// How much memory parsed documents may be kept in, in bytes.
    pub documents_bytes: usize,
    /// How many names of operations have a series of their own in the metrics.
    pub operations_named: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            load_bytes: 256 * 1024 * 1024,
            head_bytes: 64 * 1024,
            batch: 1,
            tokens: 5_000,
            selections: 5_000,
            root_fields: 50,
            aliases: 100,
            directives: 50,
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
            read_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            shutdown_timeout: Duration::from_secs(30),
            concurrency: 64,
            long_concurrency: 4,
            waiting: 1_024,
            unread_bytes: 256 * 1024 * 1024,
            connections: 10_000,
            sockets: 1_000,
            subscriptions: 32,
            documents_bytes: 64 * 1024 * 1024,
            operations_named: 64,
        }
    }
}
