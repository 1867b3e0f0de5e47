//! What the fuzz targets share: a service over a small repository, and what must hold of every answer.

use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use eragraph::config::Config;
use eragraph::repository::{Repository, read_inputs};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// How many objects an answer may hold here: few, so that the bound is met.
const OBJECTS: usize = 1_000;
/// The largest answer; what makes it large is bounded by `OBJECTS`, and each object is small.
const ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// A service in this process, without a port.
pub struct Service {
    router: Router,
    runtime: Runtime,
    _folder: TempDir,
}

impl Default for Service {
    fn default() -> Self {
        let folder = TempDir::new().expect("a folder for the store");
        let (repository, _) = Repository::open(folder.path()).expect("an empty store");
        let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/riverside-library");
        let files = read_inputs(&[inputs]).expect("the example's files");
        repository.load(&files, &[], None, jiff::Timestamp::UNIX_EPOCH).expect("the example loads");
        repository.latest().build_search().expect("the search index");
        let mut config = Config::default();
        config.limits.objects = OBJECTS;
        config.limits.batch = 4;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { router: eragraph::server::router(repository.into(), &config), runtime, _folder: folder }
    }
}

impl Service {
    /// Posts a body, and checks what comes back: JSON, no failure but that of being busy, and a code for every error.
    pub fn post(&self, body: Vec<u8>) {
        let request = Request::post("/graphql").header(CONTENT_TYPE, "application/json").body(Body::from(body));
        let (status, bytes) = self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
            let status = response.status();
            (status, to_bytes(response.into_body(), ANSWER_BYTES).await.expect("an answer of a bounded size"))
        });
        let told = || String::from_utf8_lossy(&bytes);
        assert!(!status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}: {}", told());
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {}", told()));
        match answer {
            Value::Array(answers) => answers.iter().for_each(check),
            answer => check(&answer),
        }
    }
}

/// Checks that every error has a code, and that none of them is a fault of the program.
fn check(answer: &Value) {
    assert!(answer.get("data").is_some() || answer.get("errors").is_some(), "neither data nor errors: {answer}");
    let errors = answer.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for error in errors {
        let code = error.pointer("/extensions/code").and_then(Value::as_str);
        assert!(code.is_some_and(|code| code != "INTERNAL"), "{error}");
    }
}
