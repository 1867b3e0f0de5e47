//! What the weighed pairs of a record come to: candidates in their order, the margin, and what is a namesake only.

use std::collections::BTreeMap;

use crate::model::UnitId;

use super::found::{Candidate, LIKELY, MARGIN, Match, Outcome, POSSIBLE, Reason, Suggestions, Trait, score};
use super::pairing::{Fresh, Pairs};
use super::profile::Profile;
use super::weigh::{Scale, Weighed};

/// The lowest score of a candidate that is told beside a better one.
const WORTH_TELLING: f64 = 0.05;

/// The most candidates that are told of one unit.
const MOST_TOLD: usize = 3;

/// What it costs that another unit of the record fits the known one better.
const RIVAL: f64 = -4.0;

/// The highest score of a namesake.
const HOMONYM: f64 = 0.4;

pub(super) fn judge(scale: &Scale<'_>, pairs: &Pairs, fresh: &[Fresh<'_>], found: &mut Suggestions) {
    let best = best_fits(pairs);
    for Fresh { id, profile, .. } in fresh {
        let Some(others) = pairs.get(*id) else { continue };
        let mut ranked: Vec<Ranked<'_>> =
            others.iter().map(|(known, weighed)| Ranked::of(id, known, weighed, &best)).collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.known.cmp(b.known)));
        let Some(first) = ranked.first() else { continue };
        let margin = first.score - ranked.get(1).map_or(0.0, |second| second.score);
        let outcome = if first.score >= LIKELY && margin >= MARGIN {
            Outcome::Likely
        } else if first.score >= POSSIBLE {
            Outcome::Possible
        } else if let Some(at) = ranked.iter().position(|ranked| ranked.is_homonym) {
            // What is told is the namesake; that others come no nearer needs no telling.
            ranked = vec![ranked.swap_remove(at)];
            Outcome::Homonym
        } else {
            continue;
        };
        ranked.retain(|ranked| ranked.score >= WORTH_TELLING || ranked.is_homonym);
        ranked.truncate(MOST_TOLD);
        let candidates = ranked.iter().filter_map(|ranked| ranked.told(scale, id, profile)).collect();
        let Some(record) = scale.batch.record_of(id) else { continue };
        let (unit, name) = ((*id).clone(), profile.called(id));
        found.matches.push(Match { unit, name, record, outcome, candidates, margin });
    }
}

/// Returns, for each known unit, the new one that fits it best.
fn best_fits(pairs: &Pairs) -> BTreeMap<&UnitId, (f64, &UnitId)> {
    let mut best: BTreeMap<&UnitId, (f64, &UnitId)> = BTreeMap::new();
    for (new, others) in pairs {
        for (known, weighed) in others.iter().filter(|(_, weighed)| !weighed.is_homonym) {
            let fit = best.entry(known).or_insert((weighed.bits, new));
            if weighed.bits > fit.0 {
                *fit = (weighed.bits, new);
            }
        }
    }
    best
}

/// A known unit among those that a new one may be.
struct Ranked<'p> {
    known: &'p UnitId,
    score: f64,
    is_homonym: bool,
    /// Another new unit that fits the known one better.
    rival: Option<&'p UnitId>,
}

impl<'p> Ranked<'p> {
    fn of(new: &UnitId, known: &'p UnitId, weighed: &Weighed, best: &BTreeMap<&UnitId, (f64, &'p UnitId)>) -> Self {
        let rival = best.get(known).filter(|(bits, unit)| *unit != new && *bits > weighed.bits);
        let rival = rival.filter(|(bits, _)| score(*bits) >= POSSIBLE).map(|(_, unit)| *unit);
        let likely = score(if rival.is_some() { weighed.bits + RIVAL } else { weighed.bits });
        let is_homonym = weighed.is_homonym || (weighed.is_same_name && likely < POSSIBLE);
        Self { known, score: if is_homonym { likely.min(HOMONYM) } else { likely }, is_homonym, rival }
    }

    /// Returns the candidate with its reasons in words.
    fn told(&self, scale: &Scale<'_>, new: &UnitId, profile: &Profile) -> Option<Candidate> {
        let known = scale.matcher.known(self.known)?;
        let mut reasons = scale.weigh(profile, new, self.known, known).reasons;
        let rival = |rival| Reason::new(Trait::Rival, RIVAL, format!("`{rival}` of the same source fits it better"));
        reasons.extend(self.rival.map(rival));
        reasons.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
        Some(Candidate {
            unit: self.known.clone(),
            name: known.called(self.known),
            last_seen: known.last.clone(),
            score: self.score,
            reasons,
            is_homonym: self.is_homonym,
        })
    }
}
