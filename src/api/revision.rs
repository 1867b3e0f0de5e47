//! Revisions: recorded time.

use async_graphql::{ID, Object};

use crate::store;

use super::evidence::Source;
use super::scalar::DateTime;

/// What the ids of revisions begin with; ids of records never hold a colon.
pub(super) const ID_PREFIX: &str = "revision:";

/// The resolvers of `Revision`.
pub(super) struct Revision(pub(super) store::Revision);

/// The store after one load. A question pinned to it gets the same answer for ever.
#[Object(crate = "super::driver")]
impl Revision {
    /// Its identifier.
    pub(super) async fn id(&self) -> ID {
        ID::from(format!("{ID_PREFIX}{}", self.0.number))
    }

    /// Its number, from 1.
    async fn number(&self) -> i32 {
        i32::try_from(self.0.number).unwrap_or(i32::MAX)
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// The input files that were loaded, with the BLAKE3 of each.
    async fn inputs(&self) -> Vec<Source> {
        let inputs = self.0.inputs.iter();
        inputs
            .map(|input| Source {
                file: Some(input.name.clone()),
                sha256: None,
                blake3: Some(input.blake3.to_string()),
                reference: None,
            })
            .collect()
    }
}
