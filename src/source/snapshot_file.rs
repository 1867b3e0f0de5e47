//! Snapshot files: what one dated source says, from the top of the file down to its units.

use std::collections::BTreeMap;

use super::build::{Builder, date, extent, items, own_id, text};
use super::unit::{Hang, Reader};
use super::values::boolean;
use super::yaml::{Node, Value};
use crate::diagnostics::{Code, Diagnostic, Span, did_you_mean};
use crate::model::{Basis, Coverage, Evidence, Part, PartIx, Record, Snapshot, SnapshotId, SourceFile, Topic, UnitId};

/// Builds the snapshot of a file.
pub(super) fn build(node: &Node, builder: &mut Builder<'_>) -> Vec<Record> {
    builder.begin(node.get("snapshot"));
    let Some(id) = own_id::<SnapshotId>(node.get("snapshot")) else { return Vec::new() };
    let mut reader = Reader {
        name: format!("snapshot `{id}`"),
        builder,
        parts: Vec::new(),
        mentions: Vec::new(),
        seen: BTreeMap::new(),
        ends: Vec::new(),
        path: Vec::new(),
        nameless: false,
    };
    reader.read_parts(node);
    reader.read_units(node);
    let coverage = reader.read_coverage(node);
    let topics = reader.read_topics(node);
    let date_evidence = reader.date_evidence(node);
    let source = reader.read_source(node.get("source"));
    let (parts, mentions) = (reader.parts, reader.mentions);
    let snapshot = Snapshot {
        id,
        title: text(node.get("title")).unwrap_or_default(),
        observed: date(node.get("observed")),
        era: builder.id(node.get("era")),
        source,
        date_evidence,
        note: text(node.get("note")),
        parts,
        coverage,
        topics,
        mentions: mentions.into(),
        continuous: false,
    };
    builder.finish(Record::Snapshot(snapshot.into())).into_iter().collect()
}

impl Reader<'_, '_> {
    fn read_parts(&mut self, node: &Node) {
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for node in items(node, "parts") {
            let Some(id) = text(node.get("id")) else { continue };
            let span = node.get("id").map_or(node.span, |node| node.span);
            if let Some(first) = seen.insert(id.clone(), span) {
                let message = format!("{} has two parts with the id `{id}`", self.name);
                let found =
                    Diagnostic::new(Code::DuplicateId, message).at(self.builder.place(span)).label("again here");
                self.builder.tell(found.related(self.builder.place(first), "first here"));
                continue;
            }
            if self.parts.len() >= usize::from(u16::MAX) {
                let message = format!("{} has more than {} parts", self.name, u16::MAX);
                self.builder.tell(Diagnostic::new(Code::TooManyValues, message).at(self.builder.place(span)));
                return;
            }
            let date_evidence = self.date_evidence(node);
            let note = text(node.get("note"));
            self.parts.push(Part { id, observed: date(node.get("observed")), date_evidence, note });
        }
    }

    fn read_units(&mut self, node: &Node) {
        for node in items(node, "units") {
            self.unit(node, &Hang::Root, None);
        }
        for node in items(node, "unplaced") {
            self.unit(node, &Hang::Unplaced, None);
        }
        for (from, to, span) in std::mem::take(&mut self.ends) {
            if !self.nameless && !self.mentions(&to) {
                let message =
                    format!("unit `{from}` has a relation to unit `{to}`, which {} does not mention", self.name);
                let hint = self.near(&to).or(Some("say `to-text` for what is no unit here".into()));
                let found = Diagnostic::new(Code::UnknownUnit, message).at(self.builder.place(span)).maybe_hint(hint);
                self.builder.tell(found);
            }
        }
    }

    fn mentions(&self, unit: &UnitId) -> bool {
        self.seen.range((unit.clone(), None)..).next().is_some_and(|((seen, _), _)| seen == unit)
    }

    fn near(&self, unit: &UnitId) -> Option<String> {
        did_you_mean(unit.as_str(), self.seen.keys().map(|(unit, _)| unit.as_str()))
    }

    /// Reads the dated part that a mapping names; what names none stands in the one given.
    pub(super) fn part(&mut self, node: &Node, inherited: Option<PartIx>) -> Option<PartIx> {
        let Some(part) = node.get("part") else { return inherited };
        let name = text(Some(part))?;
        let position = self.parts.iter().position(|known| known.id == name);
        if let Some(position) = position {
            return u16::try_from(position).ok().map(PartIx);
        }
        let known = self.parts.iter().map(|part| part.id.as_str());
        let hint = did_you_mean(&name, known)
            .unwrap_or_else(|| "list the dated parts of the source in `parts`, each with an `id` and a date".into());
        let message = format!("part `{name}` is not listed in the `parts` of {}", self.name);
        let found = Diagnostic::new(Code::UnknownPart, message).at(self.builder.place(part.span)).hint(hint);
        self.builder.tell(found);
        inherited
    }

    fn date_evidence(&mut self, node: &Node) -> Vec<Evidence> {
        let subject = format!("the dating of {}", self.name);
        let evidence = |node| self.builder.evidence(node, &subject, Basis::Inferred, None);
        items(node, "date-evidence").iter().map(evidence).collect()
    }

    fn read_source(&mut self, node: Option<&Node>) -> SourceFile {
        for name in ["file", "sha256"] {
            let written = node.and_then(|node| node.get(name));
            if let Some((node, text)) = written.and_then(|node| Some((node, node.text()?))) {
                let place = self.builder.place(node.span);
                self.builder.origin.note_id(text, place);
            }
        }
        let field = |name| text(node.and_then(|node| node.get(name)));
        let source = SourceFile { file: field("file"), sha256: field("sha256"), reference: field("reference") };
        if let Some(node) = node
            .filter(|node| matches!(node.value, Value::Map(_)) && node.get("file").or(node.get("reference")).is_none())
        {
            let message = format!("the source of {} has neither a `file` nor a `reference`", self.name);
            let hint = "name the file that it was curated from, or what a reader can look up";
            let found = Diagnostic::new(Code::MissingField, message).at(self.builder.place(node.span)).hint(hint);
            self.builder.tell(found);
        }
        source
    }

    fn read_coverage(&mut self, node: &Node) -> Vec<Coverage> {
        let mut coverage = Vec::new();
        for node in items(node, "coverage") {
            let Some(of) = self.builder.unit_id(node.get("of")) else { continue };
            if !self.nameless && !self.mentions(&of) {
                let span = node.get("of").map_or(node.span, |of| of.span);
                let message = format!("coverage is of unit `{of}`, which {} does not mention", self.name);
                let hint = self.near(&of);
                let found = Diagnostic::new(Code::CoverageOfAbsent, message).at(self.builder.place(span));
                self.builder.tell(found.maybe_hint(hint));
            }
            let subject = format!("the coverage of unit `{of}`");
            coverage.push(Coverage {
                kind: text(node.get("kind")),
                heading: text(node.get("heading")),
                deep: node.get("deep").and_then(boolean).unwrap_or(false),
                extent: extent(node.get("extent")),
                evidence: self.builder.evidence(node, &subject, Basis::Shown, None),
                part: self.part(node, None),
                of,
            });
        }
        coverage
    }

    fn read_topics(&mut self, node: &Node) -> Vec<Topic> {
        let mut topics = Vec::new();
        for node in items(node, "topics") {
            let Some(label) = text(node.get("label")) else { continue };
            let subject = format!("topic `{label}`");
            topics.push(Topic {
                heading: text(node.get("heading")),
                evidence: self.builder.evidence(node, &subject, Basis::Shown, None),
                part: self.part(node, None),
                label,
            });
        }
        topics
    }
}
