//! Permanent addresses: what is cited is found again, the same whatever is loaded later, as JSON and as a page.

use axum::body::Body;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK};
use axum::http::{HeaderMap, Request, StatusCode};
use eragraph::config::{Config, Limits};
use eragraph::server::router;
use eragraph::source::InputFile;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::service::{Loaded, in_checkout};

const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const JSON: &str = "application/json";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// One address of each sort, with every parameter.
const ADDRESSES: [&str; 10] = [
    "/r/1/view/2006-01-01",
    "/r/1/view/2016-01-01?minimum-basis=shown&include-outdated=true",
    "/r/1/view/snapshot:riverside-website-2012",
    "/r/1/view/era:riverside-four-departments/unit/rcl-bindery?minimum-basis=shown",
    "/r/1/view/2016-01-01/unit/rcl?include-outdated=true",
    "/r/1/unit/rcl-public-services?minimum-basis=outside",
    "/r/1/diff/snapshot:riverside-report-2004/2012-06-01?minimum-basis=inferred&within=rcl&assume=closed-world",
    "/r/1/snapshot/riverside-website-2012",
    "/r/1/era/riverside-public-services",
    "/r/1/event/riverside-library-founded",
];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    #[track_caller]
    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

fn send(loaded: &Loaded, config: &Config, request: Request<Body>) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = router(loaded.repository.clone(), config).oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
    })
}

fn get(loaded: &Loaded, uri: &str, accept: &str) -> Answer {
    get_with(loaded, &Config::default(), uri, accept)
}

fn get_with(loaded: &Loaded, config: &Config, uri: &str, accept: &str) -> Answer {
    send(loaded, config, Request::builder().uri(uri).header(ACCEPT, accept).body(Body::empty()).unwrap())
}

fn library() -> Loaded {
    Loaded::of("examples/riverside-library")
}

fn load(loaded: &Loaded, name: &str, text: &str) {
    let file = InputFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    let done = loaded.repository.load(&[file], &[], None, Timestamp::UNIX_EPOCH).unwrap();
    assert!(done.is_change());
}

/// A later source that gives the library another name, and another shape.
const LATER: &str = "\
snapshot: riverside-leaflet-2020
observed: 2020-01-15
title: Leaflet
source: {reference: an invented leaflet}
date-evidence: [{lines: 1, basis: stated}]
units:
  - {id: rcl, name: Riverside Library and Archive, kind: library, lines: 1}
unplaced:
  - {id: rcl-bindery, name: Old Bindery, lines: 2}
  - {id: rcl-reference, name: Reference, lines: 2}
  - {id: rcl-public-services, name: Services, lines: 2}
";

/// Returns the one thing that the data is about.
fn subject(data: &Value) -> &Value {
    let root = data["data"].as_object().unwrap().values().next().unwrap();
    root.get("unit").filter(|unit| unit.get("citation").is_some()).unwrap_or(root)
}

