//! Records to claims: every mention, every event result and every declaration becomes claims about its unit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Basis, Corpus, DeclaredUnit, Details, NameForm, Outline, RelationEnd, Row, RowPlace, RowText, Snapshot, Standing,
};

use super::column::Filling;
use super::graph::{Columns, History};
use super::layer::{EventIx, LayerIx, Origin, SnapshotIx, index};
use super::node::{
    Claim, NameValue, Parent, Place, PropertyValue, RelationEndIx, RelationSlot, Seen, Sighting, Spot, Symbol, UnitIx,
};
use super::symbols::SymbolsBuilder;

/// The claims of all records. They are told twice: once to be counted, and once to be put in their places.
struct Builder<'h> {
    history: &'h mut History,
    symbols: SymbolsBuilder,
    is_placing: bool,
    sightings: Filling<Claim<Seen>>,
    name: Filling<Claim<NameValue>>,
    acronym: Filling<Claim<NameValue>>,
    kind: Filling<Claim<Symbol>>,
    standing: Filling<Claim<Standing>>,
    summary: Filling<Claim<Symbol>>,
    place: Filling<Claim<Place>>,
    property: Filling<Claim<PropertyValue>>,
    /// For each declared unit, the first event that names it.
    first_events: BTreeMap<UnitIx, Option<LayerIx>>,
}

/// Fills the columns of a history, its relations and its texts.
pub(super) fn add(history: &mut History) {
    let corpus = Arc::clone(&history.corpus);
    let units = history.unit_count();
    let declared = corpus.units.keys().filter_map(|id| history.unit_ix(id.as_str()));
    let first_events = declared.map(|unit| (unit, None)).collect();
    let mut builder = Builder {
        symbols: SymbolsBuilder::of(&history.records),
        history,
        is_placing: false,
        sightings: Filling::new(units),
        name: Filling::new(units),
        acronym: Filling::new(units),
        kind: Filling::new(units),
        standing: Filling::new(units),
        summary: Filling::new(units),
        place: Filling::new(units),
        property: Filling::new(units),
        first_events,
    };
    builder.tell(&corpus);
    builder.begin_placing();
    builder.tell(&corpus);
    builder.finish();
}

