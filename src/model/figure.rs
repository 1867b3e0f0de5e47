//! Numbers that a source gives, and whether two of them can be true of one number.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, PartIx};

/// A number that a source gives for a unit: what is counted, how much, and how sure the wording is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What is counted: `employees`, `offices`, `budget`.
    pub measure: String,
    /// The number, when the source gives one.
    pub value: Option<f64>,
    /// The lower end, when it gives a range.
    pub low: Option<f64>,
    /// The upper end, when it gives a range.
    pub high: Option<f64>,
    /// The unit of measurement: `USD`, `hours`.
    pub unit: Option<String>,
    /// The wording around the number: `more than`, `approximately`.
    pub qualifier: Option<String>,
    /// What exactly is counted, and on which condition.
    pub scope: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
    /// The layer of the source.
    pub part: Option<PartIx>,
}

/// The numbers that a statement allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberRange {
    low: f64,
    low_included: bool,
    high: f64,
    high_included: bool,
}

impl NumberRange {
    /// Returns the least number, `None` where nothing bounds it from below.
    #[must_use]
    pub fn low(&self) -> Option<f64> {
        Some(self.low).filter(|low| low.is_finite())
    }

    /// Returns the greatest number, `None` where nothing bounds it from above.
    #[must_use]
    pub fn high(&self) -> Option<f64> {
        Some(self.high).filter(|high| high.is_finite())
    }

    /// Tells whether it is bounded on both sides, so that a point of a line may stand for it.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.low().is_some() && self.high().is_some()
    }

    /// Tells whether it is one number.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.is_bounded() && self.low >= self.high
    }

    /// Tells whether some number lies in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        fn reaches(low: &NumberRange, high: &NumberRange) -> bool {
            low.low < high.high || (low.low <= high.high && low.low_included && high.high_included)
        }
        reaches(self, other) && reaches(other, self)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let qualifier = self.qualifier.as_deref();
        let (before, after) = match qualifier.filter(|wording| wording.to_lowercase().trim().starts_with("or ")) {
            // "10 or more"
            Some(after) => (None, Some(after)),
            None => (qualifier, None),
        };
        before.map_or(Ok(()), |wording| write!(f, "{wording} "))?;
        match (self.value, self.low, self.high) {
            (Some(value), ..) => write!(f, "{value}")?,
            (None, Some(low), Some(high)) => write!(f, "{low} to {high}")?,
            (None, Some(low), None) => write!(f, "{low} or more")?,
            (None, None, Some(high)) => write!(f, "{high} or less")?,
            (None, None, None) => f.write_str("a number")?,
        }
        after.map_or(Ok(()), |wording| write!(f, " {}", wording.trim()))?;
        self.unit.as_ref().map_or(Ok(()), |unit| write!(f, " {unit}"))?;
        self.scope.as_ref().map_or(Ok(()), |scope| write!(f, " ({scope})"))
    }
}

impl Figure {
    /// Returns the numbers that the statement allows; a wording that is not understood allows every number.
    ///
    /// `approximately` allows half a unit of the last significant digit on either side: about 20,000
    /// is 15,000 to 25,000. Nothing finer can be read from a rounded number.
    #[must_use]
    pub fn range(&self) -> NumberRange {
        let everything =
            NumberRange { low: f64::NEG_INFINITY, low_included: false, high: f64::INFINITY, high_included: false };
        let Some(value) = self.value else {
            return NumberRange {
                low: self.low.unwrap_or(f64::NEG_INFINITY),
                low_included: true,
                high: self.high.unwrap_or(f64::INFINITY),
                high_included: true,
            };
        };
        match self.qualifier.as_deref().map(str::to_lowercase).as_deref().map(str::trim) {
            None | Some("" | "exactly" | "a total of") => {
                NumberRange { low: value, low_included: true, high: value, high_included: true }
            }
            Some("more than" | "over" | "above" | "exceeding" | "greater than") => {
                NumberRange { low: value, ..everything }
            }
            Some("at least" | "or more" | "no fewer than" | "not less than" | "minimum") => {
                NumberRange { low: value, low_included: true, ..everything }
            }
            Some("less than" | "fewer than" | "under" | "below") => NumberRange { high: value, ..everything },
            Some("at most" | "up to" | "no more than" | "maximum" | "or less" | "or fewer") => {
                NumberRange { high: value, high_included: true, ..everything }
            }
            Some("approximately" | "about" | "around" | "roughly" | "circa" | "some") => {
                let margin = rounding_margin(value);
                NumberRange { low: value - margin, low_included: true, high: value + margin, high_included: true }
            }
            Some("nearly" | "almost") => {
                let margin = rounding_margin(value);
                NumberRange { low: value - margin, low_included: true, high: value, high_included: false }
            }
            Some(_) => everything,
        }
    }

    /// Tells whether both statements count the same thing: measure, unit and scope agree.
    #[must_use]
    pub fn counts_the_same_as(&self, other: &Self) -> bool {
        self.measure == other.measure && self.unit == other.unit && self.scope == other.scope
    }

    /// Tells whether no one number satisfies both statements about the same thing.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        self.counts_the_same_as(other) && !self.range().overlaps(&other.range())
    }
}

/// Returns half of the place value of the last significant digit: 5,000 for 20,000; 0.5 for 46.
fn rounding_margin(value: f64) -> f64 {
    let mut unit = 1.0_f64;
    while value != 0.0 && unit < value.abs() && (value / (unit * 10.0)).fract() == 0.0 {
        unit *= 10.0;
    }
    while (value / unit).fract() != 0.0 && unit > 1e-6 {
        unit /= 10.0;
    }
    unit / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Basis;

    fn figure(qualifier: &str, value: f64) -> Figure {
        Figure {
            measure: "employees".into(),
            value: Some(value),
            low: None,
            high: None,
            unit: None,
            qualifier: (!qualifier.is_empty()).then(|| qualifier.into()),
            scope: None,
            evidence: Evidence { lines: None, basis: Basis::Stated, reference: None, note: None },
            part: None,
        }
    }

    #[track_caller]
    fn check(a: (&str, f64), b: (&str, f64), contradiction: bool) {
        assert_eq!(figure(a.0, a.1).contradicts(&figure(b.0, b.1)), contradiction, "{a:?} {b:?}");
        assert_eq!(figure(b.0, b.1).contradicts(&figure(a.0, a.1)), contradiction, "{b:?} {a:?}");
    }

    #[test]
    fn only_statements_that_no_number_satisfies_contradict() {
        check(("more than", 20_000.0), ("more than", 20_000.0), false);
        check(("more than", 20_000.0), ("more than", 15_000.0), false);
        check(("more than", 20_000.0), ("", 20_000.0), true);
        check(("at least", 20_000.0), ("", 20_000.0), false);
        check(("", 46.0), ("", 48.0), true);
        check(("approximately", 6e9), ("approximately", 7e9), false);
        check(("approximately", 6e9), ("approximately", 8e9), true);
        check(("a goodly", 5.0), ("", 900.0), false);
        check(("nearly", 400.0), ("", 390.0), false);
        check(("nearly", 400.0), ("", 400.0), true);
    }

    #[test]
    fn a_wording_stands_where_it_is_said() {
        assert_eq!(figure("more than", 20_000.0).to_string(), "more than 20000");
        assert_eq!(figure("or more", 10.0).to_string(), "10 or more");
    }
}
