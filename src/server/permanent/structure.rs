//! The pages of whole structures: a view as a tree, and what differs between two.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::html::{self, Html, Links, items, nodes, text, word};
use super::question::Question;

/// Adds a view: the units of this page, each below its parent where that is on the page too.
pub(super) fn view(html: &mut Html, links: Links<'_>, view: &Value, question: &Question) {
    let units = nodes(view, "units");
    counted(html, view, "units", "unit", question);
    let here: BTreeSet<&str> = units.iter().map(|unit| text(unit, "/unitId")).collect();
    let mut below: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    let (mut roots, mut apart, mut unplaced, mut external) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for unit in units {
        let parent = text(unit, "/parent/unitId");
        match (text(unit, "/placement"), text(unit, "/standing")) {
            ("PLACED", _) if here.contains(parent) => below.entry(parent).or_default().push(unit),
            ("PLACED", _) => apart.push(unit),
            ("ROOT", _) => roots.push(unit),
            (_, "EXTERNAL") => external.push(unit),
            _ => unplaced.push(unit),
        }
    }
    for (title, note, tops) in [
        ("Structure", "", &roots),
        ("Below units on other pages", "", &apart),
        ("Unplaced", "Named, but in this view nothing says under what.", &unplaced),
        ("External", "Named, but no part of the organisation.", &external),
    ] {
        if tops.is_empty() {
            continue;
        }
        html.element("h2", title).raw("\n");
        if !note.is_empty() {
            html.raw("<p class=\"note\">").text(note).raw("</p>\n");
        }
        tree(html, links, tops, &below, true);
    }
    sources(html, links, view);
}

fn tree(html: &mut Html, links: Links<'_>, units: &[&Value], below: &BTreeMap<&str, Vec<&Value>>, is_top: bool) {
    html.raw(if is_top { "<ul class=\"tree\">\n" } else { "\n<ul>\n" });
    for unit in units {
        html.raw("<li>");
        row(html, links, unit, is_top);
        if let Some(children) = below.get(text(unit, "/unitId")) {
            tree(html, links, children, below, false);
        }
        html.raw("</li>\n");
    }
    html.raw("</ul>\n");
}

fn row(html: &mut Html, links: Links<'_>, unit: &Value, is_top: bool) {
    let (name, acronym) = (text(unit, "/name"), text(unit, "/acronym"));
    html.link(links.unit(text(unit, "/unitId")).as_deref(), name);
    if !acronym.is_empty() && acronym != name {
        html.raw(" (").text(acronym).raw(")");
    }
    let kind = text(unit, "/kind");
    if !kind.is_empty() {
        html.raw(" · ").text(kind);
    }
    let standing = word(text(unit, "/standing"));
    if standing == "programme" && kind != standing {
        html.raw(" · programme");
    }
    let holder = text(unit, "/holder/name");
    if !holder.is_empty() {
        html.raw(": ").text(holder);
    }
    let doubts = [("/status", "OBSERVED"), ("/certainty", "CERTAIN")].map(|(at, plain)| (text(unit, at), plain));
    for (doubt, _) in doubts.iter().filter(|(doubt, plain)| doubt != plain) {
        html.raw(" ").raw("<span class=\"mark\">").text(&word(doubt)).raw("</span>");
    }
    let extent = text(unit, "/childrenExtent");
    if !extent.is_empty() {
        html.raw(" <span class=\"mark\">").text(html::extent(extent)).raw("</span>");
    }
    if is_top && text(unit, "/placement") == "PLACED" {
        html.raw(" · below ").text(text(unit, "/parent/name"));
    }
    let claimed = text(unit, "/claim/value");
    if text(unit, "/placement") == "UNPLACED" && !claimed.is_empty() && claimed != "top" {
        html.raw(" · last known below ").link(links.unit_over_all_time(claimed).as_deref(), claimed);
        html.raw(", which is not in this view");
    }
    html.evidence(links, items(unit, "evidence"));
}

/// Adds how many items there are, and which of them the page holds.
fn counted(html: &mut Html, value: &Value, list: &str, what: &str, question: &Question) {
    let Some(connection) = value.get(list) else { return };
    let total = connection.get("totalCount").and_then(Value::as_u64).unwrap_or_default();
    let shown = items(connection, "nodes").len();
    let plural = if total == 1 { "" } else { "s" };
    html.raw("<p>").text(&format!("{total} {what}{plural}"));
    if question.is_further_page() || question.next(value).is_some() {
        html.text(&format!(", of which this page shows {shown}"));
    }
    html.raw(".</p>\n");
}

