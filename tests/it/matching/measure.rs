//! How well the suggestions do: a snapshot whose ids are replaced by fresh ones, against the ids that it had.

use std::collections::{BTreeMap, BTreeSet};

use eragraph::matching::{Match, Outcome, Trait, suggest};
use eragraph::model::{Corpus, Mention, Placing, Record, RelationEnd, Snapshot, SnapshotId, UnitId};
use eragraph::repository::{check_files, read_inputs};
use eragraph::source::InputFile;
use serde_json::{Value, json};

use crate::service::in_checkout;

/// What came of the units of snapshots whose true ids are known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    /// The units that are known under another id.
    pub(super) known: usize,
    /// The units that are not known at all.
    pub(super) unknown: usize,
    /// Proposed, and right.
    pub(super) right: usize,
    /// Proposed, and wrong.
    pub(super) wrong: usize,
    /// Of these, what has the same name under the same parent all the same: the data number it anew.
    pub(super) renumbered: usize,
    /// Named as possible, the right one first.
    pub(super) possible_right: usize,
    /// Named as possible, another one first.
    pub(super) possible_wrong: usize,
    /// Called a namesake, though it is the same.
    pub(super) homonym_wrong: usize,
    /// Called a namesake, and it is.
    pub(super) homonym_right: usize,
}

impl Figures {
    /// Returns how many of those proposed are right, in percent.
    pub(super) fn precision(&self) -> usize {
        100 * self.right / (self.right + self.wrong).max(1)
    }

    /// Returns how many of the known ones are proposed, in percent.
    pub(super) fn recall(&self) -> usize {
        100 * self.right / self.known.max(1)
    }

    /// Returns how many of the known ones are at least named first, in percent.
    pub(super) fn named(&self) -> usize {
        100 * (self.right + self.possible_right) / self.known.max(1)
    }
}

pub(super) fn corpus(path: &str) -> Corpus {
    let files = read_inputs(&[in_checkout(path)]).unwrap();
    let (parsed, corpus) = check_files(&files, &Corpus::default(), &[], None);
    assert!(!parsed.report.has_errors(), "{}", parsed.report.summary());
    corpus
}

/// Which ids of a snapshot are replaced, and what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trial {
    /// All ids; with all other snapshots.
    AllIds,
    /// All ids; with the snapshots before it.
    AllIdsAgainstEarlier,
    /// One id at a time, and the others stay; with all other snapshots.
    OneId,
}

/// What a unit with a fresh id was found to be: its true id, and what is proposed.
type Answer<'f> = (&'f UnitId, Option<&'f Match>);

impl Figures {
    fn count(&mut self, (truth, found): Answer<'_>, is_known: bool) {
        self.known += usize::from(is_known);
        self.unknown += usize::from(!is_known);
        let Some(found) = found else { return };
        let best = &found.candidates[0];
        let is_right = best.unit == *truth;
        let has_parent = best.reasons.iter().any(|reason| reason.compared == Trait::Parent && reason.bits > 0.0);
        let plain = |name: &str| name.to_lowercase().replace(',', "");
        if found.outcome == Outcome::Likely && !is_right && has_parent && plain(&best.name) == plain(&found.name) {
            self.renumbered += 1;
        }
        let count = match (found.outcome, is_right) {
            (Outcome::Likely, true) => &mut self.right,
            (Outcome::Likely, false) => &mut self.wrong,
            (Outcome::Possible, true) => &mut self.possible_right,
            (Outcome::Possible, false) => &mut self.possible_wrong,
            (Outcome::Homonym, true) => &mut self.homonym_wrong,
            (Outcome::Homonym, false) => &mut self.homonym_right,
        };
        *count += 1;
    }
}

/// Returns the snapshot with other ids, which tell nothing of the old ones, and the old one of each.
fn with_fresh_ids(snapshot: &Snapshot, only: Option<&UnitId>) -> (Snapshot, BTreeMap<UnitId, UnitId>) {
    let mut fresh: BTreeMap<UnitId, UnitId> = BTreeMap::new();
    for unit in snapshot.mentions.units().filter(|unit| only.is_none_or(|only| only == *unit)) {
        let next = UnitId::new(&format!("fresh-{}", (fresh.len() + 1) * 7919 % 10007)).unwrap();
        fresh.entry(unit.clone()).or_insert(next);
    }
    let rename = |unit: &mut UnitId| *unit = fresh.get(unit).unwrap_or(unit).clone();
    let mut renamed = snapshot.clone();
    renamed.coverage.iter_mut().for_each(|coverage| rename(&mut coverage.of));
    let mut mentions: Vec<Mention> = snapshot.mentions.iter().collect();
    for mention in &mut mentions {
        rename(&mut mention.unit);
        if let Placing::Under { parent, .. } = &mut mention.placing {
            rename(parent);
        }
        for relation in &mut mention.details.relations {
            if let RelationEnd::Unit(unit) = &mut relation.to {
                rename(unit);
            }
        }
    }
    renamed.mentions = mentions.into();
    (renamed, fresh.into_iter().map(|(old, new)| (new, old)).collect())
}

