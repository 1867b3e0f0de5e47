//! The pages of one thing: a unit, a snapshot, an era, a change event, each fact with where it stands.

use serde_json::Value;

use super::html::{self, Html, Links, items, nodes, text, word};
use super::structure::snapshot_item;

/// Adds a unit in one view.
pub(super) fn state(html: &mut Html, links: Links<'_>, state: &Value) {
    let id = text(state, "/unitId");
    html.raw("<p>").link(links.unit_over_all_time(id).as_deref(), "This unit over all time").raw(" · ");
    html.link(links.structure().as_deref(), "The whole structure at this moment").raw("</p>\n<dl>\n");
    html.fact("Name", |html| {
        html.text(text(state, "/name"));
        if text(state, "/nameForm") != "WRITTEN" {
            html.raw(" <span class=\"mark\">").text(&word(text(state, "/nameForm"))).raw("</span>");
        }
        said(html, links, state, "nameClaim");
    });
    let also: Vec<&str> = items(state, "alsoWritten").iter().filter_map(Value::as_str).collect();
    html.fact_of("Also written", &also.join("; "));
    for (term, pointer, claim) in
        [("Acronym", "/acronym", "acronymClaim"), ("Kind", "/kind", "kindClaim"), ("Work", "/summary", "summaryClaim")]
    {
        if !text(state, pointer).is_empty() {
            html.fact(term, |html| {
                html.text(text(state, pointer));
                said(html, links, state, claim);
            });
        }
    }
    html.fact_of("Standing", &word(text(state, "/standing")));
    html.fact("Known as", |html| {
        html.text(&word(text(state, "/status"))).raw(", ").text(&word(text(state, "/certainty")));
        html.evidence(links, items(state, "evidence"));
    });
    place(html, links, state);
    details(html, links, state);
    if let Some(last) = state.get("lastKnown").filter(|last| !last.is_null()) {
        html.fact("Last known", |html| {
            html.raw("<span class=\"note\">from earlier sources, the latest dated ").text(text(last, "/observed"));
            html.raw("</span>\n<ul>\n");
            people_and_figures(html, links, last);
            html.raw("</ul>");
        });
    }
    list(html, "Conflicts", items(state, "conflicts"), |html, conflict| {
        html.quoted(text(conflict, "/explanation"));
    });
    html.raw("</dl>\n");
}

/// Adds where the claim that the view follows stands, and the next one that differs.
fn said(html: &mut Html, links: Links<'_>, state: &Value, claim: &str) {
    let Some(claim) = state.get(claim).filter(|claim| !claim.is_null()) else { return };
    html.evidence(links, items(claim, "evidence"));
    if let Some(next) = claim.get("next").filter(|next| !next.is_null()) {
        html.raw(" <span class=\"note\">later, dated ").text(text(next, "/observed")).raw(": ");
        html.text(text(next, "/value")).raw("</span>");
        html.evidence(links, items(next, "evidence"));
    }
}

/// Adds where a unit hangs, and what hangs below it.
fn place(html: &mut Html, links: Links<'_>, state: &Value) {
    html.fact("Place", |html| {
        match text(state, "/placement") {
            "ROOT" => html.raw("at the top of a source"),
            "PLACED" => {
                let line = items(state, "reportingLine").iter().skip(1);
                html.raw("below ").joined(line, " ‹ ", |html, unit| {
                    html.link(links.unit(text(unit, "/unitId")).as_deref(), text(unit, "/name"));
                })
            }
            _ => html.raw("unplaced: no source states a parent, or it is not in this view"),
        };
        let claimed = text(state, "/parentClaim/value");
        if text(state, "/placement") == "UNPLACED" && !claimed.is_empty() && claimed != "top" {
            html.raw("; last known below ").link(links.unit_over_all_time(claimed).as_deref(), claimed);
        }
        let heading = text(state, "/shownUnder");
        if !heading.is_empty() {
            html.raw(" · shown under “").text(heading).raw("”");
        }
        said(html, links, state, "parentClaim");
    });
    let children = nodes(state, "children");
    if !children.is_empty() {
        html.fact("Below it", |html| {
            let extent = text(state, "/childrenExtent");
            if !extent.is_empty() {
                html.raw("<span class=\"mark\">").text(html::extent(extent)).raw("</span>");
            }
            html.raw("<ul>\n");
            for child in children {
                html.raw("<li>").link(links.unit(text(child, "/unitId")).as_deref(), text(child, "/name"));
                html.raw("</li>\n");
            }
            html.raw("</ul>").more(state.get("children").unwrap_or(&Value::Null));
        });
    }
}

