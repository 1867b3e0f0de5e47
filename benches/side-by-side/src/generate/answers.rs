//! What must be answered, by brute force: the log is replayed into whole versions, and these are searched from end to end.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::Outcome;
use crate::data::{
    Between, Change, Child, Differences, Expected, Id, OfUnit, OnDay, Op, Periods, Queries, State, changes, version_on,
};

/// A whole version: the units by id, and none where one is not there.
type Version = Vec<Option<Arc<State>>>;
/// The answers to one list, which come as the versions do.
type Open<T> = Vec<Option<T>>;

/// Returns the answers to the first questions of each list, and the comparisons.
pub fn of(folder: &Path, dates: &[String], queries: &Queries, answered: usize, compared: usize) -> Outcome<Expected> {
    answer(changes(folder)?, dates, queries, answered, compared)
}

fn answer(
    log: impl Iterator<Item = Outcome<Change>>,
    dates: &[String],
    queries: &Queries,
    answered: usize,
    compared: usize,
) -> Outcome<Expected> {
    let (q1, q2, q3) = (first(&queries.q1, answered), first(&queries.q2, answered), first(&queries.q3, answered));
    let (mut lines, mut children) = (open(q1), open(q2));
    let mut histories: Vec<Periods> = q3.iter().map(|_| Periods::default()).collect();
    let mut comparisons = Comparisons::new(first(&queries.q4, compared), dates);
    let mut distances = distances(queries, dates);
    replay(log, dates.len(), |number, version| {
        on_day(q1, dates, number, &mut lines, |unit| reporting_line(version, unit));
        on_day(q2, dates, number, &mut children, |unit| units_below(version, unit));
        for (OfUnit { unit }, history) in q3.iter().zip(&mut histories) {
            go_on(history, &dates[number], at(version, *unit));
        }
        comparisons.see(number, version);
        for comparisons in distances.values_mut() {
            comparisons.see(number, version);
        }
    })?;
    Ok(Expected {
        q1: closed(lines),
        q2: closed(children),
        q3: histories,
        q4: comparisons.answers(),
        q4dist: distances.into_iter().map(|(apart, comparisons)| (apart, comparisons.answers())).collect(),
    })
}

/// Returns the answers to the first comparison over each distance.
pub fn by_distance(folder: &Path, dates: &[String], queries: &Queries) -> Outcome<BTreeMap<String, Vec<Differences>>> {
    let mut distances = distances(queries, dates);
    replay(changes(folder)?, dates.len(), |number, version| {
        for comparisons in distances.values_mut() {
            comparisons.see(number, version);
        }
    })?;
    Ok(distances.into_iter().map(|(apart, comparisons)| (apart, comparisons.answers())).collect())
}

fn distances(queries: &Queries, dates: &[String]) -> BTreeMap<String, Comparisons> {
    let first = queries.q4dist.iter().map(|(apart, asked)| (apart.clone(), Comparisons::new(first(asked, 1), dates)));
    first.collect()
}

/// Shows each version in turn.
fn replay(
    log: impl Iterator<Item = Outcome<Change>>,
    versions: usize,
    mut see: impl FnMut(usize, &Version),
) -> Outcome<()> {
    let mut now: Version = Vec::new();
    let mut number = 0;
    for change in log {
        let change = change?;
        while number < change.v {
            see(number, &now);
            number += 1;
        }
        let Some(unit) = change.id.map(place) else { continue };
        if now.len() <= unit {
            now.resize(unit + 1, None);
        }
        now[unit] = match change.op {
            Op::Add => Some(Arc::new(change.applied(None)?)),
            Op::Chg => Some(Arc::new(change.applied(now[unit].as_deref())?)),
            Op::Del | Op::Lin => None,
        };
    }
    for number in number..versions {
        see(number, &now);
    }
    Ok(())
}

fn on_day<T>(asked: &[OnDay], dates: &[String], number: usize, answers: &mut Open<T>, answer: impl Fn(Id) -> T) {
    for (OnDay { unit, date }, place) in asked.iter().zip(answers) {
        if version_on(dates, date) == number {
            *place = Some(answer(*unit));
        }
    }
}

fn reporting_line(version: &Version, unit: Id) -> Vec<(Id, String)> {
    let mut line = Vec::new();
    let mut next = Some(unit);
    while let Some((id, state)) = next.and_then(|id| Some((id, at(version, id)?))) {
        line.push((id, state.name.to_string()));
        next = state.parent;
    }
    line
}

fn units_below(version: &Version, unit: Id) -> Vec<Child> {
    let below = there(version).filter(|(_, state)| state.parent == Some(unit));
    let told = below.map(|(id, state)| {
        let (site, headcount, centre) = &state.attributes;
        (id, state.name.to_string(), site.to_string(), *headcount, centre.to_string())
    });
    told.collect()
}

fn go_on(history: &mut Periods, date: &str, state: Option<&State>) {
    match state {
        Some(state) => {
            let same =
                |(_, name, parent): &(String, String, Option<Id>)| **name == *state.name && *parent == state.parent;
            if !history.periods.last().is_some_and(same) {
                history.periods.push((date.to_owned(), state.name.to_string(), state.parent));
            }
        }
        None if !history.periods.is_empty() && history.ended.is_none() => history.ended = Some(date.to_owned()),
        None => {}
    }
}

/// Comparisons, each of which waits for its two versions.
struct Comparisons {
    asked: Vec<(usize, usize)>,
    /// The earlier version of those that wait for the later one.
    earlier: BTreeMap<usize, Version>,
    answers: Open<Differences>,
}

