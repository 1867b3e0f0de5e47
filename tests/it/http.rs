//! The service over HTTP, without a port: what is asked, in which form, and what comes back.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, Request, StatusCode};
use eragraph::config::{Config, Limits};
use eragraph::server::router;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::service::Loaded;

pub(crate) const RESPONSE_JSON: &str = "application/graphql-response+json";

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    #[track_caller]
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) fn send(loaded: &Loaded, config: &Config, request: Request<Body>) -> Answer {
    let router = router(loaded.repository.clone(), config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let header = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = header.unwrap_or_default().to_owned();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, content_type, body: String::from_utf8_lossy(&bytes).into_owned() }
    })
}

fn library() -> Loaded {
    Loaded::of("examples/riverside-library")
}

pub(crate) fn post(content_type: &str, accept: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri("/graphql").header(CONTENT_TYPE, content_type);
    request.header(ACCEPT, accept).body(body.into()).unwrap()
}

pub(crate) fn get(uri: &str) -> Request<Body> {
    Request::builder().uri(uri).header(ACCEPT, RESPONSE_JSON).body(Body::empty()).unwrap()
}

#[track_caller]
fn check(request: Request<Body>, status: StatusCode, code: &str) {
    let answer = send(&library(), &Config::default(), request);
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.body);
    assert!(answer.json().get("data").is_none(), "what never ran has no data: {}", answer.body);
}

#[test]
fn a_question_is_answered_in_the_media_type_that_is_accepted() {
    for (accept, content_type) in [
        (RESPONSE_JSON, RESPONSE_JSON),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/json;q=0.5, application/graphql-response+json", RESPONSE_JSON),
    ] {
        let body = json!({"query": "{ eras { id } }"}).to_string();
        let answer = send(&library(), &Config::default(), post("application/json", accept, body));
        assert_eq!(answer.status, StatusCode::OK, "{accept}");
        assert!(answer.content_type.starts_with(content_type), "{accept}: {}", answer.content_type);
        assert_eq!(answer.json()["data"]["eras"].as_array().map(Vec::len), Some(2), "{}", answer.body);
    }
}

#[test]
fn the_fields_of_an_answer_come_in_the_order_of_the_question() {
    let loaded = library();
    let schema = eragraph::api::schema(loaded.repository.clone(), &Limits::default());
    let question = "{ long: diff(from: {date: \"2000-01-01\"}, to: {date: \"2020-01-01\"}) { orderCertain } \
                      past: units(revision: 1, first: 1) { totalCount } short: eras { id } }";
    let text = String::from_utf8(schema.execute(question).into_json()).unwrap();
    let order: Vec<_> = ["long", "past", "short"].iter().map(|name| text.find(name)).collect();
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{text}");
}

#[test]
fn a_question_in_the_url_names_its_operation_and_variables() {
    let uri = "/graphql?query=query+A{eras{id}}query+B($id:ID!){unit(id:$id){name}}&operationName=B&variables=%7B%22id%22%3A%22nobody%22%7D";
    let answer = send(&library(), &Config::default(), get(uri));
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({"data": {"unit": null}}));
}

