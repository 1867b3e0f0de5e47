//! `eragraph lineage --by DATE`: what a unit had become by a day, and what had made it up.

use std::io;

use serde_json::{Value, json};

use crate::history::{At, Certainty, Descent, DescentQuestion, Direction, Lens, UnitIx};
use crate::model::{Basis, Day};

use super::lineage::link_json;
use super::output::Output;
use super::session::Session;
use super::style::{clean, wrap};
use super::words::{self, word};

/// How much of a descent is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) by: Day,
    pub(super) depth: u32,
    pub(super) floor: Option<Basis>,
}

/// Tells the descent of a unit, each way that is wanted.
pub(super) fn tell(
    session: &Session,
    unit: UnitIx,
    wanted: &[Direction],
    bounds: Bounds,
    out: &mut Output,
) -> io::Result<()> {
    let history = session.history();
    let Bounds { by, depth, floor } = bounds;
    let ask = |direction: Direction| {
        let question = DescentQuestion { unit, direction, day: Some(by), floor, depth };
        (question, history.descent(&question))
    };
    let asked: Vec<_> = wanted.iter().copied().map(ask).collect();
    if out.is_json() {
        let rows = |direction: Direction| -> Option<Value> {
            let (question, found) = asked.iter().find(|(question, _)| question.direction == direction)?;
            Some(found.iter().map(|descent| descent_json(session, question, descent)).collect())
        };
        return out.print_json(&json!({
            "unitId": history.unit_id(unit).as_str(),
            "name": history.latest_name(unit, None),
            "revision": session.revision_json(),
            "minimumBasis": floor.map(word),
            "by": by.to_string(),
            "whatMadeUp": rows(Direction::Predecessors),
            "whatBecame": rows(Direction::Successors),
        }));
    }
    let style = out.style;
    let mut text = format!(
        "{}  {}\n",
        style.bold(&clean(history.latest_name(unit, None))),
        style.faint(&format!("{} · {}", history.unit_id(unit), session.told()))
    );
    for (question, found) in &asked {
        let title = match question.direction {
            Direction::Predecessors => format!("Had been made up, by {by}, of"),
            Direction::Successors => format!("Had become, by {by}"),
        };
        text.push_str(&format!("\n{}\n", style.bold(&title)));
        for descent in found {
            let name = clean(history.latest_name(descent.unit, None));
            let id = style.faint(history.unit_id(descent.unit).as_str());
            text.push_str(&format!("  {name}  {id} · {}\n", style.yellow(&how(descent))));
            let explanation = clean(&history.explain_descent(question, descent));
            text.push_str(&style.faint(&wrap(&explanation, out.width, "      ")));
        }
    }
    out.print(&text)
}

fn how(descent: &Descent) -> String {
    let steps = match descent.links.len() {
        0 => "itself".to_owned(),
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    };
    let part = if descent.part { ", in part" } else { "" };
    let basis = descent.weakest_basis.map(|basis| format!(", {}", word(basis).to_lowercase())).unwrap_or_default();
    let certainty = if descent.certainty == Certainty::Possible { ", possible" } else { "" };
    format!("{steps}{part}{basis}{certainty}")
}

fn descent_json(session: &Session, question: &DescentQuestion, descent: &Descent) -> Value {
    let history = session.history();
    let presence = question.day.and_then(|day| {
        let lens = Lens { floor: question.floor, include_outdated: true };
        history.view_at(At::Day(day), lens).presence(descent.unit)
    });
    json!({
        "unitId": history.unit_id(descent.unit).as_str(),
        "name": history.latest_name(descent.unit, None),
        "status": presence.map(|presence| words::status(presence.status)),
        "links": descent.links.iter().map(|link| link_json(history, link)).collect::<Value>(),
        "weakestBasis": descent.weakest_basis.map(word),
        "part": descent.part,
        "certainty": words::certainty(descent.certainty),
        "explanation": history.explain_descent(question, descent),
    })
}