impl Comparisons {
    fn new(asked: &[Between], dates: &[String]) -> Self {
        let numbers = asked.iter().map(|asked| (version_on(dates, &asked.from), version_on(dates, &asked.to)));
        Self { asked: numbers.collect(), earlier: BTreeMap::new(), answers: open(asked) }
    }

    fn see(&mut self, number: usize, version: &Version) {
        for ((from, to), answer) in self.asked.iter().zip(&mut self.answers) {
            if *from == number {
                self.earlier.entry(number).or_insert_with(|| version.clone());
            }
            if *to == number {
                *answer = self.earlier.get(from).map(|earlier| differences(earlier, version));
            }
        }
        let asked = &self.asked;
        self.earlier.retain(|earlier, _| asked.iter().any(|(from, to)| from == earlier && *to > number));
    }

    fn answers(self) -> Vec<Differences> {
        closed(self.answers)
    }
}

fn differences(earlier: &Version, later: &Version) -> Differences {
    let mut found = Differences::default();
    for unit in 0..earlier.len().max(later.len()) {
        let id = Id::try_from(unit).unwrap_or(Id::MAX);
        match (at(earlier, id), at(later, id)) {
            (None, Some(after)) => found.added.push((id, after.name.to_string())),
            (Some(before), None) => found.removed.push((id, before.name.to_string())),
            (Some(before), Some(after)) => {
                if before.name != after.name {
                    found.renamed.push((id, before.name.to_string(), after.name.to_string()));
                }
                if before.parent != after.parent {
                    found.moved.push((id, before.parent, after.parent));
                }
            }
            (None, None) => {}
        }
    }
    found
}

fn at(version: &Version, unit: Id) -> Option<&State> {
    version.get(place(unit))?.as_deref()
}

fn there(version: &Version) -> impl Iterator<Item = (Id, &State)> {
    (0..).zip(version).filter_map(|(id, state)| Some((id, state.as_deref()?)))
}

fn place(unit: Id) -> usize {
    usize::try_from(unit).unwrap_or(usize::MAX)
}

fn first<T>(of: &[T], at_most: usize) -> &[T] {
    &of[..of.len().min(at_most)]
}

fn open<Asked, T>(asked: &[Asked]) -> Open<T> {
    asked.iter().map(|_| None).collect()
}

/// Returns what was answered; a question about no version has the empty answer.
fn closed<T: Default>(answers: Open<T>) -> Vec<T> {
    answers.into_iter().map(Option::unwrap_or_default).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A top with one unit below it, which is renamed, moved below another that begins, and ends.
    const LOG: &str = r#"
        {"v":0,"op":"add","id":0,"name":"Top","acr":"T","kind":"k","parent":null,"attrs":["A",1,"c"]}
        {"v":0,"op":"add","id":1,"name":"Old","acr":"O","kind":"k","parent":0,"attrs":["A",2,"c"]}
        {"v":1,"op":"chg","id":1,"name":"New"}
        {"v":1,"op":"add","id":2,"name":"Two","acr":"T","kind":"k","parent":0,"attrs":["A",3,"c"]}
        {"v":2,"op":"chg","id":1,"parent":2}
        {"v":3,"op":"del","id":1}"#;

    #[track_caller]
    fn check(question: &str, asked: &Value, expected: &Value) {
        let dates = ["2000-01-01", "2000-02-01", "2000-03-01", "2000-04-01"].map(str::to_owned);
        let mut queries = json!({"q1": [], "q2": [], "q3": [], "q4": [], "q4dist": {}});
        queries[question] = json!([asked]);
        let queries: Queries = serde_json::from_value(queries).unwrap();
        let log = LOG.trim().lines().map(|line| Ok(serde_json::from_str::<Change>(line)?));
        let answers = serde_json::to_value(answer(log, &dates, &queries, 1, 1).unwrap()).unwrap();
        assert_eq!(answers[question], json!([expected]), "{question} {asked}");
    }

    #[test]
    fn a_day_belongs_to_the_version_that_began_last() {
        check("q1", &json!({"unit": 1, "date": "2000-01-31"}), &json!([[1, "Old"], [0, "Top"]]));
        check("q1", &json!({"unit": 1, "date": "2000-02-01"}), &json!([[1, "New"], [0, "Top"]]));
        check("q1", &json!({"unit": 1, "date": "2000-03-15"}), &json!([[1, "New"], [2, "Two"], [0, "Top"]]));
    }

    #[test]
    fn what_is_below_a_unit_comes_with_its_properties() {
        let below = json!([[1, "New", "A", 2, "c"], [2, "Two", "A", 3, "c"]]);
        check("q2", &json!({"unit": 0, "date": "2000-02-10"}), &below);
        check("q2", &json!({"unit": 2, "date": "2000-04-10"}), &json!([]));
    }

    #[test]
    fn a_period_begins_with_another_name_or_parent() {
        let periods = json!([["2000-01-01", "Old", 0], ["2000-02-01", "New", 0], ["2000-03-01", "New", 2]]);
        check("q3", &json!({"unit": 1}), &json!({"periods": periods, "ended": "2000-04-01"}));
    }

    #[test]
    fn a_comparison_tells_what_differs_at_its_ends_and_nothing_between() {
        let (renamed, moved) = (json!([[1, "Old", "New"]]), json!([[1, 0, 2]]));
        let found = json!({"added": [[2, "Two"]], "removed": [], "renamed": renamed, "moved": moved});
        check("q4", &json!({"from": "2000-01-01", "to": "2000-03-01"}), &found);
        let ended = json!({"added": [], "removed": [[1, "New"]], "renamed": [], "moved": []});
        check("q4", &json!({"from": "2000-02-01", "to": "2000-04-01"}), &ended);
    }
}
