//! Identifiers of units, snapshots, eras and events: one grammar, one newtype each.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest identifier that is accepted, in bytes.
const MAX_ID_BYTES: usize = 128;

/// Tells why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than 128 bytes.
    #[error("an id must not be longer than {MAX_ID_BYTES} bytes")]
    TooLong,
    /// The text begins with something else than a letter or a digit.
    #[error("an id begins with a letter or a digit, not with {0:?}")]
    BadStart(char),
    /// The text holds a character that ids do not have.
    #[error("an id holds only letters, digits, `-`, `_` and `.`, not {0:?}")]
    BadCharacter(char),
}

fn check(text: &str) -> Result<(), IdError> {
    let first = text.chars().next().ok_or(IdError::Empty)?;
    if text.len() > MAX_ID_BYTES {
        return Err(IdError::TooLong);
    }
    if !first.is_ascii_alphanumeric() {
        return Err(IdError::BadStart(first));
    }
    match text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))) {
        Some(bad) => Err(IdError::BadCharacter(bad)),
        None => Ok(()),
    }
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks the grammar of identifiers and wraps the text.
            ///
            /// # Errors
            /// Returns [`IdError`] when the text is empty, too long, or holds a character that ids do not have.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.into()))
            }

            /// Returns the identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }
    };
}

id_type!(
    /// Names a unit for ever, whatever it is called and wherever it hangs.
    UnitId
);
id_type!(
    /// Names a snapshot: what one dated source says.
    SnapshotId
);
id_type!(
    /// Names an era: a grouping of snapshots.
    EraId
);
id_type!(
    /// Names a change event.
    EventId
);
