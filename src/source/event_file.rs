//! Event files: change events, and the units that only they know.

use std::collections::BTreeMap;

use super::build::{Builder, basis, date, event_type, items, own_id, standing, text};
use super::values::boolean;
use super::yaml::Node;
use crate::diagnostics::{Code, Diagnostic, Span};
use crate::model::{
    Basis, ChangeEvent, DeclaredUnit, EventEvidence, EventId, EventOriginal, EventResult, EventType, Record, UnitId,
};

/// Builds the declared units and the events of a file.
pub(super) fn build(node: &Node, builder: &mut Builder<'_>) -> Vec<Record> {
    let mut records = Vec::new();
    for node in items(node, "units") {
        builder.begin(node.get("id"));
        let record = declared_unit(node, builder).and_then(|unit| builder.finish(Record::Unit(unit.into())));
        records.extend(record);
    }
    for node in items(node, "events") {
        builder.begin(node.get("id"));
        let record = event(node, builder).and_then(|event| builder.finish(Record::Event(event.into())));
        records.extend(record);
    }
    records
}

fn declared_unit(node: &Node, builder: &mut Builder<'_>) -> Option<DeclaredUnit> {
    let id = own_id::<UnitId>(node.get("id"))?;
    let stated = basis(node.get("basis"));
    let basis = stated.unwrap_or(Basis::Outside);
    let unreadable = stated.is_none() && node.get("basis").is_some();
    if basis == Basis::Outside && node.get("reference").is_none() && !unreadable {
        missing_reference(node, &format!("unit `{id}`"), builder);
    }
    if matches!(basis, Basis::Stated | Basis::Shown) {
        missing_lines(node, &format!("unit `{id}`"), builder);
    }
    let evidence = evidence(node, basis, builder);
    Some(DeclaredUnit {
        id,
        name: text(node.get("name")).unwrap_or_default(),
        acronym: text(node.get("acronym")),
        kind: text(node.get("kind")),
        standing: standing(node.get("standing")),
        summary: text(node.get("summary")),
        basis,
        evidence,
        reference: text(node.get("reference")),
    })
}

fn missing_reference(node: &Node, subject: &str, builder: &mut Builder<'_>) {
    let first = node.entries().first().map_or(node.span, |entry| entry.key_span);
    let span = node.get("basis").map_or(first, |basis| basis.span);
    let message = format!("{subject} is known from outside, without a reference");
    let found = Diagnostic::new(Code::MissingReference, message).at(builder.place(span));
    builder.tell(found.hint("say in `reference` what a reader can look up"));
}

/// Tells when what rests on sources names no lines of any.
fn missing_lines(node: &Node, subject: &str, builder: &mut Builder<'_>) {
    if !items(node, "evidence").is_empty() {
        return;
    }
    let span = node.get("basis").map_or(node.span, |basis| basis.span);
    let message = format!("{subject} names no lines of a snapshot's source that carry it");
    let hint = "give `evidence: [{snapshot: …, lines: …}]`; what is known from elsewhere has `basis: outside` and a \
                `reference`";
    builder.tell(Diagnostic::new(Code::MissingLines, message).at(builder.place(span)).hint(hint));
}

fn event(node: &Node, builder: &mut Builder<'_>) -> Option<ChangeEvent> {
    let id = own_id::<EventId>(node.get("id"))?;
    let stated = basis(node.get("basis"));
    let basis = stated.unwrap_or(Basis::Inferred);
    let originals = originals(node, &id, builder);
    let results = results(node, &id, builder);
    let evidence = evidence(node, basis, builder);
    let kind = event_type(node.get("type"));
    if let Some(kind) = kind {
        cardinality(node, &id, kind, builder);
    }
    if stated == Some(Basis::Outside) && node.get("reference").is_none() {
        missing_reference(node, &format!("event `{id}`"), builder);
    }
    if matches!(stated, Some(Basis::Stated | Basis::Shown)) {
        missing_lines(node, &format!("event `{id}`"), builder);
    }
    Some(ChangeEvent {
        id,
        kind: kind.unwrap_or(EventType::Succeeded),
        date: date(node.get("date")),
        originals,
        results,
        basis,
        evidence,
        reference: text(node.get("reference")),
        note: text(node.get("note")),
    })
}

/// Returns the node of the unit that an original or a result is, be it written as an id or as a mapping.
fn unit_node(node: &Node) -> Option<&Node> {
    if node.text().is_some() { Some(node) } else { node.get("unit") }
}

fn originals(node: &Node, event: &EventId, builder: &mut Builder<'_>) -> Vec<EventOriginal> {
    let mut seen = BTreeMap::new();
    let mut originals = Vec::new();
    for node in items(node, "originals") {
        let Some(unit) = unit_once(node, event, "originals", &mut seen, builder) else { continue };
        let flag = |field| node.get(field).and_then(boolean).unwrap_or(false);
        originals.push(EventOriginal { unit, continues: flag("continues"), part: flag("part") });
    }
    originals
}

