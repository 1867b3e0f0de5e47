//! The four questions, as they are sent.

use serde_json::{Value, json};

use crate::data::{Between, Data, OfUnit, OnDay, Queries};

/// One of the four questions that are timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    ReportingLine,
    Children,
    History,
    Diff,
}

impl Question {
    pub const ALL: [Self; 4] = [Self::ReportingLine, Self::Children, Self::History, Self::Diff];

    /// Returns what it asks for, as the table's heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::ReportingLine => "reporting line on a day",
            Self::Children => "children on a day, 3 properties",
            Self::History => "history of a unit",
            Self::Diff => "diff 12 versions apart",
        }
    }

    /// Returns the path at which the floor and SQLite answer it.
    pub fn path(self) -> &'static str {
        match self {
            Self::ReportingLine => "/line",
            Self::Children => "/children",
            Self::History => "/history",
            Self::Diff => "/diff",
        }
    }

    /// Returns the document for eragraph.
    pub fn text(self) -> &'static str {
        match self {
            Self::ReportingLine => {
                "query($id:ID!,$date:Date!){view(at:{date:$date}){unit(id:$id){reportingLine{unitId name}}}}"
            }
            Self::Children => {
                "query($id:ID!,$date:Date!){view(at:{date:$date}){unit(id:$id){children(first:1000){nodes{\
                 unitId name properties(names:[\"site\",\"headcount\",\"cost_centre\"]){name value}}}}}}"
            }
            Self::History => "query($id:ID!){unit(id:$id){history{from name parent{id}}}}",
            Self::Diff => {
                "query($a:Date!,$b:Date!){diff(from:{date:$a},to:{date:$b}){changes(first:1000){\
                 nodes{kind unit{id} before{name} after{name}}}}}"
            }
        }
    }

    /// Returns the variables of each question of its list.
    pub fn variables(self, queries: &Queries) -> Vec<Value> {
        match self {
            Self::ReportingLine => queries.q1.iter().map(on_day).collect(),
            Self::Children => queries.q2.iter().map(on_day).collect(),
            Self::History => queries.q3.iter().map(|OfUnit { unit }| json!({"id": unit.to_string()})).collect(),
            Self::Diff => queries.q4.iter().map(between).collect(),
        }
    }
}

/// The whole history of a unit, with its end, to compare with what is expected.
pub const WHOLE_HISTORY: &str = "query($id:ID!){unit(id:$id){history{from to name parent{id}}}}";

/// A page of a comparison with the parents, to compare with what is expected.
pub const DIFF_PAGE: &str = "query($a:Date!,$b:Date!,$after:String){diff(from:{date:$a},to:{date:$b}){\
     changes(first:1000,after:$after){pageInfo{hasNextPage endCursor} \
     nodes{kind unit{id} before{name parent{unitId}} after{name parent{unitId}}}}}}";

fn on_day(asked: &OnDay) -> Value {
    json!({"id": asked.unit.to_string(), "date": asked.date})
}

pub fn between(asked: &Between) -> Value {
    json!({"a": asked.from, "b": asked.to})
}

/// Returns the body of a request.
pub fn body(text: &str, variables: &Value) -> Vec<u8> {
    json!({"query": text, "variables": variables}).to_string().into_bytes()
}

/// Returns a whole request.
pub fn request(path: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// Returns the requests of a list in turn, to be sent to a path.
pub fn requests(question: Question, path: &str, data: &Data) -> Vec<Vec<u8>> {
    let variables = question.variables(&data.queries);
    variables.iter().map(|variables| request(path, &body(question.text(), variables))).collect()
}
