//! Change events: dated statements of change.

use async_graphql::{Context, ID, Object, Result};

use crate::export::{Sources, Subject};
use crate::history::EventIx;
use crate::model;

use super::citation::{Citation, add_citations};
use super::driver::Written;
use super::evidence::Evidence;
use super::scalar::EdtfDate;
use super::scope::Scope;
use super::unit::Unit;
use super::words::{Basis, EventType};

/// The resolvers of `ChangeEvent`.
pub(super) struct ChangeEvent {
    pub(super) scope: Scope,
    pub(super) event: EventIx,
}

impl ChangeEvent {
    fn record(&self) -> &model::ChangeEvent {
        self.scope.history().event(self.event)
    }

    fn units<'a>(&self, ids: impl Iterator<Item = &'a model::UnitId>) -> Vec<Unit<'_>> {
        ids.filter_map(|id| self.scope.history().unit_ix(id.as_str())).map(|unit| self.scope.unit(unit)).collect()
    }
}

/// A dated statement of change: which units went in, and which came out.
#[Object(crate = "super::driver")]
impl ChangeEvent {
    /// Its identifier.
    pub(super) async fn id(&self) -> ID {
        ID::from(self.record().id.as_str())
    }

    /// What kind of change it states.
    #[graphql(name = "type")]
    async fn kind(&self) -> EventType {
        self.record().kind.into()
    }

    /// When it took place.
    async fn date(&self) -> Option<EdtfDate> {
        Some(EdtfDate::from(&self.record().date))
    }

    /// The units that went in.
    async fn originals(&self) -> Vec<Unit<'_>> {
        self.units(self.record().originals.iter().map(|original| &original.unit))
    }

    /// The units that came out.
    async fn results(&self) -> Vec<Unit<'_>> {
        self.units(self.record().results.iter().map(|result| &result.unit))
    }

    /// How the statement is carried.
    async fn basis(&self) -> Basis {
        self.record().basis.into()
    }

    /// Where it stands: lines of snapshots' sources, or a reference.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope, self.scope.history().cite_event(self.event))
    }

    /// How to cite the event.
    async fn citation(&self, context: &Context<'_>) -> Result<Citation> {
        let (history, record) = (self.scope.history(), self.record());
        let mut sources = Sources::default();
        add_citations(&mut sources, history, history.cite_event(self.event));
        let what = format!("The change event {}", record.id);
        let date = format!("dated {}", record.date);
        self.scope.citation(context, Subject::Event(record.id.clone()), what, Some(date), sources)
    }

    /// What the curator adds.
    async fn note(&self) -> Option<Written<'_, String>> {
        self.record().note.as_deref().map(Written::of)
    }
}
