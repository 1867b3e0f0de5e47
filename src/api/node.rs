//! What has an id of its own, and can be asked for by it.

use async_graphql::{ID, Interface};

use crate::repository::Repository;

use super::conflict::Conflict;
use super::event::ChangeEvent;
use super::revision::{self, Revision};
use super::scope::Scope;
use super::snapshot::{Era, Snapshot};
use super::unit::Unit;

/// Something with an id of its own. The ids of units, snapshots, eras and events share one space.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its identifier."))]
pub(super) enum Node {
    /// An era.
    Era(Era),
    /// A snapshot.
    Snapshot(Snapshot),
    /// A unit.
    Unit(Unit<'static>),
    /// A change event.
    ChangeEvent(ChangeEvent),
    /// A conflict.
    Conflict(Conflict),
    /// A revision.
    Revision(Revision),
}

impl Node {
    /// Finds whatever has the id, in the latest revision.
    pub(super) fn find(scope: Scope, repository: &Repository, id: &str) -> Option<Self> {
        if let Some(number) = id.strip_prefix(revision::ID_PREFIX) {
            let number: u64 = number.parse().ok()?;
            let known = Some(number).filter(|number| *number <= scope.revision());
            let found = known.and_then(|number| repository.revision(number).ok());
            return found.map(|revision| Self::Revision(Revision(revision)));
        }
        if let Some(conflict) = Conflict::find(&scope, id) {
            return Some(Self::Conflict(conflict));
        }
        let history = scope.history();
        if let Some(unit) = history.unit_ix(id) {
            return Some(Self::Unit(scope.into_unit(unit)));
        }
        if let Some(snapshot) = id.parse().ok().and_then(|id| history.snapshot_ix(&id)) {
            return Some(Self::Snapshot(Snapshot { scope, snapshot }));
        }
        if let Some(era) = id.parse().ok().and_then(|id| history.era_ix(&id)) {
            return Some(Self::Era(Era { scope, era }));
        }
        let event = id.parse().ok().and_then(|id| history.event_ix(&id))?;
        Some(Self::ChangeEvent(ChangeEvent { scope, event }))
    }
}
