//! Why a verb could not do its work, and the exit code for each case.

use std::error::Error;
use std::io;

use serde_json::json;

use crate::diagnostics::Report;
use crate::repository::{InputError, LoadError};
use crate::store::StoreError;

use super::output::Output;

/// How a verb ended; the number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// The input has errors.
    Invalid = 1,
    /// Wrong usage: an option, a path, an id or an address that does not do.
    Usage = 2,
    /// The store is damaged or busy, or the machine failed us.
    Store = 3,
}

impl Exit {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Invalid => 1,
            Self::Usage => 2,
            Self::Store => 3,
        }
    }
}

/// Tells why a verb could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// What was asked for cannot be meant.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The input has errors.
    #[error("the input has errors")]
    Invalid(Box<Report>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process holds the store.
    #[error("{0}")]
    Held(StoreError),
    /// What the work needs failed: the machine, or a service elsewhere.
    #[error("{0}")]
    Machine(String),
    /// The output could not be written.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
    /// The service could not go on.
    #[error("the service stopped")]
    Service(#[source] io::Error),
}

impl CliError {
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    pub(super) fn hint(self, text: impl Into<String>) -> Self {
        match self {
            Self::Usage { message, .. } => Self::Usage { message, hint: Some(text.into()) },
            other => other,
        }
    }

    pub(super) fn maybe_hint(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.hint(text),
            None => self,
        }
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage { .. } | Self::Store(StoreError::UnknownRevision { .. }) => Exit::Usage,
            Self::Invalid(_) => Exit::Invalid,
            // Whoever reads the output has seen enough, as in `eragraph view … | head`.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Store(_) | Self::Held(_) | Self::Machine(_) | Self::Output(_) | Self::Service(_) => Exit::Store,
        }
    }

    /// Tells it to the reader.
    pub(super) fn tell(&self, out: &mut Output) {
        if self.exit() == Exit::Done {
            return;
        }
        let hint = match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Held(_) => Some("to load through the service that holds it: `--server URL`".to_owned()),
            _ => None,
        };
        let causes = self.causes();
        if out.is_json() {
            let report = if let Self::Invalid(report) = self { Some(report.to_json()) } else { None };
            let error = json!({
                "message": self.to_string(), "causes": causes, "hint": hint, "exitCode": self.exit().code(), "report": report,
            });
            out.note(&json!({ "error": error }).to_string());
            return;
        }
        if let Self::Invalid(report) = self {
            out.note_report(report);
        }
        let style = out.note_style;
        out.note(&format!("{} {self}", style.red("error:")));
        for cause in causes {
            out.note(&format!("  because: {cause}"));
        }
        if let Some(hint) = hint {
            out.note(&format!("  {} {hint}", style.cyan("hint:")));
        }
    }

    /// Returns what lies behind it, the nearest first.
    fn causes(&self) -> Vec<String> {
        let mut causes = Vec::new();
        let mut next = self.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        causes
    }
}

impl From<InputError> for CliError {
    fn from(error: InputError) -> Self {
        // Its message holds the cause already.
        Self::usage(error.to_string())
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Invalid(report) => Self::Invalid(report),
            LoadError::Store(error) => Self::Store(error),
            LoadError::NothingToRemove(_) | LoadError::ReadOnly => Self::usage(error.to_string()),
        }
    }
}
