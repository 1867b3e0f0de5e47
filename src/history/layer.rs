//! Layers: the dated parts of snapshots, and the events, in the order of claims.

use std::cmp::Reverse;

use crate::model::{Basis, ChangeEvent, Corpus, Day, PartIx, Snapshot, Window};

/// The position of a layer in the order of claims: a later layer has a greater index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerIx(pub(super) u32);

/// Which record a layer comes from, by its position among those of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A snapshot's page (`None`), or one of its dated parts.
    Snapshot(SnapshotIx, Option<PartIx>),
    /// A change event.
    Event(EventIx),
}

/// The position of a snapshot in the order of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotIx(pub(super) u32);

/// The position of an event in the order of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventIx(pub(super) u32);

/// The position of an era in the order of eras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EraIx(pub(super) u32);

/// Something dated that makes claims: a snapshot's page, one of its dated parts, or an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// Where it comes from.
    pub origin: Origin,
    /// On which days it was written, or took place.
    pub window: Window,
    /// On which days it observes what it speaks of: its window, but in a log kept without a gap all days from then to
    /// the end of the log.
    pub observed: Window,
    /// The era of its snapshot.
    pub era: Option<EraIx>,
}

impl Layer {
    /// Returns the day from which its claims hold.
    #[must_use]
    pub fn start(&self) -> Day {
        self.window.start()
    }

    /// Returns the days on which it observes a unit whose life began on a day: what a log said of an earlier life, it
    /// does not observe in this one.
    pub(super) fn observed_of(&self, life_from: Day) -> Window {
        if life_from <= self.start() { self.observed } else { self.window }
    }

    /// Tells whether it is certain that its claims hold on a day that it observes: the day is the only one that it was
    /// written on, or comes after it.
    pub(super) fn is_certain_on(&self, day: Day) -> bool {
        self.window.is_one_day() || self.window.end() < day
    }

    /// Returns the snapshot that it belongs to.
    #[must_use]
    pub fn snapshot(&self) -> Option<SnapshotIx> {
        match self.origin {
            Origin::Snapshot(snapshot, _) => Some(snapshot),
            Origin::Event(_) => None,
        }
    }
}

/// All layers, in the order of claims, with the records that they come from.
#[derive(Debug, Default)]
pub(super) struct Layers {
    layers: Vec<Layer>,
    /// The first day of each, by itself: what a search for a day looks at.
    starts: Vec<Day>,
    /// For each snapshot, its page and then its parts.
    of_snapshots: Vec<Vec<LayerIx>>,
    of_events: Vec<LayerIx>,
}

