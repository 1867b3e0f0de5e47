//! Permanent addresses: the path under which a revision answers a question the same for ever.

use std::fmt;

use crate::history::Moment;
use crate::model::{Basis, EraId, EventId, SnapshotId, UnitId};

use super::parameters::{Parameters, basis_word, id, moment, moment_text};

/// The longest base of an address, in bytes.
const MAX_BASE_BYTES: usize = 2048;

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The structure as seen from a moment.
    View {
        /// The moment.
        at: Moment,
        /// Whether units last seen in an earlier era are listed.
        include_outdated: bool,
    },
    /// One unit as seen from a moment.
    State {
        /// The moment.
        at: Moment,
        /// Whether units last seen in an earlier era are listed.
        include_outdated: bool,
        /// The unit.
        unit: UnitId,
    },
    /// One unit over all time.
    Unit(UnitId),
    /// What differs between two moments.
    Diff {
        /// The moment compared from.
        from: Moment,
        /// The moment compared to.
        to: Moment,
        /// The unit to which the comparison is restricted: to what is below it.
        within: Option<UnitId>,
        /// Whether what a view does not list counts as not there.
        closed_world: bool,
    },
    /// A snapshot.
    Snapshot(SnapshotId),
    /// An era.
    Era(EraId),
    /// A change event.
    Event(EventId),
}

/// A question to one revision. Its text is the path that is cited; there is one text for each question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The revision.
    pub revision: u64,
    /// What it leads to.
    pub subject: Subject,
    /// The basis below which nothing is shown. Snapshots, eras and events are shown as they are, and have none.
    pub floor: Option<Basis>,
}

/// Tells why a path is no permanent address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is nothing of that shape.
    #[error("there is no such address; it may be /r/1/view/2015-01-01, /r/1/unit/ID, /r/1/snapshot/ID …")]
    Shape,
    /// A moment that looks like a day is none.
    #[error("{0:?} is no day; write it as 2015-01-01")]
    Day(String),
    /// A moment is neither a day, a snapshot nor an era.
    #[error("{0:?} is no moment; write a day as 2015-01-01, a snapshot as `snapshot:ID`, an era as `era:ID`")]
    Moment(String),
    /// A text is no id.
    #[error("{0:?} is no id")]
    Id(String),
    /// A parameter is none that this address has, or stands there twice.
    #[error("`{0}` is no parameter of this address, or stands there twice")]
    Parameter(String),
    /// A parameter has a value that it cannot have.
    #[error("`{name}` cannot be {value:?}; it may be {allowed}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// The values that it may have.
        allowed: &'static str,
    },
}

impl Address {
    /// Reads the parts of a path below `/r/`, and the parameters of the query, each decoded.
    ///
    /// # Errors
    /// Returns [`AddressError`] where this is no permanent address. Whether anything is there, it does not tell.
    pub fn parse(parts: &[&str], parameters: &[(String, String)]) -> Result<Self, AddressError> {
        let [revision, rest @ ..] = parts else { return Err(AddressError::Shape) };
        let is_number = revision.bytes().all(|byte| byte.is_ascii_digit()) && !revision.starts_with('0');
        let revision = revision.parse().ok().filter(|_| is_number).ok_or(AddressError::Shape)?;
        let mut given = Parameters::of(parameters)?;
        let subject = match rest {
            ["view", at] => Subject::View { at: moment(at)?, include_outdated: given.include_outdated()? },
            ["view", at, "unit", unit] => {
                Subject::State { at: moment(at)?, include_outdated: given.include_outdated()?, unit: id(unit)? }
            }
            ["unit", unit] => Subject::Unit(id(unit)?),
            ["diff", from, to] => Subject::Diff {
                from: moment(from)?,
                to: moment(to)?,
                within: given.take("within").map(|unit| id(&unit)).transpose()?,
                closed_world: given.closed_world()?,
            },
            ["snapshot", snapshot] => Subject::Snapshot(id(snapshot)?),
            ["era", era] => Subject::Era(id(era)?),
            ["event", event] => Subject::Event(id(event)?),
            _ => return Err(AddressError::Shape),
        };
        let has_floor = !matches!(subject, Subject::Snapshot(_) | Subject::Era(_) | Subject::Event(_));
        let floor = if has_floor { given.minimum_basis()? } else { None };
        given.none_is_left()?;
        Ok(Self { revision, subject, floor })
    }

