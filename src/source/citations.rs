//! Whether the evidence holds: the source files are the ones that were curated, have the lines, and the lines the names.
//!
//! Nothing is decoded but white space: a name counts as written when it stands on its lines letter by
//! letter, with every run of white space (line ends too) taken as one space.

use std::collections::BTreeSet;
use std::io;

use sha2::{Digest, Sha256};

use super::origin::{Origin, Origins};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::model::{Corpus, Evidence, LineSet, Mention, NameForm, RecordKey, Snapshot, UnitId};

/// Checks the evidence of every snapshot, event and declared unit of `corpus` against the source files.
///
/// `read` returns the bytes of a source file by the name that a snapshot gives it; `origins` gives the
/// places to point at.
pub fn check(corpus: &Corpus, origins: &Origins, read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for snapshot in corpus.snapshots.values() {
        let key = RecordKey::Snapshot(snapshot.id.clone());
        let mut cited =
            Cited { snapshot, record: &key, origin: origins.get(&key), lines: Vec::new(), found: &mut found };
        let Some(text) = cited.text(read) else { continue };
        cited.lines = text.iter().map(|line| collapsed(line)).collect();
        cited.check_lines();
        cited.check_names();
        check_events(corpus, origins, snapshot, cited.lines.len(), &mut found);
    }
    found
}

/// Checks that the lines of a snapshot's source that events, and declarations of units, cite are there.
fn check_events(corpus: &Corpus, origins: &Origins, snapshot: &Snapshot, count: usize, found: &mut Vec<Diagnostic>) {
    let events = corpus.events.values().map(|event| (RecordKey::Event(event.id().clone()), event.unpacked().evidence));
    let units = corpus.units.values().map(|unit| (RecordKey::Unit(unit.id.clone()), unit.evidence.clone()));
    for (key, cited) in events.chain(units) {
        for evidence in cited.iter().filter(|evidence| evidence.snapshot == snapshot.id) {
            let place = origins.get(&key).map(|origin| origin.place_of_lines(&evidence.lines));
            found.extend(no_such_lines(&key, snapshot, &evidence.lines, count, place));
        }
    }
}

/// One snapshot beside its source.
struct Cited<'a> {
    snapshot: &'a Snapshot,
    record: &'a RecordKey,
    origin: Option<&'a Origin>,
    /// The lines of the source, white space collapsed.
    lines: Vec<String>,
    found: &'a mut Vec<Diagnostic>,
}

