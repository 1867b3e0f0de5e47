//! Conflicts: what the sources of one time say that cannot all be so.

use async_graphql::{ID, Object};

use crate::history::{self, UnitIx};

use super::driver::Written;
use super::evidence::Claim;
use super::scope::Scope;
use super::unit::Unit;
use super::words::ConflictKind;

/// What the ids of conflicts begin with; ids of records never hold a colon.
const ID_PREFIX: &str = "conflict:";

/// The resolvers of `Conflict`.
pub(super) struct Conflict {
    pub(super) scope: Scope,
    pub(super) at: usize,
}

impl Conflict {
    /// Finds a conflict by its id.
    pub(super) fn find(scope: &Scope, id: &str) -> Option<Self> {
        let key = id.strip_prefix(ID_PREFIX)?;
        let at = scope.history().conflicts().iter().position(|conflict| conflict.key == key)?;
        Some(Self { scope: scope.clone(), at })
    }

    /// Returns the positions of the conflicts of these kinds that are about a unit and pass the floor of the scope.
    pub(super) fn positions(scope: &Scope, kinds: Option<&[ConflictKind]>, unit: Option<UnitIx>) -> Vec<usize> {
        let wanted = |conflict: &history::Conflict| {
            kinds.is_none_or(|kinds| kinds.contains(&conflict.kind.into()))
                && unit.is_none_or(|unit| conflict.units.contains(&unit))
                && conflict.claims.iter().all(|claim| claim.basis.passes(scope.floor))
        };
        let all = scope.history().conflicts().iter().enumerate();
        all.filter(|(_, conflict)| wanted(conflict)).map(|(at, _)| at).collect()
    }

    fn record(&self) -> Option<&history::Conflict> {
        self.scope.history().conflicts().get(self.at)
    }
}

/// Claims of sources of one time that cannot all be so. A view shows one of them and lists the others.
#[Object(crate = "super::driver")]
impl Conflict {
    /// Its identifier: the same for the same records.
    pub(super) async fn id(&self) -> ID {
        ID::from(format!("{ID_PREFIX}{}", self.record().map_or("", |record| record.key.as_str())))
    }

    /// What kind of disagreement it is.
    async fn kind(&self) -> ConflictKind {
        self.record().map_or(ConflictKind::Disagreement, |record| record.kind.into())
    }

    /// The units that it is about.
    async fn units(&self) -> Vec<Unit<'_>> {
        let units = self.record().into_iter().flat_map(|record| &record.units);
        units.map(|unit| self.scope.unit(*unit)).collect()
    }

    /// The claims that cannot all be so, in their order in time.
    async fn claims(&self) -> Vec<Claim> {
        let claims = self.record().into_iter().flat_map(|record| record.claims.iter().cloned());
        claims.map(|claim| self.scope.claim((claim, None))).collect()
    }

    /// What does not fit together, as a sentence.
    async fn explanation(&self) -> Written<'_, String> {
        Written::of(self.record().map_or("", |record| record.explanation.as_str()))
    }

    /// Which source to look for: one of which time, that says what.
    async fn would_settle(&self) -> String {
        self.record().map_or_else(String::new, |record| self.scope.history().would_settle(record, self.scope.floor))
    }
}
