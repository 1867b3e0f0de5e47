//! Documents that are known by their hash or by their name: automatic persisted queries, and a folder of trusted ones;
//! and answers to GET that a client may keep.

use std::fs;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{Request, StatusCode};
use eragraph::config::Config;
use eragraph::server;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::http::{RESPONSE_JSON, post};
use crate::service::Loaded;

const ERAS: &str = "query Eras { eras { id } }";
const UNIT: &str = "query Unit($id: ID!) { unit(id: $id) { id } }";

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One service, which remembers from one request to the next.
struct Asked {
    router: axum::Router,
    _loaded: Loaded,
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Value,
}

impl Answer {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}

impl Asked {
    fn with(config: &Config) -> Self {
        let loaded = Loaded::of("examples/riverside-library");
        Self { router: server::router(loaded.repository.clone(), config), _loaded: loaded }
    }

    fn send(&self, request: Request<Body>) -> Answer {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }

    fn post(&self, body: &Value) -> Answer {
        self.send(post("application/json", RESPONSE_JSON, body.to_string()))
    }

    fn get(&self, parameters: &[(&str, &str)], known: Option<&str>) -> Answer {
        let query = serde_urlencoded::to_string(parameters).unwrap();
        let mut request = Request::get(format!("/graphql?{query}"));
        if let Some(known) = known {
            request = request.header(IF_NONE_MATCH, known);
        }
        self.send(request.body(Body::empty()).unwrap())
    }
}

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

#[test]
fn a_hash_alone_does_once_its_document_has_come() {
    let asked = Asked::with(&Config::default());
    let extensions = persisted(&hash(ERAS));
    let unknown = asked.post(&json!({ "extensions": extensions }));
    assert_eq!((unknown.status, unknown.code()), (StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(unknown.body["errors"][0]["message"], "PersistedQueryNotFound");
    let registered = asked.post(&json!({"query": ERAS, "extensions": extensions}));
    assert!(registered.body["data"]["eras"].is_array(), "{}", registered.body);
    assert_eq!(asked.post(&json!({ "extensions": extensions })).body, registered.body);
    let by_url = asked.get(&[("extensions", &extensions.to_string()), ("operationName", "Eras")], None);
    assert_eq!(by_url.body, registered.body);
}

#[test]
fn a_document_is_kept_under_no_hash_but_its_own() {
    let asked = Asked::with(&Config::default());
    let wrong = persisted(&hash(UNIT));
    let refused = asked.post(&json!({"query": ERAS, "extensions": wrong}));
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "VALIDATION_FAILED"));
    assert_eq!(asked.post(&json!({ "extensions": wrong })).code(), "PERSISTED_QUERY_NOT_FOUND");
    for extension in [
        json!({"version": 2, "sha256Hash": hash(ERAS)}),
        json!({"version": 1}),
        json!({"version": 1, "sha256Hash": "abc"}),
    ] {
        let refused = asked.post(&json!({"query": ERAS, "extensions": {"persistedQuery": extension}}));
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "VALIDATION_FAILED"), "{extension}");
    }
}

#[test]
fn the_bounds_hold_for_persisted_documents_too() {
    let mut config = Config::default();
    config.limits.aliases = 1;
    let asked = Asked::with(&config);
    let many = "{ eras { a: id b: id } }";
    let extensions = persisted(&hash(many));
    assert_eq!(asked.post(&json!({"query": many, "extensions": extensions})).code(), "TOO_COMPLEX");
    assert_eq!(asked.post(&json!({ "extensions": extensions })).code(), "PERSISTED_QUERY_NOT_FOUND");
}

/// A folder with a trusted document of each form.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("eras.graphql"), ERAS).unwrap();
    fs::write(folder.path().join("relay.json"), json!({ hash(UNIT): UNIT }).to_string()).unwrap();
    let apollo = json!({"format": "apollo-persisted-query-manifest", "operations": [{"id": "snapshots", "body": "{ snapshots { totalCount } }"}]});
    fs::write(folder.path().join("apollo.json"), apollo.to_string()).unwrap();
    fs::write(folder.path().join("README.md"), "no document").unwrap();
    folder
}

fn trusting(folder: &TempDir, only: bool) -> Config {
    Config { documents: Some(folder.path().to_owned()), only_documents: only, ..Config::default() }
}

