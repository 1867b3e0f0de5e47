//! Tests of the pages: what they say, what they link to, and what they forbid.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use sha2::{Digest, Sha256};
use tower::ServiceExt as _;

use std::sync::Arc;

use super::*;
use crate::repository::{Repository, read_inputs};
use crate::server::router;

async fn ask(path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
    ask_of(&Config::default(), path).await
}

async fn ask_of(config: &Config, path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let repository = Repository::open(folder.path()).unwrap().0;
    let snapshots = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let files = read_inputs(&[snapshots]).unwrap();
    repository.load(&files, &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let response = router(Arc::new(repository), config).oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, headers, String::from_utf8_lossy(&bytes).into_owned())
}

fn example() -> Example {
    Example { name: "a-b", title: "<Title> & \"more\"".into(), description: "It's".into(), query: "{ a < b }" }
}

#[tokio::test]
async fn the_landing_page_leads_to_every_example_and_loads_nothing_from_elsewhere() {
    let (status, headers, page) = ask("/").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[CONTENT_TYPE], HTML);
    for example in examples() {
        assert!(page.contains(&escape(&example.title)), "{}", example.title);
    }
    assert!(!page.contains("://") && !page.contains("<script"), "{page}");
    assert!(!page.contains("<!--"), "a mark was not replaced:\n{page}");
}

#[test]
fn what_an_example_says_is_escaped() {
    let items = example_items(Web::Bundled, &[&example()]);
    let link = r#"<a href="/graphiql?example=a-b">&lt;Title&gt; &amp; &quot;more&quot;</a><p>It&#39;s</p>"#;
    assert!(items.contains(link), "{items}");
}

#[test]
fn without_graphiql_the_landing_page_links_to_none_and_shows_the_queries() {
    let page = landing_page(Web::Off, true, &[&example()]);
    assert!(!page.contains("/graphiql"), "{page}");
    assert!(page.contains("<pre>{ a &lt; b }</pre>"), "{page}");
}

#[tokio::test]
async fn graphiql_is_served_as_this_build_has_it() {
    let (status, headers, page) = ask("/graphiql").await;
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert_eq!(status == StatusCode::OK, web() != Web::Off);
    assert_eq!(page.contains("esm.sh"), web() == Web::Cdn);
    assert_eq!(policy.contains("esm.sh"), web() == Web::Cdn);
}

#[tokio::test]
async fn the_files_of_the_bundle_are_served_for_good_and_no_others() {
    let (_, _, page) = ask("/graphiql").await;
    let scripts = page.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for script in scripts.filter(|script| script.starts_with("/graphiql/assets/")) {
        let (status, headers, _) = ask(script).await;
        assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (StatusCode::OK, SCRIPT));
        assert_eq!(headers[CACHE_CONTROL], FOR_GOOD);
    }
    for path in ["/graphiql/assets/none.js", "/graphiql/assets/../index.html", "/graphiql/index.html"] {
        assert_eq!(ask(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_examples_are_listed_with_their_queries() {
    let (status, _, body) = ask("/graphiql/examples.json").await;
    let listed: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(listed.as_array().map(Vec::len), Some(examples().len()));
    assert_eq!(listed[0]["query"], examples()[0].query);
}

#[test]
fn no_policy_allows_an_inline_script() {
    for policy in [PLAIN_POLICY, BUNDLE_POLICY, CDN_POLICY] {
        let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'") && !scripts.contains("unsafe"), "{policy}");
    }
}

#[test]
fn the_policy_of_the_page_from_a_public_host_allows_its_import_map() {
    let map = CDN_PAGE.split("<script type=\"importmap\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(map).is_ok(), "{map}");
    let expected = format!("'sha256-{}'", base64(&Sha256::digest(map)));
    assert!(CDN_POLICY.contains(&expected), "the policy has to say {expected}");
}

#[test]
fn the_page_from_a_public_host_loads_the_versions_of_the_bundle() {
    let lock: serde_json::Value = serde_json::from_str(include_str!("../../../web/package-lock.json")).unwrap();
    let packages = [
        "react",
        "react-dom",
        "graphql",
        "graphiql",
        "@graphiql/react",
        "@graphiql/toolkit",
        "@graphiql/plugin-explorer",
    ];
    for package in packages {
        let version = lock["packages"][format!("node_modules/{package}")]["version"].as_str().unwrap();
        let address = format!("https://esm.sh/{package}@{version}");
        let named = CDN_PAGE.matches(&format!("https://esm.sh/{package}@")).count();
        assert!(named > 0 && CDN_PAGE.matches(&address).count() == named, "{address}");
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[usize::try_from(bits & 63).unwrap()]);
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            text.push(if at <= chunk.len() { digit(bits >> (18 - 6 * at)) } else { '=' });
        }
    }
    text
}

#[tokio::test]
async fn with_other_data_only_the_examples_that_fit_it_are_shown() {
    let folder = tempfile::TempDir::new().unwrap();
    let router = router(Arc::new(Repository::open(folder.path()).unwrap().0), &Config::default());
    let request = Request::get("/graphiql/examples.json").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let shown: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
    assert!(!shown.is_empty() && shown.len() < examples().len(), "{} examples", shown.len());
}

#[tokio::test]
async fn what_is_switched_off_is_not_there_and_nothing_links_to_it() {
    let config = Config { graphiql: false, introspection: false, ..Config::default() };
    let (status, _, page) = ask_of(&config, "/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("graphiql") && !page.contains("schema.graphql") && !page.contains("<!--"), "{page}");
    assert!(page.contains("<details>"), "the examples are shown as text:\n{page}");
    for path in ["/graphiql", "/graphiql/", "/graphiql/examples.json", "/graphiql/cdn.js", "/graphiql/assets/a.js"] {
        let (status, _, page) = ask_of(&config, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!page.contains("schema.graphql") && !page.contains("<!--"), "{path}: {page}");
    }
}
