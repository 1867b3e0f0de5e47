//! Which new unit goes with which known one: all pairs of a record together, each unit in one pair at most.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{RecordKey, UnitId};

use super::doubt;
use super::found::Suggestions;
use super::index::{Index, MOST_CANDIDATES, Worth};
use super::judge;
use super::profile::{Batch, Events, Profile};
use super::rarity::Rarity;
use super::weigh::{Scale, Weighed};

/// How often the pairs are weighed again, with what was found about parents and children the time before.
const ROUNDS: usize = 4;

/// The least bits with which a pair is taken for the same while others are weighed.
const ASSUMED: f64 = 1.0;

/// Two pairs of one unit that are no further apart than this, in bits, are as good as one another.
const TIE: f64 = 0.5;

/// What is known, and how rare everything is.
pub(super) struct Matcher {
    pub(super) events: Events,
    pub(super) rarity: Rarity,
    pub(super) index: Index,
    units: BTreeMap<UnitId, Profile>,
    /// The records that describe each unit, those of later records among them.
    records: BTreeMap<UnitId, BTreeSet<RecordKey>>,
}

/// The pairs of one record, weighed: for each new unit, the known ones that it may be.
pub(super) type Pairs = BTreeMap<UnitId, BTreeMap<UnitId, Weighed>>;

impl Matcher {
    pub(super) fn new<'b>(events: Events, all: impl Iterator<Item = &'b Batch> + Clone) -> Self {
        let mut records: BTreeMap<UnitId, BTreeSet<RecordKey>> = BTreeMap::new();
        for (id, profile) in all.clone().flat_map(|batch| &batch.units) {
            records.entry(id.clone()).or_default().extend(profile.records.iter().cloned());
        }
        let rarity = Rarity::of(all);
        Self { events, rarity, index: Index::default(), units: BTreeMap::new(), records }
    }

    /// Takes up what a record says as known.
    pub(super) fn learn(&mut self, batch: &Batch) {
        for (id, profile) in &batch.units {
            let known = self.units.entry(id.clone()).or_insert_with(|| {
                let given = self.events.given(id).cloned().unwrap_or_default();
                self.index.add(id, &given);
                given
            });
            known.join(profile);
            self.index.add(id, profile);
        }
    }

    pub(super) fn known_count(&self) -> usize {
        self.units.len()
    }

    pub(super) fn known(&self, unit: &UnitId) -> Option<&Profile> {
        self.units.get(unit)
    }

    /// Tells whether two units cannot be one, or are joined already: a source shows them side by side, or an event
    /// makes one of the other.
    fn are_apart(&self, a: &UnitId, b: &UnitId) -> bool {
        let records = |unit| self.records.get(unit).into_iter().flatten();
        let side_by_side = records(a).any(|record| self.records.get(b).is_some_and(|others| others.contains(record)));
        side_by_side || self.events.join(a, b)
    }

    /// Compares a record with what is known, and tells what it finds.
    pub(super) fn compare(&self, batch: &Batch, found: &mut Suggestions) {
        let new = batch.order.iter().filter(|id| self.known(id).is_none());
        let fresh: Vec<Fresh<'_>> = new
            .filter_map(|id| {
                let profile = batch.units.get(id)?;
                Some(Fresh { id, profile, worth: self.index.glance(profile, &self.rarity) })
            })
            .collect();
        found.new_units += fresh.len();
        let mut scale = Scale::new(self, batch, BTreeMap::new(), false);
        let mut pairs = Pairs::new();
        for round in 0..ROUNDS {
            pairs = self.weigh_all(&fresh, &scale);
            found.compared += pairs.values().map(BTreeMap::len).sum::<usize>();
            let same = assign(&pairs);
            if round + 1 == ROUNDS || (round > 1 && same == scale.same) {
                break;
            }
            scale = Scale::new(self, batch, same, round > 0);
        }
        scale.tells = true;
        judge::judge(&scale, &pairs, &fresh, found);
        doubt::find(&scale, found);
    }

    fn weigh_all(&self, fresh: &[Fresh<'_>], scale: &Scale<'_>) -> Pairs {
        let mut pairs = Pairs::new();
        for Fresh { id, profile, worth } in fresh {
            let others = self.candidates(profile, worth.clone(), scale);
            let weighed = others.into_iter().filter(|other| !self.is_out(id, other, scale)).filter_map(|other| {
                let weighed = scale.weigh(profile, id, other, self.known(other)?);
                Some((other.clone(), weighed))
            });
            pairs.insert((*id).clone(), weighed.collect());
        }
        pairs
    }

    fn is_out(&self, new: &UnitId, known: &UnitId, scale: &Scale<'_>) -> bool {
        scale.batch.units.contains_key(known) || self.are_apart(new, known)
    }

    /// Returns the known units to weigh against a unit of the record: the best at a first glance, or below its parent.
    pub(super) fn candidates<'m>(
        &'m self,
        profile: &Profile,
        mut worth: Worth<'m>,
        scale: &Scale<'_>,
    ) -> Vec<&'m UnitId> {
        for parent in &profile.parents {
            if let Some(known) = scale.known_as(parent).and_then(|parent| self.known(parent)) {
                worth.add_siblings(&known.children);
            }
        }
        worth.best()
    }
}

/// A unit of the record whose id is new.
pub(super) struct Fresh<'m> {
    pub(super) id: &'m UnitId,
    pub(super) profile: &'m Profile,
    worth: Worth<'m>,
}

/// Takes pairs for the same, the weightiest first; where two are as good as one another, neither.
fn assign(pairs: &Pairs) -> BTreeMap<UnitId, UnitId> {
    let mut order: Vec<(f64, &UnitId, &UnitId)> = pairs
        .iter()
        .flat_map(|(new, others)| others.iter().map(move |(known, weighed)| (weighed, new, known)))
        .filter(|(weighed, ..)| weighed.bits >= ASSUMED && !weighed.is_homonym)
        .map(|(weighed, new, known)| (weighed.bits, new, known))
        .collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut of_known: BTreeMap<&UnitId, Vec<(f64, &UnitId)>> = BTreeMap::new();
    let mut of_new: BTreeMap<&UnitId, Vec<(f64, &UnitId)>> = BTreeMap::new();
    for (bits, new, known) in &order {
        for (list, other) in [(of_known.entry(known).or_default(), *new), (of_new.entry(new).or_default(), *known)] {
            if list.len() < MOST_CANDIDATES {
                list.push((*bits, other));
            }
        }
    }
    let mut same: BTreeMap<UnitId, UnitId> = BTreeMap::new();
    let mut taken: BTreeSet<&UnitId> = BTreeSet::new();
    for (bits, new, known) in order {
        if same.contains_key(new) || taken.contains(known) {
            continue;
        }
        let near = |others: &[(f64, &UnitId)], is_free: &dyn Fn(&UnitId) -> bool| {
            others.iter().any(|(other, unit)| bits - other <= TIE && is_free(unit))
        };
        let rivals = of_known.get(known).map_or(&[][..], Vec::as_slice);
        let choices = of_new.get(new).map_or(&[][..], Vec::as_slice);
        let is_tied = near(rivals, &|other| other != new && !same.contains_key(other))
            || near(choices, &|other| other != known && !taken.contains(other));
        if !is_tied {
            same.insert(new.clone(), known.clone());
            taken.insert(known);
        }
    }
    same
}
