//! Records to claims: every mention, every event result and every declaration becomes claims about its unit.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{
    ChangeEvent, DeclaredUnit, Details, NameForm, RelationEnd, Row, RowPlace, RowText, Snapshot, Standing, UnitId,
};

use super::build::event_units;
use super::column::Column;
use super::graph::{Columns, History};
use super::layer::{EventIx, LayerIx, Origin, SnapshotIx, index};
use super::node::{
    Claim, NameValue, Parent, Place, PropertyValue, RelationEndIx, RelationSlot, Sighting, Spot, Symbol, UnitIx,
};
use super::symbols::SymbolsBuilder;

/// Claims as they come, each with its unit.
type Found<V> = Vec<(UnitIx, Claim<V>)>;

/// The claims of all records, before they are put in order.
struct Builder<'h> {
    history: &'h mut History,
    symbols: SymbolsBuilder,
    sightings: Found<Sighting>,
    name: Found<NameValue>,
    acronym: Found<NameValue>,
    kind: Found<Symbol>,
    standing: Found<Standing>,
    summary: Found<Symbol>,
    place: Found<Place>,
    property: Found<PropertyValue>,
}

/// Fills the columns of a history, its relations and its texts.
pub(super) fn add(history: &mut History) {
    let corpus = Arc::clone(&history.corpus);
    let mut builder = Builder {
        symbols: SymbolsBuilder::of(&history.records),
        history,
        sightings: Vec::new(),
        name: Vec::new(),
        acronym: Vec::new(),
        kind: Vec::new(),
        standing: Vec::new(),
        summary: Vec::new(),
        place: Vec::new(),
        property: Vec::new(),
    };
    for (at, snapshot) in corpus.snapshots.values().enumerate() {
        builder.add_snapshot(at, snapshot);
    }
    for (at, event) in corpus.events.values().enumerate() {
        if let Some(layer) = builder.history.layers.find(Origin::Event(EventIx(index(at)))) {
            builder.add_event(layer, &event.unpacked());
        }
    }
    // A declaration is heard from the first event that names its unit.
    builder.history.columns.sightings =
        Column::sorted(builder.history.unit_count(), &builder.history.layers, std::mem::take(&mut builder.sightings));
    for declared in corpus.units.values() {
        builder.add_declared(declared);
    }
    builder.finish();
}

