//! A view: the graph as seen from one moment. Its one primitive is to pick the claim of a slot.

use petgraph::Direction::Incoming;
use petgraph::visit::EdgeRef;

use crate::model::{Basis, Day, EraId, SnapshotId, Window};

use super::graph::{Edge, Frame, History};
use super::layer::{EraIx, Layer, LayerIx, SnapshotIx};
use super::lives::{latest_by, started};
use super::node::{Claim, Parent, Place, Slot, UnitIx};
use super::presence::{self, Level, Presence};

/// The longest reporting line that is followed.
pub(super) const MAX_LINE: usize = 64;

/// What a view is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// What one source says.
    Snapshot(SnapshotId),
    /// The union of an era's snapshots.
    Era(EraId),
    /// What is known of a day, from all sources.
    Day(Day),
}

/// What a view leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Lens {
    /// The weakest basis that shows; `None` shows all.
    pub floor: Option<Basis>,
    /// Whether units last seen in an earlier era are listed.
    pub include_outdated: bool,
}

/// A moment that names a snapshot or an era that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} `{id}`")]
pub struct UnknownId {
    /// What it should have been.
    pub kind: &'static str,
    /// The id.
    pub id: String,
}

/// A moment, resolved within one history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    /// What one source says.
    Snapshot(SnapshotIx),
    /// The union of an era's snapshots.
    Era(EraIx),
    /// What is known of a day.
    Day(Day),
}

/// The graph as seen from one moment. `Copy`: it borrows the history and copies nothing.
#[derive(Clone, Copy)]
pub struct View<'h> {
    pub(super) history: &'h History,
    pub(super) at: At,
    pub(super) lens: Lens,
}

/// Where a unit hangs in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placement {
    /// At the top of a source.
    Root,
    /// Under a parent in the view.
    Placed,
    /// No source states a parent, or it is not in the view.
    Unplaced,
}

/// Where a unit hangs in a view, with the claim that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<'h> {
    /// How it is placed.
    pub placement: Placement,
    /// The parent, when placed.
    pub parent: Option<UnitIx>,
    /// The claim that it follows; also where the parent claimed is not in the view.
    pub claim: Option<&'h Claim<Place>>,
}

impl History {
    /// Returns the view of a moment.
    ///
    /// # Errors
    /// Returns [`UnknownId`] when the moment names a snapshot or an era that is not loaded.
    pub fn view(&self, moment: &Moment, lens: Lens) -> Result<View<'_>, UnknownId> {
        Ok(self.view_at(self.resolve(moment)?, lens))
    }

    /// Returns the view of a moment of this history.
    #[must_use]
    pub fn view_at(&self, at: At, lens: Lens) -> View<'_> {
        View { history: self, at, lens }
    }

    /// Resolves a moment.
    ///
    /// # Errors
    /// Returns [`UnknownId`] when the moment names a snapshot or an era that is not loaded.
    pub fn resolve(&self, moment: &Moment) -> Result<At, UnknownId> {
        let unknown = |kind, id: &str| UnknownId { kind, id: id.to_owned() };
        match moment {
            Moment::Day(day) => Ok(At::Day(*day)),
            Moment::Snapshot(id) => {
                self.snapshot_ix(id).map(At::Snapshot).ok_or_else(|| unknown("snapshot", id.as_str()))
            }
            Moment::Era(id) => self.era_ix(id).map(At::Era).ok_or_else(|| unknown("era", id.as_str())),
        }
    }
}

