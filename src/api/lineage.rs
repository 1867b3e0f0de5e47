//! Lineage: one step of it, and what a unit had become or was made up of.

use async_graphql::Object;

use crate::history;
use crate::history::{At, DescentQuestion, Direction, Link};

use super::event::ChangeEvent;
use super::evidence::Evidence;
use super::scalar::EdtfDate;
use super::scope::Scope;
use super::state::UnitState;
use super::unit::Unit;
use super::words::{Basis, Certainty, EventType};

/// The resolvers of `LineageLink`.
pub(super) struct LineageLink {
    pub(super) scope: Scope,
    pub(super) link: Link,
}

impl LineageLink {
    fn record(&self) -> &crate::model::ChangeEvent {
        self.scope.history().event(self.link.event)
    }

    fn is_forward(&self) -> bool {
        self.link.direction == Direction::Successors
    }
}

/// One step of lineage: the unit at its far end, and the event that makes it.
#[Object(crate = "super::driver")]
impl LineageLink {
    /// The unit that the step leads to.
    async fn unit(&self) -> Unit<'_> {
        self.scope.unit(self.link.unit)
    }

    /// The unit that the step leads from: the one asked, or one found on the way.
    async fn from(&self) -> Unit<'_> {
        self.scope.unit(self.link.from)
    }

    /// The unit that went into the event, whichever way lineage is followed.
    async fn original(&self) -> Unit<'_> {
        self.scope.unit(if self.is_forward() { self.link.from } else { self.link.unit })
    }

    /// The unit that came out of the event, whichever way lineage is followed.
    async fn result(&self) -> Unit<'_> {
        self.scope.unit(if self.is_forward() { self.link.unit } else { self.link.from })
    }

    /// The event that makes it.
    async fn event(&self) -> ChangeEvent {
        ChangeEvent { scope: self.scope.clone(), event: self.link.event }
    }

    /// What kind of change the event states.
    #[graphql(name = "type")]
    async fn kind(&self) -> EventType {
        self.record().kind.into()
    }

    /// When it took place.
    async fn date(&self) -> Option<EdtfDate> {
        Some(EdtfDate::from(&self.record().date))
    }

    /// How the event is carried. Where this is OUTSIDE, no loaded source says so.
    async fn basis(&self) -> Basis {
        self.record().basis.into()
    }

    /// Where the event stands: lines of snapshots' sources, or a reference.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope, self.scope.history().cite_event(self.link.event))
    }

    /// Whether only a part went over.
    async fn part(&self) -> bool {
        self.link.part
    }

    /// How many steps it is away from the unit asked, from 1.
    async fn steps(&self) -> i32 {
        i32::try_from(self.link.steps).unwrap_or(i32::MAX)
    }
}

/// The resolvers of `Descent`.
pub(super) struct Descent {
    pub(super) scope: Scope,
    pub(super) question: DescentQuestion,
    pub(super) record: history::Descent,
}

/// A unit that another had become by a day, or that had made it up, with the way between the two.
#[Object(crate = "super::driver")]
impl Descent {
    /// The unit at the far end of the way: the one asked itself, where there are no steps.
    async fn unit(&self) -> Unit<'_> {
        self.scope.unit(self.record.unit)
    }

    /// That unit on the day asked; null when it is not in the view of that day, or no day was asked.
    async fn state(&self) -> Option<UnitState<'static>> {
        let scope = self.scope.at_resolved(At::Day(self.question.day?), false);
        let unit = self.record.unit;
        scope.view().presence(unit).is_some().then(|| scope.into_state(unit))
    }

    /// The steps of the way, from the unit asked; none where it is that unit itself.
    async fn links(&self) -> Vec<LineageLink> {
        let links = self.record.links.iter();
        links.map(|link| LineageLink { scope: self.scope.clone(), link: *link }).collect()
    }

    /// The weakest basis of the steps; null where there are none.
    async fn weakest_basis(&self) -> Option<Basis> {
        self.record.weakest_basis.map(Into::into)
    }

    /// Whether some step took only a part.
    async fn part(&self) -> bool {
        self.record.part
    }

    /// How sure the dating is, and nothing else: CERTAIN if every step had certainly happened by the day, in this order,
    /// and the unit is certainly there on the day where it is in the view of it. It does not say whether a source tells
    /// how the way ends; read `explanation` for that. POSSIBLE also where what took the unit out of the view is hidden
    /// by `minimumBasis`, so that nothing heard dates it.
    async fn certainty(&self) -> Certainty {
        self.record.certainty.into()
    }

    /// Each step, why the way ends there, and what no source says.
    async fn explanation(&self) -> String {
        self.scope.history().explain_descent(&self.question, &self.record)
    }
}
