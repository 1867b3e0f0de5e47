//! What cannot be seen from outside: handlers that fail, what the log may show, and the stages of the service.

use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use serde_json::Value;
use tower::ServiceExt as _;

use super::super::around::Around;
use super::super::outcome::Outcome;
use super::super::{App, Service};
use super::{Asker, Form, Held, Metrics, Observer, REQUEST_ID, Readiness, subscriber};
use crate::config::Config;
use crate::repository::Repository;

/// What was logged.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(super) fn writer(&self) -> impl Fn() -> Self + Send + Sync + use<> {
        let lines = self.clone();
        move || lines.clone()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn json(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Asks a route once and returns the status, the body as JSON where it is some, and the lines of the log.
async fn ask(router: Router, config: &Config) -> (StatusCode, Value, Vec<Value>) {
    let (status, body, lines) = ask_logging(Form::Json, router, config).await;
    (status, body, lines.json())
}

async fn ask_logging(form: Form, router: Router, config: &Config) -> (StatusCode, Value, Lines) {
    let lines = Lines::default();
    let (subscriber, _guard) = subscriber(config, form, lines.writer()).unwrap();
    let _default = tracing::subscriber::set_default(subscriber);
    let observer = Observer::new(Arc::new(Metrics::new(&config.limits)), config);
    let router = router.layer(Around::new(&Arc::new(observer), config));
    let request = Request::builder().uri("/asked").header(REQUEST_ID, "my-id").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.headers()[REQUEST_ID], "my-id");
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default(), lines)
}

#[tokio::test]
async fn a_handler_that_fails_is_answered_as_an_internal_error_and_logged_with_the_id_of_the_request() {
    let failing = async || -> &'static str { panic!("the {} is missing", "map") };
    let (status, body, lines) = ask(Router::new().route("/asked", get(failing)), &Config::default()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
    assert!(!body.to_string().contains("map"), "what failed is for the log only: {body}");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0]["panic"], "the map is missing");
    assert_eq!((&lines[1]["status"], &lines[1]["code"]), (&500.into(), &"INTERNAL".into()));
    for line in &lines {
        assert_eq!((&line["level"], &line["id"]), (&"ERROR".into(), &"my-id".into()), "{line}");
    }
}

#[tokio::test]
async fn lines_for_people_end_with_the_id_of_the_request() {
    for form in [Form::Plain, Form::Coloured] {
        let logging = async || tracing::warn!(of = "a map", "something is missing");
        let router = Router::new().route("/asked", get(logging));
        let (_, _, lines) = ask_logging(form, router, &Config::default()).await;
        let text = lines.text();
        let (first, answered) = text.split_once('\n').unwrap();
        assert!(first.ends_with(r#" something is missing of="a map" id="my-id""#), "{text}");
        assert!(answered.contains(r#" answered id="my-id" "#), "{text}");
        assert_eq!(answered.matches("my-id").count(), 1, "{text}");
        assert_eq!(first.contains("\x1b[33m  WARN"), form == Form::Coloured, "{text}");
    }
}

#[tokio::test]
async fn variables_are_in_the_log_only_where_it_is_to_show_them() {
    for log_variables in [true, false] {
        let outcome = Outcome {
            operation: Some("Odd\nname".to_owned()),
            variables: Some("{\"id\":\"secret\"}".to_owned()),
            document_was_known: Some(true),
            ..Outcome::default()
        };
        let answering = async move || {
            Asker::current().unwrap().became(outcome);
            "done"
        };
        let config = Config { log_variables, ..Config::default() };
        let (_, _, lines) = ask(Router::new().route("/asked", get(answering)), &config).await;
        assert_eq!(lines[0]["variables"].as_str(), log_variables.then_some("{\"id\":\"secret\"}"), "{lines:?}");
        assert_eq!((&lines[0]["operation"], &lines[0]["known"]), (&"Odd\u{fffd}name".into(), &true.into()));
    }
}

#[tokio::test]
async fn an_asker_who_goes_away_is_told_of_and_counted() {
    let lines = Lines::default();
    let (subscriber, _guard) = subscriber(&Config::default(), Form::Json, lines.writer()).unwrap();
    let _default = tracing::subscriber::set_default(subscriber);
    let metrics = Arc::new(Metrics::new(&Config::default().limits));
    let router = Router::new().route("/asked", get(std::future::pending::<()>));
    let observer = Observer::new(Arc::clone(&metrics), &Config::default());
    let router = router.layer(Around::new(&Arc::new(observer), &Config::default()));
    let mut asked = Box::pin(router.oneshot(Request::builder().uri("/asked").body(Body::empty()).unwrap()));
    assert!(futures_util::poll!(&mut asked).is_pending());
    drop(asked);
    assert_eq!(lines.json()[0]["message"], "the asker went away");
    let folder = tempfile::TempDir::new().unwrap();
    let text = metrics.exposition(&Repository::open(folder.path()).unwrap().0).unwrap();
    assert!(text.contains("\neragraph_http_requests_abandoned_total 1\n"), "{text}");
    assert!(text.contains("\neragraph_http_requests_in_flight 0\n"), "{text}");
}

type Hold = fn(&Metrics) -> Held;

#[track_caller]
fn check(metrics: &Metrics, repository: &Repository, name: &str, expected: u64) {
    let text = metrics.exposition(repository).unwrap();
    let line = text.lines().find(|line| line.split(' ').next() == Some(name));
    assert_eq!(line, Some(format!("{name} {expected}").as_str()));
}

#[test]
fn what_is_held_is_counted_for_as_long_as_it_is_held() {
    let metrics = Metrics::new(&Config::default().limits);
    let folder = tempfile::TempDir::new().unwrap();
    let (repository, _) = Repository::open(folder.path()).unwrap();
    let hold: [(&str, Hold); 5] = [
        ("eragraph_connections", Metrics::connection_opened),
        ("eragraph_websockets", Metrics::socket_opened),
        ("eragraph_subscriptions", Metrics::subscription_started),
        ("eragraph_graphql_questions_in_flight", Metrics::question_started),
        ("eragraph_graphql_questions_waiting", Metrics::question_waiting),
    ];
    for (name, hold) in hold {
        let (one, two) = (hold(&metrics), hold(&metrics));
        check(&metrics, &repository, name, 2);
        drop(one);
        check(&metrics, &repository, name, 1);
        drop(two);
        check(&metrics, &repository, name, 0);
    }
    metrics.connection_shed();
    metrics.refused_busy();
    check(&metrics, &repository, "eragraph_connections_accepted_total", 2);
    check(&metrics, &repository, "eragraph_connections_shed_total", 1);
    check(&metrics, &repository, "eragraph_graphql_questions_refused_total", 1);
}

#[tokio::test]
async fn the_service_is_ready_only_while_questions_are_answered() {
    let folder = tempfile::TempDir::new().unwrap();
    let repository = Arc::new(Repository::open(folder.path()).unwrap().0);
    let readiness = Readiness::starting();
    let app = App::new(Service::new(repository, &Config::default(), readiness.clone()));
    let check = async |expected: StatusCode, text: &str| {
        let request = Request::builder().uri("/health/ready").body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), expected);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&body), text);
    };
    check(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"starting"}"#).await;
    readiness.set_ready();
    check(StatusCode::OK, r#"{"status":"ready","revision":0}"#).await;
    readiness.set_stopping();
    check(StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"stopping"}"#).await;
}
