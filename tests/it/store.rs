//! The store as its callers see it: commits, crashes, damage, and what opening mends.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use eragraph::model::{
    Basis, Corpus, Edtf, Era, EraId, Evidence, Mention, NameClaim, NameForm, Placing, Record, RecordKey, Snapshot,
    SnapshotId, SourceFile, Standing, UnitId,
};
use eragraph::store::{
    BoxError, Changes, ContentHash, Document, Draft, Finding, Journal, Notice, Revision, Store, StoreError,
};
use proptest::prelude::*;
use tempfile::TempDir;

/// The inputs of these tests are records written as JSON.
fn parse(_: &Revision, documents: Vec<Document>) -> Result<Vec<Record>, BoxError> {
    let mut records = Vec::new();
    for document in documents {
        records.extend(serde_json::from_slice::<Vec<Record>>(&document.bytes)?);
    }
    Ok(records)
}

fn no_parse(revision: &Revision, _: Vec<Document>) -> Result<Vec<Record>, BoxError> {
    Err(format!("revision {} was read again", revision.number).into())
}

fn evidence() -> Evidence {
    Evidence { lines: None, basis: Basis::Shown, reference: None, note: None }
}

fn mention(id: &str, name: &str) -> Mention {
    Mention {
        unit: UnitId::new(id).unwrap(),
        part: None,
        evidence: evidence(),
        placing: Placing::Root,
        shown_under: None,
        name: Some(NameClaim { text: name.into(), form: NameForm::Written, evidence: evidence() }),
        acronym: None,
        also_written: Vec::new(),
        kind: None,
        standing: Standing::Internal,
        summary: None,
        same: None,
        holder: None,
        figures: Vec::new(),
        relations: Vec::new(),
        contacts: Vec::new(),
        places: Vec::new(),
        properties: Vec::new(),
    }
}

/// A snapshot with that many mentions.
fn snapshot(id: &str, title: &str, mentions: usize) -> Record {
    Record::Snapshot(Snapshot {
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
        mentions: (0..mentions).map(|at| mention(&format!("unit-{at}"), &format!("{title}, office {at}"))).collect(),
    })
}

fn era(id: &str, position: u32) -> Record {
    let id = EraId::new(id).unwrap();
    Record::Era(Era { sequence: id.clone(), name: id.to_string(), id, description: None, position })
}

fn key(id: &str) -> RecordKey {
    RecordKey::Snapshot(SnapshotId::new(id).unwrap())
}

fn draft(upserted: Vec<Record>, removed: Vec<RecordKey>) -> Draft {
    let inputs = if upserted.is_empty() {
        Vec::new()
    } else {
        vec![Document { name: "records.json".into(), bytes: serde_json::to_vec(&upserted).unwrap() }]
    };
    let recorded_at = "2024-05-06T07:08:09Z".parse().unwrap();
    Draft { recorded_at, inputs, changes: Changes { upserted, removed } }
}

fn commit(store: &Store, upserted: Vec<Record>, removed: Vec<RecordKey>) -> Revision {
    store.stage(&draft(upserted, removed)).unwrap().publish().unwrap()
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
    let both = vec![snapshot("a", "one", 1), snapshot("b", "two", 1)];
    commit(&store, both.clone(), vec![]);
    let changes = |upserted, removed| Changes { upserted, removed };
    assert!(store.unchanged(&changes(both.clone(), vec![key("not-there")])).unwrap());
    assert!(!store.unchanged(&changes(vec![], vec![key("a")])).unwrap());
    assert!(!store.unchanged(&changes(vec![snapshot("a", "new", 1)], vec![])).unwrap());
    assert!(store.has_input("records.json", &serde_json::to_vec(&both).unwrap()));
    assert!(!store.has_input("records.json", b"[]"));
    assert!(!store.has_input("other.json", b"[]"));

    let revision = commit(&store, vec![snapshot("a", "one", 1), snapshot("b", "new", 1)], vec![key("not-there")]);
    assert_eq!(revision.upserted.iter().map(|record| record.key.clone()).collect::<Vec<_>>(), [key("b")]);
    assert_eq!(revision.removed, []);
    // Put in and taken out at once: it is put in.
    let revision = commit(&store, vec![snapshot("a", "one", 1)], vec![key("a"), key("b"), key("b")]);
    assert_eq!((revision.upserted, revision.removed), (vec![], vec![key("b")]));
    assert_eq!(store.corpus(3).unwrap().snapshots.len(), 1);
}

