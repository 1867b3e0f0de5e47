//! Changes told as sentences: what the rule saw, and what it does not say.

use crate::history::{UnitIx, View};
use crate::model::{ChangeKind, EventType, Extent};

use super::{Assumption, Change, Diff, Reason, Terms};

impl Diff<'_> {
    /// Tells a change as a sentence or two, for a reader who does not know the rules.
    #[must_use]
    pub fn explain(&self, change: &Change) -> String {
        self.terms.explain(change)
    }
}

impl<'h> Terms<'h> {
    /// Tells a change as a sentence or two, for a reader who does not know the rules.
    #[must_use]
    pub fn explain(&self, change: &Change) -> String {
        let text = match change.reason {
            Reason::Event { event, certainly } => {
                let id = &self.from.history().event(event).id;
                let doubt = if certainly { "" } else { " It may lie outside the time between the two views." };
                format!("{} by the event `{id}`.{doubt}", self.what(change))
            }
            Reason::List { snapshot, owner, extent, .. } => self.about_list(change, snapshot, owner, extent),
            Reason::Silence => self.about_silence(change),
            Reason::Claims => format!("{}.", self.what(change)),
            Reason::LevelSkipped => format!(
                "{}. One of the two leaves out the level between, so this is no sign of a move.",
                self.what(change)
            ),
            Reason::ParentSucceeded => format!(
                "{}. An event makes the one parent the successor of the other, so the unit may have stayed where it was.",
                self.what(change)
            ),
        };
        let order = if self.order_certain { "" } else { " Which of the two is earlier is open." };
        match self.assume {
            Assumption::OpenWorld => format!("{text}{order}"),
            Assumption::ClosedWorld => format!("Read as a closed world: {text}{order}"),
        }
    }

    fn about_list(
        &self,
        change: &Change,
        snapshot: crate::history::SnapshotIx,
        owner: UnitIx,
        extent: Extent,
    ) -> String {
        let history = self.from.history();
        let owner = history.unit_id(owner);
        let source = &history.snapshot(snapshot).id;
        let list = if extent == Extent::Closed { "complete list" } else { "list, which claims no completeness," };
        match change.kind {
            ChangeKind::Removed => format!(
                "The {list} below `{owner}` in `{source}` no longer has it. It left that list; no source says that it ceased."
            ),
            _ => format!(
                "The {list} below `{owner}` in `{source}` does not have it yet. It joined that list; no source says that it was new."
            ),
        }
    }

    fn about_silence(&self, change: &Change) -> String {
        let [from, to] = [self.from, self.to].map(told);
        let what = change.relation().map_or_else(
            || "it".to_owned(),
            |relation| {
                let history = self.from.history();
                let other = change.others(history).first().map(|other| format!(" `{}`", history.unit_id(*other)));
                format!("the relation \u{201c}{relation}{}\u{201d}", other.unwrap_or_default())
            },
        );
        match change.kind {
            ChangeKind::NotObserved | ChangeKind::Removed | ChangeKind::RelationRemoved => {
                format!("{to} is silent on {what}, and covers no list that would have it: nothing is known of an end.")
            }
            _ => format!(
                "{from} is silent on {what}, and covers no list that would have it: nothing is known of a beginning."
            ),
        }
    }

    /// Tells whether the event gives the unit others' work, and does not say that it made the unit.
    fn takes_over(&self, change: &Change) -> bool {
        let Reason::Event { event, .. } = change.reason else { return false };
        matches!(self.from.history().event(event).kind, EventType::Absorbed | EventType::Transferred)
    }

    /// Names the change with its two values.
    fn what(&self, change: &Change) -> String {
        let unit = change.unit;
        let quoted = |values: [String; 2]| {
            let [old, new] = values;
            format!("from \u{201c}{old}\u{201d} to \u{201c}{new}\u{201d}")
        };
        let of = |tell: &dyn Fn(View<'h>) -> String| quoted([self.from, self.to].map(tell));
        let history = self.from.history();
        let others = change.others(history).into_iter().map(|other| format!("`{}`", history.unit_id(other)));
        let others = others.collect::<Vec<_>>().join(", ");
        match change.kind {
            ChangeKind::Renamed => format!("The name changes {}", of(&|view| view.name(unit).text.to_owned())),
            ChangeKind::Respelled => {
                format!("The same name is spelled otherwise, {}", of(&|view| view.name(unit).text.to_owned()))
            }
            ChangeKind::AcronymChanged => {
                format!("The acronym changes {}", of(&|view| text(view.acronym(unit).map(|s| s.text))))
            }
            ChangeKind::Reclassified => {
                format!("The kind changes {}", of(&|view| text(view.kind(unit).map(|s| s.text))))
            }
            ChangeKind::Moved => format!("The parent changes {}", of(&|view| parent(view, unit))),
            ChangeKind::HolderChanged => {
                format!(
                    "The holder changes {}",
                    of(&|view| text(view.holder(unit).map(|fact| fact.item.name.as_str())))
                )
            }
            ChangeKind::FigureChanged => "No one number can be true of both statements".to_owned(),
            ChangeKind::PlaceChanged => "The places differ".to_owned(),
            ChangeKind::PropertyChanged => "A property differs".to_owned(),
            ChangeKind::Created if self.takes_over(change) => {
                format!("Took over {others}, whether or not it was there before,")
            }
            ChangeKind::Created if others.is_empty() => "Created".to_owned(),
            ChangeKind::Created => format!("Created out of {others}"),
            ChangeKind::Dissolved if others.is_empty() => "Dissolved".to_owned(),
            ChangeKind::Dissolved => format!("Gone back before its making out of {others}"),
            ChangeKind::Merged => format!("Merged into {others}"),
            ChangeKind::Split => format!("Split into {others}"),
            ChangeKind::Absorbed => format!("Absorbed by {others}"),
            ChangeKind::Transferred => format!("Transferred to {others}"),
            ChangeKind::Succeeded => format!("Succeeded by {others}"),
            ChangeKind::Added
            | ChangeKind::Removed
            | ChangeKind::NewlyObserved
            | ChangeKind::NotObserved
            | ChangeKind::RelationAdded
            | ChangeKind::RelationRemoved => "It is on one side only".to_owned(),
        }
    }
}

fn told(view: View<'_>) -> String {
    match view.moment() {
        crate::history::Moment::Snapshot(id) => format!("The snapshot `{id}`"),
        crate::history::Moment::Era(id) => format!("The era `{id}`"),
        crate::history::Moment::Day(day) => format!("What is known of {day}"),
    }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or("?").to_owned()
}

fn parent(view: View<'_>, unit: UnitIx) -> String {
    view.parent(unit).map_or_else(|| "the top of the source".to_owned(), |parent| view.name(parent).text.to_owned())
}
