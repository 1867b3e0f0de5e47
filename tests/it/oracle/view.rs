//! The graph as seen from one moment, worked out from the claims each time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use eragraph::model::{
    Basis, Contact, Day, Figure, NameForm, PartIx, PlaceRole, RelationEnd, SnapshotId, Standing, UnitId, Window,
};

use super::facts::{Claim, PlaceText, Seat, Stamp, observed_by, sorted};
use super::lives::Life;
use super::model::{At, Oracle};

/// How a view knows a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Observed,
    Between,
    Presumed,
    Outdated,
}

/// How sure the dating is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certainty {
    Certain,
    Possible,
}

/// Where a view hangs a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placement {
    Root,
    Placed,
    Unplaced,
}

/// The graph as seen from one moment.
pub(crate) struct OracleView<'o, 'a> {
    pub oracle: &'o Oracle<'a>,
    pub at: At,
    pub floor: Option<Basis>,
    pub include_outdated: bool,
    /// The snapshots of a snapshot or era view.
    snapshots: BTreeSet<SnapshotId>,
    /// The cycles of parents, each with the child whose claim is dropped.
    pub cycles: Vec<(BTreeSet<UnitId>, UnitId)>,
}

impl<'o, 'a> OracleView<'o, 'a> {
    pub(crate) fn new(oracle: &'o Oracle<'a>, at: At, floor: Option<Basis>, include_outdated: bool) -> Self {
        let snapshots = match &at {
            At::Day(_) => BTreeSet::new(),
            At::Snapshot(id) => BTreeSet::from([id.clone()]),
            At::Era(era) => {
                let of_era = oracle.corpus.snapshots.values().filter(|snapshot| snapshot.era.as_ref() == Some(era));
                of_era.map(|snapshot| snapshot.id.clone()).collect()
            }
        };
        let mut view = Self { oracle, at, floor, include_outdated, snapshots, cycles: Vec::new() };
        view.cycles = view.find_cycles();
        view
    }

    /// Returns the earliest and the latest day of what the view looks at; `None` for an open end.
    pub(crate) fn hull(&self) -> (Option<Day>, Option<Day>) {
        if let At::Day(day) = self.at {
            return (Some(day), Some(day));
        }
        let of_units: Vec<Window> = self.snapshots.iter().flat_map(|id| self.oracle.windows_of_units(id)).collect();
        let all = || self.snapshots.iter().flat_map(|id| self.oracle.layer_windows(id)).collect();
        let windows: Vec<Window> = if of_units.is_empty() { all() } else { of_units };
        let earliest: Option<Vec<Day>> = windows.iter().map(Window::earliest).collect();
        let latest: Option<Vec<Day>> = windows.iter().map(Window::latest).collect();
        (earliest.and_then(|days| days.into_iter().min()), latest.and_then(|days| days.into_iter().max()))
    }

    /// Tells whether the view looks at what stands there: it has started by the day, or is of these snapshots.
    pub(crate) fn looks_at(&self, stamp: &Stamp<'_>) -> bool {
        match self.at {
            At::Day(day) => stamp.started(day),
            _ => self.is_of_snapshots(stamp),
        }
    }

    fn is_of_snapshots(&self, stamp: &Stamp<'_>) -> bool {
        stamp.snapshot.is_some_and(|snapshot| self.snapshots.contains(&snapshot.id))
    }

    /// Returns the snapshots that the view looks at.
    pub(crate) fn has_snapshot(&self, id: &SnapshotId) -> bool {
        self.snapshots.contains(id)
    }

    pub(crate) fn passes(&self, stamp: &Stamp<'_>) -> bool {
        stamp.basis.passes(self.floor)
    }

    /// Returns the life of a unit in which a day view finds it.
    pub(crate) fn life(&self, unit: &UnitId) -> Option<Life> {
        if let At::Day(day) = self.at { self.oracle.life_on(unit, day) } else { None }
    }

