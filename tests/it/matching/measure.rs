//! How well the suggestions do: a snapshot whose ids are replaced by fresh ones, against the ids that it had.

use std::collections::BTreeMap;

use eragraph::matching::{Outcome, Suggestions, Trait, suggest};
use eragraph::model::{
    Basis, Corpus, Day, Edtf, Evidence, Mention, NameClaim, NameForm, Placing, Record, RelationEnd, Snapshot,
    SnapshotId, SourceFile, Standing, Text, UnitId,
};
use eragraph::repository::{check_files, read_inputs};

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

    fn add(&mut self, other: Self) {
        self.known += other.known;
        self.unknown += other.unknown;
        self.right += other.right;
        self.wrong += other.wrong;
        self.renumbered += other.renumbered;
        self.possible_right += other.possible_right;
        self.possible_wrong += other.possible_wrong;
        self.homonym_wrong += other.homonym_wrong;
        self.homonym_right += other.homonym_right;
    }
}

pub(super) fn corpus(path: &str) -> Corpus {
    let files = read_inputs(&[in_checkout(path)]).unwrap();
    let (parsed, corpus) = check_files(&files, &Corpus::default(), &[], None);
    assert!(!parsed.report.has_errors(), "{}", parsed.report.summary());
    corpus
}

/// Returns the snapshot with other ids, which tell nothing of the old ones, and the old one of each.
pub(super) fn with_fresh_ids(snapshot: &Snapshot) -> (Snapshot, BTreeMap<UnitId, UnitId>) {
    let mut fresh: BTreeMap<UnitId, UnitId> = BTreeMap::new();
    for mention in &snapshot.mentions {
        let next = UnitId::new(&format!("fresh-{}", (fresh.len() + 1) * 7919 % 10007)).unwrap();
        fresh.entry(mention.unit.clone()).or_insert(next);
    }
    let mut renamed = snapshot.clone();
    for coverage in &mut renamed.coverage {
        coverage.of = fresh[&coverage.of].clone();
    }
    for mention in &mut renamed.mentions {
        mention.unit = fresh[&mention.unit].clone();
        if let Placing::Under { parent, .. } = &mut mention.placing {
            *parent = fresh[parent].clone();
        }
        for relation in &mut mention.relations {
            if let RelationEnd::Unit(unit) = &mut relation.to {
                *unit = fresh[unit].clone();
            }
        }
    }
    (renamed, fresh.into_iter().map(|(old, new)| (new, old)).collect())
}

/// Renames the units of a snapshot and compares it with the rest of the corpus; with `earlier_only`, with what is older.
pub(super) fn measure(
    corpus: &Corpus,
    id: &SnapshotId,
    earlier_only: bool,
) -> (Figures, Suggestions, BTreeMap<UnitId, UnitId>) {
    let snapshot = &corpus.snapshots[id];
    let mut before = corpus.clone();
    before.snapshots.retain(|other, known| {
        other != id && (!earlier_only || known.window(None).start() < snapshot.window(None).start())
    });
    let is_known = |unit: &UnitId| {
        let mentions = before.snapshots.values().flat_map(|snapshot| &snapshot.mentions);
        before.units.contains_key(unit) || mentions.into_iter().any(|mention| mention.unit == *unit)
    };
    let (renamed, old) = with_fresh_ids(snapshot);
    let found = suggest(&before, &[Record::Snapshot(renamed)]);
    let mut figures = Figures::default();
    for (new, old) in &old {
        let is_known = is_known(old);
        figures.known += usize::from(is_known);
        figures.unknown += usize::from(!is_known);
        let Some(found) = found.matches.iter().find(|found| found.unit == *new) else { continue };
        let best = &found.candidates[0];
        let is_right = best.unit == *old;
        let has_same = |compared| best.reasons.iter().any(|reason| reason.compared == compared && reason.bits > 0.0);
        let is_same = best.name.to_lowercase().replace(',', "") == found.name.to_lowercase().replace(',', "");
        if found.outcome == Outcome::Likely && !is_right && is_same && has_same(Trait::Parent) {
            figures.renumbered += 1;
        }
        let count = match (found.outcome, is_right) {
            (Outcome::Likely, true) => &mut figures.right,
            (Outcome::Likely, false) => &mut figures.wrong,
            (Outcome::Possible, true) => &mut figures.possible_right,
            (Outcome::Possible, false) => &mut figures.possible_wrong,
            (Outcome::Homonym, true) => &mut figures.homonym_wrong,
            (Outcome::Homonym, false) => &mut figures.homonym_right,
        };
        *count += 1;
    }
    (figures, found, old)
}