impl<'h> View<'h> {
    /// Returns the history that it is a view of.
    #[must_use]
    pub fn history(self) -> &'h History {
        self.history
    }

    /// Returns the moment, resolved.
    #[must_use]
    pub fn at(self) -> At {
        self.at
    }

    /// Returns what it leaves out.
    #[must_use]
    pub fn lens(self) -> Lens {
        self.lens
    }

    /// Returns the same moment seen through another lens.
    #[must_use]
    pub fn through(self, lens: Lens) -> Self {
        Self { lens, ..self }
    }

    /// Returns the moment.
    #[must_use]
    pub fn moment(self) -> Moment {
        match self.at {
            At::Day(day) => Moment::Day(day),
            At::Snapshot(snapshot) => Moment::Snapshot(self.history.snapshot(snapshot).id.clone()),
            At::Era(era) => Moment::Era(self.history.era(era).id.clone()),
        }
    }

    /// Returns the day that it answers for, when it is the view of a day.
    #[must_use]
    pub fn day(self) -> Option<Day> {
        match self.at {
            At::Day(day) => Some(day),
            At::Snapshot(_) | At::Era(_) => None,
        }
    }

    /// Returns the days that it speaks of; `None` when they are open at both ends, or it holds no source.
    #[must_use]
    pub fn window(self) -> Option<Window> {
        match self.at {
            At::Day(day) => Some(Window::day(day)),
            At::Snapshot(_) | At::Era(_) => self.frame().and_then(|frame| frame.window),
        }
    }

    /// Returns what a snapshot or era shows; `None` for a day.
    pub(super) fn frame(self) -> Option<&'h Frame> {
        match self.at {
            At::Snapshot(snapshot) => Some(self.history.snapshot_frame(snapshot)),
            At::Era(era) => Some(self.history.era_frame(era)),
            At::Day(_) => None,
        }
    }

    /// Tells whether the claims of a layer are heard in this view.
    #[must_use]
    pub fn hears(self, layer: &Layer) -> bool {
        match self.at {
            At::Day(day) => layer.start() <= day,
            At::Snapshot(snapshot) => layer.snapshot() == Some(snapshot),
            At::Era(era) => layer.era == Some(era),
        }
    }

    /// Tells whether a claim is heard in this view.
    pub(crate) fn hears_claim<V>(self, claim: &Claim<V>) -> bool {
        match self.at {
            At::Day(day) => self.history.layers.start(claim.layer) <= day,
            At::Snapshot(_) | At::Era(_) => self.hears(self.history.layer(claim.layer)),
        }
    }

    /// Tells whether what is not carried (holders, figures, contacts) is answered from this layer.
    #[must_use]
    pub fn observes(self, layer: &Layer) -> bool {
        match self.at {
            At::Day(day) => layer.observed.contains(day),
            At::Snapshot(_) | At::Era(_) => self.hears(layer),
        }
    }

    /// Returns the claims of a slot that are heard, the latest last.
    pub(super) fn heard<V>(self, slot: &'h Slot<V>) -> impl DoubleEndedIterator<Item = &'h Claim<V>> {
        let (may_be, day) = match self.at {
            At::Day(day) => (started(self.history, slot, day), true),
            At::Snapshot(_) | At::Era(_) => (slot, false),
        };
        may_be.iter().filter(move |claim| day || self.hears_claim(claim))
    }

    /// Picks the latest claim of a slot whose basis passes.
    pub(super) fn pick<V>(self, slot: &'h Slot<V>) -> Option<&'h Claim<V>> {
        let passes = |claim: &&Claim<V>| claim.basis().passes(self.lens.floor);
        match self.at {
            At::Day(day) if self.lens.floor.is_none() => latest_by(self.history, slot, day),
            _ => self.heard(slot).rev().find(passes),
        }
    }

    /// Tells how the view knows a unit; `None` when it is not in the view.
    #[must_use]
    pub fn presence(self, unit: UnitIx) -> Option<Presence> {
        let node = self.history.node(unit);
        match self.at {
            At::Day(day) => presence::on_day(self.history, node, day, self.lens.floor),
            At::Snapshot(_) | At::Era(_) => {
                let shown = self.frame()?.ended.binary_search(&unit).is_err();
                self.pick(node.sightings()).filter(|_| shown).map(|_| Presence::SEEN)
            }
        }
    }

    /// Tells how firmly the view has a unit.
    #[must_use]
    pub fn level(self, unit: UnitIx) -> Level {
        match self.at {
            At::Day(day) => presence::level_on_day(self.history, self.history.node(unit), day, self.lens.floor),
            At::Snapshot(_) | At::Era(_) => self.presence(unit).into(),
        }
    }

    /// Tells how firmly two views of one history with one lens have a unit, of which the first is of no later day.
    pub(crate) fn levels([earlier, later]: [Self; 2], unit: UnitIx) -> [Level; 2] {
        match (earlier.at, later.at) {
            (At::Day(from), At::Day(to)) => {
                let node = later.history.node(unit);
                presence::levels_on_days(later.history, node, [from, to], later.lens.floor)
            }
            _ => [earlier, later].map(|view| view.level(unit)),
        }
    }

    /// Tells whether the view lists a unit: it is in the view, and not left out as outdated.
    #[must_use]
    pub fn lists(self, unit: UnitIx) -> bool {
        match self.at {
            At::Day(day) if !self.lens.include_outdated => {
                presence::is_present_on_day(self.history, self.history.node(unit), day, self.lens.floor)
            }
            _ => self.level(unit) > Level::Out,
        }
    }

    /// Returns the units that the view lists, in the order of their ids.
    pub fn units(self) -> impl Iterator<Item = UnitIx> + 'h {
        self.units_after(None).filter_map(|(unit, listed)| listed.then_some(unit))
    }

    /// Returns the units that the view may list, in the order of their ids, and whether it does: those that come after
    /// one, or all. So that a long list can be read in pieces, with nothing kept between them.
    pub fn units_after(self, last: Option<UnitIx>) -> impl Iterator<Item = (UnitIx, bool)> + 'h {
        let all = match self.frame() {
            Some(frame) => {
                let first = frame.units.partition_point(|unit| Some(*unit) <= last);
                either(Some(frame.units.iter().skip(first).copied()), None)
            }
            None => either(None, Some(self.history.units_after(last))),
        };
        all.map(move |unit| (unit, self.lists(unit)))
    }

    /// Returns the claim that says where a unit hangs: the latest, unless its place counts as not stated.
    ///
    /// On a day, claims are carried only within the present life. A claim that would close a cycle is
    /// dropped. Below the floor, an earlier claim for the same parent may stand for a hidden one.
    #[must_use]
    pub fn place(self, unit: UnitIx) -> Option<&'h Claim<Place>> {
        let node = self.history.node(unit);
        let dropped = match self.at {
            At::Day(day) => node.dropped().iter().any(|mark| mark.contains(day)),
            At::Snapshot(_) | At::Era(_) => self.frame()?.dropped.binary_search(&unit).is_ok(),
        };
        if dropped { None } else { self.carried_place(unit) }
    }

    /// Returns the claim that says where a unit hangs, whether or not it is dropped because it would close a cycle.
    pub(super) fn carried_place(self, unit: UnitIx) -> Option<&'h Claim<Place>> {
        let node = self.history.node(unit);
        let from = match self.at {
            At::Day(day) => node.life_at(day)?.from,
            At::Snapshot(_) | At::Era(_) => Day::MIN,
        };
        let mut claims = self.heard(node.place()).rev();
        let latest = claims.next().filter(|claim| from <= self.history.layers.start(claim.layer))?;
        if latest.basis().passes(self.lens.floor) {
            return Some(latest);
        }
        claims
            .take_while(|claim| {
                claim.value.parent() == latest.value.parent() && from <= self.history.layers.start(claim.layer)
            })
            .find(|claim| claim.basis().passes(self.lens.floor))
    }

    /// Returns where a unit hangs, with the claim that says so.
    #[must_use]
    pub fn placed(self, unit: UnitIx) -> Placed<'h> {
        let claim = self.place(unit);
        let (placement, parent) = match claim.map(|claim| claim.value.parent()) {
            Some(Parent::Top) => (Placement::Root, None),
            Some(Parent::Under(parent)) if self.lists(parent) => (Placement::Placed, Some(parent)),
            Some(Parent::Under(_)) | None => (Placement::Unplaced, None),
        };
        Placed { placement, parent, claim }
    }

    /// Returns the unit above; `None` for a root, or where no parent in the view is known.
    #[must_use]
    pub fn parent(self, unit: UnitIx) -> Option<UnitIx> {
        self.placed(unit).parent
    }

    /// Tells whether a unit is at the top, under a parent, or without a known place.
    #[must_use]
    pub fn placement(self, unit: UnitIx) -> Placement {
        self.placed(unit).placement
    }

    /// Returns the units directly below, as the sources order them.
    #[must_use]
    pub fn children(self, parent: UnitIx) -> Vec<UnitIx> {
        if !self.lists(parent) {
            return Vec::new();
        }
        let edges = self.history.graph.edges_directed(parent, Incoming).filter(|edge| *edge.weight() == Edge::Parent);
        let candidates: Vec<UnitIx> = edges.map(|edge| edge.source()).collect();
        self.history.look_at_places(candidates.iter().copied());
        let mut children: Vec<(u32, UnitIx)> = candidates
            .into_iter()
            .filter_map(|child| {
                let claim = self.place(child).filter(|claim| claim.value.parent() == Parent::Under(parent))?;
                self.lists(child).then(|| (position(claim), child))
            })
            .collect();
        children.sort_unstable();
        children.into_iter().map(|(_, child)| child).collect()
    }

    /// Returns the path from a unit through its parents, the unit first; at most 64 steps.
    #[must_use]
    pub fn reporting_line(self, unit: UnitIx) -> Vec<UnitIx> {
        self.line_up(unit).collect()
    }

    /// Goes up from a unit through its parents, the unit first; at most 64 steps.
    fn line_up(self, unit: UnitIx) -> impl Iterator<Item = UnitIx> {
        std::iter::successors(Some(unit), move |unit| self.parent(*unit)).take(MAX_LINE)
    }

    /// Tells whether one unit stands somewhere above another.
    #[must_use]
    pub fn stands_above(self, above: UnitIx, unit: UnitIx) -> bool {
        self.line_up(unit).skip(1).any(|step| step == above)
    }

    /// Returns all units below one, parents before children, each level as the sources order it.
    #[must_use]
    pub fn below(self, unit: UnitIx) -> Vec<UnitIx> {
        let mut found = Vec::new();
        let mut open = vec![unit];
        while let Some(above) = open.pop() {
            let children = self.children(above);
            open.extend(children.iter().rev().copied());
            if above != unit {
                found.push(above);
            }
        }
        found
    }

    /// Returns the layer of a claim.
    #[must_use]
    pub fn layer(self, layer: LayerIx) -> &'h Layer {
        self.history.layer(layer)
    }
}

/// Returns where in its source a claim stands, for the order of children.
fn position(claim: &Claim<Place>) -> u32 {
    claim.at().mention().unwrap_or(u32::MAX)
}

/// Chains two iterators of which one is there.
fn either<T>(a: Option<impl Iterator<Item = T>>, b: Option<impl Iterator<Item = T>>) -> impl Iterator<Item = T> {
    a.into_iter().flatten().chain(b.into_iter().flatten())
}
