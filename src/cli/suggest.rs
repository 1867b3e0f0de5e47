//! `eragraph validate --suggest`: which units of new snapshots may be known ones, for a person to decide.

use std::path::Path;

use serde_json::{Value, json};

use crate::diagnostics::Position;
use crate::matching::{Candidate, Doubt, Match, Outcome, Reason, Suggestions, suggest};
use crate::model::{Corpus, Record, RecordKey, UnitId};
use crate::repository::Repository;
use crate::source::Parsed;

use super::error::CliError;
use super::load::key_json;
use super::output::Output;
use super::style::{Style, clean, counted, wrap};
use super::words::word;

/// How many reasons of one candidate are told to a person.
const MOST_REASONS: usize = 4;

/// Where a file writes something.
struct Spot<'p> {
    file: &'p str,
    position: Position,
}

/// Compares what was read with the store, where there is one, and with itself.
pub(super) fn find(data: &Path, parsed: &Parsed, out: &mut Output) -> Result<Suggestions, CliError> {
    let known = if Repository::exists(data) {
        let (repository, notices) = Repository::open_for_reading(data)?;
        for notice in notices {
            out.notice(&notice.to_string());
        }
        Corpus::clone(repository.latest().history.corpus())
    } else {
        Corpus::default()
    };
    let records: Vec<Record> = parsed.records.iter().map(|(_, record)| record.clone()).collect();
    Ok(suggest(&known, &records))
}

/// Returns the suggestions as a page for a person.
pub(super) fn human(found: &Suggestions, parsed: &Parsed, out: &Output) -> String {
    let style = out.style;
    let (new, known) = (counted(found.new_units, "new id"), counted(found.known_units, "unit"));
    let met = format!("{new} in the files, {known} in the store");
    let mut text = format!("\n{}  {}\n", style.bold("Which units may be the same"), style.faint(&met));
    if found.matches.is_empty() && found.doubts.is_empty() {
        return text + "Nothing: no new id looks like a known unit, and no known id like another one.\n";
    }
    for outcome in [Outcome::Likely, Outcome::Possible, Outcome::Homonym] {
        let group: Vec<&Match> = found.matches.iter().filter(|found| found.outcome == outcome).collect();
        if group.is_empty() {
            continue;
        }
        text.push_str(&heading(&word(outcome), group.len(), about(outcome), out));
        for found in group {
            text.push_str(&one_match(found, parsed, style));
        }
    }
    if !found.doubts.is_empty() {
        let what = "A known id, given to what looks like another unit.";
        text.push_str(&heading("DOUBT", found.doubts.len(), what, out));
        for doubt in &found.doubts {
            text.push_str(&one_doubt(doubt, parsed, style));
        }
    }
    let last = "Nothing is joined unless you write it. An id is to be written alike wherever the files name the unit: \
                in units, coverage, relations and events.";
    text + "\n" + &style.faint(&wrap(last, out.width, ""))
}

fn about(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Likely => "What speaks for one unit is strong, and no other candidate comes near.",
        Outcome::Possible => "More speaks for one unit than against it, or several come near.",
        Outcome::Homonym => "The same name, and nothing else that tells: taken for two units.",
    }
}

fn heading(what: &str, count: usize, about: &str, out: &Output) -> String {
    let title = out.style.bold(&format!("{what} ({count})"));
    format!("\n{title}\n{}", out.style.faint(&wrap(about, out.width, "  ")))
}

fn one_match(found: &Match, parsed: &Parsed, style: Style) -> String {
    let mut text = titled(&found.name, &found.unit, style);
    let ids = found.candidates.iter().map(|candidate| candidate.unit.as_str().chars().count());
    let width = ids.max().unwrap_or_default();
    for candidate in &found.candidates {
        text.push_str(&one_candidate(candidate, width, style));
    }
    let Some(first) = found.candidates.first() else { return text };
    let place = place(parsed, &found.record, &found.unit);
    let change = format!("write `id: {}` in place of `id: {}` at {place}", first.unit, found.unit);
    text + &match found.outcome {
        Outcome::Likely | Outcome::Possible => format!("    → {change}, or leave it if they are two\n"),
        Outcome::Homonym => format!("    → leave it; if a source shows one unit, {change}\n"),
    }
}

