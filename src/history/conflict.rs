//! Finds conflicts: what the sources of one time say that cannot all be so.

use std::collections::BTreeSet;

use petgraph::Direction::Incoming;
use petgraph::visit::EdgeRef;

use crate::model::{ConflictKind, Coverage, Extent, Figure};

use super::citation::{Attribute, Citation, ClaimRecord, Conflict};
use super::graph::{Edge, History};
use super::layer::{Layer, LayerIx, Origin, SnapshotIx};
use super::node::{Claim, Node, Parent, Place, Slot, UnitIx};

impl Conflict {
    pub(super) fn cycle(history: &History, claims: Vec<ClaimRecord>) -> Self {
        let mut units: Vec<UnitIx> = claims.iter().map(|claim| claim.unit).collect();
        units.sort_unstable();
        let names: Vec<&str> = units.iter().map(|unit| history.unit_id(*unit).as_str()).collect();
        let explanation = format!(
            "Parents carried from different sources close a cycle through {}; the oldest of the claims is dropped.",
            list(&names)
        );
        let key = format!("parent-cycle:{}", names.join(":"));
        let about = "parent".to_owned();
        Self { kind: ConflictKind::ParentCycle, key, units, attribute: Attribute::Parent, about, claims, explanation }
    }
}

/// Adds the disagreements and the closed lists to the conflicts of a history, and sorts them.
pub(super) fn find(history: &mut History) {
    let mut found = Vec::new();
    for unit in history.units() {
        let node = history.node(unit);
        found.extend(kinds(history, unit, node));
        found.extend(parents(history, unit, node));
        found.extend(figures(history, unit));
    }
    for snapshot in history.snapshots() {
        for (number, coverage) in history.snapshot(snapshot).coverage.iter().enumerate() {
            if coverage.extent == Extent::Closed {
                found.extend(closed_list(history, snapshot, number, coverage));
            }
        }
    }
    history.conflicts.append(&mut found);
    history.conflicts.sort_by(|a, b| (a.kind, &a.key).cmp(&(b.kind, &b.key)));
}

fn kinds(history: &History, unit: UnitIx, node: Node<'_>) -> Option<Conflict> {
    let clash = clashing(history, node.kind(), |a, b| a != b);
    let claims = clash.iter().map(|c| history.record(unit, Attribute::Kind, *c, history.text(c.value).to_owned()));
    disagreement(history, unit, Attribute::Kind, "kind", claims.collect())
}

fn parents(history: &History, unit: UnitIx, node: Node<'_>) -> Option<Conflict> {
    let differ =
        |a: &Place, b: &Place| a.parent() != b.parent() && a.parent() != Parent::Top && b.parent() != Parent::Top;
    let clash = clashing(history, node.place(), differ);
    let claims = clash.iter().map(|claim| history.place_record(unit, claim));
    disagreement(history, unit, Attribute::Parent, "parent", claims.collect())
}

/// Returns the claims by snapshots that differ from one of an overlapping layer.
fn clashing<'s, V>(history: &History, slot: &'s Slot<V>, differ: impl Fn(&V, &V) -> bool) -> Vec<&'s Claim<V>> {
    let window = |claim: &Claim<V>| history.layer(claim.layer).window;
    let by_snapshot: Vec<(usize, &'s Claim<V>)> = match slot {
        [] | [_] => return Vec::new(),
        _ => slot.iter().enumerate().filter(|(_, c)| history.layer(c.layer).snapshot().is_some()).collect(),
    };
    // Claims stand in the order of their first days. Where no end is open, none that begins after the end of another
    // overlaps with it.
    let is_open = by_snapshot.iter().any(|(_, claim)| window(claim).is_open());
    let mut members = BTreeSet::new();
    for (number, (at, claim)) in by_snapshot.iter().enumerate() {
        let end = window(claim).end();
        let beside =
            by_snapshot.iter().skip(number + 1).take_while(|(_, other)| is_open || window(other).start() <= end);
        for (other_at, other) in beside {
            if window(claim).overlaps(&window(other)) && differ(&claim.value, &other.value) {
                members.extend([*at, *other_at]);
            }
        }
    }
    members.into_iter().filter_map(|at| slot.get(at)).collect()
}

fn disagreement(
    history: &History,
    unit: UnitIx,
    attribute: Attribute,
    word: &str,
    claims: Vec<ClaimRecord>,
) -> Option<Conflict> {
    let values: BTreeSet<&str> = claims.iter().map(|claim| claim.value.as_str()).collect();
    if claims.is_empty() {
        return None;
    }
    let values: Vec<&str> = values.into_iter().collect();
    let id = history.unit_id(unit);
    let explanation = format!(
        "Sources whose dates overlap give `{id}` more than one {word}: {}. The view shows the latest.",
        list(&values)
    );
    let key = format!("disagreement:{}:{id}", word.replace(' ', "-"));
    let (kind, units, about) = (ConflictKind::Disagreement, vec![unit], word.to_owned());
    Some(Conflict { kind, key, units, attribute, about, claims, explanation })
}

/// A figure with the layer that gives it.
type DatedFigure<'h> = (&'h Figure, LayerIx, SnapshotIx);

