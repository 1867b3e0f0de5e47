//! One change as it is told: which unit, from what to what, when, and where that stands.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::diff::{Change, Diff, Reason};
use crate::history::{UnitIx, View};
use crate::model::{ChangeKind, Day, PlaceRole};

use super::evidence;
use super::style::{Style, clean, columns, wrap};
use super::words::word;

/// How far the lines below a row's title stand in.
const INDENT: &str = "      ";

/// Returns the values before and after, for a change of an attribute.
pub(super) fn values(diff: &Diff<'_>, change: &Change) -> Option<[String; 2]> {
    let unit = change.unit;
    let views = [diff.terms.from, diff.terms.to];
    let text = |tell: &dyn Fn(View<'_>) -> Option<String>| {
        let [old, new] = views.map(tell);
        Some([old?, new?])
    };
    match change.kind {
        ChangeKind::Renamed | ChangeKind::Respelled => text(&|view| Some(view.name(unit).text.to_owned())),
        ChangeKind::AcronymChanged => text(&|view| view.acronym(unit).map(|acronym| acronym.text.to_owned())),
        ChangeKind::Reclassified => text(&|view| view.kind(unit).map(|kind| kind.text.to_owned())),
        ChangeKind::Moved => text(&|view| {
            let parent = view.parent(unit).map(|parent| view.name(parent).text.to_owned());
            Some(parent.unwrap_or_else(|| "the top of the source".to_owned()))
        }),
        ChangeKind::HolderChanged => text(&|view| view.holder(unit).map(|holder| holder.item.name.clone())),
        ChangeKind::FigureChanged => figures(views, unit),
        ChangeKind::PlaceChanged => places(views, unit),
        ChangeKind::PropertyChanged => properties(views, unit),
        _ => None,
    }
}

fn figures(views: [View<'_>; 2], unit: UnitIx) -> Option<[String; 2]> {
    let [a, b] = views.map(|view| view.figures(unit));
    let (old, new) = a.iter().find_map(|old| Some((old, b.iter().find(|new| old.item.contradicts(new.item))?)))?;
    Some([old, new].map(|fact| format!("{}: {}", fact.item.measure, fact.item)))
}

fn places(views: [View<'_>; 2], unit: UnitIx) -> Option<[String; 2]> {
    let of_role = |view: View<'_>, role: PlaceRole| -> BTreeSet<String> {
        let facts = view.places(unit).into_iter().filter(|fact| fact.item.role == role);
        let part = |part: &Option<String>| part.as_ref().map_or_else(String::new, |part| format!("{part} "));
        facts.map(|fact| format!("{}{}", part(&fact.item.part_of_place), fact.item.place)).collect()
    };
    [PlaceRole::Seat, PlaceRole::Area].into_iter().find_map(|role| {
        let [old, new] = views.map(|view| of_role(view, role));
        let joined = |places: BTreeSet<String>| places.into_iter().collect::<Vec<_>>().join(", ");
        (!old.is_empty() && !new.is_empty() && old != new)
            .then(|| [old, new].map(|places| format!("{}: {}", word(role).to_lowercase(), joined(places))))
    })
}

fn properties(views: [View<'_>; 2], unit: UnitIx) -> Option<[String; 2]> {
    let of_name = |view: View<'_>, name: &str| -> BTreeSet<String> {
        let facts = view.properties(unit).into_iter().filter(|fact| fact.name == name);
        facts.map(|fact| fact.value.to_owned()).collect()
    };
    let [from, to] = views;
    let names: BTreeSet<String> = from.properties(unit).iter().map(|fact| fact.name.to_owned()).collect();
    names.into_iter().find_map(|name| {
        let (old, new) = (of_name(from, &name), of_name(to, &name));
        let joined = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join(", ");
        (!new.is_empty() && old != new).then(|| [old, new].map(|values| format!("{name}: {}", joined(values))))
    })
}

/// Returns the sign before a row, in its colour.
pub(super) fn sign(kind: ChangeKind, style: Style) -> String {
    match kind {
        ChangeKind::Created | ChangeKind::Added | ChangeKind::RelationAdded => style.green("+"),
        ChangeKind::Dissolved
        | ChangeKind::Merged
        | ChangeKind::Split
        | ChangeKind::Absorbed
        | ChangeKind::Transferred
        | ChangeKind::Succeeded
        | ChangeKind::Removed
        | ChangeKind::RelationRemoved => style.red("-"),
        ChangeKind::NewlyObserved | ChangeKind::NotObserved => style.faint("?"),
        _ => style.yellow("~"),
    }
}

/// Returns the view that has the unit, the one compared to where both have.
fn shown_in<'h>(diff: &Diff<'h>, unit: UnitIx) -> View<'h> {
    if diff.terms.to.presence(unit).is_some() { diff.terms.to } else { diff.terms.from }
}

