//! Change logs: a JSON object per line, each a change of one unit, read line by line into one snapshot with a part per day.
//!
//! `add` brings a unit in, `chg` gives what changed of it, `del` ends it, and `lin` says which units of the day
//! were merged or split into which. What `add`, `del` and `lin` do after the first day are change events.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::log_events::{Joined, LogEvents, Turns};
use super::log_item::{Fields, Item};
use super::log_line::Line;
use super::log_units::{LogUnits, UnitIx};
use super::mapping::At;
use super::reader::{Cell, Reader, Row, lower, slug};
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span, did_you_mean};
use crate::model::{
    Basis, Coverage, Details, Edtf, EventType, Evidence, Extent, NameForm, Part, PartIx, Record, Row as PackedRow,
    RowEvidence, RowPlace, RowProperty, RowText, RowsBuilder, SnapshotId, Standing, UnitId,
};
use crate::source::event_file::wrong_sides;
use crate::source::origin::Origin;

/// Reads a log into a snapshot with a part for each day, and its beginnings, ends and successions into events.
pub(super) fn read(reader: &mut Reader<'_, '_>, versions: Option<(FileId, &[u8], &At<String>)>) {
    let dates = match versions.map(|(file, bytes, named)| dates(reader, file, bytes, named)) {
        None => None,
        Some(Some(dates)) => Some(dates),
        Some(None) => return,
    };
    let Some(id) = log_id(reader) else { return };
    let mut log = Log {
        events: LogEvents::of(id.clone()),
        id,
        dates,
        parts: Vec::new(),
        rows: RowsBuilder::default(),
        units: LogUnits::default(),
        said: None,
        tops: Vec::new(),
        today: Today::default(),
        origin: Origin::new(reader.mapping.place),
    };
    let text = reader.source.text;
    let (mut start, mut number) = (0_usize, 0_u32);
    for line in text.split_inclusive('\n') {
        number = number.saturating_add(1);
        let body = line.trim_end_matches(['\n', '\r']).trim_start_matches('\u{FEFF}');
        let row = Row { span: Span::new(start, start + body.len()), first_line: number, last_line: number };
        start += line.len();
        reader.tell_read(line.len());
        if !body.trim().is_empty() {
            log.line(reader, row, body);
        }
        if reader.is_hopeless() {
            return;
        }
    }
    log.finish(reader);
}

/// Reads the list of dates that the numbers of a log stand for.
fn dates(reader: &mut Reader<'_, '_>, file: FileId, bytes: &[u8], named: &At<String>) -> Option<Vec<Edtf>> {
    let texts: Result<Vec<String>, _> = serde_json::from_slice(bytes);
    let dates = texts.map_err(|error| error.to_string()).and_then(|texts| {
        let parse = |text: &String| Edtf::parse(text).map_err(|error| format!("`{text}`: {error}"));
        texts.iter().map(parse).collect::<Result<Vec<Edtf>, String>>()
    });
    dates
        .map_err(|why| {
            let message = format!("`{}` is no JSON list of dates: {why}", named.value);
            let found = Diagnostic::new(Code::BadTable, message).at(Place::file(file));
            reader.tell(found.hint("write `[\"2006-01-01\", \"2006-02-01\"]`; number 0 is the first"));
        })
        .ok()
}

fn log_id(reader: &mut Reader<'_, '_>) -> Option<SnapshotId> {
    let named = reader.mapping.snapshot.as_ref();
    let text = named.map_or_else(
        || format!("{}{}", reader.mapping.prefix, slug(reader.source.stem())),
        |named| named.value.clone(),
    );
    SnapshotId::new(&text)
        .map_err(|error| {
            let place = named.map_or(reader.mapping.place, |named| named.place);
            let found = Diagnostic::new(Code::BadId, format!("the id of the log is no id: `{text}`")).at(place);
            reader.tell(found.label(error.to_string()));
        })
        .ok()
}

