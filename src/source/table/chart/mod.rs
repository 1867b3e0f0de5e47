//! A whole structure at one date, as a file tells it: units, who holds what, and dated changes, sorted into one snapshot,
//! events, and declarations of the units that are not there on the date.

mod changes;
mod tenures;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::coverage::{Listed, Lists};
use super::reader::{Cell, Reader, Row};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{
    Basis, DeclaredUnit, Edtf, Evidence, LineSet, Mention, Placing, Property, Record, RelationEnd, Snapshot,
    SnapshotId, UnitId, Window,
};
use crate::source::origin::Origin;

pub(super) use changes::{Change, Rename};
pub(super) use tenures::Tenure;

/// A value, and where the file says so.
#[derive(Debug, Clone)]
pub(super) struct Said<T> {
    pub(super) value: T,
    pub(super) row: Row,
}

/// What the file says of one unit.
pub(super) struct Draft {
    /// The id that the file itself gives it.
    key: String,
    pub(super) row: Row,
    pub(super) mention: Mention,
    pub(super) parents: Vec<Said<UnitId>>,
    pub(super) begun: Option<Said<Edtf>>,
    pub(super) ended: Option<Said<Edtf>>,
    /// The names that it got, by date, where the file tells them apart.
    pub(super) renames: Vec<Rename>,
    /// The name that it began with, where the file tells it from later ones.
    pub(super) first_name: Option<String>,
    /// Whether the file only names it, as a parent.
    pub(super) named_only: bool,
}

/// What a file says.
#[derive(Default)]
pub(super) struct Chart {
    pub(super) units: IndexMap<UnitId, Draft>,
    pub(super) tenures: Vec<Tenure>,
    pub(super) changes: Vec<Change>,
}

/// Returns evidence that the file says in so many words.
pub(super) fn stated(row: Row) -> Evidence {
    Evidence { lines: row.lines(), basis: Basis::Stated, reference: None, note: None }
}

/// Returns evidence that the file says in two places together.
pub(super) fn stated_in_both(row: Row, other: Option<Row>) -> Evidence {
    let mut rows: Vec<(u32, u32)> = other.into_iter().chain([row]).map(|row| (row.first_line, row.last_line)).collect();
    rows.sort_unstable();
    Evidence { lines: LineSet::of(rows), ..stated(row) }
}

/// Returns a property that the file states.
pub(super) fn property(name: &str, value: &str, row: Row) -> Property {
    Property { name: name.to_owned(), value: value.to_owned(), evidence: stated(row), part: None }
}

impl Chart {
    /// Adds a unit by the id that the file gives it, made of `text`; tells when another has it.
    pub(super) fn add(&mut self, reader: &mut Reader<'_, '_>, key: &str, text: &str, row: Row) -> Option<UnitId> {
        let id = reader.unit_id(Cell { text, span: row.span }, "the id")?;
        if let Some(first) = self.units.get(&id) {
            let found = if first.key == key {
                let found = Diagnostic::new(Code::DuplicateUnit, format!("`{key}` stands twice in the file"));
                found.hint("a unit has one record; keep one of them")
            } else {
                let message = format!("`{}` and `{key}` both become the id `{id}`", first.key);
                Diagnostic::new(Code::DuplicateId, message).hint("give one of them another id in the file")
            };
            let (place, related) = (reader.place(row.span), reader.place(first.row.span));
            reader.tell(found.at(place).label("again here").related(related, "first here"));
            return None;
        }
        let draft = Draft {
            key: key.to_owned(),
            row,
            mention: Mention::of(id.clone(), stated(row), Placing::Root),
            parents: Vec::new(),
            begun: None,
            ended: None,
            renames: Vec::new(),
            first_name: None,
            named_only: false,
        };
        self.units.insert(id.clone(), draft);
        Some(id)
    }

