//! What is answered when a handler fails: 500 and a JSON error, never a closed connection.

use std::any::Any;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::api::Code;

use super::super::outcome::Outcome;
use super::metrics::Metrics;
use super::request::Asker;

/// Counts a handler that failed, logs what it said, and returns the answer in its place.
pub(in crate::server) fn failed(asker: &Asker, metrics: &Metrics, what: &(dyn Any + Send)) -> Response {
    metrics.panicked();
    asker.in_scope(|| tracing::error!(panic = message(what), "a handler failed"));
    let code = Code::Internal.word();
    let message = "the service failed here, which is its fault; its log says more under the id of this request";
    let error = json!({"message": message, "extensions": {"code": code}});
    asker.became(Outcome { code: Some(code.to_owned()), ..Outcome::default() });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errors": [error]}))).into_response()
}

/// Returns what was said when it failed.
pub(super) fn message(what: &(dyn Any + Send)) -> &str {
    let text = what.downcast_ref::<&'static str>().copied();
    text.or_else(|| what.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
