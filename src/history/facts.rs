//! Who says what a view says: the claims it follows, their evidence, the lists and conflicts that bear on a unit.

use crate::model::{ConflictKind, Coverage, Day, Edtf, Extent, Window};

use super::citation::{Attribute, Citation, ClaimRecord, Conflict};
use super::graph::History;
use super::layer::{LayerIx, Origin, SnapshotIx};
use super::lives::List;
use super::node::{Claim, Slot, UnitIx};
use super::view::View;

impl<'h> View<'h> {
    /// Returns the window of the latest sighting of a unit that the view hears, or of the first.
    pub(crate) fn sighting_window(self, unit: UnitIx, latest: bool) -> Option<Window> {
        let node = self.history.node(unit);
        let life = self.day().and_then(|day| node.life_at(day)).map_or(Day::MIN, |life| life.from);
        let of_life = self.heard(node.sightings()).filter(|seen| life <= self.layer(seen.layer).start());
        let mut passing = of_life.filter(|seen| seen.basis().passes(self.lens.floor));
        let seen = if latest { passing.next_back() } else { passing.next() };
        seen.map(|seen| self.layer(seen.layer).window)
    }

    /// Tells whether the floor hides anything that a heard source says of a unit.
    pub(crate) fn hides_claims(self, unit: UnitIx) -> bool {
        let floor = self.lens.floor;
        let node = self.history.node(unit);
        let hidden_declaration = || self.heard(node.standing()).any(|claim| !claim.basis().passes(floor));
        self.heard(node.sightings()).any(|seen| {
            let mention = self.history.mention_of(seen);
            !seen.basis().passes(floor)
                || mention.is_some_and(|(_, mention)| mention.evidences().any(|evidence| !evidence.basis.passes(floor)))
        }) || hidden_declaration()
    }

    /// Returns the claim that the view follows for an attribute, and the next later claim that differs.
    #[must_use]
    pub fn claim(self, unit: UnitIx, attribute: Attribute) -> Option<(ClaimRecord, Option<ClaimRecord>)> {
        let node = self.history.node(unit);
        match attribute {
            Attribute::Presence => {
                let claim = self.pick(node.sightings())?;
                Some((self.history.sighting_record(unit, claim), None))
            }
            Attribute::Name => {
                self.claim_in(unit, attribute, node.name(), |value| self.history.text(value.text).to_owned())
            }
            Attribute::Acronym => {
                self.claim_in(unit, attribute, node.acronym(), |value| self.history.text(value.text).to_owned())
            }
            Attribute::Kind => {
                self.claim_in(unit, attribute, node.kind(), |value| self.history.text(*value).to_owned())
            }
            Attribute::Summary => {
                self.claim_in(unit, attribute, node.summary(), |value| self.history.text(*value).to_owned())
            }
            Attribute::Parent => {
                let claim = self.place(unit)?;
                let next = self.next_differing(node.place(), claim, |value| value.parent());
                Some((self.history.place_record(unit, claim), next.map(|next| self.history.place_record(unit, next))))
            }
            Attribute::Figure => None,
        }
    }

    fn claim_in<V>(
        self,
        unit: UnitIx,
        attribute: Attribute,
        slot: &'h Slot<V>,
        tell: impl Fn(&V) -> String,
    ) -> Option<(ClaimRecord, Option<ClaimRecord>)> {
        let claim = self.pick(slot)?;
        let record = |claim: &Claim<V>| self.history.record(unit, attribute, claim, tell(&claim.value));
        Some((record(claim), self.next_differing(slot, claim, &tell).map(record)))
    }