/// Adds the people, numbers, places, relations and the rest.
fn details(html: &mut Html, links: Links<'_>, state: &Value) {
    let has_people = ["figures", "contacts"].iter().any(|name| !items(state, name).is_empty());
    if has_people || !text(state, "/holder/name").is_empty() {
        html.fact("People, figures, contacts", |html| {
            html.raw("<ul>\n");
            people_and_figures(html, links, state);
            html.raw("</ul>");
        });
    }
    list(html, "Places", items(state, "places"), |html, place| {
        let part = text(place, "/part");
        let space = if part.is_empty() { "" } else { " " };
        html.text(&format!("{}: {part}{space}{}", word(text(place, "/role")), text(place, "/place")));
        bracketed(html, text(place, "/scope"));
        html.evidence(links, items(place, "evidence"));
    });
    list_of(html, "Relations", state, "relations", |html, relation| {
        let is_incoming = text(relation, "/direction") == "INCOMING";
        let other = |html: &mut Html| {
            let unit = text(relation, "/unit/unitId");
            if unit.is_empty() {
                html.text(text(relation, "/text"));
            } else {
                html.link(links.unit(unit).as_deref(), text(relation, "/unit/name"));
            }
        };
        if is_incoming {
            other(html);
            html.raw(" ").text(text(relation, "/type")).raw(" this unit");
        } else {
            html.text(text(relation, "/type")).raw(" ");
            other(html);
        }
        html.evidence(links, items(relation, "evidence"));
    });
    list(html, "Properties", items(state, "properties"), |html, property| {
        html.text(&format!("{}: {}", text(property, "/name"), text(property, "/value")));
        html.evidence(links, items(property, "evidence"));
    });
}

/// Adds the holder, the figures and the contacts as items of a list.
fn people_and_figures(html: &mut Html, links: Links<'_>, value: &Value) {
    if let Some(holder) = value.get("holder").filter(|holder| !holder.is_null()) {
        html.raw("<li>").text(text(holder, "/name"));
        bracketed(html, text(holder, "/title"));
        html.evidence(links, items(holder, "evidence")).raw("</li>\n");
    }
    for figure in items(value, "figures") {
        html.raw("<li>").text(&figure_text(figure));
        bracketed(html, text(figure, "/scope"));
        html.evidence(links, items(figure, "evidence")).raw("</li>\n");
    }
    for contact in items(value, "contacts") {
        html.raw("<li>").text(text(contact, "/kind"));
        if !text(contact, "/value").is_empty() {
            html.raw(": ").text(text(contact, "/value"));
        }
        bracketed(html, text(contact, "/purpose"));
        html.evidence(links, items(contact, "evidence")).raw("</li>\n");
    }
}

fn bracketed(html: &mut Html, text: &str) {
    if !text.is_empty() {
        html.raw(" (").text(text).raw(")");
    }
}

fn figure_text(figure: &Value) -> String {
    let number = |name: &str| figure.get(name).and_then(Value::as_f64).map(grouped);
    let amount = match (number("value"), number("low"), number("high")) {
        (Some(value), ..) => value,
        (None, Some(low), Some(high)) => format!("{low} to {high}"),
        (None, Some(low), None) => format!("from {low}"),
        (None, None, Some(high)) => format!("up to {high}"),
        (None, None, None) => String::new(),
    };
    let words = [text(figure, "/qualifier"), &amount, text(figure, "/unit")];
    let told: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    format!("{}: {}", text(figure, "/measure"), told.join(" "))
}

/// Writes a number with a comma between each three digits of its whole part.
fn grouped(number: f64) -> String {
    let plain = number.to_string();
    let (whole, rest) = plain.find('.').map_or((plain.as_str(), ""), |at| plain.split_at(at));
    let mut told = String::new();
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && left.is_multiple_of(3) && told.ends_with(|before: char| before.is_ascii_digit()) {
            told.push(',');
        }
        told.push(digit);
    }
    told + rest
}

