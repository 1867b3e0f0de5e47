//! What the readers of all formats share: ids, dates and words from cells, evidence from lines, records with their origins.

use std::collections::BTreeSet;

use hashbrown::hash_map::Entry;
use indexmap::IndexMap;

use super::mapping::{At, Mapping};
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span};
use crate::model::{
    Basis, Edtf, EdtfError, EventEvidence, Evidence, LineSet, Mentions, NameClaim, NameForm, Record, Snapshot,
    SnapshotId, SourceFile, Text, UnitId, Window,
};
use crate::source::citations::sha256;
use crate::source::origin::{Origin, Origins};
use crate::source::parse::Parsed;

/// The most letters of an id that is made from a text, so that a prefix has room.
const MAX_SLUG: usize = 100;

/// A table: its file, its name beside its mapping, its text and the hash of its bytes.
pub(super) struct Source<'t> {
    pub(super) file: FileId,
    pub(super) name: &'t str,
    pub(super) text: &'t str,
    sha256: String,
}

impl<'t> Source<'t> {
    pub(super) fn new(file: FileId, name: &'t str, text: &'t str) -> Self {
        let sha256 = sha256(text.as_bytes());
        Self { file, name, text, sha256 }
    }

    /// Returns the name without its folder and its end.
    pub(super) fn stem(&self) -> &'t str {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or(self.name);
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// A piece of a table: where it stands, and on which lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) span: Span,
    pub(super) first_line: u32,
    pub(super) last_line: u32,
}

impl Row {
    /// Returns the lines as a set.
    pub(super) fn lines(self) -> Option<LineSet> {
        LineSet::of([(self.first_line, self.last_line)])
    }

    /// Returns where an event stands that the row of a snapshot's table states.
    pub(super) fn event_evidence(self, snapshot: &SnapshotId) -> Vec<EventEvidence> {
        let stated = |lines| EventEvidence { snapshot: snapshot.clone(), lines, basis: Basis::Stated, note: None };
        self.lines().map(stated).into_iter().collect()
    }
}

/// A text of the table and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
}

/// Reads one table into records.
pub(super) struct Reader<'r, 't> {
    pub(super) mapping: &'t Mapping,
    pub(super) source: Source<'t>,
    found: &'r mut Vec<Diagnostic>,
    origins: &'r mut Origins,
    records: Vec<Record>,
    shared: Vec<(Record, Origin)>,
    told: usize,
    most: usize,
    progress: &'r dyn Fn(usize),
}

impl<'r, 't> Reader<'r, 't> {
    /// Begins to read; `progress` is told of the bytes that were read since it was told last.
    pub(super) fn new(
        mapping: &'t Mapping,
        source: Source<'t>,
        most: usize,
        parsed: &'r mut Parsed,
        progress: &'r dyn Fn(usize),
    ) -> Self {
        let (found, origins) = (&mut parsed.report.diagnostics, &mut parsed.origins);
        Self { mapping, source, found, origins, records: Vec::new(), shared: Vec::new(), told: 0, most, progress }
    }

    /// Returns the records, and those that other tables may have as well.
    pub(super) fn finish(self) -> (Vec<Record>, Vec<(Record, Origin)>) {
        (self.records, self.shared)
    }

    /// Adds a record that every table which says the same may give: an event, or a unit that is no more.
    pub(super) fn share(&mut self, record: Record, origin: Origin) {
        self.shared.push((record, origin));
    }

