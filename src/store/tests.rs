//! What only the inside of the store can bring about: other formats, and records that are not what they were.

use std::path::Path;

use tempfile::TempDir;

use crate::model::{
    Basis, ChangeEvent, Contact, Coverage, DeclaredUnit, Details, Edtf, Era, EventEvidence, EventOriginal, EventResult,
    EventType, Evidence, Extent, Figure, Holder, LineSet, Mention, NameClaim, NameForm, Part, PartIx, PlaceClaim,
    PlaceRole, Placing, Property, Record, Relation, RelationEnd, Snapshot, SourceFile, Standing, Text, Topic,
};

use super::database::{Database, Fault};
use super::manifest::{DATABASE_FORMAT, Manifest};
use super::{BoxError, Changes, ContentHash, Document, Draft, Notice, Revision, Store, StoreError, encode_record};

fn era(name: &str) -> Record {
    Record::Era(
        Era {
            id: "late".parse().unwrap(),
            name: name.into(),
            description: None,
            sequence: "early".parse().unwrap(),
            position: 1,
        }
        .into(),
    )
}

/// The inputs of these tests are the names of one era.
fn parse(_: &Revision, documents: Vec<Document<'static>>) -> Result<Vec<Record>, BoxError> {
    documents.into_iter().map(|document| Ok(era(&String::from_utf8(document.bytes.into_owned())?))).collect()
}

fn store_with(names: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), &parse).unwrap();
    for name in names {
        let draft = Draft {
            recorded_at: "2024-05-06T07:08:09Z".parse().unwrap(),
            inputs: vec![Document { name: "era".into(), bytes: name.as_bytes().into() }],
            changes: Changes { upserted: vec![era(name)], removed: Vec::new() },
        };
        store.stage(&draft).unwrap().publish().unwrap();
    }
    dir
}

fn tamper(dir: &Path, with: impl FnOnce(&Database)) {
    let database = Database::open(&dir.join("db")).unwrap();
    with(&database);
}

/// Puts other bytes, or none, in the place of the first revision's pack.
fn tamper_with_pack(database: &Database, bytes: &[u8]) {
    let entries = database.entries().unwrap();
    database.put_pack(&entries[0].stored[0], bytes);
}

#[track_caller]
fn check_rebuilt(with: impl FnOnce(&Database), reason: &str) {
    let dir = store_with(&["one", "two"]);
    tamper(dir.path(), with);
    let (store, notices) = Store::open(dir.path(), &parse).unwrap();
    let rebuilt = notices.iter().find_map(|notice| match notice {
        Notice::Rebuilt { why, revisions: 2, set_aside: Some(_) } => Some(why.as_str()),
        _ => None,
    });
    assert!(rebuilt.is_some_and(|why| why.contains(reason)), "{notices:?}");
    let names = [1, 2].map(|revision| store.corpus(revision).unwrap().eras["late"].name.clone());
    assert_eq!(names, ["one", "two"]);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn an_older_format_is_rebuilt_from_the_journal() {
    check_rebuilt(|database| database.put_format(u64::from(DATABASE_FORMAT) - 1), "an older one");
}

/// A manifest as the first format wrote it.
const FIRST_MANIFEST: &str = r#"{
  "format": 1,
  "recordFormat": 2,
  "previous": null,
  "revision": {
    "number": 1,
    "recordedAt": "2026-11-22T05:19:50.774664407Z",
    "inputs": [
      {
        "name": "eras.yaml",
        "blake3": "0e13fdcff47421f16daa00be616068774d102e10fbd36c5c61a144052dfe8f07",
        "bytes": 75
      }
    ],
    "upserted": [
      {
        "key": "era/one",
        "blake3": "d1d3e5e0a9a17bf9556e678b9334d4c837be36f9f04c85d5ce71b5a7d8e7b7df"
      },
      {
        "key": "era/two",
        "blake3": "901acc05126c1041f465234deaf6e7fa4c4f3f6c456208f5286be400f598fc28"
      }
    ],
    "removed": []
  },
  "seal": "21521e6f43dc50581aa47e832821bcd1aa1e64337555b55663416593c2fe9b4b"
}
"#;

#[test]
fn a_manifest_of_the_first_format_is_read_and_written_as_it_was() {
    let manifest = Manifest::read(FIRST_MANIFEST.as_bytes()).unwrap();
    assert_eq!(manifest.revision.upserted.count(), 2);
    assert_eq!(String::from_utf8(manifest.to_bytes().unwrap()).unwrap(), FIRST_MANIFEST);
}

#[test]
fn a_newer_format_is_an_error_and_the_database_stays() {
    let dir = store_with(&["one"]);
    tamper(dir.path(), |database| database.put_format(u64::from(DATABASE_FORMAT) + 1));
    let error = Store::open(dir.path(), &parse).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found, .. } if found == DATABASE_FORMAT + 1), "{error:?}");
    assert!(!dir.path().join("set-aside").exists());
}

#[test]
fn records_whose_bytes_changed_are_rebuilt_from_the_journal() {
    check_rebuilt(|database| tamper_with_pack(database, b"else"), "the hash of a pack of records differs");
}

#[test]
fn lost_records_are_rebuilt_from_the_journal() {
    check_rebuilt(|database| tamper_with_pack(database, b""), "a pack of records is missing");
}

