//! The store as its callers see it: what is committed comes back; damage and crashes have files of their own.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod crash;
mod damage;

use std::fs;
use std::path::{Path, PathBuf};

use eragraph::model::{
    Basis, Corpus, Edtf, Era, EraId, Evidence, Mention, NameClaim, NameForm, Placing, Record, RecordKey, Snapshot,
    SnapshotId, SourceFile, UnitId,
};
use eragraph::store::{
    BoxError, Changes, ContentHash, Document, Draft, Finding, Journal, Notice, Revision, Store, StoreError, Upserted,
};
use proptest::prelude::*;

use crate::properties::config;
use tempfile::TempDir;

/// The inputs of these tests are records written as JSON.
fn parse(_: &Revision, documents: Vec<Document<'static>>) -> Result<Vec<Record>, BoxError> {
    let mut records = Vec::new();
    for document in documents {
        records.extend(serde_json::from_slice::<Vec<Record>>(&document.bytes)?);
    }
    Ok(records)
}

fn no_parse(revision: &Revision, _: Vec<Document<'static>>) -> Result<Vec<Record>, BoxError> {
    Err(format!("revision {} was read again", revision.number).into())
}

fn evidence() -> Evidence {
    Evidence { lines: None, basis: Basis::Shown, reference: None, note: None }
}

fn mention(id: &str, name: &str) -> Mention {
    Mention {
        name: Some(NameClaim { text: name.into(), form: NameForm::Written, evidence: evidence() }),
        ..Mention::of(UnitId::new(id).unwrap(), evidence(), Placing::Root)
    }
}

/// A snapshot with that many mentions.
fn snapshot(id: &str, title: &str, mentions: usize) -> Record {
    Record::Snapshot(
        Snapshot {
            id: SnapshotId::new(id).unwrap(),
            title: title.into(),
            observed: Edtf::parse("2017-09-26").unwrap(),
            era: None,
            source: SourceFile { file: None, sha256: None, reference: None },
            date_evidence: Vec::new(),
            note: None,
            parts: Vec::new(),
            coverage: Vec::new(),
            topics: Vec::new(),
            mentions: (0..mentions)
                .map(|at| mention(&format!("unit-{at}"), &format!("{title}, office {at}")))
                .collect(),
            continuous: false,
        }
        .into(),
    )
}

fn era(id: &str, position: u32) -> Record {
    let id = EraId::new(id).unwrap();
    Record::Era(Era { sequence: id.clone(), name: id.to_string(), id, description: None, position }.into())
}

fn key(id: &str) -> RecordKey {
    RecordKey::Snapshot(SnapshotId::new(id).unwrap())
}

fn draft(upserted: Vec<Record>, removed: Vec<RecordKey>) -> Draft<'static> {
    let inputs = if upserted.is_empty() {
        Vec::new()
    } else {
        vec![Document { name: "records.json".into(), bytes: serde_json::to_vec(&upserted).unwrap().into() }]
    };
    let recorded_at = "2024-05-06T07:08:09Z".parse().unwrap();
    Draft { recorded_at, inputs, changes: Changes { upserted, removed } }
}

fn commit(store: &Store, upserted: Vec<Record>, removed: Vec<RecordKey>) -> Revision {
    store.stage(&draft(upserted, removed)).unwrap().publish().unwrap()
}

/// Returns the keys of the few records that a revision put in.
#[track_caller]
fn listed(revision: &Revision) -> Vec<RecordKey> {
    match &revision.upserted {
        Upserted::Listed(records) => records.iter().map(|record| record.key.clone()).collect(),
        Upserted::Summed(sum) => panic!("{sum:?}"),
    }
}

