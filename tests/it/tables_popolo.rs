//! Popolo JSON: what is loaded from a file says what the file says, and as of its date.

use std::sync::Arc;

use eragraph::history::{At, History, Lens, Moment, View};
use eragraph::model::{Corpus, Day, EventType, SnapshotId};
use eragraph::repository::{check_files, read_inputs};
use eragraph::source::InputFile;

use crate::service::in_checkout;

#[track_caller]
pub(crate) fn load(files: &[InputFile]) -> History {
    let (parsed, corpus) = check_files(files, &Corpus::default(), &[], None);
    assert!(!parsed.report.has_errors(), "{}", parsed.report.to_human(eragraph::diagnostics::Colour::Never));
    History::build(Arc::new(corpus))
}

#[track_caller]
fn load_text(json: &str, more: &str) -> History {
    let mapping = format!("table: t.json\nformat: popolo\nobserved: 2020-06-01\nsnapshot: t-2020-06-01\n{more}");
    load(&[
        InputFile { name: "m.yaml".into(), bytes: mapping.into() },
        InputFile { name: "t.json".into(), bytes: json.into() },
    ])
}

pub(crate) fn snapshot(history: &History, id: &str) -> At {
    history.resolve(&Moment::Snapshot(SnapshotId::new(id).unwrap())).unwrap()
}

fn page(history: &History) -> View<'_> {
    history.view_at(snapshot(history, "t-2020-06-01"), Lens::default())
}

/// The units of a view, each with what is above it: `press < acme`.
pub(crate) fn units(view: View<'_>, history: &History) -> Vec<String> {
    let told = |unit| {
        let parent = view.parent(unit).map(|parent| format!(" < {}", history.unit_id(parent)));
        format!("{}{}", history.unit_id(unit), parent.unwrap_or_default())
    };
    let mut told: Vec<String> = view.units().map(told).collect();
    told.sort();
    told
}

/// The properties of a unit: `chair: Ines Halloran`.
fn properties(view: View<'_>, history: &History, unit: &str) -> Vec<String> {
    let facts = view.properties(history.unit_ix(unit).unwrap());
    let mut told: Vec<String> = facts.iter().map(|fact| format!("{}: {}", fact.name, fact.value)).collect();
    told.sort();
    told
}

fn holder(view: View<'_>, history: &History, unit: &str) -> Option<String> {
    view.holder(history.unit_ix(unit).unwrap()).map(|fact| fact.item.name.clone())
}

/// The events of a corpus: `press renamed 1974 to Press Office`.
pub(crate) fn events(history: &History) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for event in history.corpus().events.values() {
        let from: Vec<&str> = event.originals.iter().map(|side| side.unit.as_str()).collect();
        let to = event.results.iter().map(|side| match &side.name {
            Some(name) => format!("{} as {name}", side.unit),
            None => side.unit.to_string(),
        });
        let to: Vec<String> = to.collect();
        told.push(format!("{} {:?}: {} -> {}", event.date, event.kind, from.join(", "), to.join(", ")));
    }
    told.sort();
    told
}

