//! Every bound on what a stranger can send, each with something past it: refused at once, with a code, and the service
//! goes on.

use std::time::Duration;

use axum::http::StatusCode;
use eragraph::config::{Config, Limits};
use serde_json::{Value, json};

use crate::http::{RESPONSE_JSON, get, post, send};
use crate::service::Loaded;

fn limits(set: impl FnOnce(&mut Limits)) -> Config {
    let mut config = Config::default();
    set(&mut config.limits);
    config
}

/// Asks a question that is at a bound, and one that is past it.
#[track_caller]
fn check(config: &Config, at: &str, past: &str, code: &str) {
    let loaded = Loaded::of("examples/riverside-library");
    let ask = |query: &str| post("application/json", RESPONSE_JSON, json!({ "query": query }).to_string());
    let answer = send(&loaded, config, ask(at));
    assert_eq!((answer.status, answer.json().get("errors")), (StatusCode::OK, None), "{}", answer.body);
    for request in [ask(past), get(&format!("/graphql?{}", serde_urlencoded::to_string([("query", past)]).unwrap()))] {
        let answer = send(&loaded, config, request);
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, code), "{}", answer.body);
        assert!(answer.json().get("data").is_none(), "it never ran: {}", answer.body);
    }
}

#[test]
fn tokens() {
    let config = limits(|limits| limits.tokens = 20);
    let question = |fields: usize| format!("{{ eras {{ {} }} }}", "id ".repeat(fields));
    check(&config, &question(15), &question(16), "TOO_COMPLEX");
}

#[test]
fn values_of_variables() {
    let loaded = Loaded::of("examples/riverside-library");
    let config = limits(|limits| limits.tokens = 20);
    // The object and the list are values too.
    for (values, status) in [(18, StatusCode::OK), (19, StatusCode::BAD_REQUEST)] {
        let body = json!({"query": "{ eras { id } }", "variables": {"a": vec![0; values]}}).to_string();
        let answer = send(&loaded, &config, post("application/json", RESPONSE_JSON, body));
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(answer.code() == "TOO_COMPLEX", status != StatusCode::OK, "{}", answer.body);
    }
}

#[test]
fn selections_and_what_fragments_repeat() {
    let config = limits(|limits| limits.selections = 10);
    let question = |spreads: usize| {
        let names: String = (0..spreads).map(|n| format!("e{n}: eras {{ ...E }} ")).collect();
        format!("{{ {names} }} fragment E on Era {{ id name }}")
    };
    check(&config, &question(2), &question(3), "TOO_COMPLEX");
}

#[test]
fn fields_at_the_root() {
    let config = limits(|limits| limits.root_fields = 3);
    check(
        &config,
        "{ __typename a: __typename b: __typename }",
        &format!("{{ {} }}", "__typename ".repeat(4)),
        "TOO_COMPLEX",
    );
}

#[test]
fn aliases() {
    let config = limits(|limits| limits.aliases = 2);
    check(&config, "{ eras { a: id b: id } }", "{ eras { a: id b: id c: id } }", "TOO_COMPLEX");
}

#[test]
fn directives() {
    let config = limits(|limits| limits.directives = 2);
    let question = |fields: usize| format!("{{ eras {{ {} }} }}", "id @include(if: true) ".repeat(fields));
    check(&config, &question(2), &question(3), "TOO_COMPLEX");
    let twice = "{ eras { id @skip(if: false) @skip(if: false) } }";
    check(&config, &question(1), twice, "VALIDATION_FAILED");
}

#[test]
fn nesting_of_fields_and_of_values() {
    let config = limits(|limits| limits.depth = 4);
    check(&config, "{ eras { id } }", "{ eras { view { roots { nodes { parent { unitId } } } } } }", "TOO_DEEP");
    let lists = format!("{{ units(kind: {}1{}) {{ totalCount }} }}", "[".repeat(5_000), "]".repeat(5_000));
    check(&limits(|limits| limits.tokens = 1_000_000), "{ eras { id } }", &lists, "TOO_DEEP");
}

#[test]
fn complexity_with_page_sizes_multiplied() {
    let config = limits(|limits| limits.complexity = 3_000);
    let question = |size: usize| {
        format!("{{ units(first: {size}) {{ nodes {{ observedIn(first: 10) {{ nodes {{ id }} }} }} }} }}")
    };
    check(&config, &question(10), &question(1000), "TOO_COMPLEX");
}