impl Cited<'_> {
    fn tell(&mut self, diagnostic: Diagnostic, place: Option<Place>) {
        self.found.push(match place {
            Some(place) => diagnostic.at(place),
            None => diagnostic,
        });
    }

    fn place_of(&self, text: &str) -> Option<Place> {
        self.origin.map(|origin| origin.place_of_id(text))
    }

    /// Returns the lines of the source, when the snapshot names one and it can be read.
    fn text(&mut self, read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>) -> Option<Vec<String>> {
        let file = self.snapshot.source.file.as_deref()?;
        let record = self.record;
        let place = self.place_of(file);
        let bytes = match read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                let why = if error.kind() == io::ErrorKind::NotFound {
                    "is not there".into()
                } else {
                    format!("cannot be read: {error}")
                };
                self.tell(
                    Diagnostic::new(Code::SourceMissing, format!("the source file `{file}` of {record} {why}")),
                    place,
                );
                return None;
            }
        };
        match &self.snapshot.source.sha256 {
            None => {
                let message = format!("{record} names the source file `{file}` without its SHA-256");
                let hint = format!("add `sha256: {}`", sha256(&bytes));
                self.tell(Diagnostic::new(Code::SourceWithoutHash, message).hint(hint), place);
            }
            Some(expected) => {
                let actual = sha256(&bytes);
                if *expected != actual {
                    let message = format!("the source file `{file}` is not the one that {record} was curated from");
                    let hint = format!("the SHA-256 of the file is {actual}; compare the file, and its lines, anew");
                    let place = self.place_of(expected);
                    self.tell(Diagnostic::new(Code::SourceChanged, message).hint(hint), place);
                }
            }
        }
        Some(lines(&bytes))
    }

    fn check_lines(&mut self) {
        let mut told = BTreeSet::new();
        for lines in evidence_of(self.snapshot).filter_map(|evidence| evidence.lines) {
            if told.insert(lines.to_string()) {
                let place = self.origin.map(|origin| origin.place_of_lines(&lines));
                self.found.extend(no_such_lines(self.record, self.snapshot, &lines, self.lines.len(), place));
            }
        }
    }

    fn check_names(&mut self) {
        for mention in self.snapshot.mentions.iter() {
            let claims = mention.name.iter().map(|name| ("name", name));
            let claims = claims.chain(mention.acronym.iter().map(|name| ("acronym", name)));
            let claims = claims.chain(mention.details.also_written.iter().map(|name| ("form", name)));
            for (word, claim) in claims.filter(|(_, claim)| claim.form == NameForm::Written) {
                self.check_name(&mention.unit, word, &claim.text, &claim.evidence);
            }
            if let Some(holder) = &mention.details.holder {
                self.check_name(&mention.unit, "holder", &holder.name, &holder.evidence);
            }
        }
    }

    fn check_name(&mut self, unit: &UnitId, word: &str, text: &str, evidence: &Evidence) {
        let Some(lines) = &evidence.lines else { return };
        if usize::try_from(lines.last()).is_ok_and(|last| last > self.lines.len()) {
            return; // told already: there are no such lines
        }
        let wanted = collapsed(text);
        if self.on_lines(lines).contains(&wanted) {
            return;
        }
        let message = format!("the {word} `{text}` of unit `{unit}` does not stand on {} of its source", named(lines));
        let elsewhere = (1_usize..).zip(&self.lines).find(|(_, line)| line.contains(&wanted));
        let hint = match elsewhere {
            Some((line, _)) => format!("it stands on line {line}"),
            None if word == "holder" => "write it as the source does".to_owned(),
            None => "write it as the source does, or say `form: expanded` or `form: normalised`".to_owned(),
        };
        let place = self.origin.map(|origin| origin.place_of_name(unit, text));
        self.tell(Diagnostic::new(Code::NotOnLines, message).hint(hint), place);
    }

    /// Returns the text of some lines, joined by spaces.
    fn on_lines(&self, set: &LineSet) -> String {
        let numbered = (1_u32..).zip(&self.lines);
        let within = |line: u32| set.ranges().any(|(first, last)| first <= line && line <= last);
        let lines: Vec<&str> = numbered.filter(|(line, _)| within(*line)).map(|(_, text)| text.as_str()).collect();
        collapsed(&lines.join(" "))
    }
}

fn no_such_lines(
    record: &RecordKey,
    snapshot: &Snapshot,
    lines: &LineSet,
    count: usize,
    place: Option<Place>,
) -> Option<Diagnostic> {
    if usize::try_from(lines.last()).is_ok_and(|last| last <= count) {
        return None;
    }
    let whose = match record {
        RecordKey::Snapshot(_) => "its source".to_owned(),
        _ => format!("the source of snapshot `{}`", snapshot.id),
    };
    let message = format!("{record} names {} of {whose}, which has {count} lines", named(lines));
    let found = Diagnostic::new(Code::NoSuchLines, message);
    Some(match place {
        Some(place) => found.at(place),
        None => found,
    })
}

/// Returns `line 18`, or `lines 18, 24-26`.
fn named(lines: &LineSet) -> String {
    let one = lines.ranges().all(|(first, _)| first == lines.last());
    format!("{} {lines}", if one { "line" } else { "lines" })
}

/// Returns every piece of evidence that a snapshot holds.
fn evidence_of(snapshot: &Snapshot) -> impl Iterator<Item = Evidence> {
    let dating = snapshot.date_evidence.iter().chain(snapshot.parts.iter().flat_map(|part| &part.date_evidence));
    let lists = snapshot.coverage.iter().map(|coverage| &coverage.evidence);
    let topics = snapshot.topics.iter().map(|topic| &topic.evidence);
    let of_mention = |mention: Mention| mention.evidences().cloned().collect::<Vec<_>>();
    dating.chain(lists).chain(topics).cloned().chain(snapshot.mentions.iter().flat_map(of_mention))
}

/// Returns the text with every run of white space as one space, and none around it.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the lines of a source, counted as evidence counts them. They end in LF or CRLF, and what is not UTF-8
/// is replaced by U+FFFD.
pub(crate) fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

/// Returns the SHA-256 of the bytes of a source in lower-case hexadecimal digits, as snapshots record it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