#[test]
fn the_council_of_the_example_is_there_as_of_its_date_and_its_past_in_events() {
    let history = load(&read_inputs(&[in_checkout("examples/town-popolo")]).unwrap());
    let view = history.view_at(snapshot(&history, "marlbridge-2024-05"), Lens::default());
    let council = "marlbridge-organization-council";
    let expected = [
        "marlbridge-organization-clerks-office < marlbridge-organization-council",
        council,
        "marlbridge-organization-planning < marlbridge-organization-council",
        "marlbridge-post-mayor < marlbridge-organization-council",
        "marlbridge-post-town-clerk < marlbridge-organization-clerks-office",
    ];
    assert_eq!(units(view, &history), expected);
    let planning = "marlbridge-organization-planning";
    assert_eq!(holder(view, &history, "marlbridge-post-mayor").as_deref(), Some("Ines Halloran"));
    assert_eq!(properties(view, &history, planning), ["chair: Tom Addy"]);
    assert_eq!(properties(view, &history, council), ["register: MB-001"]);
    let ix = history.unit_ix(planning).unwrap();
    assert_eq!(view.also_written(ix), ["Planning Board"]);
    let contacts: Vec<&str> = view.contacts(ix).iter().map(|fact| fact.item.kind.as_str()).collect();
    assert_eq!(contacts, ["telephone", "email"]);
    let places: Vec<&str> =
        view.places(history.unit_ix(council).unwrap()).iter().map(|fact| fact.item.place.as_str()).collect();
    assert_eq!(places, ["Marlbridge"]);
    let expected = [
        "1894-12-31 Created:  -> marlbridge-organization-council",
        "1901 Created:  -> marlbridge-organization-markets",
        "1948 Created:  -> marlbridge-organization-planning as Town Planning Committee",
        "1974 Renamed: marlbridge-organization-planning -> marlbridge-organization-planning as Planning Committee",
        "2011-05-16 Dissolved: marlbridge-organization-markets -> ",
        "2019-05-20 Renamed: marlbridge-organization-planning -> marlbridge-organization-planning as Planning and \
         Climate Committee",
    ];
    assert_eq!(events(&history), expected);
    let name = |day: &str| {
        let view = history.view_at(At::Day(Day::parse(day).unwrap()), Lens::default());
        view.name(ix).text.to_owned()
    };
    assert_eq!(name("1960-01-01"), "Town Planning Committee");
    assert_eq!(name("2000-01-01"), "Planning Committee");
}

#[track_caller]
fn check_holder(memberships: &str, expected: Option<&str>, others: &[&str]) {
    let json = format!(
        r#"{{"organizations": [{{"id": "acme", "name": "Acme"}}],
            "posts": [{{"id": "head", "label": "Head", "organization_id": "acme"}}],
            "persons": [{{"id": "a", "name": "Ada"}}, {{"id": "b", "name": "Ben"}}],
            "events": [{{"id": "term/1", "start_date": "2010", "end_date": "2014"}}],
            "memberships": [{memberships}]}}"#
    );
    let history = load_text(&json, "");
    let view = page(&history);
    assert_eq!(holder(view, &history, "post-head").as_deref(), expected, "{memberships}");
    assert_eq!(properties(view, &history, "post-head"), others, "{memberships}");
}

