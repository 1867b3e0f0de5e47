//! An organisation that changes: what becomes of its units from one version to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::names;
use super::seeded::Seeded;
use crate::data::{Change, Id, Lineage, Op, State};

/// The most steps from a unit to the top.
const DEEPEST: usize = 9;
/// The most units that one is given below it.
const WIDEST: usize = 12;
/// How many units may be below one that moves.
const MOVABLE: usize = 64;
/// How often a change looks for units that it suits.
const TRIES: usize = 40;

/// Lets something happen to a unit, if one is found that it suits.
type Event = fn(&mut Organisation, &mut Seeded) -> bool;

/// What happens to units, and how often in a hundred.
const EVENTS: [(usize, Event); 7] = [
    (35, Organisation::rename),
    (25, Organisation::move_one),
    (12, Organisation::change_property),
    (11, Organisation::create),
    (10, Organisation::dissolve),
    (4, Organisation::merge),
    (3, Organisation::split),
];

/// The organisation as it is now, and as it was in the version before.
#[derive(Debug, Default)]
pub struct Organisation {
    /// By id; none where it has ended.
    units: Vec<Option<State>>,
    below: Vec<Vec<Id>>,
    alive: Vec<Id>,
    /// Where a unit stands in `alive`.
    places: Vec<usize>,
    /// What was of the units that this version changed; none where they were not.
    before: BTreeMap<Id, Option<State>>,
    lineage: Vec<(Lineage, Vec<Id>, Vec<Id>)>,
}

impl Organisation {
    /// Makes one with so many units, eight or nine levels deep if it is large.
    pub fn found(units: usize, random: &mut Seeded) -> Self {
        let mut made = Self::default();
        made.add(None, 0, random);
        let parents = parents_in_thousand(units);
        let mut level = vec![0];
        for depth in 1..=DEEPEST {
            let mut next = Vec::new();
            for (place, parent) in level.iter().enumerate() {
                // The first two always have some below, so that the level after is not empty.
                let wanted = if place < 2 || random.in_thousand(parents) { 2 + random.below(9) } else { 0 };
                for _ in 0..wanted.min(units - made.units.len()) {
                    next.push(made.add(Some(*parent), depth, random));
                }
            }
            level = next;
        }
        made.fill(units, random);
        made
    }

    /// Adds what is left where there is room.
    fn fill(&mut self, units: usize, random: &mut Seeded) {
        while self.units.len() < units {
            let parent = *random.one(&self.alive);
            let depth = self.depth(parent) + 1;
            if depth <= DEEPEST && self.below_of(parent).len() < WIDEST {
                self.add(Some(parent), depth, random);
            }
        }
    }

    /// Lets a version pass in which one unit in so many changes.
    pub fn go_on(&mut self, one_in: usize, random: &mut Seeded) {
        self.before.clear();
        self.lineage.clear();
        for _ in 0..(self.alive.len() / one_in).max(1) {
            let happened = (0..TRIES).any(|_| {
                let mut drawn = random.below(100);
                let event = EVENTS.iter().find(|(share, _)| {
                    let chosen = drawn < *share;
                    drawn = drawn.saturating_sub(*share);
                    chosen
                });
                event.is_some_and(|(_, event)| event(self, random))
            });
            debug_assert!(happened, "something can always be renamed");
        }
    }