#[test]
fn trusted_documents_are_known_by_name_and_by_hash() {
    let folder = folder();
    for only in [false, true] {
        let asked = Asked::with(&trusting(&folder, only));
        let named = asked.post(&json!({"documentId": "eras"}));
        assert!(named.body["data"]["eras"].is_array(), "{}", named.body);
        for question in [
            json!({"documentId": format!("sha256:{}", hash(ERAS))}),
            json!({"extensions": persisted(&hash(ERAS))}),
            json!({"query": ERAS}),
        ] {
            assert_eq!(asked.post(&question).body, named.body, "{question}");
        }
        assert_eq!(asked.get(&[("documentId", "eras")], None).body, named.body);
        let unit = asked.post(&json!({"extensions": persisted(&hash(UNIT)), "variables": {"id": "nobody"}}));
        assert_eq!(unit.body, json!({"data": {"unit": null}}));
        let snapshots = asked.post(&json!({"documentId": "snapshots"}));
        assert!(snapshots.body["data"]["snapshots"]["totalCount"].is_number(), "{}", snapshots.body);
        assert_eq!(asked.post(&json!({"documentId": "nothing"})).code(), "PERSISTED_QUERY_NOT_FOUND");
    }
}

#[test]
fn a_service_can_answer_trusted_documents_and_nothing_else() {
    let folder = folder();
    let other = "{ eras { name } }";
    let asks = |only| {
        let asked = Asked::with(&trusting(&folder, only));
        let alone = asked.post(&json!({"query": other})).code().to_owned();
        let with_hash = asked.post(&json!({"query": other, "extensions": persisted(&hash(other))})).code().to_owned();
        let by_url = asked.get(&[("query", other)], None).code().to_owned();
        [alone, with_hash, by_url]
    };
    assert_eq!(asks(false), ["", "", ""]);
    assert_eq!(asks(true), ["UNTRUSTED_DOCUMENT"; 3]);
}

#[test]
fn a_folder_of_documents_that_will_not_do_is_told_before_anything_is_served() {
    for (file, text, expected) in [
        ("a.graphql", "{", "a.graphql"),
        ("a.graphql", "{ nothing }", "does not have a field `nothing`"),
        ("a.graphql", "{ eras { ...F } } fragment F on Era { ...F }", "spreads itself"),
        ("a.json", "[]", "a list of documents is"),
        ("a.json", r#"{"eras": "{ eras { name } }"}"#, "is taken"),
    ] {
        let folder = folder();
        fs::write(folder.path().join(file), text).unwrap();
        let error = server::check(&trusting(&folder, false)).unwrap_err().to_string();
        // Whichever of the two files with one name comes later is told.
        assert!(error.contains(expected), "{text}: {error}");
    }
    assert!(server::check(&trusting(&folder(), true)).is_ok());
}

#[test]
fn an_answer_to_a_get_is_named_and_kept() {
    let asked = Asked::with(&Config::default());
    let caching = |answer: &Answer| answer.headers[CACHE_CONTROL].to_str().unwrap().to_owned();
    let latest = asked.get(&[("query", ERAS)], None);
    assert_eq!(caching(&latest), "public, no-cache");
    let tag = latest.headers[ETAG].to_str().unwrap();
    assert!(tag.starts_with('"'), "it is strong: {tag}");
    let known = asked.get(&[("query", ERAS)], Some(tag));
    assert_eq!(
        (known.status, &known.body, &known.headers[ETAG]),
        (StatusCode::NOT_MODIFIED, &Value::Null, &latest.headers[ETAG])
    );
    let other = asked.get(&[("query", "{ eras { name } }")], Some(tag));
    assert_eq!(other.status, StatusCode::OK);

    let for_good = "public, max-age=31536000, immutable";
    let variable = "query($r: Int) { eras(revision: $r) { id } }";
    for (query, variables, expected) in [
        ("{ eras(revision: 1) { id } units(revision: 1) { totalCount } }", "{}", for_good),
        ("{ eras(revision: 1) { id } units { totalCount } }", "{}", "public, no-cache"),
        (variable, r#"{"r": 1}"#, for_good),
        (variable, r#"{"r": null}"#, "public, no-cache"),
        (variable, "{}", "public, no-cache"),
        ("{ snapshots(revision: 1) { nodes { dateEvidence { text { number } } } } }", "{}", "public, no-cache"),
        ("{ ...F } fragment F on Query { search(revision: 1, query: \"a\") { totalCount } }", "{}", ""),
        ("{ eras(revision: 7) { id } }", "{}", "no-store"),
    ] {
        let answer = asked.get(&[("query", query), ("variables", variables)], None);
        let caching = caching(&answer);
        // Whether the index is there already is not what this is about; that it may change is.
        assert!(caching == expected || (expected.is_empty() && caching != for_good), "{query}: {caching}");
    }
}
