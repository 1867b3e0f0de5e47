//! The scope of a question: the revision that it is pinned to, and what it leaves out.

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::{Context, ID, OneofObject, Result};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::history::{self, deadline};
use crate::history::{At, EraIx, History, Lens, Moment as HistoryMoment, UnitIx, View};
use crate::model::{Basis, EraId, SnapshotId};
use crate::repository::{PastError, Repository, Version};
use crate::store::StoreError;

use super::error::{Code, store_error};
use super::scalar::Date;

/// The revision that a request runs in, as data of the request: it is as if nothing had been loaded since. Without it,
/// each root field takes the latest revision when its turn comes.
#[derive(Debug, Clone)]
pub struct Pinned(pub Arc<Version>);

/// Returns the latest revision as far as a request is concerned: the one that it is pinned to.
pub(super) fn latest(context: &Context<'_>) -> Result<Arc<Version>> {
    match context.data_opt::<Pinned>() {
        Some(Pinned(version)) => Ok(Arc::clone(version)),
        None => Ok(context.data::<Arc<Repository>>()?.latest()),
    }
}

/// The moment that a view is of: a day, a snapshot, or an era; exactly one of them.
#[derive(OneofObject, Debug, Clone)]
pub(super) enum Moment {
    /// A day: what is known of it from all sources.
    Date(Date),
    /// A snapshot: exactly what that one source says.
    Snapshot(ID),
    /// An era: the union of its snapshots, the latest claim first.
    Era(ID),
}

/// A revision as one field at the root reads it. Each object of the answer holds it: threads that counted their holds
/// on one thing together would wait for each other.
pub(super) struct Reading(Arc<Version>);

impl Deref for Reading {
    type Target = Arc<Version>;

    fn deref(&self) -> &Arc<Version> {
        &self.0
    }
}

/// A revision, with the basis below which nothing is shown.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) version: Arc<Reading>,
    pub(super) floor: Option<Basis>,
}

/// A scope, and a moment in it.
#[derive(Clone)]
pub(super) struct ViewScope {
    pub(super) scope: Scope,
    pub(super) at: At,
    pub(super) include_outdated: bool,
}

impl Scope {
    /// Returns the scope of a root field: the revision asked for, else that of the cursor, else the latest.
    pub(super) fn of(context: &Context<'_>, revision: Option<i32>, after: Option<&str>) -> Result<Self> {
        let repository = context.data::<Arc<Repository>>()?;
        let asked = match (revision, after) {
            (Some(revision), _) => Some(
                u64::try_from(revision)
                    .map_err(|_| Code::UnknownRevision.error(format!("there is no revision {revision}")))?,
            ),
            (None, Some(cursor)) => super::page::revision_of(cursor),
            (None, None) => None,
        };
        let latest = latest(context)?;
        let version = match asked {
            None => latest,
            Some(revision) if revision == latest.revision => latest,
            Some(asked) if asked > latest.revision => {
                let latest = latest.revision;
                return Err(store_error(&StoreError::UnknownRevision { asked, latest }));
            }
            // What was there before the first load is no revision.
            Some(0) => return Err(Code::UnknownRevision.error("there is no revision 0; the first is 1")),
            Some(revision) => past(repository, revision)?,
        };
        Ok(Self::reading(version))
    }

    /// Returns the scope of a revision.
    pub(super) fn reading(version: Arc<Version>) -> Self {
        Self { version: Arc::new(Reading(version)), floor: None }
    }

    pub(super) fn with_floor(self, floor: Option<Basis>) -> Self {
        Self { floor, ..self }
    }

    pub(super) fn history(&self) -> &History {
        &self.version.history
    }

    pub(super) fn revision(&self) -> u64 {
        self.version.revision
    }

    /// Returns the scope of a moment.
    pub(super) fn at(&self, moment: &Moment, include_outdated: bool) -> Result<ViewScope> {
        let unknown = |kind: &str, id: &ID| Code::UnknownId.error(format!("there is no {kind} `{}`", id.as_str()));
        let moment = match moment {
            Moment::Date(Date(day)) => HistoryMoment::Day(*day),
            Moment::Snapshot(id) => {
                HistoryMoment::Snapshot(SnapshotId::new(id.as_str()).map_err(|_| unknown("snapshot", id))?)
            }
            Moment::Era(id) => HistoryMoment::Era(EraId::new(id.as_str()).map_err(|_| unknown("era", id))?),
        };
        let at = self.history().resolve(&moment).map_err(|unknown| Code::UnknownId.error(unknown.to_string()))?;
        Ok(self.at_resolved(at, include_outdated))
    }

    pub(super) fn at_resolved(&self, at: At, include_outdated: bool) -> ViewScope {
        ViewScope { scope: self.clone(), at, include_outdated }
    }

    /// Returns an era that must be there.
    pub(super) fn known_era(&self, id: &ID) -> Result<EraIx> {
        let found = id.as_str().parse().ok().and_then(|id| self.history().era_ix(&id));
        found.ok_or_else(|| Code::UnknownId.error(format!("there is no era `{}`", id.as_str())))
    }

    /// Returns a unit that must be there.
    pub(super) fn known_unit(&self, id: &ID) -> Result<UnitIx> {
        let found = self.history().unit_ix(id.as_str());
        found.ok_or_else(|| Code::UnknownId.error(format!("there is no unit `{}`", id.as_str())))
    }
}

/// Returns a past revision, and waits for it no longer than the question may take.
pub(super) fn past(repository: &Arc<Repository>, revision: u64) -> Result<Arc<Version>> {
    history::end_trial();
    let found = beside_the_runtime(|| repository.version_until(revision, deadline()));
    found.map_err(|error| match &error {
        PastError::Store(error) => store_error(error),
        PastError::Late { .. } => Code::Timeout.error(error.to_string()),
    })
}

/// Does long work without holding up the other requests of the thread that it runs on. What is only tried is done
/// where it is.
///
/// It does not yield, for no field of an answer may.
pub fn beside_the_runtime<T>(work: impl FnOnce() -> T) -> T {
    if history::is_trial() {
        return work();
    }
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

impl ViewScope {
    pub(super) fn view(&self) -> View<'_> {
        let lens = Lens { floor: self.scope.floor, include_outdated: self.include_outdated };
        self.scope.history().view_at(self.at, lens)
    }
}