#[test]
fn a_transaction_on_another_revision_than_the_latest_changes_nothing() {
    let dir = store_with(&["one", "two"]);
    let (store, _) = Store::open(dir.path(), &parse).unwrap();
    let first = store.read().entries[0].clone();
    assert!(matches!(store.database.commit(&first, &[]), Err(Fault::Superseded(2))));
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn records_have_the_shape_of_their_format_number() {
    let bytes: Vec<u8> = every_kind_of_record().iter().flat_map(|record| encode_record(record).unwrap()).collect();
    assert_eq!(
        (DATABASE_FORMAT, ContentHash::of(&bytes).to_string().as_str()),
        (5, "0db25d0b0edf22976751fa23b5296b52eaaa602d2206735cb7dccc08787387e3"),
        "the shape of a record changed: raise DATABASE_FORMAT, so that older databases are built anew, and put both here"
    );
}

/// One record of each kind, with something in every field.
fn every_kind_of_record() -> Vec<Record> {
    let unit = DeclaredUnit {
        id: "bureau".parse().unwrap(),
        name: "Bureau".into(),
        acronym: Some("B".into()),
        kind: Some("agency".into()),
        standing: Standing::External,
        summary: Some("former".into()),
        basis: Basis::Outside,
        evidence: vec![event_evidence()],
        reference: Some("Statute 12".into()),
    };
    vec![
        Record::Snapshot(full_snapshot().into()),
        Record::Event(full_event().into()),
        era("era"),
        Record::Unit(unit.into()),
    ]
}

fn evidence() -> Evidence {
    let lines = Some(LineSet::parse("18, 24-26").unwrap());
    Evidence { lines, basis: Basis::Inferred, reference: Some("there".into()), note: Some("so".into()) }
}

fn event_evidence() -> EventEvidence {
    EventEvidence {
        snapshot: "page".parse().unwrap(),
        lines: LineSet::parse("3").unwrap(),
        basis: Basis::Shown,
        note: Some("so".into()),
    }
}

fn full_event() -> ChangeEvent {
    ChangeEvent {
        id: "merger".parse().unwrap(),
        kind: EventType::Merged,
        date: Edtf::parse("2003-03-01").unwrap(),
        originals: vec![EventOriginal { unit: "bureau".parse().unwrap(), continues: true, part: false }],
        results: vec![EventResult {
            unit: "acme".parse().unwrap(),
            name: Some("Acme".into()),
            acronym: Some("A".into()),
            kind: Some("agency".into()),
            parent: Some("top".parse().unwrap()),
        }],
        basis: Basis::Stated,
        evidence: vec![event_evidence()],
        reference: Some("there".into()),
        note: Some("so".into()),
    }
}

fn full_snapshot() -> Snapshot {
    let part = Some(PartIx(0));
    let coverage = Coverage {
        of: "acme".parse().unwrap(),
        kind: Some("office".into()),
        heading: Some("Offices".into()),
        deep: true,
        extent: Extent::Listed,
        evidence: evidence(),
        part,
    };
    Snapshot {
        id: "page".parse().unwrap(),
        title: "Page".into(),
        observed: Edtf::parse("2008/2009").unwrap(),
        era: Some("late".parse().unwrap()),
        source: SourceFile { file: Some("f".into()), sha256: Some("0".into()), reference: Some("r".into()) },
        date_evidence: vec![evidence()],
        note: Some("so".into()),
        parts: vec![Part {
            id: "menu".into(),
            observed: Edtf::parse("2016").unwrap(),
            date_evidence: vec![evidence()],
            note: Some("so".into()),
        }],
        coverage: vec![coverage],
        topics: vec![Topic { label: "T".into(), heading: Some("H".into()), evidence: evidence(), part }],
        mentions: [full_mention(part)].into_iter().collect(),
        continuous: false,
    }
}

fn full_mention(part: Option<PartIx>) -> Mention {
    let name = || NameClaim { text: "Office".into(), form: NameForm::Normalised, evidence: evidence() };
    let text = || Some(Text { text: "text".into(), evidence: evidence() });
    Mention {
        unit: "office".parse().unwrap(),
        part,
        evidence: evidence(),
        placing: Placing::Under { parent: "acme".parse().unwrap(), evidence: evidence() },
        shown_under: Some("Offices".into()),
        name: Some(name()),
        acronym: Some(name()),
        kind: text(),
        standing: Standing::Programme,
        properties: vec![Property { name: "n".into(), value: "v".into(), evidence: evidence(), part }],
        details: full_details(part),
    }
}

fn full_details(part: Option<PartIx>) -> Details {
    let name = || NameClaim { text: "Office".into(), form: NameForm::Normalised, evidence: evidence() };
    let text = || Some(Text { text: "text".into(), evidence: evidence() });
    let figure = Figure {
        measure: "employees".into(),
        value: Some(1.0),
        low: Some(0.5),
        high: Some(2.0),
        unit: Some("persons".into()),
        qualifier: Some("about".into()),
        scope: Some("all".into()),
        evidence: evidence(),
        part,
    };
    let place = PlaceClaim {
        place: "Town".into(),
        part_of_place: Some("northern".into()),
        also_written: vec!["N".into()],
        role: PlaceRole::Area,
        scope: Some("media".into()),
        evidence: evidence(),
    };
    let to = [RelationEnd::Unit("acme".parse().unwrap()), RelationEnd::Text("the law".into())];
    Details {
        also_written: vec![name()],
        summary: text(),
        same: Some(evidence()),
        holder: Some(Holder { name: "N".into(), title: Some("Chief".into()), evidence: evidence(), part }),
        figures: vec![figure],
        relations: to.map(|to| Relation { kind: "oversees".into(), to, evidence: evidence(), part }).into(),
        contacts: vec![Contact {
            kind: "email".into(),
            value: Some("a@b".into()),
            purpose: Some("media".into()),
            evidence: evidence(),
            part,
        }],
        places: vec![place],
    }
}
