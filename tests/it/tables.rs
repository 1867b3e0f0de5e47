//! Other people's data: what is loaded from tables says what the tables say, worked out here without eragraph.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use eragraph::diff::{self, DiffOptions};
use eragraph::history::{At, History, Lens, Moment, Parent, Status};
use eragraph::model::{ChangeKind, Corpus, Day, SnapshotId, Verdict};
use eragraph::repository::{check_files, read_inputs};
use eragraph::source::InputFile;
use serde_json::Value;
use tempfile::TempDir;

use crate::service::in_checkout;

/// A row of a long-form table, by the names of its columns.
type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[track_caller]
fn load(files: &[InputFile]) -> History {
    let (parsed, corpus) = check_files(files, &Corpus::default(), &[], None);
    assert!(!parsed.report.has_errors(), "{}", parsed.report.to_human(eragraph::diagnostics::Colour::Never));
    History::build(Arc::new(corpus))
}

fn snapshot(history: &History, id: &str) -> At {
    history.resolve(&Moment::Snapshot(SnapshotId::new(id).unwrap())).unwrap()
}

fn day(text: &str) -> At {
    At::Day(Day::parse(text).unwrap())
}

/// The rows of a comparison: kind, verdict, unit.
fn changes(history: &History, from: At, to: At) -> Vec<(ChangeKind, Verdict, String)> {
    let (from, to) = (history.view_at(from, Lens::default()), history.view_at(to, Lens::default()));
    let found = diff::diff(from, to, DiffOptions::default());
    found.changes.iter().map(|c| (c.kind, c.verdict, history.unit_id(c.unit).to_string())).collect()
}

fn of_kinds(changes: &[(ChangeKind, Verdict, String)], kinds: &[ChangeKind]) -> BTreeSet<String> {
    changes.iter().filter(|(kind, ..)| kinds.contains(kind)).map(|(_, _, unit)| unit.clone()).collect()
}

/// Returns a file or folder beside the checkout that only some machines have.
fn shared(path: &str) -> Option<PathBuf> {
    let path = in_checkout("../shared").join(path);
    if !path.exists() {
        skipped(&format!("there is no {}", path.display()));
    }
    path.exists().then_some(path)
}

#[expect(clippy::print_stderr, reason = "a test that cannot run says so")]
fn skipped(why: &str) {
    eprintln!("!!! SKIPPED: {why}");
}

#[test]
fn congress_by_congress_the_committees_change_as_the_table_shows() {
    let Some(table) = shared("data/congress/committees.csv") else { return };
    let rows = rows(&table);
    let mapping = std::fs::read(in_checkout("examples/congress/committees.yaml")).unwrap();
    let history = load(&[
        InputFile { name: "committees.yaml".into(), bytes: mapping },
        InputFile { name: "committees.csv".into(), bytes: std::fs::read(&table).unwrap() },
    ]);
    let of = |congress: u32| -> BTreeMap<String, &Row> {
        let own = rows.iter().filter(|row| row["congress"] == congress.to_string());
        own.map(|row| (format!("us-{}", row["id"]), row)).collect()
    };
    for congress in 93..115 {
        let (a, b) = (of(congress), of(congress + 1));
        let view = |n: u32| snapshot(&history, &format!("congress-{n}"));
        let found = changes(&history, view(congress), view(congress + 1));
        // What one congress has and the other lacks: covered where that other gives the list, and left open elsewhere.
        let lacking = |these: &BTreeMap<String, &Row>, those: &BTreeMap<String, &Row>, other: u32, covered: bool| {
            let lists = |row: &Row| row["kind"] != "subcommittee" || (97..=114).contains(&other);
            let missing = these.iter().filter(|(id, row)| !those.contains_key(*id) && lists(row) == covered);
            missing.map(|(id, _)| id.clone()).collect::<BTreeSet<_>>()
        };
        let told = |kind| of_kinds(&found, &[kind]);
        let next = congress + 1;
        assert_eq!(told(ChangeKind::Removed), lacking(&a, &b, next, true), "removed after {congress}");
        assert_eq!(told(ChangeKind::NotObserved), lacking(&a, &b, next, false), "silent after {congress}");
        assert_eq!(told(ChangeKind::Added), lacking(&b, &a, congress, true), "added after {congress}");
        assert_eq!(told(ChangeKind::NewlyObserved), lacking(&b, &a, congress, false), "new to us after {congress}");
        let renamed = of_kinds(&found, &[ChangeKind::Renamed, ChangeKind::Respelled]);
        let other_name =
            |(id, row): (&String, &&Row)| b.get(id).filter(|now| now["name"] != row["name"]).map(|_| id.clone());
        assert_eq!(renamed, a.iter().filter_map(other_name).collect(), "renamed after {congress}");
        let moved = of_kinds(&found, &[ChangeKind::Moved]);
        let other_parent =
            |(id, row): (&String, &&Row)| b.get(id).filter(|now| now["parent"] != row["parent"]).map(|_| id.clone());
        assert_eq!(moved, a.iter().filter_map(other_parent).collect(), "moved after {congress}");
    }
}

