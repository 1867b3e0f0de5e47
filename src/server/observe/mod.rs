//! What an operator sees of the service: request ids, the log, metrics, traces, and whether it is ready.
//!
//! An `Observer` stands around all routes. What became of a question it finds with its `Asker`.

mod answered;
mod backlog;
mod gathered;
mod line;
mod log;
mod metrics;
mod operations;
mod otlp;
mod panic;
mod readiness;
mod request;
mod request_id;
mod scrape;
mod series;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Service;

pub(super) use panic::failed;
pub(super) use request::{Asker, Observer, Pattern, carried, handed_over};

pub use log::{Form, Guard, start, subscriber};
pub use metrics::{Held, Metrics};
pub use otlp::TracesError;
pub use readiness::{Readiness, Stage};
pub use request_id::REQUEST_ID;

/// Answers `/metrics`, where the configuration offers it.
pub(super) async fn metrics(State(service): State<Arc<Service>>) -> Response {
    if !service.config.metrics {
        return StatusCode::NOT_FOUND.into_response();
    }
    service.observer.catch_up();
    let text = tokio::task::spawn_blocking(move || service.metrics.exposition(&service.repository)).await;
    match text {
        Ok(Ok(text)) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE), (CACHE_CONTROL, "no-store")], text).into_response(),
        Ok(Err(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Answers `/health/ready`: whether questions are answered, and from which revision.
pub(super) async fn ready(State(service): State<Arc<Service>>) -> Response {
    let stage = service.readiness.stage();
    let fresh = [(CACHE_CONTROL, "no-store")];
    if stage != Stage::Ready {
        return (StatusCode::SERVICE_UNAVAILABLE, fresh, Json(json!({ "status": stage.word() }))).into_response();
    }
    let revision = service.repository.latest().revision;
    (StatusCode::OK, fresh, Json(json!({ "status": stage.word(), "revision": revision }))).into_response()
}
