//! How rare a word, an acronym, a kind or a detail is among all units at hand, and so how much it says to share it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::UnitId;

use super::profile::Batch;

/// How many units bear each text, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    units: usize,
    words: HashMap<String, usize>,
    acronyms: HashMap<String, usize>,
    kinds: HashMap<String, usize>,
    details: HashMap<String, usize>,
}

impl Rarity {
    pub(super) fn of<'b>(batches: impl Iterator<Item = &'b Batch>) -> Self {
        let mut bearers: [BTreeMap<&str, BTreeSet<&UnitId>>; 4] = Default::default();
        let mut units: BTreeSet<&UnitId> = BTreeSet::new();
        for (id, profile) in batches.flat_map(|batch| &batch.units) {
            units.insert(id);
            let [words, acronyms, kinds, details] = &mut bearers;
            for word in profile.names.iter().flat_map(|name| &name.words) {
                words.entry(word).or_default().insert(id);
            }
            for (texts, of) in [(&profile.acronyms, acronyms), (&profile.kinds, kinds), (&profile.details, details)] {
                for text in texts {
                    of.entry(text).or_default().insert(id);
                }
            }
        }
        let counts = bearers.map(|of| of.into_iter().map(|(text, ids)| (text.to_owned(), ids.len())).collect());
        let [words, acronyms, kinds, details] = counts;
        Self { units: units.len(), words, acronyms, kinds, details }
    }

    /// Returns how many bits a shared word is worth.
    pub(super) fn of_word(&self, word: &str) -> f64 {
        self.bits(self.words.get(word))
    }

    pub(super) fn of_acronym(&self, acronym: &str) -> f64 {
        self.bits(self.acronyms.get(acronym))
    }

    pub(super) fn of_kind(&self, kind: &str) -> f64 {
        self.bits(self.kinds.get(kind))
    }

    pub(super) fn of_detail(&self, detail: &str) -> f64 {
        self.bits(self.details.get(detail))
    }

    fn bits(&self, bearers: Option<&usize>) -> f64 {
        bits_of_one_in(self.units + 1, bearers.copied().unwrap_or(1))
    }
}

/// Returns how many bits it takes to tell `few` among `many`.
pub(super) fn bits_of_one_in(many: usize, few: usize) -> f64 {
    (number(many) / number(few.max(1))).log2().max(0.0)
}

/// Returns a count as a number to reckon with; beyond four thousand million it makes no difference.
pub(super) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
