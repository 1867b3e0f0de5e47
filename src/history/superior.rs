//! The nearest common superior: the lowest unit on the reporting lines of all that are asked about.

use std::collections::BTreeSet;

use crate::model::Basis;

use super::node::UnitIx;
use super::path::Line;
use super::view::{Placement, View};

/// What is known of a common superior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// There is one.
    Found,
    /// The lines end at tops of sources without meeting: the view shows nothing above.
    NoneAbove,
    /// A line is known only part of the way, so that there may be one that no source of the view names.
    NotKnown,
    /// The view does not list one of the units.
    NotInView,
}

/// The nearest common superior of some units, and what that rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonSuperior {
    /// What is known of it.
    pub finding: Finding,
    /// The superior, where one is found.
    pub unit: Option<UnitIx>,
    /// For each unit that the view lists, each once, the line from it to the superior; as far as it is known where
    /// none is found.
    pub lines: Vec<Line>,
    /// The units that the view does not list.
    pub not_listed: Vec<UnitIx>,
    /// The weakest basis of the steps up to the superior.
    pub weakest_basis: Option<Basis>,
    /// Whether no one source shows all of these lines whole.
    pub composite: bool,
}

impl View<'_> {
    /// Returns the nearest common superior of some units. Of one unit it is the parent; of several, one of them only
    /// if it stands above all the others.
    #[must_use]
    pub fn common_superior(self, of: &[UnitIx]) -> CommonSuperior {
        let mut seen = BTreeSet::new();
        let asked = of.iter().copied().filter(|unit| seen.insert(*unit));
        let (listed, not_listed): (Vec<UnitIx>, Vec<UnitIx>) = asked.partition(|unit| self.lists(*unit));
        let mut lines: Vec<Vec<UnitIx>> = listed.into_iter().map(|unit| self.reporting_line(unit)).collect();
        let unit = if not_listed.is_empty() { lowest_on_all(&lines) } else { None };
        if let Some(superior) = unit {
            for line in &mut lines {
                cut_after(line, superior);
            }
        }
        let finding = match unit {
            _ if !not_listed.is_empty() => Finding::NotInView,
            Some(_) => Finding::Found,
            None if self.end_at_tops(&lines) => Finding::NoneAbove,
            None => Finding::NotKnown,
        };
        let (weakest_basis, composite) = if unit.is_some() { self.rests_on(&lines) } else { (None, false) };
        let lines = lines.into_iter().map(|line| self.line_of(line)).collect();
        CommonSuperior { finding, unit, lines, not_listed, weakest_basis, composite }
    }

    /// Tells whether the sources show lines that do not meet to end apart: at two tops, or at the one top asked about.
    fn end_at_tops(self, lines: &[Vec<UnitIx>]) -> bool {
        let ends = || lines.iter().filter_map(|line| line.last().copied());
        let is_top = |unit: &UnitIx| self.placement(*unit) == Placement::Root;
        let tops: BTreeSet<UnitIx> = ends().filter(is_top).collect();
        tops.len() > 1 || ends().all(|end| is_top(&end))
    }
}

/// Returns the lowest unit that stands on all lines; of one line, the one above its lower end.
fn lowest_on_all(lines: &[Vec<UnitIx>]) -> Option<UnitIx> {
    let (first, others) = lines.split_first()?;
    let others: Vec<BTreeSet<UnitIx>> = others.iter().map(|line| line.iter().copied().collect()).collect();
    let mut candidates = first.iter().copied().skip(usize::from(others.is_empty()));
    candidates.find(|candidate| others.iter().all(|line| line.contains(candidate)))
}

fn cut_after(line: &mut Vec<UnitIx>, last: UnitIx) {
    if let Some(at) = line.iter().position(|unit| *unit == last) {
        line.truncate(at + 1);
    }
}

impl CommonSuperior {
    /// Tells as a sentence or two what was found, and what it does not mean.
    #[must_use]
    pub fn explain(&self, view: View<'_>) -> String {
        let id = |unit: &UnitIx| format!("`{}`", view.history().unit_id(*unit));
        let told = |units: BTreeSet<UnitIx>| units.iter().map(id).collect::<Vec<_>>().join(", ");
        let is_top = |unit: &UnitIx| view.placement(*unit) == Placement::Root;
        let lower = || self.lines.iter().filter_map(|line| line.units.first().copied());
        let ends = || self.lines.iter().filter_map(|line| line.units.last().copied());
        match (self.finding, &self.unit) {
            (Finding::Found, Some(unit)) => {
                let what = if self.lines.len() == 1 {
                    "stands directly above it"
                } else if lower().any(|lower| lower == *unit) {
                    "is one of them, and stands above all the others"
                } else {
                    "is the lowest unit on the reporting lines of all"
                };
                let joined = " No one source shows all of this: it is put together from several.";
                format!("{} {what}.{}", id(unit), if self.composite { joined } else { "" })
            }
            (Finding::NotInView, _) => {
                format!("The view does not list {}.", told(self.not_listed.iter().copied().collect()))
            }
            (Finding::NoneAbove, _) => {
                let tops: BTreeSet<UnitIx> = ends().filter(is_top).collect();
                let those = if tops.len() > 1 { "them" } else { "it" };
                format!(
                    "The lines end at the top of what the sources of the view show ({}): they show no parent above {those}, which does not mean that there was none.",
                    told(tops)
                )
            }
            (Finding::NotKnown | Finding::Found, _) => {
                let open = told(ends().filter(|unit| !is_top(unit)).collect());
                format!(
                    "What stands above {open} is not known: there may be a common superior that no source of the view names."
                )
            }
        }
    }
}