/// Narrows a count; a store of four thousand million records is past every other limit.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Layers {
    pub(super) fn of(corpus: &Corpus, era_of: &dyn Fn(&Snapshot) -> Option<EraIx>) -> Self {
        let mut found: Vec<(&str, Layer)> = Vec::new();
        for (at, snapshot) in corpus.snapshots.values().enumerate() {
            let parts =
                (0..snapshot.parts.len()).filter_map(|part| u16::try_from(part).ok()).map(|part| Some(PartIx(part)));
            for part in std::iter::once(None).chain(parts) {
                let origin = Origin::Snapshot(SnapshotIx(index(at)), part);
                let window = snapshot.window(part);
                let observed = if snapshot.continuous { to_end_of(snapshot, window) } else { window };
                let layer = Layer { origin, window, observed, era: era_of(snapshot) };
                found.push((snapshot.id.as_str(), layer));
            }
        }
        for (at, event) in corpus.events.values().enumerate() {
            let window = event.date.window();
            let layer = Layer { origin: Origin::Event(EventIx(index(at))), window, observed: window, era: None };
            found.push((event.id.as_str(), layer));
        }
        found.sort_by_key(|(id, layer)| {
            (layer.start(), layer.window.end(), Reverse(*id), Reverse(part_of(layer.origin)))
        });
        let layers: Vec<Layer> = found.into_iter().map(|(_, layer)| layer).collect();
        let starts = layers.iter().map(Layer::start).collect();
        let mut of_origin: Vec<(Origin, LayerIx)> =
            layers.iter().enumerate().map(|(at, layer)| (layer.origin, LayerIx(index(at)))).collect();
        of_origin.sort_unstable();
        let (mut of_snapshots, mut of_events): (Vec<Vec<LayerIx>>, Vec<LayerIx>) = (Vec::new(), Vec::new());
        for (origin, layer) in of_origin {
            match origin {
                Origin::Snapshot(_, None) => of_snapshots.push(vec![layer]),
                Origin::Snapshot(_, Some(_)) => of_snapshots.last_mut().into_iter().for_each(|own| own.push(layer)),
                Origin::Event(_) => of_events.push(layer),
            }
        }
        Self { layers, starts, of_snapshots, of_events }
    }

    /// Returns the day from which the claims of a layer hold.
    pub(super) fn start(&self, ix: LayerIx) -> Day {
        usize::try_from(ix.0).ok().and_then(|at| self.starts.get(at)).copied().unwrap_or(Day::MAX)
    }

    pub(super) fn get(&self, ix: LayerIx) -> &Layer {
        #[expect(clippy::indexing_slicing, reason = "a LayerIx is made only by `of`, for this table")]
        #[expect(clippy::as_conversions, reason = "a u32 index fits in usize wherever eragraph runs")]
        &self.layers[ix.0 as usize]
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (LayerIx, &Layer)> {
        self.layers.iter().enumerate().map(|(at, layer)| (LayerIx(index(at)), layer))
    }

    /// Returns the order of claims as a key: start, end, the nearer basis later, then the layer.
    pub(super) fn order(&self, layer: LayerIx, basis: Basis) -> (Day, Day, Reverse<Basis>, LayerIx) {
        let window = self.get(layer).window;
        (window.start(), window.end(), Reverse(basis), layer)
    }

    pub(super) fn find(&self, origin: Origin) -> Option<LayerIx> {
        let at = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        match origin {
            Origin::Event(event) => self.of_events.get(at(event.0)).copied(),
            Origin::Snapshot(snapshot, part) => {
                let own = self.of_snapshots.get(at(snapshot.0))?;
                own.get(part.map_or(0, |part| usize::from(part.0).saturating_add(1))).copied()
            }
        }
    }
}

/// Returns the days from a window on to the end of a log; the window itself where an end is open, or where it ends later.
fn to_end_of(log: &Snapshot, window: Window) -> Window {
    let is_longer = |on: &Window| !on.is_open() && !window.is_open() && window.end() <= on.end();
    Window::new(window.earliest(), log.observed.window().latest()).filter(is_longer).unwrap_or(window)
}

fn part_of(origin: Origin) -> Option<PartIx> {
    match origin {
        Origin::Snapshot(_, part) => part,
        Origin::Event(_) => None,
    }
}

/// The records of a corpus by position, so that layers and claims can point at them cheaply.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) snapshots: Vec<std::sync::Arc<Snapshot>>,
    pub(super) events: Vec<std::sync::Arc<ChangeEvent>>,
}

impl Records {
    pub(super) fn of(corpus: &Corpus) -> Self {
        Self {
            snapshots: corpus.snapshots.values().cloned().collect(),
            events: corpus.events.values().cloned().collect(),
        }
    }

    pub(super) fn snapshot(&self, ix: SnapshotIx) -> &Snapshot {
        #[expect(clippy::indexing_slicing, reason = "a SnapshotIx is made only for this table")]
        #[expect(clippy::as_conversions, reason = "a u32 index fits in usize wherever eragraph runs")]
        &self.snapshots[ix.0 as usize]
    }

    pub(super) fn event(&self, ix: EventIx) -> &ChangeEvent {
        #[expect(clippy::indexing_slicing, reason = "an EventIx is made only for this table")]
        #[expect(clippy::as_conversions, reason = "a u32 index fits in usize wherever eragraph runs")]
        &self.events[ix.0 as usize]
    }
}
