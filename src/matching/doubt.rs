//! The reverse of a match: a known id that a record gives to what looks like another unit.

use crate::model::UnitId;

use super::found::{Candidate, Doubt, POSSIBLE, Reason, Suggestions, score};
use super::profile::Profile;
use super::weigh::Scale;

/// Finds the known ids of a record under which nothing looks as it did.
///
/// A name with no rare word in common is no more than a new name. With another kind or another parent as well, and no
/// acronym, detail or child in common, it may be another unit; unless the curator says that the join is a reading.
pub(super) fn find(scale: &Scale<'_>, found: &mut Suggestions) {
    for id in &scale.batch.order {
        let (Some(new), Some(known)) = (scale.batch.units.get(id), scale.matcher.known(id)) else { continue };
        let Some(reasons) = differences(scale, id, new, known) else { continue };
        let Some(record) = scale.batch.record_of(id) else { continue };
        found.doubts.push(Doubt {
            unit: id.clone(),
            name: new.called(id),
            known_as: known.called(id),
            record,
            reasons,
            rather: rather(scale, id, new),
        });
    }
}

fn differences(scale: &Scale<'_>, id: &UnitId, new: &Profile, known: &Profile) -> Option<Vec<Reason>> {
    let is_explained = new.is_reading || known.is_reading;
    let (name, _) = scale.name(new, known)?;
    if is_explained || name.bits > 0.0 {
        return None;
    }
    let weighed = scale.weigh(new, id, id, known);
    let mut against = weighed.reasons.iter().filter(|reason| reason.bits < 0.0);
    let has_trait = weighed.reasons.iter().any(|reason| reason.bits > 0.0 && reason.compared.is_own());
    let differs = against.any(|reason| reason.compared.is_place_or_kind());
    let mut reasons: Vec<Reason> = weighed.reasons.into_iter().filter(|reason| reason.bits < 0.0).collect();
    reasons.sort_by(|a, b| a.bits.total_cmp(&b.bits));
    (differs && !has_trait).then_some(reasons)
}

/// Returns the known unit that fits what the record says, where one does.
fn rather(scale: &Scale<'_>, id: &UnitId, new: &Profile) -> Option<Candidate> {
    let matcher = scale.matcher;
    let worth = matcher.index.glance(new, &matcher.rarity);
    let others = matcher.candidates(new, worth, scale).into_iter();
    let others = others.filter(|other| *other != id && !scale.is_taken(other));
    let weighed = others.filter_map(|other| {
        let weighed = scale.weigh(new, id, other, matcher.known(other)?);
        (score(weighed.bits) >= POSSIBLE && !weighed.is_homonym).then_some((other, weighed))
    });
    let (unit, mut weighed) = weighed.max_by(|a, b| a.1.bits.total_cmp(&b.1.bits))?;
    weighed.reasons.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    let profile = matcher.known(unit)?;
    Some(Candidate {
        name: profile.called(unit),
        last_seen: profile.last.clone(),
        score: score(weighed.bits),
        reasons: weighed.reasons,
        is_homonym: false,
        unit: unit.clone(),
    })
}