#[test]
fn a_large_record_comes_back_and_leaves_no_blob_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    let title = "x".repeat(1_000_000);
    for round in 0..3 {
        commit(&store, vec![snapshot("large", &format!("{round} {title}"), 1), snapshot("small", "s", 300)], vec![]);
    }
    drop(store);
    let store = open_sound(dir.path());
    let found = store.corpus(3).unwrap();
    assert_eq!(found.snapshots[&SnapshotId::new("large").unwrap()].title.len(), 1_000_002);
    assert_eq!(files(&dir.path().join("db/blobs")), Vec::<PathBuf>::new());
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

#[test]
fn an_emptied_or_truncated_snap_file_is_moved_aside() {
    for keep in [0, 5, 20] {
        let (dir, expected) = three_revisions();
        drop(open_sound(dir.path()));
        let snaps = snap_files(dir.path());
        assert!(!snaps.is_empty(), "sled wrote no snap file, so this test tests nothing");
        for snap in &snaps {
            fs::File::options().write(true).open(snap).unwrap().set_len(keep).unwrap();
        }
        let notices = check_mended(dir.path(), &expected);
        assert!(matches!(&notices[..], [Notice::RecoveredSnap { set_aside }] if set_aside.exists()), "{notices:?}");
    }
}

/// Damages the database, and expects it to be built anew from the journal.
#[track_caller]
fn check_rebuilt(damage: impl Fn(&Path)) {
    let (dir, expected) = three_revisions();
    drop(open_sound(dir.path()));
    damage(&dir.path().join("db"));
    let notices = check_mended(dir.path(), &expected);
    let told = |notice: &Notice| matches!(notice, Notice::Rebuilt { revisions: 3, .. });
    assert!(notices.iter().any(told), "{notices:?}");
}

#[test]
fn a_missing_database_is_rebuilt_from_the_journal() {
    check_rebuilt(|db| fs::remove_dir_all(db).unwrap());
}

#[test]
fn an_emptied_database_is_rebuilt_from_the_journal() {
    check_rebuilt(|db| {
        for file in files(db) {
            fs::write(file, b"").unwrap();
        }
    });
}

#[test]
fn a_database_of_garbage_is_rebuilt_from_the_journal() {
    check_rebuilt(|db| {
        for file in files(db) {
            let length = fs::metadata(&file).unwrap().len();
            let noise = (0..length).map(|at| u8::try_from((at * 7919 + at / 251) % 256).unwrap());
            fs::write(file, noise.collect::<Vec<_>>()).unwrap();
        }
    });
}

#[test]
fn a_truncated_log_of_the_database_is_rebuilt_from_the_journal() {
    check_rebuilt(|db| {
        let log = db.join("db");
        fs::File::options().write(true).open(&log).unwrap().set_len(700).unwrap();
    });
}

#[test]
fn a_damaged_settings_file_of_the_database_is_no_loss() {
    let (dir, expected) = three_revisions();
    fs::write(dir.path().join("db/conf"), b"something else: altogether").unwrap();
    check_mended(dir.path(), &expected);
}

#[test]
fn bytes_changed_anywhere_in_the_log_lose_nothing() {
    let (dir, expected) = three_revisions();
    drop(open_sound(dir.path()));
    let log = fs::read(dir.path().join("db/db")).unwrap();
    let used = log.iter().rposition(|byte| *byte != 0).unwrap();
    for round in 0..8 {
        let damaged = tempfile::tempdir().unwrap();
        copy(dir.path(), damaged.path());
        let mut bytes = log.clone();
        for byte in bytes.iter_mut().skip(used * round / 8).take(40) {
            *byte ^= 0x5a;
        }
        fs::write(damaged.path().join("db/db"), bytes).unwrap();
        check_mended(damaged.path(), &expected);
    }
}

#[test]
fn a_database_without_a_journal_writes_the_manifests_anew() {
    let (dir, expected) = three_revisions();
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    let (store, notices) = open(dir.path());
    assert_eq!(corpora(&store), expected);
    let restored = notices.iter().filter(|notice| matches!(notice, Notice::ManifestRestored { .. })).count();
    let missing = notices.iter().filter(|notice| matches!(notice, Notice::InputMissing { .. })).count();
    assert_eq!((restored, missing), (3, 3), "{notices:?}");
    assert_eq!(Journal::open(dir.path()).revisions().unwrap(), store.revisions());
    assert!(matches!(
        store.verify().unwrap()[..],
        [Finding::Input { .. }, Finding::Input { .. }, Finding::Input { .. }]
    ));
}