/// Replaces ids of each snapshot in turn, and hears what is said of each; `hear` is told whether the unit is known.
fn try_all(corpus: &Corpus, trial: Trial, hear: &mut dyn FnMut(&SnapshotId, Answer<'_>, bool)) {
    for (id, snapshot) in &corpus.snapshots {
        let mut before = corpus.clone();
        let is_earlier = |other: &Snapshot| other.window(None).start() < snapshot.window(None).start();
        before
            .snapshots
            .retain(|other, known| other != id && (trial != Trial::AllIdsAgainstEarlier || is_earlier(known)));
        let mut known: BTreeSet<&UnitId> =
            before.snapshots.values().flat_map(|snapshot| snapshot.mentions.units()).collect();
        known.extend(before.units.keys());
        let each: BTreeSet<&UnitId> = snapshot.mentions.units().collect();
        let which: Vec<Option<&UnitId>> =
            if trial == Trial::OneId { each.into_iter().map(Some).collect() } else { vec![None] };
        for only in which {
            let (renamed, old) = with_fresh_ids(snapshot, only);
            let found = suggest(&before, &[Record::Snapshot(renamed.into())]);
            for (new, truth) in &old {
                let told = found.matches.iter().find(|found| found.unit == *new);
                hear(id, (truth, told), known.contains(truth));
            }
        }
    }
}

pub(super) fn measure(corpus: &Corpus, trial: Trial) -> Figures {
    let mut sum = Figures::default();
    try_all(corpus, trial, &mut |_, answer, is_known| sum.count(answer, is_known));
    sum
}

#[expect(clippy::print_stdout, reason = "the figures are for whoever runs the measurement")]
fn say(line: &str) {
    println!("{line}");
}

/// Prints the figures and, with `ERAGRAPH_TELL`, each unit for which something else than the truth is proposed.
fn print(what: &str, corpus: &Corpus, trial: Trial) {
    let mut sum = Figures::default();
    let mut scores: Vec<(f64, f64, bool)> = Vec::new();
    try_all(corpus, trial, &mut |snapshot, answer, is_known| {
        sum.count(answer, is_known);
        let (truth, found) = answer;
        let best = found.map(|found| &found.candidates[0]);
        scores.extend(found.zip(best).map(|(found, best)| (best.score, found.margin, best.unit == *truth)));
        let is_right =
            found.is_some_and(|found| found.outcome == Outcome::Likely) && best.is_some_and(|best| best.unit == *truth);
        if std::env::var("ERAGRAPH_TELL").is_ok() && !is_right && (is_known || found.is_some()) {
            let reasons = best.into_iter().flat_map(|best| &best.reasons);
            let reasons: Vec<String> = reasons.map(|reason| format!("{:.1} {}", reason.bits, reason.text)).collect();
            let told =
                found.zip(best).map(|(found, best)| (found.outcome, &found.name, &best.unit, best.score, found.margin));
            say(&format!("  {snapshot} {truth}: {told:?} {reasons:?}"));
        }
    });
    say(&format!("{what}, {trial:?}: {sum:?}"));
    say(&format!("  precision {}, recall {}, named first {}", sum.precision(), sum.recall(), sum.named()));
    for least in [0.5, 0.7, 0.8, 0.9, 0.95, 0.99] {
        let taken = scores.iter().filter(|(score, margin, _)| *score >= least && *margin >= 0.25);
        let (right, wrong): (Vec<&(f64, f64, bool)>, Vec<_>) = taken.partition(|(.., is_right)| *is_right);
        say(&format!("  from {least}: {} right, {} wrong", right.len(), wrong.len()));
    }
}

/// Reads rows of `congress,observed,id,name,kind,parent`: a snapshot for each day, each unit with the id of the row.
fn committees(text: &str) -> Corpus {
    let mut by_day: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for row in text.lines().skip(1).map(fields) {
        by_day.entry(row[1].clone()).or_default().push(row);
    }
    let file = |(day, rows): (&String, &Vec<Vec<String>>)| {
        let snapshot = json!({
            "snapshot": format!("congress-{day}"),
            "observed": day,
            "title": day,
            "source": {"reference": "a table"},
            "units": below("", rows),
        });
        InputFile { name: format!("{day}.yaml"), bytes: snapshot.to_string().into_bytes() }
    };
    let files: Vec<InputFile> = by_day.iter().map(file).collect();
    let (parsed, corpus) = check_files(&files, &Corpus::default(), &[], None);
    assert!(!parsed.report.has_errors(), "{}", parsed.report.summary());
    corpus
}

/// Returns the units of the rows that hang under a parent, as a snapshot file nests them.
fn below(parent: &str, rows: &[Vec<String>]) -> Value {
    let unit = |row: &Vec<String>| json!({"id": row[2], "name": row[3], "kind": row[4], "lines": 1, "units": below(&row[2], rows)});
    rows.iter().filter(|row| row[5] == parent).map(unit).collect()
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            letter => fields.last_mut().unwrap().push(letter),
        }
    }
    fields
}

/// `ERAGRAPH_COMMITTEES=committees.csv cargo test --test it measure -- --ignored --nocapture`
#[test]
#[ignore = "prints figures for docs/matching.md; the committees are no part of the repository"]
fn measure_the_suggestions() {
    for path in ["snapshots/ice", "examples/riverside-library"] {
        for trial in [Trial::AllIds, Trial::AllIdsAgainstEarlier, Trial::OneId] {
            print(path, &corpus(path), trial);
        }
    }
    let Ok(path) = std::env::var("ERAGRAPH_COMMITTEES") else { return };
    print("committees", &committees(&std::fs::read_to_string(path).unwrap()), Trial::AllIdsAgainstEarlier);
}
