//! Whether answers are right: each is brought into the form of the expected one and compared, before anything is timed.

use std::fmt::Debug;
use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::Outcome;
use crate::client::Connection;
use crate::data::{Child, Data, Differences, Id, Periods};
use crate::questions::{DIFF_PAGE, Question, WHOLE_HISTORY, between, body, request};

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Eragraph,
    Sqlite,
}

impl Who {
    /// Returns the path to which a question is sent.
    pub fn path(self, question: Question) -> &'static str {
        match self {
            Self::Eragraph => "/graphql",
            Self::Sqlite => question.path(),
        }
    }
}

/// Asks everything whose answer is known; returns how many answers were right, or the first that was not.
pub fn all(who: Who, address: SocketAddr, data: &Data) -> Outcome<usize> {
    let mut asker = Asker { who, connection: Connection::open(address)?, right: 0 };
    for (variables, expected) in Question::ReportingLine.variables(&data.queries).iter().zip(&data.expected.q1) {
        let got = asker.ask(Question::ReportingLine, Question::ReportingLine.text(), variables)?;
        let line = list(&got["data"]["view"]["unit"]["reportingLine"]);
        asker.compare(
            variables,
            expected,
            &line.iter().map(|unit| (id(&unit["unitId"]), text(&unit["name"]))).collect(),
        )?;
    }
    for (variables, expected) in Question::Children.variables(&data.queries).iter().zip(&data.expected.q2) {
        let got = asker.ask(Question::Children, Question::Children.text(), variables)?;
        let mut units: Vec<_> = list(&got["data"]["view"]["unit"]["children"]["nodes"]).iter().map(child).collect();
        units.sort();
        asker.compare(variables, expected, &units)?;
    }
    for (variables, expected) in Question::History.variables(&data.queries).iter().zip(&data.expected.q3) {
        let got = asker.ask(Question::History, WHOLE_HISTORY, &whole(variables))?;
        asker.compare(variables, expected, &periods(&got["data"]["unit"]["history"]))?;
    }
    for (variables, expected) in Question::Diff.variables(&data.queries).iter().zip(&data.expected.q4) {
        let got = asker.differences(variables)?;
        asker.compare(variables, expected, &got)?;
    }
    for (apart, asked) in &data.queries.q4dist {
        for (asked, expected) in asked.iter().zip(data.expected.q4dist.get(apart).into_iter().flatten()) {
            let variables = between(asked);
            let got = asker.differences(&variables)?;
            asker.compare(&variables, expected, &got)?;
        }
    }
    Ok(asker.right)
}

struct Asker {
    who: Who,
    connection: Connection,
    right: usize,
}

impl Asker {
    fn ask(&mut self, question: Question, text: &str, variables: &Value) -> Outcome<Value> {
        let body = body(text, variables);
        let answer = self.connection.ask(&request(self.who.path(question), &body))?;
        let answer: Value = serde_json::from_slice(answer)?;
        if answer.get("errors").is_some() {
            return Err(
                format!("{:?} was asked {}\nand said {answer}", self.who, String::from_utf8_lossy(&body)).into()
            );
        }
        Ok(answer)
    }

    fn compare<T: Debug + PartialEq>(&mut self, asked: &Value, expected: &T, got: &T) -> Outcome<()> {
        if expected == got {
            self.right += 1;
            return Ok(());
        }
        let (expected, got) = (format!("{expected:?}"), format!("{got:?}"));
        // Long answers are shown from where they part.
        let part = expected.bytes().zip(got.bytes()).take_while(|(one, other)| one == other).count();
        let from = part.saturating_sub(100);
        let shown = |text: &str| {
            String::from_utf8_lossy(&text.as_bytes()[from.min(text.len())..]).chars().take(1_000).collect::<String>()
        };
        Err(format!(
            "{:?} answers wrongly, from byte {from} on:\nasked    {asked}\nexpected {}\ngot      {}",
            self.who,
            shown(&expected),
            shown(&got)
        )
        .into())
    }

    /// Asks for all pages of a comparison.
    fn differences(&mut self, variables: &Value) -> Outcome<Differences> {
        let mut found = Differences::default();
        let mut variables = whole(variables);
        loop {
            let got = self.ask(Question::Diff, DIFF_PAGE, &variables)?;
            let changes = &got["data"]["diff"]["changes"];
            for change in list(&changes["nodes"]) {
                note(change, &mut found);
            }
            if changes["pageInfo"]["hasNextPage"] != true {
                break;
            }
            variables["after"] = changes["pageInfo"]["endCursor"].clone();
        }
        found.added.sort();
        found.removed.sort();
        found.renamed.sort();
        found.moved.sort();
        Ok(found)
    }
}

/// Notes what a change tells. A unit that begins or ends has one change, whatever its kind, and that has one side.
fn note(change: &Value, found: &mut Differences) {
    let (before, after) = (&change["before"], &change["after"]);
    let (unit, kind) = (id(&change["unit"]["id"]), change["kind"].as_str());
    let parent = |side: &Value| side["parent"]["unitId"].as_str().and_then(|id| id.parse().ok());
    if before.is_null() {
        found.added.push((unit, text(&after["name"])));
    } else if after.is_null() {
        found.removed.push((unit, text(&before["name"])));
    } else if matches!(kind, Some("RENAMED" | "RESPELLED")) {
        found.renamed.push((unit, text(&before["name"]), text(&after["name"])));
    } else if kind == Some("MOVED") {
        found.moved.push((unit, parent(before), parent(after)));
    }
}

fn child(unit: &Value) -> Child {
    let property = |name: &str| {
        let found = list(&unit["properties"]).iter().find(|property| property["name"] == name);
        found.map_or_else(String::new, |property| text(&property["value"]))
    };
    let headcount = property("headcount").parse().unwrap_or(-1);
    (id(&unit["unitId"]), text(&unit["name"]), property("site"), headcount, property("cost_centre"))
}

/// Joins the periods that differ in neither name nor parent.
fn periods(history: &Value) -> Periods {
    let mut found = Periods::default();
    for period in list(history) {
        let parent = period["parent"]["id"].as_str().and_then(|id| id.parse().ok());
        let told = (text(&period["from"]), text(&period["name"]), parent);
        if found.periods.last().is_none_or(|last| (&last.1, last.2) != (&told.1, told.2)) {
            found.periods.push(told);
        }
    }
    found.ended = list(history).last().and_then(|last| last["to"].as_str().map(str::to_owned));
    found
}

/// Asks SQLite for all that is compared; eragraph takes no notice of a variable that its question does not declare.
fn whole(variables: &Value) -> Value {
    let mut variables = variables.clone();
    variables["whole"] = json!(true);
    variables
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn id(value: &Value) -> Id {
    value.as_str().and_then(|id| id.parse().ok()).unwrap_or(Id::MAX)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("?").to_owned()
}