impl Builder<'_> {
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
            self.add_row(at, mentioned, Claim { value: (), layer, basis: row.basis(), at: spot }, &row, parent);
        }
        for (position, details) in mentions.details() {
            let Some(row) = mentions.row(position) else { continue };
            let Some(mentioned) = unit(row.unit) else { continue };
            let Some(layer) = self.history.layers.find(Origin::Snapshot(ix, row.part)) else { continue };
            let spot = Spot::of_mention(index(position));
            if let Some(summary) = &details.summary {
                let value = self.symbols.add(&summary.text);
                self.summary.push((mentioned, Claim { value, layer, basis: summary.evidence.basis, at: spot }));
            }
            self.add_relations(ix, snapshot, mentioned, &row, details, spot);
        }
    }

    fn add_row(&mut self, at: usize, unit: UnitIx, claim: Claim<()>, row: &Row, parent: Option<Parent>) {
        let heading = row.heading.and_then(|heading| self.symbols.of_row(at, heading));
        self.sightings.push((unit, claim.with(Sighting::Mention(heading))));
        self.standing.push((unit, claim.with(row.standing)));
        let symbols = &self.symbols;
        let named = |name: &RowText| {
            let value = NameValue { text: symbols.of_row(at, name.text)?, form: name.form };
            Some((unit, Claim { basis: row.basis_of(name), ..claim.with(value) }))
        };
        self.name.extend(row.name.as_ref().and_then(named));
        self.acronym.extend(row.acronym.as_ref().and_then(named));
        self.kind.extend(row.kind.as_ref().and_then(|kind| {
            let value = symbols.of_row(at, kind.text)?;
            Some((unit, Claim { basis: row.basis_of(kind), ..claim.with(value) }))
        }));
        self.place.extend(
            parent.map(|parent| (unit, Claim { basis: row.basis_of_place(), ..claim.with(Place { parent, heading }) })),
        );
        let layers = &self.history.layers;
        let own = layers.get(claim.layer).snapshot();
        self.property.extend(row.properties.iter().filter_map(|property| {
            let [name, value] = [property.name, property.value].map(|text| symbols.of_row(at, text));
            let value = PropertyValue { name: name?, value: value? };
            let layer = match (property.part, own) {
                (Some(part), Some(snapshot)) => layers.find(Origin::Snapshot(snapshot, Some(part)))?,
                _ => claim.layer,
            };
            Some((unit, Claim { value, layer, basis: row.basis_of_property(property), at: claim.at }))
        }));
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
            let claim = Claim { value: index(number), layer, basis: relation.evidence.basis, at };
            let slots = self.history.relations.entry(unit).or_default();
            match slots.iter_mut().find(|slot| slot.kind == kind && slot.end == end) {
                Some(slot) => slot.claims.push(claim),
                None => slots.push(RelationSlot { kind, end, claims: vec![claim] }),
            }
        }
    }

    fn add_event(&mut self, layer: LayerIx, event: &ChangeEvent) {
        let claim = Claim { value: (), layer, basis: event.basis, at: Spot::EVENT };
        let named: BTreeSet<&UnitId> = event_units(event).collect();
        for id in named {
            let sighting = if event.ends(id) { Sighting::Ending } else { Sighting::Event };
            self.sightings.extend(self.history.unit_ix(id.as_str()).map(|unit| (unit, claim.with(sighting))));
        }
        for result in &event.results {
            let Some(unit) = self.history.unit_ix(result.unit.as_str()) else { continue };
            let symbols = &mut self.symbols;
            let mut named = |text: &str| NameValue { text: symbols.add(text), form: NameForm::Written };
            self.name.extend(result.name.as_deref().map(|name| (unit, claim.with(named(name)))));
            self.acronym.extend(result.acronym.as_deref().map(|name| (unit, claim.with(named(name)))));
            self.kind.extend(result.kind.as_deref().map(|kind| (unit, claim.with(symbols.add(kind)))));
            let parent = result.parent.as_ref().and_then(|parent| self.history.unit_ix(parent.as_str()));
            let place = |parent| Place { parent: Parent::Under(parent), heading: None };
            self.place.extend(parent.map(|parent| (unit, claim.with(place(parent)))));
        }
    }

    /// Gives a declared unit what its declaration says, from the first event that names it; where that
    /// event says something itself, the event is heard.
    fn add_declared(&mut self, declared: &DeclaredUnit) {
        let Some(unit) = self.history.unit_ix(declared.id.as_str()) else { return };
        let events = self.history.node(unit).sightings().iter().filter(|s| !matches!(s.value, Sighting::Mention(_)));
        let Some(first) = events.map(|sighting| sighting.layer).min() else { return };
        let Origin::Event(event) = self.history.layer(first).origin else { return };
        let results = || self.history.event(event).results.iter().filter(|result| result.unit == declared.id);
        let says_name = results().any(|result| result.name.is_some());
        let says_acronym = results().any(|result| result.acronym.is_some());
        let says_kind = results().any(|result| result.kind.is_some());
        let claim = Claim { value: (), layer: first, basis: declared.basis, at: Spot::DECLARED };
        let symbols = &mut self.symbols;
        let mut named = |text: &str| NameValue { text: symbols.add(text), form: NameForm::Written };
        if !says_name {
            self.name.push((unit, claim.with(named(&declared.name))));
        }
        if let Some(acronym) = declared.acronym.as_deref().filter(|_| !says_acronym) {
            self.acronym.push((unit, claim.with(named(acronym))));
        }
        if let Some(kind) = declared.kind.as_deref().filter(|_| !says_kind) {
            self.kind.push((unit, claim.with(symbols.add(kind))));
        }
        if let Some(summary) = declared.summary.as_deref() {
            self.summary.push((unit, claim.with(symbols.add(summary))));
        }
        self.standing.push((unit, claim.with(declared.standing)));
    }

    /// Puts the claims in their order.
    fn finish(self) {
        let (units, layers) = (self.history.unit_count(), &self.history.layers);
        let sightings = std::mem::take(&mut self.history.columns.sightings);
        let mut standing = Column::sorted(units, layers, self.standing);
        // Each mention has one, and hardly any changes it. What a source goes on to say is one run.
        let source = |claim: &Claim<Standing>| layers.get(claim.layer).snapshot();
        standing
            .merge(|a, b| a.value == b.value && a.basis == b.basis && source(a).is_some() && source(a) == source(b));
        self.history.columns = Columns {
            sightings,
            name: Column::sorted(units, layers, self.name),
            acronym: Column::sorted(units, layers, self.acronym),
            kind: Column::sorted(units, layers, self.kind),
            standing,
            summary: Column::sorted(units, layers, self.summary),
            place: Column::sorted(units, layers, self.place),
            property: Column::sorted(units, layers, self.property),
        };
        for slots in self.history.relations.values_mut() {
            slots.sort_by_key(|relation| (relation.kind, relation.end));
            for relation in slots {
                relation.claims.sort_by_key(|claim| self.history.layers.order(claim.layer, claim.basis));
            }
        }
        self.history.symbols = self.symbols.finish();
    }
}

impl<V> Claim<V> {
    /// Returns a claim by the same layer, on the same basis, with another value.
    fn with<W>(&self, value: W) -> Claim<W> {
        Claim { value, layer: self.layer, basis: self.basis, at: self.at }
    }
}
