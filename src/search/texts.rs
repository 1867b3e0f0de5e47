//! The texts that can be found: what each is to its unit, and in which sources it stands.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::history::{Claim, History, NameValue, Origin, Seen, SnapshotIx, UnitIx};
use crate::model::{ChangeEvent, Details, EventEvidence, Evidence, PartIx, RelationEnd, Window};

/// What a text is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A unit.
    Unit(UnitIx),
    /// A label that a source lists and that is no unit.
    Topic(String),
}

/// What a text is to its subject; the nearer one comes first among hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// The latest name or acronym.
    Name,
    /// A name or an acronym that it had.
    FormerName,
    /// Another form of a name in a source.
    AlsoWritten,
    /// Who holds the post, where it sits or what it answers for, how it is reached, or what it has to do with.
    Detail,
    /// The label of a topic.
    Topic,
    /// What it does.
    Summary,
}

impl Field {
    /// Tells whether such a text is what its subject is called.
    pub(super) fn is_label(self) -> bool {
        match self {
            Self::Name | Self::FormerName | Self::AlsoWritten | Self::Topic => true,
            Self::Detail | Self::Summary => false,
        }
    }
}

/// Where a text stands: a source, or an event itself, which has no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stand {
    pub(super) window: Window,
    pub(super) snapshot: Option<SnapshotIx>,
}

/// One text of one subject, with everywhere that it stands; nowhere, where only a declaration has it
/// that no event makes count.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) subject: Subject,
    pub(super) field: Field,
    pub(super) text: String,
    pub(super) stands: BTreeSet<Stand>,
}

/// Returns all texts of a history in a stable order.
pub(super) fn rows(history: &History) -> Vec<Row> {
    let mut texts = Texts::default();
    for unit in history.units() {
        texts.add_unit(history, unit);
    }
    for ix in history.snapshots() {
        let snapshot = history.snapshot(ix);
        for topic in &snapshot.topics {
            let stand = Stand { window: snapshot.window(topic.part), snapshot: Some(ix) };
            texts.add(&Subject::Topic(topic.label.clone()), Field::Topic, &topic.label, Some(stand));
        }
    }
    let rows = texts.0.into_iter();
    rows.map(|((subject, field, text), stands)| Row { subject, field, text, stands }).collect()
}

#[derive(Default)]
struct Texts(BTreeMap<(Subject, Field, String), BTreeSet<Stand>>);

/// The name and acronym that one source, event or declaration gives a unit.
struct Names<'h> {
    name: Option<&'h str>,
    acronym: Option<&'h str>,
    stands: Vec<Stand>,
}

impl Texts {
    fn add(&mut self, subject: &Subject, field: Field, text: &str, stands: impl IntoIterator<Item = Stand>) {
        self.0.entry((subject.clone(), field, text.to_owned())).or_default().extend(stands);
    }

    fn add_unit(&mut self, history: &History, unit: UnitIx) {
        let subject = Subject::Unit(unit);
        let id = history.unit_id(unit);
        let mut names: Vec<Names<'_>> = Vec::new();
        if let Some(declared) = history.corpus().units.get(id) {
            let stands = stands_of_declaration(history, unit, &declared.evidence);
            if let Some(summary) = &declared.summary {
                self.add(&subject, Field::Summary, summary, stands.iter().copied());
            }
            names.push(Names { name: Some(&declared.name), acronym: declared.acronym.as_deref(), stands });
        }
        // In the order of claims, so that the last is the latest.
        for seen in history.node(unit).sightings() {
            match history.layer(seen.layer).origin {
                Origin::Snapshot(snapshot, part) => {
                    let window = history.snapshot(snapshot).window(part);
                    let stand = Stand { window, snapshot: Some(snapshot) };
                    self.add_details(history, &subject, seen, stand);
                    let node = history.node(unit);
                    let text = |slot: &[Claim<NameValue>]| {
                        let claim = slot.iter().find(|claim| claim.layer == seen.layer)?;
                        Some(history.text(claim.value.text))
                    };
                    names.push(Names { name: text(node.name()), acronym: text(node.acronym()), stands: vec![stand] });
                }
                Origin::Event(event) => {
                    let event: &ChangeEvent = history.event(event);
                    let stands = stands_of_event(history, event);
                    let results = event.results.iter().filter(|result| result.unit == *id);
                    names.extend(results.map(|result| Names {
                        name: result.name.as_deref(),
                        acronym: result.acronym.as_deref(),
                        stands: stands.clone(),
                    }));
                }
            }
        }
        let latest_acronym = names.iter().rev().find_map(|names| names.acronym);
        let latest_name = names.iter().rev().find_map(|names| names.name);
        for Names { name, acronym, stands } in names {
            for (text, latest) in [(name, latest_name), (acronym, latest_acronym)] {
                let field = if text == latest { Field::Name } else { Field::FormerName };
                if let Some(text) = text {
                    self.add(&subject, field, text, stands.iter().copied());
                }
            }
        }
    }