    /// Makes the records.
    pub(super) fn finish(mut self, reader: &mut Reader<'_, '_>) {
        let Some(observed) = reader.mapping.observed.clone() else {
            let message = "the mapping does not say when the table was written";
            let hint = "give the date of the file in `observed`: such a file is a snapshot of one date";
            return reader.tell(Diagnostic::new(Code::MissingField, message).at(reader.mapping.place).hint(hint));
        };
        if self.units.is_empty() && !reader.has_told() {
            let found = Diagnostic::new(Code::EmptyFile, "the table tells of no unit");
            reader.tell(found.at(reader.place(crate::diagnostics::Span::new(0, 0))));
        }
        let Some(id) = reader.snapshot_id(&observed, &|_| None) else { return };
        self.tell_parents(reader, &observed);
        let window = observed.window();
        self.date_by_changes();
        self.seat_holders(reader, &window);
        let events = self.events(reader, &id);
        self.declare_absent(reader, &window);
        let snapshot = self.snapshot(reader, id, observed, &window);
        let mut origin = Origin::new(reader.mapping.place);
        for (unit, draft) in &self.units {
            origin.note_id(unit.as_str(), reader.place(draft.row.span));
        }
        if let Some((era, place)) = snapshot.era.as_ref().zip(reader.mapping.era_of(&window)) {
            origin.note_id(era.as_str(), place.place);
        }
        reader.add(Record::Snapshot(snapshot.into()), origin);
        for (event, origin) in events {
            reader.share(Record::Event(event.into()), origin);
        }
    }

    /// Tells of units with two parents and of circles.
    fn tell_parents(&self, reader: &mut Reader<'_, '_>, observed: &Edtf) {
        for (unit, draft) in &self.units {
            let Some(first) = draft.parents.first() else { continue };
            let Some(other) = draft.parents.iter().find(|parent| parent.value != first.value) else { continue };
            let message = format!("unit `{unit}` is placed under two parents, `{}` and `{}`", first.value, other.value);
            let (place, related) = (reader.place(other.row.span), reader.place(first.row.span));
            let found = Diagnostic::new(Code::TwoParents, message).at(place).label(format!("under `{}`", other.value));
            reader.tell(found.related(related, format!("under `{}`", first.value)));
        }
        let parent = |draft: &Draft| draft.parents.first().map(|parent| parent.value.clone());
        let parents: Vec<Option<UnitId>> = self.units.values().map(parent).collect();
        let units = self.units.iter().zip(&parents);
        let units = units.map(|((unit, draft), parent)| (unit, (parent.as_ref(), draft.row.span)));
        reader.tell_circles(observed, &units.collect());
    }

    /// Adds a declaration of each unit that has ended by the date of the file, or begins after it.
    fn declare_absent(&self, reader: &mut Reader<'_, '_>, observed: &Window) {
        for (id, draft) in self.units.iter().filter(|(_, draft)| !draft.stands(observed)) {
            let mention = &draft.mention;
            let file = reader.mapping.reference.clone().unwrap_or_else(|| reader.source.name.to_owned());
            let lines = mention.evidence.lines.as_ref().map_or_else(String::new, |lines| format!(", lines {lines}"));
            let unit = DeclaredUnit {
                id: id.clone(),
                name: mention.name.as_ref().map_or_else(|| draft.key.clone(), |name| name.text.clone()),
                acronym: None,
                kind: mention.kind.as_ref().map(|kind| kind.text.clone()),
                standing: mention.standing,
                summary: mention.details.summary.as_ref().map(|summary| summary.text.clone()),
                basis: Basis::Outside,
                evidence: Vec::new(),
                reference: Some(format!("{file}{lines}")),
            };
            let origin = Origin::new(reader.place(draft.row.span));
            reader.share(Record::Unit(unit.into()), origin);
        }
    }

