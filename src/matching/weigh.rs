//! How many bits speak for a new unit and a known one being the same, trait by trait.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{UnitId, is_respelled};

use super::found::{Reason, Trait};
use super::name::{Name, likeness};
use super::pairing::Matcher;
use super::profile::{Batch, Profile};
use super::rarity::{bits_of_one_in, number};

/// What whole names that agree may be worth above telling a unit among all.
const WHOLE_NAME: f64 = 4.0;
/// What names that agree in part may be worth above that.
const PART_OF_NAME: f64 = 2.0;
/// Which share of a word's worth speaks against, where only one of two names has it.
const UNSHARED_WORD: f64 = 0.4;
/// The most that names can speak against.
const OTHER_NAME: f64 = -10.0;
/// What it costs that only a former name, or another spelling, agrees.
const NOT_LATEST: f64 = -0.5;
/// What a shared acronym is worth above its rarity, and its most.
const SAME_ACRONYM: (f64, f64) = (4.0, 11.0);
/// What an acronym is worth that is the initials of the other's name, for each letter, and its most.
const INITIALS: (f64, f64) = (2.0, 8.0);
/// What another acronym costs, and where each is but the initials of its own name.
const OTHER_ACRONYM: (f64, f64) = (-2.0, -0.5);
/// The least and the most that a shared parent is worth.
const SAME_PARENT: (f64, f64) = (1.0, 6.0);
/// What one name below one parent is worth above both: units with one parent have names of their own.
const NAME_BELOW_PARENT: f64 = 3.0;
const FORMER_PARENT: f64 = -1.0;
/// What a parent is worth that an event makes the successor of the old one.
const SUCCESSOR: f64 = 1.5;
const BOTH_AT_TOP: f64 = 1.5;
/// What another parent costs where the old one is still in the source, and where it is not.
const OTHER_PARENT: (f64, f64) = (-4.0, -1.5);
/// What each shared child is worth, and the most.
const SAME_CHILDREN: (f64, f64) = (2.5, 6.0);
const OTHER_CHILDREN: f64 = -1.5;
const SAME_KIND: f64 = 2.0;
const OTHER_KIND: f64 = -2.0;
/// The most that one shared detail is worth.
const SAME_DETAIL: f64 = 4.0;
const ENDED: f64 = -4.0;
/// How far above the bits that tell a unit among all the words of a name must be to belong to one unit only.
const DISTINCT: f64 = 8.0;

/// The evidence about one pair.
#[derive(Debug, Clone)]
pub(super) struct Weighed {
    pub(super) bits: f64,
    pub(super) reasons: Vec<Reason>,
    /// Whether the names have the same words.
    pub(super) is_same_name: bool,
    /// Whether the pair shares a common name under different parents, and nothing else that tells.
    pub(super) is_homonym: bool,
}

/// What pairs of one new record are weighed with: which of its new units are taken for which known ones so far.
pub(super) struct Scale<'m> {
    pub(super) matcher: &'m Matcher,
    pub(super) batch: &'m Batch,
    /// The known unit that each new one is taken for.
    pub(super) same: BTreeMap<UnitId, UnitId>,
    /// The known units that are taken.
    taken: BTreeSet<UnitId>,
    /// For each known unit of the record, how many units that were ever below it are not in the record.
    free: BTreeMap<UnitId, usize>,
    /// Whether a new parent that is taken for none is another parent, or may yet be found.
    is_settled: bool,
    /// Whether reasons are put into words; most pairs are weighed and never told.
    pub(super) tells: bool,
}

impl<'m> Scale<'m> {
    pub(super) fn new(
        matcher: &'m Matcher,
        batch: &'m Batch,
        same: BTreeMap<UnitId, UnitId>,
        is_settled: bool,
    ) -> Self {
        let taken = same.values().cloned().collect();
        let mut scale = Self { matcher, batch, same, taken, free: BTreeMap::new(), is_settled, tells: false };
        for unit in batch.units.keys() {
            let Some((known, profile)) = scale.known_as(unit).and_then(|id| Some((id, matcher.known(id)?))) else {
                continue;
            };
            let free = profile.children.iter().filter(|child| !scale.is_taken(child)).count();
            scale.free.insert(known.clone(), free);
        }
        scale
    }

