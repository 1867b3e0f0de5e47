//! The rules of comparison as data files: every folder of `tests/rules` shows one.
//!
//! A folder holds input files and `expected.txt`. In that, a line `A -> B` asks for a comparison of two moments (a
//! day, or the id of a snapshot or an era), with `floor BASIS`, `within UNIT`, `closed world` or `order open` after
//! commas; the lines below it are the rows, in any order: `KIND VERDICT unit [others] (relation) from..to`.

use std::fs;
use std::path::{Path, PathBuf};

use eragraph::model::{Basis, Corpus, Day, EraId, SnapshotId, UnitId};
use eragraph::source::{InputFile, parse};

use crate::bind::Fast;
use crate::oracle::{At, Oracle, Row, diff};

/// A comparison that a case asks for.
struct Question {
    line: String,
    from: At,
    to: At,
    floor: Option<Basis>,
    within: Option<UnitId>,
    closed_world: bool,
    order_open: bool,
    rows: Vec<String>,
}

#[test]
fn every_rule_is_as_its_data_files_show_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut cases: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 25, "only {} cases", cases.len());
    let failures: Vec<String> = cases.iter().flat_map(|case| failures(case)).collect();
    assert!(failures.is_empty(), "{} failures\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Returns what the model and the fast comparison answer otherwise than a case expects.
fn failures(case: &Path) -> Vec<String> {
    let corpus = load(case);
    let oracle = Oracle::new(&corpus);
    let fast = Fast::new(&corpus);
    let name = case.file_name().unwrap().to_string_lossy();
    let mut failures = Vec::new();
    for question in questions(&corpus, &fs::read_to_string(case.join("expected.txt")).unwrap()) {
        let view = |at| oracle.view(at, question.floor, false);
        let within = question.within.as_ref();
        let slow = diff(&view(&question.from), &view(&question.to), within, question.closed_world);
        let quick = fast.diff(&question.from, &question.to, question.floor, within, question.closed_world);
        for (who, (rows, certain)) in [("the model", slow), ("the fast comparison", quick)] {
            let mut found: Vec<String> = rows.iter().map(Row::to_string).collect();
            found.sort();
            if found != question.rows || certain == question.order_open {
                let line = &question.line;
                failures.push(format!(
                    "{name}: {line}\n{who} finds (order certain: {certain})\n  {}\nexpected\n  {}",
                    found.join("\n  "),
                    question.rows.join("\n  ")
                ));
            }
        }
    }
    failures
}

fn load(case: &Path) -> Corpus {
    let mut paths: Vec<PathBuf> = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let name = |path: &Path| path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string();
    let files: Vec<InputFile> =
        paths.iter().map(|path| InputFile { name: name(path), bytes: fs::read(path).unwrap() }).collect();
    let parsed = parse(&files);
    assert!(parsed.report.diagnostics.is_empty(), "{}: {:#?}", case.display(), parsed.report.diagnostics);
    let mut corpus = Corpus::default();
    parsed.records.into_iter().for_each(|(_, record)| corpus.insert(record));
    corpus
}

fn questions(corpus: &Corpus, text: &str) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.contains(" -> ") {
            questions.push(question(corpus, line));
        } else {
            questions.last_mut().expect("a line `A -> B` stands before the rows").rows.push(line.to_owned());
        }
    }
    for question in &mut questions {
        question.rows.sort();
    }
    questions
}

fn question(corpus: &Corpus, line: &str) -> Question {
    let mut pieces = line.split(", ");
    let (from, to) = pieces.next().unwrap().split_once(" -> ").unwrap();
    let (from, to) = (moment(corpus, from), moment(corpus, to));
    let mut question = Question {
        line: line.to_owned(),
        from,
        to,
        floor: None,
        within: None,
        closed_world: false,
        order_open: false,
        rows: Vec::new(),
    };
    for piece in pieces {
        match piece.split_once(' ').unwrap() {
            ("floor", "STATED") => question.floor = Some(Basis::Stated),
            ("floor", "SHOWN") => question.floor = Some(Basis::Shown),
            ("floor", "INFERRED") => question.floor = Some(Basis::Inferred),
            ("within", unit) => question.within = Some(UnitId::new(unit).unwrap()),
            ("closed", "world") => question.closed_world = true,
            ("order", "open") => question.order_open = true,
            _ => panic!("cannot read `{piece}` in `{line}`"),
        }
    }
    question
}

fn moment(corpus: &Corpus, text: &str) -> At {
    if let Some(day) = Day::parse(text) {
        return At::Day(day);
    }
    let snapshot = SnapshotId::new(text).unwrap();
    if corpus.snapshots.contains_key(&snapshot) {
        return At::Snapshot(snapshot);
    }
    let era = EraId::new(text).unwrap();
    assert!(corpus.eras.contains_key(&era), "`{text}` is no day, snapshot or era");
    At::Era(era)
}
