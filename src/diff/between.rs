//! Which events lie between two views.

use crate::history::{EventIx, UnitIx, View};
use crate::model::{Basis, ChangeEvent, ChangeKind, Day, EventType, Verdict, Window};

use super::Comparison;

/// The day before which a change did not happen, and the one by the end of which it had.
pub(super) type Bounds = (Option<Day>, Option<Day>);

/// Returns the bounds of a change between two layers: where their order is open, the first day of both and the last.
pub(super) fn bounds_between(a: &Window, b: &Window) -> Bounds {
    let first = a.earliest().zip(b.earliest()).map(|(a, b)| a.min(b));
    let last = a.latest().zip(b.latest()).map(|(a, b)| a.max(b));
    (first, last)
}

impl Comparison<'_> {
    /// Returns the events that name a unit and lie between the views, with whether that is certain.
    pub(super) fn events_between(&self, unit: UnitIx) -> impl Iterator<Item = (EventIx, bool)> {
        let events = self.history.dated_events_of(unit);
        events.filter_map(|(event, window)| Some((event, self.lies_between(window)?)))
    }

    /// Tells whether something dated by the window lies certainly (`true`) or possibly between the views.
    pub(super) fn lies_between(&self, event: &Window) -> Option<bool> {
        let over_by = |view: View<'_>| match view.day() {
            Some(day) => event.certain_from().is_some_and(|over| over <= day),
            None => view.window().is_some_and(|window| event.is_before(&window)),
        };
        let begins_after = |view: View<'_>| view.window().is_some_and(|window| window.is_before(event));
        if over_by(self.earlier) || begins_after(self.later) {
            return None;
        }
        Some(begins_after(self.earlier) && over_by(self.later))
    }

    /// Returns the bounds of a change that only one of the views tells of: since when it was so, or by when. Where
    /// the order of what is seen and of the other view is open, neither is known.
    pub(super) fn bounds_beside(&self, seen: Option<Window>, other: View<'_>, is_loss: bool) -> Bounds {
        let (Some(seen), Some(window)) = (seen, other.window()) else { return (None, None) };
        let seen_first = if self.order_certain { is_loss } else { seen.is_before(&window) };
        let seen_last = if self.order_certain { !is_loss } else { window.is_before(&seen) };
        (seen.earliest().filter(|_| seen_first), seen.latest().filter(|_| seen_last))
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
                (!certainly, record.basis, record.date.window().start(), &record.id)
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
