//! Reading everything anew, to report what does not hold.

use std::sync::Arc;

use super::database::Fault;
use super::error::StoreError;
use super::journal::distinct_inputs;
use super::notice::Finding;
use super::{Entry, Store, lookup};

pub(super) fn verify(store: &Store) -> Result<Vec<Finding>, StoreError> {
    // No commit may come between reading the database and reading the journal.
    let _writer = store.writer();
    let entries = store.read().entries.clone();
    let mut findings = Vec::new();
    match store.database.entries() {
        Ok(found) if found.iter().eq(entries.iter().map(AsRef::as_ref)) => {}
        Ok(_) => findings.push(Finding::Database { why: "its revisions are not those that it had on opening".into() }),
        Err(fault) => findings.push(Finding::Database { why: fault.why() }),
    }
    records(store, &entries, &mut findings);
    manifests(store, &entries, &mut findings)?;
    for (revision, input) in distinct_inputs(entries.iter().map(|entry| &entry.manifest.revision)) {
        if let Err(why) = store.journal.check_input(input) {
            let path = store.journal.object_path(&input.blake3);
            findings.push(Finding::Input { revision, name: input.name.clone(), path, why: format!("the file {why}") });
        }
    }
    Ok(findings)
}

fn records(store: &Store, entries: &[Arc<Entry>], findings: &mut Vec<Finding>) {
    for entry in entries {
        let revision = entry.manifest.revision.number;
        for pack in &entry.stored {
            let found = store.database.pack(pack).and_then(|unpacked| {
                for record in unpacked.records() {
                    let (key, bytes) = record.map_err(Fault::Corrupt)?;
                    lookup::decode(&key, bytes)?;
                }
                Ok(())
            });
            if let Err(fault) = found {
                let (first, last) = (pack.first.clone(), pack.last.clone());
                findings.push(Finding::Records { revision, first, last, why: fault.why() });
            }
        }
    }
}

fn manifests(store: &Store, entries: &[Arc<Entry>], findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let mut scan = store.journal.scan()?;
    for manifest in entries.iter().map(|entry| &entry.manifest) {
        let revision = manifest.revision.number;
        let why = match scan.remove(&revision) {
            Some(Ok(found)) if found.seal == manifest.seal => continue,
            Some(Ok(_)) => "it is not the one that the database keeps".to_owned(),
            Some(Err(fault)) => fault.why,
            None => "it is missing".to_owned(),
        };
        findings.push(Finding::Manifest { revision, path: store.journal.manifest_path(revision), why });
    }
    for revision in scan.into_keys() {
        let path = store.journal.manifest_path(revision);
        findings.push(Finding::Manifest { revision, path, why: "the database has no such revision".to_owned() });
    }
    Ok(())
}
