//! Damaged files, one side or both: what opening mends, and what it refuses.

use super::*;

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
    let renaming = |revision: &Revision, documents: Vec<Document<'static>>| {
        let mut records = parse(revision, documents)?;
        for record in &mut records {
            if let Record::Snapshot(snapshot) = record
                && snapshot.title == "other"
            {
                std::sync::Arc::make_mut(snapshot).title = "another".into();
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
    fs::write(manifest(dir.path(), 3), text.replacen("\"format\": 2", "\"format\": 3", 1)).unwrap();
    let error = open_error(dir.path());
    assert!(matches!(error, StoreError::Newer { found: 3, known: 2, .. }), "{error:?}");
    assert!(error.to_string().contains("newer eragraph"), "{error}");
}