/// Adds the snapshots that a view rests on.
fn sources(html: &mut Html, links: Links<'_>, view: &Value) {
    html.raw("<h2>Rests on</h2>\n<ul>\n");
    for snapshot in nodes(view, "snapshots") {
        snapshot_item(html, links, snapshot);
    }
    html.raw("</ul>\n");
    html.more(view.get("snapshots").unwrap_or(&Value::Null));
}

/// Adds a snapshot as an item of a list.
pub(super) fn snapshot_item(html: &mut Html, links: Links<'_>, snapshot: &Value) {
    html.raw("<li>").link(links.snapshot(text(snapshot, "/id")).as_deref(), text(snapshot, "/title"));
    html.raw(" <span class=\"note\">dated ").text(text(snapshot, "/observed")).raw("</span></li>\n");
}

/// Adds a comparison.
pub(super) fn diff(html: &mut Html, links: Links<'_>, diff: &Value, question: &Question) {
    if let Some([from, to]) = links.sides() {
        html.raw("<p>").link(Some(&from), "The structure compared from").raw(" · ");
        html.link(Some(&to), "The structure compared to").raw("</p>\n");
    }
    if text(diff, "/assumption") == "CLOSED_WORLD" {
        html.raw("<p>Read as a closed world: what a view does not list counts here as not there, which the sources ");
        html.raw("themselves do not say.</p>\n");
    }
    if diff.get("orderCertain") == Some(&Value::Bool(false)) {
        html.raw("<p>Which of the two is earlier is open, so no verdict exceeds “possible”.</p>\n");
    }
    counted(html, diff, "changes", "change", question);
    let summary = items(diff, "summary");
    if !summary.is_empty() {
        html.raw(
            "<div class=\"table counts\" tabindex=\"0\" role=\"region\" aria-label=\"Counts\"><table>\n<thead><tr>",
        );
        html.raw("<th scope=\"col\">Change</th><th scope=\"col\">Verdict</th><th scope=\"col\">Count</th></tr></thead>\n<tbody>\n");
        for count in summary {
            html.raw("<tr>").element("td", &word(text(count, "/kind"))).element("td", &word(text(count, "/verdict")));
            let number = count.get("count").map(ToString::to_string).unwrap_or_default();
            html.raw("<td class=\"number\">").text(&number).raw("</td></tr>\n");
        }
        html.raw("</tbody></table></div>\n");
    }
    html.raw("<h2>Changes</h2>\n<ol class=\"changes\">\n");
    for change in nodes(diff, "changes") {
        one_change(html, links, change);
    }
    html.raw("</ol>\n");
}

fn one_change(html: &mut Html, links: Links<'_>, change: &Value) {
    html.raw("<li><h3>").link(links.unit(text(change, "/unit/id")).as_deref(), text(change, "/unit/name"));
    html.raw(" <span class=\"mark\">").text(&word(text(change, "/kind"))).raw("</span>");
    html.raw(" <span class=\"mark\">").text(&word(text(change, "/verdict"))).raw("</span></h3>\n");
    let relation = text(change, "/relation");
    if !relation.is_empty() {
        html.raw("<p>Relation: ").text(relation).raw("</p>\n");
    }
    html.raw("<p>").quoted(text(change, "/explanation")).raw("</p>\n");
    let sides = ["/before", "/after"].map(|side| change.pointer(side).filter(|state| !state.is_null()).map(side_text));
    if let [Some(before), Some(after)] = &sides
        && before != after
    {
        html.raw("<p>").text(before).raw(" → ").text(after).raw("</p>\n");
    }
    let others = items(change, "others");
    if !others.is_empty() {
        html.raw("<p>With ");
        html.joined(others, ", ", |html, other| {
            html.link(links.unit(text(other, "/id")).as_deref(), text(other, "/name"));
        });
        html.raw("</p>\n");
    }
    let bounds = [("not before ", text(change, "/notBefore")), ("not after ", text(change, "/notAfter"))];
    let bounds: Vec<String> =
        bounds.iter().filter(|(_, day)| !day.is_empty()).map(|(word, day)| format!("{word}{day}")).collect();
    if !bounds.is_empty() {
        html.raw("<p class=\"note\">").text(&bounds.join(", ")).raw("</p>\n");
    }
    html.evidence(links, items(change, "evidence")).raw("</li>\n");
}

/// Returns what a unit was on one side of a change.
fn side_text(state: &Value) -> String {
    let (acronym, kind, parent) = (text(state, "/acronym"), text(state, "/kind"), text(state, "/parent/name"));
    let mut told = text(state, "/name").to_owned();
    if !acronym.is_empty() {
        told.push_str(&format!(" ({acronym})"));
    }
    if !kind.is_empty() {
        told.push_str(&format!(", {kind}"));
    }
    if !parent.is_empty() {
        told.push_str(&format!(", below {parent}"));
    }
    told
}
