//! Whatever is asked, the service answers it or says why not: documents and bodies with pieces exchanged never make it
//! fail, and no answer is larger than the bounds have it.

use std::fs;

use axum::Router;
use axum::body::to_bytes;
use axum::http::StatusCode;
use axum::http::header::ACCEPT;
use eragraph::config::Config;
use eragraph::server::router;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::http::{RESPONSE_JSON, post};
use crate::properties::config;
use crate::service::{Loaded, in_checkout};

/// How many objects an answer may hold here: so few that the bound is met.
const OBJECTS: usize = 60;

/// A service that is asked many questions.
struct Asked {
    router: Router,
    runtime: Runtime,
    _loaded: Loaded,
}

impl Asked {
    fn new() -> Self {
        let loaded = Loaded::searchable("examples/riverside-library");
        let mut config = Config::default();
        config.limits.objects = OBJECTS;
        config.limits.batch = 3;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { router: router(loaded.repository.clone(), &config), runtime, _loaded: loaded }
    }

    fn post(&self, body: Vec<u8>) -> (StatusCode, Vec<u8>) {
        self.runtime.block_on(async {
            let request = post("application/json", RESPONSE_JSON, body);
            assert!(request.headers().contains_key(ACCEPT));
            let response = self.router.clone().oneshot(request).await.unwrap();
            (response.status(), to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
        })
    }

    /// Posts a body. The answer is JSON, is no failure of the service, and every error in it has a code.
    #[track_caller]
    fn check(&self, body: Vec<u8>) {
        let asked = String::from_utf8_lossy(&body).into_owned();
        let (status, bytes) = self.post(body);
        let told = String::from_utf8_lossy(&bytes);
        let told = format!("{asked}\n{status} {}", told.chars().take(2_000).collect::<String>());
        assert!(!status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{told}");
        match serde_json::from_slice(&bytes) {
            Ok(Value::Array(answers)) => answers.iter().for_each(|answer| check_answer(answer, &told)),
            Ok(answer) => check_answer(&answer, &told),
            Err(error) => panic!("{error}: {told}"),
        }
    }
}

#[track_caller]
fn check_answer(answer: &Value, told: &str) {
    let errors = answer.get("errors").map(|errors| errors.as_array().unwrap().as_slice()).unwrap_or_default();
    assert!(!errors.is_empty() || answer["data"].is_object(), "{told}");
    for error in errors {
        let code = error.pointer("/extensions/code").and_then(Value::as_str);
        assert!(code.is_some_and(|code| code != "INTERNAL"), "{told}");
    }
    assert!(errors.len() <= 20, "{told}");
    // What the schema says of itself has bounds of its own.
    let about_the_schema = told.contains("__schema") || told.replace(' ', "").contains("__type(");
    // A page may be asked for twice over: as its nodes and as its edges.
    let listed = answer.get("data").map_or(0, listed);
    assert!(about_the_schema || listed <= 2 * OBJECTS, "{listed} objects are listed: {told}");
}

/// Counts the objects that stand in lists.
fn listed(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(|item| usize::from(item.is_object()) + listed(item)).sum(),
        Value::Object(fields) => fields.values().map(listed).sum(),
        _ => 0,
    }
}

/// Returns the documents that are mutated: those of the tests, and the examples.
fn documents() -> Vec<String> {
    let mut documents = Vec::new();
    for folder in ["tests/graphql/riverside", "tests/graphql/ice", "web/examples"] {
        let mut paths: Vec<_> = fs::read_dir(in_checkout(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let paths = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "graphql"));
        // The ids of units that there are, so that there is something to answer.
        documents.extend(paths.map(|path| fs::read_to_string(path).unwrap().replace("\"ice\"", "\"rcl\"")));
    }
    documents
}

/// Splits a document into words and marks, with what stands between them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut within = false;
    for letter in text.chars() {
        let is_word = letter.is_alphanumeric() || letter == '_';
        match tokens.last_mut() {
            Some(last) if within && is_word => last.push(letter),
            _ => tokens.push(letter.to_string()),
        }
        within = is_word;
    }
    tokens
}

/// What is done to a document: how, and where.
type Step = (u8, Index, Index);

/// Puts words of one document into another, or marks and numbers that nobody expects.
fn mutated(document: &str, other: &str, steps: &[Step]) -> String {
    let (mut tokens, others) = (tokens(document), tokens(other));
    for (how, at, from) in steps {
        if tokens.is_empty() {
            break;
        }
        let place = at.index(tokens.len());
        match how % 6 {
            0 => drop(tokens.remove(place)),
            1 => tokens.insert(place, tokens[from.index(tokens.len())].clone()),
            2 => {
                let with = from.index(tokens.len());
                tokens.swap(place, with);
            }
            3 => tokens[place].clone_from(&others[from.index(others.len())]),
            4 => tokens.insert(place, PUT[from.index(PUT.len())].to_owned()),
            _ => {
                let start = from.index(others.len());
                let piece = others[start..].iter().take(20).cloned();
                tokens.splice(place..place, piece);
            }
        }
    }
    tokens.concat()
}

/// What is put in where nobody expects it.
const PUT: [&str; 24] = [
    "-1",
    "0",
    "2147483647",
    "99999999999999999999",
    "1e400",
    "null",
    "true",
    "\"\"",
    "\"\\u0000\"",
    "\"\\uD800\"",
    "\"\"\"",
    "{",
    "}",
    "[",
    ")",
    "...",
    "@skip(if: true)",
    "@include(if: $x)",
    "$x",
    "a: ",
    "__typename",
    "__schema",
    "\u{feff}",
    "𝒜é",
];

thread_local!(static ASKED: Asked = Asked::new());

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_document_with_pieces_exchanged_is_answered_or_refused(
        document in select(documents()),
        other in select(documents()),
        steps in prop::collection::vec(any::<Step>(), 1..6),
    ) {
        let query = mutated(&document, &other, &steps);
        let body = json!({"query": query, "variables": {"x": true}}).to_string();
        ASKED.with(|asked| asked.check(body.into_bytes()));
    }

    #[test]
    fn a_body_with_bytes_exchanged_is_answered_or_refused(
        body in select(vec![
            r#"{"query": "query A($id: ID!) { unit(id: $id) { name } }", "operationName": "A", "variables": {"id": "rcl"}}"#,
            r#"[{"query": "{ eras { id } }"}, {"query": "{ units(first: 2) { totalCount nodes { id } } }"}]"#,
            r#"{"query": "{ eras { id } }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}"#,
            r#"{"documentId": "sha256:0", "variables": null, "query": "{ __typename }"}"#,
        ]),
        at in any::<Index>(),
        cut in 0..8_usize,
        put in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6),
            select(vec!["null", "[]", "{}", "\\ud800", "\\u0000", "1e999", "[[[[[[[[", "\"a\":", "-0"]).prop_map(|put| put.as_bytes().to_vec()),
        ],
    ) {
        let mut bytes = body.as_bytes().to_vec();
        let start = at.index(bytes.len());
        let end = (start + cut).min(bytes.len());
        bytes.splice(start..end, put);
        ASKED.with(|asked| asked.check(bytes));
    }
}

#[test]
fn the_documents_that_are_mutated_are_good_ones() {
    let asked = Asked::new();
    let documents = documents();
    let query = |query: &String| asked.post(json!({ "query": query }).to_string().into_bytes());
    let answered = documents.iter().filter(|document| query(document).0 == StatusCode::OK).count();
    assert!(documents.len() > 30 && answered * 2 > documents.len(), "{answered} of {}", documents.len());
}