/// What was read of a log so far.
struct Log<'t> {
    id: SnapshotId,
    dates: Option<Vec<Edtf>>,
    parts: Vec<Part>,
    rows: RowsBuilder,
    units: LogUnits,
    /// The day of the line before, as it stands there.
    said: Option<Item<'static>>,
    /// The units that the first day puts at the top.
    tops: Vec<(UnitId, Row)>,
    today: Today<'t>,
    events: LogEvents,
    origin: Origin,
}

/// What the lines of one day say of units, and which they begin, end and join.
#[derive(Default)]
struct Today<'t> {
    mentions: Vec<Mention<'t>>,
    /// The positions of mentions under a parent of which nothing had been said.
    orphans: BTreeMap<usize, (UnitIx, UnitIx)>,
    turns: Turns,
}

/// What the lines of a day say of one unit, each thing with the number of the line that says it last.
struct Mention<'t> {
    unit: UnitIx,
    first_line: u32,
    place: Placed,
    name: Option<(Cow<'t, str>, u32)>,
    acronym: Option<(Cow<'t, str>, u32)>,
    kind: Option<(String, u32)>,
    properties: Vec<(Cow<'t, str>, Cow<'t, str>, u32)>,
}

/// Where a day puts a unit.
enum Placed {
    Nowhere,
    AtTop,
    Under(UnitIx, u32),
}

impl Mention<'_> {
    fn of(unit: UnitIx, first_line: u32) -> Self {
        let (name, acronym, kind, properties) = (None, None, None, Vec::new());
        Self { unit, first_line, place: Placed::Nowhere, name, acronym, kind, properties }
    }

    /// Packs the mention.
    fn pack(self, part: Option<PartIx>, units: &mut LogUnits, rows: &mut RowsBuilder) -> Option<()> {
        let own = self.first_line;
        let other_line = |line: u32| (line != own).then(|| RowEvidence::stated_on(line));
        let unit = units.packed(self.unit, |id| rows.add_unit(id))?;
        let place = match self.place {
            Placed::Nowhere => RowPlace::Unplaced,
            Placed::AtTop => RowPlace::Root,
            Placed::Under(parent, line) => {
                RowPlace::Under(units.packed(parent, |id| rows.add_unit(id))?, other_line(line))
            }
        };
        let mut text = |(text, line): (&str, u32)| RowText {
            text: rows.text(text),
            form: NameForm::Written,
            evidence: other_line(line),
        };
        let name = self.name.as_ref().map(|(name, line)| text((name, *line)));
        let acronym = self.acronym.as_ref().map(|(acronym, line)| text((acronym, *line)));
        let kind = self.kind.as_ref().map(|(kind, line)| text((kind, *line)));
        let properties = self.properties.iter().map(|(name, value, line)| RowProperty {
            name: rows.text(name),
            value: rows.text(value),
            part: None,
            evidence: other_line(*line),
        });
        let properties = properties.collect();
        let (evidence, standing) = (RowEvidence::stated_on(own), Standing::Internal);
        let row = PackedRow { unit, part, evidence, place, heading: None, name, acronym, kind, standing, properties };
        rows.push(&row, Details::default());
        Some(())
    }
}

impl<'t> Log<'t> {
    fn line(&mut self, reader: &mut Reader<'_, 't>, row: Row, body: &'t str) -> Option<()> {
        let object: Fields<'_> = serde_json::from_str(body)
            .map_err(|error| {
                let at = row.span.start + error.column().saturating_sub(1).min(body.len());
                let message = format!("the line is no JSON object: {error}");
                let found = Diagnostic::new(Code::BadTable, message).at(reader.place(Span::new(at, at)));
                reader.tell(found.hint("a change log has one object on each line"));
            })
            .ok()?;
        let line = Line { object, row };
        self.day(reader, &line)?;
        match line.text(reader, "op").as_deref() {
            Some("add") => self.add(reader, &line),
            Some("chg") => self.change(reader, &line),
            Some("del") => self.end(reader, &line),
            Some("lin") => self.join(reader, &line),
            Some(other) => {
                let hint = did_you_mean(other, ["add", "chg", "del", "lin"]);
                let message = format!("the line does something unknown: `{other}`");
                let hint = hint.unwrap_or_else(|| "a line does `add`, `chg`, `del` or `lin`".to_owned());
                reader.tell(Diagnostic::new(Code::UnknownValue, message).at(reader.place(row.span)).hint(hint));
                None
            }
            None => line.lacks(reader, "op"),
        }
    }