    /// Returns the sightings of the unit that make it part of this view, hidden ones included, the latest last.
    fn all_sightings(&self, unit: &UnitId) -> Vec<Stamp<'a>> {
        let sightings = &self.oracle.facts(unit).sightings;
        let mut found: Vec<Stamp<'a>> = match self.at {
            At::Day(day) => match self.life(unit) {
                Some((from, _)) => sightings.iter().filter(|s| from <= s.start() && s.started(day)).copied().collect(),
                None => Vec::new(),
            },
            _ => sightings.iter().filter(|sighting| self.is_of_snapshots(sighting)).copied().collect(),
        };
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        found
    }

    /// Returns the sightings of the unit that make it part of this view, the latest last.
    pub(crate) fn sightings(&self, unit: &UnitId) -> Vec<Stamp<'a>> {
        self.all_sightings(unit).into_iter().filter(|sighting| self.passes(sighting)).collect()
    }

    /// Tells how the view knows the unit; `None` where it does not.
    pub(crate) fn presence(&self, unit: &UnitId) -> Option<(Status, Certainty)> {
        if self.sightings(unit).is_empty() {
            return None;
        }
        match self.at {
            At::Day(day) => self.life(unit).map(|life| self.presence_on(unit, life, day)),
            _ => Some((Status::Observed, Certainty::Certain)).filter(|_| !self.is_over(unit)),
        }
    }

    /// Tells whether only logs kept without a gap mention the unit, and have it no more at their end.
    fn is_over(&self, unit: &UnitId) -> bool {
        let logs = self.oracle.corpus.snapshots.values().filter(|log| log.continuous && self.has_snapshot(&log.id));
        let ends = logs.flat_map(|log| {
            let parts = (0..log.parts.len()).map(|at| Some(PartIx(u16::try_from(at).unwrap())));
            std::iter::once(None).chain(parts).filter_map(|part| {
                let window = log.window(part);
                let observed = observed_by(log, window);
                (observed != window).then(|| observed.end())
            })
        });
        let end = ends.max();
        let only_logged = || {
            let sightings = self.oracle.facts(unit).sightings.iter().filter(|sighting| self.is_of_snapshots(sighting));
            sightings.into_iter().all(|s| s.snapshot.is_some_and(|snapshot| snapshot.continuous))
        };
        end.is_some_and(|end| self.oracle.life_on(unit, end).is_none() && only_logged())
    }

    fn presence_on(&self, unit: &UnitId, life: Life, day: Day) -> (Status, Certainty) {
        let sightings: Vec<_> = self.oracle.facts(unit).sightings.iter().filter(|s| self.passes(s)).collect();
        // What a log said of an earlier life it does not observe in this one.
        let observes = |s: &&&Stamp<'_>| {
            s.contains(day) && (life.0 <= s.start() || s.window.is_some_and(|window| window.contains(day)))
        };
        if sightings.iter().any(|sighting| observes(&sighting)) {
            let is_exact = |window: Window| window.is_one_day() || window.end() < day;
            let exact = sightings.iter().filter(observes).any(|s| s.window.is_some_and(is_exact));
            return (Status::Observed, if exact { Certainty::Certain } else { Certainty::Possible });
        }
        let is_later_in_life = |sighting: &&Stamp<'_>| {
            let start = sighting.start();
            let ends_it = sighting.event.is_some_and(|event| event.ends(unit));
            day < start && life.1.is_none_or(|to| start < to || (start == to && ends_it))
        };
        let status = if sightings.iter().copied().any(|s| is_later_in_life(&s)) {
            Status::Between
        } else if self.is_outdated(unit, day) {
            Status::Outdated
        } else {
            Status::Presumed
        };
        let open_end = self.oracle.ends(unit).iter().any(|end| end.is_open_on(day));
        let latest = sightings.iter().filter(|s| s.started(day)).max_by(|a, b| a.order().cmp(&b.order()));
        let latest_open = latest.is_some_and(|s| s.window.is_none_or(|window| window.is_open()));
        (status, if open_end || latest_open { Certainty::Possible } else { Certainty::Certain })
    }

    /// Tells whether a unit that is presumed was last seen in an earlier era, in every sequence that it belongs to.
    fn is_outdated(&self, unit: &UnitId, day: Day) -> bool {
        let sequences = self.oracle.sequences(unit);
        let sightings = &self.oracle.facts(unit).sightings;
        let seen = sightings.iter().filter(|sighting| self.passes(sighting) && sighting.started(day));
        let latest = seen.max_by(|a, b| a.order().cmp(&b.order()));
        let was_last_seen = |sequence| latest.and_then(|latest| self.oracle.era_of_sighting(latest, sequence));
        !sequences.is_empty()
            && sequences.iter().all(|sequence| was_last_seen(sequence) < self.oracle.latest_era(sequence, day))
    }

    /// Tells whether the unit stands in lists: in the view, and not outdated unless those are asked for.
    pub(crate) fn is_listed(&self, unit: &UnitId) -> bool {
        self.presence(unit).is_some_and(|(status, _)| status != Status::Outdated || self.include_outdated)
    }

    /// Returns the units in the view, without those that are outdated unless they are asked for.
    pub(crate) fn units(&self) -> BTreeSet<UnitId> {
        self.oracle.units.iter().filter(|unit| self.is_listed(unit)).cloned().collect()
    }

    /// Returns the latest claim that the view looks at and the floor lets through.
    fn latest<T: Clone>(&self, claims: &[Claim<'a, T>]) -> Option<Claim<'a, T>> {
        sorted(claims, |at| self.looks_at(at) && self.passes(at)).pop()
    }

    pub(crate) fn name_claim(&self, unit: &UnitId) -> Option<Claim<'a, (&'a str, NameForm)>> {
        self.latest(&self.oracle.facts(unit).names)
    }

    pub(crate) fn acronym_claim(&self, unit: &UnitId) -> Option<Claim<'a, (&'a str, NameForm)>> {
        self.latest(&self.oracle.facts(unit).acronyms)
    }

    pub(crate) fn kind_claim(&self, unit: &UnitId) -> Option<Claim<'a, &'a str>> {
        self.latest(&self.oracle.facts(unit).kinds)
    }

    pub(crate) fn name(&self, unit: &UnitId) -> (String, NameForm) {
        if let Some(claim) = self.name_claim(unit) {
            return (claim.value.0.to_owned(), claim.value.1);
        }
        let last = match self.at {
            At::Day(day) => Some(day),
            _ => self.sightings(unit).last().map(Stamp::start),
        };
        let known = sorted(&self.oracle.facts(unit).names, |at| self.passes(at));
        let before = known.iter().rfind(|claim| last.is_some_and(|last| claim.at.started(last)));
        let ever = sorted(&self.oracle.facts(unit).acronyms, |at| self.passes(at));
        let acronym = self.acronym_claim(unit).or(ever.first().cloned());
        let claim = before.or(known.first()).cloned().or(acronym);
        let text = claim.map_or_else(|| unit.to_string(), |claim| claim.value.0.to_owned());
        (text, NameForm::Expanded)
    }

    pub(crate) fn acronym(&self, unit: &UnitId) -> Option<String> {
        self.acronym_claim(unit).map(|claim| claim.value.0.to_owned())
    }

    pub(crate) fn kind(&self, unit: &UnitId) -> Option<String> {
        self.kind_claim(unit).map(|claim| claim.value.to_owned())
    }

    pub(crate) fn summary(&self, unit: &UnitId) -> Option<String> {
        self.latest(&self.oracle.facts(unit).summaries).map(|claim| claim.value.to_owned())
    }

    pub(crate) fn standing(&self, unit: &UnitId) -> Standing {
        let standings = &self.oracle.facts(unit).standings;
        let claim = self.latest(standings).or_else(|| sorted(standings, |at| self.looks_at(at)).pop());
        claim.map_or(Standing::Internal, |claim| claim.value)
    }

    /// Returns the parent claims that the view looks at, of the present life only, hidden ones included.
    fn all_seat_claims(&self, unit: &UnitId) -> Vec<Claim<'a, Seat<'a>>> {
        sorted(&self.oracle.facts(unit).seats, |at| self.looks_at(at) && self.is_of_life(unit, at))
    }

    fn is_of_life(&self, unit: &UnitId, stamp: &Stamp<'_>) -> bool {
        !matches!(self.at, At::Day(_)) || self.life(unit).is_some_and(|(from, _)| from <= stamp.start())
    }

    /// Returns the claim of where the unit hangs: the latest of the latest run that passes, unless it is dropped.
    pub(crate) fn seat_claim(&self, unit: &UnitId) -> Option<Claim<'a, Seat<'a>>> {
        if self.cycles.iter().any(|(_, dropped)| dropped == unit) {
            return None;
        }
        self.carried_seat(unit)
    }

    /// Returns the claim of where the unit hangs, dropped or not.
    pub(crate) fn carried_seat(&self, unit: &UnitId) -> Option<Claim<'a, Seat<'a>>> {
        let claims = self.all_seat_claims(unit);
        let value = claims.last()?.value;
        claims.into_iter().rev().take_while(|claim| claim.value == value).find(|claim| self.passes(&claim.at))
    }

    /// Finds the cycles that carried parents close, all claims told.
    fn find_cycles(&self) -> Vec<(BTreeSet<UnitId>, UnitId)> {
        let in_view: BTreeSet<_> =
            self.oracle.units.iter().filter(|unit| !self.all_sightings(unit).is_empty()).collect();
        let mut claims: BTreeMap<&UnitId, Claim<'a, Seat<'a>>> = BTreeMap::new();
        for unit in &in_view {
            claims.extend(self.all_seat_claims(unit).pop().map(|claim| (*unit, claim)));
        }
        let above = |unit: &UnitId| match claims.get(unit).map(|claim| claim.value) {
            Some(Seat::Under(parent)) if in_view.contains(parent) => Some(parent),
            _ => None,
        };
        let mut cycles = Vec::new();
        for unit in &in_view {
            let mut members = BTreeSet::from([(*unit).clone()]);
            let mut at = above(unit);
            while let Some(parent) = at.filter(|parent| members.insert((*parent).clone())) {
                at = above(parent);
            }
            let closes = at == Some(unit);
            let first = members.iter().min_by_key(|member| claims.get(member).map(|claim| (claim.at.order(), *member)));
            if closes && first == Some(unit) {
                cycles.push((members.clone(), (*unit).clone()));
            }
        }
        cycles
    }

    pub(crate) fn parent(&self, unit: &UnitId) -> Option<UnitId> {
        match self.seat_claim(unit)?.value {
            Seat::Under(parent) if self.is_listed(parent) => Some(parent.clone()),
            _ => None,
        }
    }

    pub(crate) fn placement(&self, unit: &UnitId) -> Placement {
        match self.seat_claim(unit).map(|claim| claim.value) {
            Some(Seat::Top) => Placement::Root,
            Some(Seat::Under(_)) if self.parent(unit).is_some() => Placement::Placed,
            _ => Placement::Unplaced,
        }
    }

    pub(crate) fn children(&self, unit: &UnitId) -> BTreeSet<UnitId> {
        self.units().into_iter().filter(|child| self.parent(child).as_ref() == Some(unit)).collect()
    }

    /// Returns the unit and what stands above it, at most 64 in all.
    pub(crate) fn reporting_line(&self, unit: &UnitId) -> Vec<UnitId> {
        std::iter::successors(Some(unit.clone()), |at| self.parent(at)).take(64).collect()
    }

    /// Returns the relations that the unit is said to have, each by its latest claim.
    pub(crate) fn relations(&self, unit: &UnitId) -> BTreeMap<(&'a str, &'a RelationEnd), Stamp<'a>> {
        let claims = sorted(&self.oracle.facts(unit).relations, |at| {
            self.looks_at(at) && self.passes(at) && self.is_of_life(unit, at)
        });
        claims.into_iter().map(|claim| (claim.value, claim.at)).collect()
    }

    /// Returns the relations of which both ends are listed.
    pub(crate) fn shown_relations(&self, unit: &UnitId) -> BTreeSet<(&'a str, &'a RelationEnd)> {
        let shows = |end: &RelationEnd| if let RelationEnd::Unit(end) = end { self.is_listed(end) } else { true };
        self.relations(unit).into_keys().filter(|(_, end)| self.is_listed(unit) && shows(end)).collect()
    }

    pub(crate) fn is_of_day(&self) -> bool {
        matches!(self.at, At::Day(_))
    }

    /// Tells whether the view answers from what stands there for figures, holders and contacts.
    fn answers_from(&self, stamp: &Stamp<'_>) -> bool {
        let is_of_time = if let At::Day(day) = self.at { stamp.contains(day) } else { self.is_of_snapshots(stamp) };
        is_of_time && self.passes(stamp)
    }

    /// Returns the figures of all sources that it answers from.
    pub(crate) fn all_figures(&self, unit: &UnitId) -> Vec<Claim<'a, &'a Figure>> {
        let found = sorted(&self.oracle.facts(unit).figures, |at| self.answers_from(at));
        self.without_outlived(found, Figure::counts_the_same_as)
    }

    /// Returns the figures, the latest for each measure, unit and scope.
    pub(crate) fn figures(&self, unit: &UnitId) -> Vec<Claim<'a, &'a Figure>> {
        let mut latest: Vec<Claim<'a, &'a Figure>> = Vec::new();
        for claim in self.all_figures(unit) {
            latest.retain(|other| !other.value.counts_the_same_as(claim.value));
            latest.push(claim);
        }
        latest
    }

    /// Returns the figures that no source of the day gives, each by the latest that did.
    pub(crate) fn last_known_figures(&self, unit: &UnitId) -> Vec<&'a Figure> {
        let now = self.all_figures(unit);
        let earlier = sorted(&self.oracle.facts(unit).figures, |at| self.looks_at(at) && self.passes(at));
        let same = |a: &Claim<'a, &'a Figure>, b: &Claim<'a, &'a Figure>| a.value.counts_the_same_as(b.value);
        let is_latest = |claim: &&Claim<'a, &'a Figure>| {
            let of_same = earlier.iter().rfind(|other| same(other, claim));
            of_same.is_some_and(|last| (last.at.source, last.at.part) == (claim.at.source, claim.at.part))
        };
        let unanswered = |claim: &&Claim<'a, &'a Figure>| !now.iter().any(|other| same(other, claim));
        earlier.iter().filter(is_latest).filter(unanswered).map(|claim| claim.value).collect()
    }

    /// Returns the last holder, where no source of the day names one.
    pub(crate) fn last_known_holder(&self, unit: &UnitId) -> Option<&'a str> {
        let earlier = sorted(&self.oracle.facts(unit).holders, |at| self.looks_at(at) && self.passes(at));
        earlier.last().filter(|_| self.holder(unit).is_none()).map(|claim| claim.value)
    }

    pub(crate) fn holder(&self, unit: &UnitId) -> Option<Claim<'a, &'a str>> {
        sorted(&self.oracle.facts(unit).holders, |at| self.answers_from(at)).pop()
    }

    /// Returns the contacts of all sources that it answers from.
    pub(crate) fn all_contacts(&self, unit: &UnitId) -> Vec<Claim<'a, &'a Contact>> {
        let found = sorted(&self.oracle.facts(unit).contacts, |at| self.answers_from(at));
        self.without_outlived(found, |a, b| a.kind == b.kind && a.purpose == b.purpose)
    }

    /// Leaves out what a log said before it said something else of the same thing.
    fn without_outlived<T: Copy>(
        &self,
        claims: Vec<Claim<'a, T>>,
        is_same: impl Fn(T, T) -> bool,
    ) -> Vec<Claim<'a, T>> {
        let At::Day(day) = self.at else { return claims };
        let layer = |claim: &Claim<'a, T>| (claim.at.start(), claim.at.end(), Reverse(claim.at.part));
        let outlived = |claim: &Claim<'a, T>| {
            claim.at.window.is_some_and(|window| !window.contains(day))
                && claims.iter().any(|other| {
                    other.at.source == claim.at.source
                        && layer(claim) < layer(other)
                        && is_same(other.value, claim.value)
                })
        };
        claims.iter().filter(|claim| !outlived(claim)).cloned().collect()
    }

    /// Returns the properties, each by its latest claim.
    pub(crate) fn properties(&self, unit: &UnitId) -> BTreeMap<&'a str, Claim<'a, (&'a str, &'a str)>> {
        let claims = sorted(&self.oracle.facts(unit).properties, |at| self.looks_at(at) && self.passes(at));
        claims.into_iter().map(|claim| (claim.value.0, claim)).collect()
    }

    /// Returns the places in each role, by the latest claim that gives any.
    pub(crate) fn places(&self, unit: &UnitId) -> BTreeMap<PlaceRole, Claim<'a, (PlaceRole, BTreeSet<PlaceText<'a>>)>> {
        let claims = sorted(&self.oracle.facts(unit).places, |at| self.looks_at(at) && self.passes(at));
        claims.into_iter().map(|claim| (claim.value.0, claim)).collect()
    }

    /// Tells whether the floor hides something that the view would say of the unit.
    pub(crate) fn hides_some_of(&self, unit: &UnitId) -> bool {
        self.oracle.facts(unit).stamps().iter().any(|stamp| self.looks_at(stamp) && !self.passes(stamp))
    }
}