#[test]
fn a_damaged_manifest_is_restored_from_the_database() {
    let (dir, expected) = three_revisions();
    let text = fs::read_to_string(manifest(dir.path(), 2)).unwrap();
    fs::write(manifest(dir.path(), 2), text.replace("07:08:09", "07:08:10")).unwrap();
    assert!(matches!(Journal::open(dir.path()).revisions(), Err(StoreError::Damaged { .. })));
    let notices = check_mended(dir.path(), &expected);
    assert!(
        matches!(&notices[..], [Notice::ManifestRestored { revision: 2, set_aside: Some(path) }] if path.exists()),
        "{notices:?}"
    );
    assert_eq!(fs::read_to_string(manifest(dir.path(), 2)).unwrap(), text);
}

#[test]
fn a_damaged_input_is_reported_while_the_database_is_sound() {
    let (dir, expected) = three_revisions();
    let object = object(dir.path(), 2);
    fs::write(&object, zstd::encode_all(&b"[]"[..], 1).unwrap()).unwrap();
    let store = open_sound(dir.path());
    assert_eq!(corpora(&store), expected);
    let found = store.verify().unwrap();
    assert!(matches!(&found[..], [Finding::Input { revision: 2, path, .. }] if *path == object), "{found:?}");
    // Staging the same bytes again mends the file.
    drop(store.stage(&draft(vec![snapshot("a", "second", 4), snapshot("b", "other", 40)], vec![])).unwrap());
    assert_eq!(store.verify().unwrap(), []);
    drop(store);

    fs::remove_file(&object).unwrap();
    let (store, notices) = open(dir.path());
    assert!(matches!(&notices[..], [Notice::InputMissing { revision: 2, path, .. }] if *path == object), "{notices:?}");
    assert_eq!(corpora(&store), expected);
}

#[test]
fn when_both_are_damaged_the_error_names_the_file_and_nothing_is_moved() {
    let (dir, _) = three_revisions();
    let object = object(dir.path(), 2);
    fs::write(&object, b"no zstd").unwrap();
    fs::write(dir.path().join("db/db"), b"no log").unwrap();
    for snap in snap_files(dir.path()) {
        fs::remove_file(snap).unwrap();
    }
    let error = open_error(dir.path());
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == object), "{error:?}");
    assert!(error.to_string().contains("put the file back"), "{error}");
    assert!(!dir.path().join("set-aside").exists());
}

#[test]
fn a_damaged_manifest_beside_a_damaged_database_is_an_error() {
    let (dir, _) = three_revisions();
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    fs::write(manifest(dir.path(), 2), b"{").unwrap();
    let error = open_error(dir.path());
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == manifest(dir.path(), 2)), "{error:?}");
    fs::remove_file(manifest(dir.path(), 2)).unwrap();
    let error = open_error(dir.path());
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == manifest(dir.path(), 2)), "{error:?}");
}

#[test]
fn a_damaged_database_without_a_journal_is_an_error() {
    let (dir, _) = three_revisions();
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    fs::write(dir.path().join("db/conf"), b"something else: altogether").unwrap();
    assert!(matches!(open_error(dir.path()), StoreError::Damaged { .. }));
    assert!(!dir.path().join("set-aside").exists());
}

#[test]
fn journal_and_database_of_different_stores_are_not_mixed() {
    let (dir, _) = three_revisions();
    let other = tempfile::tempdir().unwrap();
    commit(&open_sound(other.path()), vec![era("else", 0)], vec![]);
    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    copy(&other.path().join("journal"), &dir.path().join("journal"));
    assert!(matches!(open_error(dir.path()), StoreError::Diverged { revision: 1, .. }));
}

#[test]
fn inputs_that_can_no_longer_be_read_leave_the_old_database_in_place() {
    let (dir, _) = three_revisions();
    fs::write(dir.path().join("db/conf"), b"something else: altogether").unwrap();
    let before = files(&dir.path().join("db"));
    let error = Store::open(dir.path(), &no_parse).unwrap_err();
    assert!(matches!(error, StoreError::Rebuild { revision: 1, .. }), "{error:?}");
    assert_eq!(files(&dir.path().join("db")), before);
    assert!(open(dir.path()).1.iter().any(|notice| matches!(notice, Notice::Rebuilt { revisions: 3, .. })));
}

