//! Dates as written in a source file (EDTF, ISO 8601-2:2019), and the window of days that each means.

use std::fmt;

use edtf_core::{Bound, BoundDate, Date, Edtf as Parsed, IntervalEndpoint, Precision, SetElement};
use serde::{Deserialize, Serialize};

use super::time::{Day, Window};

/// A date as it was written, with the window that it means.
///
/// `~` and `?` widen each end that they qualify by one unit of its precision (a day, a month, a
/// year; a season by three months); an end written `..` or left empty stays open.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Edtf {
    text: String,
    window: Window,
}

/// Tells why a text is not a usable date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdtfError {
    /// The text does not follow EDTF; the offset is in bytes.
    #[error("not an EDTF date: {message}")]
    Syntax {
        /// Where in the text the trouble is, in bytes.
        offset: usize,
        /// What the parser says.
        message: String,
    },
    /// Neither end is known.
    #[error("both ends are open, so nothing is dated")]
    BothOpen,
    /// The end lies before the beginning, or outside the years -9999 to 9999.
    #[error("the window is empty or outside the years -9999 to 9999")]
    OutOfRange,
}

impl Edtf {
    /// Reads an EDTF expression of level 0, 1 or 2.
    ///
    /// # Errors
    /// Returns [`EdtfError`] when the text is no EDTF, dates nothing, or means no days.
    pub fn parse(text: &str) -> Result<Self, EdtfError> {
        if matches!(text.trim(), ".." | "/" | "../" | "/.." | "../..") {
            return Err(EdtfError::BothOpen);
        }
        let parsed = Parsed::parse(text)
            .map_err(|error| EdtfError::Syntax { offset: error.offset, message: error.message.to_string() })?;
        let bounds = parsed.bounds();
        let (first, last) = outer_dates(&parsed);
        let earliest = end(bounds.earliest, first, -1)?;
        let latest = end(bounds.latest, last, 1)?;
        if earliest.is_none() && latest.is_none() {
            return Err(EdtfError::BothOpen);
        }
        let window = Window::new(earliest, latest).ok_or(EdtfError::OutOfRange)?;
        Ok(Self { text: text.to_owned(), window })
    }

    /// Returns the date of one day, written out.
    #[must_use]
    pub fn of_day(day: Day) -> Self {
        Self { text: day.to_string(), window: Window::day(day) }
    }

    /// Returns the date as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the days that it means.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }
}

impl fmt::Display for Edtf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns the dates whose qualifiers bear on the earliest and on the latest bound.
fn outer_dates(parsed: &Parsed) -> (Option<Date>, Option<Date>) {
    match parsed {
        Parsed::Date(date) => (Some(*date), Some(*date)),
        Parsed::DateTime(moment) => (Some(moment.date), Some(moment.date)),
        Parsed::Interval(interval) => (endpoint_date(interval.start), endpoint_date(interval.end)),
        Parsed::Set(set) => {
            let elements = || set.elements.iter().flat_map(element_dates);
            let bounds = |date: &Date| Parsed::Date(*date).bounds();
            let first = elements().min_by_key(|date| day_of(bounds(date).earliest));
            let last = elements().max_by_key(|date| day_of(bounds(date).latest));
            (first, last)
        }
    }
}

fn endpoint_date(endpoint: IntervalEndpoint) -> Option<Date> {
    match endpoint {
        IntervalEndpoint::Date(date) | IntervalEndpoint::OnOrBefore(date) | IntervalEndpoint::OnOrAfter(date) => {
            Some(date)
        }
        IntervalEndpoint::Open | IntervalEndpoint::Unknown => None,
    }
}

fn element_dates(element: &SetElement) -> Vec<Date> {
    match element {
        SetElement::Date(date) | SetElement::OnOrBefore(date) | SetElement::OnOrAfter(date) => vec![*date],
        SetElement::Range(first, last) => vec![*first, *last],
    }
}

fn day_of(bound: Bound) -> Option<Day> {
    let Bound::Date(BoundDate { year, month, day }) = bound else { return None };
    Day::from_ymd(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
}

/// Returns the day of one end, widened by one unit of precision when its date is qualified.
fn end(bound: Bound, date: Option<Date>, sign: i32) -> Result<Option<Day>, EdtfError> {
    if !matches!(bound, Bound::Date(_)) {
        return Ok(None);
    }
    let day = day_of(bound).ok_or(EdtfError::OutOfRange)?;
    match date.filter(|date| date.is_uncertain() || date.is_approximate()) {
        None => Ok(Some(day)),
        Some(date) => widened(day, date.precision(), sign).map(Some).ok_or(EdtfError::OutOfRange),
    }
}

/// Moves the end of a year, season, month or day to the same end of the one before or after it.
fn widened(day: Day, precision: Precision, sign: i32) -> Option<Day> {
    let months = match precision {
        Precision::Day => return Some(day.plus(sign)),
        Precision::Month => 1,
        Precision::Season => 3,
        Precision::Year => 12,
    };
    // The first day of a month moves to the first of another; the last day is the one before such a first.
    let first = if sign < 0 { day } else { day.plus(1) };
    let date = first.date();
    let months_since_zero = i32::from(date.year()) * 12 + i32::from(date.month()) - 1 + sign * months;
    let year = i16::try_from(months_since_zero.div_euclid(12)).ok()?;
    let month = i8::try_from(months_since_zero.rem_euclid(12) + 1).ok()?;
    let moved = Day::from_ymd(year, month, 1)?;
    Some(if sign < 0 { moved } else { moved.plus(-1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match Edtf::parse(text) {
            Ok(edtf) => {
                let side = |day: Option<Day>| day.map_or_else(|| "..".to_owned(), |day| day.to_string());
                format!("{} to {}", side(edtf.window().earliest()), side(edtf.window().latest()))
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn an_interval_and_a_set_read_alike() {
        check("2008/2009", "2008-01-01 to 2009-12-31");
        check("[2008..2009]", "2008-01-01 to 2009-12-31");
        check("2017-09-26", "2017-09-26 to 2017-09-26");
        check("2016-03-25/2021", "2016-03-25 to 2021-12-31");
    }

    #[test]
    fn qualifiers_widen_by_one_unit_of_precision() {
        check("2008~", "2007-01-01 to 2009-12-31");
        check("2008-02?", "2008-01-01 to 2008-03-31");
        check("2008-03-01~", "2008-02-29 to 2008-03-02");
        check("2008~/2009", "2007-01-01 to 2009-12-31");
        check("2008/2009-12?", "2008-01-01 to 2010-01-31");
    }

    #[test]
    fn open_ends_stay_open_but_not_both() {
        check("2017/..", "2017-01-01 to ..");
        check("../2017", ".. to 2017-12-31");
        check("../..", "both ends are open, so nothing is dated");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        check("2009/2008", "not an EDTF date: interval end precedes interval start");
        assert!(Edtf::parse("1985-02-30").is_err());
        assert!(Edtf::parse("soon").is_err());
    }
}
