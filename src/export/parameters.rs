//! How addresses spell moments, bases and the other parameters of a question.

use crate::history::Moment;
use crate::model::{Basis, Day};

use super::address::AddressError;

/// The parameters of a query, each taken once.
pub(super) struct Parameters<'p>(Vec<(&'p str, &'p str)>);

impl<'p> Parameters<'p> {
    pub(super) fn of(given: &'p [(String, String)]) -> Result<Self, AddressError> {
        let pairs: Vec<(&str, &str)> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let twice = |(at, (name, _)): (usize, &(&str, &str))| pairs.iter().take(at).any(|(before, _)| before == name);
        match pairs.iter().enumerate().find(|pair| twice(*pair)) {
            Some((_, (name, _))) => Err(AddressError::Parameter((*name).to_owned())),
            None => Ok(Self(pairs)),
        }
    }

    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(found, _)| *found == name)?;
        Some(self.0.remove(at).1.to_owned())
    }

    /// Reads a parameter that has one of a few words; upper and lower case are alike.
    fn word<T: Copy>(
        &mut self,
        name: &'static str,
        allowed: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, AddressError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let plain = value.to_ascii_lowercase().replace('_', "-");
        let found = words.iter().find(|(word, _)| *word == plain).map(|(_, meaning)| Some(*meaning));
        found.ok_or(AddressError::Value { name, value, allowed })
    }

    pub(super) fn include_outdated(&mut self) -> Result<bool, AddressError> {
        let words = [("true", true), ("false", false)];
        Ok(self.word("include-outdated", "`true` or `false`", &words)?.unwrap_or(false))
    }

    pub(super) fn closed_world(&mut self) -> Result<bool, AddressError> {
        let words = [("closed-world", true), ("open-world", false)];
        Ok(self.word("assume", "`open-world` or `closed-world`", &words)?.unwrap_or(false))
    }

    pub(super) fn minimum_basis(&mut self) -> Result<Option<Basis>, AddressError> {
        let words =
            [Basis::Stated, Basis::Shown, Basis::Inferred, Basis::Outside].map(|basis| (basis_word(basis), basis));
        self.word("minimum-basis", "`stated`, `shown`, `inferred` or `outside`", &words)
    }

    pub(super) fn none_is_left(&self) -> Result<(), AddressError> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(AddressError::Parameter((*name).to_owned())))
    }
}

/// Returns a basis as addresses spell it.
pub(super) fn basis_word(basis: Basis) -> &'static str {
    match basis {
        Basis::Stated => "stated",
        Basis::Shown => "shown",
        Basis::Inferred => "inferred",
        Basis::Outside => "outside",
    }
}

pub(super) fn id<T: std::str::FromStr>(text: &str) -> Result<T, AddressError> {
    text.parse().map_err(|_| AddressError::Id(text.to_owned()))
}

/// Reads a moment: `2015-01-01`, `snapshot:ID` or `era:ID`.
pub(super) fn moment(text: &str) -> Result<Moment, AddressError> {
    match text.split_once(':') {
        Some(("snapshot", snapshot)) => id(snapshot).map(Moment::Snapshot),
        Some(("era", era)) => id(era).map(Moment::Era),
        None if text.starts_with(|first: char| first.is_ascii_digit()) => {
            Day::parse(text).map(Moment::Day).ok_or_else(|| AddressError::Day(text.to_owned()))
        }
        Some(_) | None => Err(AddressError::Moment(text.to_owned())),
    }
}

/// Writes a moment as addresses have it.
pub(super) fn moment_text(moment: &Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Snapshot(id) => format!("snapshot:{id}"),
        Moment::Era(id) => format!("era:{id}"),
    }
}
