//! Graph questions on random corpora: what a view answers is what trying out every unit of the model gives.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use eragraph::history::{Distribution, Finding, RelationTarget, Ties, UnitIx, View};
use eragraph::model::{RelationEnd, Standing, UnitId};
use proptest::prelude::*;

use crate::bind::Fast;
use crate::oracle::generate::corpora;
use crate::oracle::view::{Placement, Status};
use crate::oracle::{Oracle, OracleView};
use crate::properties::{FLOORS, config, moments};

/// The edges of a view, written out: each goes from its first to its second end.
type Edges = BTreeSet<(UnitId, String, UnitId)>;

fn edges(model: &OracleView<'_, '_>, ties: Ties) -> Edges {
    let mut edges = Edges::new();
    for unit in model.units() {
        edges.extend(model.parent(&unit).map(|parent| (unit.clone(), "parent".to_owned(), parent)));
        for (kind, end) in model.shown_relations(&unit) {
            if let (RelationEnd::Unit(end), Ties::AllRelations) = (end, ties) {
                edges.insert((unit.clone(), kind.to_owned(), end.clone()));
            }
        }
    }
    edges
}

/// Counts the steps to all units that can be reached over edges, either way, when one unit is not there.
fn steps<'a>(edges: &Edges, from: impl IntoIterator<Item = &'a UnitId>, without: Option<&UnitId>) -> Reached {
    let mut reached: Reached = from.into_iter().map(|unit| (unit.clone(), 0)).collect();
    let mut open: VecDeque<UnitId> = reached.keys().cloned().collect();
    while let Some(unit) = open.pop_front() {
        let next = reached[&unit] + 1;
        for (a, _, b) in edges {
            for (here, there) in [(a, b), (b, a)] {
                if *here == unit && Some(there) != without && !reached.contains_key(there) {
                    reached.insert(there.clone(), next);
                    open.push_back(there.clone());
                }
            }
        }
    }
    reached
}

type Reached = BTreeMap<UnitId, usize>;

fn id(view: View<'_>, unit: UnitIx) -> UnitId {
    view.history().unit_id(unit).clone()
}

fn ix(view: View<'_>, unit: &UnitId) -> UnitIx {
    view.history().unit_ix(unit.as_str()).unwrap()
}

/// Tells what is wrong with the paths of a view.
fn wrong_paths(model: &OracleView<'_, '_>, view: View<'_>) -> Option<String> {
    let (units, edges) = (model.units(), edges(model, Ties::AllRelations));
    for from in &model.oracle.units {
        let reached = if units.contains(from) { steps(&edges, [from], None) } else { Reached::new() };
        for to in &model.oracle.units {
            let path = view.path(ix(view, from), ix(view, to));
            let length = path.len().checked_sub(1);
            if length != reached.get(to).copied()
                || length != view.path(ix(view, to), ix(view, from)).len().checked_sub(1)
            {
                return Some(format!("from {from} to {to}: {path:?}, not {:?} steps", reached.get(to)));
            }
            let ends = [path.first(), path.last()].map(|step| step.map(|step| id(view, step.unit)));
            if !path.is_empty() && ends != [Some(from.clone()), Some(to.clone())] {
                return Some(format!("from {from} to {to}: {path:?}"));
            }
            for pair in path.windows(2) {
                let (here, there) = (id(view, pair[0].unit), id(view, pair[1].unit));
                let relation = pair[1].relation.clone().unwrap();
                let forward = pair[1].forward.unwrap();
                let edge = if forward { (here, relation, there) } else { (there, relation, here) };
                if !edges.contains(&edge) {
                    return Some(format!("from {from} to {to}: there is no {edge:?}"));
                }
            }
        }
    }
    None
}

/// Tells whether one unit counts as a superior of all of some: above each, or itself one and above another.
fn is_superior(model: &OracleView<'_, '_>, superior: &UnitId, of: &BTreeSet<UnitId>) -> bool {
    let is_above = |unit: &UnitId| model.reporting_line(unit).iter().skip(1).any(|above| above == superior);
    of.iter().all(|unit| is_above(unit) || (unit == superior && of.iter().any(is_above)))
}