impl Builder<'_> {
    /// Tells every claim.
    fn tell(&mut self, corpus: &Corpus) {
        for (at, snapshot) in corpus.snapshots.values().enumerate() {
            self.add_snapshot(at, snapshot);
        }
        for (at, event) in corpus.events.values().enumerate() {
            if let Some(layer) = self.history.layers.find(Origin::Event(EventIx(index(at)))) {
                self.add_event(layer, &event.outline());
            }
        }
        // A declaration is heard from the first event that names its unit.
        for declared in corpus.units.values() {
            self.add_declared(declared);
        }
    }

    fn begin_placing(&mut self) {
        self.is_placing = true;
        self.sightings.begin_placing();
        self.name.begin_placing();
        self.acronym.begin_placing();
        self.kind.begin_placing();
        self.standing.begin_placing();
        self.summary.begin_placing();
        self.place.begin_placing();
        self.property.begin_placing();
    }

    fn add_snapshot(&mut self, at: usize, snapshot: &Snapshot) {
        let ix = SnapshotIx(index(at));
        let mentions = &snapshot.mentions;
        let units: Vec<Option<UnitIx>> =
            mentions.named_units().iter().map(|id| self.history.unit_ix(id.as_str())).collect();
        let unit = |number: u32| usize::try_from(number).ok().and_then(|number| *units.get(number)?);
        for (position, row) in (0..mentions.len()).filter_map(|position| Some((position, mentions.row(position)?))) {
            let Some(layer) = self.history.layers.find(Origin::Snapshot(ix, row.part)) else { continue };
            let Some(mentioned) = unit(row.unit) else { continue };
            let spot = Spot::of_mention(index(position));
            let parent = match row.place {
                RowPlace::Root => Some(Parent::Top),
                RowPlace::Under(parent, _) => unit(parent).map(Parent::Under),
                RowPlace::Unplaced => None,
            };
            self.add_row(at, mentioned, Claim::new((), layer, row.basis(), spot), &row, parent);
        }
        for (position, details) in mentions.details() {
            let Some(row) = mentions.row(position) else { continue };
            let Some(mentioned) = unit(row.unit) else { continue };
            let Some(layer) = self.history.layers.find(Origin::Snapshot(ix, row.part)) else { continue };
            let spot = Spot::of_mention(index(position));
            if let Some(summary) = &details.summary {
                let value = self.symbols.add(&summary.text);
                self.summary.push(mentioned, Claim::new(value, layer, summary.evidence.basis, spot));
            }
            self.add_relations(ix, snapshot, mentioned, &row, details, spot);
        }
    }

    fn add_row(&mut self, at: usize, unit: UnitIx, claim: Claim<()>, row: &Row, parent: Option<Parent>) {
        let heading = row.heading.and_then(|heading| self.symbols.of_row(at, heading));
        self.sightings.push(unit, claim.with(Sighting::Mention(heading).into()));
        self.standing.push(unit, claim.with(row.standing));
        let symbols = &self.symbols;
        let named = |name: &RowText| {
            let value = NameValue { text: symbols.of_row(at, name.text)?, form: name.form };
            Some(claim.with(value).on(row.basis_of(name)))
        };
        if let Some(name) = row.name.as_ref().and_then(named) {
            self.name.push(unit, name);
        }
        if let Some(acronym) = row.acronym.as_ref().and_then(named) {
            self.acronym.push(unit, acronym);
        }
        if let Some((kind, value)) = row.kind.as_ref().and_then(|kind| Some((kind, symbols.of_row(at, kind.text)?))) {
            self.kind.push(unit, claim.with(value).on(row.basis_of(kind)));
        }
        if let Some(parent) = parent {
            self.place.push(unit, claim.with(Place::new(parent, heading)).on(row.basis_of_place()));
        }
        let layers = &self.history.layers;
        let own = layers.get(claim.layer).snapshot();
        for property in &row.properties {
            let [Some(name), Some(value)] = [property.name, property.value].map(|text| symbols.of_row(at, text)) else {
                continue;
            };
            let layer = match (property.part, own) {
                (Some(part), Some(snapshot)) => layers.find(Origin::Snapshot(snapshot, Some(part))),
                _ => Some(claim.layer),
            };
            let Some(layer) = layer else { continue };
            let (value, basis) = (PropertyValue { name, value }, row.basis_of_property(property));
            self.property.push(unit, Claim::new(value, layer, basis, claim.at()));
        }
    }

    fn add_relations(
        &mut self,
        ix: SnapshotIx,
        snapshot: &Snapshot,
        unit: UnitIx,
        row: &Row,
        details: &Details,
        at: Spot,
    ) {
        for (number, relation) in details.relations.iter().enumerate() {
            let part = relation.part.or(row.part).filter(|part| usize::from(part.0) < snapshot.parts.len());
            let Some(layer) = self.history.layers.find(Origin::Snapshot(ix, part)) else { continue };
            let kind = self.symbols.add(&relation.kind);
            let end = match &relation.to {
                RelationEnd::Text(text) => RelationEndIx::Text(self.symbols.add(text)),
                RelationEnd::Unit(id) => match self.history.unit_ix(id.as_str()) {
                    Some(unit) => RelationEndIx::Unit(unit),
                    None => continue,
                },
            };
            if !self.is_placing {
                continue;
            }
            let claim = Claim::new(index(number), layer, relation.evidence.basis, at);
            let slots = self.history.relations.entry(unit).or_default();
            match slots.iter_mut().find(|slot| slot.kind == kind && slot.end == end) {
                Some(slot) => slot.claims.push(claim),
                None => slots.push(RelationSlot { kind, end, claims: vec![claim] }),
            }
        }
    }

    fn add_event(&mut self, layer: LayerIx, event: &Outline<'_>) {
        let claim = Claim::new((), layer, event.basis, Spot::EVENT);
        let named: BTreeSet<&str> = event.units().collect();
        for id in named {
            let Some(unit) = self.history.unit_ix(id) else { continue };
            let sighting = if event.ends(id) { Sighting::Ending } else { Sighting::Event };
            self.sightings.push(unit, claim.with(sighting.into()));
            if let Some(first) = self.first_events.get_mut(&unit) {
                *first = Some(first.map_or(layer, |first| first.min(layer)));
            }
        }
        for result in &event.results {
            let Some(unit) = self.history.unit_ix(result.unit) else { continue };
            let symbols = &mut self.symbols;
            let mut named = |text: &str| NameValue { text: symbols.add(text), form: NameForm::Written };
            if let Some(name) = result.name {
                self.name.push(unit, claim.with(named(name)));
            }
            if let Some(acronym) = result.acronym {
                self.acronym.push(unit, claim.with(named(acronym)));
            }
            if let Some(kind) = result.kind {
                self.kind.push(unit, claim.with(symbols.add(kind)));
            }
            if let Some(parent) = result.parent.and_then(|parent| self.history.unit_ix(parent)) {
                let place = Place::new(Parent::Under(parent), None);
                self.place.push(unit, claim.with(place));
            }
        }
    }

    /// Gives a declared unit what its declaration says, from the first event that names it; where that
    /// event says something itself, the event is heard.
    fn add_declared(&mut self, declared: &DeclaredUnit) {
        let Some(unit) = self.history.unit_ix(declared.id.as_str()) else { return };
        let Some(first) = self.first_events.get(&unit).copied().flatten() else { return };
        let Origin::Event(event) = self.history.layer(first).origin else { return };
        let results = || self.history.event(event).results.iter().filter(|result| result.unit == declared.id);
        let says_name = results().any(|result| result.name.is_some());
        let says_acronym = results().any(|result| result.acronym.is_some());
        let says_kind = results().any(|result| result.kind.is_some());
        let claim = Claim::new((), first, declared.basis, Spot::DECLARED);
        let symbols = &mut self.symbols;
        let mut named = |text: &str| NameValue { text: symbols.add(text), form: NameForm::Written };
        if !says_name {
            self.name.push(unit, claim.with(named(&declared.name)));
        }
        if let Some(acronym) = declared.acronym.as_deref().filter(|_| !says_acronym) {
            self.acronym.push(unit, claim.with(named(acronym)));
        }
        if let Some(kind) = declared.kind.as_deref().filter(|_| !says_kind) {
            self.kind.push(unit, claim.with(symbols.add(kind)));
        }
        if let Some(summary) = declared.summary.as_deref() {
            self.summary.push(unit, claim.with(symbols.add(summary)));
        }
        self.standing.push(unit, claim.with(declared.standing));
    }

    /// Puts the claims in their order.
    fn finish(self) {
        let layers = &self.history.layers;
        let mut standing = self.standing.sorted(layers);
        // Each mention has one, and hardly any changes it. What a source goes on to say is one run.
        let source = |claim: &Claim<Standing>| layers.get(claim.layer).snapshot();
        standing.merge(|a, b| {
            a.value == b.value && a.basis() == b.basis() && source(a).is_some() && source(a) == source(b)
        });
        self.history.columns = Columns {
            sightings: self.sightings.sorted(layers),
            name: self.name.sorted(layers),
            acronym: self.acronym.sorted(layers),
            kind: self.kind.sorted(layers),
            standing,
            summary: self.summary.sorted(layers),
            place: self.place.sorted(layers),
            property: self.property.sorted(layers),
        };
        for slots in self.history.relations.values_mut() {
            slots.sort_by_key(|relation| (relation.kind, relation.end));
            for relation in slots {
                relation.claims.sort_by_key(|claim| self.history.layers.order(claim.layer, claim.basis()));
            }
        }
        self.history.symbols = self.symbols.finish();
    }
}

impl<V> Claim<V> {
    /// Returns a claim by the same layer, on the same basis, with another value.
    fn with<W>(&self, value: W) -> Claim<W> {
        Claim { value, layer: self.layer, carried: self.carried }
    }

    /// Returns the same claim on another basis.
    fn on(self, basis: Basis) -> Self {
        let at = self.at();
        Self::new(self.value, self.layer, basis, at)
    }
}
