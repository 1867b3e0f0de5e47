//! The address of reporting lines: what it asks, and the one text that each question has.

use std::fmt;

use crate::history::{Lens, Moment};
use crate::model::{Basis, UnitId};

use super::address::AddressError;
use super::parameters::{Parameters, basis_word, id, moment, moment_text};

/// The parameters that the address may have, in the order in which it is written.
const PARAMETERS: [&str; 5] = ["at", "under", "minimum-basis", "include-outdated", "revision"];

/// The forms in which reporting lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesFormat {
    /// Comma-separated values, as RFC 4180 has them, with a header.
    Csv,
    /// A JSON array of flat objects.
    Json,
}

impl LinesFormat {
    /// Returns how names of files in this format end, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// A question for reporting lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinesAddress {
    /// The form of the answer.
    pub format: LinesFormat,
    /// The moment.
    pub at: Moment,
    /// The unit whose subordinates alone are asked for, at any depth.
    pub under: Option<UnitId>,
    /// The basis below which nothing is shown.
    pub floor: Option<Basis>,
    /// Whether units last seen in an earlier era are listed.
    pub include_outdated: bool,
    /// The revision that is to answer; `None` for the latest.
    pub revision: Option<u64>,
}

/// Tells why parameters ask for no reporting lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinesError {
    /// No moment is given.
    #[error("`at` is missing; write a day as at=2015-01-01, a snapshot as at=snapshot:ID, an era as at=era:ID")]
    NoMoment,
    /// There is no such parameter.
    #[error("there is no parameter `{0}`; there are `at`, `under`, `minimum-basis`, `include-outdated` and `revision`")]
    Unknown(String),
    /// A parameter stands there twice.
    #[error("`{0}` stands there twice")]
    Twice(String),
    /// The revision is no number.
    #[error("{0:?} is no revision; write its number, such as revision=3")]
    Revision(String),
    /// A value cannot be read.
    #[error(transparent)]
    Value(AddressError),
}

impl From<AddressError> for LinesError {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::Parameter(name) => Self::Twice(name),
            other => Self::Value(other),
        }
    }
}

impl LinesAddress {
    /// Reads the parameters of the query, each decoded.
    ///
    /// # Errors
    /// Returns [`LinesError`] where they ask for no reporting lines. Whether anything is there, it does not tell.
    pub fn parse(format: LinesFormat, parameters: &[(String, String)]) -> Result<Self, LinesError> {
        if let Some((name, _)) = parameters.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_str())) {
            return Err(LinesError::Unknown(name.clone()));
        }
        let mut given = Parameters::of(parameters)?;
        Ok(Self {
            format,
            at: moment(&given.take("at").ok_or(LinesError::NoMoment)?)?,
            under: given.take("under").map(|unit| id(&unit)).transpose()?,
            floor: given.minimum_basis()?,
            include_outdated: given.include_outdated()?,
            revision: given.take("revision").map(revision).transpose()?,
        })
    }

    /// Returns the same question to one revision, whose answer never changes.
    #[must_use]
    pub fn pinned(&self, revision: u64) -> Self {
        Self { revision: Some(revision), ..self.clone() }
    }

    /// Returns what the view leaves out.
    #[must_use]
    pub fn lens(&self) -> Lens {
        Lens { floor: self.floor, include_outdated: self.include_outdated }
    }

    /// Returns a name for a file that keeps the answer.
    #[must_use]
    pub fn file_name(&self) -> String {
        let moment = moment_text(&self.at).replace(':', "-");
        let under = self.under.as_ref().map_or_else(String::new, |unit| format!("-under-{unit}"));
        let revision = self.revision.map_or_else(String::new, |revision| format!("-r{revision}"));
        format!("reporting-lines-{moment}{under}{revision}.{}", self.format.extension())
    }
}

impl fmt::Display for LinesAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Ids, days and words hold no character that a query would have to encode.
        write!(f, "/reporting-lines.{}?at={}", self.format.extension(), moment_text(&self.at))?;
        if let Some(under) = &self.under {
            write!(f, "&under={under}")?;
        }
        if let Some(floor) = self.floor {
            write!(f, "&minimum-basis={}", basis_word(floor))?;
        }
        if self.include_outdated {
            write!(f, "&include-outdated=true")?;
        }
        self.revision.map_or(Ok(()), |revision| write!(f, "&revision={revision}"))
    }
}

/// Reads the number of a revision. One that is too great to be there stays too great.
fn revision(text: String) -> Result<u64, LinesError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LinesError::Revision(text));
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<LinesAddress, LinesError> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
        let parameters: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).collect();
        LinesAddress::parse(LinesFormat::Csv, &parameters)
    }

    #[track_caller]
    fn check(query: &str, expected: &str) {
        let address = parse(query).map(|address| address.to_string());
        assert_eq!(address, Ok(format!("/reporting-lines.csv?{expected}")));
    }

    #[track_caller]
    fn check_refused(query: &str, why: &str) {
        assert_eq!(parse(query).map_err(|error| error.to_string()).unwrap_err(), why, "{query}");
    }

    #[test]
    fn one_question_has_one_address() {
        check("at=2015-01-01", "at=2015-01-01");
        check("include-outdated=false&at=era:a", "at=era:a");
        let all = "at=snapshot:a&under=u&minimum-basis=shown&include-outdated=true&revision=3";
        check("revision=03&minimum-basis=SHOWN&include-outdated=True&under=u&at=snapshot:a", all);
        check(all, all);
    }

    #[test]
    fn what_cannot_be_asked_is_told_why() {
        let none = "`at` is missing; write a day as at=2015-01-01, a snapshot as at=snapshot:ID, an era as at=era:ID";
        check_refused("", none);
        check_refused("under=u", none);
        let known = "there are `at`, `under`, `minimum-basis`, `include-outdated` and `revision`";
        check_refused("at=2015-01-01&from=x", &format!("there is no parameter `from`; {known}"));
        assert!(PARAMETERS.iter().all(|name| known.contains(&format!("`{name}`"))), "the message names them all");
        check_refused("at=2015-01-01&at=2016-01-01", "`at` stands there twice");
        check_refused("at=2015-1-1", "\"2015-1-1\" is no day; write it as 2015-01-01");
        check_refused("at=2015-01-01&revision=-1", "\"-1\" is no revision; write its number, such as revision=3");
        check_refused("at=2015-01-01&revision=", "\"\" is no revision; write its number, such as revision=3");
        check_refused("at=2015-01-01&under=a b", "\"a b\" is no id");
        let basis = "`minimum-basis` cannot be \"weak\"; it may be `stated`, `shown`, `inferred` or `outside`";
        check_refused("at=2015-01-01&minimum-basis=weak", basis);
    }

    #[test]
    fn a_file_is_named_by_what_it_holds() {
        let address = parse("at=snapshot:a&under=u").unwrap();
        assert_eq!(address.file_name(), "reporting-lines-snapshot-a-under-u.csv");
        assert_eq!(address.pinned(3).file_name(), "reporting-lines-snapshot-a-under-u-r3.csv");
    }
}
