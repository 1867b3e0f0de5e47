//! Gaps: what the loaded sources leave open about the units of a view.

use async_graphql::{ID, Object, Result};

use crate::history;
use crate::model;

use super::error::Code;
use super::scalar::Date;
use super::scope::{ViewScope, beside_the_runtime};
use super::snapshot::Snapshot;
use super::state::UnitState;
use super::words::GapKind;

const ALL: [model::GapKind; 3] =
    [model::GapKind::NotSeenForLong, model::GapKind::NoHolderKnown, model::GapKind::NoParentStated];

/// The resolvers of `Gap`.
pub(super) struct Gap {
    pub(super) scope: ViewScope,
    pub(super) gap: history::Gap,
}

/// Which gaps are asked for.
pub(super) struct GapFilter {
    pub(super) kinds: Option<Vec<GapKind>>,
    pub(super) under: Option<ID>,
    pub(super) years: i32,
}

impl GapFilter {
    /// Finds the gaps of a view.
    pub(super) fn find(self, scope: &ViewScope) -> Result<Vec<history::Gap>> {
        let years = u16::try_from(self.years).ok().filter(|years| *years <= 9999);
        let years = years.ok_or_else(|| Code::ValidationFailed.error("`years` is from 0 to 9999"))?;
        let kinds = self.kinds.map_or_else(|| ALL.to_vec(), |kinds| kinds.into_iter().map(Into::into).collect());
        let under = self.under.map(|under| scope.scope.known_unit(&under)).transpose()?;
        Ok(beside_the_runtime(|| scope.view().gaps(&kinds, under, years)))
    }
}

/// Something that the loaded sources leave open about a unit, and what would settle it.
#[Object(crate = "super::driver")]
impl Gap {
    /// What is open.
    async fn kind(&self) -> GapKind {
        self.gap.kind.into()
    }

    /// The unit in the view.
    async fn unit(&self) -> UnitState<'_> {
        self.scope.state(self.gap.unit)
    }

    /// The day from which it is open; null where that is not known, and in views of a snapshot or an era.
    async fn since(&self) -> Option<Date> {
        self.gap.since.map(Date)
    }

    /// The last snapshot heard in the view that mentions the unit.
    async fn last_observed(&self) -> Option<Snapshot> {
        self.gap.last_observed.map(|snapshot| Snapshot { scope: self.scope.scope.clone(), snapshot })
    }

    /// What is open, and what is known instead.
    async fn explanation(&self) -> String {
        self.scope.view().explain_gap(&self.gap)
    }

    /// Which source to look for: one of which time, that says what.
    async fn would_settle(&self) -> String {
        self.scope.view().would_close(&self.gap)
    }
}
