//! What is told as it happens: new revisions, and changes to units.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, Subscription};
use futures_util::{Stream, StreamExt as _, stream};

use crate::config::Limits;
use crate::repository::{RecordChange, Repository, UnitChanges};
use crate::store;

use super::error::{Code, store_error};
use super::page::{Budget, Page, PageArguments};
use super::record::RecordKey;
use super::revision::Revision;
use super::scope::{self, Scope, past};
use super::unit::Unit;

/// The resolvers of `Subscription`.
pub struct Subscription;

/// What is told as it happens. Each revision is told once and in its order, also when several come at once; it begins
/// with the first one after that in which the subscription was made.
#[Subscription]
impl Subscription {
    /// Each new revision.
    async fn revision_added<'a>(
        &self,
        context: &'a Context<'_>,
    ) -> Result<impl Stream<Item = Result<Revision>> + use<'a>> {
        let repository = Arc::clone(context.data::<Arc<Repository>>()?);
        let limits = context.data::<Limits>()?;
        let told = told_after(Arc::clone(&repository), scope::latest(context)?.revision);
        Ok(told.map(move |number| {
            renew_budget(context, limits);
            repository.revision(number).map(Revision).map_err(|error| store_error(&error))
        }))
    }

    /// Each change to these units: a revision in which a record says something else of one of them than before. What else
    /// changed in a file that names it is not told. Of units that are not there yet, their coming is told.
    async fn unit_changed<'a>(
        &self,
        context: &'a Context<'_>,
        #[graphql(desc = "The ids of the units, at most 100 if the service is not set up otherwise.")] ids: Vec<ID>,
    ) -> Result<impl Stream<Item = Result<UnitChange>> + use<'a>> {
        let limits = context.data::<Limits>()?;
        let most = limits.units_named;
        if ids.is_empty() || ids.len() > most {
            return Err(Code::ValidationFailed.error(format!("`ids` names from 1 to {most} units")));
        }
        let ids: Arc<BTreeSet<String>> = Arc::new(ids.into_iter().map(|id| id.0).collect());
        let repository = Arc::clone(context.data::<Arc<Repository>>()?);
        let told = told_after(Arc::clone(&repository), scope::latest(context)?.revision);
        let changes = told.then(move |number| unit_changes(Arc::clone(&repository), number, Arc::clone(&ids)));
        Ok(changes.flat_map(stream::iter).inspect(move |_| renew_budget(context, limits)))
    }
}

/// Gives the next answer of a subscription the whole budget again.
fn renew_budget(context: &Context<'_>, limits: &Limits) {
    if let Some(budget) = context.data_opt::<Budget>() {
        budget.renew(limits);
    }
}

/// Returns the numbers of the revisions after one, each as soon as it is there; it keeps nothing but the last number, so
/// that one who is slow to listen costs nothing.
fn told_after(repository: Arc<Repository>, revision: u64) -> impl Stream<Item = u64> + use<> {
    stream::unfold((repository.watch(), repository, revision), async |(mut latest, repository, told)| {
        let next = told.saturating_add(1);
        // It ends when the repository goes, which the stream itself keeps.
        latest.wait_for(|version| version.revision >= next).await.ok()?;
        Some((next, (latest, repository, next)))
    })
}

/// Returns the changes of a revision to units, in the order of their ids.
async fn unit_changes(repository: Arc<Repository>, number: u64, ids: Arc<BTreeSet<String>>) -> Vec<Result<UnitChange>> {
    let work = move || -> Result<_, store::StoreError> {
        let changes = repository.unit_changes(number)?;
        let made = repository.revision(number)?;
        Ok((changes, made))
    };
    let (changes, revision): (Arc<UnitChanges>, _) = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return vec![Err(store_error(&error))],
        Err(error) => {
            tracing::error!(%error, revision = number, "what a revision changed could not be worked out");
            return vec![Err(Code::Internal.error("what changed could not be worked out; the server's log says why"))];
        }
    };
    let changed = ids.iter().filter(|id| !changes.of(id).is_empty());
    changed
        .map(|id| Ok(UnitChange { revision: revision.clone(), unit_id: id.clone(), changes: Arc::clone(&changes) }))
        .collect()
}

/// The resolvers of `UnitChange`.
pub(super) struct UnitChange {
    revision: store::Revision,
    unit_id: String,
    changes: Arc<UnitChanges>,
}

impl UnitChange {
    fn page(
        &self,
        context: &Context<'_>,
        page: &PageArguments,
        wanted: impl Fn(&RecordChange) -> bool,
    ) -> Result<Page<RecordKey>> {
        let found = self.changes.of(&self.unit_id).iter().filter(|change| wanted(change)).collect();
        page.of(context, self.revision.number, found, |change: &RecordChange| RecordKey::of(&change.key))
    }
}

/// A revision in which records say something else of a unit than in the one before. What is reached through it stays in
/// that revision.
#[Object(crate = "super::driver")]
impl UnitChange {
    /// The revision.
    async fn revision(&self) -> Revision {
        Revision(self.revision.clone())
    }

    /// The id of the unit.
    async fn unit_id(&self) -> ID {
        ID::from(&self.unit_id)
    }

    /// The unit; null when no record of that revision names it any more.
    async fn unit(&self, context: &Context<'_>) -> Result<Option<Unit<'static>>> {
        let repository = context.data::<Arc<Repository>>()?;
        let scope = Scope::reading(past(repository, self.revision.number)?);
        let unit = scope.history().unit_ix(&self.unit_id);
        Ok(unit.map(|unit| scope.into_unit(unit)))
    }

    /// The records that were put in, and say something else of the unit than their earlier forms, or nothing any more.
    async fn put_in(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<RecordKey>> {
        self.page(context, &PageArguments::new(first, after, last, before), |change| !change.is_removal)
    }

    /// The records that were taken out, and had said something of the unit.
    async fn taken_out(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<RecordKey>> {
        self.page(context, &PageArguments::new(first, after, last, before), |change| change.is_removal)
    }
}
