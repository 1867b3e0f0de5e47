//! What is open about the units of a view: asked of each unit in turn.

use std::collections::BTreeSet;

use eragraph::model::{Day, GapKind, Standing, UnitId};

use super::facts::Stamp;
use super::view::{OracleView, Placement, Status};

/// What is open, about which unit, and, for what is not seen, since when.
pub(crate) type Gap = (GapKind, UnitId, Option<Day>);

/// Returns the gaps of a view. Within a model's range of days, `long` is either no time at all or never.
pub(crate) fn gaps(view: &OracleView<'_, '_>, presumed_counts: bool) -> BTreeSet<Gap> {
    let mut found = BTreeSet::new();
    for unit in view.oracle.units.iter().filter(|unit| view.presence(unit).is_some()) {
        if view.standing(unit) == Standing::External {
            continue;
        }
        let (status, _) = view.presence(unit).unwrap();
        if view.is_of_day() && (status == Status::Outdated || (status == Status::Presumed && presumed_counts)) {
            let seen = view.oracle.facts(unit).sightings.iter().filter(|seen| view.looks_at(seen) && view.passes(seen));
            let life = view.life(unit).map_or(Day::MIN, |life| life.0);
            let of_life = |seen: &Stamp<'_>| if life <= seen.start() { seen.observed() } else { seen.window };
            let last = seen.filter_map(of_life).map(|window| window.end()).max().unwrap();
            found.insert((GapKind::NotSeenForLong, unit.clone(), Some(last.plus(1))));
        }
        if view.is_listed(unit) && view.kind(unit).as_deref() == Some("post") && view.holder(unit).is_none() {
            found.insert((GapKind::NoHolderKnown, unit.clone(), None));
        }
        if view.is_listed(unit) && view.placement(unit) == Placement::Unplaced {
            found.insert((GapKind::NoParentStated, unit.clone(), None));
        }
    }
    found
}
