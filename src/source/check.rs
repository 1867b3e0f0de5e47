//! What records say of one another: ids that nothing has, and ids that two kinds of thing have.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;

use super::parse::Parsed;
use super::shape::a;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::model::{ChangeEvent, Corpus, EraId, EventEvidence, EventId, RecordKey, Snapshot, SnapshotId, UnitId};

/// Checks what would be loaded as a whole.
///
/// `before` is what is loaded now, and `after` what would be: with the records of `parsed` in the place
/// of those with the same key, and without what is to be withdrawn. `parsed` gives the places to point
/// at; a record that it did not read has none, and its messages name the record.
///
/// What it finds may point into tables, whose texts the report of `parsed` takes only when it is asked to
/// ([`Parsed::show_tables`]).
///
/// Where a file could not be read, an id that nothing has may well be in that file, so none is told.
#[must_use]
pub fn check(before: &Corpus, after: &Corpus, parsed: &Parsed) -> Vec<Diagnostic> {
    let mut checker =
        Checker { before, after, parsed, units_before: OnceCell::new(), units: units_of(after), found: Vec::new() };
    checker.clashes();
    if parsed.is_complete() {
        for snapshot in after.snapshots.values() {
            checker.snapshot(snapshot);
        }
        for event in after.events.values() {
            checker.event(&event.unpacked());
        }
        for unit in after.units.values() {
            checker.evidence(&RecordKey::Unit(unit.id.clone()), &unit.evidence);
        }
    }
    super::stale::tell(after, parsed, &mut checker.found);
    checker.found
}

/// Returns every unit that a snapshot mentions or an event file declares.
fn units_of(corpus: &Corpus) -> HashSet<&str> {
    let mentioned = corpus.snapshots.values().flat_map(|snapshot| mentioned(snapshot));
    mentioned.chain(corpus.units.keys()).map(UnitId::as_str).collect()
}

fn mentioned(snapshot: &Snapshot) -> impl Iterator<Item = &UnitId> {
    snapshot.mentions.units()
}