    /// Begins the part of the line's day, unless it is that of the line before.
    fn day(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>) -> Option<()> {
        let Some(value) = line.value(reader, "date") else { return line.lacks(reader, "date") };
        if self.said.as_ref() == Some(value) {
            return Some(());
        }
        let date = match (&self.dates, value) {
            (Some(dates), Item::Number(number)) => {
                let date = number.as_u64().and_then(|at| dates.get(usize::try_from(at).ok()?)).cloned();
                if date.is_none() {
                    let message = format!("`versions` gives no date for {number}");
                    reader.tell(Diagnostic::new(Code::BadDate, message).at(reader.place(line.row.span)));
                }
                date?
            }
            (None, Item::Number(number)) if !(1000..=9999).contains(&number.as_i64().unwrap_or_default()) => {
                let message = format!("the line is dated by the number {number}, and the mapping gives no `versions`");
                let hint = "name a JSON file with the list of dates in `versions`";
                reader.tell(Diagnostic::new(Code::BadDate, message).at(reader.place(line.row.span)).hint(hint));
                return None;
            }
            (_, value) => reader.date(Cell { text: &value.plain()?, span: line.row.span })?,
        };
        self.begin(reader, line, date)?;
        self.said = match value {
            Item::Number(number) => Some(Item::Number(number.clone())),
            Item::Text(text) => Some(Item::Text(Cow::Owned(text.clone().into_owned()))),
            _ => None,
        };
        Some(())
    }

    /// Begins the part of a day, unless it is the one that has begun last.
    fn begin(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>, date: Edtf) -> Option<()> {
        match self.parts.last().map(|part| part.observed.window().start().cmp(&date.window().start())) {
            Some(std::cmp::Ordering::Equal) => {
                let same = self.parts.last().is_some_and(|part| part.observed.window() == date.window());
                if !same {
                    let message = format!(
                        "the line is of {date}, which begins with the day of the lines before it and is another date"
                    );
                    let hint = "the dates of a change log do not overlap";
                    reader.tell(Diagnostic::new(Code::BadTable, message).at(reader.place(line.row.span)).hint(hint));
                }
                return same.then_some(());
            }
            Some(std::cmp::Ordering::Greater) => {
                let message = format!("the line is of {date}, and one before it of a later day");
                let hint = "the lines of a change log are in the order of their dates";
                reader.tell(Diagnostic::new(Code::BadTable, message).at(reader.place(line.row.span)).hint(hint));
                return None;
            }
            Some(std::cmp::Ordering::Less) => self.close_day(reader),
            None => {}
        }
        if self.parts.len() >= usize::from(u16::MAX) {
            let message = format!("the log has more than {} days", u16::MAX);
            reader.tell(Diagnostic::new(Code::TooManyValues, message).at(reader.place(line.row.span)));
            return None;
        }
        let lines = Evidence { lines: line.row.lines(), basis: Basis::Stated, reference: None, note: None };
        self.parts.push(Part { id: date.to_string(), observed: date, date_evidence: vec![lines], note: None });
        Some(())
    }

    /// Reads the unit that a line is about.
    fn unit(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>) -> Option<UnitIx> {
        match line.value(reader, "id") {
            Some(value) => self.units.read(reader, value, line.row, "the id"),
            None => line.lacks(reader, "id").and(None),
        }
    }

