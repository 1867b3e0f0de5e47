//! Recorded time: a question pinned to a revision gets the same answer whatever is loaded later.

use async_graphql::Request;
use eragraph::api;
use eragraph::config::Limits;
use eragraph::repository::PastError;
use eragraph::source::InputFile;
use serde_json::{Value, json};

use crate::service::Loaded;

fn ask(loaded: &Loaded, query: &str) -> Value {
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let answer = schema.execute(Request::new(query));
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    serde_json::from_slice(answer.data_in_json()).unwrap()
}

/// A later source that gives the library another name, and one more department.
fn later_source() -> InputFile {
    let text = "\
snapshot: riverside-leaflet-2020
observed: 2020-01-15
title: Leaflet
source: {reference: an invented leaflet}
date-evidence: [{lines: 1, basis: stated}]
units:
  - id: rcl
    name: Riverside Library and Archive
    kind: library
    lines: 1
    units:
      - {id: rcl-archive, name: City Archive, kind: department, lines: 2}
";
    InputFile { name: "leaflet.yaml".to_owned(), bytes: text.as_bytes().to_vec() }
}

const STRUCTURE: &str = "view(at: {date: \"2021-01-01\"} REVISION) { revision roots { nodes { name spanOfControl } } }";

#[test]
fn a_past_revision_gives_its_past_answers() {
    let loaded = Loaded::of("examples/riverside-library");
    let latest = format!("{{ {} }}", STRUCTURE.replace("REVISION", ""));
    let pinned = format!("{{ {} }}", STRUCTURE.replace("REVISION", " revision: 1"));
    let before = ask(&loaded, &latest);
    assert_eq!(before, ask(&loaded, &pinned));

    let outcome = loaded.repository.load(&[later_source()], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(outcome.revision, 2);

    assert_eq!(ask(&loaded, &pinned), before);
    let after = ask(&loaded, &latest);
    assert_eq!(after["view"]["revision"], json!(2));
    assert_ne!(after["view"]["roots"], before["view"]["roots"]);
}

#[test]
fn a_page_goes_on_in_the_revision_of_its_first_page() {
    let loaded = Loaded::of("examples/riverside-library");
    let first = ask(&loaded, "{ units(first: 2) { totalCount pageInfo { endCursor } } }");
    let total = first["units"]["totalCount"].clone();
    let cursor = first["units"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    loaded.repository.load(&[later_source()], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();

    let second = ask(&loaded, &format!("{{ units(first: 2, after: \"{cursor}\") {{ totalCount }} }}"));
    assert_eq!(second["units"]["totalCount"], total);
    let anew = ask(&loaded, "{ units(first: 2) { totalCount } }");
    assert_ne!(anew["units"]["totalCount"], total);
}

#[test]
fn equal_bytes_make_no_revision_and_a_withdrawal_makes_one() {
    let loaded = Loaded::of("examples/riverside-library");
    let now = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(loaded.repository.load(&[later_source()], &[], None, now).unwrap().revision, 2);
    let again = loaded.repository.load(&[later_source()], &[], None, now).unwrap();
    assert!(!again.is_change());
    assert_eq!(again.revision, 2);
    let without = loaded.repository.load(&[], &["riverside-leaflet-2020".to_owned()], None, now).unwrap();
    assert_eq!(without.revision, 3);
    let one = format!("{{ {} }}", STRUCTURE.replace("REVISION", " revision: 1"));
    let three = format!("{{ {} }}", STRUCTURE.replace("REVISION", " revision: 3"));
    assert_eq!(ask(&loaded, &one)["view"]["roots"], ask(&loaded, &three)["view"]["roots"]);
}

#[test]
fn a_past_revision_is_rebuilt_beside_whoever_asks_and_waited_for_no_longer_than_there_is_time() {
    let loaded = Loaded::of("examples/riverside-library");
    let repository = &loaded.repository;
    for number in 2..12 {
        let text = String::from_utf8(later_source().bytes).unwrap().replace("2020", &(2000 + number).to_string());
        let file = InputFile { name: format!("{number}.yaml"), bytes: text.into_bytes() };
        assert_eq!(repository.load(&[file], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap().revision, number);
    }
    let now = Some(std::time::Instant::now());
    assert_eq!(repository.version_until(11, now).unwrap().revision, 11, "what is at hand takes no time");
    assert!(matches!(repository.version_until(12, now), Err(PastError::Store(_))));
    // Many ask for many, more than are rebuilt at once or kept; each gets what it asked for.
    std::thread::scope(|scope| {
        for turn in 0..40 {
            scope.spawn(move || {
                let asked = turn % 11 + 1;
                assert_eq!(repository.version_until(asked, None).unwrap().revision, asked);
            });
        }
    });
}
