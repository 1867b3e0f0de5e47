//! The rows of a comparison: losses, gains, and what differs of the units in both views.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use eragraph::model::{Basis, ChangeEvent, ChangeKind, Day, EventType, Extent, SnapshotId, UnitId, Verdict, Window};

use super::attributes::attribute_rows;
use super::model::At;
use super::view::{OracleView, Status};

/// One row of a comparison.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub unit: UnitId,
    pub kind: ChangeKind,
    pub relation: Option<String>,
    pub others: BTreeSet<UnitId>,
    pub verdict: Verdict,
    pub not_before: Option<Day>,
    pub not_after: Option<Day>,
}

/// Two views in their order of time, and how they are compared.
pub(crate) struct Pair<'v, 'o, 'a> {
    pub a: &'v OracleView<'o, 'a>,
    pub b: &'v OracleView<'o, 'a>,
    pub order_certain: bool,
    pub closed_world: bool,
}

/// Compares two views; also tells whether their order is certain.
pub(crate) fn diff(
    a: &OracleView<'_, '_>,
    b: &OracleView<'_, '_>,
    within: Option<&UnitId>,
    closed_world: bool,
) -> (BTreeSet<Row>, bool) {
    let swapped = place_in_time(b) < place_in_time(a);
    let (a, b) = if swapped { (b, a) } else { (a, b) };
    let order_certain = matches!((a.hull().1, b.hull().0), (Some(last), Some(first)) if last < first)
        || matches!((&a.at, &b.at), (At::Day(_), At::Day(_)))
        || a.at == b.at;
    let pair = Pair { a, b, order_certain, closed_world };
    let mut rows = BTreeSet::new();
    for unit in &a.oracle.units {
        if within.is_none_or(|top| is_below(a, unit, top) || is_below(b, unit, top)) {
            rows.extend(pair.rows(unit));
        }
    }
    if swapped {
        rows = rows.into_iter().map(|row| Row { kind: row.kind.mirrored(), ..row }).collect();
    }
    (rows, order_certain)
}

/// Returns what orders views in time: start, end, kind of moment, id.
fn place_in_time(view: &OracleView<'_, '_>) -> (Day, Day, u8, String) {
    let (earliest, latest) = view.hull();
    let start = earliest.or(latest).unwrap_or(Day::MIN);
    let end = latest.or(earliest).unwrap_or(Day::MAX);
    match &view.at {
        At::Snapshot(id) => (start, end, 0, id.to_string()),
        At::Era(id) => (start, end, 1, id.to_string()),
        At::Day(_) => (start, end, 2, String::new()),
    }
}

pub(crate) fn is_below(view: &OracleView<'_, '_>, unit: &UnitId, top: &UnitId) -> bool {
    view.is_listed(unit) && view.reporting_line(unit).iter().skip(1).any(|above| above == top)
}

/// What carries an absence: the window of the layer that speaks, and how far it goes.
struct Absence {
    window: Window,
    verdict: Verdict,
}

/// Returns a verdict, lowered to POSSIBLE where it is higher.
pub(crate) fn at_most_possible(verdict: Verdict, lower: bool) -> Verdict {
    if lower { verdict.max(Verdict::Possible) } else { verdict }
}

pub(crate) fn is_reading(basis: Basis) -> bool {
    matches!(basis, Basis::Inferred | Basis::Outside)
}

