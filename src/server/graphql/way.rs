//! The ways that a question can come, and which operations may come by each.

use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;

use super::super::admin::Caller;
use super::refusal::Refusal;
use crate::api::Code;
use crate::config::Config;

/// The way that a question came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In a URL. It changes nothing.
    Get,
    /// In a body, from somebody who may be an administrator.
    Post(Caller),
    /// Over a WebSocket.
    Socket,
}

impl Way {
    /// Returns who asks, as far as it tells.
    pub(super) fn caller(self) -> Caller {
        match self {
            Self::Post(caller) => caller,
            Self::Get | Self::Socket => Caller::Nobody,
        }
    }

    /// Refuses an operation that may not come in this way, or not from this caller.
    pub(super) fn check(self, kind: Option<OperationType>, config: &Config) -> Result<(), Refusal> {
        match (self, kind) {
            (Self::Get, Some(OperationType::Mutation)) => {
                let message = "a GET answers queries only; send mutations with POST";
                Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Code::ValidationFailed, message))
            }
            (Self::Socket, Some(OperationType::Mutation)) => Err(Refusal::bad("send mutations with POST")),
            (Self::Get | Self::Post(_), Some(OperationType::Subscription)) => {
                let message = "subscriptions are told over a WebSocket at this address, by graphql-transport-ws";
                Err(Refusal::bad(message))
            }
            (Self::Post(caller), kind) if caller.is_refused(kind == Some(OperationType::Mutation), config) => {
                Err(Refusal::unauthenticated())
            }
            _ => Ok(()),
        }
    }
}
