//! `eragraph view`: the structure at a moment, as a tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::history::{Citation, Lens, List, Moment, Parent, Placement, Presence, Status, UnitIx, View};
use crate::model::{Extent, Standing};

use super::error::{CliError, Exit};
use super::evidence;
use super::output::Output;
use super::session::{ReadArgs, Session};
use super::style::{Style, clean, counted, wrap};
use super::tree::{Row, draw};
use super::words::{self, word};

/// Which moment, and what of it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A day such as 2018-01-01, or the id of a snapshot or an era.
    #[arg(value_name = "MOMENT")]
    moment: String,
    /// Only this unit and what is below it.
    #[arg(long, value_name = "UNIT")]
    under: Option<String>,
    /// Show the ids of the units.
    #[arg(long)]
    ids: bool,
    /// Also list units that were last seen in an earlier era.
    #[arg(long)]
    include_outdated: bool,
    #[command(flatten)]
    read: ReadArgs,
}

/// The tops of the trees that a view shows.
struct Tops {
    roots: Vec<UnitIx>,
    unplaced: Vec<UnitIx>,
    external: Vec<UnitIx>,
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    let session = Session::open(data, &args.read, out)?;
    let moment = session.moment(&args.moment)?;
    let under = args.under.as_deref().map(|id| session.unit(id)).transpose()?;
    let lens = Session::lens(&args.read, args.include_outdated);
    let view = session.history().view(&moment, lens).map_err(|error| CliError::usage(error.to_string()))?;
    let tops = tops(view, under);
    if out.is_json() {
        out.print_json(&view_json(&session, view, &tops))?;
        return Ok(Exit::Done);
    }
    let text = human(&session, view, args.ids, under, &tops, out);
    out.print(&text)?;
    Ok(Exit::Done)
}

fn tops(view: View<'_>, under: Option<UnitIx>) -> Tops {
    let mut tops = Tops { roots: Vec::new(), unplaced: Vec::new(), external: Vec::new() };
    if let Some(unit) = under {
        // Asked for by id, a unit is answered whatever its status.
        tops.roots.extend(view.presence(unit).map(|_| unit));
        return tops;
    }
    for unit in view.units() {
        match (view.placement(unit), view.standing(unit)) {
            (Placement::Root, _) => tops.roots.push(unit),
            (Placement::Placed, _) => {}
            (Placement::Unplaced, Standing::External) => tops.external.push(unit),
            (Placement::Unplaced, _) => tops.unplaced.push(unit),
        }
    }
    tops
}

fn human(session: &Session, view: View<'_>, ids: bool, under: Option<UnitIx>, tops: &Tops, out: &Output) -> String {
    let style = out.style;
    let mut text = header(session, view, out);
    let mut seen: BTreeMap<Status, usize> = BTreeMap::new();
    let (mut has_possible, mut has_lists) = (false, false);
    let mut tree = |tops: &[UnitIx]| {
        let units = walk(view, tops);
        for presence in units.iter().filter_map(|(_, unit)| view.presence(*unit)) {
            *seen.entry(presence.status).or_insert(0) += 1;
            has_possible |= presence.certainty == crate::history::Certainty::Possible;
        }
        has_lists |= units.iter().any(|(_, unit)| !lists(view, *unit).is_empty());
        let row = |(depth, unit): (usize, UnitIx)| Row { depth, text: line(view, unit, ids, style) };
        draw(&units.into_iter().map(row).collect::<Vec<_>>(), style)
    };
    if let Some(unit) = under {
        let above: Vec<String> =
            view.reporting_line(unit).iter().skip(1).rev().map(|unit| clean(view.name(*unit).text)).collect();
        if !above.is_empty() {
            text.push_str(&style.faint(&format!("{} ›\n", above.join(" › "))));
        }
    }
    text.push_str(&tree(&tops.roots));
    let rest = [
        (&tops.unplaced, "Unplaced", "named, but in this view nothing says under what"),
        (&tops.external, "External", "named, but no part of the organisation"),
    ];
    for (units, title, meaning) in rest {
        if !units.is_empty() {
            text.push_str(&format!("\n{} {}\n", style.bold(title), style.faint(&format!("({meaning})"))));
            text.push_str(&tree(units));
        }
    }
    let total: usize = seen.values().sum();
    if total == 0 {
        text.push_str(&nothing(view, under));
    } else {
        text.push_str(&format!("\n{}\n", footer(view, under, total, &seen)));
        for line in legend(&seen, has_possible, has_lists) {
            text.push_str(&style.faint(&wrap(line, out.width, "  ")));
        }
    }
    text
}