    /// Adds what a source says of a unit besides its name and acronym.
    fn add_details(&mut self, history: &History, subject: &Subject, seen: &Claim<Seen>, stand: Stand) {
        let Some((ix, said)) = history.details_of(seen) else { return };
        let stand_in = |part: Option<PartIx>| match part {
            Some(_) => Stand { window: history.snapshot(ix).window(part), snapshot: Some(ix) },
            None => stand,
        };
        for form in &said.also_written {
            self.add(subject, Field::AlsoWritten, &form.text, Some(stand));
        }
        for detail in details(said) {
            self.add(subject, Field::Detail, &detail.text, Some(stand_in(detail.part)));
        }
        if let Some(summary) = &said.summary {
            self.add(subject, Field::Summary, &summary.text, Some(stand));
        }
    }
}

/// A text of a mention that is neither a name nor a summary.
pub(super) struct Detail<'h> {
    pub(super) text: Cow<'h, str>,
    pub(super) evidence: &'h Evidence,
    part: Option<PartIx>,
}

/// Returns who holds the post, the places, the values of the contacts, and the other ends of relations that are no units.
pub(super) fn details(said: &Details) -> Vec<Detail<'_>> {
    let mut all = Vec::new();
    let mut add = |text, evidence, part| all.push(Detail { text, evidence, part });
    if let Some(holder) = &said.holder {
        add(Cow::from(&holder.name), &holder.evidence, holder.part);
    }
    for place in &said.places {
        let text = match &place.part_of_place {
            Some(part) => format!("{part} {}", place.place).into(),
            None => Cow::from(&place.place),
        };
        add(text, &place.evidence, None);
        for form in &place.also_written {
            add(Cow::from(form), &place.evidence, None);
        }
    }
    for contact in &said.contacts {
        if let Some(value) = &contact.value {
            add(Cow::from(value), &contact.evidence, contact.part);
        }
    }
    for relation in &said.relations {
        if let RelationEnd::Text(text) = &relation.to {
            add(Cow::from(text), &relation.evidence, relation.part);
        }
    }
    all
}

/// Returns where a declaration of a unit stands: in the sources whose lines carry it, and with the events that name the
/// unit, from the first of which it counts.
fn stands_of_declaration(history: &History, unit: UnitIx, cited: &[EventEvidence]) -> Vec<Stand> {
    let events = history.events_of(unit).map(|event| history.event(event));
    let events = events.flat_map(|event| stands_of_event(history, event));
    events.chain(stands_in_sources(history, cited)).collect()
}

/// Returns where an event stands: on its date, and in the sources whose lines carry it.
fn stands_of_event(history: &History, event: &ChangeEvent) -> Vec<Stand> {
    let dated = Stand { window: event.date.window(), snapshot: None };
    std::iter::once(dated).chain(stands_in_sources(history, &event.evidence)).collect()
}

/// Returns the stands in the pages of the snapshots that are cited.
fn stands_in_sources<'h>(history: &'h History, cited: &'h [EventEvidence]) -> impl Iterator<Item = Stand> + 'h {
    cited.iter().filter_map(|evidence| {
        let ix = history.snapshot_ix(&evidence.snapshot)?;
        Some(Stand { window: history.snapshot(ix).window(None), snapshot: Some(ix) })
    })
}
