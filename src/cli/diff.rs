//! `eragraph diff`: what differs between two moments, by kind and by how far the sources carry it.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::diff::{Assumption, Change, Diff, DiffOptions, diff};
use crate::history::Moment;
use crate::model::{ChangeKind, Verdict};

use super::change;
use super::error::{CliError, Exit};
use super::output::Output;
use super::session::{ReadArgs, Session};
use super::style::{Style, columns, counted, wrap};
use super::words::{self, CHANGE_KINDS, VERDICTS, moment_text, word};

/// Which two moments, and what of their differences.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A day such as 2018-01-01, or the id of a snapshot or an era.
    #[arg(value_name = "FROM")]
    earlier: String,
    /// The moment to compare with.
    #[arg(value_name = "TO")]
    later: String,
    /// Only units below this one in either view.
    #[arg(long, value_name = "UNIT")]
    within: Option<String>,
    /// How absence is read; a closed world gives the plain textual difference.
    #[arg(long, value_enum, default_value_t)]
    assume: Assume,
    /// Only these kinds of change, such as `removed,renamed`.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = words::parse_change_kind)]
    kinds: Vec<ChangeKind>,
    /// Only these verdicts: stated, implied, possible, unknown.
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', value_parser = words::parse_verdict)]
    verdicts: Vec<Verdict>,
    #[command(flatten)]
    read: ReadArgs,
}

/// How absence is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Assume {
    /// What a source does not mention may still be there.
    #[default]
    OpenWorld,
    /// What a view does not list is not there.
    ClosedWorld,
}

pub(super) fn run(data: &Path, args: &Args, out: &mut Output) -> Result<Exit, CliError> {
    let session = Session::open(data, &args.read, out)?;
    let lens = Session::lens(&args.read, false);
    let view = |text: &str| {
        let moment = session.moment(text)?;
        session.history().view(&moment, lens).map_err(|error| CliError::usage(error.to_string()))
    };
    let assume = match args.assume {
        Assume::OpenWorld => Assumption::OpenWorld,
        Assume::ClosedWorld => Assumption::ClosedWorld,
    };
    let within = args.within.as_deref().map(|id| session.unit(id)).transpose()?;
    let diff = diff(view(&args.earlier)?, view(&args.later)?, DiffOptions { within, assume });
    let wanted: Vec<&Change> = diff
        .changes
        .iter()
        .filter(|change| args.kinds.is_empty() || args.kinds.contains(&change.kind))
        .filter(|change| args.verdicts.is_empty() || args.verdicts.contains(&change.verdict))
        .collect();
    if out.is_json() {
        out.print_json(&diff_json(&session, &diff, &wanted))?;
    } else {
        let text = human(&session, &diff, &wanted, out);
        out.print(&text)?;
    }
    Ok(Exit::Done)
}

