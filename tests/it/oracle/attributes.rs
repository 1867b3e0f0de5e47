//! The rows of a comparison for a unit that stands in both views: what is said of it differs.

use std::collections::BTreeSet;

use eragraph::model::{ChangeKind, Day, EventResult, EventType, NameForm, RelationEnd, UnitId, Verdict};

use super::compare::{Pair, Row, at_most_possible, from_first_to_last, is_reading, strength};
use super::facts::{Claim, Seat, Stamp};
use super::view::{OracleView, Placement};

/// Returns the rows for what differs.
pub(crate) fn attribute_rows(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(name_row(pair, unit));
    rows.extend(acronym_row(pair, unit));
    rows.extend(moved_row(pair, unit));
    rows.extend(reclassified_row(pair, unit));
    rows.extend(figure_row(pair, unit));
    rows.extend(holder_row(pair, unit));
    rows.extend(property_row(pair, unit));
    rows.extend(place_row(pair, unit));
    rows.extend(relation_rows(pair, unit));
    rows
}

/// Returns a row that rests on two claims.
fn row(unit: &UnitId, kind: ChangeKind, a: &Stamp<'_>, b: &Stamp<'_>) -> Row {
    let same = |stamp: &Stamp<'_>| {
        let same = stamp.mention.and_then(|mention| mention.details.same.as_ref());
        same.is_some_and(|evidence| is_reading(evidence.basis))
    };
    let (not_before, not_after) = from_first_to_last(a.window, b.window);
    let by_reading = is_reading(a.basis) || is_reading(b.basis) || same(a) || same(b);
    let in_order = matches!((a.window, b.window), (Some(a), Some(b)) if a.is_before(&b));
    Row {
        unit: unit.clone(),
        kind,
        relation: None,
        others: BTreeSet::new(),
        verdict: at_most_possible(Verdict::Implied, by_reading || !in_order),
        not_before,
        not_after,
    }
}

/// Returns the row of an event between the views that states just this change; in a closed world events do not speak.
///
/// `gives` tells whether a result has the later view's value; `None` where it has none of that sort.
fn by_event(
    pair: &Pair<'_, '_, '_>,
    unit: &UnitId,
    row_kind: ChangeKind,
    kind: EventType,
    gives: &dyn Fn(&EventResult) -> Option<bool>,
) -> Option<Row> {
    let event = pair.best_event_between(|event| {
        let is_original = event.originals.iter().any(|original| original.unit == *unit);
        let result = event.results.iter().find(|result| result.unit == *unit);
        let states = result.is_some_and(|result| match gives(result) {
            Some(gives) => gives,
            None => event.kind == kind,
        });
        states && (is_original || event.kind == EventType::Absorbed)
    });
    let event = event.filter(|_| !pair.closed_world)?;
    Some(Row { kind: row_kind, ..pair.row_of_event(unit, event) })
}

/// Tells whether the source of a claim also writes another form.
fn also_writes(stamp: &Stamp<'_>, text: &str) -> bool {
    stamp.mention.is_some_and(|mention| mention.details.also_written.iter().any(|also| also.text == text))
}

type Named<'a> = Claim<'a, (&'a str, NameForm)>;

/// Tells whether two names differ, each as written, and neither source gives the other's as well.
fn names_differ(a: &Named<'_>, b: &Named<'_>) -> bool {
    a.value.0 != b.value.0
        && a.value.1 != NameForm::Expanded
        && b.value.1 != NameForm::Expanded
        && !also_writes(&a.at, b.value.0)
        && !also_writes(&b.at, a.value.0)
}

fn name_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let (a, b) = (pair.a.name_claim(unit)?, pair.b.name_claim(unit)?);
    if !names_differ(&a, &b) {
        return None;
    }
    let respelled = plain_spelling(a.value.0) == plain_spelling(b.value.0);
    let kind = if respelled { ChangeKind::Respelled } else { ChangeKind::Renamed };
    let new = plain_spelling(b.value.0);
    let gives = |result: &EventResult| {
        result.name.as_deref().map(|name| name == b.value.0 || (plain_spelling(name) == new && !new.is_empty()))
    };
    by_event(pair, unit, kind, EventType::Renamed, &gives).or_else(|| Some(row(unit, kind, &a.at, &b.at)))
}

fn acronym_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let (a, b) = (pair.a.acronym_claim(unit)?, pair.b.acronym_claim(unit)?);
    let differ = names_differ(&a, &b) && plain_spelling(a.value.0) != plain_spelling(b.value.0);
    differ.then(|| row(unit, ChangeKind::AcronymChanged, &a.at, &b.at))
}

fn reclassified_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let (a, b) = (pair.a.kind_claim(unit)?, pair.b.kind_claim(unit)?);
    if a.value == b.value {
        return None;
    }
    let kind = ChangeKind::Reclassified;
    let gives = |result: &EventResult| result.kind.as_ref().map(|kind| kind == b.value);
    by_event(pair, unit, kind, EventType::Reclassified, &gives).or_else(|| Some(row(unit, kind, &a.at, &b.at)))
}

fn moved_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let (a, b) = (stated_seat(pair.a, unit)?, stated_seat(pair.b, unit)?);
    if a.value == b.value {
        return None;
    }
    let gives = |result: &EventResult| result.parent.as_ref().map(|parent| Seat::Under(parent) == b.value);
    if let Some(row) = by_event(pair, unit, ChangeKind::Moved, EventType::Moved, &gives) {
        return Some(row);
    }
    let plain = row(unit, ChangeKind::Moved, &a.at, &b.at);
    let skipped = stands_above(pair.b, b.value, a.value, pair.a) || stands_above(pair.a, a.value, b.value, pair.b);
    let succeeded = !pair.closed_world && succeeds(pair, a.value, b.value);
    let verdict = if skipped { Verdict::Unknown } else { at_most_possible(plain.verdict, succeeded) };
    Some(Row { verdict, ..plain })
}

