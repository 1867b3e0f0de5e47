//! The oracle: what it knows of a corpus, and the questions that concern a unit's whole history.

use std::collections::{BTreeMap, BTreeSet};

use eragraph::model::{Basis, Corpus, Day, EraId, Mention, PartIx, Snapshot, SnapshotId, UnitId, Window};

use super::facts::{Facts, Seat, Stamp, all_units};
use super::lives::{End, Life, ends, lives, turning_days};
use super::view::OracleView;

/// What a view is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    Snapshot(SnapshotId),
    Era(EraId),
    Day(Day),
}

/// Answers from a corpus, slowly.
pub(crate) struct Oracle<'a> {
    pub corpus: &'a Corpus,
    pub units: BTreeSet<UnitId>,
    facts: BTreeMap<UnitId, Facts<'a>>,
    ends: BTreeMap<UnitId, Vec<End>>,
    lives: BTreeMap<UnitId, Vec<Life>>,
}

/// A stretch of a unit's history: from, to, name, acronym, kind, parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    pub from: Day,
    pub to: Option<Day>,
    pub name: String,
    pub acronym: Option<String>,
    pub kind: Option<String>,
    /// The parent's id, or `the top`.
    pub parent: Option<String>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(corpus: &'a Corpus) -> Self {
        let units = all_units(corpus);
        // Facts borrow from mentions, which are kept packed. A test's are few: they stay until it is over.
        let unpacked =
            |snapshot: &Snapshot| -> &'static [Mention] { snapshot.mentions.iter().collect::<Vec<_>>().leak() };
        let mentions: Vec<(&Snapshot, &[Mention])> =
            corpus.snapshots.values().map(|snapshot| (&**snapshot, unpacked(snapshot))).collect();
        let facts = units.iter().map(|unit| (unit.clone(), Facts::of(corpus, &mentions, unit))).collect();
        let mut oracle = Self { corpus, units, facts, ends: BTreeMap::new(), lives: BTreeMap::new() };
        oracle.ends = oracle.units.iter().map(|unit| (unit.clone(), ends(corpus, &oracle, unit))).collect();
        let turning = turning_days(corpus);
        let of = |unit: &UnitId| lives(&oracle.facts[unit], &oracle.ends[unit], &turning);
        oracle.lives = oracle.units.iter().map(|unit| (unit.clone(), of(unit))).collect();
        oracle
    }

    pub(crate) fn facts(&self, unit: &UnitId) -> &Facts<'a> {
        &self.facts[unit]
    }

    pub(crate) fn ends(&self, unit: &UnitId) -> &[End] {
        &self.ends[unit]
    }

    pub(crate) fn view(&self, at: &At, floor: Option<Basis>, include_outdated: bool) -> OracleView<'_, 'a> {
        OracleView::new(self, at.clone(), floor, include_outdated)
    }

    /// Returns the stretches of days in which the unit is in the views.
    pub(crate) fn lives(&self, unit: &UnitId) -> &[Life] {
        &self.lives[unit]
    }

    /// Returns the life that a day lies in.
    pub(crate) fn life_on(&self, unit: &UnitId, day: Day) -> Option<Life> {
        self.lives(unit).iter().copied().find(|life| holds(*life, day))
    }

    /// Returns the windows of a snapshot's layers: the page and its parts.
    pub(crate) fn layer_windows(&self, snapshot: &SnapshotId) -> Vec<Window> {
        let snapshot = &self.corpus.snapshots[snapshot];
        let parts = snapshot.parts.iter().map(|part| part.observed.window());
        std::iter::once(snapshot.observed.window()).chain(parts).collect()
    }

    /// Returns the windows of the layers of a snapshot that say anything of units.
    pub(crate) fn windows_of_units(&self, snapshot: &SnapshotId) -> Vec<Window> {
        let snapshot = &self.corpus.snapshots[snapshot];
        let parts = snapshot.parts.iter().zip(0..).map(|(part, at)| (Some(PartIx(at)), part.observed.window()));
        let all = std::iter::once((None, snapshot.observed.window())).chain(parts);
        let about = snapshot.layers_about_units();
        all.filter(|(part, _)| about.contains(part)).map(|(_, window)| window).collect()
    }

    /// Returns the day on which an era begins; `None` for one with no snapshots.
    fn era_begins(&self, era: &EraId) -> Option<Day> {
        let snapshots = self.corpus.snapshots.values().filter(|snapshot| snapshot.era.as_ref() == Some(era));
        snapshots.flat_map(|snapshot| self.layer_windows(&snapshot.id)).map(|window| window.start()).min()
    }

    /// Returns the position of the latest era of a sequence that has begun by a day.
    pub(crate) fn latest_era(&self, sequence: &EraId, day: Day) -> Option<u32> {
        let eras = self.corpus.eras.values().filter(|era| era.sequence == *sequence);
        eras.filter(|era| self.era_begins(&era.id).is_some_and(|begins| begins <= day)).map(|era| era.position).max()
    }

    /// Returns the sequences of eras that the snapshots mentioning a unit belong to.
    fn sequences_of_mentions(&self, unit: &UnitId) -> BTreeSet<EraId> {
        let snapshots = self.facts(unit).sightings.iter().filter_map(|sighting| sighting.snapshot);
        let eras = snapshots.filter_map(|snapshot| snapshot.era.as_ref());
        eras.map(|era| self.corpus.eras[era].sequence.clone()).collect()
    }

    /// Returns the sequences of eras that a unit belongs to.
    pub(crate) fn sequences(&self, unit: &UnitId) -> BTreeSet<EraId> {
        let is_mentioned = self.facts(unit).sightings.iter().any(|sighting| sighting.snapshot.is_some());
        if is_mentioned {
            return self.sequences_of_mentions(unit);
        }
        let events = self.facts(unit).sightings.iter().filter_map(|sighting| sighting.event);
        let originals_and_results = events.flat_map(|event| {
            let results = event.results.iter().map(|result| &result.unit);
            event.originals.iter().map(|original| &original.unit).chain(results)
        });
        originals_and_results.flat_map(|other| self.sequences_of_mentions(other)).collect()
    }

    /// Returns the position in a sequence of the era that a sighting counts for: its own, where that is of the
    /// sequence, else the latest begun by its start.
    pub(crate) fn era_of_sighting(&self, sighting: &Stamp<'_>, sequence: &EraId) -> Option<u32> {
        let own = sighting.snapshot.and_then(|snapshot| snapshot.era.as_ref()).map(|era| &self.corpus.eras[era]);
        match own.filter(|era| era.sequence == *sequence) {
            Some(era) => Some(era.position),
            None => self.latest_era(sequence, sighting.start()),
        }
    }

    /// Returns the history of a unit as stretches in which nothing that is carried, and that passes, changes.
    pub(crate) fn periods(&self, unit: &UnitId, floor: Option<Basis>) -> Vec<Period> {
        let mut periods: Vec<Period> = Vec::new();
        for (from, to) in self.lives(unit) {
            let within = |day: &Day| *from <= *day && to.is_none_or(|to| *day < to);
            for day in turning_days(self.corpus).into_iter().filter(within) {
                let view = self.view(&At::Day(day), floor, true);
                if view.presence(unit).is_none() {
                    continue;
                }
                let next = period(&view, unit, day, *to);
                match periods.last_mut() {
                    Some(last) if last.from >= *from && same_but_for_days(last, &next) => {}
                    Some(last) if last.from >= *from => {
                        last.to = Some(day);
                        periods.push(next);
                    }
                    _ => periods.push(next),
                }
            }
        }
        periods
    }
}

fn period(view: &OracleView<'_, '_>, unit: &UnitId, from: Day, to: Option<Day>) -> Period {
    let seat = view.carried_seat(unit).map(|claim| claim.value);
    Period {
        from,
        to,
        name: view.name(unit).0,
        acronym: view.acronym(unit),
        kind: view.kind(unit),
        parent: seat.map(|seat| if let Seat::Under(parent) = seat { parent.to_string() } else { "the top".into() }),
    }
}

fn holds((from, to): Life, day: Day) -> bool {
    from <= day && to.is_none_or(|to| day < to)
}

fn same_but_for_days(a: &Period, b: &Period) -> bool {
    (&a.name, &a.acronym, &a.kind, &a.parent) == (&b.name, &b.acronym, &b.kind, &b.parent)
}