/// Tells what is wrong with a common superior.
fn wrong_superior(model: &OracleView<'_, '_>, view: View<'_>, of: &[UnitId]) -> Option<String> {
    let found = view.common_superior(&of.iter().map(|unit| ix(view, unit)).collect::<Vec<_>>());
    let (units, asked) = (model.units(), of.iter().cloned().collect::<BTreeSet<_>>());
    let superiors = units.iter().filter(|unit| asked.is_subset(&units) && is_superior(model, unit, &asked));
    let lowest = superiors.max_by_key(|unit| model.reporting_line(unit).len());
    let ends: BTreeSet<UnitId> = asked.iter().filter_map(|unit| model.reporting_line(unit).last().cloned()).collect();
    let open = ends.iter().filter(|end| model.placement(end) != Placement::Root).count();
    let finding = match lowest {
        _ if !asked.is_subset(&units) => Finding::NotInView,
        Some(_) => Finding::Found,
        None if open == 0 || ends.len() - open > 1 => Finding::NoneAbove,
        None => Finding::NotKnown,
    };
    let as_expected = found.unit.map(|unit| id(view, unit)).as_ref() == lowest && found.finding == finding;
    let to_superior = found.lines.iter().all(|line| found.unit.is_none() || line.units.last().copied() == found.unit);
    let whole = as_expected && to_superior && found.lines.len() == asked.intersection(&units).count();
    (!whole).then(|| format!("above {of:?}: {found:?}, not {lowest:?} {finding:?}"))
}

/// Tells what a distribution is, for comparison with values written one by one.
fn told(found: &Distribution) -> String {
    format!("{:?} {:?} {:?} {:?}", found.values().collect::<Vec<_>>(), found.maximum(), found.mean(), found.median())
}

fn told_of(mut values: Vec<usize>) -> String {
    values.sort_unstable();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for value in &values {
        *counts.entry(*value).or_default() += 1;
    }
    let real = |value: usize| f64::from(u32::try_from(value).unwrap());
    let (count, half) = (values.len(), values.len() / 2);
    let mean = (count > 0).then(|| real(values.iter().sum()) / real(count));
    let median = match count {
        0 => None,
        _ if count % 2 == 1 => Some(real(values[half])),
        _ => Some(real(values[half - 1] + values[half]) / 2.0),
    };
    let counts: Vec<_> = counts.into_iter().collect();
    format!("{counts:?} {:?} {mean:?} {median:?}", values.last())
}

/// Tells what is wrong with the figures of a view, or of a part of it.
fn wrong_statistics(
    model: &OracleView<'_, '_>,
    view: View<'_>,
    under: Option<&UnitId>,
    kind: Option<&str>,
) -> Option<String> {
    let found = view.statistics(under.map(|unit| ix(view, unit)), kind);
    let counted = |unit: &UnitId| {
        let line = model.reporting_line(unit);
        under.is_none_or(|top| line.contains(top)) && kind.is_none_or(|kind| model.kind(unit).as_deref() == Some(kind))
    };
    let is_part = |unit: &UnitId| model.standing(unit) != Standing::External;
    let (units, outsiders): (Vec<_>, Vec<_>) = model.units().into_iter().filter(counted).partition(is_part);
    let depths = units.iter().filter_map(|unit| {
        let line = model.reporting_line(unit);
        match under {
            Some(top) => line.iter().position(|above| above == top),
            None => (model.placement(line.last().unwrap()) == Placement::Root).then_some(line.len() - 1),
        }
    });
    let span = |unit: &UnitId| model.children(unit).into_iter().filter(is_part).count();
    let spans: Vec<usize> = units.iter().map(span).filter(|span| *span > 0).collect();
    let most = spans.iter().max().copied();
    let widest: Vec<_> = units.iter().filter(|unit| Some(span(unit)) == most).map(|unit| ix(view, unit)).collect();
    let placed = |placement| units.iter().filter(|unit| model.placement(unit) == placement).count();
    let is_presumed = |unit: &&UnitId| matches!(model.presence(unit), Some((Status::Presumed | Status::Outdated, _)));
    let presumed = units.iter().filter(is_presumed).count();
    let lists = found.lists.closed + found.lists.listed + found.lists.partial + found.lists.not_covered;
    let counts = [found.units, found.roots, found.placed, found.unplaced, found.external, found.presumed, lists];
    let expected = [
        units.len(),
        placed(Placement::Root),
        placed(Placement::Placed),
        placed(Placement::Unplaced),
        outsiders.len(),
        presumed,
        spans.len(),
    ];
    let same = counts == expected
        && told(&found.depth) == told_of(depths.collect())
        && told(&found.span) == told_of(spans)
        && found.widest == widest;
    (!same).then(|| format!("under {under:?} of kind {kind:?}: {found:?}, not {expected:?} with widest {widest:?}"))
}