/// Returns the claim of where the unit hangs, if it hangs there in the view.
fn stated_seat<'a>(view: &OracleView<'_, 'a>, unit: &UnitId) -> Option<Claim<'a, Seat<'a>>> {
    view.seat_claim(unit).filter(|_| view.placement(unit) != Placement::Unplaced)
}

/// Tells whether one side's parent stands above the other's there, and the one side lacks the other's.
fn stands_above(own: &OracleView<'_, '_>, parent: Seat<'_>, others: Seat<'_>, other: &OracleView<'_, '_>) -> bool {
    let Seat::Under(below) = others else { return false };
    let is_above = match parent {
        Seat::Top => true,
        Seat::Under(above) => other.reporting_line(below).iter().skip(1).any(|step| step == above),
    };
    is_above && strength(own, below) < 3
}

/// Tells whether events between the views, hidden ones included, lead from the older parent to the newer.
fn succeeds(pair: &Pair<'_, '_, '_>, from: Seat<'_>, to: Seat<'_>) -> bool {
    let (Seat::Under(from), Seat::Under(to)) = (from, to) else { return false };
    let mut reached = BTreeSet::from([from.clone()]);
    loop {
        let next: BTreeSet<UnitId> = pair
            .all_events_between()
            .filter(|event| event.originals.iter().any(|original| reached.contains(&original.unit)))
            .flat_map(|event| event.results.iter().map(|result| result.unit.clone()))
            .chain(reached.iter().cloned())
            .collect();
        if next == reached {
            return reached.contains(to);
        }
        reached = next;
    }
}

fn figure_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let after = pair.b.figures(unit);
    let mut before = pair.a.figures(unit);
    before.sort_by_key(|figure| (&figure.value.measure, &figure.value.unit, &figure.value.scope));
    before.iter().find_map(|a| {
        let b = after.iter().find(|b| a.value.contradicts(b.value))?;
        Some(row(unit, ChangeKind::FigureChanged, &a.at, &b.at))
    })
}

fn holder_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let (a, b) = (pair.a.holder(unit)?, pair.b.holder(unit)?);
    (a.value != b.value).then(|| row(unit, ChangeKind::HolderChanged, &a.at, &b.at))
}

fn property_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let after = pair.b.properties(unit);
    pair.a.properties(unit).iter().find_map(|(name, a)| {
        let b = after.get(name).filter(|b| a.value != b.value)?;
        Some(row(unit, ChangeKind::PropertyChanged, &a.at, &b.at))
    })
}

fn place_row(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Option<Row> {
    let after = pair.b.places(unit);
    pair.a.places(unit).iter().find_map(|(role, a)| {
        let b = after.get(role).filter(|b| a.value != b.value)?;
        Some(row(unit, ChangeKind::PlaceChanged, &a.at, &b.at))
    })
}

fn relation_rows(pair: &Pair<'_, '_, '_>, unit: &UnitId) -> Vec<Row> {
    let (before, after) = (pair.a.relations(unit), pair.b.relations(unit));
    let (lost, gained) = if pair.closed_world {
        (ChangeKind::RelationRemoved, ChangeKind::RelationAdded)
    } else {
        (ChangeKind::NotObserved, ChangeKind::NewlyObserved)
    };
    let row = |kind, (relation, to): &(&str, &RelationEnd), (not_before, not_after): (Option<Day>, Option<Day>)| Row {
        unit: unit.clone(),
        kind,
        relation: Some(match to {
            RelationEnd::Unit(_) => (*relation).to_owned(),
            RelationEnd::Text(text) => format!("{relation}: {text}"),
        }),
        others: if let RelationEnd::Unit(to) = to { BTreeSet::from([to.clone()]) } else { BTreeSet::new() },
        verdict: Verdict::Unknown,
        not_before,
        not_after,
    };
    let only_before = before.iter().filter(|(key, _)| !after.contains_key(*key));
    let only_after = after.iter().filter(|(key, _)| !before.contains_key(*key));
    only_before
        .map(|(key, at)| row(lost, key, pair.bounds_of_silence(at.window, pair.b, true)))
        .chain(only_after.map(|(key, at)| row(gained, key, pair.bounds_of_silence(at.window, pair.a, false))))
        .collect()
}

/// Returns a name without what makes a mere respelling: articles, punctuation, character references, a country
/// prefix, case, a bracketed acronym.
pub(crate) fn plain_spelling(name: &str) -> Vec<String> {
    let mut text = name.to_owned();
    for (reference, character) in [("&amp;", "&"), ("&#38;", "&"), ("&#39;", "'"), ("&quot;", "\""), ("&nbsp;", " ")] {
        text = text.replace(reference, character);
    }
    if let (Some(open), Some(close)) = (text.find('('), text.find(')'))
        && open < close
        && text[open + 1..close].chars().all(|c| c.is_uppercase() || !c.is_alphabetic())
    {
        text.replace_range(open..=close, " ");
    }
    let text = text.to_lowercase().replace(['.', '\''], "");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !matches!(*word, "" | "the" | "a" | "an"));
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    if words.len() > 1 && words[0] == "us" {
        words.remove(0);
    } else if words.len() > 2 && words[0] == "united" && words[1] == "states" {
        words.drain(..2);
    }
    words
}
