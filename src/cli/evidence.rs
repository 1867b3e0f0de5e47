//! Evidence as people and programs read it: the source's file and its lines.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::history::{Citation, History};
use crate::model::Snapshot;

use super::style::clean;
use super::words::word;

/// Returns the name that a snapshot's source goes by: its file's, else the snapshot's id.
fn source_name(snapshot: &Snapshot) -> &str {
    snapshot.source.file.as_deref().unwrap_or(snapshot.id.as_str())
}

/// Returns citations as `file:lines`, each source once; what has no lines as its reference.
pub(super) fn places(history: &History, citations: &[Citation]) -> Vec<String> {
    let mut lines_of: IndexMap<String, Vec<String>> = IndexMap::new();
    for citation in citations {
        let snapshot = citation.snapshot.map(|snapshot| source_name(history.snapshot(snapshot)));
        let (place, lines) = match (snapshot, &citation.evidence.lines) {
            (Some(source), lines) => (clean(source), lines.as_ref().map(ToString::to_string)),
            (None, _) => match &citation.evidence.reference {
                Some(reference) => (clean(reference), None),
                None => continue,
            },
        };
        let known = lines_of.entry(place).or_default();
        if let Some(lines) = lines.filter(|lines| !known.contains(lines)) {
            known.push(lines);
        }
    }
    let told = lines_of.into_iter();
    told.map(|(place, lines)| if lines.is_empty() { place } else { format!("{place}:{}", lines.join(", ")) }).collect()
}

/// Returns a citation as the schema's `Evidence` has it.
pub(super) fn json(history: &History, citation: &Citation) -> Value {
    let snapshot = citation.snapshot.map(|snapshot| history.snapshot(snapshot));
    json!({
        "source": snapshot.map(source_name),
        "lines": citation.evidence.lines.as_ref().map(ToString::to_string),
        "basis": word(citation.evidence.basis),
        "reference": citation.evidence.reference,
        "note": citation.evidence.note,
        "snapshot": snapshot.map(|snapshot| snapshot.id.as_str()),
        "event": citation.event.map(|event| history.event(event).id.as_str()),
    })
}
