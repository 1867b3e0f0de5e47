//! A question that is not executed: the status, and the error that says why.

use async_graphql::{ErrorExtensionValues, ServerError};
use axum::http::StatusCode;

use crate::api::{Answer, Code};

use super::document::Unfit;

/// How many errors an answer tells of at most.
pub(super) const ERRORS_TOLD: usize = 20;

/// Why a question is not executed.
#[derive(Debug, Clone)]
pub(in crate::server) struct Refusal {
    pub(super) status: StatusCode,
    /// Whether the request was well-formed, and it is the document that will not do.
    pub(super) is_of_document: bool,
    errors: Vec<ServerError>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, is_of_document: false, errors: vec![error(code, message.into(), None)] }
    }

    /// Refuses what the asker has to write in another way.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::ValidationFailed, message)
    }

    /// Refuses an answer that there is no room for.
    pub(super) fn unread() -> Self {
        let message = "too many answers wait for their readers; ask again in a moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Busy, message)
    }

    /// Refuses what only an administrator may do.
    pub(super) fn unauthenticated() -> Self {
        let message = "this needs the token of an administrator: `Authorization: Bearer TOKEN`";
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message)
    }

    /// Returns the answer that has nothing but the error.
    pub(in crate::server) fn answer(self) -> Answer {
        Answer::from_errors(self.errors)
    }
}

impl From<Unfit> for Refusal {
    fn from(unfit: Unfit) -> Self {
        // A client that has sent a hash alone sends the text next; to it, that is no failure.
        let status = if unfit.code == Code::PersistedQueryNotFound { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let told = unfit.mistakes.into_iter().take(ERRORS_TOLD);
        let errors = told.map(|mistake| error(unfit.code, mistake.message, mistake.at)).collect();
        Self { status, is_of_document: true, errors }
    }
}

fn error(code: Code, message: String, at: Option<async_graphql::Pos>) -> ServerError {
    let mut error = ServerError::new(message, at);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.word());
    error.extensions = Some(extensions);
    error
}
