//! The organisation that costs are measured on: regular, so that what is counted can be chosen.
//!
//! Six units below each, twenty years of thirty-day months, and one unit in a hundred renamed or moved with each month.
//! Besides, below the top: units that change their name just so often, and a chain down to the greatest depth.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use eragraph::history::History;
use eragraph::model::{Corpus, Day};
use eragraph::source::{InputFile, parse};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// How many days a month has here.
pub(crate) const MONTH: usize = 30;
/// How many days there are.
pub(crate) const DAYS: usize = 240 * MONTH;
/// How often the units change that change just so often.
pub(crate) const WITH_CHANGES: [usize; 4] = [1, 10, 100, 1_000];
/// How far down the units of the chain are.
pub(crate) const DEPTHS: [usize; 5] = [1, 3, 5, 7, 9];

/// Returns the history of an organisation of so many units.
pub(crate) fn history(units: usize) -> &'static History {
    static BUILT: Mutex<BTreeMap<usize, &'static History>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry(units).or_insert_with(|| Box::leak(Box::new(History::build(corpus(units)))))
}

/// Returns its records.
pub(crate) fn corpus(units: usize) -> Arc<Corpus> {
    let file = |name: &str, text: String| InputFile { name: name.to_owned(), bytes: text.into_bytes() };
    let mapping = "table: log.ndjson\nformat: change-log\ncomplete: true\n".to_owned();
    let parsed = parse(&[file("log.yaml", mapping), file("log.ndjson", log(units))]);
    assert!(!parsed.report.has_errors(), "{:?}", parsed.report.diagnostics);
    let mut corpus = Corpus::default();
    for (_, record) in parsed.records {
        corpus.insert(record);
    }
    Arc::new(corpus)
}

/// Returns a day by its number.
pub(crate) fn day(number: usize) -> Day {
    Day::parse(&date_of(number).to_string()).unwrap()
}

/// Returns the id of the unit that changes so often.
pub(crate) fn with_changes(units: usize, changes: usize) -> usize {
    units + WITH_CHANGES.iter().position(|often| *often == changes).unwrap()
}

/// Returns the id of the unit that is so far down.
pub(crate) fn deep(units: usize, depth: usize) -> usize {
    units + WITH_CHANGES.len() + depth - 1
}

fn date_of(number: usize) -> Date {
    date(2006, 1, 1) + i64::try_from(number).unwrap().days()
}

fn log(units: usize) -> String {
    let mut log = String::new();
    let mut add = |id: usize, parent: Option<usize>| {
        let parent = parent.map_or("null".to_owned(), |parent| parent.to_string());
        writeln!(
            log,
            r#"{{"date":"2006-01-01","op":"add","id":{id},"name":"Unit {id}","kind":"office","parent":{parent}}}"#
        )
        .unwrap();
    };
    for id in 0..units {
        add(id, (id > 0).then(|| (id - 1) / 6));
    }
    for changes in WITH_CHANGES {
        add(with_changes(units, changes), Some(0));
    }
    for depth in 1..=9 {
        add(deep(units, depth), Some(if depth == 1 { 0 } else { deep(units, depth - 1) }));
    }
    for number in 1..DAYS {
        change(&mut log, units, number);
    }
    log
}

/// Writes what changes on a day.
fn change(log: &mut String, units: usize, number: usize) {
    let date = date_of(number);
    let mut line = |id: usize, what: String| {
        writeln!(log, r#"{{"date":"{date}","op":"chg","id":{id},{what}}}"#).unwrap();
    };
    for changes in WITH_CHANGES {
        let apart = DAYS / (changes + 1);
        if number.is_multiple_of(apart) && number / apart <= changes {
            line(with_changes(units, changes), format!(r#""name":"Unit as of day {number}""#));
        }
    }
    if !number.is_multiple_of(MONTH) {
        return;
    }
    let month = number / MONTH;
    for turn in 0..units / 100 {
        // Another hundredth each month, and all in a hundred months.
        let id = 1 + (turn * 100 + month * 37) % (units - 1);
        let has_none_below = id > units / 6;
        if has_none_below && turn % 3 == 0 {
            line(id, format!(r#""parent":{}"#, (id + month) % (units / 6)));
        } else {
            line(id, format!(r#""name":"Unit {id} as of month {month}""#));
        }
    }
}