fn header(session: &Session, view: View<'_>, out: &Output) -> String {
    let style = out.style;
    let corpus = session.history().corpus();
    let moment = view.moment();
    let (title, more) = match &moment {
        Moment::Day(day) => {
            let snapshots = counted(view.snapshots().len(), "snapshot");
            (format!("What is known of {day}"), format!("from {snapshots} up to that day"))
        }
        Moment::Snapshot(id) => {
            let snapshot = corpus.snapshots.get(id);
            let title = snapshot.map_or_else(|| id.to_string(), |snapshot| snapshot.title.clone());
            let observed = snapshot.map_or_else(String::new, |snapshot| format!(", observed {}", snapshot.observed));
            (title, format!("snapshot {id}{observed}"))
        }
        Moment::Era(id) => {
            let name = corpus.eras.get(id).map_or_else(|| id.to_string(), |era| era.name.clone());
            (name, format!("era {id}, {}", counted(view.snapshots().len(), "snapshot")))
        }
    };
    let floor =
        view.lens().floor.map_or_else(String::new, |basis| format!(" · minimum basis {}", word(basis).to_lowercase()));
    let more = style.faint(&format!("{} · {}{floor}", clean(&more), session.told()));
    format!("{}\n{more}\n\n", style.bold(&clean(&title)))
}

fn nothing(view: View<'_>, under: Option<UnitIx>) -> String {
    let what = under.map_or_else(
        || "Nothing: no loaded source or event speaks of it.".to_owned(),
        |unit| format!("The unit `{}` is not in this view.", view.history().unit_id(unit)),
    );
    format!("{what}\n")
}

fn footer(view: View<'_>, under: Option<UnitIx>, total: usize, seen: &BTreeMap<Status, usize>) -> String {
    let counts = seen.iter().map(|(status, count)| format!("{count} {}", words::status(*status).to_lowercase()));
    let mut text = counted(total, "unit");
    if view.day().is_some() {
        text.push_str(&format!(": {}", counts.collect::<Vec<_>>().join(", ")));
    }
    let is_outdated = |unit: &UnitIx| view.presence(*unit).is_some_and(|presence| presence.status == Status::Outdated);
    let left_out = if view.lens().include_outdated || under.is_some() {
        0
    } else {
        view.history().units().filter(is_outdated).count()
    };
    if left_out > 0 {
        text.push_str(&format!("; {left_out} outdated left out (--include-outdated)"));
    }
    text
}

/// Says what the words in the tree mean, of those that stand there.
fn legend(seen: &BTreeMap<Status, usize>, has_possible: bool, has_lists: bool) -> Vec<&'static str> {
    let mut lines = Vec::new();
    for status in seen.keys() {
        lines.extend(match status {
            Status::Observed => None,
            Status::Between => Some("between: seen before and after, and nothing between ends it"),
            Status::Presumed => Some("presumed: seen before, not since, and nothing ends it"),
            Status::Outdated => Some("outdated: presumed, and last seen in an earlier era"),
        });
    }
    if has_possible {
        lines.push("possible: the day lies within the dating of a source or an event, so it may not hold yet");
    }
    if has_lists {
        lines.push(
            "[closed]: the source gives the units below as all there are; [listed]: without a claim to be complete; \
             [partial]: as a selection",
        );
    }
    lines
}

/// Returns the units of the trees below the tops, each with its depth, parents before children.
fn walk(view: View<'_>, tops: &[UnitIx]) -> Vec<(usize, UnitIx)> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<(usize, UnitIx)> = tops.iter().rev().map(|unit| (0, *unit)).collect();
    while let Some((depth, unit)) = open.pop() {
        if seen.insert(unit) {
            found.push((depth, unit));
            open.extend(view.children(unit).into_iter().rev().map(|child| (depth + 1, child)));
        }
    }
    found
}

/// Returns one line of the tree.
fn line(view: View<'_>, unit: UnitIx, ids: bool, style: Style) -> String {
    let name = view.name(unit).text;
    let mut text = style.bold(&clean(name));
    if let Some(acronym) = view.acronym(unit).filter(|acronym| acronym.text != name) {
        text.push_str(&format!(" ({})", style.cyan(&clean(acronym.text))));
    }
    if ids {
        text.push_str(&format!("  {}", style.faint(view.history().unit_id(unit).as_str())));
    }
    let kind = view.kind(unit).map(|kind| kind.text);
    let standing = match view.standing(unit) {
        Standing::Internal => None,
        Standing::Programme => Some("programme"),
        Standing::External => Some("external"),
    };
    for word in kind.into_iter().chain(standing.filter(|standing| Some(*standing) != kind)) {
        text.push_str(&format!(" · {}", clean(word)));
    }
    if let Some(doubt) = view.presence(unit).and_then(doubt) {
        text.push_str(&format!(" · {}", style.yellow(&doubt)));
    }
    if let Some(holder) = view.holder(unit) {
        text.push_str(&format!(": {}", clean(&holder.item.name)));
    }
    if let Some(absent) = absent_parent(view, unit) {
        text.push_str(&style.faint(&format!(" (last known under {}, which is not in this view)", clean(absent))));
    }
    if let Some(lists) = lists_text(&lists(view, unit)) {
        text.push_str(&style.faint(&format!("  [{lists}]")));
    }
    text
}