    /// Returns the lines of the log about this version.
    pub fn told(&self, version: usize) -> impl Iterator<Item = Change> {
        let units = self.before.iter().filter_map(move |(id, before)| {
            let now = self.units[index(*id)].as_ref();
            (before.as_ref() != now).then(|| line(version, *id, before.as_ref(), now))
        });
        let lineage = self.lineage.iter().map(move |(way, from, to)| {
            let mut line = Change::new(version, Op::Lin);
            (line.r#type, line.from, line.to) = (Some(*way), from.clone(), to.clone());
            line
        });
        units.chain(lineage)
    }

    fn rename(&mut self, random: &mut Seeded) -> bool {
        let Some(unit) = self.untouched(random) else { return false };
        let state = self.state(unit);
        let (name, acronym) = names::name(&state.kind, random);
        let renamed = name != state.name;
        (state.name, state.acronym) = (name, acronym);
        renamed
    }

    fn move_one(&mut self, random: &mut Seeded) -> bool {
        let Some(unit) = self.untouched(random) else { return false };
        let Some(height) = self.height(unit) else { return false };
        for _ in 0..TRIES {
            let to = *random.one(&self.alive);
            // Mostly to where there are units below already.
            let empty = self.below_of(to).is_empty() && !random.in_thousand(100);
            let line = self.line(to);
            let fits = line.len() + height <= DEEPEST && self.below_of(to).len() < WIDEST;
            if !empty && fits && !line.contains(&unit) && self.parent(unit) != Some(to) {
                self.put_below(unit, to);
                return true;
            }
        }
        false
    }

    fn change_property(&mut self, random: &mut Seeded) -> bool {
        let Some(unit) = self.untouched(random) else { return false };
        names::change(&mut self.state(unit).attributes, random);
        true
    }

    fn create(&mut self, random: &mut Seeded) -> bool {
        for _ in 0..TRIES {
            let parent = *random.one(&self.alive);
            let depth = self.depth(parent) + 1;
            if (1..WIDEST).contains(&self.below_of(parent).len()) && depth <= DEEPEST {
                self.add(Some(parent), depth, random);
                return true;
            }
        }
        false
    }

    fn dissolve(&mut self, random: &mut Seeded) -> bool {
        let Some(unit) = self.untouched(random) else { return false };
        let Some(parent) = self.parent(unit) else { return false };
        if self.below_of(parent).len() + self.below_of(unit).len() > WIDEST {
            return false;
        }
        self.hand_over(unit, parent);
        self.end(unit);
        true
    }

    fn merge(&mut self, random: &mut Seeded) -> bool {
        let Some(one) = self.untouched(random) else { return false };
        let Some(parent) = self.parent(one) else { return false };
        let fits = |other: &&Id| {
            let together = self.below_of(one).len() + self.below_of(**other).len();
            **other != one && together <= WIDEST && !self.before.contains_key(other)
        };
        let Some(other) = self.below_of(parent).iter().find(fits).copied() else { return false };
        let depth = self.depth(one);
        let result = self.add(Some(parent), depth, random);
        for original in [one, other] {
            self.hand_over(original, result);
            self.end(original);
        }
        self.lineage.push((Lineage::Merge, vec![one, other], vec![result]));
        true
    }

    fn split(&mut self, random: &mut Seeded) -> bool {
        let Some(unit) = self.untouched(random) else { return false };
        let Some(parent) = self.parent(unit) else { return false };
        if self.below_of(parent).len() >= WIDEST {
            return false;
        }
        // Nothing else becomes of it in this version.
        self.state(unit);
        let depth = self.depth(unit);
        let sibling = self.add(Some(parent), depth, random);
        let handed: Vec<Id> = self.below_of(unit).iter().skip(1).step_by(2).copied().collect();
        for child in handed {
            self.put_below(child, sibling);
        }
        self.lineage.push((Lineage::Split, vec![unit], vec![unit, sibling]));
        true
    }

    /// Returns one of the units that are there.
    pub fn some_unit(&self, random: &mut Seeded) -> Id {
        *random.one(&self.alive)
    }

    /// Returns one with units below it.
    pub fn some_parent(&self, random: &mut Seeded) -> Id {
        let unit = self.some_unit(random);
        self.parent(unit).unwrap_or(unit)
    }

    /// Returns one that this version changed, and left.
    pub fn some_changed(&self, random: &mut Seeded) -> Option<Id> {
        let changed: Vec<Id> = self.before.keys().copied().filter(|id| self.units[index(*id)].is_some()).collect();
        (!changed.is_empty()).then(|| *random.one(&changed))
    }

    /// Returns a unit below the top that this version has not changed.
    fn untouched(&self, random: &mut Seeded) -> Option<Id> {
        let found = *random.one(&self.alive);
        (found != 0 && !self.before.contains_key(&found)).then_some(found)
    }

    /// Returns the state of a unit that is there, to change it.
    fn state(&mut self, unit: Id) -> &mut State {
        let state = self.units[index(unit)].as_mut().expect("a unit that is changed is there");
        self.before.entry(unit).or_insert_with(|| Some(state.clone()));
        state
    }

    fn below_of(&self, unit: Id) -> &[Id] {
        &self.below[index(unit)]
    }

    fn parent(&self, unit: Id) -> Option<Id> {
        self.units[index(unit)].as_ref()?.parent
    }

    /// Returns the unit and all above it.
    fn line(&self, unit: Id) -> Vec<Id> {
        std::iter::successors(Some(unit), |unit| self.parent(*unit)).collect()
    }

    fn depth(&self, unit: Id) -> usize {
        self.line(unit).len() - 1
    }

    /// Returns how many levels there are below a unit, if not too much is.
    fn height(&self, unit: Id) -> Option<usize> {
        let (mut level, mut height, mut counted) = (vec![unit], 0, 0);
        loop {
            level = level.iter().flat_map(|unit| self.below_of(*unit)).copied().collect();
            counted += level.len();
            if level.is_empty() || counted > MOVABLE {
                return (counted <= MOVABLE).then_some(height);
            }
            height += 1;
        }
    }

    fn add(&mut self, parent: Option<Id>, depth: usize, random: &mut Seeded) -> Id {
        let id = Id::try_from(self.units.len()).expect("as many units as there are ids");
        let kind = names::kind(depth);
        let (name, acronym) = names::name(&kind, random);
        self.units.push(Some(State { name, acronym, kind, parent, attributes: names::attributes(random) }));
        self.below.push(Vec::new());
        self.places.push(self.alive.len());
        self.alive.push(id);
        if let Some(parent) = parent {
            self.below[index(parent)].push(id);
        }
        self.before.insert(id, None);
        id
    }

    fn put_below(&mut self, unit: Id, to: Id) {
        if let Some(from) = self.state(unit).parent.replace(to) {
            self.below[index(from)].retain(|child| *child != unit);
        }
        self.below[index(to)].push(unit);
    }

    /// Gives all that is below a unit to another.
    fn hand_over(&mut self, unit: Id, to: Id) {
        for child in self.below_of(unit).to_vec() {
            self.put_below(child, to);
        }
    }

    fn end(&mut self, unit: Id) {
        if let Some(parent) = self.state(unit).parent {
            self.below[index(parent)].retain(|child| *child != unit);
        }
        self.units[index(unit)] = None;
        let place = self.places[index(unit)];
        self.alive.swap_remove(place);
        if let Some(moved) = self.alive.get(place) {
            self.places[index(*moved)] = place;
        }
    }
}

/// Returns the line about a unit of which something changed.
fn line(version: usize, id: Id, before: Option<&State>, now: Option<&State>) -> Change {
    let op = match (before, now) {
        (None, _) => Op::Add,
        (Some(_), Some(_)) => Op::Chg,
        (Some(_), None) => Op::Del,
    };
    let mut line = Change::new(version, op);
    line.id = Some(id);
    if let Some(now) = now {
        let changed = |part: fn(&State) -> &Arc<str>| (before.map(part) != Some(part(now))).then(|| part(now).clone());
        line.name = changed(|state| &state.name);
        line.acr = changed(|state| &state.acronym);
        line.kind = changed(|state| &state.kind);
        line.parent = now.parent.filter(|parent| before.and_then(|before| before.parent) != Some(*parent));
        line.attrs = (before.map(|before| &before.attributes) != Some(&now.attributes)).then(|| now.attributes.clone());
    }
    line
}

/// Returns how many of a thousand units have others below them, some six of them, in a tree of eight levels.
fn parents_in_thousand(units: usize) -> usize {
    let units = f64::from(u32::try_from(units).unwrap_or(u32::MAX));
    let growth = (100..600_u16).find(|growth| (f64::from(*growth) / 100.0).powi(8) >= units);
    usize::from(growth.unwrap_or(600)) * 10 / 6
}

fn index(unit: Id) -> usize {
    usize::try_from(unit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_every_version_there_is_one_tree_no_deeper_and_no_wider_than_it_may_be() {
        let mut random = Seeded::new(7);
        let mut organisation = Organisation::found(500, &mut random);
        for _ in 0..60 {
            organisation.go_on(20, &mut random);
            for unit in &organisation.alive {
                let line = organisation.line(*unit);
                assert_eq!(line.last(), Some(&0), "{unit} hangs below the top");
                assert!(line.len() <= DEEPEST + 1, "{unit} is {} steps down", line.len() - 1);
                let below = organisation.below_of(*unit);
                assert!(below.len() <= WIDEST, "{unit} has {} below it", below.len());
                assert!(below.iter().all(|child| organisation.parent(*child) == Some(*unit)), "{unit}");
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_log() {
        let told = || {
            let mut random = Seeded::new(3);
            let mut organisation = Organisation::found(50, &mut random);
            organisation.go_on(5, &mut random);
            organisation.told(1).map(|line| format!("{line:?}")).collect::<Vec<_>>()
        };
        assert_eq!(told(), told());
        assert!(told().len() >= 10);
    }
}
