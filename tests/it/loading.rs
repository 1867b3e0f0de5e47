//! Loading into a running service: who may, what is told of it, and what those who read meanwhile see.

use std::sync::Arc;

use async_graphql::Request as Question;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{Request, StatusCode};
use eragraph::api::{self, Admin, ApiSchema, Pinned, with_codes};
use eragraph::config::{Config, Limits};
use eragraph::diagnostics::Colour;
use eragraph::repository::{InputFile, LoadError, read_inputs};
use eragraph::server::admin::TokenHash;
use eragraph::server::router;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::service::{Loaded, in_checkout};

const TOKEN: &str = "eragraph-of-a-test";

const LOAD: &str = "mutation($inputs: [InputFile!]!, $remove: [ID!]! = []) { load(inputs: $inputs, remove: $remove) { \
                    loaded changed revision { id number inputs { file } } upserted { type id } removed { type id } \
                    records { type count } units diagnostics { severity code title message file line column endLine \
                    endColumn label hint related { label file line column endLine endColumn } } leftOut report } }";

/// A service that knows the hash of the token.
pub(crate) fn with_token() -> Config {
    Config { admin_token_hash: Some(TokenHash::of(TOKEN).to_string()), ..Config::default() }
}

/// A page of a leaflet: a library under another name.
pub(crate) fn leaflet(year: u16, name: &str) -> InputFile {
    let text = format!(
        "snapshot: leaflet-{year}\nobserved: {year}\ntitle: Leaflet\nsource: {{reference: an invented leaflet}}\n\
         date-evidence: [{{lines: 1, basis: stated}}]\nunits:\n  - id: rcl\n    name: {name}\n    kind: library\n    \
         lines: 1\n"
    );
    InputFile { name: format!("leaflet-{year}.yaml"), bytes: text.into_bytes() }
}

fn inputs(files: &[InputFile]) -> Value {
    let text = |file: &InputFile| String::from_utf8(file.bytes.clone()).unwrap();
    files.iter().map(|file| json!({"name": file.name, "text": text(file)})).collect()
}

fn body_of(files: &[InputFile]) -> String {
    json!({"query": LOAD, "variables": {"inputs": inputs(files)}}).to_string()
}

fn post(token: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post("/graphql").header(CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    request.header("accept", "application/graphql-response+json").body(body.into()).unwrap()
}

struct Answer {
    status: StatusCode,
    challenge: Option<String>,
    json: Value,
}

fn send(loaded: &Loaded, config: &Config, request: Request<Body>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = router(loaded.repository.clone(), config).oneshot(request).await.unwrap();
        let status = response.status();
        let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let json = serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into());
        Answer { status, challenge, json }
    })
}