/// Returns a change as text for people.
pub(super) fn human(diff: &Diff<'_>, change: &Change, style: Style, width: usize) -> String {
    let history = diff.terms.from.history();
    let view = if is_only_in_from(change.kind) { diff.terms.from } else { shown_in(diff, change.unit) };
    let mut title = style.bold(&clean(view.name(change.unit).text));
    if let Some(acronym) = view.acronym(change.unit) {
        title.push_str(&format!(" ({})", style.cyan(&clean(acronym.text))));
    }
    if let Some(relation) = change.relation() {
        title.push_str(&format!(": {}", clean(relation)));
        for other in change.others(history) {
            title.push_str(&format!(" {}", clean(shown_in(diff, other).name(other).text)));
        }
    }
    let title =
        format!("  {} {title}  {}", sign(change.kind, style), style.faint(history.unit_id(change.unit).as_str()));
    let when = bounds(change.not_before, change.not_after);
    let places = evidence::places(history, &diff.evidence(change)).join("; ");
    let facts: Vec<String> = when.into_iter().chain((!places.is_empty()).then_some(places)).collect();
    let facts = facts.join(" · ");
    let told = told(diff, change);
    if told.is_none() && columns(&title) + columns(&facts) + 3 <= width {
        return format!("{title} {}\n", style.faint(&format!("· {facts}")));
    }
    let mut text = format!("{title}\n{}", wrap(&told.unwrap_or_default(), width, INDENT));
    for line in wrap(&facts, width, INDENT).lines() {
        text.push_str(&format!("{}\n", style.faint(line)));
    }
    text
}

/// Returns what is to be said of a change, where its group has not said it for all.
fn told(diff: &Diff<'_>, change: &Change) -> Option<String> {
    match change.reason {
        Reason::Claims => values(diff, change).map(|[old, new]| format!("{} → {}", clean(&old), clean(&new))),
        // The heading of its group says what silence means, and a closed world says it of all.
        Reason::Silence => None,
        _ => Some(clean(&diff.explain(change))),
    }
}

/// Tells whether a change of this kind is told by what the unit was before.
fn is_only_in_from(kind: ChangeKind) -> bool {
    matches!(sign(kind, Style::plain()).as_str(), "-") || matches!(kind, ChangeKind::NotObserved | ChangeKind::Renamed)
}

fn bounds(not_before: Option<Day>, not_after: Option<Day>) -> Option<String> {
    match (not_before, not_after) {
        (Some(first), Some(last)) if first == last => Some(format!("on {first}")),
        (Some(first), Some(last)) => Some(format!("between {first} and {last}")),
        (Some(first), None) => Some(format!("not before {first}")),
        (None, Some(last)) => Some(format!("not after {last}")),
        (None, None) => None,
    }
}

/// Returns a change as the schema's `Change` has it, with the values before and after.
pub(super) fn json(diff: &Diff<'_>, change: &Change) -> Value {
    let history = diff.terms.from.history();
    let [old, new] = values(diff, change).map_or([None, None], |values| values.map(Some));
    json!({
        "kind": word(change.kind),
        "verdict": word(change.verdict),
        "basis": change.basis.map(word),
        "unitId": history.unit_id(change.unit).as_str(),
        "name": shown_in(diff, change.unit).name(change.unit).text,
        "old": old,
        "new": new,
        "others": change.others(history).iter().map(|other| history.unit_id(*other).as_str()).collect::<Value>(),
        "relation": change.relation(),
        "notBefore": change.not_before.map(|day| day.to_string()),
        "notAfter": change.not_after.map(|day| day.to_string()),
        "evidence": diff.evidence(change).iter().map(|citation| evidence::json(history, citation)).collect::<Value>(),
        "explanation": diff.explain(change),
    })
}