#[test]
fn the_boards_of_the_example_merge_split_and_fall_silent_as_its_table_says() {
    let history = load(&read_inputs(&[in_checkout("examples/harbour-council")]).unwrap());
    let between = |from: &str, to: &str| {
        let (from, to) = (format!("harbour-{from}"), format!("harbour-{to}"));
        let mut found: Vec<String> = changes(&history, snapshot(&history, &from), snapshot(&history, &to))
            .into_iter()
            .map(|(kind, verdict, unit)| format!("{kind:?} {verdict:?} {}", unit.trim_start_matches("harbour-")))
            .collect();
        found.sort();
        found
    };
    assert_eq!(between("1960", "1970"), [""; 0]);
    let merger =
        ["Created Stated navigation", "Merged Stated lights", "Merged Stated pilots", "Renamed Implied finance"];
    assert_eq!(between("1970", "1980"), merger);
    let split = [
        "Created Stated cargo",
        "Created Stated ferries",
        "NewlyObserved Unknown dredging",
        "NewlyObserved Unknown fees",
        "NewlyObserved Unknown timetables",
        "Split Stated docks",
    ];
    assert_eq!(between("1980", "1990"), split);
    assert_eq!(between("1990", "2000"), ["Removed Implied fees", "Renamed Implied ferries"]);
    assert_eq!(between("2000", "2010"), ["Moved Implied dredging"]);
    let silent = ["Added Implied shore", "NotObserved Unknown dredging", "NotObserved Unknown timetables"];
    assert_eq!(between("2010", "2020"), silent);
}

/// The answers that the generator of large histories gives for its own questions, and eragraph's.
#[test]
fn a_generated_log_answers_as_its_generator_does() {
    let Some(generator) = shared("bench/gen.py") else { return };
    let folder = TempDir::new().unwrap();
    let mut run = Command::new("python3");
    run.arg(&generator).args(["--size", "S", "--seed", "7", "--out"]).arg(folder.path());
    let Ok(done) = run.output() else {
        return skipped(&format!("there is no python3 to run {}", generator.display()));
    };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let read = |name: &str| std::fs::read(folder.path().join("S").join(name)).unwrap();
    let mapping =
        "table: delta.jsonl\nversions: versions.json\ncomplete: true\nproperties: [site, headcount, cost_centre]\n";
    let history = load(&[
        InputFile { name: "log.yaml".into(), bytes: mapping.into() },
        InputFile { name: "delta.jsonl".into(), bytes: read("delta.jsonl") },
        InputFile { name: "versions.json".into(), bytes: read("versions.json") },
    ]);
    let json = |name: &str| serde_json::from_slice::<Value>(&read(name)).unwrap();
    let (questions, answers) = (json("queries.json"), json("expected.json"));
    let asked = |name: &str| {
        let pairs = questions[name].as_array().unwrap().iter().zip(answers[name].as_array().unwrap());
        let pairs: Vec<(Value, Value)> = pairs.map(|(q, a)| (q.clone(), a.clone())).collect();
        assert!(!pairs.is_empty(), "{name} asks something");
        pairs
    };
    for (question, answer) in asked("q1") {
        assert_eq!(line(&history, &question), answer, "reporting line: {question}");
    }
    for (question, answer) in asked("q2") {
        assert_eq!(children(&history, &question), answer, "children: {question}");
    }
    for (question, answer) in asked("q3") {
        assert_eq!(periods(&history, &question), answer, "history: {question}");
    }
    for (question, answer) in asked("q4") {
        assert_eq!(difference(&history, &question), answer, "difference: {question}");
    }
}

