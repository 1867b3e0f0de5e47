//! Whole answers that are kept: never a wrong one, never one that is older than what was loaded before it was asked for.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{Request, Response, StatusCode};
use eragraph::config::{Config, Limits};
use eragraph::repository::InputFile;
use eragraph::server::admin::TokenHash;
use eragraph::server::observe::REQUEST_ID;
use eragraph::server::router;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::exposition::Exposition;
use crate::http::{RESPONSE_JSON, get, post};
use crate::service::Loaded;

const ERAS: &str = "{ eras { id name } }";
/// An era of the example.
const ERA: &str = "riverside-public-services";
/// Asks for the revision, and for what every load of a test changes.
const REVISION_AND_NAME: &str =
    "{ view(at: {date: \"2010-01-01\"}) { revision } era(id: \"riverside-public-services\") { name } }";

/// A service that is asked again and again.
struct Asked {
    router: Router,
    runtime: tokio::runtime::Runtime,
    loaded: Loaded,
}

/// How often an answer was looked for and found, and not found.
#[derive(Debug, PartialEq, Eq)]
struct Lookups {
    hits: u64,
    misses: u64,
}

impl Asked {
    fn new(config: &Config) -> Self {
        let loaded = Loaded::of("examples/riverside-library");
        let router = router(loaded.repository.clone(), config);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { router, runtime, loaded }
    }

    fn send(&self, request: Request<Body>) -> Response<Bytes> {
        self.runtime.block_on(async {
            let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            Response::from_parts(head, axum::body::to_bytes(body, usize::MAX).await.unwrap())
        })
    }

    fn lookups(&self) -> Lookups {
        let text = self.send(get("/metrics")).into_body();
        let read = Exposition::read(&String::from_utf8_lossy(&text));
        let count = |cache: &str| read.count(&format!("eragraph_graphql_answers_total{{cache=\"{cache}\"}}"));
        Lookups { hits: count("hit"), misses: count("miss") }
    }

    /// Sends a request twice and checks that both are answered alike, but for their ids, and how often the answer was
    /// looked for.
    #[track_caller]
    fn check(&self, request: impl Fn() -> Request<Body>, hits: u64, misses: u64) -> Response<Bytes> {
        let before = self.lookups();
        let (first, second) = (self.send(request()), self.send(request()));
        let after = self.lookups();
        let said = |answer: &Response<Bytes>| {
            let mut headers = answer.headers().clone();
            assert!(headers.remove(REQUEST_ID).is_some(), "{headers:?}");
            let mut lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            lines.sort();
            (answer.status(), lines, answer.body().clone())
        };
        assert_eq!(said(&first), said(&second));
        let found = Lookups { hits: after.hits - before.hits, misses: after.misses - before.misses };
        assert_eq!(found, Lookups { hits, misses }, "{first:?}");
        second
    }
}

fn question(text: &str) -> Request<Body> {
    post("application/json", RESPONSE_JSON, json!({ "query": text }).to_string())
}

