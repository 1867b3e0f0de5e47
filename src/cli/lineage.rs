//! `eragraph lineage`: what a unit came from and what became of it, through change events.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::config::Limits;
use crate::history::{Direction, EventIx, History, Link, UnitIx};
use crate::model::Day;

use super::descent::{self, Bounds};
use super::error::{CliError, Exit};
use super::evidence;
use super::output::Output;
use super::session::{ReadArgs, Session};
use super::style::{Style, clean, wrap};
use super::tree::{Row, draw};
use super::words::{self, word};

/// Whose lineage, and how much of it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The id of the unit.
    #[arg(value_name = "UNIT")]
    unit: String,
    /// Only what it came from.
    #[arg(long, conflicts_with = "successors")]
    predecessors: bool,
    /// Only what became of it.
    #[arg(long)]
    successors: bool,
    /// How many steps to follow.
    #[arg(long, value_name = "N", default_value_t = Limits::default().lineage_depth, value_parser = steps())]
    depth: u32,
    /// Tell what it had become by this day, and what had made it up, and why each way ends where it does.
    #[arg(long, value_name = "DATE", value_parser = words::parse_day)]
    by: Option<Day>,
    #[command(flatten)]
    read: ReadArgs,
}

fn steps() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(Limits::default().lineage_depth))
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    let session = Session::open(data, &args.read, out)?;
    let history = session.history();
    let unit = session.unit(&args.unit)?;
    let directions = [(Direction::Predecessors, !args.successors), (Direction::Successors, !args.predecessors)];
    let wanted = directions.into_iter().filter(|(_, wanted)| *wanted).map(|(direction, _)| direction);
    if let Some(by) = args.by {
        let bounds = Bounds { by, depth: args.depth, floor: args.read.minimum_basis };
        descent::tell(&session, unit, &wanted.collect::<Vec<_>>(), bounds, out)?;
        return Ok(Exit::Done);
    }
    let lineages: Vec<(Direction, Vec<Link>)> = wanted
        .map(|direction| (direction, history.lineage(unit, direction, args.depth, args.read.minimum_basis)))
        .collect();
    if out.is_json() {
        let links = |wanted: Direction| -> Option<Value> {
            let (_, links) = lineages.iter().find(|(direction, _)| *direction == wanted)?;
            Some(links.iter().map(|link| link_json(history, link)).collect())
        };
        let told = json!({
            "unitId": history.unit_id(unit).as_str(),
            "name": history.latest_name(unit, None),
            "revision": session.revision_json(),
            "minimumBasis": args.read.minimum_basis.map(word),
            "predecessors": links(Direction::Predecessors),
            "successors": links(Direction::Successors),
        });
        out.print_json(&told)?;
        return Ok(Exit::Done);
    }
    let style = out.style;
    let mut text = format!(
        "{}  {}\n",
        style.bold(&clean(history.latest_name(unit, None))),
        style.faint(&format!("{} · {}", history.unit_id(unit), session.told()))
    );
    for (direction, links) in &lineages {
        let title = title(*direction);
        if links.is_empty() {
            text.push_str(&format!("\n{}: no loaded event tells\n", style.bold(title)));
        } else {
            let mut rows = rows(history, unit, links, style);
            rows.insert(0, Row { depth: 0, text: style.bold(title) });
            text.push_str(&format!("\n{}", draw(&rows, style)));
        }
    }
    text.push_str(&events(history, &lineages, out));
    out.print(&text)?;
    Ok(Exit::Done)
}

fn title(direction: Direction) -> &'static str {
    match direction {
        Direction::Predecessors => "Came from",
        Direction::Successors => "Became",
    }
}

/// Hangs each link below the one that led to it. A unit that is reached twice is followed once.
fn rows<'l>(history: &History, unit: UnitIx, links: &'l [Link], style: Style) -> Vec<Row> {
    let mut from: BTreeMap<UnitIx, Vec<&'l Link>> = BTreeMap::new();
    for link in links {
        from.entry(link.from).or_default().push(link);
    }
    let mut rows = Vec::new();
    let mut followed = BTreeSet::from([unit]);
    let mut open: Vec<(usize, &'l Link)> = Vec::new();
    let below = |unit: UnitIx, depth: usize, open: &mut Vec<(usize, &'l Link)>| {
        let links = from.get(&unit).into_iter().flatten();
        open.extend(links.rev().map(|link| (depth, *link)));
    };
    below(unit, 1, &mut open);
    while let Some((depth, link)) = open.pop() {
        let is_new = followed.insert(link.unit);
        let has_more = from.contains_key(&link.unit);
        let again = if !is_new && has_more { style.faint("  (see above)") } else { String::new() };
        rows.push(Row { depth, text: format!("{}{again}", row(history, link, style)) });
        if is_new {
            below(link.unit, depth + 1, &mut open);
        }
    }
    rows
}

fn row(history: &History, link: &Link, style: Style) -> String {
    let event = history.event(link.event);
    let part = if link.part { ", in part" } else { "" };
    let name = clean(history.latest_name(link.unit, None));
    let id = style.faint(history.unit_id(link.unit).as_str());
    let how = format!("{} {}{part}", word(event.kind).to_lowercase(), event.date);
    format!("{name}  {id} · {} · {}", style.yellow(&how), style.faint(event.id.as_str()))
}

/// Lists the events of the lineages, each once, with where they stand.
fn events(history: &History, lineages: &[(Direction, Vec<Link>)], out: &Output) -> String {
    let style = out.style;
    let events: BTreeSet<EventIx> = lineages.iter().flat_map(|(_, links)| links).map(|link| link.event).collect();
    let mut text = if events.is_empty() { String::new() } else { format!("\n{}\n", style.bold("Events")) };
    for ix in events {
        let event = history.event(ix);
        let basis = word(event.basis).to_lowercase();
        text.push_str(&format!("  {} · {} {} · {basis}\n", event.id, word(event.kind).to_lowercase(), event.date));
        let places = evidence::places(history, &history.cite_event(ix)).join("; ");
        text.push_str(&style.faint(&wrap(&places, out.width, "      ")));
        if let Some(note) = &event.note {
            text.push_str(&style.faint(&wrap(&format!("note: {}", clean(note)), out.width, "      ")));
        }
    }
    text
}

pub(super) fn link_json(history: &History, link: &Link) -> Value {
    let event = history.event(link.event);
    json!({
        "unitId": history.unit_id(link.unit).as_str(),
        "name": history.latest_name(link.unit, None),
        "from": history.unit_id(link.from).as_str(),
        "event": event.id.as_str(),
        "type": word(event.kind),
        "date": event.date.as_str(),
        "basis": word(event.basis),
        "part": link.part,
        "steps": link.steps,
        "evidence": history.cite_event(link.event).iter().map(|c| evidence::json(history, c)).collect::<Value>(),
    })
}