impl Pair<'_, '_, '_> {
    fn rows(&self, unit: &UnitId) -> Vec<Row> {
        let mut rows = if self.closed_world { self.listing_row(unit) } else { self.presence_row(unit) };
        let in_both = |view: &OracleView<'_, '_>| {
            if self.closed_world { view.is_listed(unit) } else { view.presence(unit).is_some() }
        };
        if in_both(self.a) && in_both(self.b) {
            rows.extend(attribute_rows(self, unit));
        }
        let hidden = self.a.hides_some_of(unit) || self.b.hides_some_of(unit) || self.is_in_hidden_event(unit);
        for row in &mut rows {
            row.verdict = at_most_possible(row.verdict, hidden || !self.order_certain);
        }
        rows
    }

    /// Returns the row of a unit that one view lists and the other does not.
    fn listing_row(&self, unit: &UnitId) -> Vec<Row> {
        match (self.a.is_listed(unit), self.b.is_listed(unit)) {
            (true, false) => vec![Row { kind: ChangeKind::Removed, ..self.loss_by_lists(unit) }],
            (false, true) => vec![Row { kind: ChangeKind::Added, ..self.gain_by_lists(unit) }],
            _ => Vec::new(),
        }
    }

    fn presence_row(&self, unit: &UnitId) -> Vec<Row> {
        match strength(self.a, unit).cmp(&strength(self.b, unit)) {
            Ordering::Greater => vec![self.loss_by_event(unit).unwrap_or_else(|| self.loss_by_lists(unit))],
            Ordering::Less => vec![self.gain_by_event(unit).unwrap_or_else(|| self.gain_by_lists(unit))],
            Ordering::Equal => Vec::new(),
        }
    }

    fn loss_by_event(&self, unit: &UnitId) -> Option<Row> {
        let event = self.best_event_between(|event| event.ends(unit))?;
        let kind = match event.kind {
            EventType::Dissolved | EventType::Created => ChangeKind::Dissolved,
            EventType::Merged => ChangeKind::Merged,
            EventType::Split => ChangeKind::Split,
            EventType::Absorbed => ChangeKind::Absorbed,
            EventType::Transferred => ChangeKind::Transferred,
            EventType::Succeeded | EventType::Renamed | EventType::Moved | EventType::Reclassified => {
                ChangeKind::Succeeded
            }
        };
        let others = event.results.iter().map(|result| result.unit.clone()).collect();
        Some(Row { kind, others, ..self.row_of_event(unit, event) })
    }

    fn gain_by_event(&self, unit: &UnitId) -> Option<Row> {
        let event = self.best_event_between(|event| {
            event.results.iter().any(|result| result.unit == *unit)
                && !event.originals.iter().any(|original| original.unit == *unit)
        })?;
        let others = event.originals.iter().map(|original| original.unit.clone()).collect();
        Some(Row { kind: ChangeKind::Created, others, ..self.row_of_event(unit, event) })
    }

    pub(crate) fn row_of_event(&self, unit: &UnitId, event: &ChangeEvent) -> Row {
        Row {
            unit: unit.clone(),
            kind: ChangeKind::Created,
            relation: None,
            others: BTreeSet::new(),
            verdict: self.verdict_of(event),
            not_before: event.date.window().earliest(),
            not_after: event.date.window().latest(),
        }
    }

    fn loss_by_lists(&self, unit: &UnitId) -> Row {
        let absence = absence(self.a, self.b, unit);
        let seen = self.a.sightings(unit).last().and_then(|sighting| sighting.window);
        let (not_before, not_after) = match &absence {
            Some(absence) => from_first_to_last(seen, Some(absence.window)),
            None => self.bounds_of_silence(seen, self.b, true),
        };
        let kind = if absence.is_some() { ChangeKind::Removed } else { ChangeKind::NotObserved };
        Row {
            unit: unit.clone(),
            kind,
            relation: None,
            others: BTreeSet::new(),
            verdict: absence.as_ref().map_or(Verdict::Unknown, |absence| absence.verdict),
            not_before,
            not_after,
        }
    }

    fn gain_by_lists(&self, unit: &UnitId) -> Row {
        let absence = absence(self.b, self.a, unit);
        let seen = self.b.sightings(unit).first().and_then(|sighting| sighting.window);
        let (not_before, not_after) = match &absence {
            Some(absence) => from_first_to_last(seen, Some(absence.window)),
            None => self.bounds_of_silence(seen, self.a, false),
        };
        let kind = if absence.is_some() { ChangeKind::Added } else { ChangeKind::NewlyObserved };
        Row {
            unit: unit.clone(),
            kind,
            relation: None,
            others: BTreeSet::new(),
            verdict: absence.as_ref().map_or(Verdict::Unknown, |absence| absence.verdict),
            not_before,
            not_after,
        }
    }

    /// Returns since when or by when something was so that the other view does not tell of.
    pub(crate) fn bounds_of_silence(
        &self,
        seen: Option<Window>,
        other: &OracleView<'_, '_>,
        loss: bool,
    ) -> (Option<Day>, Option<Day>) {
        let Some(seen) = seen else { return (None, None) };
        let (other_first, other_last) = other.hull();
        let was_before = matches!((seen.latest(), other_first), (Some(seen), Some(other)) if seen < other);
        let was_after = matches!((seen.earliest(), other_last), (Some(seen), Some(other)) if seen > other);
        let (since, by) = if self.order_certain { (loss, !loss) } else { (was_before, was_after) };
        (seen.earliest().filter(|_| since), seen.latest().filter(|_| by))
    }

    /// Tells whether an event may lie between the views.
    fn lies_between(&self, event: &ChangeEvent) -> bool {
        let window = event.date.window();
        let happened_by_a = has_happened_by(&window, self.a);
        let begins_after_b = matches!((window.earliest(), self.b.hull().1), (Some(begins), Some(b)) if begins > b);
        !happened_by_a && !begins_after_b
    }

    fn lies_certainly_between(&self, event: &ChangeEvent) -> bool {
        let window = event.date.window();
        matches!((window.earliest(), self.a.hull().1), (Some(begins), Some(a)) if begins > a)
            && has_happened_by(&window, self.b)
    }

    pub(crate) fn all_events_between(&self) -> impl Iterator<Item = &ChangeEvent> {
        let events = self.a.oracle.corpus.events.values().map(|event| &***event);
        events.filter(|event| self.lies_between(event))
    }

    fn events_between(&self) -> impl Iterator<Item = &ChangeEvent> {
        self.all_events_between().filter(|event| event.basis.passes(self.a.floor))
    }

    /// Returns the event to name: certainly between, then the nearer basis, then the earliest, then by id.
    pub(crate) fn best_event_between(&self, wanted: impl Fn(&ChangeEvent) -> bool) -> Option<&ChangeEvent> {
        self.events_between().filter(|event| wanted(event)).min_by_key(|event| {
            (Reverse(self.lies_certainly_between(event)), event.basis, event.date.window().start(), &event.id)
        })
    }

    pub(crate) fn verdict_of(&self, event: &ChangeEvent) -> Verdict {
        let verdict = match event.basis {
            Basis::Stated => Verdict::Stated,
            Basis::Shown => Verdict::Implied,
            Basis::Inferred | Basis::Outside => Verdict::Possible,
        };
        at_most_possible(verdict, !self.lies_certainly_between(event))
    }

    fn is_in_hidden_event(&self, unit: &UnitId) -> bool {
        self.a.oracle.corpus.events.values().any(|event| {
            self.lies_between(event)
                && !event.basis.passes(self.a.floor)
                && (event.originals.iter().any(|original| original.unit == *unit)
                    || event.results.iter().any(|result| result.unit == *unit))
        })
    }
}

