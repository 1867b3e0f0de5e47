//! The pages for people: the landing page at `/`, and GraphiQL at `/graphiql`.
//!
//! Every page has a content security policy that allows no inline script. Styles may be inline,
//! because the editor in GraphiQL sets them so.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::Service;
use super::assets::{Web, asset, web};
use super::examples::{Example, examples};
use crate::config::Config;

pub(super) const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Kept with a check on every use, so that a new version of the program shows at once.
const REVALIDATE: &str = "no-cache";
pub(super) const FOR_GOOD: &str = "public, max-age=31536000, immutable";

pub(super) const PLAIN_POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const BUNDLE_POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The hash is that of the import map in `cdn.html`, the only inline script: an import map cannot be a file.
const CDN_POLICY: &str = "default-src 'none'; \
     script-src 'self' https://esm.sh data: 'sha256-7txB/C/i/6MCLamYlTdc51W5TjqT0WPzv68mtyOvu4U='; \
     worker-src 'self' blob: https://esm.sh; connect-src 'self' https://esm.sh; \
     img-src 'self' data:; font-src 'self' data: https://esm.sh; \
     style-src 'self' 'unsafe-inline' https://esm.sh; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const CDN_PAGE: &str = include_str!("pages/cdn.html");
const OFF_PAGE: &str = include_str!("pages/off.html");

/// The links to the schema, which stand there only where it is told.
const LANDING_SCHEMA: &str = r#"<a href="/schema.graphql">Read the schema</a>"#;
const OFF_SCHEMA: &str = r#"the <a href="/schema.graphql">schema</a> and "#;

/// Returns the GraphiQL that a service has: that of this build, unless it is switched off.
#[must_use]
pub fn web_of(config: &Config) -> Web {
    if config.graphiql { web() } else { Web::Off }
}

/// Returns the examples that ask about nothing but what is loaded.
fn answerable(service: &Service) -> Vec<&'static Example> {
    let latest = service.repository.latest();
    examples().iter().filter(|example| example.ids().all(|id| latest.history.knows(id))).collect()
}

/// Answers `/` with the landing page: what there is, and examples about what is loaded.
pub(super) async fn landing(State(service): State<Arc<Service>>) -> Response {
    let config = &service.config;
    let page = landing_page(web_of(config), config.introspection, &answerable(&service));
    html(StatusCode::OK, PLAIN_POLICY, page)
}

/// Answers `/graphiql` with the page of the bundle, or with what this service has in its stead.
pub(super) async fn graphiql(State(service): State<Arc<Service>>) -> Response {
    match (web_of(&service.config), asset("index.html")) {
        (Web::Bundled, Some(page)) => html(StatusCode::OK, BUNDLE_POLICY, page.bytes),
        (Web::Cdn, _) => html(StatusCode::OK, CDN_POLICY, CDN_PAGE),
        _ => html(
            StatusCode::NOT_FOUND,
            PLAIN_POLICY,
            OFF_PAGE.replace("<!-- schema -->", schema_link(service.config.introspection, OFF_SCHEMA)),
        ),
    }
}

/// Answers `/graphiql/examples.json`: the examples, from which GraphiQL makes its first tabs. A build without GraphiQL
/// lists them all the same.
pub(super) async fn example_list(State(service): State<Arc<Service>>) -> Response {
    if !service.config.graphiql {
        return StatusCode::NOT_FOUND.into_response();
    }
    ([(CACHE_CONTROL, REVALIDATE)], Json(answerable(&service))).into_response()
}

/// Answers a file of the bundle.
pub(super) async fn bundled(State(service): State<Arc<Service>>, Path(name): Path<String>) -> Response {
    let file = asset(&format!("assets/{name}")).filter(|_| service.config.graphiql);
    file.map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |file| file_response(file.content_type, if file.immutable { FOR_GOOD } else { REVALIDATE }, file.bytes),
    )
}

/// Answers the script of the page that takes GraphiQL from a public host, where this service has that one.
pub(super) async fn cdn_script(State(service): State<Arc<Service>>) -> Response {
    match web_of(&service.config) {
        Web::Cdn => file_response(SCRIPT, REVALIDATE, include_bytes!("pages/cdn.js")),
        Web::Bundled | Web::Off => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Answers the icon.
pub(super) async fn favicon() -> Response {
    file_response("image/svg+xml", REVALIDATE, include_bytes!("../../web/favicon.svg"))
}

fn file_response(content_type: &'static str, caching: &'static str, bytes: &'static [u8]) -> Response {
    // A worker that one of the scripts starts is held to the policy of its own file.
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, caching), (CONTENT_SECURITY_POLICY, BUNDLE_POLICY)];
    (headers, bytes).into_response()
}

fn html(status: StatusCode, policy: &'static str, page: impl IntoResponse) -> Response {
    let headers = [(CONTENT_TYPE, HTML), (CACHE_CONTROL, REVALIDATE), (CONTENT_SECURITY_POLICY, policy)];
    (status, headers, page).into_response()
}

fn schema_link(has_schema: bool, link: &'static str) -> &'static str {
    if has_schema { link } else { "" }
}

fn landing_page(web: Web, has_schema: bool, examples: &[&Example]) -> String {
    let button = match web {
        Web::Bundled | Web::Cdn => r#"<a class="button" href="/graphiql">Open GraphiQL</a>"#,
        Web::Off => "",
    };
    include_str!("pages/landing.html")
        .replace("<!-- button -->", button)
        .replace("<!-- schema -->", schema_link(has_schema, LANDING_SCHEMA))
        .replace("<!-- version -->", env!("CARGO_PKG_VERSION"))
        .replace("<!-- examples -->", &example_items(web, examples))
}

/// Lists the examples: as links where there is a GraphiQL to open them in, and else as text.
fn example_items(web: Web, examples: &[&Example]) -> String {
    let mut items = String::new();
    for example in examples {
        let (title, description) = (escape(&example.title), escape(&example.description));
        // Writing to a `String` cannot fail.
        let _ = match web {
            Web::Bundled | Web::Cdn => writeln!(
                items,
                r#"<li><a href="/graphiql?example={}">{title}</a><p>{description}</p></li>"#,
                escape(example.name)
            ),
            Web::Off => writeln!(
                items,
                "<li><details><summary>{title}</summary><pre>{}</pre></details><p>{description}</p></li>",
                escape(example.query)
            ),
        };
    }
    items
}

/// Escapes a text for HTML, in content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
