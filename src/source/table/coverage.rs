//! The lists that a mapping says the table gives, of the units that the table has at a date.

use super::mapping::Mapping;
use super::reader::Reader;
use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::model::{Coverage, Evidence, LineSet, UnitId, Window};

/// A unit that the table has at a date.
pub(super) struct Listed {
    pub(super) unit: UnitId,
    pub(super) is_top: bool,
    pub(super) kind: Option<String>,
    pub(super) lines: Option<LineSet>,
}

/// The lists of a mapping, and which of them spoke of a date.
pub(super) struct Lists<'m> {
    mapping: &'m Mapping,
    spoke: Vec<bool>,
}

impl<'m> Lists<'m> {
    pub(super) fn new(mapping: &'m Mapping) -> Self {
        Self { mapping, spoke: vec![false; mapping.coverage.len()] }
    }

    /// Returns the coverage of a date.
    pub(super) fn of(&mut self, window: &Window, units: &[Listed]) -> Vec<Coverage> {
        let mut coverage = Vec::new();
        let rules = self.mapping.coverage.iter().zip(&mut self.spoke);
        for (rule, spoke) in rules.filter(|(rule, _)| rule.span.holds(window)) {
            let is_owner = |unit: &&Listed| rule.of.as_ref().map_or(unit.is_top, |of| *of == unit.unit);
            let owners: Vec<&Listed> = units.iter().filter(is_owner).collect();
            *spoke |= !owners.is_empty();
            let of_kind = |unit: &Listed| rule.kind.is_none() || rule.kind == unit.kind;
            let lines = || lines(units, of_kind).or_else(|| lines(units, |_| true));
            let evidence = Evidence {
                lines: rule.lines.clone().or_else(lines),
                basis: rule.basis,
                reference: None,
                note: rule.note.clone(),
            };
            coverage.extend(owners.into_iter().map(|owner| Coverage {
                of: owner.unit.clone(),
                kind: rule.kind.clone(),
                heading: None,
                deep: rule.deep,
                extent: rule.extent,
                evidence: evidence.clone(),
                part: None,
            }));
        }
        coverage
    }

    /// Tells of lists that spoke of no date, given the names of the units that the table has.
    pub(super) fn tell_idle<'n>(self, reader: &mut Reader<'_, '_>, known: &(impl Iterator<Item = &'n str> + Clone)) {
        for (rule, _) in self.mapping.coverage.iter().zip(self.spoke).filter(|(_, spoke)| !spoke) {
            let of = rule.of.as_ref();
            let subject = of.map_or_else(|| "this coverage".to_owned(), |of| format!("coverage of `{of}`"));
            let message = format!("{subject} speaks of no date on which the table has such a unit");
            let hint = of.and_then(|of| did_you_mean(of.as_str(), known.clone()));
            reader.tell(Diagnostic::new(Code::CoverageOfAbsent, message).at(rule.place).maybe_hint(hint));
        }
    }
}

/// Returns the lines of the units that fulfil a condition.
fn lines(units: &[Listed], fits: impl Fn(&Listed) -> bool) -> Option<LineSet> {
    let lines = units.iter().filter(|unit| fits(unit)).filter_map(|unit| unit.lines.as_ref());
    let mut ranges: Vec<(u32, u32)> = lines.flat_map(LineSet::ranges).collect();
    ranges.sort_unstable();
    LineSet::of(ranges)
}