fn results(node: &Node, event: &EventId, builder: &mut Builder<'_>) -> Vec<EventResult> {
    let mut seen = BTreeMap::new();
    let mut results = Vec::new();
    for node in items(node, "results") {
        let Some(unit) = unit_once(node, event, "results", &mut seen, builder) else { continue };
        let parent = builder.unit_id(node.get("parent"));
        if let Some(parent_node) = node.get("parent").filter(|_| parent.as_ref() == Some(&unit)) {
            let message = format!("event `{event}` puts unit `{unit}` under itself");
            let found = Diagnostic::new(Code::ParentCycle, message).at(builder.place(parent_node.span));
            builder.tell(found.label("the unit itself"));
        }
        let field = |name| text(node.get(name));
        results.push(EventResult { unit, name: field("name"), acronym: field("acronym"), kind: field("kind"), parent });
    }
    results
}

/// Reads the unit of an original or a result; tells when it stood in the same list before.
fn unit_once(
    node: &Node,
    event: &EventId,
    side: &str,
    seen: &mut BTreeMap<UnitId, Span>,
    builder: &mut Builder<'_>,
) -> Option<UnitId> {
    let node = unit_node(node)?;
    let unit = builder.unit_id(Some(node))?;
    if let Some(first) = seen.insert(unit.clone(), node.span) {
        let message = format!("event `{event}` names unit `{unit}` twice among its {side}");
        let found = Diagnostic::new(Code::DuplicateUnit, message).at(builder.place(node.span)).label("again here");
        builder.tell(found.related(builder.place(first), "first here"));
        return None;
    }
    Some(unit)
}

fn evidence(node: &Node, default: Basis, builder: &mut Builder<'_>) -> Vec<EventEvidence> {
    items(node, "evidence").iter().filter_map(|node| event_evidence(node, default, builder)).collect()
}

fn event_evidence(node: &Node, default: Basis, builder: &mut Builder<'_>) -> Option<EventEvidence> {
    Some(EventEvidence {
        snapshot: builder.id(node.get("snapshot"))?,
        lines: builder.lines(node.get("lines"))?,
        basis: basis(node.get("basis")).unwrap_or(default),
        note: text(node.get("note")),
    })
}

/// How many units a side of an event has.
#[derive(Clone, Copy)]
enum Many {
    None,
    One,
    OneOrMore,
    TwoOrMore,
}

impl Many {
    fn allows(self, count: usize) -> bool {
        match self {
            Self::None => count == 0,
            Self::One => count == 1,
            Self::OneOrMore => count >= 1,
            Self::TwoOrMore => count >= 2,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::One => "one",
            Self::OneOrMore => "one or more",
            Self::TwoOrMore => "two or more",
        }
    }
}

/// Returns the sides of which an event of a type has more or fewer than it may: the noun, how many, and how many it may.
pub(super) fn wrong_sides(
    kind: EventType,
    originals: usize,
    results: usize,
) -> impl Iterator<Item = (&'static str, usize, &'static str)> {
    let (some, others) = sides(kind);
    let counted = [("original", some, originals), ("result", others, results)].into_iter();
    counted.filter(|(_, many, count)| !many.allows(*count)).map(|(noun, many, count)| (noun, count, many.words()))
}

fn sides(kind: EventType) -> (Many, Many) {
    match kind {
        EventType::Created => (Many::None, Many::OneOrMore),
        EventType::Renamed | EventType::Moved | EventType::Reclassified => (Many::One, Many::One),
        EventType::Merged => (Many::TwoOrMore, Many::One),
        EventType::Split => (Many::One, Many::TwoOrMore),
        EventType::Absorbed => (Many::OneOrMore, Many::One),
        EventType::Transferred | EventType::Succeeded => (Many::OneOrMore, Many::OneOrMore),
        EventType::Dissolved => (Many::OneOrMore, Many::None),
    }
}

/// Tells when an event has more or fewer originals or results than its type allows, as they stand in the file.
fn cardinality(node: &Node, event: &EventId, kind: EventType, builder: &mut Builder<'_>) {
    let word = text(node.get("type")).unwrap_or_default();
    let [originals, results] = ["originals", "results"].map(|side| items(node, side).len());
    for (noun, count, may) in wrong_sides(kind, originals, results) {
        let nouns = if count == 1 { noun.to_owned() } else { format!("{noun}s") };
        let message = format!("event `{event}` is `{word}` and has {count} {nouns}; such an event has {may}");
        let side = node.get(&format!("{noun}s")).or_else(|| node.get("type"));
        let span = side.map_or(node.span, |node| node.span);
        builder.tell(Diagnostic::new(Code::WrongCardinality, message).at(builder.place(span)).label(may));
    }
}
