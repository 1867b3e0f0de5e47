//! Strategies for random change events that keep the cardinality of their type.

use std::collections::BTreeSet;

use eragraph::model::{
    Basis, ChangeEvent, Corpus, DeclaredUnit, Edtf, EventId, EventOriginal, EventResult, EventType, Record, Standing,
    UnitId,
};

use proptest::prelude::*;
use proptest::sample::select;

use super::super::facts::all_units;
use super::{ACRONYMS, KINDS, NAMES, basis, date, unit_id};

#[derive(Debug, Clone)]
pub(super) struct RawEvent {
    kind: EventType,
    date: Edtf,
    basis: Basis,
    /// Units in a random order; originals are taken from the front.
    units: Vec<usize>,
    originals: usize,
    results: usize,
    /// Whether the first result is the first original.
    shared: bool,
    continues: bool,
    part: bool,
    states: (Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<usize>),
}

fn event_types() -> impl Strategy<Value = EventType> {
    select(vec![
        EventType::Created,
        EventType::Renamed,
        EventType::Moved,
        EventType::Reclassified,
        EventType::Merged,
        EventType::Split,
        EventType::Absorbed,
        EventType::Transferred,
        EventType::Succeeded,
        EventType::Dissolved,
        EventType::Dissolved,
    ])
}

prop_compose! {
    /// Draws an event among the first `units` units and one that no snapshot mentions.
    pub(super) fn raw_event(units: usize)(
        kind in event_types(),
        date in date(),
        basis in basis(),
        units in Just((0..=units).collect::<Vec<_>>()).prop_shuffle(),
        originals in 1..3_usize,
        results in 1..3_usize,
        shared in any::<bool>(),
        continues in prop::bool::weighted(0.2),
        part in prop::bool::weighted(0.2),
        states in (
            proptest::option::of(select(&NAMES[..])),
            proptest::option::of(select(&ACRONYMS[..])),
            proptest::option::of(select(&KINDS[..])),
            proptest::option::of(0..units),
        ),
    ) -> RawEvent {
        RawEvent { kind, date, basis, units, originals, results, shared, continues, part, states }
    }
}

impl RawEvent {
    /// Makes the event; its id stands before or after those of snapshots.
    pub(super) fn event(&self, n: usize) -> ChangeEvent {
        let (originals, results) = match self.kind {
            EventType::Created => (0, self.results),
            EventType::Renamed | EventType::Moved | EventType::Reclassified => (1, 1),
            EventType::Merged => (2, 1),
            EventType::Split => (1, 2),
            EventType::Absorbed => (self.originals, 1),
            EventType::Transferred | EventType::Succeeded => (self.originals, self.results),
            EventType::Dissolved => (self.originals, 0),
        };
        let originals = &self.units[..originals.min(self.units.len())];
        let shared = self.shared && !originals.is_empty();
        let first = if shared { 0 } else { originals.len() };
        let from = first..(first + results).min(self.units.len());
        let mut results: Vec<_> = self.units[from].to_vec();
        if results.is_empty() && self.kind != EventType::Dissolved {
            results.push(self.units[0]);
        }
        let original = |unit: &usize| EventOriginal {
            unit: unit_id(*unit),
            continues: self.continues,
            part: self.part && matches!(self.kind, EventType::Transferred | EventType::Split),
        };
        let (name, acronym, kind, parent) = self.states;
        let result = |unit: &usize| EventResult {
            unit: unit_id(*unit),
            name: name.map(str::to_owned),
            acronym: acronym.map(str::to_owned),
            kind: kind.map(str::to_owned),
            parent: parent.filter(|parent| parent != unit).map(unit_id),
        };
        ChangeEvent {
            id: EventId::new(&format!("{}{n}", if n.is_multiple_of(2) { "r" } else { "t" })).unwrap(),
            kind: self.kind,
            date: self.date.clone(),
            originals: originals.iter().map(original).collect(),
            results: results.iter().map(result).collect(),
            basis: self.basis,
            evidence: Vec::new(),
            reference: Some("an almanac".to_owned()),
            note: None,
        }
    }
}

/// Declares the units that only events name.
pub(super) fn declare_unmentioned(corpus: &mut Corpus) {
    let mentions = corpus.snapshots.values().flat_map(|snapshot| snapshot.mentions.units());
    let mentioned: BTreeSet<UnitId> = mentions.cloned().collect();
    let parents = corpus.events.values().flat_map(|event| &event.results).filter_map(|result| result.parent.clone());
    let named: BTreeSet<UnitId> = all_units(corpus).into_iter().chain(parents).collect();
    for id in named.difference(&mentioned) {
        corpus.insert(Record::Unit(
            DeclaredUnit {
                id: id.clone(),
                name: format!("Former body {id}"),
                acronym: (id.as_str() == "u1").then(|| "FB".to_owned()),
                kind: (id.as_str() < "u4").then(|| "agency".to_owned()),
                standing: Standing::External,
                summary: None,
                basis: if id.as_str() < "u3" { Basis::Outside } else { Basis::Stated },
                evidence: Vec::new(),
                reference: Some("an almanac".to_owned()),
            }
            .into(),
        ));
    }
}
