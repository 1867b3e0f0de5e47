//! Commits that were interrupted at each of their steps, and a process that is killed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::*;

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
            .args(["--exact", "store::crash::committing_child", "--ignored", "--nocapture"])
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
