//! What an operator sees of the service: ids of requests, the log, metrics and traces.

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, Request, Response, StatusCode};
use eragraph::config::{Config, Limits};
use eragraph::server::observe::{Form, REQUEST_ID, subscriber};
use eragraph::server::router;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::exposition::{Exposition, check_histogram};
use crate::service::{Loaded, in_checkout};

/// A service that is asked again and again.
struct Asked {
    router: Router,
    runtime: tokio::runtime::Runtime,
    _loaded: Loaded,
}

impl Asked {
    fn new(config: &Config) -> Self {
        let loaded = Loaded::of("examples/riverside-library");
        let router = router(loaded.repository.clone(), config);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { router, runtime, _loaded: loaded }
    }

    fn send(&self, request: Request<Body>) -> Response<String> {
        self.runtime.block_on(async {
            let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            Response::from_parts(head, String::from_utf8_lossy(&bytes).into_owned())
        })
    }

    fn get(&self, uri: &str) -> Response<String> {
        self.send(Request::builder().uri(uri).body(Body::empty()).unwrap())
    }

    fn ask(&self, question: &str) -> Response<String> {
        self.send(question_of(question))
    }

    #[track_caller]
    fn scrape(&self) -> Exposition {
        let answer = self.get("/metrics");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/openmetrics-text; version=1.0.0; charset=utf-8");
        Exposition::read(answer.body())
    }
}

fn question_of(question: &str) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri("/graphql").header(CONTENT_TYPE, "application/json");
    let request = request.header(ACCEPT, "application/graphql-response+json");
    request.body(json!({ "query": question }).to_string().into()).unwrap()
}