/// Tells what is wrong with the cut points of a view: each unit is taken away in turn.
fn wrong_cut_points(model: &OracleView<'_, '_>, view: View<'_>, ties: Ties) -> Option<String> {
    let edges = edges(model, ties);
    let (tops, others): (Vec<_>, Vec<_>) =
        model.units().into_iter().partition(|unit| model.placement(unit) == Placement::Root);
    let reached: BTreeSet<UnitId> = steps(&edges, &tops, None).into_keys().collect();
    let mut expected = Vec::new();
    for unit in others {
        let left = steps(&edges, &tops, Some(&unit));
        let cut: Vec<UnitId> =
            reached.iter().filter(|other| **other != unit && !left.contains_key(*other)).cloned().collect();
        if !cut.is_empty() {
            expected.push((unit, cut));
        }
    }
    expected.sort_by_key(|(unit, cut)| (std::cmp::Reverse(cut.len()), unit.clone()));
    let points = view.cut_points(ties);
    let ids = |units: Vec<UnitIx>| units.into_iter().map(|unit| id(view, unit)).collect::<Vec<_>>();
    let found: Vec<_> =
        points.points().enumerate().map(|(at, (unit, _))| (id(view, unit), ids(points.cut_off(at)))).collect();
    let counts = points.points().enumerate().all(|(at, (_, count))| points.cut_off(at).len() == count);
    (found != expected || !counts).then(|| format!("{ties:?}: {found:?}, not {expected:?}"))
}

/// Tells what is wrong with the relations between two parts of a view.
fn wrong_relations(model: &OracleView<'_, '_>, view: View<'_>, one: &UnitId, other: &UnitId) -> Option<String> {
    let is_in = |part: &UnitId, unit: &UnitId| model.reporting_line(unit).contains(part);
    let mut expected = BTreeSet::new();
    for (from, kind, to) in edges(model, Ties::AllRelations).into_iter().filter(|(_, kind, _)| kind != "parent") {
        let outgoing = is_in(one, &from) && is_in(other, &to);
        if outgoing || (is_in(other, &from) && is_in(one, &to)) {
            expected.insert((kind, from, to, outgoing));
        }
    }
    let found: Vec<_> = view
        .relations_between(ix(view, one), ix(view, other))
        .into_iter()
        .map(|found| {
            assert_eq!(found.fact.other, RelationTarget::Unit(found.to));
            (found.fact.kind.to_owned(), id(view, found.from), id(view, found.to), found.outgoing)
        })
        .collect();
    (found != expected.iter().cloned().collect::<Vec<_>>())
        .then(|| format!("between {one} and {other}: {found:?}, not {expected:?}"))
}

/// Tells what is wrong with any answer of a view; the numbers choose the units that are asked about.
fn wrong(model: &OracleView<'_, '_>, view: View<'_>, chosen: &[usize]) -> Option<String> {
    let all: Vec<&UnitId> = model.oracle.units.iter().collect();
    let unit = |n: usize| all[chosen[n] % all.len()].clone();
    let some: Vec<UnitId> = (0..=chosen[0] % 3).map(unit).collect();
    let (one, other) = (unit(3), unit(4));
    let kind = model.kind(&one);
    wrong_paths(model, view)
        .or_else(|| wrong_superior(model, view, &some))
        .or_else(|| wrong_statistics(model, view, None, None))
        .or_else(|| wrong_statistics(model, view, Some(&one), None))
        .or_else(|| wrong_statistics(model, view, None, kind.as_deref()))
        .or_else(|| wrong_cut_points(model, view, Ties::Parents))
        .or_else(|| wrong_cut_points(model, view, Ties::AllRelations))
        .or_else(|| wrong_relations(model, view, &one, &other))
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn graph_questions_are_answered_as_trying_out_every_unit_does(
        corpus in corpora(),
        floor in 0..FLOORS.len(),
        include_outdated in any::<bool>(),
        chosen in prop::collection::vec(0..10_000_usize, 5),
    ) {
        let (oracle, fast) = (Oracle::new(&corpus.0), Fast::new(&corpus.0));
        for (n, at) in moments(&corpus.0).into_iter().enumerate().filter(|(n, _)| n % 3 == floor % 3) {
            let chosen: Vec<usize> = chosen.iter().enumerate().map(|(k, choice)| choice + n * (k + 1)).collect();
            let model = oracle.view(&at, FLOORS[floor], include_outdated);
            let found = wrong(&model, fast.view(&at, FLOORS[floor], include_outdated), &chosen);
            prop_assert!(found.is_none(), "{at:?} floor {:?}: {}", FLOORS[floor], found.unwrap_or_default());
        }
    }
}
