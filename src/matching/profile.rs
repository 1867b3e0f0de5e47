//! What is compared of a unit, gathered from the records that speak of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Corpus, DeclaredUnit, EventId, Mention, Placing, RecordKey, Snapshot, UnitId, Window};

use super::name::{Name, acronym};

/// The most names of one unit that are compared, the latest.
const MOST_NAMES: usize = 12;

/// What is known of a unit, or what one new record says of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// Its names, the latest last; each set of words once.
    pub(super) names: Vec<Name>,
    pub(super) acronyms: BTreeSet<String>,
    pub(super) kinds: BTreeSet<String>,
    /// What it ever hung under, the latest last.
    pub(super) parents: Vec<UnitId>,
    /// Whether it ever stood at the top of a source.
    pub(super) is_root: bool,
    pub(super) children: BTreeSet<UnitId>,
    /// Its holders, contacts, places and properties, each as one text.
    pub(super) details: BTreeSet<String>,
    /// The records that describe it.
    pub(super) records: BTreeSet<RecordKey>,
    /// The dates of the snapshots among them.
    pub(super) windows: Vec<Window>,
    /// The latest of them.
    pub(super) last: Option<RecordKey>,
    /// Whether a reading joins the id to that of other sources, and says so.
    pub(super) is_reading: bool,
}

impl Profile {
    pub(super) fn add_name(&mut self, text: &str) {
        let name = Name::of(text);
        if name.words.is_empty() {
            return;
        }
        self.names.retain(|known| known.words != name.words);
        self.names.push(name);
        if self.names.len() > MOST_NAMES {
            self.names.remove(0);
        }
    }

    /// Returns the latest name, else an acronym, else the id.
    pub(super) fn called(&self, id: &UnitId) -> String {
        let name = self.names.last().map(|name| name.text.as_str());
        name.or(self.acronyms.first().map(String::as_str)).unwrap_or(id.as_str()).to_owned()
    }

    fn add_parent(&mut self, parent: &UnitId) {
        self.parents.retain(|known| known != parent);
        self.parents.push(parent.clone());
    }

    fn mention(&mut self, mention: &Mention) {
        // What the source also writes comes first, so that its name proper is the latest.
        for also in &mention.details.also_written {
            self.add_name(&also.text);
        }
        if let Some(name) = &mention.name {
            self.add_name(&name.text);
        }
        self.acronyms.extend(mention.acronym.as_ref().and_then(|claim| acronym(&claim.text)));
        self.kinds.extend(mention.kind.as_ref().map(|kind| kind.text.clone()));
        match &mention.placing {
            Placing::Root => self.is_root = true,
            Placing::Under { parent, .. } => self.add_parent(parent),
            Placing::Unplaced => {}
        }
        self.details.extend(details(mention));
        self.is_reading |= mention.details.same.is_some();
    }

    fn declare(&mut self, unit: &DeclaredUnit) {
        self.add_name(&unit.name);
        self.acronyms.extend(unit.acronym.as_deref().and_then(acronym));
        self.kinds.extend(unit.kind.clone());
    }

    /// Takes up what a later record says.
    pub(super) fn join(&mut self, later: &Self) {
        for name in &later.names {
            self.add_name(&name.text);
        }
        for parent in &later.parents {
            self.add_parent(parent);
        }
        self.acronyms.extend(later.acronyms.iter().cloned());
        self.kinds.extend(later.kinds.iter().cloned());
        self.children.extend(later.children.iter().cloned());
        self.details.extend(later.details.iter().cloned());
        self.records.extend(later.records.iter().cloned());
        self.windows.extend(later.windows.iter().copied());
        self.is_root |= later.is_root;
        self.last = later.last.clone().or(self.last.take());
    }
}

/// Returns what a mention says of a unit that two units would hardly share, each as a text for people.
fn details(mention: &Mention) -> impl Iterator<Item = String> + '_ {
    let holder = mention.details.holder.iter().map(|holder| format!("holder {}", holder.name));
    let contacts = mention
        .details
        .contacts
        .iter()
        .filter_map(|contact| contact.value.as_ref().map(|value| format!("{} {value}", contact.kind)));
    let places = mention.details.places.iter().map(|place| match &place.part_of_place {
        Some(part) => format!("place {part} {}", place.place),
        None => format!("place {}", place.place),
    });
    let properties = mention.properties.iter().map(|property| format!("{} {}", property.name, property.value));
    holder.chain(contacts).chain(places).chain(properties)
}