fn human(session: &Session, diff: &Diff<'_>, wanted: &[&Change], out: &Output) -> String {
    let style = out.style;
    let [from, to] = [diff.terms.from, diff.terms.to].map(|view| moment_text(&view.moment()));
    let mut text = format!("{}  {}\n", style.bold(&format!("{from} → {to}")), style.faint(&session.told()));
    if diff.terms.assume == Assumption::ClosedWorld {
        let label = "CLOSED WORLD: the plain textual difference. What a source does not mention counts here as not \
                     there, which the sources themselves do not say.";
        text.push_str(&style.yellow(&wrap(label, out.width, "")));
    }
    if !diff.terms.order_certain {
        let label = "Which of the two is earlier is open, so no verdict exceeds POSSIBLE.";
        text.push_str(&style.yellow(&wrap(label, out.width, "")));
    }
    if diff.changes.is_empty() {
        text.push_str("\nNo difference: nothing that both state differs, and nothing is on one side only.\n");
        return text;
    }
    text.push_str(&format!("\n{}", summary(diff, style)));
    if diff.changes.iter().any(|change| change.kind == ChangeKind::NotObserved) {
        let title = style.yellow("NOT_OBSERVED is not a removal:");
        let what = "the sources of the one side are silent on it, and cover no list that would have it.";
        text.push_str(&format!("\n{}", wrap(&format!("{title} {what}"), out.width, "")));
    }
    for kind in CHANGE_KINDS {
        for verdict in VERDICTS {
            let group: Vec<&&Change> =
                wanted.iter().filter(|change| change.kind == kind && change.verdict == verdict).collect();
            if group.is_empty() {
                continue;
            }
            text.push_str(&format!("\n{} · {} ({})\n", style.bold(&word(kind)), word(verdict), group.len()));
            if let Some(meaning) = silence(diff, kind) {
                text.push_str(&wrap(&meaning, out.width, "  "));
            }
            for change in group {
                text.push_str(&change::human(diff, change, style, out.width));
            }
        }
    }
    if wanted.len() < diff.changes.len() {
        let left_out = counted(diff.changes.len() - wanted.len(), "change");
        text.push_str(&format!("\n{}\n", style.faint(&format!("{left_out} left out by --kinds and --verdicts"))));
    }
    text
}

/// Returns what a row of silence means, told once for all rows.
fn silence(diff: &Diff<'_>, kind: ChangeKind) -> Option<String> {
    let (silent, what) = match kind {
        ChangeKind::NotObserved => (diff.terms.to, "an end"),
        ChangeKind::NewlyObserved => (diff.terms.from, "a beginning"),
        _ => return None,
    };
    let silent = match silent.moment() {
        Moment::Day(day) => format!("What is known of {day}"),
        other => format!("The {}", moment_text(&other)),
    };
    Some(format!("{silent} is silent on these, and covers no list that would have them: nothing is known of {what}."))
}

/// Draws how many changes there are of each kind and verdict.
fn summary(diff: &Diff<'_>, style: Style) -> String {
    let counts: BTreeMap<(ChangeKind, Verdict), usize> = diff.summary();
    let verdicts: Vec<Verdict> =
        VERDICTS.into_iter().filter(|verdict| counts.keys().any(|(_, found)| found == verdict)).collect();
    let kinds: Vec<ChangeKind> =
        CHANGE_KINDS.into_iter().filter(|kind| counts.keys().any(|(found, _)| found == kind)).collect();
    let first = kinds.iter().map(|kind| columns(&word(kind))).max().unwrap_or(0);
    let mut head = " ".repeat(first + 4);
    for verdict in &verdicts {
        head.push_str(&format!("  {:>8}", word(verdict)));
    }
    let mut text = format!("{}\n", style.faint(&head));
    for kind in kinds {
        let mut line = format!("  {} {:first$}", change::sign(kind, style), word(kind));
        for verdict in &verdicts {
            let count = counts.get(&(kind, *verdict)).map_or_else(String::new, ToString::to_string);
            line.push_str(&format!("  {count:>8}"));
        }
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    text
}

fn diff_json(session: &Session, diff: &Diff<'_>, wanted: &[&Change]) -> Value {
    let counts = diff.summary();
    let count = |((kind, verdict), count): (&(ChangeKind, Verdict), &usize)| json!({"kind": word(kind), "verdict": word(verdict), "count": count});
    json!({
        "from": words::moment_json(&diff.terms.from.moment()),
        "to": words::moment_json(&diff.terms.to.moment()),
        "revision": session.revision_json(),
        "minimumBasis": diff.terms.from.lens().floor.map(word),
        "assume": match diff.terms.assume {
            Assumption::OpenWorld => "OPEN_WORLD",
            Assumption::ClosedWorld => "CLOSED_WORLD",
        },
        "orderCertain": diff.terms.order_certain,
        "summary": counts.iter().map(count).collect::<Value>(),
        "changes": wanted.iter().map(|change| change::json(diff, change)).collect::<Value>(),
    })
}
