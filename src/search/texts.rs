//! The texts that can be found: what each is to its unit, and in which sources it stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::{History, Origin, SnapshotIx, UnitIx};
use crate::model::{ChangeEvent, Mention, Window};

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
    /// Who holds the post, where it sits, or what it answers for.
    Detail,
    /// What it does.
    Summary,
    /// The label of a topic.
    Topic,
}

/// Where a text stands: a source, or an event, which has no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stand {
    pub(super) window: Window,
    pub(super) snapshot: Option<SnapshotIx>,
}

/// One text of one subject, with everywhere that it stands; nowhere, where only a declaration of the unit has it.
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
    stand: Option<Stand>,
}

impl Texts {
    fn add(&mut self, subject: &Subject, field: Field, text: &str, stand: Option<Stand>) {
        self.0.entry((subject.clone(), field, text.to_owned())).or_default().extend(stand);
    }

    fn add_unit(&mut self, history: &History, unit: UnitIx) {
        let subject = Subject::Unit(unit);
        let id = history.unit_id(unit);
        let mut names: Vec<Names<'_>> = Vec::new();
        if let Some(declared) = history.corpus().units.get(id) {
            names.push(Names { name: Some(&declared.name), acronym: declared.acronym.as_deref(), stand: None });
            if let Some(summary) = &declared.summary {
                self.add(&subject, Field::Summary, summary, None);
            }
        }
        // In the order of claims, so that the last is the latest.
        for seen in &history.node(unit).sightings {
            match history.layer(seen.layer).origin {
                Origin::Snapshot(..) => {
                    let Some((snapshot, mention)) = history.mention_of(seen) else { continue };
                    names.push(self.add_mention(history, &subject, snapshot, mention));
                }
                Origin::Event(event) => {
                    let event: &ChangeEvent = history.event(event);
                    let stand = Some(Stand { window: event.date.window(), snapshot: None });
                    let results = event.results.iter().filter(|result| result.unit == *id);
                    names.extend(results.map(|result| Names {
                        name: result.name.as_deref(),
                        acronym: result.acronym.as_deref(),
                        stand,
                    }));
                }
            }
        }
        let latest_acronym = names.iter().rev().find_map(|names| names.acronym);
        let latest_name = names.iter().rev().find_map(|names| names.name);
        for Names { name, acronym, stand } in names {
            for (text, latest) in [(name, latest_name), (acronym, latest_acronym)] {
                let field = if text == latest { Field::Name } else { Field::FormerName };
                if let Some(text) = text {
                    self.add(&subject, field, text, stand);
                }
            }
        }
    }

    /// Adds what a source says of a unit, but for its name and acronym, which are returned.
    fn add_mention<'h>(
        &mut self,
        history: &'h History,
        subject: &Subject,
        ix: SnapshotIx,
        mention: &'h Mention,
    ) -> Names<'h> {
        let snapshot = history.snapshot(ix);
        let stand_in = |part| Some(Stand { window: snapshot.window(part), snapshot: Some(ix) });
        let stand = stand_in(mention.part);
        for form in &mention.also_written {
            self.add(subject, Field::AlsoWritten, &form.text, stand);
        }
        if let Some(holder) = &mention.holder {
            self.add(subject, Field::Detail, &holder.name, stand_in(holder.part.or(mention.part)));
        }
        for place in &mention.places {
            let text = match &place.part_of_place {
                Some(part) => format!("{part} {}", place.place),
                None => place.place.clone(),
            };
            self.add(subject, Field::Detail, &text, stand);
            for form in &place.also_written {
                self.add(subject, Field::Detail, form, stand);
            }
        }
        if let Some(summary) = &mention.summary {
            self.add(subject, Field::Summary, &summary.text, stand);
        }
        let text = |name: &'h Option<crate::model::NameClaim>| name.as_ref().map(|name| name.text.as_str());
        Names { name: text(&mention.name), acronym: text(&mention.acronym), stand }
    }
}
