//! What the weighed pairs of a record come to: candidates in their order, the margin, and what is a namesake only.

use std::collections::BTreeMap;

use crate::model::UnitId;

use super::found::{Candidate, LIKELY, MARGIN, Match, Outcome, POSSIBLE, Reason, Suggestions, Trait, score};
use super::pairing::Pairs;
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

pub(super) fn judge(scale: &Scale<'_>, pairs: &Pairs, fresh: &[(&UnitId, &Profile)], found: &mut Suggestions) {
    let best = best_fits(pairs);
    for (id, profile) in fresh {
        let Some(others) = pairs.get(*id) else { continue };
        let mut candidates: Vec<Candidate> =
            others.iter().filter_map(|(known, weighed)| candidate(scale, id, known, weighed, &best)).collect();
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.unit.cmp(&b.unit)));
        let Some(first) = candidates.first() else { continue };
        let margin = first.score - candidates.get(1).map_or(0.0, |second| second.score);
        let outcome = if first.score >= LIKELY && margin >= MARGIN {
            Outcome::Likely
        } else if first.score >= POSSIBLE {
            Outcome::Possible
        } else if let Some(at) = candidates.iter().position(|candidate| candidate.is_homonym) {
            // What is told is the namesake; that others come no nearer needs no telling.
            candidates = vec![candidates.swap_remove(at)];
            Outcome::Homonym
        } else {
            continue;
        };
        candidates.retain(|candidate| candidate.score >= WORTH_TELLING || candidate.is_homonym);
        candidates.truncate(MOST_TOLD);
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

fn candidate(
    scale: &Scale<'_>,
    new: &UnitId,
    known: &UnitId,
    weighed: &Weighed,
    best: &BTreeMap<&UnitId, (f64, &UnitId)>,
) -> Option<Candidate> {
    let mut reasons = weighed.reasons.clone();
    let mut bits = weighed.bits;
    let rival =
        best.get(known).filter(|(other, unit)| *unit != new && *other > weighed.bits && score(*other) >= POSSIBLE);
    if let Some((_, rival)) = rival {
        reasons.push(Reason::new(Trait::Rival, RIVAL, format!("`{rival}` of the same source fits it better")));
        bits += RIVAL;
    }
    reasons.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    let profile = scale.matcher.known(known)?;
    let likely = score(bits);
    let is_homonym = weighed.is_homonym || (weighed.is_same_name && likely < POSSIBLE);
    Some(Candidate {
        unit: known.clone(),
        name: profile.called(known),
        last_seen: profile.last.clone(),
        score: if is_homonym { likely.min(HOMONYM) } else { likely },
        reasons,
        is_homonym,
    })
}
