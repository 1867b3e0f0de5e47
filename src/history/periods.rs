//! The history of one unit: its periods, its names, and who saw it.

use crate::model::{Basis, Day, NameForm};

use super::citation::{Attribute, Citation};
use super::graph::History;
use super::layer::{EventIx, Origin, SnapshotIx};
use super::node::{NameValue, Parent, Slot, UnitIx};
use super::view::{At, Lens, View};

/// A stretch of days in which a unit's name, acronym, kind and claimed parent stay the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Period<'h> {
    /// Its first day.
    pub from: Day,
    /// The first day after it; `None` while nothing is known to have changed or ended it.
    pub to: Option<Day>,
    /// The name.
    pub name: &'h str,
    /// The acronym.
    pub acronym: Option<&'h str>,
    /// The kind.
    pub kind: Option<&'h str>,
    /// The parent as claimed, whether or not it is in the view.
    pub parent: Option<Parent>,
}

/// A name that a unit had, with the snapshots and events that give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedName<'h> {
    /// The name, when these sources write one.
    pub name: Option<&'h str>,
    /// The acronym, when they write one.
    pub acronym: Option<&'h str>,
    /// How near the name is to what they write.
    pub form: NameForm,
    /// The snapshots that give it, the earliest first.
    pub snapshots: Vec<SnapshotIx>,
    /// The events that give it, the earliest first.
    pub events: Vec<EventIx>,
}

impl History {
    /// Returns the periods of a unit, the earliest first, as claims tell them whose basis passes.
    #[must_use]
    pub fn periods(&self, unit: UnitIx, floor: Option<Basis>) -> Vec<Period<'_>> {
        let node = self.node(unit);
        let mut periods: Vec<Period<'_>> = Vec::new();
        for life in node.lives() {
            let mut days = vec![life.from];
            days.extend(starts(self, node.name()).chain(starts(self, node.acronym())));
            days.extend(starts(self, node.kind()).chain(starts(self, node.place())));
            days.extend(starts(self, node.sightings()));
            days.retain(|day| life.contains(*day));
            days.sort_unstable();
            days.dedup();
            let shown = |day: &Day| self.on(*day, floor).presence(unit).is_some();
            let days: Vec<Day> = days.into_iter().filter(shown).collect();
            for (at, from) in days.iter().enumerate() {
                let to = days.get(at + 1).copied().or(life.to);
                let period = self.period(unit, *from, to, floor);
                match periods.last_mut().filter(|last| last.to == Some(period.from) && last.says_the_same(&period)) {
                    Some(last) => last.to = period.to,
                    None => periods.push(period),
                }
            }
        }
        periods
    }

    /// Returns where the claims that tell a period of a unit stand, each once.
    #[must_use]
    pub fn cite_period(&self, unit: UnitIx, period: &Period<'_>, floor: Option<Basis>) -> Vec<Citation> {
        let node = self.node(unit);
        let view = self.on(period.from, floor);
        let place = view.carried_place(unit);
        let mut evidence: Vec<Citation> = Vec::new();
        let found = [
            cited(view, unit, node.name(), Attribute::Name),
            cited(view, unit, node.acronym(), Attribute::Acronym),
            cited(view, unit, node.kind(), Attribute::Kind),
            place.map(|claim| self.cite(unit, claim, Attribute::Parent)).unwrap_or_default(),
        ];
        for citation in found.into_iter().flatten() {
            if !evidence.contains(&citation) {
                evidence.push(citation);
            }
        }
        if evidence.is_empty() {
            evidence = cited(view, unit, node.sightings(), Attribute::Presence);
        }
        evidence
    }

    fn period(&self, unit: UnitIx, from: Day, to: Option<Day>, floor: Option<Basis>) -> Period<'_> {
        let view = self.on(from, floor);
        Period {
            from,
            to,
            name: view.name(unit).text,
            acronym: view.acronym(unit).map(|stated| stated.text),
            kind: view.kind(unit).map(|stated| stated.text),
            parent: view.carried_place(unit).map(|claim| claim.value.parent()),
        }
    }

    fn on(&self, day: Day, floor: Option<Basis>) -> View<'_> {
        self.view_at(At::Day(day), Lens { floor, include_outdated: true })
    }

    /// Returns every name and acronym that a unit had on a basis that passes, in the order in which they first stand.
    #[must_use]
    pub fn names(&self, unit: UnitIx, floor: Option<Basis>) -> Vec<DatedName<'_>> {
        let node = self.node(unit);
        let mut names: Vec<DatedName<'_>> = Vec::new();
        for seen in node.sightings() {
            let by_layer = |slot: &'_ Slot<NameValue>| {
                slot.iter().find(|claim| claim.layer == seen.layer && claim.basis().passes(floor)).copied()
            };
            let (name, acronym) = (by_layer(node.name()), by_layer(node.acronym()));
            if name.is_none() && acronym.is_none() {
                continue;
            }
            let form = name.or(acronym).map_or(NameForm::Written, |claim| claim.value.form);
            let name = name.map(|claim| self.text(claim.value.text));
            let acronym = acronym.map(|claim| self.text(claim.value.text));
            let at = names.iter().position(|n| (n.name, n.acronym, n.form) == (name, acronym, form));
            let at = at.unwrap_or_else(|| {
                names.push(DatedName { name, acronym, form, snapshots: Vec::new(), events: Vec::new() });
                names.len() - 1
            });
            let Some(dated) = names.get_mut(at) else { continue };
            match self.layer(seen.layer).origin {
                Origin::Snapshot(snapshot, _) => dated.snapshots.push(snapshot),
                Origin::Event(event) => dated.events.push(event),
            }
        }
        for dated in &mut names {
            dated.snapshots = self.in_order(dated.snapshots.drain(..));
        }
        names
    }

    /// Returns the snapshots that mention a unit on a basis that passes, in the order of their own dates.
    #[must_use]
    pub fn observed_in(&self, unit: UnitIx, floor: Option<Basis>) -> Vec<SnapshotIx> {
        let passing = self.node(unit).sightings().iter().filter(|seen| seen.basis().passes(floor));
        let mentions = passing.filter(|seen| seen.value.is_mention());
        self.in_order(mentions.filter_map(|seen| self.layer(seen.layer).snapshot()))
    }

    /// Returns snapshots in the order of their own dates, the earliest first and each once, whatever the
    /// dates of their parts.
    pub(super) fn in_order(&self, snapshots: impl Iterator<Item = SnapshotIx>) -> Vec<SnapshotIx> {
        let mut found: Vec<SnapshotIx> = snapshots.collect();
        found.sort_by_key(|snapshot| (self.layers.find(Origin::Snapshot(*snapshot, None)), *snapshot));
        found.dedup();
        found
    }
}

impl Period<'_> {
    fn says_the_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.acronym == other.acronym
            && self.kind == other.kind
            && self.parent == other.parent
    }
}

fn starts<'s, V>(history: &'s History, slot: &'s Slot<V>) -> impl Iterator<Item = Day> + 's {
    slot.iter().map(|claim| history.layer(claim.layer).start())
}

fn cited<'h, V>(view: View<'h>, unit: UnitIx, slot: &'h Slot<V>, attribute: Attribute) -> Vec<Citation> {
    let history = view.history();
    view.pick(slot).map(|claim| history.cite(unit, claim, attribute)).unwrap_or_default()
}