    /// Weighs a unit of the record against a known one.
    pub(super) fn weigh(&self, new: &Profile, id: &UnitId, other: &UnitId, known: &Profile) -> Weighed {
        let name = self.name(new, known);
        let acronym = self.acronym(new, known);
        let parent = self.parent(new, id, known);
        let is_same_name = name.as_ref().is_some_and(|(_, is_same)| *is_same);
        let has_parent = |bits: fn(f64) -> bool| parent.as_ref().is_some_and(|parent| bits(parent.bits));
        let (is_under_same, is_elsewhere) = (has_parent(|bits| bits > 0.0), has_parent(|bits| bits < 0.0));
        let children = self.children(new, known);
        let details = self.details(new, known);
        let shares_trait = [&acronym, &children].into_iter().flatten().any(|reason| reason.bits > 0.0);
        let is_distinct = is_same_name && self.is_distinct(new, known);
        let below_parent = if is_same_name && is_under_same { NAME_BELOW_PARENT } else { 0.0 };
        let name = name.map(|(name, _)| Reason { bits: name.bits + below_parent, ..name });
        let mut reasons: Vec<Reason> = name.into_iter().collect();
        let is_homonym = is_same_name && is_elsewhere && !shares_trait && details.is_empty() && !is_distinct;
        reasons.extend(acronym.into_iter().chain(parent).chain(children).chain(details));
        reasons.extend(self.kind(new, known));
        reasons.extend(self.time(other, known));
        let prior = bits_of_one_in(self.matcher.known_count() + 1, 1);
        let bits = reasons.iter().map(|reason| reason.bits).sum::<f64>() - prior;
        Weighed { bits, reasons, is_same_name, is_homonym }
    }

    /// Compares names by the pair that is most alike; tells whether the words are the same.
    pub(super) fn name(&self, new: &Profile, known: &Profile) -> Option<(Reason, bool)> {
        let latest = known.names.last()?;
        let pairs = new.names.iter().flat_map(|name| known.names.iter().map(move |other| (name, other)));
        let weighed = pairs.map(|(name, other)| {
            let is_former = other.words != latest.words;
            let (bits, is_same) = self.pair_of_names(name, other);
            (if is_former { bits + NOT_LATEST } else { bits }, is_same, is_former, name, other)
        });
        let (bits, is_same, is_former, name, other) = weighed.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let reason = self.reason(Trait::Name, bits, || {
            let main = new.names.last().filter(|main| main.words != name.words);
            let here = main.map(|_| format!("here also “{}”: ", name.text)).unwrap_or_default();
            format!("{here}{}", words_for_names(name, other, is_same, is_former, bits))
        });
        Some((reason, is_same))
    }

    /// Returns a reason, put into words where they are told.
    fn reason(&self, compared: Trait, bits: f64, text: impl FnOnce() -> String) -> Reason {
        Reason { compared, bits, text: if self.tells { text() } else { String::new() } }
    }

