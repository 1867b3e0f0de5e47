//! Records by their keys: what is loaded and withdrawn as a whole.

use async_graphql::{Enum, ID, SimpleObject};

use crate::model;

/// What kind of record it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordType {
    /// What one dated source says.
    Snapshot,
    /// A change event.
    Event,
    /// An era.
    Era,
    /// A unit that is declared beside events.
    Unit,
}

/// What is loaded and withdrawn as a whole, by its id.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct RecordKey {
    /// What kind of record it is.
    #[graphql(name = "type")]
    kind: RecordType,
    /// Its id. The ids of all records share one space.
    id: ID,
}

impl RecordType {
    fn of(key: &model::RecordKey) -> Self {
        match key {
            model::RecordKey::Snapshot(_) => Self::Snapshot,
            model::RecordKey::Event(_) => Self::Event,
            model::RecordKey::Era(_) => Self::Era,
            model::RecordKey::Unit(_) => Self::Unit,
        }
    }
}

impl RecordKey {
    pub(super) fn of(key: &model::RecordKey) -> Self {
        Self { kind: RecordType::of(key), id: ID::from(key.id()) }
    }
}