#[track_caller]
fn check_refused(config: &Config, request: Request<Body>, status: StatusCode, code: &str) -> Answer {
    let loaded = library();
    let answer = send(&loaded, config, request);
    let found = answer.json["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
    assert_eq!((answer.status, found), (status, code), "{:#}", answer.json);
    assert_eq!(loaded.repository.latest().revision, 1, "nothing was loaded");
    answer
}

fn library() -> Loaded {
    Loaded::of("examples/riverside-library")
}

/// Asks a schema that may load.
fn ask(schema: &ApiSchema, question: Question) -> Value {
    let answer = with_codes(schema.execute(question));
    serde_json::from_slice(&answer.into_json()).unwrap()
}

fn load(loaded: &Loaded, files: &[InputFile], remove: &[&str]) -> Value {
    let schema = api::schema_for(loaded.repository.clone(), &with_token());
    let variables = json!({"inputs": inputs(files), "remove": remove});
    ask(&schema, Question::new(LOAD).variables(async_graphql::Variables::from_json(variables)).data(Admin))
}

#[test]
fn whoever_has_the_token_loads_and_readers_have_the_new_revision_at_once() {
    let loaded = library();
    let answer = send(&loaded, &with_token(), post(Some(TOKEN), body_of(&[leaflet(2020, "Town Library")])));
    assert_eq!(answer.status, StatusCode::OK, "{:#}", answer.json);
    let told = &answer.json["data"]["load"];
    assert_eq!(
        (&told["loaded"], &told["changed"], &told["revision"]["number"]),
        (&json!(true), &json!(true), &json!(2))
    );
    assert_eq!(told["revision"]["inputs"], json!([{"file": "leaflet-2020.yaml"}]));
    assert_eq!(told["upserted"], json!([{"type": "SNAPSHOT", "id": "leaflet-2020"}]));
    assert_eq!(told["records"][0], json!({"type": "SNAPSHOT", "count": 4}));
    let question = json!({"query": "{ unit(id: \"rcl\") { name } }"}).to_string();
    let answer = send(&loaded, &with_token(), post(None, question));
    assert_eq!(answer.json["data"]["unit"]["name"], "Town Library", "a reader needs no token");
}

#[test]
fn the_same_files_again_make_no_revision() {
    let loaded = library();
    load(&loaded, &[leaflet(2020, "Town Library")], &[]);
    let again = load(&loaded, &[leaflet(2020, "Town Library")], &[]);
    let told = &again["data"]["load"];
    assert_eq!(
        (&told["loaded"], &told["changed"], &told["revision"]["number"]),
        (&json!(true), &json!(false), &json!(2))
    );
}

#[test]
fn without_the_token_nothing_is_loaded() {
    let body = || body_of(&[leaflet(2020, "Town Library")]);
    for token in [Some("eragraph-of-another"), None] {
        let answer = check_refused(&with_token(), post(token, body()), StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
        assert_eq!(answer.challenge.as_deref(), Some("Bearer"), "{token:?}");
    }
    let get = Request::get("/graphql?query=mutation{load(inputs:[]){loaded}}").header(AUTHORIZATION, TOKEN);
    check_refused(&with_token(), get.body(Body::empty()).unwrap(), StatusCode::METHOD_NOT_ALLOWED, "VALIDATION_FAILED");
}

#[test]
fn a_wrong_token_is_refused_before_the_body_is_read() {
    let never = Body::from_stream(futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
    check_refused(&with_token(), post(Some("eragraph-of-another"), never), StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
}

#[test]
fn the_schema_itself_wants_an_administrator() {
    let loaded = library();
    let schema = api::schema_for(loaded.repository.clone(), &with_token());
    let answer = ask(&schema, Question::new("mutation { load(inputs: []) { loaded } }"));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{answer:#}");
}

#[test]
fn a_service_without_a_token_has_no_mutations() {
    let request = || post(Some(TOKEN), body_of(&[leaflet(2020, "Town Library")]));
    check_refused(&Config::default(), request(), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
    let no_hash = Config { admin_token_hash: Some("no hash".to_owned()), ..Config::default() };
    check_refused(&no_hash, request(), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
    for (config, has_mutations) in [(Config::default(), false), (no_hash, false), (with_token(), true)] {
        let schema = send(&library(), &config, Request::get("/schema.graphql").body(Body::empty()).unwrap());
        let text = schema.json.as_str().unwrap();
        assert_eq!(text.contains("type Mutation"), has_mutations);
        assert_eq!(text.contains("InputFile"), has_mutations);
        let question = json!({"query": "{ __schema { mutationType { name } } }"}).to_string();
        let answer = send(&library(), &config, post(None, question));
        assert_eq!(answer.json["data"]["__schema"]["mutationType"].is_object(), has_mutations);
    }
    assert!(api::schema_sdl().contains("type Mutation"), "the published schema has all there can be");
}

#[test]
fn only_a_load_may_have_a_large_body() {
    let limits = Limits { body_bytes: 512, load_bytes: 4096, ..Limits::default() };
    let config = Config { limits, ..with_token() };
    let loads = |length: usize| {
        let mut file = leaflet(2020, "Town Library");
        file.bytes.extend(format!("# {}\n", "x".repeat(length)).into_bytes());
        body_of(&[file])
    };
    let answer = send(&library(), &config, post(Some(TOKEN), loads(1000)));
    assert_eq!(answer.json["data"]["load"]["loaded"], true, "{:#}", answer.json);
    check_refused(&config, post(Some(TOKEN), loads(5000)), StatusCode::PAYLOAD_TOO_LARGE, "VALIDATION_FAILED");
    check_refused(&config, post(None, loads(1000)), StatusCode::PAYLOAD_TOO_LARGE, "VALIDATION_FAILED");
}

#[test]
fn a_load_takes_as_long_as_it_takes() {
    let limits = Limits { timeout: std::time::Duration::ZERO, ..Limits::default() };
    let config = Config { limits, ..with_token() };
    let answer = send(&library(), &config, post(Some(TOKEN), body_of(&[leaflet(2020, "Town Library")])));
    assert_eq!(answer.json["data"]["load"]["loaded"], true, "{:#}", answer.json);
}

/// Returns what JSON without nulls and empty lists says, with the words of severities in lower case.
fn plain(value: &Value) -> Value {
    let is_said = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| is_said(value))
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
        Value::Array(list) => list.iter().map(plain).collect(),
        Value::String(text) if text == "ERROR" || text == "WARNING" => text.to_lowercase().into(),
        other => other.clone(),
    }
}

/// Loads files into two stores alike, here and through the schema; checks that both tell the same.
#[track_caller]
fn check_told(here: &Loaded, there: &Loaded, files: &[InputFile]) {
    let (report, is_loaded) = match here.repository.load(files, &[], None, jiff::Timestamp::UNIX_EPOCH) {
        Ok(done) => (done.report, true),
        Err(LoadError::Invalid(report)) => (*report, false),
        Err(error) => panic!("{error}"),
    };
    let answer = load(there, files, &[]);
    let told = &answer["data"]["load"];
    assert_eq!(told["loaded"], is_loaded, "{}: {answer:#}", files[0].name);
    assert_eq!(plain(&told["diagnostics"]), report.to_json()["diagnostics"], "{}", files[0].name);
    let text = if report.diagnostics.is_empty() { String::new() } else { report.to_human(Colour::Never) };
    assert_eq!((&told["report"], &told["leftOut"]), (&json!(text), &json!(report.left_out)));
    assert_eq!(told["revision"].is_null(), !is_loaded);
}

#[test]
fn what_is_wrong_is_told_as_a_local_load_tells_it_and_is_no_error_of_the_question() {
    let (here, there) = (library(), library());
    let mut folders: Vec<_> = std::fs::read_dir(in_checkout("tests/diagnostics")).unwrap().collect();
    folders.sort_by_key(|folder| folder.as_ref().unwrap().path());
    let mut told = 0;
    for folder in folders {
        let Ok(files) = read_inputs(&[folder.unwrap().path()]) else { continue };
        // Only text can be sent.
        if files.iter().all(|file| std::str::from_utf8(&file.bytes).is_ok()) {
            check_told(&here, &there, &files);
            told += 1;
        }
    }
    assert!(told > 50, "{told}");
    assert_eq!(here.repository.latest().revision, there.repository.latest().revision);
}

#[test]
fn an_unknown_id_to_withdraw_is_told_with_what_is_near() {
    let loaded = library();
    let answer = load(&loaded, &[], &["riverside-websit-2012"]);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNKNOWN_ID", "{answer:#}");
    assert_eq!(answer["errors"][0]["extensions"]["hint"], "did you mean `riverside-website-2012`?");
    load(&loaded, &[leaflet(2020, "Town Library")], &[]);
    let told = load(&loaded, &[], &["leaflet-2020"])["data"]["load"].take();
    assert_eq!(told["removed"], json!([{"type": "SNAPSHOT", "id": "leaflet-2020"}]));
    assert_eq!(told["revision"]["number"], 3);
}

#[test]
fn a_pinned_request_sees_one_revision_whatever_is_loaded_meanwhile() {
    let loaded = library();
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let pinned = Pinned(loaded.repository.latest());
    let question = "{ unit(id: \"rcl\") { name } node(id: \"revision:2\") { id } units { totalCount } \
                    revisions { totalCount } view(at: {date: \"2021-01-01\"}) { revision } }";
    let before = ask(&schema, Question::new(question).data(pinned.clone()));
    loaded.repository.load(&[leaflet(2020, "Town Library")], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let after = ask(&schema, Question::new(question).data(pinned.clone()));
    assert_eq!(before, after);
    assert_eq!(after["data"]["revisions"]["totalCount"], 1, "{after:#}");
    let later = ask(&schema, Question::new("{ units(revision: 2) { totalCount } }").data(pinned));
    assert_eq!(later["errors"][0]["extensions"]["code"], "UNKNOWN_REVISION", "{later:#}");
    let unpinned = ask(&schema, Question::new(question));
    assert_eq!(unpinned["data"]["node"]["id"], "revision:2", "{unpinned:#}");
    assert_eq!(unpinned["data"]["unit"]["name"], "Town Library");
}

#[test]
fn loads_at_once_come_one_after_the_other_and_none_is_lost() {
    let loaded = Arc::new(library());
    let years: Vec<u16> = (2020..2028).collect();
    std::thread::scope(|scope| {
        for year in &years {
            let loaded = Arc::clone(&loaded);
            scope.spawn(move || {
                let told = load(&loaded, &[leaflet(*year, "Town Library")], &[]);
                let number = told["data"]["load"]["revision"]["number"].as_u64().unwrap();
                let revision = loaded.repository.revision(number).unwrap();
                assert_eq!(revision.inputs[0].name, format!("leaflet-{year}.yaml"), "each is told of its own revision");
            });
        }
    });
    assert_eq!(loaded.repository.latest().revision, 9);
}