    /// Returns the parts of the path below `/r/`, and the parameters of the query.
    fn pieces(&self) -> (Vec<String>, Vec<(&'static str, String)>) {
        let mut parameters = Vec::new();
        parameters.extend(self.floor.map(|floor| ("minimum-basis", basis_word(floor).to_owned())));
        let mut outdated = |include: bool| parameters.extend(include.then(|| ("include-outdated", "true".to_owned())));
        let rest = match &self.subject {
            Subject::View { at, include_outdated } => {
                outdated(*include_outdated);
                vec!["view".to_owned(), moment_text(at)]
            }
            Subject::State { at, include_outdated, unit } => {
                outdated(*include_outdated);
                vec!["view".to_owned(), moment_text(at), "unit".to_owned(), unit.to_string()]
            }
            Subject::Unit(unit) => vec!["unit".to_owned(), unit.to_string()],
            Subject::Diff { from, to, within, closed_world } => {
                parameters.extend(within.as_ref().map(|unit| ("within", unit.to_string())));
                parameters.extend(closed_world.then(|| ("assume", "closed-world".to_owned())));
                vec!["diff".to_owned(), moment_text(from), moment_text(to)]
            }
            Subject::Snapshot(snapshot) => vec!["snapshot".to_owned(), snapshot.to_string()],
            Subject::Era(era) => vec!["era".to_owned(), era.to_string()],
            Subject::Event(event) => vec!["event".to_owned(), event.to_string()],
        };
        let parts = std::iter::once(self.revision.to_string()).chain(rest).collect();
        (parts, parameters)
    }

    /// Returns a key for bibliographies: the same for the same question, and another for any other.
    #[must_use]
    pub fn key(&self) -> String {
        let (parts, parameters) = self.pieces();
        let parameters = parameters.into_iter().map(|(name, value)| format!("{name}:{value}"));
        let pieces: Vec<String> = parts.into_iter().chain(parameters).collect();
        format!("eragraph:r{}", pieces.join(":"))
    }

    /// Returns the basis below which nothing is shown, as the GraphQL schema spells it.
    #[must_use]
    pub fn floor_word(&self) -> Option<String> {
        self.floor.map(|floor| basis_word(floor).to_ascii_uppercase())
    }

    /// Returns what the question leaves out or assumes, in words; empty where it asks for all.
    #[must_use]
    pub fn conditions(&self) -> Vec<String> {
        let mut conditions = Vec::new();
        conditions.extend(self.floor.map(|floor| format!("minimum basis {}", basis_word(floor))));
        match &self.subject {
            Subject::View { include_outdated: true, .. } | Subject::State { include_outdated: true, .. } => {
                conditions.push("outdated units included".to_owned());
            }
            Subject::Diff { within, closed_world, .. } => {
                conditions.extend(within.as_ref().map(|unit| format!("within {unit}")));
                conditions.extend(closed_world.then(|| "read as a closed world".to_owned()));
            }
            _ => {}
        }
        conditions
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Ids, days and words hold no character that a path or a query would have to encode.
        let (parts, parameters) = self.pieces();
        write!(f, "/r/{}", parts.join("/"))?;
        for (at, (name, value)) in parameters.iter().enumerate() {
            write!(f, "{}{name}={value}", if at == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

/// Returns the field of the GraphQL input `Moment` that a moment fills, and its value.
#[must_use]
pub fn moment_input(moment: &Moment) -> (&'static str, String) {
    match moment {
        Moment::Day(day) => ("date", day.to_string()),
        Moment::Snapshot(id) => ("snapshot", id.to_string()),
        Moment::Era(id) => ("era", id.to_string()),
    }
}

/// Where a service can be reached: what stands before the path in a whole address, with no slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// Tells why a text is no base of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no base for addresses; write it as https://example.org, with no query and no fragment")]
pub struct BaseUrlError(String);

impl BaseUrl {
    /// Reads the base of an address: `https://example.org`, or with a path. A slash at its end is left off.
    ///
    /// # Errors
    /// Returns [`BaseUrlError`] for anything that is no plain address of the web.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let trimmed = text.trim_end_matches('/');
        let host = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://")).unwrap_or_default();
        // The letters of RFC 3986 without those that begin a query or a fragment.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]@!$'()*+,;=%".contains(&byte);
        let starts_well = host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[');
        if starts_well && trimmed.len() <= MAX_BASE_BYTES && host.bytes().all(is_plain) {
            Ok(Self(trimmed.to_owned()))
        } else {
            Err(BaseUrlError(text.chars().take(100).collect()))
        }
    }

    /// Returns the whole address of a path; the path alone where no base is known.
    #[must_use]
    pub fn join(base: Option<&Self>, path: &str) -> String {
        format!("{}{path}", base.map_or("", |base| base.0.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<Address, AddressError> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let parts: Vec<&str> = path.strip_prefix("/r/").unwrap().split('/').collect();
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap());
        let parameters: Vec<(String, String)> = pairs.map(|(name, value)| (name.into(), value.into())).collect();
        Address::parse(&parts, &parameters)
    }

    #[track_caller]
    fn check(address: &str) {
        assert_eq!(parse(address).map(|address| address.to_string()).as_deref(), Ok(address));
    }

    #[test]
    fn what_is_written_is_read_again() {
        for address in [
            "/r/1/view/2015-01-01",
            "/r/1/view/snapshot:a-2015?minimum-basis=shown&include-outdated=true",
            "/r/12/view/era:first/unit/office-of.policy?minimum-basis=stated&include-outdated=true",
            "/r/1/unit/a_b?minimum-basis=outside",
            "/r/1/diff/era:a/2015-01-01?minimum-basis=inferred&within=u&assume=closed-world",
            "/r/1/snapshot/a",
            "/r/1/era/a",
            "/r/1/event/a",
        ] {
            check(address);
        }
    }

    #[test]
    fn one_question_has_one_address() {
        let long = "/r/1/diff/era:a/2015-01-01?assume=CLOSED_WORLD&within=u&minimum-basis=SHOWN";
        let short = "/r/1/diff/era:a/2015-01-01?minimum-basis=shown&within=u&assume=closed-world";
        assert_eq!(parse(long).unwrap().to_string(), short);
        assert_eq!(parse("/r/1/view/2015-01-01?include-outdated=false").unwrap().to_string(), "/r/1/view/2015-01-01");
    }

    #[test]
    fn two_questions_have_two_keys() {
        let addresses = ["/r/1/view/era:a", "/r/1/view/snapshot:a", "/r/1/view/era:a/unit/b", "/r/11/view/era:a"];
        let more = ["/r/1/view/era:a-unit-b", "/r/1/era/a", "/r/1/view/era:a?include-outdated=true"];
        let keys = addresses.iter().chain(&more).map(|address| parse(address).unwrap().key());
        assert_eq!(keys.collect::<std::collections::BTreeSet<_>>().len(), 7);
        assert_eq!(parse(addresses[2]).unwrap().key(), "eragraph:r1:view:era:a:unit:b");
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        use AddressError::{Day, Id, Moment, Parameter, Shape, Value};
        let text = |text: &str| text.to_owned();
        let basis = "`stated`, `shown`, `inferred` or `outside`";
        for (address, why) in [
            ("/r/0/unit/a", Shape),
            ("/r/01/unit/a", Shape),
            ("/r/+1/unit/a", Shape),
            ("/r/1/units/a", Shape),
            ("/r/1/unit/a/", Shape),
            ("/r/1/view/2015-1-1", Day(text("2015-1-1"))),
            ("/r/1/view/das", Moment(text("das"))),
            ("/r/1/view/unit:das", Moment(text("unit:das"))),
            ("/r/1/unit/a b", Id(text("a b"))),
            ("/r/1/unit/a?within=b", Parameter(text("within"))),
            ("/r/1/snapshot/a?minimum-basis=shown", Parameter(text("minimum-basis"))),
            ("/r/1/diff/era:a/era:b?within=a&within=b", Parameter(text("within"))),
            ("/r/1/unit/a?minimum-basis=", Value { name: "minimum-basis", value: text(""), allowed: basis }),
        ] {
            assert_eq!(parse(address), Err(why), "{address}");
        }
    }

    #[test]
    fn a_base_is_a_plain_address_of_the_web() {
        let good = [("https://example.org/", "https://example.org/r"), ("http://[::1]:80/a", "http://[::1]:80/a/r")];
        for (base, whole) in good {
            assert_eq!(BaseUrl::join(BaseUrl::parse(base).ok().as_ref(), "/r"), whole);
        }
        for bad in
            ["", "example.org", "https://", "javascript:x", "https://a?b", "https://a#b", "https://a b", "https://{a}"]
        {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