#[test]
fn a_holder_is_the_one_of_the_date_of_the_file() {
    let of = |dates: &str| format!(r#"{{"person_id": "a", "post_id": "head"{dates}}}"#);
    check_holder(&of(""), Some("Ada"), &[]);
    check_holder(&of(r#", "start_date": "2020-06-01""#), Some("Ada"), &[]);
    check_holder(&of(r#", "start_date": "2020-06-02""#), None, &[]);
    check_holder(&of(r#", "end_date": "2020-06-01""#), Some("Ada"), &[]);
    check_holder(&of(r#", "end_date": "2020-05-31""#), None, &[]);
    // Some time in 2020 may be before the day or after it.
    check_holder(&of(r#", "end_date": "2020""#), Some("Ada"), &[]);
    check_holder(&of(r#", "start_date": "2020-06-01T09:00:00Z""#), Some("Ada"), &[]);
    check_holder(&of(r#", "legislative_period_id": "term/1""#), None, &[]);
    check_holder(&of(r#", "legislative_period_id": "term/1", "end_date": "2021""#), Some("Ada"), &[]);
    let two = r#"{"person_id": "a", "post_id": "head", "start_date": "2011"},
                 {"person_id": "b", "post_id": "head", "start_date": "2015"}"#;
    check_holder(two, Some("Ben"), &["holder: Ada"]);
}

#[test]
fn posts_and_memberships_are_read_where_they_stand() {
    let json = r#"{"organizations": [{"id": 1, "name": "Acme", "classification": "Agency", "posts": [
        {"id": "1", "role": "Head", "memberships": [{"person": {"id": "p", "name": "Ada"}}]}]}],
      "persons": [{"id": "q", "name": "Ben", "memberships": [{"organization_id": "1", "role": "Secretary"}]}],
      "memberships": null}"#;
    let history = load_text(json, "id-prefix: x-\n");
    let view = page(&history);
    assert_eq!(units(view, &history), ["x-1", "x-post-1 < x-1"]);
    assert_eq!(holder(view, &history, "x-post-1").as_deref(), Some("Ada"));
    assert_eq!(properties(view, &history, "x-1"), ["secretary: Ben"]);
}

#[track_caller]
fn check_names(other_names: &str, founded: &str, expected: &[&str]) {
    let json =
        format!(r#"{{"organizations": [{{"id": "a", "name": "Now" {founded}, "other_names": [{other_names}]}}]}}"#);
    let history = load_text(&json, "");
    let view = page(&history);
    let also = view.also_written(history.unit_ix("a").unwrap()).into_iter().map(|name| format!("also {name}"));
    let told: Vec<String> = events(&history).into_iter().chain(also).chain(properties(view, &history, "a")).collect();
    assert_eq!(told, expected, "{other_names}");
}

#[test]
fn former_names_are_events_where_one_follows_the_other() {
    check_names(r#"{"name": "Alias"}, {"name": "Now", "start_date": "2001"}"#, "", &["also Alias"]);
    let renamed = "2001 Renamed: a -> a as Now";
    check_names(r#"{"name": "Then", "end_date": "2001"}"#, "", &[renamed, "former-name: Then"]);
    let founded = r#", "founding_date": "1990""#;
    let created = "1990 Created:  -> a as Then";
    check_names(r#"{"name": "Then", "end_date": "2001"}"#, founded, &[created, renamed]);
    check_names(r#"{"name": "Then", "start_date": "1990", "end_date": "2001"}"#, founded, &[created, renamed]);
    let late = r#"{"name": "Then", "start_date": "1995", "end_date": "2001"}"#;
    check_names(late, founded, &["1990 Created:  -> a", renamed, "former-name: Then"]);
    // Two names at one time: neither is known to have come before the other.
    let crossed = r#"{"name": "One", "end_date": "2001"}, {"name": "Two", "start_date": "1999", "end_date": "2003"}"#;
    check_names(crossed, "", &["former-name: One", "former-name: Two"]);
}

#[test]
fn what_has_ended_or_is_to_come_is_declared_and_not_shown() {
    let json = r#"{"organizations": [
      {"id": "gone", "name": "Gone", "dissolution_date": "2020-06-01"},
      {"id": "going", "name": "Going", "dissolution_date": "2020-06-02"},
      {"id": "perhaps", "name": "Perhaps", "dissolution_date": "2020"},
      {"id": "coming", "name": "Coming", "founding_date": "2021"},
      {"id": "orphan", "name": "Orphan", "parent_id": "gone"}]}"#;
    let history = load_text(json, "");
    assert_eq!(units(page(&history), &history), ["going", "orphan", "perhaps"]);
    let declared: Vec<&str> = history.corpus().units.values().map(|unit| unit.name.as_str()).collect();
    assert_eq!(declared, ["Coming", "Gone"]);
    let orphan = history.unit_ix("orphan").unwrap();
    assert_eq!(page(&history).placement(orphan), eragraph::history::Placement::Unplaced);
}

#[test]
fn two_issues_of_a_register_tell_its_past_once() {
    let issue = |more: &str| {
        format!(
            r#"{{"organizations": [{{"id": "a", "name": "A", "founding_date": "1990"}}, {{"id": "old", "name": "Old",
          "dissolution_date": "2001"}} {more}]}}"#
        )
    };
    let mapping = |table: &str, year: u16| format!("table: {table}\nformat: popolo\nobserved: {year}\n");
    let history = load(&[
        InputFile { name: "1.yaml".into(), bytes: mapping("one.json", 2010).into() },
        InputFile { name: "one.json".into(), bytes: issue("").into() },
        InputFile { name: "2.yaml".into(), bytes: mapping("two.json", 2020).into() },
        InputFile { name: "two.json".into(), bytes: issue(r#", {"id": "b", "name": "B"}"#).into() },
    ]);
    assert_eq!(events(&history), ["1990 Created:  -> a", "2001 Dissolved: old -> "]);
    let created = history.corpus().events.values().find(|event| event.kind == EventType::Created).unwrap();
    let cited: Vec<&str> = created.evidence.iter().map(|evidence| evidence.snapshot.as_str()).collect();
    assert_eq!(cited, ["one-2010", "two-2020"]);
}