fn with(mut request: Request<Body>, name: axum::http::HeaderName, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

/// Returns a file that changes the name of an era: each number makes another revision.
fn named(number: u64) -> InputFile {
    let text = format!("eras:\n  - id: {ERA}\n    name: Era {number}\n");
    InputFile { name: "eras.yaml".to_owned(), bytes: text.into_bytes() }
}

#[test]
fn what_is_asked_again_is_answered_with_the_same_bytes_and_headers() {
    let asked = Asked::new(&Config::default());
    asked.check(|| question(ERAS), 1, 1);
    asked.check(|| question(ERAS), 2, 0);
    asked.check(|| get("/graphql?query=%7Beras%7Bid%7D%7D"), 1, 1);
    asked.check(|| get("/graphql?query=%7B__typename%7D"), 1, 1);
    let variables = json!({ "query": "query Q($d: Date!) { view(at: {date: $d}) { revision } }", "variables": { "d": "2010-01-01" } });
    asked.check(|| post("application/json", RESPONSE_JSON, variables.to_string()), 1, 1);
}

#[test]
fn each_media_type_and_each_encoding_has_an_answer_of_its_own() {
    let asked = Asked::new(&Config::default());
    let whole = asked.check(|| question(ERAS), 1, 1);
    let older = asked.check(|| with(question(ERAS), ACCEPT, "application/json"), 1, 1);
    assert_ne!(whole.headers()[CONTENT_TYPE], older.headers()[CONTENT_TYPE]);
    for encoding in ["gzip", "br"] {
        let small = asked.check(|| with(question(ERAS), ACCEPT_ENCODING, encoding), 1, 1);
        assert_eq!(small.headers()[CONTENT_ENCODING], encoding);
        assert_ne!(small.body(), whole.body());
        let url = || with(get("/graphql?query=%7Beras%7Bid,name%7D%7D"), ACCEPT_ENCODING, encoding);
        let tagged = asked.check(url, 1, 1);
        let tag = tagged.headers()[ETAG].to_str().unwrap();
        assert!(tag.ends_with(&format!("-{encoding}\"")), "{tag}");
        let known = asked.check(|| with(url(), IF_NONE_MATCH, tag), 2, 0);
        assert_eq!((known.status(), known.body().len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(known.headers()[ETAG], tag);
    }
}

#[test]
fn what_is_no_whole_good_answer_to_anybody_is_not_kept() {
    let config = Config { admin_token_hash: Some(TokenHash::of("eragraph-right").to_string()), ..Config::default() };
    let asked = Asked::new(&config);
    asked.check(|| question(ERAS), 1, 1);
    asked.check(|| with(question(ERAS), AUTHORIZATION, "Bearer eragraph-right"), 0, 0);
    asked.check(|| with(question(ERAS), AUTHORIZATION, "Bearer eragraph-wrong"), 0, 0);
    asked.check(|| question("{ eras { id } view(at: {era: \"none\"}) { revision } }"), 0, 0);
    asked.check(|| question("{ nothing }"), 0, 0);
    asked.check(|| question("{"), 0, 0);
    asked.check(|| question("{ search(query: \"a\") { totalCount } }"), 0, 0);
    asked.check(|| question("{ ...S } fragment S on Query { s: search(query: \"a\") { totalCount } }"), 0, 0);
    asked.check(|| question("{ snapshots { nodes { dateEvidence { told: textStatus } } } }"), 0, 0);
    asked.check(|| question("mutation { __typename }"), 0, 0);
}

#[test]
fn where_nothing_is_to_be_kept_nothing_is() {
    let config = Config { limits: Limits { answer_cache: 0, ..Limits::default() }, ..Config::default() };
    Asked::new(&config).check(|| question(ERAS), 0, 0);
}

#[test]
fn a_document_that_is_sent_with_its_hash_is_read_each_time_and_one_that_is_named_by_it_is_not() {
    let asked = Asked::new(&Config::default());
    let hash = "250f4f165dcbfe5e4224d54a49f116ace4b209c3ee8410d4e2d95f38e726c26c";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let send = |body: Value| post("application/json", RESPONSE_JSON, body.to_string());
    asked.check(|| send(json!({ "query": ERAS, "extensions": extensions })), 0, 0);
    asked.check(|| send(json!({ "extensions": extensions })), 1, 1);
}

#[test]
fn an_answer_is_never_older_than_what_was_loaded_before_it_was_asked_for() {
    const LOADS: u64 = 40;
    let asked = Asked::new(&Config::default());
    let acknowledged = AtomicU64::new(1);
    let is_done = AtomicBool::new(false);
    let reads = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let read = |reader: u64| {
            let (asked, acknowledged, is_done, reads) = (&asked, &acknowledged, &is_done, &reads);
            move || {
                let url = format!("/graphql?{}", serde_urlencoded::to_string([("query", REVISION_AND_NAME)]).unwrap());
                while !is_done.load(Ordering::SeqCst) {
                    let before = acknowledged.load(Ordering::SeqCst);
                    let request = match reader {
                        0 => question(REVISION_AND_NAME),
                        1 => get(&url),
                        _ => with(question(REVISION_AND_NAME), ACCEPT_ENCODING, "identity"),
                    };
                    let answer: Value = serde_json::from_slice(&asked.send(request).into_body()).unwrap();
                    let revision = answer["data"]["view"]["revision"].as_u64().unwrap();
                    assert!(revision >= before, "{before} was acknowledged before this was asked: {answer}");
                    if revision > 1 {
                        assert_eq!(answer["data"]["era"]["name"], format!("Era {revision}"), "{answer}");
                    }
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            }
        };
        let readers: Vec<_> = (0..3).map(|reader| scope.spawn(read(reader))).collect();
        for number in 2..LOADS + 2 {
            let loaded =
                asked.loaded.repository.load(&[named(number)], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(loaded.revision, number);
            let since = reads.load(Ordering::SeqCst);
            acknowledged.store(number, Ordering::SeqCst);
            // Until each has been asked a few times in this revision.
            while reads.load(Ordering::SeqCst) < since + 30
                && !readers.iter().any(std::thread::ScopedJoinHandle::is_finished)
            {
                std::thread::yield_now();
            }
        }
        is_done.store(true, Ordering::SeqCst);
    });
    let Lookups { hits, misses } = asked.lookups();
    assert!(hits > LOADS && misses >= LOADS, "{hits} {misses}");
}