fn number(id: &str) -> Value {
    id.parse::<u64>().unwrap().into()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn line(history: &History, question: &Value) -> Value {
    let view = history.view_at(day(text(&question["date"])), Lens::default());
    let unit = history.unit_ix(&question["unit"].to_string()).unwrap();
    let step = |unit| Value::from(vec![number(history.unit_id(unit).as_str()), view.name(unit).text.into()]);
    view.reporting_line(unit).into_iter().map(step).collect()
}

fn children(history: &History, question: &Value) -> Value {
    let view = history.view_at(day(text(&question["date"])), Lens::default());
    let unit = history.unit_ix(&question["unit"].to_string()).unwrap();
    let mut found: Vec<(u64, Value)> = Vec::new();
    for child in view.children(unit) {
        let properties: BTreeMap<&str, &str> =
            view.properties(child).iter().map(|fact| (fact.name, fact.value)).collect();
        let id: u64 = history.unit_id(child).as_str().parse().unwrap();
        let headcount: u64 = properties["headcount"].parse().unwrap();
        let row: Vec<Value> = vec![
            id.into(),
            view.name(child).text.into(),
            properties["site"].into(),
            headcount.into(),
            properties["cost_centre"].into(),
        ];
        found.push((id, row.into()));
    }
    found.sort_by_key(|(id, _)| *id);
    found.into_iter().map(|(_, row)| row).collect()
}

fn periods(history: &History, question: &Value) -> Value {
    let unit = history.unit_ix(&question["unit"].to_string()).unwrap();
    let mut told: Vec<(String, String, Value)> = Vec::new();
    let mut ended = Value::Null;
    for period in history.periods(unit, None) {
        let parent = match period.parent {
            Some(Parent::Under(parent)) => number(history.unit_id(parent).as_str()),
            Some(Parent::Top) | None => Value::Null,
        };
        ended = period.to.map_or(Value::Null, |to| to.to_string().into());
        // The generator tells of names and parents only.
        if told.last().is_none_or(|(_, name, above)| (name.as_str(), above) != (period.name, &parent)) {
            told.push((period.from.to_string(), period.name.to_owned(), parent));
        }
    }
    serde_json::json!({"periods": told, "ended": ended})
}

fn difference(history: &History, question: &Value) -> Value {
    let view = |side: &str| history.view_at(day(text(&question[side])), Lens::default());
    let (from, to) = (view("from"), view("to"));
    let (mut added, mut removed, mut renamed, mut moved) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for change in diff::diff(from, to, DiffOptions::default()).changes {
        let id: u64 = history.unit_id(change.unit).as_str().parse().unwrap();
        let parent = |view: eragraph::history::View<'_>| match view.parent(change.unit) {
            Some(parent) => number(history.unit_id(parent).as_str()),
            None => Value::Null,
        };
        let named = |view: eragraph::history::View<'_>| Value::from(view.name(change.unit).text);
        match change.kind {
            ChangeKind::Created | ChangeKind::Added => added.push((id, vec![id.into(), named(to)])),
            ChangeKind::Dissolved | ChangeKind::Merged | ChangeKind::Removed => {
                removed.push((id, vec![id.into(), named(from)]));
            }
            ChangeKind::Renamed | ChangeKind::Respelled => {
                renamed.push((id, vec![id.into(), named(from), named(to)]));
            }
            ChangeKind::Moved => moved.push((id, vec![id.into(), parent(from), parent(to)])),
            ChangeKind::AcronymChanged | ChangeKind::PropertyChanged => {}
            other => panic!("a complete log leaves nothing open, but {id} is {other:?}"),
        }
    }
    let sorted = |mut rows: Vec<(u64, Vec<Value>)>| -> Value {
        rows.sort_by_key(|(id, _)| *id);
        rows.into_iter().map(|(_, row)| Value::from(row)).collect()
    };
    serde_json::json!({
        "added": sorted(added), "removed": sorted(removed), "renamed": sorted(renamed), "moved": sorted(moved),
    })
}