#[test]
fn circles_in_questions_about_the_schema() {
    let question = |circles: usize| {
        let inner = format!("{}name{}", "fields { type { ".repeat(circles), "} }".repeat(circles));
        format!("{{ __schema {{ types {{ {inner} }} }} }}")
    };
    check(&Config::default(), &question(1), &question(4), "TOO_COMPLEX");
    let circle = "types { fields { type { fields { name } } } }";
    let wide: String = (0..40).map(|n| format!("s{n}: __schema {{ {circle} }} ")).collect();
    check(&Config::default(), &question(2), &format!("{{ {wide} }}"), "TOO_COMPLEX");
}

#[test]
fn questions_about_the_schema_where_they_are_switched_off() {
    let config = Config { introspection: false, ..Config::default() };
    check(&config, "{ __typename }", "{ __schema { queryType { name } } }", "VALIDATION_FAILED");
    check(
        &config,
        "{ __typename }",
        "{ ...A } fragment A on Query { __type(name: \"Unit\") { name } }",
        "VALIDATION_FAILED",
    );
}

#[test]
fn a_document_that_doubles_itself_is_refused_in_no_time() {
    let doubling: String = (0..200).map(|n| format!("fragment F{n} on Era {{ ...F{0} ...F{0} }} ", n + 1)).collect();
    let past = format!("{{ eras {{ ...F0 }} }} {doubling} fragment F200 on Era {{ id }}");
    check(&Config::default(), "{ eras { id } }", &past, "TOO_COMPLEX");
    check(&Config::default(), "{ eras { id } }", "{ eras { ...F } } fragment F on Era { ...F }", "VALIDATION_FAILED");
}

#[test]
fn questions_of_a_batch() {
    let loaded = Loaded::of("examples/riverside-library");
    let batch = |size: usize| {
        let questions = vec![json!({"query": "{ eras { id } }"}); size];
        post("application/json", RESPONSE_JSON, Value::from(questions).to_string())
    };
    let config = limits(|limits| limits.batch = 2);
    let answer = send(&loaded, &config, batch(2));
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let answers = answer.json();
    assert_eq!(answers.as_array().map(Vec::len), Some(2), "{answers}");
    assert!(answers[1]["data"]["eras"].is_array(), "{answers}");
    for (config, size) in [(&config, 3), (&config, 0), (&Config::default(), 2)] {
        let answer = send(&loaded, config, batch(size));
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, "VALIDATION_FAILED"),
            "{}",
            answer.body
        );
    }
}

#[test]
fn the_length_of_a_text_to_search_for() {
    let loaded = Loaded::searchable("examples/riverside-library");
    let config = limits(|limits| limits.search_length = 10);
    let ask = |text: &str| {
        let query = json!({"query": format!("{{ search(query: \"{text}\") {{ totalCount }} }}")});
        send(&loaded, &config, post("application/json", RESPONSE_JSON, query.to_string()))
    };
    assert_eq!(ask("archive").json().get("errors"), None);
    assert!(ask("archives and maps").json().get("errors").is_some());
}

#[test]
fn the_size_of_a_page() {
    let loaded = Loaded::of("examples/riverside-library");
    let config = limits(|limits| limits.max_page = 10);
    for (page, code) in
        [("first: 10", ""), ("first: 11", "BAD_PAGE"), ("last: 11", "BAD_PAGE"), ("first: -1", "BAD_PAGE")]
    {
        let query = json!({"query": format!("{{ units({page}) {{ totalCount }} }}")});
        let answer = send(&loaded, &config, post("application/json", RESPONSE_JSON, query.to_string()));
        assert_eq!(answer.code(), code, "{page}: {}", answer.body);
    }
}

#[test]
fn the_time_that_an_answer_takes() {
    let loaded = Loaded::of("snapshots/ice");
    let field = "{ units(first: 1000) { nodes { unitId depth spanOfControl reportingLine { unitId } } } }";
    let query = json!({"query": format!("{{ a: view(at: {{date: \"2018-01-01\"}}) {field} b: view(at: {{date: \"2024-01-01\"}}) {field} }}")});
    let ask = |timeout: Duration| {
        let config = limits(|limits| limits.timeout = timeout);
        send(&loaded, &config, post("application/json", RESPONSE_JSON, query.to_string()))
    };
    let whole = ask(Duration::from_secs(3600));
    assert_eq!((whole.status, whole.json().get("errors")), (StatusCode::OK, None));
    let stopped = ask(Duration::ZERO);
    assert_eq!(
        (stopped.status, stopped.code().as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT"),
        "{}",
        stopped.body
    );
    assert!(stopped.json().get("data").is_none());
}

#[test]
fn an_answer_tells_of_so_many_errors_and_no_more() {
    let loaded = Loaded::of("examples/riverside-library");
    let query = json!({"query": format!("{{ eras {{ {} }} }}", "nothing ".repeat(500))});
    let answer = send(&loaded, &Config::default(), post("application/json", RESPONSE_JSON, query.to_string()));
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(20), "{}", answer.body);
}
