//! Change logs: a JSON object per line, each a change of one unit, read line by line into one snapshot with a part per day.
//!
//! `add` brings a unit in, `chg` gives what changed of it, `del` ends it, and `lin` says which units of the day
//! were merged or split into which. What `add`, `del` and `lin` do after the first day are change events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::log_line::{Line, plain};
use super::mapping::At;
use super::reader::{Cell, Reader, Row, kind, slug};
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span, did_you_mean};
use crate::model::{
    Basis, ChangeEvent, Coverage, Edtf, EventEvidence, EventId, EventOriginal, EventResult, EventType, Evidence,
    Extent, Mention, NameClaim, NameForm, Part, PartIx, Placing, Property, Record, SnapshotId, UnitId,
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
        id,
        dates,
        parts: Vec::new(),
        mentions: Vec::new(),
        at: BTreeMap::new(),
        alive: BTreeMap::new(),
        tops: Vec::new(),
        today: Today::default(),
        events: Vec::new(),
        event_ids: BTreeMap::new(),
        units: Origin::new(reader.mapping.place),
    };
    let text = reader.source.text;
    let (mut start, mut number) = (0_usize, 0_u32);
    for line in text.split_inclusive('\n') {
        number = number.saturating_add(1);
        let body = line.trim_end_matches(['\n', '\r']).trim_start_matches('\u{FEFF}');
        let row = Row { span: Span::new(start, start + body.len()), first_line: number, last_line: number };
        start += line.len();
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
struct Log {
    id: SnapshotId,
    dates: Option<Vec<Edtf>>,
    parts: Vec<Part>,
    mentions: Vec<Mention>,
    /// The position of the mention of a unit in the part of the day.
    at: BTreeMap<UnitId, usize>,
    /// The units that have not ended, each with the line that brought it in.
    alive: BTreeMap<UnitId, Row>,
    /// The units that the first day puts at the top.
    tops: Vec<(UnitId, Row)>,
    today: Today,
    events: Vec<(ChangeEvent, Row)>,
    /// How often an id of an event was made.
    event_ids: BTreeMap<String, u32>,
    units: Origin,
}

/// What the lines of one day begin, end and join.
#[derive(Default)]
struct Today {
    begun: BTreeMap<UnitId, Row>,
    ended: BTreeMap<UnitId, Row>,
    joined: Vec<Joined>,
}

/// A line that says which units became which.
struct Joined {
    kind: EventType,
    from: Vec<UnitId>,
    to: Vec<UnitId>,
    row: Row,
}

impl Log {
    fn line(&mut self, reader: &mut Reader<'_, '_>, row: Row, body: &str) -> Option<()> {
        let object: Map<String, Value> = serde_json::from_str(body)
            .map_err(|error| {
                let at = row.span.start + error.column().saturating_sub(1).min(body.len());
                let message = format!("the line is no JSON object: {error}");
                let found = Diagnostic::new(Code::BadTable, message).at(reader.place(Span::new(at, at)));
                reader.tell(found.hint("a change log has one object on each line"));
            })
            .ok()?;
        let line = Line { object: &object, row };
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
    fn day(&mut self, reader: &mut Reader<'_, '_>, line: &Line<'_>) -> Option<()> {
        let Some(value) = line.value(reader, "date") else { return line.lacks(reader, "date") };
        let date = match (&self.dates, value) {
            (Some(dates), Value::Number(number)) => {
                let date = number.as_u64().and_then(|at| dates.get(usize::try_from(at).ok()?)).cloned();
                if date.is_none() {
                    let message = format!("`versions` gives no date for {number}");
                    reader.tell(Diagnostic::new(Code::BadDate, message).at(reader.place(line.row.span)));
                }
                date?
            }
            (None, Value::Number(number)) if !(1000..=9999).contains(&number.as_i64().unwrap_or_default()) => {
                let message = format!("the line is dated by the number {number}, and the mapping gives no `versions`");
                let hint = "name a JSON file with the list of dates in `versions`";
                reader.tell(Diagnostic::new(Code::BadDate, message).at(reader.place(line.row.span)).hint(hint));
                return None;
            }
            (_, value) => reader.date(Cell { text: &plain(value)?, span: line.row.span })?,
        };
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

    fn add(&mut self, reader: &mut Reader<'_, '_>, line: &Line<'_>) -> Option<()> {
        let unit = line.unit(reader)?;
        if let Some(first) = self.alive.get(&unit) {
            let message = format!("unit `{unit}` is added, and is there already");
            let found = Diagnostic::new(Code::DuplicateUnit, message).at(reader.place(line.row.span));
            reader.tell(found.related(reader.place(first.span), "added here"));
            return None;
        }
        self.alive.insert(unit.clone(), line.row);
        let is_top = line.value(reader, "parent").is_none_or(Value::is_null);
        if self.parts.len() > 1 {
            self.today.begun.insert(unit.clone(), line.row);
        } else if is_top {
            self.tops.push((unit.clone(), line.row));
        }
        self.units.note_id(unit.as_str(), reader.place(line.row.span));
        self.say(reader, unit, line, is_top && !reader.mapping.unplaced)
    }

    fn change(&mut self, reader: &mut Reader<'_, '_>, line: &Line<'_>) -> Option<()> {
        let unit = line.unit(reader)?;
        self.known(reader, &unit, line)?;
        let to_top = line.value(reader, "parent").is_some_and(Value::is_null);
        self.say(reader, unit, line, to_top)
    }

    fn end(&mut self, reader: &mut Reader<'_, '_>, line: &Line<'_>) -> Option<()> {
        let unit = line.unit(reader)?;
        self.known(reader, &unit, line)?;
        self.alive.remove(&unit);
        self.today.ended.insert(unit, line.row);
        Some(())
    }

    fn join(&mut self, reader: &mut Reader<'_, '_>, line: &Line<'_>) -> Option<()> {
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
        let (from, to) = (line.units(reader, "originals")?, line.units(reader, "results")?);
        let wrong = wrong_sides(kind, from.len(), to.len()).next();
        if let Some((noun, count, may)) = wrong {
            let word = kind.word();
            let message = format!("the line is a `{word}` with {count} {noun}s; such an event has {may}");
            reader.tell(Diagnostic::new(Code::WrongCardinality, message).at(reader.place(line.row.span)));
            return None;
        }
        self.today.joined.push(Joined { kind, from, to, row: line.row });
        Some(())
    }

    /// Tells when a line speaks of a unit that is not there.
    fn known(&self, reader: &mut Reader<'_, '_>, unit: &UnitId, line: &Line<'_>) -> Option<()> {
        if self.alive.contains_key(unit) {
            return Some(());
        }
        let message = format!("the line speaks of unit `{unit}`, which no line before it adds, or which has ended");
        reader.tell(Diagnostic::new(Code::UnknownUnit, message).at(reader.place(line.row.span)));
        None
    }

    /// Keeps what a line says of a unit: in the mention of the day, if there is one already.
    fn say(&mut self, reader: &mut Reader<'_, '_>, unit: UnitId, line: &Line<'_>, is_top: bool) -> Option<()> {
        let evidence = Evidence { lines: line.row.lines(), basis: Basis::Stated, reference: None, note: None };
        let parent = match line.value(reader, "parent").filter(|value| !value.is_null()) {
            Some(value) => Some(line.id(reader, value, "the parent")?),
            None => None,
        };
        if parent.as_ref() == Some(&unit) {
            let found = Diagnostic::new(Code::ParentCycle, format!("unit `{unit}` is placed under itself"));
            reader.tell(found.at(reader.place(line.row.span)));
            return None;
        }
        let at = *self.at.entry(unit.clone()).or_insert_with(|| {
            let mut mention = Mention::of(unit, evidence.clone(), Placing::Unplaced);
            mention.part = u16::try_from(self.parts.len().saturating_sub(1)).ok().map(PartIx);
            self.mentions.push(mention);
            self.mentions.len() - 1
        });
        let mention = self.mentions.get_mut(at)?;
        if let Some(parent) = parent {
            mention.placing = Placing::Under { parent, evidence: evidence.clone() };
        } else if is_top {
            mention.placing = Placing::Root;
        }
        let claim = |text: String| NameClaim { text, form: NameForm::Written, evidence: evidence.clone() };
        mention.name = line.text(reader, "name").map(claim).or(mention.name.take());
        mention.acronym = line.text(reader, "acronym").map(claim).or(mention.acronym.take());
        mention.kind = line.text(reader, "kind").map(|text| kind(&text, &evidence)).or(mention.kind.take());
        for (name, value) in line.properties(reader) {
            mention.properties.retain(|property| property.name != name);
            mention.properties.push(Property { name, value, evidence: evidence.clone(), part: None });
        }
        Some(())
    }

    /// Turns what the lines of the day begin, end and join into events.
    fn close_day(&mut self, reader: &mut Reader<'_, '_>) {
        self.at.clear();
        let today = std::mem::take(&mut self.today);
        let mut told: BTreeSet<UnitId> = BTreeSet::new();
        for joined in today.joined {
            told.extend(joined.from.iter().chain(&joined.to).cloned());
            let original = |unit: &UnitId| {
                let continues = !today.ended.contains_key(unit) && !joined.to.contains(unit);
                EventOriginal { unit: unit.clone(), continues, part: false }
            };
            let originals = joined.from.iter().map(original).collect();
            self.event(reader, joined.kind, originals, &joined.to, joined.row);
        }
        for (unit, row) in today.begun.into_iter().filter(|(unit, _)| !told.contains(unit)) {
            self.event(reader, EventType::Created, Vec::new(), &[unit], row);
        }
        for (unit, row) in today.ended.into_iter().filter(|(unit, _)| !told.contains(unit)) {
            let original = EventOriginal { unit, continues: false, part: false };
            self.event(reader, EventType::Dissolved, vec![original], &[], row);
        }
    }

    fn event(
        &mut self,
        reader: &mut Reader<'_, '_>,
        kind: EventType,
        originals: Vec<EventOriginal>,
        results: &[UnitId],
        row: Row,
    ) {
        // A unit may be split twice in a day, and begins only once: what is new names the event best.
        let is_original = |unit: &&UnitId| originals.iter().any(|original| original.unit == **unit);
        let new = results.iter().find(|unit| !is_original(unit));
        let first = new.or(originals.first().map(|original| &original.unit)).or(results.first());
        let (Some(first), Some(part)) = (first, self.parts.last()) else { return };
        let text = format!("{}-{}-{}-{first}", self.id, part.id, kind.word());
        let times = self.event_ids.entry(text.clone()).and_modify(|times| *times += 1).or_insert(1);
        let text = if *times == 1 { text } else { format!("{text}-{times}") };
        let Ok(id) = EventId::new(&text) else {
            let message = format!("the ids of the log and of unit `{first}` are too long for the id of an event");
            return reader.tell(Diagnostic::new(Code::BadId, message).at(reader.place(row.span)));
        };
        let evidence = row.lines().map(|lines| EventEvidence {
            snapshot: self.id.clone(),
            lines,
            basis: Basis::Stated,
            note: None,
        });
        let event = ChangeEvent {
            id,
            kind,
            date: part.observed.clone(),
            originals,
            results: results.iter().cloned().map(EventResult::of).collect(),
            basis: Basis::Stated,
            evidence: evidence.into_iter().collect(),
            reference: None,
            note: None,
        };
        self.events.push((event, row));
    }

    fn finish(mut self, reader: &mut Reader<'_, '_>) {
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
        snapshot.mentions = self.mentions.into();
        if let Some((era, place)) = snapshot.era.as_ref().zip(reader.mapping.era_of(&observed.window())) {
            self.units.note_id(era.as_str(), place.place);
        }
        reader.check_mentions(&snapshot, &self.units);
        reader.add(Record::Snapshot(snapshot.into()), self.units);
        for (event, row) in self.events {
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
