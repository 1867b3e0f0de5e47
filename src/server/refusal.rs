//! A request that gets no answer: its status, its code and its message, and the JSON that tells of them.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::api::Code;
use crate::export::{AddressError, LinesError};

pub(super) const JSON: &str = "application/json; charset=utf-8";

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, code: code.word().to_owned(), message: message.into() }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::ValidationFailed, message)
    }

    pub(super) fn not_there(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::UnknownId, message)
    }

    /// Returns the errors as GraphQL writes them.
    pub(super) fn to_json(&self) -> String {
        let error = json!({"message": self.message, "extensions": {"code": self.code}});
        format!("{}\n", json!({ "errors": [error] }))
    }
}

impl From<AddressError> for Refused {
    fn from(error: AddressError) -> Self {
        let (status, code) = match &error {
            AddressError::Shape => (StatusCode::NOT_FOUND, Code::UnknownId),
            AddressError::Day(_) => (StatusCode::BAD_REQUEST, Code::BadDate),
            _ => (StatusCode::BAD_REQUEST, Code::ValidationFailed),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<LinesError> for Refused {
    fn from(error: LinesError) -> Self {
        match error {
            LinesError::Value(error) => error.into(),
            other => Self::bad(other.to_string()),
        }
    }
}

impl IntoResponse for Refused {
    /// Sends the errors as JSON. They may be gone with the next load, so that nobody is to keep them.
    fn into_response(self) -> Response {
        let headers = [(CONTENT_TYPE, JSON), (CACHE_CONTROL, "no-store")];
        let mut response = (self.status, headers, self.to_json()).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