/// Units that one record describes side by side, so that no two of them are one.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) window: Option<Window>,
    /// The units in the order of the record.
    pub(super) order: Vec<UnitId>,
    pub(super) units: BTreeMap<UnitId, Profile>,
    /// Whether they are declared in event files, and stand in no snapshot.
    is_declared: bool,
}

impl Batch {
    /// Returns what a corpus holds: the declared units, and then the snapshots in the order of their dates.
    pub(super) fn all_of(corpus: &Corpus) -> Vec<Self> {
        let mut snapshots: Vec<&Snapshot> = corpus.snapshots.values().map(|snapshot| &**snapshot).collect();
        let date = |snapshot: &Snapshot| (snapshot.window(None).start(), snapshot.window(None).end());
        snapshots.sort_by(|a, b| (date(a), &a.id).cmp(&(date(b), &b.id)));
        let declared = Self::declared(corpus);
        declared.into_iter().chain(snapshots.into_iter().map(Self::of)).collect()
    }

    fn declared(corpus: &Corpus) -> Option<Self> {
        let mut batch = Self { window: None, order: Vec::new(), units: BTreeMap::new(), is_declared: true };
        for unit in corpus.units.values() {
            let profile = batch.units.entry(unit.id.clone()).or_default();
            profile.declare(unit);
            profile.records.insert(RecordKey::Unit(unit.id.clone()));
            batch.order.push(unit.id.clone());
        }
        (!batch.order.is_empty()).then_some(batch)
    }

    fn of(snapshot: &Snapshot) -> Self {
        let window = snapshot.window(None);
        let mut batch = Self { window: Some(window), order: Vec::new(), units: BTreeMap::new(), is_declared: false };
        let record = RecordKey::Snapshot(snapshot.id.clone());
        for mention in snapshot.mentions.iter() {
            if !batch.units.contains_key(&mention.unit) {
                batch.order.push(mention.unit.clone());
            }
            let profile = batch.units.entry(mention.unit.clone()).or_default();
            profile.mention(&mention);
            profile.records.insert(record.clone());
            profile.last = Some(record.clone());
            profile.windows = vec![window];
            if let Placing::Under { parent, .. } = &mention.placing {
                batch.units.entry(parent.clone()).or_default().children.insert(mention.unit.clone());
            }
        }
        batch
    }

    /// Returns the record that describes a unit.
    pub(super) fn record_of(&self, unit: &UnitId) -> Option<RecordKey> {
        if self.is_declared {
            return Some(RecordKey::Unit(unit.clone()));
        }
        self.units.get(unit)?.last.clone()
    }
}

/// What change events say of the identity of units.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// The units that an event joins: what became of one is another.
    joined: BTreeSet<(UnitId, UnitId)>,
    /// The events that end a unit.
    ends: BTreeMap<UnitId, Vec<(EventId, Window)>>,
    /// Names, acronyms and kinds that events give.
    given: BTreeMap<UnitId, Profile>,
}

impl Events {
    pub(super) fn of(corpora: [&Corpus; 2]) -> Self {
        let mut events = Self::default();
        for event in corpora.into_iter().flat_map(|corpus| corpus.events.values()) {
            for result in &event.results {
                let given = events.given.entry(result.unit.clone()).or_default();
                if let Some(name) = &result.name {
                    given.add_name(name);
                }
                given.acronyms.extend(result.acronym.as_deref().and_then(acronym));
                given.kinds.extend(result.kind.clone());
                given.parents.extend(result.parent.clone());
            }
            for original in &event.originals {
                for result in &event.results {
                    events.joined.insert((original.unit.clone(), result.unit.clone()));
                    events.joined.insert((result.unit.clone(), original.unit.clone()));
                }
                if event.ends(&original.unit) {
                    let ends = events.ends.entry(original.unit.clone()).or_default();
                    ends.push((event.id.clone(), event.date.window()));
                }
            }
        }
        events
    }

    /// Tells whether an event has one of the units become the other.
    pub(super) fn join(&self, a: &UnitId, b: &UnitId) -> bool {
        self.joined.contains(&(a.clone(), b.clone()))
    }

    /// Returns what events give to a unit.
    pub(super) fn given(&self, unit: &UnitId) -> Option<&Profile> {
        self.given.get(unit)
    }

    /// Returns the event that ended a unit before a date, where nothing saw it after.
    pub(super) fn end_before(&self, unit: &UnitId, seen: &[Window], date: &Window) -> Option<&EventId> {
        let ends = self.ends.get(unit)?;
        let holds = |end: &Window| end.is_before(date) && !seen.iter().any(|seen| end.is_before(seen));
        ends.iter().find(|(_, end)| holds(end)).map(|(event, _)| event)
    }
}