/// Tells whether what the window dates is over in the view: a day shows what happened on it, a source of that day
/// may have been written before.
fn has_happened_by(window: &Window, view: &OracleView<'_, '_>) -> bool {
    match (&view.at, view.hull().0) {
        (At::Day(day), _) => window.certain_from().is_some_and(|certain| certain <= *day),
        (_, Some(first)) => window.latest().is_some_and(|latest| latest < first),
        (_, None) => false,
    }
}

/// Returns the first day and the last of two windows; `None` for an end that is open, or where one has none.
pub(crate) fn from_first_to_last(a: Option<Window>, b: Option<Window>) -> (Option<Day>, Option<Day>) {
    let (Some(a), Some(b)) = (a, b) else { return (None, None) };
    let first = a.earliest().zip(b.earliest()).map(|(a, b)| a.min(b));
    let last = a.latest().zip(b.latest()).map(|(a, b)| a.max(b));
    (first, last)
}

/// Returns 3 for a unit that the view knows, 2 for one that it presumes, 1 for one that is outdated, 0 for one that is out.
pub(crate) fn strength(view: &OracleView<'_, '_>, unit: &UnitId) -> u8 {
    match view.presence(unit).map(|(status, _)| status) {
        Some(Status::Observed | Status::Between) => 3,
        Some(Status::Presumed) => 2,
        Some(Status::Outdated) => 1,
        None => 0,
    }
}