fn one_doubt(doubt: &Doubt, parsed: &Parsed, style: Style) -> String {
    let mut text = titled(&doubt.name, &doubt.unit, style);
    text.push_str(&reasons(&doubt.reasons, "      ", style));
    let place = place(parsed, &doubt.record, &doubt.unit);
    if let Some(rather) = &doubt.rather {
        text.push_str(&one_candidate(rather, 0, style));
        text.push_str(&format!("    → write `id: {}` at {place} if that is meant\n", rather.unit));
    }
    text + &format!("    → write another id at {place} if it is another unit; else say why it is one, in `same`\n")
}

fn titled(name: &str, unit: &UnitId, style: Style) -> String {
    format!("  {}  {}\n", style.bold(&clean(name)), style.faint(unit.as_str()))
}

fn one_candidate(candidate: &Candidate, width: usize, style: Style) -> String {
    let score = style.cyan(&format!("{:.2}", candidate.score));
    let seen = candidate.last_seen.as_ref().map(|record| format!(", last in {}", record.id())).unwrap_or_default();
    let name = format!("{}{}", clean(&candidate.name), style.faint(&seen));
    format!(
        "    {score}  {:width$}  {name}\n{}",
        candidate.unit.as_str(),
        reasons(&candidate.reasons, "          ", style)
    )
}

fn reasons(reasons: &[Reason], indent: &str, style: Style) -> String {
    let line = |reason: &Reason| {
        let sign = if reason.bits < 0.0 { style.red("-") } else { style.green("+") };
        format!("{indent}{sign} {}\n", clean(&reason.text))
    };
    reasons.iter().take(MOST_REASONS).map(line).collect()
}

fn place(parsed: &Parsed, record: &RecordKey, unit: &UnitId) -> String {
    match spot(parsed, record, unit) {
        Some(Spot { file, position }) => format!("{}:{}:{}", clean(file), position.line, position.column),
        None => clean(&record.to_string()),
    }
}

/// Returns where a record writes the id of a unit that it describes.
fn spot<'p>(parsed: &'p Parsed, record: &RecordKey, unit: &UnitId) -> Option<Spot<'p>> {
    let place = parsed.origins.get(record)?.place_of_unit(unit);
    let file = parsed.report.file(place.file)?;
    Some(Spot { file: &file.name, position: Position::of(&file.text, place.span?.start) })
}

/// Returns the suggestions as JSON: everything that was found, with the reasons in bits.
pub(super) fn json(found: &Suggestions, parsed: &Parsed) -> Value {
    let matches = found.matches.iter().map(|found| {
        let mut value = json!({
            "unit": found.unit.as_str(),
            "name": found.name,
            "record": key_json(&found.record),
            "outcome": word(found.outcome),
            "margin": rounded(found.margin),
            "candidates": found.candidates.iter().map(candidate_json).collect::<Value>(),
        });
        add_spot(&mut value, parsed, &found.record, &found.unit);
        value
    });
    let doubts = found.doubts.iter().map(|doubt| {
        let mut value = json!({
            "unit": doubt.unit.as_str(),
            "name": doubt.name,
            "knownAs": doubt.known_as,
            "record": key_json(&doubt.record),
            "reasons": doubt.reasons.iter().map(reason_json).collect::<Value>(),
            "rather": doubt.rather.as_ref().map(candidate_json),
        });
        add_spot(&mut value, parsed, &doubt.record, &doubt.unit);
        value
    });
    json!({
        "knownUnits": found.known_units,
        "newUnits": found.new_units,
        "compared": found.compared,
        "matches": matches.collect::<Value>(),
        "doubts": doubts.collect::<Value>(),
    })
}

fn candidate_json(candidate: &Candidate) -> Value {
    json!({
        "unit": candidate.unit.as_str(),
        "name": candidate.name,
        "lastSeen": candidate.last_seen.as_ref().map(RecordKey::id),
        "score": rounded(candidate.score),
        "homonym": candidate.is_homonym,
        "reasons": candidate.reasons.iter().map(reason_json).collect::<Value>(),
    })
}

fn reason_json(reason: &Reason) -> Value {
    json!({"trait": word(reason.compared), "bits": rounded(reason.bits), "text": reason.text})
}

fn add_spot(value: &mut Value, parsed: &Parsed, record: &RecordKey, unit: &UnitId) {
    if let (Some(Spot { file, position }), Value::Object(object)) = (spot(parsed, record, unit), value) {
        object.insert("file".into(), file.into());
        object.insert("line".into(), position.line.into());
        object.insert("column".into(), position.column.into());
    }
}

/// Rounds to thousandths: the rest tells nobody anything.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
