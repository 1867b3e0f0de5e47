//! Valid time: days, and windows of days in which a source was written or an event took place.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One day of the proleptic Gregorian calendar, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(i32);

impl Day {
    /// The first day that can be told: -9999-01-01.
    pub const MIN: Self = Self(-4_371_587);
    /// The last day that can be told: 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// Returns the day of a calendar date; `None` when there is no such date.
    #[must_use]
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self::from_date)
    }

    /// Reads the strict form `2015-01-01`: four digits, two digits, two digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let strict = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, b)| if at == 4 || at == 7 { *b == b'-' } else { b.is_ascii_digit() });
        if !strict {
            return None;
        }
        let mut fields = text.split('-');
        let year = fields.next()?.parse().ok()?;
        let month = fields.next()?.parse().ok()?;
        let day = fields.next()?.parse().ok()?;
        Self::from_ymd(year, month, day)
    }

    /// Returns the day `days` later (earlier when negative), held within [`Day::MIN`] and [`Day::MAX`].
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days)).clamp(Self::MIN, Self::MAX)
    }

    /// Returns the same day of another year (earlier when negative), 28 February for 29 February where there is none.
    #[must_use]
    pub fn plus_years(self, years: i32) -> Self {
        let span = jiff::Span::new().try_years(years).ok();
        let limit = if years < 0 { Self::MIN } else { Self::MAX };
        let moved = span.and_then(|span| self.date().checked_add(span).ok());
        moved.map_or(limit, |date| Self::from_date(date).clamp(Self::MIN, Self::MAX))
    }

    /// Returns how many whole years lie between two days; 0 where the other is earlier.
    #[must_use]
    pub fn years_until(self, other: Self) -> u32 {
        let years = i32::from(other.date().year()) - i32::from(self.date().year());
        let whole = if self.plus_years(years) <= other { years } else { years - 1 };
        u32::try_from(whole).unwrap_or(0)
    }

    /// Returns the number of days since 1970-01-01.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    fn from_date(date: Date) -> Self {
        let since = date - jiff::civil::date(1970, 1, 1);
        Self(since.get_days())
    }

    /// Returns the calendar date of the day.
    #[must_use]
    pub fn date(self) -> Date {
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch.checked_add(jiff::Span::new().days(self.0)).unwrap_or(if self.0 < 0 { Date::MIN } else { Date::MAX })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        if date.year() < 0 {
            write!(f, "-{:04}-{:02}-{:02}", -i32::from(date.year()), date.month(), date.day())
        } else {
            write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The days on one of which a source was written, or an event took place; both ends belong to it.
///
/// At most one end is open. What an open end means is kept in one place, here: a claim with such
/// a window counts as made on its closed end, and its dating is never certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Window {
    earliest: Option<Day>,
    latest: Option<Day>,
}

impl Window {
    /// Returns the window between two ends; `None` where both are open or the first is later.
    #[must_use]
    pub fn new(earliest: Option<Day>, latest: Option<Day>) -> Option<Self> {
        match (earliest, latest) {
            (None, None) => None,
            (Some(first), Some(last)) if last < first => None,
            _ => Some(Self { earliest, latest }),
        }
    }

    /// Returns the window that is one day long.
    #[must_use]
    pub fn day(day: Day) -> Self {
        Self { earliest: Some(day), latest: Some(day) }
    }

    /// Returns the earliest day, `None` when that end is open.
    #[must_use]
    pub fn earliest(&self) -> Option<Day> {
        self.earliest
    }

    /// Returns the latest day, `None` when that end is open.
    #[must_use]
    pub fn latest(&self) -> Option<Day> {
        self.latest
    }

    /// Returns the day from which a claim with this window holds: the earliest, or the closed end.
    #[must_use]
    pub fn start(&self) -> Day {
        self.earliest.or(self.latest).unwrap_or(Day::MIN)
    }

    /// Returns the last day that counts as observed: the latest, or the closed end.
    #[must_use]
    pub fn end(&self) -> Day {
        self.latest.or(self.earliest).unwrap_or(Day::MAX)
    }

    /// Tells whether one end is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.earliest.is_none() || self.latest.is_none()
    }

    /// Tells whether the window is exactly one day, with no open end.
    #[must_use]
    pub fn is_one_day(&self) -> bool {
        self.earliest.is_some() && self.earliest == self.latest
    }

    /// Tells whether the day counts as observed: within the closed window, or on the closed end of an open one.
    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.start() <= day && day <= self.end()
    }

    /// Tells whether this window is over before the other begins; false where their order is open.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        matches!((self.latest, other.earliest), (Some(last), Some(first)) if last < first)
    }

    /// Tells whether neither is before the other.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.is_before(other) && !other.is_before(self)
    }

    /// Returns the smallest window that holds both; `None` when that would be open at both ends.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Option<Self> {
        let earliest = self.earliest.zip(other.earliest).map(|(a, b)| a.min(b));
        let latest = self.latest.zip(other.latest).map(|(a, b)| a.max(b));
        Self::new(earliest, latest)
    }

    /// Returns the first day on which something dated by this window has certainly happened; `None` if never.
    ///
    /// Intervals are half-open, so a change dated to one day holds on that day; a change dated to a
    /// longer window has certainly happened only on the day after it.
    #[must_use]
    pub fn certain_from(&self) -> Option<Day> {
        match (self.earliest, self.latest) {
            (Some(first), Some(last)) if first == last => Some(first),
            (_, Some(last)) => Some(last.plus(1)),
            (_, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_real_dates() {
        assert_eq!(Day::MIN.to_string(), "-9999-01-01");
        assert_eq!(Day::MAX.to_string(), "9999-12-31");
    }

    #[track_caller]
    fn check_years(day: &str, years: i32, expected: &str) {
        assert_eq!(Day::parse(day).unwrap().plus_years(years).to_string(), expected, "{day} {years}");
    }

    #[test]
    fn years_are_those_of_the_calendar() {
        check_years("2012-02-29", 1, "2013-02-28");
        check_years("2012-02-29", -4, "2008-02-29");
        check_years("2017-09-26", 5, "2022-09-26");
        check_years("9990-01-01", i32::MAX, "9999-12-31");
        check_years("2017-09-26", -20_000, "-9999-01-01");
        let years = |a: &str, b: &str| Day::parse(a).unwrap().years_until(Day::parse(b).unwrap());
        assert_eq!(years("2013-07-31", "2018-07-30"), 4);
        assert_eq!(years("2013-07-31", "2018-07-31"), 5);
        assert_eq!(years("2018-07-31", "2013-07-31"), 0);
    }

    #[test]
    fn only_the_strict_form_is_a_date() {
        for good in ["2015-01-01", "2016-02-29", "0001-12-31"] {
            assert_eq!(Day::parse(good).map(|d| d.to_string()).as_deref(), Some(good));
        }
        for bad in ["2015-1-1", "2015-02-29", "2015-01-01T00:00", "20150101", "+015-01-01", "2015-13-01", ""] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_change_within_a_long_window_is_certain_only_after_it() {
        let day = |text| Day::parse(text);
        let year = Window::new(day("2010-01-01"), day("2010-12-31")).unwrap();
        assert_eq!(year.certain_from(), day("2011-01-01"));
        assert_eq!(Window::day(day("2010-06-01").unwrap()).certain_from(), day("2010-06-01"));
        assert_eq!(Window::new(day("2010-01-01"), None).unwrap().certain_from(), None);
    }
}