    fn unit_list(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>, role: &str) -> Option<Vec<UnitId>> {
        let values = match line.value(reader, role) {
            Some(Item::List(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => return line.lacks(reader, role).and(None),
        };
        let read = |value| {
            let unit = self.units.read(reader, value, line.row, "a unit")?;
            self.units.id(unit).cloned()
        };
        values.iter().map(read).collect()
    }

    fn add(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>) -> Option<()> {
        let unit = self.unit(reader, line)?;
        let id = self.units.id(unit)?.clone();
        if let Some(first) = self.units.alive(unit) {
            let message = format!("unit `{id}` is added, and is there already");
            let found = Diagnostic::new(Code::DuplicateUnit, message).at(reader.place(line.row.span));
            reader.tell(found.related(reader.place(first.span), "added here"));
            return None;
        }
        self.units.set_alive(unit, Some(line.row));
        self.origin.note_id(id.as_str(), reader.place(line.row.span));
        let is_top = line.value(reader, "parent").is_none_or(Item::is_null);
        if self.parts.len() > 1 {
            self.today.turns.begun.insert(id, line.row);
        } else if is_top {
            self.tops.push((id, line.row));
        }
        self.say(reader, unit, line, is_top && !reader.mapping.unplaced)
    }

    fn change(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>) -> Option<()> {
        let unit = self.unit(reader, line)?;
        self.known(reader, unit, line)?;
        let to_top = line.value(reader, "parent").is_some_and(Item::is_null);
        self.say(reader, unit, line, to_top)
    }

    fn end(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>) -> Option<()> {
        let unit = self.unit(reader, line)?;
        self.known(reader, unit, line)?;
        self.units.set_alive(unit, None);
        self.today.turns.ended.insert(self.units.id(unit)?.clone(), line.row);
        Some(())
    }

    fn join(&mut self, reader: &mut Reader<'_, 't>, line: &Line<'t>) -> Option<()> {
        let kind = match line.text(reader, "type").as_deref() {
            Some("merge" | "merged") => EventType::Merged,
            Some("split") => EventType::Split,
            Some("succeeded") => EventType::Succeeded,
            Some("absorbed") => EventType::Absorbed,
            Some("transferred") => EventType::Transferred,
            Some(other) => {
                let message = format!("the line joins units in an unknown way: `{other}`");
                let hint = "write `merge`, `split`, `absorbed`, `transferred` or `succeeded`";
                reader.tell(Diagnostic::new(Code::UnknownValue, message).at(reader.place(line.row.span)).hint(hint));
                return None;
            }
            None => return line.lacks(reader, "type"),
        };
        let from = self.unit_list(reader, line, "originals")?;
        let to = self.unit_list(reader, line, "results")?;
        let wrong = wrong_sides(kind, from.len(), to.len()).next();
        if let Some((noun, count, may)) = wrong {
            let word = kind.word();
            let message = format!("the line is a `{word}` with {count} {noun}s; such an event has {may}");
            reader.tell(Diagnostic::new(Code::WrongCardinality, message).at(reader.place(line.row.span)));
            return None;
        }
        self.today.turns.joined.push(Joined { kind, from, to, row: line.row });
        Some(())
    }

    /// Tells when a line speaks of a unit that is not there.
    fn known(&self, reader: &mut Reader<'_, 't>, unit: UnitIx, line: &Line<'t>) -> Option<()> {
        if self.units.alive(unit).is_some() {
            return Some(());
        }
        let id = self.units.id(unit)?;
        let message = format!("the line speaks of unit `{id}`, which no line before it adds, or which has ended");
        reader.tell(Diagnostic::new(Code::UnknownUnit, message).at(reader.place(line.row.span)));
        None
    }

    /// Keeps what a line says of a unit: in the mention of the day, if there is one already.
    fn say(&mut self, reader: &mut Reader<'_, 't>, unit: UnitIx, line: &Line<'t>, is_top: bool) -> Option<()> {
        let number = line.row.first_line;
        let parent = match line.value(reader, "parent").filter(|value| !value.is_null()) {
            Some(value) => Some(self.units.read(reader, value, line.row, "the parent")?),
            None => None,
        };
        if parent == Some(unit) {
            let message = format!("unit `{}` is placed under itself", self.units.id(unit)?);
            let found = Diagnostic::new(Code::ParentCycle, message);
            reader.tell(found.at(reader.place(line.row.span)));
            return None;
        }
        let day = self.parts.len();
        let at = self.units.mention(unit, day).unwrap_or_else(|| {
            self.today.mentions.push(Mention::of(unit, number));
            self.today.mentions.len() - 1
        });
        self.units.set_mention(unit, day, at);
        let mention = self.today.mentions.get_mut(at)?;
        if let Some(parent) = parent {
            if self.units.is_mentioned(parent) {
                self.today.orphans.remove(&at);
            } else {
                self.today.orphans.insert(at, (unit, parent));
            }
            mention.place = Placed::Under(parent, number);
        } else if is_top {
            self.today.orphans.remove(&at);
            mention.place = Placed::AtTop;
        }
        let said = |text: Cow<'t, str>| (text, number);
        mention.name = line.text(reader, "name").map(said).or(mention.name.take());
        mention.acronym = line.text(reader, "acronym").map(said).or(mention.acronym.take());
        mention.kind = line.text(reader, "kind").map(|text| (lower(&text), number)).or(mention.kind.take());
        for (name, value) in line.properties(reader) {
            mention.properties.retain(|(known, ..)| *known != name);
            mention.properties.push((name, value, number));
        }
        Some(())
    }

    /// Closes the day: what its lines say of units is final, and what they begin, end and join become events.
    fn close_day(&mut self, reader: &mut Reader<'_, 't>) {
        let today = std::mem::take(&mut self.today);
        let part = u16::try_from(self.parts.len().saturating_sub(1)).ok().map(PartIx);
        for mention in today.mentions {
            mention.pack(part, &mut self.units, &mut self.rows);
        }
        for (unit, parent) in today.orphans.into_values() {
            self.units.note_orphan(unit, parent);
        }
        if let Some(part) = self.parts.last() {
            self.events.close_day(reader, part, today.turns);
        }
    }

    fn finish(mut self, reader: &mut Reader<'_, 't>) {
        self.close_day(reader);
        let (Some(first), Some(last)) = (self.parts.first(), self.parts.last()) else {
            if !reader.has_told() {
                let found = Diagnostic::new(Code::EmptyFile, "the log holds nothing");
                reader.tell(found.at(reader.place(Span::new(0, 0))));
            }
            return;
        };
        // A list of versions goes on to its end, be there lines of the last or not.
        let listed = self.dates.iter().flatten().map(|date| date.window().end()).max();
        let (from, to) = (first.observed.window().start(), last.observed.window().end());
        let to = listed.map_or(to, |listed| listed.max(to));
        let Ok(observed) = Edtf::parse(&format!("{from}/{to}")) else { return };
        let title = reader
            .mapping
            .title
            .as_ref()
            .map_or_else(|| format!("{}, a log of changes", reader.source.name), |title| title.value.clone());
        let mut snapshot = reader.snapshot(self.id.clone(), title, observed.clone(), &observed.window());
        snapshot.continuous = reader.mapping.complete;
        snapshot.date_evidence.clone_from(&first.date_evidence);
        snapshot.coverage = if reader.mapping.complete { coverage(&self.tops) } else { Vec::new() };
        snapshot.parts = self.parts;
        snapshot.mentions = self.rows.finish();
        if let Some((era, place)) = snapshot.era.as_ref().zip(reader.mapping.era_of(&observed.window())) {
            self.origin.note_id(era.as_str(), place.place);
        }
        self.units.tell_orphans(reader, &self.origin);
        reader.add(Record::Snapshot(snapshot.into()), self.origin);
        for (event, row) in self.events.finish() {
            let origin = Origin::new(reader.place(row.span));
            reader.add(Record::Event(event.into()), origin);
        }
    }
}

/// Returns the lists of a complete log: of everything below each unit that it puts at the top.
fn coverage(tops: &[(UnitId, Row)]) -> Vec<Coverage> {
    let list = |(of, row): &(UnitId, Row)| Coverage {
        of: of.clone(),
        kind: None,
        heading: None,
        deep: true,
        extent: Extent::Closed,
        evidence: Evidence { lines: row.lines(), basis: Basis::Shown, reference: None, note: None },
        part: None,
    };
    tops.iter().map(list).collect()
}
