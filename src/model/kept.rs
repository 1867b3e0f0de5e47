//! Change events as a corpus keeps them: packed until one is asked for.

use std::ops::Deref;
use std::sync::OnceLock;

use serde::Deserialize;

use super::edtf::Edtf;
use super::event::{ChangeEvent, EventEvidence, EventOriginal, EventResult, EventType};
use super::evidence::Basis;
use super::id::{EventId, UnitId};
use super::time::Window;

/// A change event that takes a fifth of its room until someone looks at it.
///
/// A log has tens of thousands of events, and most are never asked for. Looking through [`Deref`] unpacks the event for
/// good; [`KeptEvent::unpacked`] is for whoever goes through all of them.
#[derive(Debug, Clone)]
pub struct KeptEvent {
    id: EventId,
    packed: Box<[u8]>,
    event: OnceLock<Box<ChangeEvent>>,
}

/// What is packed of an event: first what is asked for by itself, in the order in which it is asked for.
#[derive(Deserialize)]
struct Packed {
    date: Edtf,
    kind: EventType,
    originals: Vec<EventOriginal>,
    results: Vec<EventResult>,
    basis: Basis,
    evidence: Vec<EventEvidence>,
    reference: Option<String>,
    note: Option<String>,
}

/// The first of what is packed of an event: what happened to which units, with nothing copied but the lists of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Outline<'e> {
    #[serde(borrow)]
    _date: (&'e str, Window),
    _kind: EventType,
    originals: Vec<OutlinedOriginal<'e>>,
    /// The units that came out.
    pub(crate) results: Vec<OutlinedResult<'e>>,
    /// How the event is carried.
    pub(crate) basis: Basis,
}

#[derive(Debug, Deserialize)]
struct OutlinedOriginal<'e> {
    unit: &'e str,
    continues: bool,
    part: bool,
}

/// A unit that came out of an event, with what the event says of it.
#[derive(Debug, Deserialize)]
pub(crate) struct OutlinedResult<'e> {
    pub(crate) unit: &'e str,
    pub(crate) name: Option<&'e str>,
    pub(crate) acronym: Option<&'e str>,
    pub(crate) kind: Option<&'e str>,
    pub(crate) parent: Option<&'e str>,
}

impl<'e> Outline<'e> {
    fn of(event: &'e ChangeEvent) -> Self {
        let original = |original: &'e EventOriginal| OutlinedOriginal {
            unit: original.unit.as_str(),
            continues: original.continues,
            part: original.part,
        };
        let result = |result: &'e EventResult| OutlinedResult {
            unit: result.unit.as_str(),
            name: result.name.as_deref(),
            acronym: result.acronym.as_deref(),
            kind: result.kind.as_deref(),
            parent: result.parent.as_ref().map(UnitId::as_str),
        };
        Self {
            _date: (event.date.as_str(), event.date.window()),
            _kind: event.kind,
            originals: event.originals.iter().map(original).collect(),
            results: event.results.iter().map(result).collect(),
            basis: event.basis,
        }
    }

    /// Returns every unit that the event names, originals first.
    pub(crate) fn units(&self) -> impl Iterator<Item = &str> {
        self.originals.iter().map(|original| original.unit).chain(self.results.iter().map(|result| result.unit))
    }

    /// Tells whether the event ends a unit, as [`ChangeEvent::ends`] does.
    pub(crate) fn ends(&self, unit: &str) -> bool {
        self.originals.iter().any(|original| original.unit == unit && !original.continues && !original.part)
            && !self.results.iter().any(|result| result.unit == unit)
    }
}

impl KeptEvent {
    /// Packs an event.
    #[must_use]
    pub fn of(event: &ChangeEvent) -> Self {
        let ChangeEvent { id, kind, date, originals, results, basis, evidence, reference, note } = event;
        let packed = (date, kind, originals, results, basis, evidence, reference, note);
        match postcard::to_stdvec(&packed) {
            Ok(bytes) => Self { id: id.clone(), packed: bytes.into(), event: OnceLock::new() },
            // What cannot be packed stays as it is.
            Err(_) => Self { id: id.clone(), packed: Box::default(), event: OnceLock::from(Box::new(event.clone())) },
        }
    }

    /// Returns its identifier.
    #[must_use]
    pub fn id(&self) -> &EventId {
        &self.id
    }

    /// Returns the days on one of which it took place.
    #[must_use]
    pub fn window(&self) -> Window {
        let date = postcard::take_from_bytes::<(&str, Window)>(&self.packed);
        date.map_or_else(|_| self.date.window(), |((_, window), _)| window)
    }

    /// Returns what happened to which units.
    pub(crate) fn outline(&self) -> Outline<'_> {
        postcard::take_from_bytes(&self.packed).map_or_else(|_| Outline::of(self), |(outline, _)| outline)
    }

    /// Returns the event, and keeps nothing of it.
    #[must_use]
    pub fn unpacked(&self) -> ChangeEvent {
        if let Some(event) = self.event.get() {
            return (**event).clone();
        }
        #[expect(clippy::expect_used, reason = "the bytes were made by `of`, from such an event")]
        let packed: Packed = postcard::from_bytes(&self.packed).expect("an event that was packed is unpacked");
        let Packed { date, kind, originals, results, basis, evidence, reference, note } = packed;
        ChangeEvent { id: self.id.clone(), kind, date, originals, results, basis, evidence, reference, note }
    }
}

impl Deref for KeptEvent {
    type Target = ChangeEvent;

    fn deref(&self) -> &ChangeEvent {
        self.event.get_or_init(|| Box::new(self.unpacked()))
    }
}

impl PartialEq for KeptEvent {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && if self.packed.is_empty() { **self == **other } else { self.packed == other.packed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Day;

    fn event() -> ChangeEvent {
        let unit = |id: &str| UnitId::new(id).unwrap();
        ChangeEvent {
            id: EventId::new("split-of-the-bureau").unwrap(),
            kind: EventType::Split,
            date: Edtf::parse("2001-04~").unwrap(),
            originals: vec![EventOriginal { unit: unit("bureau"), continues: true, part: true }],
            results: vec![EventResult { name: Some("Archive".into()), ..EventResult::of(unit("archive")) }],
            basis: Basis::Outside,
            evidence: Vec::new(),
            reference: Some("a yearbook".into()),
            note: None,
        }
    }

    #[test]
    fn an_event_is_unpacked_as_it_was_packed() {
        let kept = KeptEvent::of(&event());
        assert_eq!(kept.window(), event().date.window());
        assert_eq!(kept.unpacked(), event());
        assert_eq!(format!("{:?}", kept.outline()), format!("{:?}", Outline::of(&event())));
        assert!(kept.event.get().is_none(), "nobody has looked at it");
        assert_eq!(*kept, event());
        assert!(kept.event.get().is_some());
    }

    #[test]
    fn events_are_equal_as_they_are_kept() {
        let other = ChangeEvent { date: Edtf::of_day(Day::MIN), ..event() };
        let looked_at = KeptEvent::of(&event());
        assert_eq!(looked_at.kind, EventType::Split);
        assert_eq!(looked_at, KeptEvent::of(&event()));
        assert_ne!(looked_at, KeptEvent::of(&other));
    }
}
