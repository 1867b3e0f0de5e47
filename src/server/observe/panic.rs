//! What is answered when a handler fails: 500 and a JSON error, never a closed connection.

use std::any::Any;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use tower_http::catch_panic::ResponseForPanic;

use crate::api::Code;

use super::super::outcome::Outcome;
use super::metrics::Metrics;

/// Answers in the place of a handler that failed.
#[derive(Debug, Clone)]
pub(in crate::server) struct Answerer {
    pub(in crate::server) metrics: Arc<Metrics>,
}

impl ResponseForPanic for Answerer {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, what: Box<dyn Any + Send>) -> Response {
        self.metrics.panicked();
        tracing::error!(panic = message(what.as_ref()), "a handler failed");
        let code = Code::Internal.word();
        let message = "the service failed here, which is its fault; its log says more under the id of this request";
        let error = json!({"message": message, "extensions": {"code": code}});
        let outcome = Outcome { code: Some(code.to_owned()), ..Outcome::default() };
        let mut response = (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errors": [error]}))).into_response();
        response.extensions_mut().insert(outcome);
        response
    }
}

/// Returns what was said when it failed.
pub(super) fn message(what: &(dyn Any + Send)) -> &str {
    let text = what.downcast_ref::<&'static str>().copied();
    text.or_else(|| what.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