#[track_caller]
fn open(dir: &Path) -> (Store, Vec<Notice>) {
    Store::open(dir, &parse).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Opens a store of which nothing is to be mended.
#[track_caller]
fn open_sound(dir: &Path) -> Store {
    let (store, notices) = Store::open(dir, &no_parse).unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(notices, []);
    store
}

fn corpora(store: &Store) -> Vec<Corpus> {
    (0..=store.latest()).map(|revision| store.corpus(revision).unwrap()).collect()
}

/// Three revisions, as the folder of a closed store, with the corpus of each.
fn three_revisions() -> (TempDir, Vec<Corpus>) {
    let dir = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    commit(&store, vec![snapshot("a", "first", 3), era("early", 0)], vec![]);
    commit(&store, vec![snapshot("a", "second", 4), snapshot("b", "other", 40)], vec![]);
    commit(&store, vec![era("late", 1)], vec![key("a")]);
    let all = corpora(&store);
    drop(store);
    (dir, all)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { assert!(fs::copy(&path, &target).is_ok()) }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn snap_files(dir: &Path) -> Vec<PathBuf> {
    let is_snap = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("snap.");
    files(&dir.join("db")).into_iter().filter(is_snap).collect()
}

fn manifest(dir: &Path, revision: u64) -> PathBuf {
    dir.join(format!("journal/revisions/{revision:08}.json"))
}

/// Where the first input of a revision lies.
fn object(dir: &Path, revision: usize) -> PathBuf {
    let hash = Journal::open(dir).revisions().unwrap()[revision - 1].inputs[0].blake3.to_string();
    dir.join("journal/objects").join(&hash[..2]).join(format!("{hash}.zst"))
}

/// Opens a damaged store, and expects all its revisions; afterwards it must be sound again.
#[track_caller]
fn check_mended(dir: &Path, expected: &[Corpus]) -> Vec<Notice> {
    let (store, notices) = open(dir);
    assert_eq!(corpora(&store), expected);
    assert_eq!(store.verify().unwrap(), []);
    drop(store);
    let store = open_sound(dir);
    assert_eq!(corpora(&store), expected);
    let next = commit(&store, vec![era("next", 9)], vec![]);
    assert_eq!(next.number, u64::try_from(expected.len()).unwrap());
    notices
}

#[track_caller]
fn open_error(dir: &Path) -> StoreError {
    match Store::open(dir, &parse) {
        Ok((_, notices)) => panic!("opened, with {notices:?}"),
        Err(error) => error,
    }
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let (dir, expected) = three_revisions();
    let store = open_sound(dir.path());
    assert_eq!(corpora(&store), expected);
    assert_eq!(store.latest(), 3);
    assert_eq!(store.revisions().iter().map(|revision| revision.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(store.revision(3).unwrap().recorded_at.to_string(), "2024-05-06T07:08:09Z");
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn past_revisions_give_past_corpora() {
    let (_dir, all) = three_revisions();
    let titles = |corpus: &Corpus| {
        corpus.snapshots.values().map(|snapshot| snapshot.title.clone()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(all.iter().map(titles).collect::<Vec<_>>(), ["", "first", "second, other", "other"]);
    assert_eq!(all.iter().map(|corpus| corpus.eras.len()).collect::<Vec<_>>(), [0, 1, 1, 2]);
}

#[test]
fn a_revision_that_is_not_there_is_an_error() {
    let (dir, _) = three_revisions();
    let store = open_sound(dir.path());
    for asked in [4, u64::MAX] {
        assert!(matches!(store.corpus(asked), Err(StoreError::UnknownRevision { latest: 3, .. })));
        assert!(matches!(store.revision(asked), Err(StoreError::UnknownRevision { latest: 3, .. })));
    }
    assert!(matches!(store.revision(0), Err(StoreError::UnknownRevision { asked: 0, latest: 3 })));
}

#[test]
fn only_what_changes_is_in_a_revision() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    commit(&store, vec![snapshot("a", "one", 1), snapshot("b", "two", 1)], vec![]);
    let revision = commit(&store, vec![snapshot("a", "one", 1), snapshot("b", "new", 1)], vec![key("not-there")]);
    assert_eq!(listed(&revision), [key("b")]);
    assert_eq!(revision.removed, []);
    // Put in and taken out at once: it is put in.
    let revision = commit(&store, vec![snapshot("a", "one", 1)], vec![key("a"), key("b"), key("b")]);
    assert_eq!((listed(&revision), revision.removed), (vec![], vec![key("b")]));
    assert_eq!(store.corpus(3).unwrap().snapshots.len(), 1);
}

#[test]
fn a_large_record_comes_back_and_leaves_no_blob_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    // Text that compresses badly, so that the record is still long in the database.
    let title: String = (0..20_000_u32).map(|number| ContentHash::of(&number.to_be_bytes()).to_string()).collect();
    for round in 0..3 {
        commit(&store, vec![snapshot("large", &format!("{round} {title}"), 1), snapshot("small", "s", 300)], vec![]);
    }
    drop(store);
    let store = open_sound(dir.path());
    let found = store.corpus(3).unwrap();
    assert_eq!(found.snapshots[&SnapshotId::new("large").unwrap()].title.len(), title.len() + 2);
    assert_eq!(files(&dir.path().join("db/blobs")), Vec::<PathBuf>::new());
}

/// Eras enough for a sum, and enough bytes for several packs; each is named by the revision that put it in.
fn many_eras(revision: u32) -> Vec<Record> {
    let named = |number: u32| {
        let Record::Era(mut era) = era(&format!("era-{number:04}"), number) else { unreachable!() };
        std::sync::Arc::make_mut(&mut era).description = Some(format!("{revision}: {}", "x".repeat(4_000)));
        Record::Era(era)
    };
    (0..1_000).filter(|number| number % revision == 0).map(named).collect()
}

#[test]
fn many_records_are_told_by_their_sum_and_found_by_their_keys() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    let mut corpora = vec![Corpus::default()];
    for number in 1..=3 {
        let gone = RecordKey::Era(EraId::new(&format!("era-{:04}", 10 * number - 5)).unwrap());
        let revision = commit(&store, many_eras(number), vec![gone.clone()]);
        let mut corpus = corpora.last().unwrap().clone();
        corpus.remove(&gone);
        for record in many_eras(number) {
            corpus.insert(record);
        }
        corpora.push(corpus);
        assert!(
            matches!(&revision.upserted, Upserted::Summed(sum) if sum.records == 1_000_u64.div_ceil(u64::from(number)))
        );
    }
    let check = |store: &Store| {
        for (number, corpus) in (0..).zip(&corpora) {
            assert_eq!(store.corpus(number).unwrap(), *corpus);
            for id in ["era-0000", "era-0005", "era-0006", "era-0015", "era-0025", "era-0999", "none"] {
                let key = RecordKey::Era(EraId::new(id).unwrap());
                let expected: Vec<Record> = corpus.record(&key).into_iter().collect();
                assert_eq!(store.records(number, &[key]).unwrap(), expected, "{id} in revision {number}");
            }
        }
        assert_eq!(store.changed_keys(2).unwrap().len(), 501, "500 were put in, and one was taken out");
    };
    check(&store);
    // Most is there as it is: only what differs is put in.
    let again = commit(&store, corpora[3].keys().iter().filter_map(|key| corpora[3].record(key)).collect(), vec![]);
    assert_eq!(listed(&again), []);
    drop(store);
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    let (store, notices) = open(dir.path());
    assert!(matches!(&notices[..], [Notice::Rebuilt { .. }]), "{notices:?}");
    check(&store);
    assert_eq!(store.verify().unwrap(), []);
}

#[test]
fn a_revision_staged_on_an_older_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    let first = store.stage(&draft(vec![era("a", 0)], vec![])).unwrap();
    let second = store.stage(&draft(vec![era("b", 0)], vec![])).unwrap();
    assert_eq!(second.publish().unwrap().number, 1);
    assert!(matches!(first.publish(), Err(StoreError::Superseded { base: 0, latest: 1 })));
    assert_eq!(commit(&store, vec![era("a", 0)], vec![]).number, 2);
}

#[test]
fn a_second_opener_is_told_that_the_store_is_open() {
    let (dir, expected) = three_revisions();
    let store = open_sound(dir.path());
    let error = open_error(dir.path());
    assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
    assert!(error.to_string().contains(&dir.path().display().to_string()), "{error}");

    let journal = Journal::open(dir.path());
    assert_eq!(journal.revisions().unwrap(), store.revisions());
    for (revision, corpus) in (0..).zip(&expected) {
        assert_eq!(journal.corpus(revision, &parse).unwrap(), *corpus);
    }
    assert!(matches!(journal.corpus(4, &parse), Err(StoreError::UnknownRevision { asked: 4, latest: 3 })));
}

#[test]
fn a_journal_that_is_not_there_has_no_revisions() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(Journal::open(&dir.path().join("none")).revisions().unwrap(), []);
}

#[derive(Debug, Clone)]
enum Step {
    Commit { upserts: Vec<(u8, u8)>, removals: Vec<u8> },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let upserts = prop::collection::vec((0..6_u8, 0..4_u8), 0..4);
    let commit = (upserts, prop::collection::vec(0..6_u8, 0..3))
        .prop_map(|(upserts, removals)| Step::Commit { upserts, removals });
    prop::collection::vec(prop_oneof![4 => commit, 1 => Just(Step::Reopen)], 1..12)
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn any_commits_and_reopenings_are_like_a_list_of_corpora(steps in steps()) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open_sound(dir.path());
        let mut model = vec![Corpus::default()];
        for step in steps {
            match step {
                Step::Reopen => {
                    drop(store);
                    store = open_sound(dir.path());
                }
                Step::Commit { upserts, removals } => {
                    let records: Vec<_> =
                        upserts.iter().map(|(id, title)| snapshot(&format!("s{id}"), &title.to_string(), 2)).collect();
                    let keys: Vec<_> = removals.iter().map(|id| key(&format!("s{id}"))).collect();
                    let mut corpus = model.last().unwrap().clone();
                    for key in &keys {
                        corpus.remove(key);
                    }
                    for record in &records {
                        corpus.insert(record.clone());
                    }
                    commit(&store, records, keys);
                    model.push(corpus);
                }
            }
        }
        prop_assert_eq!(corpora(&store), model.clone());
        let journal = Journal::open(dir.path());
        let latest = store.latest();
        drop(store);
        prop_assert_eq!(journal.corpus(latest, &parse).unwrap(), model.last().unwrap().clone());
        fs::remove_dir_all(dir.path().join("db")).unwrap();
        let (store, _) = open(dir.path());
        prop_assert_eq!(corpora(&store), model);
    }
}

#[test]
fn a_hash_is_read_as_it_is_written() {
    let hash = ContentHash::of(b"eragraph");
    assert_eq!(hash.to_string().parse(), Ok(hash));
    assert!("12ab".parse::<ContentHash>().is_err());
}
