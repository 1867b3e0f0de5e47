//! What was found, as Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use crate::pages::Pages;
use crate::process::Took;
use crate::questions::Question;
use crate::rounds::{Figures, Spread, spread};

/// The figures for one question; the servers are the floor, SQLite if it takes part, and eragraph.
#[derive(Debug)]
pub struct Row {
    pub question: Question,
    /// How long an answer is in the mean.
    pub bytes: usize,
    pub alone: Figures,
    pub one_core: Figures,
    pub at_once: Figures,
}

/// What the service holds, and how long it takes until it is ready.
#[derive(Debug, Default)]
pub struct Held {
    pub ready: Vec<Duration>,
    pub memory_ready: Vec<u64>,
    pub memory_rest: Vec<u64>,
    /// A service with nothing loaded.
    pub memory_empty: u64,
    pub memory_sqlite: u64,
}

/// The figures for comparisons over one distance, in microseconds.
#[derive(Debug)]
pub struct Distance {
    pub apart: usize,
    /// How many changes the first of them has.
    pub changes: u32,
    pub ours: Spread,
    pub theirs: Spread,
}

/// Returns the table of multiples of the floor, and the figures that it is made of.
pub fn questions(rows: &[Row], caches: bool) -> String {
    let mut text = "Multiples of the floor: p50 at one connection × (with all on one core ×) · the floor's requests/s at 16 connections by the server's.\n\n|".to_owned();
    let heads: Vec<String> =
        rows.iter().map(|row| format!("{} ({})", row.question.title(), bytes(row.bytes as u64))).collect();
    let _ = writeln!(text, " | {} |\n|---|{}", heads.join(" | "), "---|".repeat(rows.len()));
    let eragraph = if caches { "eragraph, answers not cached" } else { "eragraph" };
    for (server, name) in [(1, "SQLite + axum, no GraphQL"), (2, eragraph)] {
        let cells: Vec<String> = rows.iter().map(|row| cell(row, server)).collect();
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text.push_str("\nThe same as figures: the median of the rounds that count (least to most).\n\n");
    text.push_str("| | floor | SQLite | eragraph | rounds discarded |\n|---|---|---|---|---|\n");
    for row in rows {
        for (figures, what) in
            [(&row.alone, "p50, µs"), (&row.one_core, "p50 on one core, µs"), (&row.at_once, "requests/s")]
        {
            let of: Vec<String> = (0..3).map(|server| number(figures.of(server))).collect();
            let _ =
                writeln!(text, "| {}: {what} | {} | {} |", row.question.title(), of.join(" | "), discarded(figures));
        }
    }
    text
}

/// Returns the table of repeated questions.
pub fn repeated(rows: &[Row]) -> String {
    let mut text = "One question over and over, answers cached.\n\n".to_owned();
    text.push_str("| | p50, of the floor's | with all on one core | requests/s at 16 connections, of the floor's | rounds discarded |\n|---|---|---|---|---|\n");
    for row in rows {
        let times = |figures: &Figures, sign: &str| {
            let Spread { median, least, most } = figures.times(1, 0);
            format!("{median:.2}{sign} ({least:.2}–{most:.2})")
        };
        let _ = writeln!(
            text,
            "| {} ({}) | {} | {} | {} | {}, {}, {} |",
            row.question.title(),
            bytes(row.bytes as u64),
            times(&row.alone, "×"),
            times(&row.one_core, "×"),
            times(&row.at_once, ""),
            discarded(&row.alone),
            discarded(&row.one_core),
            discarded(&row.at_once),
        );
    }
    text
}

/// Returns the table of loading, starting, memory and disk.
pub fn loads(ours: &[Took], theirs: &[Took], held: &Held, disk: [u64; 2], log: u64) -> String {
    let seconds = |took: &[Took]| figures(took.iter().map(|took| took.time.as_secs_f64()).collect(), " s");
    let peak = |took: &[Took]| bytes(took.iter().map(|took| took.peak).max().unwrap_or(0));
    let memory = |of: &[u64]| {
        let mut of = of.to_vec();
        of.sort_unstable();
        of.get(of.len() / 2).copied().unwrap_or(0)
    };
    let ready = figures(held.ready.iter().map(Duration::as_secs_f64).collect(), " s");
    let (at_once, rest) = (memory(&held.memory_ready), memory(&held.memory_rest));
    let more =
        |of: u64| format!("{} ({} more than an empty service)", bytes(of), bytes(of.saturating_sub(held.memory_empty)));
    let of_log = |of: u64| format!("{} ({:.2} × the log)", bytes(of), float(of) / float(log));
    let rows = [
        ("load, durable, one revision or transaction", seconds(theirs), seconds(ours)),
        ("most memory while it loads", peak(theirs), peak(ours)),
        ("from start to ready", "—".to_owned(), ready),
        ("memory when ready", bytes(held.memory_sqlite), more(at_once)),
        ("memory 3 s later, with what search needs", "—".to_owned(), more(rest)),
        ("on the disk", of_log(disk[1]), of_log(disk[0])),
    ];
    let mut text = "| | SQLite | eragraph |\n|---|---|---|\n".to_owned();
    for (what, theirs, ours) in rows {
        let _ = writeln!(text, "| {what} | {theirs} | {ours} |");
    }
    text
}

/// Returns the table of comparisons by their distance.
pub fn growth(distances: &[Distance]) -> String {
    let mut text = "The first page (1,000) of a comparison by its distance; p50 at one connection, ms (least to most of the rounds).\n\n\
                    | versions apart | begun, ended, renamed or moved | SQLite | eragraph |\n|---|---|---|---|\n"
        .to_owned();
    for Distance { apart, changes, ours, theirs } in distances {
        let _ = writeln!(text, "| {apart} | {changes} | {} | {} |", milliseconds(theirs), milliseconds(ours));
    }
    text
}

/// Returns the table of very long results.
pub fn pages(results: &[Pages]) -> String {
    let mut text = "Very long results, read to their end in pages of 1,000; ms for a page (least to most of ten).\n\n\
                    | | pages | the first ten | the last ten |\n|---|---|---|---|\n"
        .to_owned();
    for Pages { what, count, first, last } in results {
        let _ = writeln!(text, "| {what} | {count} | {} | {} |", milliseconds(first), milliseconds(last));
    }
    text
}

fn milliseconds(of: &Spread) -> String {
    format!("{:.2} ({:.2}–{:.2})", of.median / 1e3, of.least / 1e3, of.most / 1e3)
}

fn cell(row: &Row, server: usize) -> String {
    let [alone, one_core] = [&row.alone, &row.one_core].map(|figures| short(figures.times(server, 0).median));
    let is_disturbed = [&row.alone, &row.one_core, &row.at_once].iter().any(|figures| figures.disturbed);
    let mark = if is_disturbed { " (disturbed)" } else { "" };
    format!("{alone}× ({one_core}×) · {}{mark}", short(row.at_once.times(0, server).median))
}

fn discarded(figures: &Figures) -> String {
    let all = if figures.disturbed { "; the rest disturbed too" } else { "" };
    format!("{}{all}", figures.discarded)
}

fn short(times: f64) -> String {
    if times < 9.95 { format!("{times:.1}") } else { format!("{times:.0}") }
}

fn number(of: Spread) -> String {
    format!("{:.0} ({:.0}–{:.0})", of.median, of.least, of.most)
}

fn figures(of: Vec<f64>, unit: &str) -> String {
    let Spread { median, least, most } = spread(of);
    format!("{median:.2}{unit} ({least:.2}–{most:.2})")
}

/// Returns a size as one reads it.
pub fn bytes(size: u64) -> String {
    match size {
        0..10_000 => format!("{size} B"),
        10_000..1_000_000 => format!("{} kB", size / 1_000),
        _ => format!("{:.1} MB", float(size) / 1e6),
    }
}

fn float(size: u64) -> f64 {
    // Sizes in kilobytes fit, and no more is shown.
    f64::from(u32::try_from(size >> 10).unwrap_or(u32::MAX)) * 1024.0
}