/// Adds a row of facts with a list, where there is something in it.
fn list(html: &mut Html, term: &'static str, items: &[Value], mut add: impl FnMut(&mut Html, &Value)) {
    if items.is_empty() {
        return;
    }
    html.fact(term, |html| {
        html.raw("<ul>\n");
        for item in items {
            html.raw("<li>");
            add(html, item);
            html.raw("</li>\n");
        }
        html.raw("</ul>");
    });
}

/// Adds a row of facts with the items of a connection, and how many more it has.
fn list_of(html: &mut Html, term: &'static str, value: &Value, name: &str, mut add: impl FnMut(&mut Html, &Value)) {
    let Some(connection) = value.get(name).filter(|list| !items(list, "nodes").is_empty()) else { return };
    html.fact(term, |html| {
        html.raw("<ul>\n");
        for item in items(connection, "nodes") {
            html.raw("<li>");
            add(html, item);
            html.raw("</li>\n");
        }
        html.raw("</ul>").more(connection);
    });
}

/// Begins a table that can be scrolled.
fn table(html: &mut Html, label: &'static str, columns: &[&'static str]) {
    html.raw("<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"")
        .raw(label)
        .raw("\"><table>\n<thead><tr>");
    for column in columns {
        html.raw("<th scope=\"col\">").raw(column).raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
}

/// Adds a unit over all time.
pub(super) fn unit(html: &mut Html, links: Links<'_>, unit: &Value) {
    html.raw("<h2>Its history</h2>\n");
    html.raw(
        "<p class=\"note\">Stretches of days in which its carried name, acronym, kind and claimed parent stay the ",
    );
    html.raw("same; “until” is the first day after.</p>\n");
    table(html, "Its history", &["From", "Until", "Name", "Kind", "Parent", "Evidence"]);
    for period in items(unit, "history") {
        html.raw("<tr><td class=\"day\">").text(text(period, "/from")).raw("</td><td class=\"day\">");
        html.text(text(period, "/to")).raw("</td><td>").text(text(period, "/name"));
        bracketed(html, text(period, "/acronym"));
        html.raw("</td>").element("td", text(period, "/kind")).raw("<td>");
        html.link(links.unit(text(period, "/parent/id")).as_deref(), text(period, "/parent/name")).raw("</td><td>");
        html.evidence(links, items(period, "evidence")).raw("</td></tr>\n");
    }
    html.raw("</tbody></table></div>\n<h2>Its names</h2>\n<ul>\n");
    for name in items(unit, "names") {
        html.raw("<li>").text(text(name, "/name"));
        let acronym = text(name, "/acronym");
        if text(name, "/name").is_empty() {
            html.text(acronym)
        } else {
            html.raw("")
        };
        bracketed(html, if text(name, "/name").is_empty() { "" } else { acronym });
        html.raw(" <span class=\"evidence\">");
        let by = items(name, "snapshots").iter().map(|snapshot| (snapshot, false));
        html.joined(by.chain(items(name, "events").iter().map(|event| (event, true))), "; ", |html, (by, is_event)| {
            let id = text(by, "/id");
            html.link(if is_event { links.event(id) } else { links.snapshot(id) }.as_deref(), id);
            html.raw(", ").text(text(by, if is_event { "/date" } else { "/observed" }));
        });
        html.raw("</span></li>\n");
    }
    html.raw("</ul>\n");
    lineage(html, links, unit);
    html.raw("<h2>Mentioned by</h2>\n<ul>\n");
    for snapshot in nodes(unit, "observedIn") {
        snapshot_item(html, links, snapshot);
    }
    html.raw("</ul>\n").more(unit.get("observedIn").unwrap_or(&Value::Null));
}

/// Adds what a unit came from, and what became of it: one step, by the change events.
fn lineage(html: &mut Html, links: Links<'_>, unit: &Value) {
    for (title, name) in [("Came from", "predecessors"), ("Became", "successors")] {
        let steps = nodes(unit, name);
        if steps.is_empty() {
            continue;
        }
        html.element("h2", title).raw("\n<ul>\n");
        for step in steps {
            html.raw("<li>").link(links.unit(text(step, "/unit/id")).as_deref(), text(step, "/unit/name"));
            html.raw(" <span class=\"note\">").text(&word(text(step, "/type"))).raw(" ").text(text(step, "/date"));
            html.raw(" · ").text(&word(text(step, "/basis"))).raw(" · event ");
            let event = text(step, "/event/id");
            html.link(links.event(event).as_deref(), event).raw("</span></li>\n");
        }
        html.raw("</ul>\n").more(unit.get(name).unwrap_or(&Value::Null));
    }
}

/// Adds a snapshot.
pub(super) fn snapshot(html: &mut Html, links: Links<'_>, snapshot: &Value) {
    let total = snapshot.pointer("/view/units/totalCount").map(ToString::to_string).unwrap_or_default();
    let told = format!("The structure that it shows, {total} units");
    html.raw("<p>").link(links.structure().as_deref(), &told).raw("</p>\n<dl>\n");
    html.fact_of("Title", text(snapshot, "/title"));
    html.fact("Date", |html| {
        html.text(text(snapshot, "/observed"));
        html.evidence(links, items(snapshot, "dateEvidence"));
    });
    if !text(snapshot, "/era/id").is_empty() {
        html.fact("Era", |html| {
            html.link(links.era(text(snapshot, "/era/id")).as_deref(), text(snapshot, "/era/name"));
        });
    }
    html.fact_of("Reference", text(snapshot, "/source/reference"));
    html.fact_of("Source file", text(snapshot, "/source/file"));
    html.fact_of("SHA-256", text(snapshot, "/source/sha256"));
    html.fact_of("Note", text(snapshot, "/note"));
    list(html, "Parts", items(snapshot, "parts"), |html, part| {
        html.text(&format!("{}, dated {}", text(part, "/name"), text(part, "/observed")));
        bracketed(html, text(part, "/note"));
        html.evidence(links, items(part, "dateEvidence"));
    });
    list_of(html, "Lists that it gives", snapshot, "coverage", |html, list| {
        html.raw("below ").link(links.unit(text(list, "/of/id")).as_deref(), text(list, "/of/name"));
        let kind = Some(text(list, "/kind")).filter(|kind| !kind.is_empty()).map(|kind| format!(", of kind {kind}"));
        let heading = text(list, "/heading");
        let heading = Some(heading).filter(|heading| !heading.is_empty()).map(|heading| format!(", under “{heading}”"));
        let deep = list.get("deep") == Some(&Value::Bool(true));
        html.text(&[kind, heading].into_iter().flatten().collect::<String>());
        html.text(if deep { ", all levels: " } else { ": " }).text(html::extent(text(list, "/extent")));
        html.evidence(links, items(list, "evidence"));
    });
    list_of(html, "Topics", snapshot, "topics", |html, topic| {
        html.text(text(topic, "/label"));
        bracketed(html, text(topic, "/heading"));
        html.evidence(links, items(topic, "evidence"));
    });
    html.raw("</dl>\n");
}

/// Adds an era.
pub(super) fn era(html: &mut Html, links: Links<'_>, era: &Value) {
    html.raw("<p>").link(links.structure().as_deref(), "The structure that its snapshots show together").raw("</p>\n");
    if !text(era, "/description").is_empty() {
        html.element("p", text(era, "/description")).raw("\n");
    }
    html.raw("<h2>Its snapshots</h2>\n<ul>\n");
    for snapshot in nodes(era, "snapshots") {
        snapshot_item(html, links, snapshot);
    }
    html.raw("</ul>\n").more(era.get("snapshots").unwrap_or(&Value::Null));
}

/// Adds a change event.
pub(super) fn event(html: &mut Html, links: Links<'_>, event: &Value) {
    html.raw("<dl>\n");
    html.fact_of("Type", &word(text(event, "/type")));
    html.fact_of("Date", text(event, "/date"));
    for (term, name) in [("Went in", "originals"), ("Came out", "results")] {
        list(html, term, items(event, name), |html, unit| {
            html.link(links.unit(text(unit, "/id")).as_deref(), text(unit, "/name"));
        });
    }
    html.fact_of("Basis", &word(text(event, "/basis")));
    html.fact("Evidence", |html| {
        html.evidence(links, items(event, "evidence"));
    });
    html.fact_of("Note", text(event, "/note")).raw("</dl>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, told) in [(0.0, "0"), (999.0, "999"), (6e9, "6,000,000,000"), (-1234.5, "-1,234.5")] {
            assert_eq!(grouped(number), told);
        }
    }
}