    fn pair_of_names(&self, new: &Name, known: &Name) -> (f64, bool) {
        let rarity = &self.matcher.rarity;
        let many = self.matcher.known_count() + 1;
        if new.key == known.key {
            let namesakes = self.matcher.index.namesakes(&known.key);
            return (self.worth(new).min(bits_of_one_in(many, namesakes) + WHOLE_NAME), true);
        }
        let (mut shared, mut unshared) = (0.0, 0.0);
        let mut left: Vec<&String> = known.words.iter().collect();
        for word in &new.words {
            let near = left.iter().enumerate().map(|(at, other)| (likeness(word, other), at));
            match near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(near, _)| *near > 0.0) {
                Some((near, at)) => {
                    let other = left.swap_remove(at);
                    shared += near * rarity.of_word(word).min(rarity.of_word(other));
                }
                None => unshared += rarity.of_word(word),
            }
        }
        unshared += left.iter().map(|word| rarity.of_word(word)).sum::<f64>();
        let shared = f64::min(shared, bits_of_one_in(many, 1) + PART_OF_NAME);
        ((shared - UNSHARED_WORD * unshared).max(OTHER_NAME), false)
    }

    /// Tells whether units share a name whose words are too rare, taken together, to be met twice by chance.
    fn is_distinct(&self, new: &Profile, known: &Profile) -> bool {
        let least = bits_of_one_in(self.matcher.known_count() + 1, 1) + DISTINCT;
        let shared = new.names.iter().filter(|name| known.names.iter().any(|other| other.key == name.key));
        shared.into_iter().any(|name| self.worth(name) >= least)
    }

    /// Returns the bits that all words of a name are worth together.
    fn worth(&self, name: &Name) -> f64 {
        name.words.iter().map(|word| self.matcher.rarity.of_word(word)).sum()
    }

    fn acronym(&self, new: &Profile, known: &Profile) -> Option<Reason> {
        let rarity = |acronym: &String| self.matcher.rarity.of_acronym(acronym);
        let shared = new.acronyms.intersection(&known.acronyms).max_by(|a, b| rarity(a).total_cmp(&rarity(b)));
        if let Some(shared) = shared {
            let bits = (rarity(shared) + SAME_ACRONYM.0).min(SAME_ACRONYM.1);
            return Some(self.reason(Trait::Acronym, bits, || format!("the same acronym, {shared}")));
        }
        if !new.acronyms.is_empty() && !known.acronyms.is_empty() {
            let goes_with_name =
                [new, known].iter().all(|profile| spelled(&profile.names, &profile.acronyms).is_some());
            let bits = if goes_with_name { OTHER_ACRONYM.1 } else { OTHER_ACRONYM.0 };
            return Some(self.reason(Trait::Acronym, bits, || {
                let other: Vec<&str> = known.acronyms.iter().map(String::as_str).collect();
                format!("another acronym: {}", other.join(", "))
            }));
        }
        let spelled = spelled(&new.names, &known.acronyms).or_else(|| spelled(&known.names, &new.acronyms))?;
        let bits = (number(spelled.chars().count()) * INITIALS.0).min(INITIALS.1);
        let text = || format!("the acronym {spelled} is the initials of the other's name");
        Some(self.reason(Trait::Acronym, bits, text))
    }

    /// Compares what the units hang under: by id, or by what a new parent is taken for.
    pub(super) fn parent(&self, new: &Profile, id: &UnitId, known: &Profile) -> Option<Reason> {
        let reason = |bits, text: &dyn Fn() -> String| Some(self.reason(Trait::Parent, bits, text));
        let Some(old) = known.parents.last() else {
            let at_top = new.is_root && known.is_root && new.parents.is_empty();
            return at_top.then(|| reason(BOTH_AT_TOP, &|| "both stand at the top of their sources".to_owned()))?;
        };
        let parents: Vec<&UnitId> = new.parents.iter().filter_map(|parent| self.known_as(parent)).collect();
        if let Some(same) = known.parents.iter().rev().find(|parent| parents.contains(parent)) {
            let is_mine = self.same.get(id).is_some_and(|mine| self.is_below(mine, same));
            let free = self.free.get(same).copied().unwrap_or(0) + usize::from(is_mine);
            let bits = bits_of_one_in(self.matcher.known_count(), free).clamp(SAME_PARENT.0, SAME_PARENT.1);
            if same == old {
                return reason(bits, &|| format!("under the same parent, `{same}`"));
            }
            return reason((bits + FORMER_PARENT).max(0.5), &|| format!("under `{same}`, as it was before"));
        }
        let other = new.parents.last()?;
        if self.matcher.events.join(old, self.known_as(other).unwrap_or(other)) {
            return reason(SUCCESSOR, &|| format!("under `{other}`, which an event joins to `{old}`"));
        }
        if parents.is_empty() && !self.is_settled {
            return None;
        }
        if self.is_taken(old) {
            return reason(OTHER_PARENT.0, &|| format!("under `{other}`, while `{old}` is here too"));
        }
        reason(OTHER_PARENT.1, &|| format!("under `{other}`, not under `{old}`"))
    }

    fn children(&self, new: &Profile, known: &Profile) -> Option<Reason> {
        let children: BTreeSet<&UnitId> = new.children.iter().filter_map(|child| self.known_as(child)).collect();
        let shared: Vec<&&UnitId> = children.iter().filter(|child| known.children.contains(**child)).collect();
        if let Some(first) = shared.first() {
            let bits = (number(shared.len()) * SAME_CHILDREN.0).min(SAME_CHILDREN.1);
            return Some(self.reason(Trait::Children, bits, || match shared.len() - 1 {
                0 => format!("`{first}` below both"),
                more => format!("`{first}` and {more} more below both"),
            }));
        }
        let differ = children.len() > 1 && known.children.len() > 1;
        differ.then(|| self.reason(Trait::Children, OTHER_CHILDREN, || "other units below it".to_owned()))
    }

    fn details(&self, new: &Profile, known: &Profile) -> Vec<Reason> {
        let shared = new.details.intersection(&known.details);
        let reasons = shared.map(|detail| {
            let bits = self.matcher.rarity.of_detail(detail).min(SAME_DETAIL);
            self.reason(Trait::Detail, bits, || format!("the same {detail}"))
        });
        let mut reasons: Vec<Reason> = reasons.collect();
        reasons.sort_by(|a, b| b.bits.total_cmp(&a.bits));
        reasons.truncate(2);
        reasons
    }

    pub(super) fn kind(&self, new: &Profile, known: &Profile) -> Option<Reason> {
        let (kind, other) = (new.kinds.first()?, known.kinds.first()?);
        if let Some(shared) = new.kinds.intersection(&known.kinds).next() {
            let bits = self.matcher.rarity.of_kind(shared).min(SAME_KIND);
            return Some(self.reason(Trait::Kind, bits, || format!("the same kind, {shared}")));
        }
        Some(self.reason(Trait::Kind, OTHER_KIND, || format!("another kind: {kind}, not {other}")))
    }

    fn time(&self, known: &UnitId, seen: &Profile) -> Option<Reason> {
        let date = self.batch.window?;
        let event = self.matcher.events.end_before(known, &seen.windows, &date)?;
        Some(self.reason(Trait::Time, ENDED, || format!("`{event}` ended it before")))
    }

    fn is_below(&self, unit: &UnitId, parent: &UnitId) -> bool {
        self.matcher.known(parent).is_some_and(|parent| parent.children.contains(unit))
    }

    /// Returns the known unit that a unit of the record is, or is taken for.
    pub(super) fn known_as<'s>(&'s self, unit: &'s UnitId) -> Option<&'s UnitId> {
        if self.matcher.known(unit).is_some() { Some(unit) } else { self.same.get(unit) }
    }

    /// Tells whether a known unit is in the record, under its own id or one taken for it.
    pub(super) fn is_taken(&self, known: &UnitId) -> bool {
        self.batch.units.contains_key(known) || self.taken.contains(known)
    }
}

/// Returns an acronym that is the initials of one of the names.
fn spelled(names: &[Name], acronyms: &BTreeSet<String>) -> Option<String> {
    names.iter().flat_map(|name| &name.initials).find(|initials| acronyms.contains(*initials)).cloned()
}

/// Tells how two names compare; `bits` of them speak for the units being one.
fn words_for_names(new: &Name, known: &Name, is_same: bool, is_former: bool, bits: f64) -> String {
    let what = if new.text == known.text {
        "the same name"
    } else if is_same && is_respelled(&new.text, &known.text) {
        "the same name but for its spelling"
    } else if is_same {
        "the same words"
    } else if bits > 0.0 {
        "a name much like it"
    } else {
        "another name"
    };
    let which = if new.text == known.text { String::new() } else { format!(": “{}”", known.text) };
    let former = if is_former { ", which it also had" } else { "" };
    format!("{what}{which}{former}")
}
