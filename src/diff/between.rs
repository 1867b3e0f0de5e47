//! Which events lie between two views.

use crate::history::{EventIx, UnitIx};
use crate::model::{Basis, ChangeEvent, ChangeKind, EventType, Verdict, Window};

use super::Comparison;

impl Comparison<'_> {
    /// Returns the events that name a unit and lie between the views, with whether that is certain.
    pub(super) fn events_between(&self, unit: UnitIx) -> impl Iterator<Item = (EventIx, bool)> {
        let events = self.history.events_of(unit).into_iter();
        events.filter_map(|event| Some((event, self.lies_between(&self.history.event(event).date.window())?)))
    }

    /// Tells whether something dated by the window lies certainly (`true`) or possibly between the views.
    pub(super) fn lies_between(&self, event: &Window) -> Option<bool> {
        let (a, b) = (self.earlier.window(), self.later.window());
        let over_by = |view: Option<Window>| {
            let first = view.and_then(|window| window.earliest());
            event.certain_from().zip(first).is_some_and(|(over, first)| over <= first)
        };
        if over_by(a) || b.is_some_and(|b| b.is_before(event)) {
            return None;
        }
        Some(a.is_some_and(|a| a.is_before(event)) && over_by(b))
    }

    /// Returns the event between the views that best carries a change of the unit, of those that fit and show.
    pub(super) fn best_event(&self, unit: UnitIx, fits: impl Fn(&ChangeEvent) -> bool) -> Option<(EventIx, bool)> {
        let floor = self.earlier.lens().floor;
        self.events_between(unit)
            .filter(|(event, _)| {
                let record = self.history.event(*event);
                record.basis.passes(floor) && fits(record)
            })
            .min_by_key(|(event, certainly)| {
                let record = self.history.event(*event);
                (!certainly, record.basis, record.date.window().start(), record.id.clone())
            })
    }
}

/// Returns how far an event on this basis carries a change.
pub(super) fn verdict(basis: Basis, certainly_between: bool) -> Verdict {
    let carried = match basis {
        Basis::Stated => Verdict::Stated,
        Basis::Shown => Verdict::Implied,
        Basis::Inferred | Basis::Outside => Verdict::Possible,
    };
    if certainly_between { carried } else { carried.max(Verdict::Possible) }
}

/// Returns what an event of this type is to a unit that it ends.
pub(super) fn loss_kind(kind: EventType) -> ChangeKind {
    match kind {
        EventType::Merged => ChangeKind::Merged,
        EventType::Split => ChangeKind::Split,
        EventType::Absorbed => ChangeKind::Absorbed,
        EventType::Transferred => ChangeKind::Transferred,
        EventType::Dissolved => ChangeKind::Dissolved,
        EventType::Created | EventType::Renamed | EventType::Moved | EventType::Reclassified | EventType::Succeeded => {
            ChangeKind::Succeeded
        }
    }
}
