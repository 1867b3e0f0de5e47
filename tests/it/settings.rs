//! What is switched off in the settings is not answered, and what stays is.

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use eragraph::config::Config;
use eragraph::server::router;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::service::Loaded;

/// Sends a request to a service that is set up so, and returns the status and the body.
fn send(config: &Config, request: Request<Body>) -> (StatusCode, String) {
    let loaded = Loaded::of("examples/riverside-library");
    let router = router(loaded.repository.clone(), config);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    })
}

fn ask(config: &Config, query: &str) -> Value {
    let body = json!({ "query": query }).to_string();
    let request = Request::post("/graphql").header(CONTENT_TYPE, "application/json");
    let request = request.header(ACCEPT, "application/graphql-response+json").body(Body::from(body)).unwrap();
    serde_json::from_str(&send(config, request).1).unwrap()
}

fn get(config: &Config, path: &str) -> (StatusCode, String) {
    send(config, Request::get(path).header(ACCEPT, "text/html").body(Body::empty()).unwrap())
}

const ABOUT_THE_SCHEMA: [&str; 3] = [
    "{ __schema { types { name } } }",
    "{ eras { id } __type(name: \"Unit\") { fields { name } } }",
    "query { ...Of } fragment Of on Query { s: __schema { queryType { name } } }",
];

fn silent() -> Config {
    Config { introspection: false, ..Config::default() }
}

#[test]
fn without_introspection_nothing_tells_the_schema() {
    for query in ABOUT_THE_SCHEMA {
        assert_eq!(ask(&Config::default(), query)["errors"], Value::Null, "{query}");
        let answer = ask(&silent(), query).to_string();
        assert!(!answer.contains("Query") && !answer.contains("lineage"), "{query}: {answer}");
    }
    let misspelled = "{ era { id } conflict { kind } }";
    assert!(ask(&Config::default(), misspelled).to_string().contains("conflicts"));
    let answer = ask(&silent(), misspelled).to_string();
    assert!(answer.contains("VALIDATION_FAILED") && !answer.contains("conflicts"), "{answer}");
    let answer = ask(&silent(), "{ __typename eras { __typename id } }");
    assert_eq!(answer["data"]["__typename"], "Query", "{answer}");
    assert_eq!(answer["data"]["eras"][0]["__typename"], "Era", "{answer}");
    assert_eq!(get(&silent(), "/schema.graphql").0, StatusCode::NOT_FOUND);
    assert_eq!(get(&Config::default(), "/schema.graphql").0, StatusCode::OK);
}

#[test]
fn without_introspection_a_question_about_the_schema_is_refused() {
    for query in ABOUT_THE_SCHEMA {
        let error = &ask(&silent(), query)["errors"][0];
        assert_eq!(error["extensions"]["code"], "VALIDATION_FAILED", "{query}: {error}");
        assert!(error["message"].as_str().unwrap().contains("introspection is switched off"), "{query}: {error}");
    }
}

#[test]
fn without_graphiql_no_page_leads_to_it() {
    let config = Config { graphiql: false, ..Config::default() };
    assert_eq!(get(&config, "/graphiql").0, StatusCode::NOT_FOUND);
    for path in ["/", "/r/1/view/2010-01-01"] {
        let (status, page) = get(&config, path);
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        assert!(!page.contains("/graphiql"), "{path}: {page}");
    }
}