#[test]
fn inputs_that_read_differently_now_are_told() {
    let (dir, _) = three_revisions();
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    let renaming = |revision: &Revision, documents: Vec<Document>| {
        let mut records = parse(revision, documents)?;
        for record in &mut records {
            if let Record::Snapshot(snapshot) = record
                && snapshot.title == "other"
            {
                snapshot.title = "another".into();
            }
        }
        Ok(records)
    };
    let (store, notices) = Store::open(dir.path(), &renaming).unwrap();
    assert!(notices.contains(&Notice::ReadsDifferently { revision: 2, keys: vec![key("b")] }), "{notices:?}");
    assert_eq!(store.corpus(3).unwrap().snapshots[&SnapshotId::new("b").unwrap()].title, "another");
}

#[test]
fn a_newer_journal_is_left_alone() {
    let (dir, _) = three_revisions();
    let text = fs::read_to_string(manifest(dir.path(), 3)).unwrap();
    fs::write(manifest(dir.path(), 3), text.replacen("\"format\": 1", "\"format\": 2", 1)).unwrap();
    let error = open_error(dir.path());
    assert!(matches!(error, StoreError::Newer { found: 2, known: 1, .. }), "{error:?}");
    assert!(error.to_string().contains("newer eragraph"), "{error}");
}

/// Commits a fourth revision, and leaves the store as a crash at some point of the commit would.
#[track_caller]
fn check_crash(crash: impl Fn(&Path), expect_new: bool) {
    let (dir, mut expected) = three_revisions();
    let before = tempfile::tempdir().unwrap();
    copy(dir.path(), before.path());
    let store = open_sound(dir.path());
    commit(&store, vec![snapshot("c", "fourth", 2)], vec![key("b")]);
    if expect_new {
        expected.push(store.corpus(4).unwrap());
    }
    drop(store);
    fs::rename(before.path(), dir.path().join("before")).unwrap();
    crash(dir.path());
    assert_eq!(check_mended(dir.path(), &expected), []);
}

fn restore(dir: &Path, part: &str) {
    fs::remove_dir_all(dir.join(part)).unwrap();
    copy(&dir.join("before").join(part), &dir.join(part));
}

#[test]
fn a_crash_while_an_input_is_written_leaves_the_old_revision() {
    let crash = |dir: &Path| {
        restore(dir, "db");
        restore(dir, "journal");
        fs::create_dir_all(dir.join("journal/objects/ab")).unwrap();
        fs::write(dir.join("journal/objects/ab/abcd.zst.tmp"), b"half").unwrap();
    };
    check_crash(crash, false);
}

#[test]
fn a_crash_before_publishing_leaves_the_old_revision() {
    let crash = |dir: &Path| {
        restore(dir, "db");
        restore(dir, "journal/revisions");
    };
    check_crash(crash, false);
}

#[test]
fn a_crash_between_database_and_journal_is_finished_without_reading_anything_again() {
    let crash = |dir: &Path| {
        restore(dir, "journal/revisions");
        fs::write(dir.join("journal/revisions/00000004.json.tmp"), b"{").unwrap();
        let (_, notices) = Store::open(dir, &no_parse).unwrap();
        assert_eq!(notices, [Notice::RevisionCompleted { revision: 4 }]);
    };
    check_crash(crash, true);
}

/// Leaves a store of three revisions whose database is at the second.
fn behind_by_one() -> (TempDir, Vec<Corpus>) {
    let dir = tempfile::tempdir().unwrap();
    let older = tempfile::tempdir().unwrap();
    let store = open_sound(dir.path());
    commit(&store, vec![era("first", 0)], vec![]);
    commit(&store, vec![era("second", 1)], vec![]);
    drop(store);
    copy(&dir.path().join("db"), older.path());
    let store = open_sound(dir.path());
    commit(&store, vec![era("third", 2)], vec![]);
    let expected = corpora(&store);
    drop(store);
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    copy(older.path(), &dir.path().join("db"));
    (dir, expected)
}

#[test]
fn a_database_that_lost_a_revision_is_rebuilt() {
    let (dir, expected) = behind_by_one();
    let notices = check_mended(dir.path(), &expected);
    assert!(matches!(&notices[..], [Notice::Rebuilt { revisions: 3, set_aside: Some(_), .. }]), "{notices:?}");
}