struct Checker<'a> {
    before: &'a Corpus,
    after: &'a Corpus,
    parsed: &'a Parsed,
    /// Gathered when the first unit is missing.
    units_before: OnceCell<HashSet<&'a str>>,
    units: HashSet<&'a str>,
    found: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Returns the place where a record names an id, when the record was read just now.
    fn place(&self, record: &RecordKey, id: &str) -> Option<Place> {
        self.parsed.origins.get(record).map(|origin| origin.place_of_id(id))
    }

    /// Tells that `record` names the thing `missing`, which nothing has; `missing` gives its kind and id.
    fn unknown(&mut self, code: Code, record: &RecordKey, missing: &RecordKey, hint: Option<String>) {
        let was_there = match missing {
            RecordKey::Unit(id) => self.units_before.get_or_init(|| units_of(self.before)).contains(id.as_str()),
            RecordKey::Snapshot(id) => self.before.snapshots.contains_key(id),
            RecordKey::Era(id) => self.before.eras.contains_key(id),
            RecordKey::Event(id) => self.before.events.contains_key(id),
        };
        let why = match missing {
            _ if was_there => "which would no longer be there",
            RecordKey::Unit(_) => "which no snapshot mentions and no event file declares",
            RecordKey::Snapshot(_) => "which is not loaded",
            RecordKey::Era(_) | RecordKey::Event(_) => "which no era file gives",
        };
        let hint = if was_there { Some(format!("change {record} too, or withdraw it")) } else { hint };
        let mut found = Diagnostic::new(code, format!("{record} names {missing}, {why}")).maybe_hint(hint);
        if let Some(place) = self.place(record, missing.id()) {
            found = found.at(place);
        }
        self.found.push(found);
    }

    fn snapshot(&mut self, snapshot: &Snapshot) {
        let Some(era) = snapshot.era.as_ref().filter(|era| !self.after.eras.contains_key(*era)) else { return };
        let hint = did_you_mean(era.as_str(), self.after.eras.keys().map(EraId::as_str));
        let record = RecordKey::Snapshot(snapshot.id.clone());
        self.unknown(Code::UnknownEra, &record, &RecordKey::Era(era.clone()), hint);
    }

    fn event(&mut self, event: &ChangeEvent) {
        let record = RecordKey::Event(event.id.clone());
        let mut told = BTreeSet::new();
        let sides = event.originals.iter().map(|original| &original.unit);
        let sides = sides.chain(event.results.iter().map(|result| &result.unit));
        let sides = sides.chain(event.results.iter().filter_map(|result| result.parent.as_ref()));
        for unit in sides {
            if !self.units.contains(unit.as_str()) && told.insert(unit) {
                let known: BTreeSet<&str> = self.units.iter().copied().collect();
                let near = did_you_mean(unit.as_str(), known);
                let hint = near.or(Some("declare a unit that no snapshot mentions in `units` of an event file".into()));
                self.unknown(Code::UnknownUnit, &record, &RecordKey::Unit(unit.clone()), hint);
            }
        }
        self.evidence(&record, &event.evidence);
    }

    /// Tells the snapshots that are cited and not there.
    fn evidence(&mut self, record: &RecordKey, cited: &[EventEvidence]) {
        for evidence in cited {
            if !self.after.snapshots.contains_key(&evidence.snapshot) {
                let known = self.after.snapshots.keys().map(SnapshotId::as_str);
                let hint = did_you_mean(evidence.snapshot.as_str(), known);
                let missing = RecordKey::Snapshot(evidence.snapshot.clone());
                self.unknown(Code::UnknownSnapshot, record, &missing, hint);
            }
        }
    }

    /// Tells the ids that things of different kinds have.
    fn clashes(&mut self) {
        let Corpus { snapshots, events, eras, .. } = self.after;
        let is_event = |id: &str| events.contains_key(id);
        let is_era = |id: &str| eras.contains_key(id);
        let is_unit = |id: &str| self.units.contains(id);
        let of_snapshots =
            snapshots.keys().map(SnapshotId::as_str).filter(|id| is_event(id) || is_era(id) || is_unit(id));
        let of_eras = eras.keys().map(EraId::as_str).filter(|id| is_event(id) || is_unit(id));
        let of_events = events.keys().map(EventId::as_str).filter(|id| is_unit(id));
        let ids: BTreeSet<&str> = of_snapshots.chain(of_eras).chain(of_events).collect();
        for id in ids {
            self.clash(id, &self.owners(id));
        }
    }

    /// Returns the first record of each kind of thing that has an id, by the word for the kind.
    fn owners(&self, id: &str) -> BTreeMap<&'static str, RecordKey> {
        let after = self.after;
        let mentions = after.snapshots.values().filter(|snapshot| mentioned(snapshot).any(|unit| unit.as_str() == id));
        let mentions = mentions.map(|snapshot| ("unit", RecordKey::Snapshot(snapshot.id.clone())));
        let declared = after.units.get_key_value(id).map(|(id, _)| ("unit", RecordKey::Unit(id.clone())));
        let unit = mentions.chain(declared).next();
        let snapshot = after.snapshots.get_key_value(id).map(|(id, _)| ("snapshot", RecordKey::Snapshot(id.clone())));
        let era = after.eras.get_key_value(id).map(|(id, _)| ("era", RecordKey::Era(id.clone())));
        let event = after.events.get_key_value(id).map(|(id, _)| ("event", RecordKey::Event(id.clone())));
        unit.into_iter().chain(snapshot).chain(era).chain(event).collect()
    }

    fn clash(&mut self, id: &str, owners: &BTreeMap<&'static str, RecordKey>) {
        let words: Vec<String> = owners.keys().map(|word| a(word)).collect();
        let message = format!("the id `{id}` is that of {}", words.join(", and of "));
        let mut found = Diagnostic::new(Code::IdClash, message)
            .hint("units, snapshots, eras and events share one space of ids; give one of them another");
        let mut places = owners.iter().filter_map(|(word, record)| {
            let origin = self.parsed.origins.get(record)?;
            Some(if record.word() == *word {
                (origin.place(), format!("the {word}"))
            } else {
                (origin.place_of_id(id), format!("{} in {record}", a(word)))
            })
        });
        if let Some((place, label)) = places.next() {
            found = found.at(place).label(label);
        }
        for (place, label) in places {
            found = found.related(place, label);
        }
        self.found.push(found);
    }
}
