//! The answer to a question, and how it is written.

use async_graphql::{Response, ServerError};

use super::driver::BEGIN;
use super::json::write_value;

/// The answer to a question: what was asked for, and what went wrong.
#[derive(Debug, Default)]
pub struct Answer {
    /// What was asked for, as JSON with the beginning of the answer before it; empty where nothing ran.
    written: Vec<u8>,
    /// What went wrong.
    pub errors: Vec<ServerError>,
}

impl Answer {
    /// Returns the answer that begins so.
    pub(super) fn of(written: Vec<u8>, errors: Vec<ServerError>) -> Self {
        Self { written, errors }
    }

    /// Returns the answer that has nothing but errors.
    #[must_use]
    pub fn from_errors(errors: Vec<ServerError>) -> Self {
        Self { written: Vec::new(), errors }
    }

    /// Tells whether nothing went wrong.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// Tells whether the question failed before it was executed: its errors stand at no place of an answer.
    #[must_use]
    pub fn never_ran(&self) -> bool {
        !self.is_ok() && self.errors.iter().all(|error| error.path.is_empty())
    }

    /// Returns it as JSON, as the GraphQL specification has it: what was not executed has no data, not even none.
    #[must_use]
    pub fn into_json(self) -> Vec<u8> {
        let never_ran = self.never_ran();
        let mut written = if never_ran { Vec::from(*b"{") } else { self.written };
        if !self.errors.is_empty() {
            written.extend_from_slice(if never_ran { b"\"errors\":" } else { b",\"errors\":" });
            // An error can be written as JSON.
            written.extend(serde_json::to_vec(&self.errors).unwrap_or_default());
        }
        written.push(b'}');
        written
    }

    /// Returns what was asked for as JSON.
    #[must_use]
    pub fn data_in_json(&self) -> &[u8] {
        self.written.get(BEGIN.len()..).unwrap_or_default()
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let mut written = Vec::from(BEGIN);
        write_value(&mut written, &response.data);
        Self { written, errors: response.errors }
    }
}