#[test]
fn a_database_that_lost_a_revision_is_completed_where_older_inputs_are_lost() {
    let (dir, expected) = behind_by_one();
    let object = object(dir.path(), 1);
    fs::remove_file(&object).unwrap();
    let (store, notices) = open(dir.path());
    assert!(
        matches!(&notices[..], [Notice::Replayed { first: 3, last: 3 }, Notice::InputMissing { revision: 1, .. }]),
        "{notices:?}"
    );
    assert_eq!(corpora(&store), expected);
    assert!(!dir.path().join("set-aside").exists());
}

#[test]
fn a_database_that_lost_a_revision_with_its_inputs_is_an_error() {
    let (dir, _) = behind_by_one();
    let object = object(dir.path(), 3);
    fs::write(&object, b"").unwrap();
    let error = open_error(dir.path());
    assert!(matches!(&error, StoreError::Damaged { path, .. } if *path == object), "{error:?}");
}

#[test]
fn a_commit_that_fails_half_way_is_finished_by_opening_anew() {
    let (dir, mut expected) = three_revisions();
    let store = open_sound(dir.path());
    let staged = store.stage(&draft(vec![era("fourth", 3)], vec![])).unwrap();
    let revisions = dir.path().join("journal/revisions");
    fs::rename(&revisions, dir.path().join("away")).unwrap();
    assert!(matches!(staged.publish(), Err(StoreError::Io { .. })));
    assert!(matches!(store.stage(&draft(vec![], vec![])), Err(StoreError::Halted)));
    assert_eq!(corpora(&store), expected);
    drop(store);
    fs::rename(dir.path().join("away"), &revisions).unwrap();
    let (store, notices) = Store::open(dir.path(), &no_parse).unwrap();
    assert_eq!(notices, [Notice::RevisionCompleted { revision: 4 }]);
    expected.push(store.corpus(4).unwrap());
    assert!(expected[4].eras.contains_key("fourth"));
    drop(store);
    check_mended(dir.path(), &expected);
}

#[test]
fn a_crash_while_the_database_is_rebuilt_is_no_loss() {
    let (dir, expected) = three_revisions();
    copy(&dir.path().join("db"), &dir.path().join("db.new"));
    fs::remove_dir_all(dir.path().join("db")).unwrap();
    let notices = check_mended(dir.path(), &expected);
    assert!(matches!(&notices[..], [Notice::Rebuilt { revisions: 3, set_aside: None, .. }]), "{notices:?}");
}

const CHILD_DIR: &str = "ERAGRAPH_TEST_COMMITTING_CHILD";

/// Not a test by itself: the process that the next test kills.
#[test]
#[ignore = "started by a_killed_process_loses_nothing_that_it_acknowledged"]
fn committing_child() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let (store, _) = open(Path::new(&dir));
    loop {
        let number = store.latest() + 1;
        let mut records = vec![snapshot(&format!("s{}", number % 7), &format!("load {number}"), 20)];
        if number % 5 == 0 {
            records.push(snapshot("large", &format!("{number} {}", "y".repeat(200_000)), 1));
        }
        let revision = commit(&store, records, vec![key(&format!("s{}", (number + 3) % 7))]);
        println!("acknowledged {}", revision.number);
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for lines in [1, 4, 9, 6, 13] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::committing_child", "--ignored", "--nocapture"])
            .env(CHILD_DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: String| line.split("acknowledged ").nth(1)?.trim().parse::<u64>().ok();
        let wanted = acknowledged + lines;
        acknowledged = reader.by_ref().map_while(Result::ok).filter_map(number).find(|n| *n >= wanted).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = reader.map_while(Result::ok).filter_map(number).last().unwrap_or(acknowledged);

        let (store, notices) = Store::open(dir.path(), &no_parse).unwrap();
        let finished = |notice: &Notice| matches!(notice, Notice::RevisionCompleted { .. });
        assert!(notices.iter().all(finished), "{notices:?}");
        assert!((acknowledged..=acknowledged + 1).contains(&store.latest()), "{acknowledged}, {}", store.latest());
        assert_eq!(store.verify().unwrap(), []);
        let journal = Journal::open(dir.path());
        assert_eq!(journal.revisions().unwrap(), store.revisions());
        assert_eq!(journal.corpus(acknowledged, &parse).unwrap(), store.corpus(acknowledged).unwrap());
        acknowledged = store.latest();
    }
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
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

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
