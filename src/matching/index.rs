//! Which known units are worth weighing against a new one: those that share a rare word, an acronym, a detail or a parent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use crate::model::UnitId;

use super::name::likeness;
use super::profile::Profile;
use super::rarity::Rarity;

/// A word that more known units bear than this leads to none of them, nor does a parent with more below it.
const MOST_BEARERS: usize = 256;

/// The most known units that are weighed against one new unit.
pub(super) const MOST_CANDIDATES: usize = 48;

/// The most known units that are kept from a first glance, from which a shared parent may choose.
const MOST_GLANCED: usize = 4 * MOST_CANDIDATES;

/// The most words that are looked through for misspellings of one.
const MOST_NEAR: usize = 64;

/// How many letters two spellings of one word have in common at their beginning.
const SAME_START: usize = 3;

/// What a shared parent is worth when candidates are chosen, in bits.
const SIBLING: f64 = 3.0;

/// The known units by what they can be found by.
#[derive(Debug, Default)]
pub(super) struct Index {
    words: BTreeMap<String, BTreeSet<UnitId>>,
    keys: BTreeMap<String, BTreeSet<UnitId>>,
    acronyms: BTreeMap<String, BTreeSet<UnitId>>,
    initials: BTreeMap<String, BTreeSet<UnitId>>,
    details: BTreeMap<String, BTreeSet<UnitId>>,
}

impl Index {
    pub(super) fn add(&mut self, unit: &UnitId, profile: &Profile) {
        let put = |map: &mut BTreeMap<String, BTreeSet<UnitId>>, text: String| {
            map.entry(text).or_default().insert(unit.clone());
        };
        for name in &profile.names {
            name.words.iter().for_each(|word| put(&mut self.words, word.clone()));
            put(&mut self.keys, name.key.clone());
            name.initials.iter().for_each(|initials| put(&mut self.initials, initials.clone()));
        }
        profile.acronyms.iter().for_each(|acronym| put(&mut self.acronyms, acronym.clone()));
        profile.details.iter().for_each(|detail| put(&mut self.details, detail.clone()));
    }

    /// Returns how many known units have a name of just these words.
    pub(super) fn namesakes(&self, key: &str) -> usize {
        self.keys.get(key).map_or(0, BTreeSet::len)
    }

    /// Returns what speaks at a first glance for the known units that share a word, an acronym or a detail.
    pub(super) fn glance<'i>(&'i self, profile: &Profile, rarity: &Rarity) -> Worth<'i> {
        let mut worth = Worth::default();
        for name in &profile.names {
            let bits = name.words.iter().map(|word| rarity.of_word(word)).sum();
            worth.add(self.keys.get(&name.key), bits);
            for initials in &name.initials {
                worth.add(self.acronyms.get(initials), rarity.of_acronym(initials));
            }
        }
        let words: BTreeSet<&String> = profile.names.iter().flat_map(|name| &name.words).collect();
        for (near, units) in words.into_iter().flat_map(|word| self.near(word)) {
            if units.len() <= MOST_BEARERS {
                worth.add(Some(units), rarity.of_word(near));
            }
        }
        for acronym in &profile.acronyms {
            worth.add(self.acronyms.get(acronym), rarity.of_acronym(acronym));
            worth.add(self.initials.get(acronym), rarity.of_acronym(acronym));
        }
        for detail in &profile.details {
            worth.add(self.details.get(detail), rarity.of_detail(detail));
        }
        worth.keep(MOST_GLANCED);
        worth
    }

    /// Returns the known words that are this one, or may be it misspelled.
    fn near(&self, word: &str) -> impl Iterator<Item = (&String, &BTreeSet<UnitId>)> {
        let start: String = word.chars().take(SAME_START).collect();
        let is_long = word.chars().count() > SAME_START;
        let range = (Bound::Included(start.clone()), Bound::Unbounded);
        let alike = self
            .words
            .range::<String, _>(range)
            .take_while(move |(known, _)| known.starts_with(&start))
            .take(MOST_NEAR)
            .filter(|(known, _)| is_long && known.as_str() != word && likeness(known, word) > 0.0)
            .collect::<Vec<_>>();
        self.words.get_key_value(word).into_iter().chain(alike)
    }
}

/// What speaks, at a first glance, for each known unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Worth<'i>(HashMap<&'i UnitId, f64>);

impl<'i> Worth<'i> {
    fn add(&mut self, units: Option<&'i BTreeSet<UnitId>>, bits: f64) {
        for unit in units.into_iter().flatten().take(MOST_BEARERS) {
            *self.0.entry(unit).or_default() += bits;
        }
    }

    /// Adds what hangs under the same parent, unless that is too much to tell anything.
    pub(super) fn add_siblings(&mut self, siblings: &'i BTreeSet<UnitId>) {
        if siblings.len() <= MOST_BEARERS {
            self.add(Some(siblings), SIBLING);
        }
    }

    /// Returns the known units that are most worth weighing, at most [`MOST_CANDIDATES`].
    pub(super) fn best(&self) -> Vec<&'i UnitId> {
        self.ranked().into_iter().take(MOST_CANDIDATES).map(|(unit, _)| unit).collect()
    }

    fn keep(&mut self, most: usize) {
        if self.0.len() > most {
            self.0 = self.ranked().into_iter().take(most).collect();
        }
    }

    fn ranked(&self) -> Vec<(&'i UnitId, f64)> {
        let mut ranked: Vec<(&UnitId, f64)> = self.0.iter().map(|(unit, bits)| (*unit, *bits)).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        ranked
    }
}