    /// Returns the first later claim of a slot that passes and says something else.
    fn next_differing<V, W: PartialEq>(
        self,
        slot: &'h Slot<V>,
        claim: &Claim<V>,
        tell: impl Fn(&V) -> W,
    ) -> Option<&'h Claim<V>> {
        let at = slot.iter().position(|other| std::ptr::eq(other, claim))?;
        let mut later = slot.get(at + 1..)?.iter().filter(|other| other.basis().passes(self.lens.floor));
        later.find(|other| tell(&other.value) != tell(&claim.value))
    }

    /// Returns where the unit's presence in the view stands: every mention of a snapshot or era, the
    /// latest sighting of a day.
    #[must_use]
    pub fn evidence(self, unit: UnitIx) -> Vec<Citation> {
        let passing =
            self.heard(self.history.node(unit).sightings()).filter(|seen| seen.basis().passes(self.lens.floor));
        let latest_first = passing.rev().take(if self.day().is_some() { 1 } else { usize::MAX });
        latest_first.flat_map(|seen| self.history.cite(unit, seen, Attribute::Presence)).collect()
    }

    /// Returns the lists of what is below a unit that the view hears and the floor lets through.
    pub(crate) fn heard_lists(self, owner: UnitIx) -> impl Iterator<Item = List<'h>> {
        let passes = move |list: &List<'_>| list.coverage.evidence.basis.passes(self.lens.floor);
        self.history.lists_of(owner).filter(move |list| self.hears(self.layer(list.layer)) && passes(list))
    }

    /// Returns the lists that the sources of the view give of what is below a unit, the latest layer first.
    #[must_use]
    pub fn lists_below(self, unit: UnitIx) -> Vec<(SnapshotIx, &'h Coverage)> {
        let mut lists: Vec<_> = self.heard_lists(unit).collect();
        lists.sort_by_key(|list| std::cmp::Reverse(list.layer));
        lists.into_iter().map(|list| (list.snapshot, list.coverage)).collect()
    }

    /// Returns how complete the list of units directly below a unit is, by the latest source that covers it: its own
    /// list, or a deep one of a unit above. Lists that are restricted to a kind or a heading, alone, make it `LISTED`
    /// at best.
    #[must_use]
    pub fn children_extent(self, unit: UnitIx) -> Option<Extent> {
        let line = self.reporting_line(unit);
        let own_or_deep =
            |owner: UnitIx| self.heard_lists(owner).filter(move |list| owner == unit || list.coverage.deep);
        let lists: Vec<_> = line.into_iter().flat_map(own_or_deep).collect();
        let latest = lists.iter().max_by_key(|list| list.layer)?.snapshot;
        let of_latest = || lists.iter().filter(|list| list.snapshot == latest).map(|list| list.coverage);
        let unrestricted = of_latest().filter(|c| c.kind.is_none() && c.heading.is_none()).map(|c| c.extent).min();
        unrestricted.or_else(|| of_latest().map(|coverage| coverage.extent.max(Extent::Listed)).max())
    }

    /// Returns the positions of the conflicts about a unit in which a claim that this view follows, or drops to cut a
    /// cycle, takes part. One that rests on a claim which the floor hides is hidden with it.
    #[must_use]
    pub fn conflicts_of(self, unit: UnitIx) -> Vec<usize> {
        let follows = |conflict: &&Conflict| {
            conflict.claims.iter().any(|claim| {
                let followed = match claim.attribute {
                    Attribute::Kind => self.kind_claim(unit).map(|followed| followed.layer),
                    Attribute::Parent if conflict.kind == ConflictKind::ParentCycle => {
                        self.heard(self.history.node(unit).place()).next_back().map(|carried| carried.layer)
                    }
                    Attribute::Parent => self.place(unit).map(|followed| followed.layer),
                    Attribute::Figure => Some(claim.layer).filter(|layer| self.observes(self.layer(*layer))),
                    _ => None,
                };
                claim.unit == unit && followed == Some(claim.layer)
            })
        };
        let shows = |conflict: &Conflict| conflict.claims.iter().all(|claim| claim.basis.passes(self.lens.floor));
        let all = self.history.conflicts().iter().enumerate();
        let about = all.filter(|(_, conflict)| conflict.units.contains(&unit) && shows(conflict) && follows(conflict));
        about.map(|(at, _)| at).collect()
    }

    /// Returns the snapshots that the view rests on, in the order of their own dates.
    #[must_use]
    pub fn snapshots(self) -> Vec<SnapshotIx> {
        let heard = self.history.layers.iter().filter(|(_, layer)| self.hears(layer));
        self.history.in_order(heard.filter_map(|(_, layer)| layer.snapshot()))
    }
}

impl History {
    /// Names the snapshot or event that a layer is of, with the layer's date.
    pub(super) fn layer_told(&self, layer: LayerIx) -> String {
        let date = self.written_date(layer);
        match self.layer(layer).origin {
            Origin::Snapshot(snapshot, _) => format!("`{}` ({date})", self.snapshot(snapshot).id),
            Origin::Event(event) => format!("the event `{}` ({date})", self.event(event).id),
        }
    }

    /// Returns the date of a layer as it was written.
    #[must_use]
    pub fn written_date(&self, layer: LayerIx) -> &Edtf {
        match self.layer(layer).origin {
            Origin::Event(event) => &self.event(event).date,
            Origin::Snapshot(snapshot, part) => {
                let snapshot = self.snapshot(snapshot);
                let part = part.and_then(|part| snapshot.parts.get(usize::from(part.0)));
                part.map_or(&snapshot.observed, |part| &part.observed)
            }
        }
    }
}