fn figures(history: &History, unit: UnitIx) -> Vec<Conflict> {
    let details = history.node(unit).detailed().iter().filter_map(|seen| Some((seen, history.details_of(seen)?)));
    let all: Vec<DatedFigure<'_>> = details
        .flat_map(|(seen, (snapshot, details))| {
            details.figures.iter().map(move |figure| (figure, history.layer_in(seen, figure.part), snapshot))
        })
        .collect();
    let measures: BTreeSet<&str> = all.iter().map(|(figure, ..)| figure.measure.as_str()).collect();
    let clash = |(figure, layer, _): &&DatedFigure<'_>| {
        let window = history.layer(*layer).window;
        all.iter().any(|(other, at, _)| window.overlaps(&history.layer(*at).window) && figure.contradicts(other))
    };
    let of_measure = |measure: &str| {
        let claims = all.iter().filter(|(figure, ..)| figure.measure == measure).filter(clash).map(|dated| {
            let (figure, layer, snapshot) = *dated;
            ClaimRecord {
                unit,
                attribute: Attribute::Figure,
                value: figure.to_string(),
                layer,
                basis: figure.evidence.basis,
                citations: vec![Citation::of(snapshot, &figure.evidence)],
            }
        });
        disagreement(history, unit, Attribute::Figure, &format!("number of {measure}"), claims.collect())
    };
    measures.into_iter().filter_map(of_measure).collect()
}

/// Finds the units that overlapping layers of other snapshots put on a closed list which lacks them.
fn closed_list(history: &History, snapshot: SnapshotIx, number: usize, coverage: &Coverage) -> Vec<Conflict> {
    let Some(owner) = history.unit_ix(coverage.of.as_str()) else { return Vec::new() };
    let Some(layer) = history.layers.find(Origin::Snapshot(snapshot, coverage.part)) else { return Vec::new() };
    let list = history.layer(layer);
    let elsewhere =
        |layer: &Layer| layer.snapshot().is_some_and(|s| s != snapshot) && layer.window.overlaps(&list.window);
    if !history.layers.iter().any(|(_, layer)| elsewhere(layer)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for unit in candidates(history, owner, coverage.deep) {
        if unit == owner || puts(history, unit, owner, coverage, &|layer| layer.snapshot() == Some(snapshot)).is_some()
        {
            continue;
        }
        let Some(claim) = puts(history, unit, owner, coverage, &elsewhere) else { continue };
        let id = history.unit_id(unit);
        let missing = ClaimRecord {
            unit,
            attribute: Attribute::Presence,
            value: format!("not on the closed list of `{}`{}", coverage.of, restriction(coverage)),
            layer,
            basis: coverage.evidence.basis,
            citations: vec![Citation::of(snapshot, &coverage.evidence)],
        };
        let explanation = format!(
            "`{}` gives a closed list of what is below `{}`{} without `{id}`, which another source of the time puts there.",
            history.snapshot(snapshot).id,
            coverage.of,
            restriction(coverage),
        );
        let mut claims = vec![history.place_record(unit, claim), missing];
        claims.sort_by_key(|claim| claim.layer);
        found.push(Conflict {
            kind: ConflictKind::ClosedList,
            key: format!("closed-list:{}:{number}:{id}", history.snapshot(snapshot).id),
            units: vec![unit],
            attribute: Attribute::Presence,
            about: format!("below `{}`{}", coverage.of, restriction(coverage)),
            claims,
            explanation,
        });
    }
    found
}

fn restriction(coverage: &Coverage) -> String {
    let kind = coverage.kind.as_deref().map(|kind| format!(" of kind {kind}")).unwrap_or_default();
    let heading =
        coverage.heading.as_deref().map(|heading| format!(" under \u{201c}{heading}\u{201d}")).unwrap_or_default();
    format!("{kind}{heading}")
}

/// Returns every unit that was ever below the owner: directly, or at any depth.
fn candidates(history: &History, owner: UnitIx, deep: bool) -> BTreeSet<UnitIx> {
    if deep {
        return history.ever_below(owner);
    }
    let edges = history.graph.edges_directed(owner, Incoming).filter(|edge| *edge.weight() == Edge::Parent);
    edges.map(|edge| edge.source()).collect()
}

/// Returns the claim by which a layer puts the unit on a list: the parent, and the kind and heading that
/// the coverage names, all by the same layer.
fn puts<'h>(
    history: &'h History,
    unit: UnitIx,
    owner: UnitIx,
    coverage: &Coverage,
    by: &dyn Fn(&Layer) -> bool,
) -> Option<&'h Claim<Place>> {
    let node = history.node(unit);
    node.place().iter().rev().find(|claim| {
        let layer = history.layer(claim.layer);
        let kind = node.kind().iter().find(|kind| kind.layer == claim.layer).map(|kind| kind.value);
        by(layer)
            && is_below(history, claim, owner, coverage.deep)
            && history.covers(coverage, kind, claim.value.heading)
    })
}

/// Tells whether a claim, with those of the same layer above it, hangs the unit below the owner.
fn is_below(history: &History, claim: &Claim<Place>, owner: UnitIx, deep: bool) -> bool {
    let mut seen = BTreeSet::new();
    let mut at = claim.value.parent();
    while let Parent::Under(parent) = at {
        if parent == owner {
            return true;
        }
        if !deep || !seen.insert(parent) {
            return false;
        }
        let above = history.node(parent).place().iter().find(|above| above.layer == claim.layer);
        at = above.map_or(Parent::Top, |above| above.value.parent());
    }
    false
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
