//! Views written out as lines, one per fact, by the model and by the fast graph: equal views are equal texts.

use std::collections::BTreeSet;

use eragraph::history::{RelationTarget, View};
use eragraph::model::{Contact, Figure, NameForm, PlaceRole, RelationEnd, UnitId};

use crate::oracle::OracleView;

/// The lines of a view.
pub(crate) type Lines = BTreeSet<String>;

fn joined<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

fn name_line(unit: &UnitId, text: &str, form: NameForm) -> String {
    format!("{unit} name {text:?} {form:?}")
}

fn figure_line(unit: &UnitId, figure: &Figure) -> String {
    format!("{unit} figure {} {:?} {:?}", figure.measure, figure.qualifier, figure.value)
}

fn contact_line(unit: &UnitId, contact: &Contact) -> String {
    format!("{unit} contact {:?}", contact.value)
}

/// Writes out what the model says.
pub(crate) fn slow_lines(view: &OracleView<'_, '_>) -> Lines {
    let mut lines = Lines::from([format!("units {}", joined(view.units()))]);
    for unit in &view.oracle.units {
        let Some((status, certainty)) = view.presence(unit) else { continue };
        lines.insert(format!("{unit} {status:?} {certainty:?}"));
        let (text, form) = view.name(unit);
        lines.insert(name_line(unit, &text, form));
        lines.insert(format!("{unit} acronym {:?} kind {:?}", view.acronym(unit), view.kind(unit)));
        lines.insert(format!("{unit} summary {:?} standing {:?}", view.summary(unit), view.standing(unit)));
        let line = joined(view.reporting_line(unit));
        lines.insert(format!("{unit} {:?} line {line}", view.placement(unit)));
        lines.insert(format!("{unit} children {}", joined(view.children(unit))));
        for (kind, to) in view.shown_relations(unit) {
            let to = if let RelationEnd::Unit(to) = to { to.to_string() } else { "a text".into() };
            lines.insert(format!("{unit} {kind} {to}"));
        }
        lines.extend(view.all_figures(unit).iter().map(|claim| figure_line(unit, claim.value)));
        lines.extend(view.holder(unit).map(|claim| format!("{unit} holder {}", claim.value)));
        lines.extend(view.all_contacts(unit).iter().map(|claim| contact_line(unit, claim.value)));
        for claim in view.properties(unit).values() {
            lines.insert(format!("{unit} {}={}", claim.value.0, claim.value.1));
        }
        if view.is_of_day() {
            let figures = view.last_known_figures(unit).into_iter();
            lines.extend(figures.map(|figure| format!("last known: {}", figure_line(unit, figure))));
            lines.extend(view.last_known_holder(unit).map(|holder| format!("{unit} last holder {holder}")));
            let places = view.places(unit);
            let places = places.values().flat_map(|claim| claim.value.1.iter().map(|place| (claim.value.0, place.0)));
            lines.extend(places.map(|(role, place)| place_line(unit, role, place)));
        }
    }
    lines
}

fn place_line(unit: &UnitId, role: PlaceRole, place: &str) -> String {
    format!("{unit} {role:?} {place}")
}

/// Writes out what the fast graph says.
pub(crate) fn fast_lines(view: View<'_>) -> Lines {
    let history = view.history();
    let id = |ix| history.unit_id(ix);
    let ids = |units: Vec<_>| joined(units.into_iter().map(id).collect::<BTreeSet<_>>());
    let mut lines = Lines::from([format!("units {}", ids(view.units().collect()))]);
    for ix in history.units() {
        let Some(presence) = view.presence(ix) else { continue };
        let unit = id(ix);
        lines.insert(format!("{unit} {:?} {:?}", presence.status, presence.certainty));
        let name = view.name(ix);
        lines.insert(name_line(unit, name.text, name.form));
        let (acronym, kind) = (view.acronym(ix).map(|a| a.text), view.kind(ix).map(|k| k.text));
        lines.insert(format!("{unit} acronym {acronym:?} kind {kind:?}"));
        let summary = view.summary(ix).map(|s| s.text);
        lines.insert(format!("{unit} summary {summary:?} standing {:?}", view.standing(ix)));
        let line = joined(view.reporting_line(ix).into_iter().map(id));
        lines.insert(format!("{unit} {:?} line {line}", view.placement(ix)));
        lines.insert(format!("{unit} children {}", ids(view.children(ix))));
        for relation in view.relations(ix).into_iter().filter(|relation| relation.forward) {
            let to = if let RelationTarget::Unit(to) = relation.other { id(to).to_string() } else { "a text".into() };
            lines.insert(format!("{unit} {} {to}", relation.kind));
        }
        lines.extend(view.figures(ix).iter().map(|fact| figure_line(unit, fact.item)));
        lines.extend(view.holder(ix).map(|fact| format!("{unit} holder {}", fact.item.name)));
        lines.extend(view.contacts(ix).iter().map(|fact| contact_line(unit, fact.item)));
        for fact in view.properties(ix) {
            lines.insert(format!("{unit} {}={}", fact.name, fact.value));
        }
        if let Some(known) = view.last_known(ix) {
            let figures = known.figures.iter().map(|fact| figure_line(unit, fact.item));
            lines.extend(figures.map(|line| format!("last known: {line}")));
            lines.extend(known.holder.map(|fact| format!("{unit} last holder {}", fact.item.name)));
        }
        if view.day().is_some() {
            lines.extend(view.places(ix).iter().map(|fact| place_line(unit, fact.item.role, &fact.item.place)));
        }
    }
    lines
}

/// Returns the lines that only one side has, with a sign for the side: `-` the model, `+` the fast graph.
pub(crate) fn differences<T: Ord + ToString>(slow: &BTreeSet<T>, fast: &BTreeSet<T>) -> String {
    let only_slow = slow.difference(fast).map(|line| format!("- {}", line.to_string()));
    let only_fast = fast.difference(slow).map(|line| format!("+ {}", line.to_string()));
    only_slow.chain(only_fast).collect::<Vec<_>>().join("\n")
}