#[test]
fn what_cannot_be_read_is_refused_with_a_code() {
    let json_type = "application/json";
    check(post(json_type, RESPONSE_JSON, "{"), StatusCode::BAD_REQUEST, "PARSE_ERROR");
    check(post(json_type, RESPONSE_JSON, "[]"), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
    check(post(json_type, RESPONSE_JSON, r#"{"query": 3}"#), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
    check(post(json_type, RESPONSE_JSON, r#"{"query": "{"}"#), StatusCode::BAD_REQUEST, "PARSE_ERROR");
    check(post(json_type, RESPONSE_JSON, r#"{"query": "{ nothing }"}"#), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
    let query = r#"{"query": "{ eras { id } }", "variables": []}"#;
    check(post(json_type, RESPONSE_JSON, query), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
    let query = r#"{"query": "{ eras { id } }"}"#;
    check(post("text/plain", RESPONSE_JSON, query), StatusCode::UNSUPPORTED_MEDIA_TYPE, "VALIDATION_FAILED");
    check(post(json_type, "text/html", query), StatusCode::NOT_ACCEPTABLE, "VALIDATION_FAILED");
    check(get("/graphql"), StatusCode::BAD_REQUEST, "VALIDATION_FAILED");
}

#[test]
fn a_get_changes_nothing_named_or_not() {
    check(get("/graphql?query=mutation{x}"), StatusCode::METHOD_NOT_ALLOWED, "VALIDATION_FAILED");
    let named = "/graphql?query=query+A{eras{id}}mutation+B{x}&operationName=B";
    check(get(named), StatusCode::METHOD_NOT_ALLOWED, "VALIDATION_FAILED");
}

#[test]
fn a_day_is_written_strictly() {
    let literal = json!({"query": "{ view(at: {date: \"2015-1-1\"}) { revision } }"});
    let question = "query($day: Date!) { view(at: {date: $day}) { revision } }";
    let variable = json!({"query": question, "variables": {"day": "2015-02-30"}});
    for body in [literal, variable] {
        let request = post("application/json", RESPONSE_JSON, body.to_string());
        let answer = send(&library(), &Config::default(), request);
        assert_eq!(answer.code(), "BAD_DATE", "{}", answer.body);
        assert!(answer.body.contains("write it as 2015-01-01"), "{}", answer.body);
    }
}

#[test]
fn depth_and_complexity_are_bounded_before_anything_runs() {
    let nested = |levels: usize| {
        let inner = "parent { ".repeat(levels) + "unitId" + &" }".repeat(levels);
        json!({"query": format!("{{ view(at: {{date: \"2015-01-01\"}}) {{ unit(id: \"x\") {{ {inner} }} }} }}")})
    };
    let json_type = "application/json";
    check(post(json_type, RESPONSE_JSON, nested(30).to_string()), StatusCode::BAD_REQUEST, "TOO_DEEP");
    let wide = "children(first: 1000) { nodes { ".repeat(4) + "unitId" + &" } }".repeat(4);
    let query =
        json!({"query": format!("{{ view(at: {{date: \"2015-01-01\"}}) {{ unit(id: \"x\") {{ {wide} }} }} }}")});
    check(post(json_type, RESPONSE_JSON, query.to_string()), StatusCode::BAD_REQUEST, "TOO_COMPLEX");
}

#[test]
fn an_answer_holds_no_more_objects_than_the_limit() {
    let config = Config { limits: Limits { objects: 3, ..Limits::default() }, ..Config::default() };
    let query = json!({"query": "{ units { nodes { id } } }"}).to_string();
    let answer = send(&library(), &config, post("application/json", RESPONSE_JSON, query));
    assert_eq!(answer.code(), "RESULT_TOO_LARGE", "{}", answer.body);
}

#[test]
fn a_body_past_the_limit_is_refused() {
    let config = Config { limits: Limits { body_bytes: 64, ..Limits::default() }, ..Config::default() };
    let query = json!({"query": format!("{{ eras {{ id }} }} #{}", "x".repeat(100))}).to_string();
    let answer = send(&library(), &config, post("application/json", RESPONSE_JSON, query));
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
}

#[test]
fn health_and_schema_have_routes_of_their_own() {
    let loaded = library();
    let live = send(&loaded, &Config::default(), get("/health/live"));
    assert_eq!(live.status, StatusCode::OK);
    let ready = send(&loaded, &Config::default(), get("/health/ready"));
    assert_eq!((ready.status, ready.json()["revision"].clone()), (StatusCode::OK, json!(1)));
    let schema = send(&loaded, &Config::default(), get("/schema.graphql"));
    assert!(schema.body.contains("type Query {"), "{}", schema.body);
}

#[test]
fn the_route_table_is_documented_whole() {
    let code = include_str!("../../src/server/mod.rs");
    let named = |before: &str| code.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>();
    let mut routes = [named("const GRAPHQL: &str = \""), named(".route(\"")].concat();
    routes.sort_unstable();
    let page = include_str!("../../docs/operations.md");
    let section = page.split("## What it answers").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut documented: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    documented.sort_unstable();
    assert_eq!(documented, routes);
}
