//! What an earlier reading of a table gave and the table gives no more.

use std::collections::{BTreeMap, HashSet};

use super::parse::{FileKind, Parsed};
use crate::diagnostics::{Code, Diagnostic, Place};
use crate::model::{ChangeEvent, Corpus, Record, RecordKey, Snapshot, SnapshotId};

/// How many ids one diagnostic names.
const NAMED: usize = 10;

/// Tells of snapshots and events that a table of this name gave before, and that would stay though it gives them no more.
pub(super) fn tell(after: &Corpus, parsed: &Parsed, found: &mut Vec<Diagnostic>) {
    let mut tables: BTreeMap<&str, Place> = BTreeMap::new();
    for (file, record) in &parsed.records {
        let is_table = parsed.kinds.get(file.0).is_some_and(|kind| *kind == Some(FileKind::Table));
        if let (true, Record::Snapshot(snapshot)) = (is_table, record) {
            let name = snapshot.source.file.as_deref();
            tables.extend(name.map(|name| (name, Place::file(*file))));
        }
    }
    if tables.is_empty() {
        return;
    }
    let given: HashSet<RecordKey> = parsed.records.iter().map(|(_, record)| record.key()).collect();
    for (table, place) in tables {
        let is_of_table = |snapshot: &Snapshot| snapshot.source.file.as_deref() == Some(table);
        let cites_table = |id: &SnapshotId| after.snapshots.get(id).is_some_and(|snapshot| is_of_table(snapshot));
        let rests_on_table = |event: &ChangeEvent| {
            !event.evidence.is_empty() && event.evidence.iter().all(|evidence| cites_table(&evidence.snapshot))
        };
        let snapshots = after.snapshots.values().filter(|snapshot| is_of_table(snapshot));
        let snapshots = snapshots.map(|snapshot| RecordKey::Snapshot(snapshot.id.clone()));
        let events = after.events.values().filter(|event| rests_on_table(&event.unpacked()));
        let keys = snapshots.chain(events.map(|event| RecordKey::Event(event.id().clone())));
        let stale: Vec<RecordKey> = keys.filter(|key| !given.contains(key)).collect();
        if stale.is_empty() {
            continue;
        }
        let mut named: Vec<String> = stale.iter().take(NAMED).map(RecordKey::to_string).collect();
        if stale.len() > NAMED {
            named.push(format!("{} more", stale.len() - NAMED));
        }
        let message =
            format!("what was loaded before rests on a table `{table}` that no longer gives it: {}", named.join(", "));
        let remove: Vec<String> = stale.iter().take(NAMED).map(|key| format!("--remove {}", key.id())).collect();
        let hint = format!("withdraw it, if the table was mended: `eragraph load {}`", remove.join(" "));
        found.push(Diagnostic::new(Code::StaleRecord, message).at(place).hint(hint));
    }
}