#[test]
fn a_log_kept_without_a_gap_observes_every_day_until_its_end() {
    let log = r#"{"date":"2000-01-01","op":"add","id":"acme","name":"Acme"}
{"date":"2000-01-01","op":"add","id":"press","name":"Press Office","parent":"acme"}
{"date":"2010-01-01","op":"chg","id":"acme","name":"Acme Trust"}
{"date":"2015-01-01","op":"del","id":"press"}
"#;
    let status = |complete: bool, on: &str, unit: &str| {
        let mapping = format!("table: log.jsonl\ncomplete: {complete}\n");
        let history = load(&[
            InputFile { name: "mapping.yaml".into(), bytes: mapping.into() },
            InputFile { name: "log.jsonl".into(), bytes: log.into() },
        ]);
        let view = history.view_at(day(on), Lens::default());
        view.presence(history.unit_ix(unit).unwrap()).map(|presence| presence.status)
    };
    for unit in ["acme", "press"] {
        assert_eq!(status(true, "1999-12-31", unit), None);
        assert_eq!(status(true, "2000-01-01", unit), Some(Status::Observed));
        assert_eq!(status(true, "2005-07-01", unit), Some(Status::Observed));
        assert_eq!(status(false, "2005-07-01", unit), Some(Status::Between));
    }
    assert_eq!(status(true, "2012-07-01", "press"), Some(Status::Observed));
    assert_eq!(status(true, "2015-01-01", "press"), None);
    assert_eq!(status(true, "2015-01-01", "acme"), Some(Status::Observed));
    assert_eq!(status(true, "2016-01-01", "acme"), Some(Status::Presumed));
}

#[test]
fn the_snapshot_of_a_log_shows_what_is_there_at_its_end() {
    let log = "{\"date\":\"2000-01-01\",\"op\":\"add\",\"id\":\"a\",\"name\":\"A\"}\n{\"date\":\"2000-01-01\",\"op\":\"add\",\"id\":\"b\",\
               \"parent\":\"a\",\"name\":\"B\"}\n{\"date\":\"2001-01-01\",\"op\":\"del\",\"id\":\"b\"}\n";
    let history = load(&[
        InputFile { name: "mapping.yaml".into(), bytes: "table: log.jsonl\ncomplete: true\n".into() },
        InputFile { name: "log.jsonl".into(), bytes: log.into() },
    ]);
    let view = history.view_at(snapshot(&history, "log"), Lens::default());
    let shown: Vec<&str> = view.units().map(|unit| history.unit_id(unit).as_str()).collect();
    assert_eq!(shown, ["a"]);
}

#[test]
fn a_unit_that_is_split_goes_on_and_ends_on_one_day_has_ended() {
    let log = r#"{"date":"2000-01-01","op":"add","id":"acme","name":"Acme"}
{"date":"2000-01-01","op":"add","id":"press","name":"Press Office","parent":"acme"}
{"date":"2010-01-01","op":"add","id":"web","name":"Web Office","parent":"acme"}
{"date":"2010-01-01","op":"del","id":"press"}
{"date":"2010-01-01","op":"lin","type":"split","from":["press"],"to":["press","web"]}
{"date":"2015-01-01","op":"chg","id":"acme","name":"Acme Trust"}
"#;
    let history = load(&[
        InputFile { name: "mapping.yaml".into(), bytes: "table: log.jsonl\ncomplete: true\n".into() },
        InputFile { name: "log.jsonl".into(), bytes: log.into() },
    ]);
    let press = history.unit_ix("press").unwrap();
    let is_there = |on: &str| history.view_at(day(on), Lens::default()).presence(press).is_some();
    assert_eq!(["2009-12-31", "2010-01-01", "2012-01-01"].map(is_there), [true, false, false]);
    let views = ["2005-01-01", "2012-01-01"].map(|on| history.view_at(day(on), Lens::default()));
    let found = diff::diff(views[0], views[1], DiffOptions::default()).changes;
    let of_press: Vec<ChangeKind> =
        found.iter().filter(|change| change.unit == press).map(|change| change.kind).collect();
    assert_eq!(of_press, [ChangeKind::Dissolved]);
}