    fn snapshot(&self, reader: &mut Reader<'_, '_>, id: SnapshotId, observed: Edtf, window: &Window) -> Snapshot {
        let title =
            reader.title(&observed, &|_| None).unwrap_or_else(|| format!("{}, as of {observed}", reader.source.name));
        let mut snapshot = reader.snapshot(id, title, observed, window);
        let note = Some("the date that the mapping gives to the whole file".to_owned());
        snapshot.date_evidence = vec![Evidence { lines: None, basis: Basis::Inferred, reference: None, note }];
        let mentions = self.mentions(reader, window);
        let listed: Vec<Listed> = mentions
            .iter()
            .map(|mention| Listed {
                unit: mention.unit.clone(),
                is_top: mention.placing == Placing::Root,
                kind: mention.kind.as_ref().map(|kind| kind.text.clone()),
                lines: mention.evidence.lines.clone(),
            })
            .collect();
        let mut lists = Lists::new(reader.mapping);
        snapshot.mentions = mentions.into();
        snapshot.coverage = lists.of(window, &listed);
        let known: Vec<&str> = self.units.keys().map(UnitId::as_str).collect();
        lists.tell_idle(reader, &known.iter().copied());
        snapshot
    }

    /// Returns the mentions of the units that are there on the date, a parent before its children.
    fn mentions(&self, reader: &mut Reader<'_, '_>, observed: &Window) -> Vec<Mention> {
        let present: BTreeSet<&UnitId> =
            self.units.iter().filter(|(_, draft)| draft.stands(observed)).map(|(unit, _)| unit).collect();
        let mut children: BTreeMap<&UnitId, Vec<&Draft>> = BTreeMap::new();
        let mut open: Vec<(&Draft, Placing)> = Vec::new();
        for draft in self.units.values().filter(|draft| present.contains(&draft.mention.unit)) {
            match draft.parents.first() {
                Some(parent) if present.contains(&parent.value) => {
                    children.entry(&parent.value).or_default().push(draft);
                }
                Some(parent) => {
                    self.tell_absent_parent(reader, draft, parent);
                    open.push((draft, Placing::Unplaced));
                }
                None if draft.named_only || reader.mapping.unplaced => open.push((draft, Placing::Unplaced)),
                None => open.push((draft, Placing::Root)),
            }
        }
        open.reverse();
        let mut mentions = Vec::new();
        while let Some((draft, placing)) = open.pop() {
            let mut mention = Mention { placing, ..draft.mention.clone() };
            mention.details.relations.retain(|relation| match &relation.to {
                RelationEnd::Unit(unit) => present.contains(unit),
                RelationEnd::Text(_) => true,
            });
            mentions.push(mention);
            for child in children.get(&draft.mention.unit).into_iter().flatten().rev() {
                let Some(parent) = child.parents.first() else { continue };
                let evidence = stated(parent.row);
                open.push((child, Placing::Under { parent: parent.value.clone(), evidence }));
            }
        }
        mentions
    }

    fn tell_absent_parent(&self, reader: &mut Reader<'_, '_>, draft: &Draft, parent: &Said<UnitId>) {
        let (unit, above) = (&draft.mention.unit, &parent.value);
        let message = format!("unit `{unit}` is under `{above}`, which is not there on the date of the file");
        let found = Diagnostic::new(Code::ParentWithoutRow, message).at(reader.place(parent.row.span));
        let found = found.hint(format!("`{unit}` is kept without a place"));
        let related = self.units.get(above).map(|above| reader.place(above.row.span));
        reader.tell_softly(match related {
            Some(related) => found.related(related, "its record"),
            None => found,
        });
    }
}

impl Draft {
    /// Tells whether the unit is there on the date: it has not certainly ended by then, nor certainly begins after.
    fn stands(&self, observed: &Window) -> bool {
        let ended = self.ended.as_ref().is_some_and(|ended| ended.value.window().end() <= observed.start());
        let to_come = self.begun.as_ref().is_some_and(|begun| begun.value.window().start() > observed.end());
        !ended && !to_come
    }
}