    /// Returns a place in the table.
    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.source.file, span)
    }

    /// Tells whoever waits how many more bytes are read.
    pub(super) fn tell_read(&self, bytes: usize) {
        (self.progress)(bytes);
    }

    /// Tells what is wrong.
    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        self.told += 1;
        self.found.push(diagnostic);
    }

    /// Tells what deserves a look.
    pub(super) fn tell_softly(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Returns how often something wrong was told.
    pub(super) fn told(&self) -> usize {
        self.told
    }

    /// Tells whether anything is wrong.
    pub(super) fn has_told(&self) -> bool {
        self.told > 0
    }

    /// Tells whether so much is wrong that reading on would tell nothing new.
    pub(super) fn is_hopeless(&self) -> bool {
        self.told >= self.most
    }

    /// Adds a record; tells when another has its key already.
    pub(super) fn add(&mut self, record: Record, origin: Origin) {
        match self.origins.entry(record.key()) {
            Entry::Vacant(free) => {
                free.insert(origin);
                self.records.push(record);
            }
            Entry::Occupied(taken) => {
                let (key, first) = (taken.key(), taken.get());
                let found = Diagnostic::new(Code::DuplicateId, format!("{key} is defined twice"))
                    .at(origin.place())
                    .label("again here")
                    .related(first.place(), format!("{key} is first defined here"));
                self.tell(found);
            }
        }
    }

    /// Reads the id of a unit: as the mapping says, and with its prefix.
    pub(super) fn unit_id(&mut self, cell: Cell<'_>, what: &str) -> Option<UnitId> {
        let own = if self.mapping.slug { slug(cell.text) } else { cell.text.to_owned() };
        let text = format!("{}{own}", self.mapping.prefix);
        match UnitId::new(&text) {
            Ok(id) if !own.is_empty() => Some(id),
            result => {
                let label = result.err().map_or_else(|| "no letter and no digit".to_owned(), |error| error.to_string());
                let better = slug(cell.text);
                let hint = (!better.is_empty())
                    .then(|| format!("write `{better}`, or say `ids: slug` in the mapping, which makes it so for all"));
                let message = format!("{what} is no id: `{}`", cell.text);
                let found = Diagnostic::new(Code::BadId, message).at(self.place(cell.span)).label(label);
                self.tell(found.maybe_hint(hint));
                None
            }
        }
    }

    /// Reads the ids of units between separators.
    pub(super) fn unit_ids(&mut self, cell: Cell<'_>, what: &str) -> Vec<UnitId> {
        let separator = self.mapping.separator.as_str();
        let pieces = cell.text.split(separator).map(str::trim).filter(|piece| !piece.is_empty());
        pieces.filter_map(|text| self.unit_id(Cell { text, span: cell.span }, what)).collect()
    }

    /// Reads a date.
    pub(super) fn date(&mut self, cell: Cell<'_>) -> Option<Edtf> {
        let error = match Edtf::parse(cell.text) {
            Ok(date) => return Some(date),
            Err(error) => error,
        };
        let place = self.place(cell.span);
        let code = if error == EdtfError::BothOpen { Code::OpenDate } else { Code::BadDate };
        let found = Diagnostic::new(code, format!("the date is no EDTF date: `{}`", cell.text)).at(place);
        let hint = "EDTF writes `2017-09-26`, `2017-09`, `2017`, `2008/2009`, `2008~`";
        self.tell(found.label(error.to_string()).hint(hint));
        None
    }

    /// Reads a date; of a time, the day.
    pub(super) fn day(&mut self, cell: Cell<'_>) -> Option<Edtf> {
        let day = cell.text.get(..10).filter(|_| matches!(cell.text.as_bytes().get(10), Some(b'T' | b' ' | b'Z')));
        self.date(Cell { text: day.unwrap_or(cell.text), span: cell.span })
    }

    /// Returns evidence that rows show.
    pub(super) fn shown(row: Row) -> Evidence {
        Evidence { lines: row.lines(), basis: Basis::Shown, reference: None, note: None }
    }

    /// Returns the name that a row gives; tidied where it does not stand in it letter by letter.
    pub(super) fn name(&self, row: Row, text: &str, evidence: &Evidence) -> NameClaim {
        let written = self.source.text.get(row.span.start..row.span.end).is_some_and(|row| row.contains(text));
        let form = if written { NameForm::Written } else { NameForm::Normalised };
        NameClaim { text: text.to_owned(), form, evidence: evidence.clone() }
    }

    /// Fills a template: each name in braces with its value; the name that has none is the error.
    fn fill(template: &str, value: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((column, after)) = after.split_once('}') else { break };
            filled.push_str(before);
            filled.push_str(&value(column).ok_or_else(|| column.to_owned())?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// Returns the id of a date's snapshot: the template filled, or the table and the date.
    pub(super) fn snapshot_id(&mut self, date: &Edtf, value: &dyn Fn(&str) -> Option<String>) -> Option<SnapshotId> {
        let text = match &self.mapping.snapshot {
            None => format!("{}{}-{date}", self.mapping.prefix, slug(self.source.stem())),
            Some(template) => self.filled(template, date, value)?,
        };
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        let id: String = text.chars().map(safe).collect();
        SnapshotId::new(&id)
            .map_err(|error| {
                let place = self.mapping.snapshot.as_ref().map_or(self.mapping.place, |template| template.place);
                let found = Diagnostic::new(Code::BadId, format!("the id of a snapshot is no id: `{id}`")).at(place);
                self.tell(found.label(error.to_string()));
            })
            .ok()
    }

    /// Returns the title of a date's snapshot, where the mapping gives a template.
    pub(super) fn title(&mut self, date: &Edtf, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let template = self.mapping.title.as_ref()?;
        self.filled(template, date, value)
    }

    fn filled(&mut self, template: &At<String>, date: &Edtf, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let dated = |column: &str| if column == "date" { Some(date.to_string()) } else { value(column) };
        Self::fill(&template.value, &dated)
            .map_err(|column| {
                let message = format!("`{{{column}}}` is no column of the table with a text for {date}");
                let hint = "put a column of the table, or `date`, in braces";
                self.tell(Diagnostic::new(Code::UnknownColumn, message).at(template.place).hint(hint));
            })
            .ok()
    }

    /// Tells of each circle of parents once.
    pub(super) fn tell_circles(&mut self, date: &Edtf, units: &IndexMap<&UnitId, (Option<&UnitId>, Span)>) {
        let mut seen: BTreeSet<&UnitId> = BTreeSet::new();
        for first in units.keys() {
            let mut path: Vec<&UnitId> = Vec::new();
            let mut at = units.get_key_value(*first);
            while let Some((unit, (parent, span))) = at {
                if let Some(from) = path.iter().position(|above| above == unit) {
                    let circle: Vec<String> = path.iter().skip(from).map(|unit| format!("`{unit}`")).collect();
                    let message = format!("on {date} unit `{unit}` stands below itself: {}", circle.join(" under "));
                    self.tell(Diagnostic::new(Code::ParentCycle, message).at(self.place(*span)));
                    break;
                }
                if !seen.insert(unit) {
                    break;
                }
                path.push(unit);
                at = parent.and_then(|parent| units.get_key_value(parent));
            }
        }
    }

    /// Returns a snapshot of the table with nothing in it yet.
    pub(super) fn snapshot(&self, id: SnapshotId, title: String, observed: Edtf, window: &Window) -> Snapshot {
        Snapshot {
            id,
            title,
            era: self.mapping.era_of(window).map(|era| era.value.clone()),
            observed,
            source: SourceFile {
                file: Some(self.source.name.to_owned()),
                sha256: Some(self.source.sha256.clone()),
                reference: self.mapping.reference.clone(),
            },
            date_evidence: Vec::new(),
            note: None,
            parts: Vec::new(),
            coverage: Vec::new(),
            topics: Vec::new(),
            mentions: Mentions::default(),
            continuous: false,
        }
    }
}

/// Returns a kind as kinds are compared: in lower case.
pub(super) fn kind(text: &str, evidence: &Evidence) -> Text {
    Text { text: lower(text), evidence: evidence.clone() }
}

/// Returns a word as it is compared: in lower case, with hyphens.
pub(super) fn lower(text: &str) -> String {
    text.to_lowercase().replace('_', "-")
}

/// Returns an id for a text: letters in lower case and without accents, digits, and hyphens between the words.
pub(super) fn slug(text: &str) -> String {
    let plain = deunicode::deunicode(text).to_lowercase().replace('\'', "");
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    match slug.get(..MAX_SLUG) {
        // Two texts that begin alike are two ids.
        Some(cut) => format!("{cut}-{}", sha256(text.as_bytes()).chars().take(8).collect::<String>()),
        None => slug,
    }
}
