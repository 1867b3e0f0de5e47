//! Every mistake in a file under `tests/diagnostics/` is told as the text beside it says.
//!
//! A case is a folder: its `*.yaml` files, and tables with them, are read and checked together, and `expected` holds the report.
//! A folder may also have `loaded/` (files that were loaded before), `sources/` (source files, which the
//! citations are then checked against), `removed` (records to withdraw, such as `era one`), and `limits`
//! (such as `depth 4`). With `ERAGRAPH_BLESS=1` the reports are rewritten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use eragraph::diagnostics::{Code, Colour, Report};
use eragraph::model::{Corpus, RecordKey};
use eragraph::source::{self, InputFile, Limits, Parsed, citations, parse, parse_within};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn inputs(folder: &Path) -> Vec<InputFile> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    let is_input = |end: &std::ffi::OsStr| {
        ["yaml", "csv", "tsv", "jsonl", "json", "ttl", "jsonld"].iter().any(|known| end == *known)
    };
    paths.retain(|path| path.extension().is_some_and(is_input));
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| InputFile { name: name(path), bytes: fs::read(path).unwrap() }).collect()
}

fn limits(case: &Path) -> Limits {
    let mut limits = Limits::default();
    for line in fs::read_to_string(case.join("limits")).unwrap_or_default().lines() {
        let (name, value) = line.split_once(' ').unwrap();
        let value = value.parse().unwrap();
        match name {
            "file-bytes" => limits.file_bytes = value,
            "table-bytes" => limits.table_bytes = value,
            "whole-table-bytes" => limits.whole_table_bytes = value,
            "table-values" => limits.table_values = value,
            "depth" => limits.depth = value,
            "diagnostics" => limits.diagnostics = value,
            "values" => limits.values = value,
            other => panic!("no such limit: {other}"),
        }
    }
    limits
}

fn removed(case: &Path) -> Vec<RecordKey> {
    let text = fs::read_to_string(case.join("removed")).unwrap_or_default();
    let key = |line: &str| match line.split_once(' ').unwrap() {
        ("snapshot", id) => RecordKey::Snapshot(id.parse().unwrap()),
        ("era", id) => RecordKey::Era(id.parse().unwrap()),
        ("event", id) => RecordKey::Event(id.parse().unwrap()),
        ("unit", id) => RecordKey::Unit(id.parse().unwrap()),
        (other, _) => panic!("no such kind of record: {other}"),
    };
    text.lines().map(key).collect()
}

fn put(corpus: &mut Corpus, parsed: &Parsed) {
    for (_, record) in &parsed.records {
        corpus.insert(record.clone());
    }
}

fn report_of(case: &Path) -> Report {
    let mut before = Corpus::default();
    let loaded = parse(&inputs(&case.join("loaded")));
    assert!(!loaded.report.has_errors(), "{}", loaded.report.to_human(Colour::Never));
    put(&mut before, &loaded);
    let files = inputs(case);
    let mut parsed = parse_within(&files, &limits(case));
    let mut after = before.clone();
    for key in removed(case) {
        assert!(after.remove(&key), "{key} is not loaded");
    }
    put(&mut after, &parsed);
    let found = source::check(&before, &after, &parsed);
    parsed.report.extend(found);
    let sources = case.join("sources");
    if sources.is_dir() {
        let found = citations::check(&after, &parsed.origins, &mut |name| fs::read(sources.join(name)));
        parsed.report.extend(found);
    }
    parsed.show_tables(&files);
    parsed.report.sort();
    parsed.report
}

#[test]
fn every_mistake_is_told_as_expected() {
    let bless = std::env::var_os("ERAGRAPH_BLESS").is_some();
    let mut wrong = Vec::new();
    for case in cases() {
        let actual = report_of(&case).to_human(Colour::Never);
        let path = case.join("expected");
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if bless {
            fs::write(&path, actual).unwrap();
        } else if actual != expected {
            wrong.push(format!("{}\n--- expected\n{expected}\n--- actual\n{actual}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case_of_its_name_that_shows_it() {
    let told = |case: &Path| -> BTreeSet<Code> { report_of(case).diagnostics.iter().map(|found| found.code).collect() };
    let named: BTreeSet<Code> = cases()
        .iter()
        .flat_map(|case| {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            let codes = told(case);
            let own = codes
                .into_iter()
                .filter(move |code| name == code.title() || name.starts_with(&format!("{}-", code.title())));
            own.collect::<Vec<_>>()
        })
        .collect();
    let lacking: Vec<&str> = Code::ALL.iter().filter(|code| !named.contains(code)).map(|code| code.title()).collect();
    assert!(lacking.is_empty(), "no case under tests/diagnostics/ for {lacking:?}");
}

#[test]
fn colour_comes_only_when_asked_for() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/unknown-field");
    let report = report_of(&case);
    assert!(!report.to_human(Colour::Never).contains('\u{1b}'));
    assert!(report.to_human(Colour::Always).contains('\u{1b}'));
}
