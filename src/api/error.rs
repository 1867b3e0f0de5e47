//! Errors as a client sees them: a message, and a code in `extensions.code`.

use async_graphql::{Error, ErrorExtensions, ServerError, Value};

use crate::store::StoreError;

use super::answer::Answer;

/// What is wrong, as a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is described where it is printed, in `word`")]
pub enum Code {
    ParseError,
    ValidationFailed,
    BadDate,
    BadCursor,
    BadPage,
    UnknownId,
    UnknownRevision,
    TooDeep,
    TooComplex,
    ResultTooLarge,
    Timeout,
    SearchNotReady,
    Busy,
    Unauthenticated,
    PersistedQueryNotFound,
    UntrustedDocument,
    Internal,
}

impl Code {
    /// Every code, as `word` has them.
    pub const ALL: [Self; 17] = [
        Self::ParseError,
        Self::ValidationFailed,
        Self::BadDate,
        Self::BadCursor,
        Self::BadPage,
        Self::UnknownId,
        Self::UnknownRevision,
        Self::TooDeep,
        Self::TooComplex,
        Self::ResultTooLarge,
        Self::Timeout,
        Self::SearchNotReady,
        Self::Busy,
        Self::Unauthenticated,
        Self::PersistedQueryNotFound,
        Self::UntrustedDocument,
        Self::Internal,
    ];

    /// Returns the word that stands in `extensions.code`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ParseError => "PARSE_ERROR",
            Self::ValidationFailed => "VALIDATION_FAILED",
            Self::BadDate => "BAD_DATE",
            Self::BadCursor => "BAD_CURSOR",
            Self::BadPage => "BAD_PAGE",
            Self::UnknownId => "UNKNOWN_ID",
            Self::UnknownRevision => "UNKNOWN_REVISION",
            Self::TooDeep => "TOO_DEEP",
            Self::TooComplex => "TOO_COMPLEX",
            Self::ResultTooLarge => "RESULT_TOO_LARGE",
            Self::Timeout => "TIMEOUT",
            Self::SearchNotReady => "SEARCH_NOT_READY",
            Self::Busy => "BUSY",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::UntrustedDocument => "UNTRUSTED_DOCUMENT",
            Self::Internal => "INTERNAL",
        }
    }

    /// Returns an error with this code.
    pub(super) fn error(self, message: impl Into<String>) -> Error {
        Error::new(message).extend_with(|_, extensions| extensions.set("code", self.word()))
    }
}

/// Tells of a store that cannot give a revision: the asker's fault when there is none of that number.
pub(super) fn store_error(error: &StoreError) -> Error {
    match error {
        StoreError::UnknownRevision { .. } => Code::UnknownRevision.error(error.to_string()),
        other => {
            tracing::error!(error = %other, "a revision could not be read");
            Code::Internal.error("the revision could not be read; the server's log says why")
        }
    }
}

/// Gives a code to the errors that async-graphql itself makes, which have none.
#[must_use]
pub fn with_codes(mut answer: Answer) -> Answer {
    for error in &mut answer.errors {
        add_code(error);
    }
    answer
}

fn add_code(error: &mut ServerError) {
    let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
    if has_code {
        return;
    }
    let code = match error.message.as_str() {
        // A value of a variable that is none of its type: the asker's, though it is found where it is used.
        message if ["Expected input type", "Failed to parse"].iter().any(|begins| message.starts_with(begins)) => {
            Code::ValidationFailed
        }
        // A request that fails before anything is executed has no path.
        _ if error.path.is_empty() => Code::ValidationFailed,
        _ => Code::Internal,
    };
    error.extensions.get_or_insert_default().set("code", Value::from(code.word()));
}
