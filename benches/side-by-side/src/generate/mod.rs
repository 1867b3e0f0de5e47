//! Writes a made-up history: the change log of an organisation, the questions about it, and what must be answered.

pub mod answers;
mod names;
mod organisation;
mod seeded;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::Outcome;
use crate::data::{Between, OfUnit, OnDay, Queries, log, write_json};
use organisation::Organisation;
use seeded::Seeded;

/// How large a history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub units: usize,
    pub versions: usize,
}

/// The sizes with names.
pub const SIZES: [(&str, Size); 4] = [
    ("S", Size { units: 300, versions: 12 }),
    ("M", Size { units: 10_000, versions: 120 }),
    ("L", Size { units: 100_000, versions: 240 }),
    ("XL", Size { units: 1_000_000, versions: 240 }),
];

/// One unit in so many changes with each version.
const ONE_IN: usize = 100;
/// How many questions each of the first three lists has.
const QUESTIONS: usize = 2_000;
/// How many questions of each list have their answer told.
const ANSWERED: usize = 100;
/// How many comparisons have.
const COMPARED: usize = 12;
/// How many versions apart the days of a common comparison are.
const APART: usize = 12;
/// How many versions apart those of the others are, besides all.
const DISTANCES: [usize; 6] = [1, 3, 12, 36, 60, 120];

/// Writes the history of a size into a folder; the same seed gives the same bytes.
pub fn write(folder: &Path, size: Size, seed: u64) -> Outcome<()> {
    fs::create_dir_all(folder)?;
    let dates: Vec<String> = (0..size.versions).map(first_day).collect();
    let mut random = Seeded::new(seed);
    let mut organisation = Organisation::found(size.units, &mut random);
    let mut written = BufWriter::new(File::create(log(folder))?);
    let mut queries = Queries::default();
    for version in 0..size.versions {
        if version > 0 {
            organisation.go_on(ONE_IN, &mut random);
        }
        for change in organisation.told(version) {
            serde_json::to_writer(&mut written, &change)?;
            written.write_all(b"\n")?;
        }
        ask(&mut queries, &organisation, version, size.versions, &mut random);
    }
    written.flush()?;
    random.shuffle(&mut queries.q1);
    random.shuffle(&mut queries.q2);
    random.shuffle(&mut queries.q3);
    compare(&mut queries, &dates, &mut random);
    let expected = answers::of(folder, &dates, &queries, ANSWERED, COMPARED)?;
    write_json(&folder.join("queries.json"), &queries)?;
    write_json(&folder.join("versions.json"), &dates)?;
    // Last, so that a folder with it is whole.
    write_json(&folder.join("expected.json"), &expected)
}

/// Asks about a version as many questions as fall to it.
fn ask(queries: &mut Queries, organisation: &Organisation, version: usize, versions: usize, random: &mut Seeded) {
    let share = QUESTIONS * (version + 1) / versions - QUESTIONS * version / versions;
    for number in 0..share {
        let day = |random: &mut Seeded| format!("{}-{:02}", month(version), 1 + random.below(28));
        queries.q1.push(OnDay { unit: organisation.some_unit(random), date: day(random) });
        queries.q2.push(OnDay { unit: organisation.some_parent(random), date: day(random) });
        let changed = if number % 2 == 0 { organisation.some_changed(random) } else { None };
        queries.q3.push(OfUnit { unit: changed.unwrap_or_else(|| organisation.some_unit(random)) });
    }
}

/// Asks what differs between versions.
fn compare(queries: &mut Queries, dates: &[String], random: &mut Seeded) {
    let between = |from: usize, apart: usize| Between { from: dates[from].clone(), to: dates[from + apart].clone() };
    let all = dates.len() - 1;
    let apart = APART.min(all);
    queries.q4 = (0..dates.len() - apart).map(|from| between(from, apart)).collect();
    random.shuffle(&mut queries.q4);
    for apart in DISTANCES.into_iter().filter(|apart| *apart < all).chain([all]) {
        let asked = (0..5).map(|_| between(random.below(dates.len() - apart), apart)).collect();
        queries.q4dist.insert(apart.to_string(), asked);
    }
}

/// Returns the first day of the month that a version stands for.
fn first_day(version: usize) -> String {
    format!("{}-01", month(version))
}

fn month(version: usize) -> String {
    format!("{}-{:02}", 2000 + version / 12, version % 12 + 1)
}