#[test]
fn what_is_cited_is_found_at_its_address() {
    let loaded = library();
    for address in ADDRESSES {
        let answer = get(&loaded, address, JSON);
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
        assert_eq!(answer.header(CONTENT_TYPE), "application/json; charset=utf-8");
        let data = answer.json();
        assert_eq!(subject(&data)["citation"]["path"], address);
        let text = subject(&data)["citation"]["text"].as_str().unwrap().to_owned();
        assert!(text.contains(&format!(". {address}. Source")), "{text}");
        let page = get(&loaded, address, HTML);
        assert_eq!((page.status, page.header(CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"));
        let forms =
            ["text", "bibtex", "cslJson"].map(|form| subject(&data)["citation"][form].as_str().unwrap().to_owned());
        for form in forms {
            assert!(page.body.contains(&escaped(form.trim_end())), "{address}: {form}\n{}", page.body);
        }
        assert!(!page.body.contains("<!--") && !page.body.contains("<script"), "{}", page.body);
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[test]
fn an_answer_keeps_every_byte_whatever_is_loaded_later() {
    let loaded = library();
    let ask = |address: &str| [JSON, HTML].map(|accept| get(&loaded, address, accept));
    let before: Vec<[Answer; 2]> = ADDRESSES.iter().map(|address| ask(address)).collect();
    load(&loaded, "leaflet.yaml", LATER);
    for (address, before) in ADDRESSES.iter().zip(&before) {
        for (before, after) in before.iter().zip(&ask(address)) {
            assert_eq!((before.status, &before.body), (after.status, &after.body), "{address}");
            assert_eq!(before.header(ETAG), after.header(ETAG));
        }
    }
    // The later revision does answer otherwise, so that the comparison above could fail.
    let (first, second) = (get(&loaded, "/r/1/unit/rcl", JSON), get(&loaded, "/r/2/unit/rcl", JSON));
    assert_ne!(first.json()["data"]["unit"]["name"], second.json()["data"]["unit"]["name"]);
}

#[test]
fn an_answer_is_kept_for_ever_and_named_by_a_strong_tag() {
    let loaded = library();
    let address = "/r/1/unit/rcl";
    let [json, page] = [JSON, HTML].map(|accept| get(&loaded, address, accept));
    assert_ne!(json.header(ETAG), page.header(ETAG), "two forms are two things");
    for answer in [&json, &page] {
        let tag = answer.header(ETAG).to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag}");
        assert_eq!(answer.header(CACHE_CONTROL), FOR_EVER);
        let vary: Vec<&str> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(vary.contains(&"accept"), "{vary:?}");
    }
    let tag = json.header(ETAG);
    for (known, status) in [
        (tag.to_owned(), StatusCode::NOT_MODIFIED),
        (format!("\"other\", W/{tag}"), StatusCode::NOT_MODIFIED),
        ("*".to_owned(), StatusCode::NOT_MODIFIED),
        ("\"other\"".to_owned(), StatusCode::OK),
        (page.header(ETAG).to_owned(), StatusCode::OK),
    ] {
        let request = Request::builder().uri(address).header(ACCEPT, JSON).header(IF_NONE_MATCH, &known);
        let answer = send(&loaded, &Config::default(), request.body(Body::empty()).unwrap());
        assert_eq!(answer.status, status, "{known}");
        assert_eq!((answer.header(ETAG), answer.header(CACHE_CONTROL)), (tag, FOR_EVER));
        assert_eq!(answer.body.is_empty(), status == StatusCode::NOT_MODIFIED);
    }
}

#[track_caller]
fn check_refused(address: &str, status: StatusCode, code: &str) {
    let loaded = library();
    let answer = get(&loaded, address, JSON);
    assert_eq!(
        (answer.status, answer.json()["errors"][0]["extensions"]["code"].as_str()),
        (status, Some(code)),
        "{address}"
    );
    let page = get(&loaded, address, HTML);
    assert_eq!((page.status, page.header(CONTENT_TYPE)), (status, "text/html; charset=utf-8"), "{address}");
    assert!(page.body.contains("There is no such answer"), "{}", page.body);
    for answer in [answer, page] {
        assert_eq!((answer.header(CACHE_CONTROL), answer.header(ETAG)), ("no-store", ""), "{address}");
    }
}

#[test]
fn what_is_not_there_is_told_so_and_not_kept() {
    let (not_there, bad) = (StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST);
    check_refused("/r/2/unit/rcl", not_there, "UNKNOWN_REVISION");
    check_refused("/r/99999999999/unit/rcl", not_there, "UNKNOWN_REVISION");
    check_refused("/r/0/unit/rcl", not_there, "UNKNOWN_ID");
    check_refused("/r/1/unit/nobody", not_there, "UNKNOWN_ID");
    check_refused("/r/1/view/2006-01-01/unit/nobody", not_there, "UNKNOWN_ID");
    check_refused("/r/1/view/1850-01-01/unit/rcl", not_there, "UNKNOWN_ID");
    check_refused("/r/1/view/era:nobody", not_there, "UNKNOWN_ID");
    check_refused("/r/1/diff/era:nobody/2006-01-01", not_there, "UNKNOWN_ID");
    check_refused("/r/1/event/nobody", not_there, "UNKNOWN_ID");
    check_refused("/r/1/units/rcl", not_there, "UNKNOWN_ID");
    check_refused("/r/1/view/2006-1-1", bad, "BAD_DATE");
    check_refused("/r/1/view/rcl", bad, "VALIDATION_FAILED");
    check_refused("/r/1/unit/%3Cscript%3E", bad, "VALIDATION_FAILED");
    check_refused("/r/1/unit/rcl?minimum_basis=shown", bad, "VALIDATION_FAILED");
    check_refused("/r/1/unit/rcl?minimum-basis=weak", bad, "VALIDATION_FAILED");
    check_refused("/r/1/view/2006-01-01?after=x", bad, "BAD_CURSOR");
    check_refused("/r/1/view/2006-01-01?after=r2.1", bad, "BAD_CURSOR");
}

#[test]
fn an_address_may_be_encoded_and_may_name_its_form() {
    let loaded = library();
    let plain = get(&loaded, "/r/1/view/snapshot:riverside-website-2012", JSON);
    assert_eq!(get(&loaded, "/r/1/view/snapshot%3Ariverside%2Dwebsite-2012", JSON).body, plain.body);
    assert_eq!(get(&loaded, "/r/1/view/snapshot:riverside-website-2012?format=json", HTML).body, plain.body);
    let page = get(&loaded, "/r/1/view/snapshot:riverside-website-2012?format=html", JSON);
    assert!(page.body.starts_with("<!doctype html>"), "{}", page.body);
    check_refused_form(&loaded);
}

#[track_caller]
fn check_refused_form(loaded: &Loaded) {
    assert_eq!(get(loaded, "/r/1/unit/rcl?format=pdf", JSON).status, StatusCode::BAD_REQUEST);
}

#[test]
fn an_empty_store_has_no_permanent_answer() {
    let folder = tempfile::TempDir::new().unwrap();
    let (repository, _) = eragraph::repository::Repository::open(folder.path()).unwrap();
    let router = router(std::sync::Arc::new(repository), &Config::default());
    let request = Request::builder().uri("/r/0/view/2015-01-01").body(Body::empty()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(router.oneshot(request)).unwrap().status(), StatusCode::NOT_FOUND);
}

#[test]
fn pages_lead_through_the_whole_list_and_say_how_long_it_is() {
    let loaded = library();
    let config = Config { limits: Limits { max_page: 3, ..Limits::default() }, ..Config::default() };
    for (address, list) in [
        ("/r/1/view/2016-01-01", "units"),
        ("/r/1/diff/snapshot:riverside-report-2004/snapshot:riverside-website-2012", "changes"),
        ("/r/1/era/riverside-four-departments", "snapshots"),
    ] {
        let (mut next, mut seen, mut total) = (Some(address.to_owned()), 0, 0);
        while let Some(at) = next {
            let answer = get_with(&loaded, &config, &at, JSON);
            assert_eq!((answer.status, answer.header(CACHE_CONTROL)), (StatusCode::OK, FOR_EVER), "{at}");
            let page = get_with(&loaded, &config, &at, HTML);
            let found = subject(&answer.json())[list].clone();
            seen += found["nodes"].as_array().unwrap().len();
            total = usize::try_from(found["totalCount"].as_u64().unwrap()).unwrap();
            let link = answer.header(LINK);
            next = link.strip_prefix('<').map(|rest| rest.strip_suffix(">; rel=\"next\"").unwrap().to_owned());
            assert_eq!(page.body.contains("Next page"), next.is_some(), "{at}");
        }
        assert_eq!(seen, total, "{address}");
    }
    let whole = get(&loaded, "/r/1/view/2016-01-01", HTML);
    let part = get_with(&loaded, &config, "/r/1/view/2016-01-01", HTML);
    assert!(part.body.contains("of which this page shows 3") && !whole.body.contains("of which this page"));
}

#[test]
fn a_list_without_pages_says_how_much_is_left_out() {
    let loaded = library();
    let config = Config { limits: Limits { max_page: 1, ..Limits::default() }, ..Config::default() };
    let page = get_with(&loaded, &config, "/r/1/view/2006-01-01/unit/rcl", HTML);
    assert!(page.body.contains("more, not shown here"), "{}", page.body);
}

#[test]
fn texts_of_sources_are_no_part_of_a_permanent_answer() {
    let loaded = library();
    let folder = Some(in_checkout("examples/riverside-library/sources"));
    let with_sources = Config { sources: folder, ..Config::default() };
    for address in ADDRESSES {
        for accept in [JSON, HTML] {
            let [plain, with] =
                [&Config::default(), &with_sources].map(|config| get_with(&loaded, config, address, accept));
            assert_eq!(plain.body, with.body, "{address}");
        }
    }
}

#[test]
fn the_address_of_the_service_stands_in_its_citations() {
    let loaded = library();
    let config = Config { public_url: Some("https://example.org/".to_owned()), ..Config::default() };
    let answer = get_with(&loaded, &config, "/r/1/unit/rcl", JSON).json();
    for form in ["text", "bibtex", "cslJson"] {
        let told = answer["data"]["unit"]["citation"][form].as_str().unwrap();
        assert!(told.contains("https://example.org/r/1/unit/rcl"), "{told}");
    }
}

#[test]
fn nothing_that_is_loaded_becomes_markup() {
    let loaded = library();
    let evil = r#"
snapshot: evil
observed: 2021-01-01
title: "<img src=x onerror=a()> & \"T\""
note: "<!-- content --><b>note</b>"
source: {file: "<i>f.txt", reference: "javascript:alert(1) <script>"}
date-evidence: [{lines: 1, basis: stated, note: "<u>n</u>"}]
coverage: [{of: evil-top, heading: "<h1>", extent: listed, lines: 1}]
topics: [{label: "<t>", lines: 1}]
units:
  - id: evil-top
    name: "</title><script>alert(1)</script>"
    acronym: "'><svg>"
    kind: office
    lines: 1
    summary: "<summary>"
    holder: {name: "<holder>"}
    figures: [{measure: "<m>", value: 3, qualifier: "<q>", lines: 1}]
    places: [{place: "<place>", role: seat, lines: 1}]
    relations: [{type: runs, to-text: "<relation>", lines: 1}]
    properties: [{name: "<name>", value: "<value>", lines: 1}]
    units: [{id: evil-below, name: "<below>", shown-under: "<under>", lines: 1}]
"#;
    load(&loaded, "evil.yaml", evil);
    let addresses = [
        "/r/2/view/snapshot:evil",
        "/r/2/view/2021-01-01/unit/evil-top",
        "/r/2/view/2021-01-01/unit/evil-below",
        "/r/2/unit/evil-top",
        "/r/2/snapshot/evil",
        "/r/2/diff/snapshot:riverside-website-2012/snapshot:evil",
    ];
    for address in addresses {
        let page = get(&loaded, address, HTML);
        assert_eq!(page.status, StatusCode::OK, "{address}: {}", page.body);
        let body = page.body.replace("<title>", "").replace("</title>", "").replace("<h1>", "").replace("</h1>", "");
        for markup in [
            "<script",
            "<img src=x",
            "<b>",
            "<i>",
            "<u>",
            "<t>",
            "<svg",
            "<summary",
            "<holder",
            "<m>",
            "<q>",
            "<place",
            "<relation",
            "<name",
            "<value",
            "<below",
            "<under",
            "href=\"javascript",
            "<!--",
        ] {
            assert!(!body.contains(markup), "{markup} in {address}:\n{body}");
        }
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
}
