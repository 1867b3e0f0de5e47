//! The question that a permanent address asks: a fixed document with its variables.

use async_graphql::{Name, Value, Variables};
use indexmap::IndexMap;

use crate::export::{Address, AddressError, Subject};

/// How many items of a list a permanent answer holds at most; the rest is on further pages, or counted.
pub(super) const PAGE: usize = 200;

/// A question to one revision, and which page of its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) address: Address,
    after: Option<String>,
}

impl Question {
    /// Reads the path below `/r/` and the parameters.
    pub(super) fn parse(
        path: &str,
        parameters: &[(String, String)],
        after: Option<String>,
    ) -> Result<Self, AddressError> {
        let parts: Vec<&str> = path.split('/').collect();
        let address = Address::parse(&parts, parameters)?;
        let question = Self { address, after };
        if question.after.is_some() && question.list().is_none() {
            return Err(AddressError::Parameter("after".to_owned()));
        }
        Ok(question)
    }

    pub(super) fn revision(&self) -> u64 {
        self.address.revision
    }

    /// Returns the document that is executed.
    pub(super) fn document(&self) -> &'static str {
        match &self.address.subject {
            Subject::View { .. } => include_str!("view.graphql"),
            Subject::State { .. } => include_str!("state.graphql"),
            Subject::Unit(_) => include_str!("unit.graphql"),
            Subject::Diff { .. } => include_str!("diff.graphql"),
            Subject::Snapshot(_) => include_str!("snapshot.graphql"),
            Subject::Era(_) => include_str!("era.graphql"),
            Subject::Event(_) => include_str!("event.graphql"),
        }
    }

    /// Returns where in the data the answer stands.
    pub(super) fn pointer(&self) -> &'static str {
        match &self.address.subject {
            Subject::View { .. } => "/view",
            Subject::State { .. } => "/view/unit",
            Subject::Unit(_) => "/unit",
            Subject::Diff { .. } => "/diff",
            Subject::Snapshot(_) => "/snapshot",
            Subject::Era(_) => "/era",
            Subject::Event(_) => "/event",
        }
    }

    /// Returns the field of the answer whose pages can be turned.
    pub(super) fn list(&self) -> Option<&'static str> {
        match &self.address.subject {
            Subject::View { .. } => Some("units"),
            Subject::Diff { .. } => Some("changes"),
            Subject::Era(_) => Some("snapshots"),
            Subject::State { .. } | Subject::Unit(_) | Subject::Snapshot(_) | Subject::Event(_) => None,
        }
    }

    /// Tells whether this is not the first page.
    pub(super) fn is_further_page(&self) -> bool {
        self.after.is_some()
    }

    /// Returns the address of the next page, where there is one.
    pub(super) fn next(&self, subject: &serde_json::Value) -> Option<String> {
        let info = subject.get(self.list()?)?.get("pageInfo")?;
        let more = info.get("hasNextPage")?.as_bool()?;
        let cursor = info.get("endCursor")?.as_str().filter(|_| more)?;
        Some(self.with_parameter("after", cursor))
    }

    /// Returns the address of this page as JSON.
    pub(super) fn as_json(&self) -> String {
        match &self.after {
            None => self.with_parameter("format", "json"),
            Some(after) => format!("{}&format=json", self.with_parameter("after", &percent(after))),
        }
    }

    fn with_parameter(&self, name: &str, value: &str) -> String {
        let path = self.address.to_string();
        let separator = if path.contains('?') { '&' } else { '?' };
        format!("{path}{separator}{name}={value}")
    }

    /// Returns the variables of the document that have a value.
    fn values(&self, first: usize) -> IndexMap<Name, Value> {
        let address = &self.address;
        let mut values: Vec<(&str, Value)> = vec![("revision", address.revision.into())];
        let id = |id: &str| Value::from(id);
        match &address.subject {
            Subject::View { at, include_outdated } => {
                values.push(("at", moment(at)));
                values.push(("includeOutdated", (*include_outdated).into()));
            }
            Subject::State { at, include_outdated, unit } => {
                values.push(("at", moment(at)));
                values.push(("id", id(unit.as_str())));
                values.push(("includeOutdated", (*include_outdated).into()));
            }
            Subject::Diff { from, to, within, closed_world } => {
                values.push(("from", moment(from)));
                values.push(("to", moment(to)));
                values.extend(within.as_ref().map(|unit| ("within", id(unit.as_str()))));
                let assume = if *closed_world { "CLOSED_WORLD" } else { "OPEN_WORLD" };
                values.push(("assume", Value::Enum(Name::new(assume))));
            }
            Subject::Unit(unit) => values.push(("id", id(unit.as_str()))),
            Subject::Snapshot(snapshot) => values.push(("id", id(snapshot.as_str()))),
            Subject::Era(era) => values.push(("id", id(era.as_str()))),
            Subject::Event(event) => values.push(("id", id(event.as_str()))),
        }
        values.extend(address.floor_word().map(|word| ("minimumBasis", Value::Enum(Name::new(word)))));
        values.extend(self.after.as_deref().map(|after| ("after", Value::from(after))));
        values.push(("first", first.into()));
        let declared = |name: &str| self.document().contains(&format!("  ${name}: "));
        values.into_iter().filter(|(name, _)| declared(name)).map(|(name, value)| (Name::new(name), value)).collect()
    }

    /// Returns the variables of the document.
    pub(super) fn variables(&self, first: usize) -> Variables {
        Variables::from_value(Value::Object(self.values(first)))
    }

    /// Returns the document with the variables written into it, to be opened in GraphiQL.
    pub(super) fn written_out(&self, first: usize) -> String {
        let values = self.values(first);
        let line = |line: &str| {
            let name = line.trim_start().strip_prefix('$').and_then(|rest| rest.split(':').next());
            match name.and_then(|name| values.get(name)) {
                Some(value) => format!("{line} = {value}\n"),
                None => format!("{line}\n"),
            }
        };
        self.document().lines().map(line).collect()
    }
}

/// Writes a moment as the schema's input.
fn moment(moment: &crate::export::Moment) -> Value {
    let (name, value) = crate::export::moment_input(moment);
    Value::Object(IndexMap::from([(Name::new(name), Value::from(value))]))
}

/// Encodes a text for a query string.
pub(super) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_written_out_with_its_values() {
        let parameters = [("minimum-basis".to_owned(), "shown".to_owned())];
        let question = Question::parse("3/diff/era:a/2015-01-01", &parameters, None).unwrap();
        let written = question.written_out(7);
        for line in [
            "  $revision: Int! = 3",
            "  $from: Moment! = {era: \"a\"}",
            "  $to: Moment! = {date: \"2015-01-01\"}",
            "  $minimumBasis: Basis = SHOWN",
            "  $first: Int = 7",
            "  $after: String",
        ] {
            assert!(written.lines().any(|found| found == line), "{line} in\n{written}");
        }
        assert!(async_graphql::parser::parse_query(&written).is_ok(), "{written}");
    }

    #[test]
    fn only_lists_have_further_pages() {
        let after = || Some("r1.a".to_owned());
        assert!(Question::parse("1/view/2015-01-01", &[], after()).is_ok());
        assert_eq!(Question::parse("1/unit/a", &[], after()), Err(AddressError::Parameter("after".to_owned())));
    }
}