/// Returns the status and certainty, where they are not the plain ones.
fn doubt(presence: Presence) -> Option<String> {
    let status = (presence.status != Status::Observed).then(|| words::status(presence.status).to_lowercase());
    let certainty = (presence.certainty != crate::history::Certainty::Certain)
        .then(|| words::certainty(presence.certainty).to_lowercase());
    let words: Vec<String> = status.into_iter().chain(certainty).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Returns the name of a claimed parent that the view does not list.
fn absent_parent(view: View<'_>, unit: UnitIx) -> Option<&str> {
    let placed = view.placed(unit);
    match placed.claim?.value.parent() {
        Parent::Under(parent) if placed.placement == Placement::Unplaced => Some(view.name(parent).text),
        _ => None,
    }
}

/// Returns the lists below a unit that speak in the view: of several alike, the latest.
fn lists(view: View<'_>, unit: UnitIx) -> Vec<List<'_>> {
    let mut latest: BTreeMap<(Option<&str>, Option<&str>, bool), List<'_>> = BTreeMap::new();
    for list in view.heard_lists(unit) {
        let coverage = list.coverage;
        let key = (coverage.kind.as_deref(), coverage.heading.as_deref(), coverage.deep);
        if latest.get(&key).is_none_or(|known| known.layer < list.layer) {
            latest.insert(key, list);
        }
    }
    latest.into_values().collect()
}

/// Returns how full the lists below a unit are; many lists under headings are told as one number.
fn lists_text(lists: &[List<'_>]) -> Option<String> {
    let is_closed = |list: &&List<'_>| list.coverage.extent == Extent::Closed;
    let has_heading = |list: &&List<'_>| list.coverage.heading.is_some() && !is_closed(list);
    let under_headings = lists.iter().filter(has_heading).count();
    let many = under_headings > 1;
    let mut told: Vec<&List<'_>> = lists.iter().filter(|list| !(many && has_heading(list))).collect();
    told.sort_by_key(|list| list.coverage.extent);
    let mut texts: Vec<String> = told.into_iter().map(list_text).collect();
    if many {
        texts.push(format!("{under_headings} lists under headings"));
    }
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn list_text(list: &List<'_>) -> String {
    let coverage = list.coverage;
    let mut text = words::extent(coverage.extent).to_owned();
    if let Some(kind) = &coverage.kind {
        text.push_str(&format!(" for kind {}", clean(kind)));
    }
    if let Some(heading) = &coverage.heading {
        text.push_str(&format!(" under \u{201c}{}\u{201d}", clean(heading)));
    }
    if coverage.deep {
        text.push_str(", all levels");
    }
    text
}

fn view_json(session: &Session, view: View<'_>, tops: &Tops) -> Value {
    let history = view.history();
    let Lens { floor, include_outdated } = view.lens();
    let nested = |units: &[UnitIx]| -> Value { units.iter().map(|unit| unit_json(view, *unit)).collect() };
    json!({
        "moment": words::moment_json(&view.moment()),
        "revision": session.revision_json(),
        "minimumBasis": floor.map(word),
        "includeOutdated": include_outdated,
        "snapshots": view.snapshots().iter().map(|ix| history.snapshot(*ix).id.as_str()).collect::<Value>(),
        "roots": nested(&tops.roots),
        "unplaced": nested(&[tops.unplaced.as_slice(), &tops.external].concat()),
    })
}

fn unit_json(view: View<'_>, unit: UnitIx) -> Value {
    let history = view.history();
    let name = view.name(unit);
    let presence = view.presence(unit);
    let coverage = lists(view, unit).into_iter().map(|list| {
        let citation = Citation::of(list.snapshot, &list.coverage.evidence);
        json!({
            "kind": list.coverage.kind, "heading": list.coverage.heading, "deep": list.coverage.deep,
            "extent": word(list.coverage.extent), "evidence": evidence::json(history, &citation),
        })
    });
    json!({
        "unitId": history.unit_id(unit).as_str(),
        "name": name.text,
        "nameForm": word(name.form),
        "acronym": view.acronym(unit).map(|acronym| acronym.text),
        "kind": view.kind(unit).map(|kind| kind.text),
        "standing": word(view.standing(unit)),
        "placement": words::placement(view.placement(unit)),
        "shownUnder": view.shown_under(unit),
        "holder": view.holder(unit).map(|holder| holder.item.name.as_str()),
        "status": presence.map(|presence| words::status(presence.status)),
        "certainty": presence.map(|presence| words::certainty(presence.certainty)),
        "coverage": coverage.collect::<Value>(),
        "children": view.children(unit).into_iter().map(|child| unit_json(view, child)).collect::<Value>(),
    })
}
