//! What dashboards and browsers ask for: reporting lines at a plain URL, tags and encodings, CORS, and careful headers.

use std::collections::BTreeSet;

use async_graphql::Request as Question;
use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_LOCATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, ORIGIN, VARY,
};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use eragraph::api;
use eragraph::config::{Config, Limits};
use eragraph::export::{LINE_COLUMNS, LinesAddress, LinesExport, LinesFormat};
use eragraph::server::router;
use eragraph::source::InputFile;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;

use crate::service::{Loaded, in_checkout};

const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const LIBRARY: &str = "examples/riverside-library";
const LINES: &str = "/reporting-lines.json?at=2006-01-01";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    pieces: Vec<Vec<u8>>,
}

impl Answer {
    #[track_caller]
    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    fn listed(&self, name: impl axum::http::header::AsHeaderName) -> BTreeSet<String> {
        let values = self.headers.get_all(name).iter().map(|value| value.to_str().unwrap());
        values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.pieces.concat()
    }

    #[track_caller]
    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn send(loaded: &Loaded, config: &Config, method: Method, uri: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    run(async {
        let response = router(loaded.repository.clone(), config).oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let pieces = response.into_body().into_data_stream().map(|piece| piece.unwrap().to_vec()).collect().await;
        Answer { status, headers, pieces }
    })
}

fn get(loaded: &Loaded, uri: &str, headers: &[(&str, &str)]) -> Answer {
    send(loaded, &Config::default(), Method::GET, uri, headers)
}

fn load(loaded: &Loaded, text: &str) {
    let file = InputFile { name: "later.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
    assert!(loaded.repository.load(&[file], &[], None, Timestamp::UNIX_EPOCH).unwrap().is_change());
}

const LATER: &str = "\
snapshot: riverside-leaflet-2020
observed: 2020-01-15
title: Leaflet
source: {reference: an invented leaflet}
date-evidence: [{lines: 1, basis: stated}]
units:
  - {id: rcl, name: '=Riverside, \"Library\"', kind: library, lines: 1}
";

/// Asks GraphQL for reporting lines, and makes of each what a row has to be.
#[track_caller]
fn rows_by_graphql(loaded: &Loaded, view: &str, under: &str) -> Vec<Value> {
    let lines = format!("reportingLines(first: 1000{under})");
    let unit = "unitId name acronym kind standing placement depth parent { unitId name } status certainty";
    let question = format!(
        "{{ view({view}) {{ {lines} {{ totalCount nodes {{ unit {{ {unit} }} line {{ unitId name }} weakestBasis composite }} }} }} }}"
    );
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let answer = schema.execute(Question::new(question));
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let data: Value = serde_json::from_slice(answer.data_in_json()).unwrap();
    let nodes = data["view"]["reportingLines"]["nodes"].as_array().unwrap().clone();
    assert_eq!(data["view"]["reportingLines"]["totalCount"], nodes.len());
    let row = |node: &Value| {
        let joined = |field: &str, between: &str| {
            let steps = node["line"].as_array().unwrap().iter().map(|step| step[field].as_str().unwrap());
            Value::from(steps.collect::<Vec<_>>().join(between))
        };
        let unit = &node["unit"];
        let field = |column: &str| match column {
            "parentId" => unit["parent"]["unitId"].clone(),
            "parentName" => unit["parent"]["name"].clone(),
            "line" => joined("name", " > "),
            "lineIds" => joined("unitId", " "),
            "weakestBasis" | "composite" => node[column].clone(),
            _ => unit[column].clone(),
        };
        Value::Object(LINE_COLUMNS.iter().map(|column| ((*column).to_owned(), field(column))).collect::<Map<_, _>>())
    };
    nodes.iter().map(row).collect()
}

/// Reads CSV by the letter of RFC 4180: every record ends with CR LF, and a quote within quotes stands twice.
#[track_caller]
fn records(text: &str) -> Vec<Vec<String>> {
    assert!(text.ends_with("\r\n"), "{text}");
    let (mut records, mut record, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => field.extend(letters.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => record.push(std::mem::take(&mut field)),
            ('\r', false) => {
                assert_eq!(letters.next(), Some('\n'));
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (other, _) => field.push(other),
        }
    }
    records
}

#[track_caller]
fn check_rows(loaded: &Loaded, query: &str, view: &str, under: &str) -> usize {
    let expected = rows_by_graphql(loaded, view, under);
    let json = get(loaded, &format!("/reporting-lines.json?{query}"), &[]);
    assert_eq!((json.status, json.header(CONTENT_TYPE)), (StatusCode::OK, "application/json; charset=utf-8"));
    assert_eq!(json.json(), Value::Array(expected.clone()), "{query}");
    let names: Vec<Vec<String>> =
        json.json().as_array().unwrap().iter().map(|row| row.as_object().unwrap().keys().cloned().collect()).collect();
    assert!(names.iter().all(|names| names == &LINE_COLUMNS), "{names:?}");
    let csv = get(loaded, &format!("/reporting-lines.csv?{query}"), &[]);
    assert_eq!((csv.status, csv.header(CONTENT_TYPE)), (StatusCode::OK, "text/csv; charset=utf-8; header=present"));
    let records = records(&csv.text());
    assert_eq!(records[0], LINE_COLUMNS);
    let as_text = |value: &Value| {
        value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
    };
    let texts: Vec<Vec<String>> =
        expected.iter().map(|row| row.as_object().unwrap().values().map(as_text).collect()).collect();
    assert_eq!(records[1..], texts, "{query}");
    expected.len()
}

#[test]
fn rows_say_what_graphql_says_of_the_library() {
    let loaded = Loaded::of(LIBRARY);
    load(&loaded, LATER);
    let mut counts = vec![
        check_rows(&loaded, "at=2006-01-01", "at: {date: \"2006-01-01\"}", ""),
        check_rows(&loaded, "at=2020-02-01", "at: {date: \"2020-02-01\"}", ""),
        check_rows(
            &loaded,
            "at=2020-02-01&include-outdated=true",
            "at: {date: \"2020-02-01\"}, includeOutdated: true",
            "",
        ),
        check_rows(
            &loaded,
            "at=snapshot:riverside-website-2012&under=rcl",
            "at: {snapshot: \"riverside-website-2012\"}",
            ", under: \"rcl\"",
        ),
        check_rows(
            &loaded,
            "at=era:riverside-four-departments&minimum-basis=stated",
            "at: {era: \"riverside-four-departments\"}, minimumBasis: STATED",
            "",
        ),
        check_rows(&loaded, "at=2006-01-01&revision=1", "at: {date: \"2006-01-01\"}, revision: 1", ""),
    ];
    assert_eq!(check_rows(&loaded, "at=1800-01-01", "at: {date: \"1800-01-01\"}", ""), 0);
    counts.sort_unstable();
    assert!(counts[0] > 0 && counts.iter().collect::<BTreeSet<_>>().len() > 2, "{counts:?}");
    let quoted = get(&loaded, "/reporting-lines.csv?at=2020-02-01", &[]).text();
    assert!(quoted.contains("rcl,\"=Riverside, \"\"Library\"\"\","), "{quoted}");
}

#[test]
fn rows_say_what_graphql_says_of_the_agency() {
    let loaded = Loaded::of("snapshots/ice");
    let day = "at: {date: \"2018-01-01\"}";
    let all = check_rows(&loaded, "at=2018-01-01", day, "");
    let basis = format!("{day}, minimumBasis: SHOWN");
    assert!(check_rows(&loaded, "at=2018-01-01&minimum-basis=SHOWN", &basis, "") <= all);
    assert!(check_rows(&loaded, "at=2018-01-01&under=ice", day, ", under: \"ice\"") < all);
    check_rows(&loaded, "at=snapshot:ice-2008-2009", "at: {snapshot: \"ice-2008-2009\"}", "");
    check_rows(&loaded, "at=2012-06-01&include-outdated=true", "at: {date: \"2012-06-01\"}, includeOutdated: true", "");
}

#[test]
fn the_addresses_that_are_shown_to_newcomers_have_answers() {
    let loaded = Loaded::of("snapshots/ice");
    let readme = std::fs::read_to_string(in_checkout("README.md")).unwrap();
    let landing = get(&loaded, "/", &[]).text();
    for (text, shown) in [(readme, 1), (landing, 2)] {
        let ends = |letter: char| letter.is_whitespace() || "'\"`<)".contains(letter);
        let starts = text.match_indices("/reporting-lines.").map(|(at, _)| &text[at..]);
        let addresses: BTreeSet<&str> = starts.map(|rest| rest.split(ends).next().unwrap()).collect();
        assert_eq!(addresses.len(), shown, "{addresses:?}");
        for address in addresses {
            let answer = get(&loaded, &address.replace("&amp;", "&"), &[]);
            assert_eq!(answer.status, StatusCode::OK, "{address}");
            assert!(answer.text().lines().count() > 10, "{address}: {}", answer.text());
        }
    }
}

#[test]
fn pieces_of_any_size_make_the_same_whole() {
    let loaded = Loaded::of(LIBRARY);
    let version = loaded.repository.latest();
    for query in [
        vec![("at", "2006-01-01")],
        vec![("at", "2006-01-01"), ("under", "rcl-public-services")],
        vec![("at", "1800-01-01")],
    ] {
        let parameters: Vec<(String, String)> =
            query.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        for format in [LinesFormat::Csv, LinesFormat::Json] {
            let address = LinesAddress::parse(format, &parameters).unwrap();
            let whole = |units: usize| {
                let mut export = LinesExport::new(&version.history, &address).unwrap();
                let mut written = Vec::new();
                while !export.is_done() {
                    written.extend(export.next_piece(&version.history, units).unwrap());
                }
                String::from_utf8(written).unwrap()
            };
            for units in [1, 2, 3, 7] {
                assert_eq!(whole(units), whole(1_000_000), "{address} by {units}");
            }
        }
    }
}

#[test]
fn a_long_answer_comes_in_pieces_and_a_short_one_with_its_length() {
    let units = 5_000;
    let lines: Vec<String> = (0..units).map(|at| format!("  - {{id: u{at}, name: Unit {at}, lines: 1}}\n")).collect();
    let lines = lines.concat();
    let text = format!(
        "snapshot: wide\nobserved: 2020-01-15\ntitle: Wide\nsource: {{reference: an invented list}}\ndate-evidence: [{{lines: 1, basis: stated}}]\nunits:\n{lines}"
    );
    let loaded = Loaded::of(LIBRARY);
    load(&loaded, &text);
    let long = get(&loaded, "/reporting-lines.json?at=snapshot:wide", &[]);
    assert_eq!(long.json().as_array().map(Vec::len), Some(units));
    assert!(long.pieces.len() > 1 && long.pieces.iter().all(|piece| !piece.is_empty()), "{}", long.pieces.len());
    assert_eq!(long.header(CONTENT_LENGTH), "");
    let short = get(&loaded, "/reporting-lines.json?at=snapshot:wide&under=u3", &[]);
    assert_eq!(short.json(), json!([]));
    let short = get(&loaded, "/reporting-lines.csv?at=2006-01-01&revision=1", &[]);
    assert_eq!(short.header(CONTENT_LENGTH), short.bytes().len().to_string());
}

#[track_caller]
fn check_refused(query: &str, status: StatusCode, code: &str, told: &str) {
    let loaded = Loaded::of(LIBRARY);
    for form in ["csv", "json"] {
        let answer = get(&loaded, &format!("/reporting-lines.{form}?{query}"), &[("accept", "text/csv")]);
        let error = answer.json()["errors"][0].clone();
        assert_eq!((answer.status, error["extensions"]["code"].as_str()), (status, Some(code)), "{query}: {error}");
        assert!(error["message"].as_str().unwrap().contains(told), "{query}: {error}");
        assert_eq!((answer.header(CACHE_CONTROL), answer.header(ETAG)), ("no-store", ""));
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_a_code() {
    let (not_there, bad) = (StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST);
    check_refused("", bad, "VALIDATION_FAILED", "`at` is missing");
    check_refused(
        "at=2006-01-01&kind=x",
        bad,
        "VALIDATION_FAILED",
        "there is no parameter `kind`; there are `at`, `under`",
    );
    check_refused("at=2006-01-01&at=2006-01-01", bad, "VALIDATION_FAILED", "`at` stands there twice");
    check_refused("at=2006-1-1", bad, "BAD_DATE", "2015-01-01");
    check_refused("at=yesterday", bad, "VALIDATION_FAILED", "snapshot:ID");
    check_refused("at=2006-01-01&minimum-basis=weak", bad, "VALIDATION_FAILED", "`stated`");
    check_refused("at=2006-01-01&under=nobody", not_there, "UNKNOWN_ID", "no unit `nobody`");
    check_refused("at=era:nobody", not_there, "UNKNOWN_ID", "no era `nobody`");
    check_refused("at=snapshot:nobody", not_there, "UNKNOWN_ID", "no snapshot `nobody`");
    check_refused("at=2006-01-01&revision=2", not_there, "UNKNOWN_REVISION", "no revision 2; the latest is 1");
    check_refused("at=2006-01-01&revision=0", not_there, "UNKNOWN_REVISION", "no revision 0");
    check_refused("at=2006-01-01&revision=99999999999999999999", not_there, "UNKNOWN_REVISION", "no revision");
    check_refused("at=2006-01-01&revision=first", bad, "VALIDATION_FAILED", "no revision");
}

#[test]
fn a_pinned_answer_is_kept_for_good_and_any_other_asked_about() {
    let loaded = Loaded::of(LIBRARY);
    let latest = get(&loaded, LINES, &[]);
    assert_eq!(latest.header(CACHE_CONTROL), "public, no-cache");
    let place = latest.header(CONTENT_LOCATION).to_owned();
    assert_eq!(place, format!("{LINES}&revision=1"));
    assert_eq!(latest.header(CONTENT_DISPOSITION), "inline; filename=\"reporting-lines-2006-01-01-r1.json\"");
    load(&loaded, LATER);
    let pinned = get(&loaded, &place, &[]);
    assert_eq!((pinned.header(CACHE_CONTROL), pinned.header(ETAG)), (FOR_GOOD, latest.header(ETAG)));
    assert_eq!(pinned.bytes(), latest.bytes());
    let newer = get(&loaded, LINES, &[(IF_NONE_MATCH.as_str(), latest.header(ETAG))]);
    assert_eq!(newer.status, StatusCode::OK, "a new revision is a new answer");
    assert_ne!(newer.header(ETAG), latest.header(ETAG));
    let spelt = get(&loaded, "/reporting-lines.json?revision=1&include-outdated=FALSE&at=2006-01-01", &[]);
    assert_eq!(spelt.header(ETAG), latest.header(ETAG), "one question has one tag");
    for other in ["/reporting-lines.csv?at=2006-01-01&revision=1", "/reporting-lines.json?at=2006-01-02&revision=1"] {
        assert_ne!(get(&loaded, other, &[]).header(ETAG), latest.header(ETAG), "{other}");
    }
}

/// What is compressed, of each sort.
const TAGGED: [&str; 3] = [LINES, "/reporting-lines.csv?at=2006-01-01&revision=1", "/r/1/view/2006-01-01?format=json"];

#[test]
fn each_encoding_has_a_strong_tag_of_its_own() {
    let loaded = Loaded::of(LIBRARY);
    for uri in TAGGED {
        let plain = get(&loaded, uri, &[]);
        let tag = plain.header(ETAG).to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag}");
        let mut bodies = BTreeSet::from([plain.bytes()]);
        for (accepted, encoding) in [("br", "br"), ("gzip", "gzip"), ("gzip;q=0.5, br", "br"), ("gzip, br;q=0", "gzip")]
        {
            let packed = get(&loaded, uri, &[(ACCEPT_ENCODING.as_str(), accepted)]);
            assert_eq!(packed.header(CONTENT_ENCODING), encoding, "{uri}");
            assert_eq!(packed.header(ETAG), format!("{}-{encoding}\"", &tag[..tag.len() - 1]), "{uri}");
            bodies.insert(packed.bytes());
        }
        assert_eq!(bodies.len(), 3, "a tag for each body, a body for each tag");
    }
}

#[track_caller]
fn check_known(uri: &str, accepted: &str, known: &str, expected: Option<&str>) {
    let loaded = Loaded::of(LIBRARY);
    let tag = get(&loaded, uri, &[]).header(ETAG).to_owned();
    let inner = tag.trim_matches('"');
    let known = known.replace("TAG", inner);
    let whole = get(&loaded, uri, &[(ACCEPT_ENCODING.as_str(), accepted)]);
    let answer = get(&loaded, uri, &[(ACCEPT_ENCODING.as_str(), accepted), (IF_NONE_MATCH.as_str(), &known)]);
    let status = if expected.is_some() { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    assert_eq!(answer.status, status, "{uri}: {known} with {accepted}");
    let named = expected.map_or_else(|| whole.header(ETAG).to_owned(), |expected| expected.replace("TAG", inner));
    assert_eq!(answer.header(ETAG), named, "{known} with {accepted}");
    if expected.is_some() {
        assert_eq!(
            (answer.bytes(), answer.header(CONTENT_TYPE), answer.header(CONTENT_ENCODING)),
            (Vec::new(), "", "")
        );
        assert_eq!(answer.header(CACHE_CONTROL), whole.header(CACHE_CONTROL));
        assert_eq!(answer.listed(VARY), whole.listed(VARY), "{uri}");
        let policy = answer.header(CONTENT_SECURITY_POLICY);
        assert_eq!(policy, "", "the policy of the page that is kept stays in force");
    }
}

#[test]
fn who_has_an_answer_in_an_encoding_that_fits_is_not_sent_it_again() {
    for uri in TAGGED {
        check_known(uri, "", "\"TAG\"", Some("\"TAG\""));
        check_known(uri, "br, gzip", "\"TAG-br\"", Some("\"TAG-br\""));
        check_known(uri, "br, gzip", "\"TAG-gzip\"", Some("\"TAG-gzip\""));
        check_known(uri, "gzip", "\"other-gzip\", W/\"TAG-gzip\"", Some("\"TAG-gzip\""));
        check_known(uri, "gzip", "\"TAG-br\", \"TAG\"", Some("\"TAG\""));
        check_known(uri, "br", "\"TAG\"", Some("\"TAG\""));
        check_known(uri, "br", "*", Some("\"TAG\""));
        check_known(uri, "", "\"TAG-br\", \"TAG-gzip\"", None);
        check_known(uri, "gzip", "\"TAG-br\"", None);
        check_known(uri, "br", "\"other\", \"TAG-zstd\", TAG", None);
        check_known(uri, "", "\"x, *\"", None);
    }
}

#[test]
fn a_head_has_the_headers_of_a_get_and_no_body() {
    let loaded = Loaded::of(LIBRARY);
    for uri in TAGGED {
        for accepted in ["", "br"] {
            let [head, whole] = [Method::HEAD, Method::GET].map(|method| {
                send(
                    &loaded,
                    &Config::default(),
                    method,
                    uri,
                    &[(ACCEPT_ENCODING.as_str(), accepted), ("x-request-id", "same")],
                )
            });
            assert_eq!((head.status, &head.headers), (StatusCode::OK, &whole.headers), "{uri}");
            assert!(head.bytes().is_empty() && !whole.bytes().is_empty());
        }
    }
}

fn open_to(origins: &[&str]) -> Config {
    Config { cors: origins.iter().map(|origin| (*origin).to_owned()).collect(), ..Config::default() }
}

const ALLOWED: &str = "access-control-allow-origin";
const HERE: (&str, &str) = ("origin", "https://here.example");

#[test]
fn without_origins_there_is_no_cors() {
    let loaded = Loaded::of(LIBRARY);
    let preflight = [HERE, ("access-control-request-method", "POST")];
    for answer in
        [get(&loaded, LINES, &[HERE]), send(&loaded, &Config::default(), Method::OPTIONS, "/graphql", &preflight)]
    {
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{:?}", answer.headers);
        assert!(!answer.listed(VARY).contains("origin"));
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    }
}

#[track_caller]
fn check_origin(origins: &[&str], origin: &str, allowed: &str) {
    let loaded = Loaded::of(LIBRARY);
    for uri in [LINES, "/reporting-lines.csv", "/nothing"] {
        let answer = send(&loaded, &open_to(origins), Method::GET, uri, &[(ORIGIN.as_str(), origin)]);
        assert_eq!(answer.header(ALLOWED), allowed, "{origins:?} {origin} {uri}");
        assert_eq!(answer.listed(VARY).contains("origin"), allowed != "*", "{:?}", answer.listed(VARY));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let embedded = if allowed == "*" { "cross-origin" } else { "same-origin" };
        assert_eq!(answer.header("cross-origin-resource-policy"), embedded);
        if !allowed.is_empty() {
            let read = answer.listed("access-control-expose-headers");
            assert!(
                ["etag", "x-request-id", "retry-after", "link", "content-location"]
                    .iter()
                    .all(|name| read.contains(*name)),
                "{read:?}"
            );
        }
    }
}

#[test]
fn pages_of_the_origins_that_are_named_may_read() {
    let two = ["https://here.example", "http://127.0.0.1:3000"];
    check_origin(&two, "https://here.example", "https://here.example");
    check_origin(&two, "http://127.0.0.1:3000", "http://127.0.0.1:3000");
    check_origin(&two, "https://here.example.evil.example", "");
    check_origin(&two, "null", "");
    check_origin(&["*"], "https://anywhere.example", "*");
    check_origin(&["https://here.example", "*"], "null", "*");
}

#[test]
fn a_browser_is_told_before_it_asks_what_it_may_send() {
    let loaded = Loaded::of(LIBRARY);
    for (origins, with_token) in [(["https://here.example"], true), (["*"], false)] {
        let headers =
            [HERE, ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
        let answer = send(&loaded, &open_to(&origins), Method::OPTIONS, "/graphql", &headers);
        assert_eq!(answer.status, StatusCode::OK);
        let sent = answer.listed("access-control-allow-headers");
        for name in
            ["content-type", "apollo-require-preflight", "x-apollo-operation-name", "x-request-id", "if-none-match"]
        {
            assert!(sent.contains(name), "{name} in {sent:?}");
        }
        assert_eq!(sent.contains("authorization"), with_token, "{sent:?}");
        let methods = answer.listed("access-control-allow-methods");
        assert_eq!(methods, BTreeSet::from(["get", "head", "post"].map(str::to_owned)));
        assert_eq!(answer.header("access-control-max-age"), "3600");
    }
}

#[test]
fn every_answer_keeps_browsers_careful() {
    let loaded = Loaded::of(LIBRARY);
    let (get, post, options) = (Method::GET, Method::POST, Method::OPTIONS);
    for (method, uri, status) in [
        (&get, "/", 200),
        (&get, "/favicon.svg", 200),
        (&get, "/graphiql/examples.json", 200),
        (&get, "/graphiql/assets/none.js", 404),
        (&get, "/schema.graphql", 200),
        (&get, "/health/ready", 200),
        (&get, "/graphql?query=%7Beras%7Bid%7D%7D", 200),
        (&post, "/graphql", 415),
        (&get, LINES, 200),
        (&get, "/reporting-lines.csv", 400),
        (&get, "/r/1/unit/rcl", 200),
        (&get, "/r/1/unit/nobody", 404),
        (&get, "/nothing", 404),
        (&post, "/", 405),
        (&options, "/graphql", 405),
    ] {
        let answer = send(&loaded, &Config::default(), method.clone(), uri, &[]);
        assert_eq!(answer.status.as_u16(), status, "{method} {uri}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            let values: Vec<_> = answer.headers.get_all(name).iter().collect();
            assert_eq!(values, [value], "{name} of {method} {uri}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"), "{uri}");
        let policies: Vec<&str> =
            answer.headers.get_all(CONTENT_SECURITY_POLICY).iter().map(|value| value.to_str().unwrap()).collect();
        assert!(
            matches!(policies[..], [policy] if policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'")),
            "{uri}: {policies:?}"
        );
    }
}

#[test]
fn pages_keep_policies_of_their_own() {
    let loaded = Loaded::of(LIBRARY);
    let policy =
        |uri: &str| get(&loaded, uri, &[(ACCEPT.as_str(), "text/html")]).header(CONTENT_SECURITY_POLICY).to_owned();
    assert!(policy("/").contains("style-src 'unsafe-inline'"));
    assert!(policy("/r/1/unit/rcl").contains("style-src 'unsafe-inline'"));
    assert_eq!(policy(LINES), "default-src 'none'; frame-ancestors 'none'");
}

#[test]
fn what_is_not_there_is_told_to_programs_in_json_and_to_people_in_words() {
    let loaded = Loaded::of(LIBRARY);
    let not_there = get(&loaded, "/reporting-lines", &[]);
    let error = not_there.json()["errors"][0].clone();
    assert_eq!((not_there.status, error["extensions"]["code"].as_str()), (StatusCode::NOT_FOUND, Some("UNKNOWN_ID")));
    let told = get(&loaded, "/reporting-lines", &[(ACCEPT.as_str(), "text/html,*/*;q=0.8")]);
    assert_eq!((told.status, told.header(CONTENT_TYPE)), (StatusCode::NOT_FOUND, "text/plain; charset=utf-8"));
    assert_eq!(told.text().trim_end(), error["message"].as_str().unwrap());
    let wrong = send(&loaded, &Config::default(), Method::DELETE, LINES, &[]);
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.listed(ALLOW), BTreeSet::from(["get", "head"].map(str::to_owned)));
    assert_eq!(wrong.json()["errors"][0]["extensions"]["code"], "VALIDATION_FAILED");
}

#[test]
fn an_empty_store_has_no_lines_and_says_so_in_columns() {
    let folder = tempfile::TempDir::new().unwrap();
    let (repository, _) = eragraph::repository::Repository::open(folder.path()).unwrap();
    let router = router(std::sync::Arc::new(repository), &Config::default());
    let request = Request::builder().uri("/reporting-lines.csv?at=2015-01-01").body(Body::empty()).unwrap();
    run(async {
        let response = router.oneshot(request).await.unwrap();
        assert_eq!((response.status(), response.headers().get(CONTENT_LOCATION)), (StatusCode::OK, None));
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(bytes, format!("{}\r\n", LINE_COLUMNS.join(",")));
    });
}
