//! What goes with every answer: the headers that keep browsers careful, whom they let read it, and the answers to paths
//! and methods that are not there.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LOCATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, LINK, ORIGIN, REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::observe::REQUEST_ID;
use super::permanent;
use super::refusal::Refused;
use crate::api::Code;
use crate::config::Config;

/// What a page may do that has no policy of its own: nothing.
const NO_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// How long a browser may remember whom it may ask for.
const PREFLIGHT: Duration = Duration::from_secs(60 * 60);

/// The headers of every answer, whatever it is.
const ALWAYS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// About how many headers an answer has in all.
const ALL: usize = 12;

/// Every answer has it, whatever it is: an answer with it has the others too.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The headers of every answer, as this service has them.
#[derive(Debug, Clone)]
pub(super) struct Careful(Arc<HeaderMap>);

impl Careful {
    /// Returns those of a configuration.
    pub(super) fn of(config: &Config) -> Self {
        let mut headers = HeaderMap::with_capacity(ALL);
        for (name, value) in ALWAYS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        // This is about what other pages embed, and not about what they may read, which is for CORS to say. Where all
        // may read, all may embed.
        let embedded_by = if is_open(config) { "cross-origin" } else { "same-origin" };
        headers.insert(RESOURCE_POLICY, HeaderValue::from_static(embedded_by));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NO_POLICY));
        Self(Arc::new(headers))
    }

    /// Returns them with some that an answer has of its own, and with a place for the id of its request.
    pub(super) fn with(&self, own: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> HeaderMap {
        let mut headers = HeaderMap::clone(&self.0);
        headers.extend(own);
        headers.insert(REQUEST_ID, HeaderValue::from_static(""));
        headers
    }

    /// Adds them to an answer without them, which may have a policy of its own.
    pub(super) fn add(&self, response: &mut Response) {
        if response.headers().contains_key(RESOURCE_POLICY) {
            return;
        }
        let own = std::mem::replace(response.headers_mut(), HeaderMap::clone(&self.0));
        let headers = response.headers_mut();
        let mut last = None;
        for (name, value) in own {
            match (name, &last) {
                (Some(name), _) => {
                    headers.insert(&name, value);
                    last = Some(name);
                }
                (None, Some(same)) => drop(headers.append(same, value)),
                (None, None) => {}
            }
        }
        // The headers of a 304 replace those that are kept with the page, whose own policy has to stay.
        if response.status() == StatusCode::NOT_MODIFIED {
            response.headers_mut().remove(CONTENT_SECURITY_POLICY);
        }
    }
}

/// Tells whether pages of every origin may read.
fn is_open(config: &Config) -> bool {
    config.cors.iter().any(|origin| origin == "*")
}

/// Returns what tells browsers which pages may read. Credentials that a browser adds by itself are never asked for;
/// a token may be sent only by pages that are named.
/// `None` where no others may.
pub(super) fn cors(config: &Config) -> Option<CorsLayer> {
    if config.cors.is_empty() {
        return None;
    }
    let mut sent = vec![
        ACCEPT,
        CONTENT_TYPE,
        IF_NONE_MATCH,
        HeaderName::from_static("apollo-require-preflight"),
        HeaderName::from_static("apollographql-client-name"),
        HeaderName::from_static("apollographql-client-version"),
        HeaderName::from_static("x-apollo-operation-name"),
        HeaderName::from_static("x-request-id"),
    ];
    let read =
        [CONTENT_DISPOSITION, CONTENT_LOCATION, ETAG, LINK, RETRY_AFTER, HeaderName::from_static("x-request-id")];
    let (origins, vary) = if is_open(config) {
        (AllowOrigin::any(), Vec::new())
    } else {
        sent.push(AUTHORIZATION);
        (AllowOrigin::list(config.cors.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())), vec![ORIGIN])
    };
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers(sent)
        .expose_headers(read)
        .max_age(PREFLIGHT)
        .vary(vary);
    Some(layer)
}

/// Answers a path that is not there.
pub(super) async fn not_found(headers: HeaderMap) -> Response {
    tell(Refused::not_there("there is nothing at this path; the page at / says what there is"), &headers)
}

/// Answers a method that a path does not have; the header `Allow` names those that it has.
pub(super) async fn wrong_method(headers: HeaderMap) -> Response {
    let message = "this method is not answered here; the header `Allow` names those that are";
    tell(Refused::new(StatusCode::METHOD_NOT_ALLOWED, Code::ValidationFailed, message), &headers)
}

/// Tells programs in JSON, and people in plain words.
fn tell(refused: Refused, headers: &HeaderMap) -> Response {
    let mut response = if permanent::would_rather_have_a_page(headers) {
        (refused.status, [(CACHE_CONTROL, "no-store")], format!("{}\n", refused.message)).into_response()
    } else {
        refused.into_response()
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}