/// Returns what a list in `lacking` says of a unit that `having` shows and that is missing there.
fn absence(having: &OracleView<'_, '_>, lacking: &OracleView<'_, '_>, unit: &UnitId) -> Option<Absence> {
    let (snapshot, window, extent, basis, owner) = speaking_list(having, lacking, unit)?;
    let of_snapshots = !matches!(lacking.at, At::Day(_));
    let sightings = &lacking.oracle.facts(unit).sightings;
    let contradicted = sightings.iter().any(|sighting| {
        sighting.source == snapshot.as_str()
            || (lacking.looks_at(sighting) && (of_snapshots || !sighting.is_before(&window)))
    });
    if contradicted {
        return None;
    }
    let line = having.reporting_line(unit);
    let steps = line.iter().take_while(|step| **step != owner);
    let by_reading = steps.filter_map(|step| having.seat_claim(step)).any(|claim| is_reading(claim.at.basis));
    let verdict = if extent == Extent::Closed { Verdict::Implied } else { Verdict::Possible };
    Some(Absence { window, verdict: at_most_possible(verdict, by_reading || is_reading(basis)) })
}

/// Returns the latest list in `lacking` on which `having` puts the unit: its snapshot, window, extent, basis, owner.
fn speaking_list(
    having: &OracleView<'_, '_>,
    lacking: &OracleView<'_, '_>,
    unit: &UnitId,
) -> Option<(SnapshotId, Window, Extent, Basis, UnitId)> {
    let seat = having.seat_claim(unit)?;
    let above: Vec<UnitId> = having.reporting_line(unit).into_iter().skip(1).collect();
    let (kind, heading) = (having.kind(unit), seat.heading());
    let mut lists = Vec::new();
    for snapshot in lacking.oracle.corpus.snapshots.values() {
        for coverage in &snapshot.coverage {
            let window = snapshot.window(coverage.part);
            let seen = match lacking.at {
                At::Day(day) => window.start() <= day,
                _ => lacking.has_snapshot(&snapshot.id),
            };
            let owns = if coverage.deep { above.contains(&coverage.of) } else { above.first() == Some(&coverage.of) };
            let speaks = coverage.evidence.basis.passes(lacking.floor)
                && (coverage.kind.is_none() || coverage.kind == kind)
                && (coverage.heading.is_none() || coverage.heading.as_ref() == heading);
            if seen && owns && speaks && lacking.presence(&coverage.of).is_some() {
                lists.push((snapshot, window, coverage));
            }
        }
    }
    // The latest layer speaks; the fullest of its lists first, then the nearest basis, then the nearest owner.
    lists
        .into_iter()
        .max_by_key(|(snapshot, window, coverage)| {
            let layer = (window.start(), window.end(), Reverse(&snapshot.id), Reverse(coverage.part));
            let steps = above.iter().position(|step| *step == coverage.of);
            (layer, Reverse(coverage.extent), Reverse(coverage.evidence.basis), Reverse(steps))
        })
        .filter(|(_, _, coverage)| coverage.extent != Extent::Partial)
        .map(|(snapshot, window, coverage)| {
            (snapshot.id.clone(), window, coverage.extent, coverage.evidence.basis, coverage.of.clone())
        })
}