/// Measures each snapshot in turn, and prints what is not as it should be.
pub(super) fn measure_all(corpus: &Corpus, earlier_only: bool, tell: bool) -> Figures {
    let mut sum = Figures::default();
    for id in corpus.snapshots.keys() {
        let (figures, found, old) = measure(corpus, id, earlier_only);
        if tell {
            println!("{id}: {figures:?}, {} pairs weighed", found.compared);
            for found in &found.matches {
                let best = &found.candidates[0];
                let truth = &old[&found.unit];
                if best.unit != *truth || found.outcome != Outcome::Likely {
                    let why: Vec<String> =
                        best.reasons.iter().map(|reason| format!("{:.1} {}", reason.bits, reason.text)).collect();
                    let (outcome, name, score, margin) = (found.outcome, &found.name, best.score, found.margin);
                    println!(
                        "  {outcome:?} {truth} “{name}” → {} {score:.2} +{margin:.2} [{}]",
                        best.unit,
                        why.join("; ")
                    );
                }
            }
            for (new, truth) in &old {
                let is_named = found.matches.iter().any(|found| found.unit == *new);
                let mention = corpus.snapshots[id].mentions.iter().find(|mention| mention.unit == *truth).unwrap();
                let known = corpus
                    .snapshots
                    .iter()
                    .any(|(other, s)| other != id && s.mentions.iter().any(|m| m.unit == *truth));
                if !is_named && known {
                    println!("  missed {truth} “{}”", mention.name.as_ref().map_or("", |name| &name.text));
                }
            }
        }
        sum.add(figures);
    }
    sum
}

/// Reads rows of `congress,observed,id,name,kind,parent`: a snapshot for each day, each unit with the id of the row.
fn committees(text: &str) -> Corpus {
    let mut corpus = Corpus::default();
    let mut by_day: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let row = fields(line);
        by_day.entry(row[1].clone()).or_default().push(row);
    }
    for (day, rows) in by_day {
        let evidence = || Evidence { lines: None, basis: Basis::Outside, reference: None, note: None };
        let mention = |row: &Vec<String>| Mention {
            unit: UnitId::new(&row[2]).unwrap(),
            part: None,
            evidence: evidence(),
            placing: UnitId::new(&row[5])
                .map_or(Placing::Root, |parent| Placing::Under { parent, evidence: evidence() }),
            shown_under: None,
            name: Some(NameClaim { text: row[3].clone(), form: NameForm::Written, evidence: evidence() }),
            acronym: None,
            also_written: Vec::new(),
            kind: Some(Text { text: row[4].clone(), evidence: evidence() }),
            standing: Standing::Internal,
            summary: None,
            same: None,
            holder: None,
            figures: Vec::new(),
            relations: Vec::new(),
            contacts: Vec::new(),
            places: Vec::new(),
            properties: Vec::new(),
        };
        let snapshot = Snapshot {
            id: SnapshotId::new(&format!("congress-{day}")).unwrap(),
            title: day.clone(),
            observed: Edtf::of_day(Day::parse(&day).unwrap()),
            era: None,
            source: SourceFile { file: None, sha256: None, reference: None },
            date_evidence: Vec::new(),
            note: None,
            parts: Vec::new(),
            coverage: Vec::new(),
            topics: Vec::new(),
            mentions: rows.iter().map(mention).collect(),
        };
        corpus.insert(Record::Snapshot(snapshot));
    }
    corpus
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
        for earlier_only in [false, true] {
            let sum = measure_all(&corpus(path), earlier_only, true);
            let (precision, recall, named) = (sum.precision(), sum.recall(), sum.named());
            println!(
                "{path}, earlier only {earlier_only}: {sum:?}\n  precision {precision}, recall {recall}, named {named}"
            );
        }
    }
    let Ok(path) = std::env::var("ERAGRAPH_COMMITTEES") else { return };
    let corpus = committees(&std::fs::read_to_string(path).unwrap());
    let sum = measure_all(&corpus, true, std::env::var("ERAGRAPH_TELL").is_ok());
    let (precision, recall, named) = (sum.precision(), sum.recall(), sum.named());
    println!("committees: {sum:?}\n  precision {precision}, recall {recall}, named {named}");
}
