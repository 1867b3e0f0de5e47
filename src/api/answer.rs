//! The answer to a question, and how it is written.

use async_graphql::{Response, ServerError, Value};

use super::driver::write_value;

/// The answer to a question: what was asked for, and what went wrong.
#[derive(Debug, Default)]
pub struct Answer {
    /// Objects in it are written as JSON already.
    data: Value,
    /// What went wrong.
    pub errors: Vec<ServerError>,
}

impl Answer {
    /// Returns the answer that has nothing but errors.
    #[must_use]
    pub fn from_errors(errors: Vec<ServerError>) -> Self {
        Self { data: Value::Null, errors }
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

    /// Writes it as JSON, as the GraphQL specification has it: what was not executed has no data, not even none.
    #[must_use]
    pub fn in_json(&self) -> Vec<u8> {
        let mut written = Vec::from(*b"{");
        if !self.never_ran() {
            written.extend_from_slice(b"\"data\":");
            write_value(&mut written, &self.data);
        }
        if !self.is_ok() {
            written.extend_from_slice(if self.never_ran() { b"\"errors\":" } else { b",\"errors\":" });
            // An error can be written as JSON.
            written.extend(serde_json::to_vec(&self.errors).unwrap_or_default());
        }
        written.push(b'}');
        written
    }

    /// Writes what was asked for as JSON.
    #[must_use]
    pub fn data_in_json(&self) -> Vec<u8> {
        let mut written = Vec::new();
        write_value(&mut written, &self.data);
        written
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self { data: response.data, errors: response.errors }
    }
}
