//! What several tables of one command say alike: the events and the former units that each new issue of a register repeats.

use std::collections::BTreeMap;

use std::sync::Arc;

use crate::diagnostics::{Code, Diagnostic, FileId};
use crate::model::{Record, RecordKey};
use crate::source::origin::Origin;
use crate::source::parse::Parsed;

/// Adds records to what was read; one that is there already gives its evidence to that, if both say the same.
pub(super) fn add(parsed: &mut Parsed, file: FileId, shared: Vec<(Record, Origin)>) {
    if shared.is_empty() {
        return;
    }
    let known = parsed.records.iter().enumerate().map(|(at, (_, record))| (record.key(), at));
    let mut known: BTreeMap<RecordKey, usize> = known.collect();
    for (record, origin) in shared {
        let key = record.key();
        let first = known.get(&key).and_then(|at| parsed.records.get_mut(*at)).map(|(_, first)| first);
        let Some(first) = first else {
            known.insert(key.clone(), parsed.records.len());
            parsed.origins.entry(key).or_insert(origin);
            parsed.records.push((file, record));
            continue;
        };
        if join(first, record) {
            continue;
        }
        let message = format!("{key} is told in two ways; the first counts");
        let mut found = Diagnostic::new(Code::LeftOut, message).at(origin.place()).label("told otherwise here");
        if let Some(origin) = parsed.origins.get(&key) {
            found = found.related(origin.place(), "told first here");
        }
        parsed.report.diagnostics.push(found);
    }
}

/// Adds the evidence of a record to another that says the same; tells whether it does.
fn join(first: &mut Record, other: Record) -> bool {
    match (first, other) {
        (Record::Event(first), Record::Event(other)) => {
            let same = first.kind == other.kind
                && first.date == other.date
                && first.originals == other.originals
                && first.results == other.results;
            if same {
                let new = other.evidence.iter().filter(|evidence| !first.evidence.contains(evidence));
                let new: Vec<_> = new.cloned().collect();
                Arc::make_mut(first).evidence.extend(new);
            }
            same
        }
        (Record::Unit(first), Record::Unit(other)) => {
            (&first.name, &first.kind, &first.summary) == (&other.name, &other.kind, &other.summary)
        }
        _ => false,
    }
}