#[test]
fn metrics_are_to_the_letter_of_their_format_and_say_what_is_there() {
    let asked = Asked::new(&Config::default());
    asked.ask("query Offices { eras { id } }");
    asked.ask("{ nothing }");
    asked.get("/r/none?a=b");
    let read = asked.scrape();
    for name in read.types.keys() {
        assert!(name.starts_with("eragraph_") || name.starts_with("process_"), "{name}");
    }
    let version = format!("eragraph_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert_eq!(read.count(&version), 1);
    assert_eq!(read.count("eragraph_revision"), 1);
    assert_eq!(read.count("eragraph_snapshots"), 3);
    assert!(read.value("eragraph_units") > 5.0);
    for part in ["journal", "database"] {
        assert!(read.value(&format!("eragraph_store_bytes{{part=\"{part}\"}}")) > 100.0, "{part}: {read:?}");
    }
    assert!(read.value("process_start_time_seconds") > 1.7e9);
    if cfg!(target_os = "linux") {
        assert!(read.value("process_resident_memory_bytes") > 1e6);
        assert!(read.value("process_open_fds") >= 3.0);
    }
    for (name, _) in read.types.iter().filter(|(_, kind)| *kind == "histogram") {
        check_histogram(&read, name);
    }
}

#[test]
fn the_documentation_lists_every_metric_and_no_other() {
    let page = std::fs::read_to_string(in_checkout("docs/observing.md")).unwrap();
    let table = page.split("## Metrics").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let firsts = table.lines().filter_map(|line| line.strip_prefix("| `")).map(|row| row.split(" |").next().unwrap());
    let listed: BTreeSet<String> =
        firsts.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`').to_owned()).collect();
    let asked = Asked::new(&Config::default());
    asked.ask("{ eras { id } }");
    let found: BTreeSet<String> = asked.scrape().types.into_keys().collect();
    let linux_only = |name: &&String| !cfg!(target_os = "linux") && name.starts_with("process_");
    let gone: Vec<&String> = listed.difference(&found).filter(|name| !linux_only(name)).collect();
    let missing: Vec<&String> = found.difference(&listed).collect();
    assert!(gone.is_empty() && missing.is_empty(), "not there: {gone:?}; not in the table: {missing:?}");
}

#[test]
fn what_is_asked_between_two_scrapes_is_counted_between_them() {
    let asked = Asked::new(&Config::default());
    let named = "query Offices { eras { id } }";
    (0..3).for_each(|_| drop(asked.ask(named)));
    let before = asked.scrape();
    (0..4).for_each(|_| drop(asked.ask(named)));
    (0..2).for_each(|_| drop(asked.ask("{ view(at: {era: \"none\"}) { revision } }")));
    asked.ask("{");
    asked.get("/no/such/place");
    asked.get("/no/such/other");
    asked.get("/health/live?a=1");
    let odd = Request::builder().method("BREW").uri("/graphql").body(Body::empty()).unwrap();
    asked.send(odd);
    let after = asked.scrape();
    for (series, expected) in [
        ("eragraph_http_requests_total{method=\"POST\",route=\"/graphql\",status=\"200\"}", 6),
        ("eragraph_http_requests_total{method=\"POST\",route=\"/graphql\",status=\"400\"}", 1),
        ("eragraph_http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}", 2),
        ("eragraph_http_requests_total{method=\"GET\",route=\"/health/live\",status=\"200\"}", 1),
        ("eragraph_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"200\"}", 1),
        ("eragraph_http_requests_total{method=\"other\",route=\"/graphql\",status=\"405\"}", 1),
        ("eragraph_graphql_question_duration_seconds_count{operation=\"Offices\"}", 4),
        ("eragraph_graphql_question_duration_seconds_count{operation=\"anonymous\"}", 3),
        ("eragraph_graphql_errors_total{code=\"UNKNOWN_ID\"}", 2),
        ("eragraph_graphql_errors_total{code=\"PARSE_ERROR\"}", 1),
        ("eragraph_graphql_errors_total{code=\"INTERNAL\"}", 0),
        ("eragraph_http_request_duration_seconds_count{route=\"unmatched\"}", 2),
        ("eragraph_http_requests_in_flight", 0),
    ] {
        assert_eq!(after.count(series) - before.count(series), expected, "{series}");
    }
    assert_eq!(after.count("eragraph_http_requests_in_flight"), 1, "the scrape itself");
}

#[test]
fn names_that_are_made_up_make_no_more_series_than_the_bound() {
    let limits = Limits { operations_named: 8, ..Limits::default() };
    let asked = Asked::new(&Config { limits, ..Config::default() });
    (0..20).for_each(|_| drop(asked.ask("query Real { eras { id } }")));
    for number in 0..1_000 {
        let question = format!("query Made{number} {{ __typename }}");
        let times = if number < 50 { 4 } else { 1 };
        (0..times).for_each(|_| drop(asked.ask(&question)));
    }
    let name = "eragraph_graphql_question_duration_seconds_count";
    let read = asked.scrape();
    let found = read.labels(name, "operation");
    assert_eq!(found.len(), 8 + 1, "eight names, and the others: {found:?}");
    assert!(found.contains("Real") && found.contains("other"), "{found:?}");
    let counted: u64 = found.iter().map(|label| read.count(&format!("{name}{{operation=\"{label}\"}}"))).sum();
    assert_eq!(counted, 20 + 50 * 4 + 950, "none is lost");
}

#[test]
fn metrics_are_answered_only_where_they_are_offered() {
    let asked = Asked::new(&Config { metrics: false, ..Config::default() });
    assert_eq!(asked.get("/metrics").status(), StatusCode::NOT_FOUND);
}

#[test]
fn every_answer_has_an_id_and_a_sane_one_is_the_askers() {
    let asked = Asked::new(&Config::default());
    let id = |uri: &str, sent: &str| {
        let request = Request::builder().uri(uri).header(REQUEST_ID, sent).body(Body::empty()).unwrap();
        asked.send(request).headers()[REQUEST_ID].to_str().unwrap().to_owned()
    };
    for uri in ["/", "/graphql", "/no/such/place", "/health/live"] {
        assert_eq!(id(uri, "trace.1_a-B"), "trace.1_a-B", "{uri}");
        assert_ne!(id(uri, "a b"), "a b", "{uri}");
        assert_ne!(id(uri, "a b"), id(uri, "a b"), "{uri}");
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns what is logged while something is asked.
fn logged(form: Form, config: &Config, ask: impl FnOnce(&Asked)) -> String {
    // While there is only one, tracing asks that of the thread which first comes by a place whether it is to be logged,
    // and the thread of another test has none. With a second one it asks both.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let lines = Lines::default();
    let writer = lines.clone();
    let (subscriber, _guard) = subscriber(config, form, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, || {
        let asked = Asked::new(config);
        ask(&asked);
        // With the service, what waits to be written is.
        drop(asked);
    });
    String::from_utf8(lines.0.lock().unwrap().clone()).unwrap()
}

fn ask_two(asked: &Asked) {
    let mut request = question_of("query Offices { eras { name } }");
    request.headers_mut().insert(REQUEST_ID, "my-id".parse().unwrap());
    asked.send(request);
    asked.get("/r/2/none?word=secret");
    asked.get("/health/live");
}

#[test]
fn a_request_is_one_line_of_json_that_says_what_became_of_it() {
    let text = logged(Form::Json, &Config::default(), ask_two);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    let found = json!({
        "level": lines[0]["level"], "message": lines[0]["message"], "method": lines[0]["method"],
        "route": lines[0]["route"], "status": lines[0]["status"], "operation": lines[0]["operation"],
        "id": lines[0]["id"],
    });
    let expected = json!({
        "level": "INFO", "message": "answered", "method": "POST", "route": "/graphql", "status": 200,
        "operation": "Offices", "id": "my-id",
    });
    assert_eq!(found, expected, "{text}");
    assert!(lines[0]["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{text}");
    assert_eq!((&lines[1]["route"], &lines[1]["status"]), (&"/r/{*address}".into(), &404.into()), "{text}");
    assert!(lines[1]["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{text}");
    assert!(!text.contains("eras") && !text.contains("secret"), "no question is in the log: {text}");
}

#[test]
fn a_request_is_one_line_for_people() {
    let text = logged(Form::Plain, &Config::default(), ask_two);
    assert_eq!(text.lines().count(), 2, "{text}");
    let line = text.lines().next().unwrap();
    for part in [
        "eragraph::request: answered id=\"my-id\"",
        "method=\"POST\" route=\"/graphql\" status=200 ms=",
        "operation=\"Offices\"",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}

/// Answers one request on a free port and hands on its head and body.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let read = stream.read(&mut piece).unwrap();
            bytes.extend_from_slice(&piece[..read]);
            let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if bytes.len() - end - 4 >= length.parse::<usize>().unwrap() {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
                sender.send((head, bytes[end + 4..].to_vec())).unwrap();
                return;
            }
        }
    });
    (address, receiver)
}

#[test]
fn a_trace_of_a_request_goes_to_the_collector_and_goes_on_with_the_askers() {
    let (address, received) = collector();
    let config = Config { otlp: Some(address), ..Config::default() };
    let text = logged(Form::Plain, &config, |asked| {
        let mut request = question_of("query Offices { eras { name } }");
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        request.headers_mut().insert("traceparent", parent.parse().unwrap());
        asked.send(request);
    });
    let (head, body) = received.recv_timeout(Duration::from_secs(60)).expect("the spans are sent at the end");
    assert!(head.starts_with("post /v1/traces ") && head.contains("content-type: application/x-protobuf"), "{head}");
    let has = |bytes: &[u8]| body.windows(bytes.len()).any(|window| window == bytes);
    for part in [
        "eragraph",
        "service.version",
        "POST /graphql",
        "http.request.method",
        "http.route",
        "url.path",
        "http.response.status_code",
        "graphql.operation.name",
        "Offices",
        "graphql.operation.type",
        "query",
        "eragraph.request.id",
    ] {
        assert!(has(part.as_bytes()), "{part}");
    }
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    assert!(has(&trace) && has(&0xb7ad_6b71_6920_3331_u64.to_be_bytes()), "the trace and the parent are the asker's");
    assert!(!has(b"eras"), "no document is sent");
    assert!(text.contains("trace=\"0af7651916cd43dd8448eb211c80319c\""), "the log names the trace: {text}");
}

#[test]
fn the_service_goes_on_where_no_collector_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = Config { otlp: Some(format!("http://127.0.0.1:{port}/v1/traces")), ..Config::default() };
    logged(Form::Plain, &config, |asked| {
        assert_eq!(asked.ask("{ eras { id } }").status(), StatusCode::OK);
        assert_eq!(asked.ask("{ eras { id } }").status(), StatusCode::OK);
    });
}
