//! The history of one unit: its periods, its names, and who saw it.

use crate::model::{Day, NameForm};

use super::citation::{Attribute, Citation};
use super::graph::History;
use super::layer::{EventIx, Origin, SnapshotIx};
use super::lives::latest_by;
use super::node::{Claim, Node, Parent, Sighting, Slot, UnitIx};
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
    /// Where these claims stand, each once.
    pub evidence: Vec<Citation>,
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
    /// Returns the periods of a unit, the earliest first.
    #[must_use]
    pub fn periods(&self, unit: UnitIx) -> Vec<Period<'_>> {
        let node = self.node(unit);
        let mut periods: Vec<Period<'_>> = Vec::new();
        for life in &node.lives {
            let mut days = vec![life.from];
            days.extend(starts(self, &node.name).chain(starts(self, &node.acronym)));
            days.extend(starts(self, &node.kind).chain(starts(self, &node.place)));
            days.retain(|day| life.contains(*day));
            days.sort_unstable();
            days.dedup();
            for (at, from) in days.iter().enumerate() {
                let to = days.get(at + 1).copied().or(life.to);
                let period = self.period(unit, node, life.from, *from, to);
                match periods.last_mut().filter(|last| last.to == Some(period.from) && last.says_the_same(&period)) {
                    Some(last) => last.to = period.to,
                    None => periods.push(period),
                }
            }
        }
        periods
    }

    fn period<'h>(&'h self, unit: UnitIx, node: &'h Node, life: Day, from: Day, to: Option<Day>) -> Period<'h> {
        let place = latest_by(self, &node.place, from).filter(|claim| life <= self.layer(claim.layer).start());
        let view = self.on(from);
        let mut evidence: Vec<Citation> = Vec::new();
        let found = [
            cited(self, unit, &node.name, from, Attribute::Name),
            cited(self, unit, &node.acronym, from, Attribute::Acronym),
            cited(self, unit, &node.kind, from, Attribute::Kind),
            place.map(|claim| self.cite(unit, claim, Attribute::Parent)).unwrap_or_default(),
        ];
        for citation in found.into_iter().flatten() {
            if !evidence.contains(&citation) {
                evidence.push(citation);
            }
        }
        if evidence.is_empty() {
            evidence = cited(self, unit, &node.sightings, from, Attribute::Presence);
        }
        Period {
            from,
            to,
            name: view.name(unit).text,
            acronym: latest_by(self, &node.acronym, from).map(|claim| self.text(claim.value.text)),
            kind: latest_by(self, &node.kind, from).map(|claim| self.text(claim.value)),
            parent: place.map(|claim| claim.value.parent),
            evidence,
        }
    }

    /// Returns the view of a day, with nothing left out but what is outdated.
    #[must_use]
    pub fn on(&self, day: Day) -> View<'_> {
        self.view_at(At::Day(day), Lens::default())
    }

    /// Returns every name and acronym that a unit had, in the order in which they first stand.
    #[must_use]
    pub fn names(&self, unit: UnitIx) -> Vec<DatedName<'_>> {
        let node = self.node(unit);
        let mut names: Vec<DatedName<'_>> = Vec::new();
        for seen in &node.sightings {
            let name = node.name.iter().find(|claim| claim.layer == seen.layer);
            let acronym = node.acronym.iter().find(|claim| claim.layer == seen.layer);
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
                Origin::Snapshot(snapshot, _) if !dated.snapshots.contains(&snapshot) => dated.snapshots.push(snapshot),
                Origin::Event(event) => dated.events.push(event),
                Origin::Snapshot(..) => {}
            }
        }
        names
    }

    /// Returns the snapshots that mention a unit, in the order of claims.
    #[must_use]
    pub fn observed_in(&self, unit: UnitIx) -> Vec<SnapshotIx> {
        let mut found = Vec::new();
        let mentions = self.node(unit).sightings.iter().filter(|seen| matches!(seen.value, Sighting::Mention(_)));
        for snapshot in mentions.filter_map(|seen| self.layer(seen.layer).snapshot()) {
            if !found.contains(&snapshot) {
                found.push(snapshot);
            }
        }
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

fn cited<V>(history: &History, unit: UnitIx, slot: &Slot<V>, day: Day, attribute: Attribute) -> Vec<Citation> {
    latest_by(history, slot, day).map(|claim: &Claim<V>| history.cite(unit, claim, attribute)).unwrap_or_default()
}
