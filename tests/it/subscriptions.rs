//! What is told as it happens: each revision once and in its order, and the changes to given units alone.

use async_graphql::Request;
use eragraph::api::{self, Answer, Budget, with_codes};
use eragraph::config::Limits;
use eragraph::repository::InputFile;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::loading::leaflet;
use crate::service::Loaded;

const CHANGES: &str = "subscription { unitChanged(ids: IDS) { revision { number } unitId unit { name } \
                       putIn { totalCount nodes { type id } } takenOut { nodes { type id } } } }";

/// A subscriber, and what it listens to.
struct Listener {
    runtime: Runtime,
    told: BoxStream<'static, Answer>,
}

impl Listener {
    fn new(loaded: &Loaded, limits: &Limits, question: &str) -> Self {
        let schema = api::schema(loaded.repository.clone(), limits);
        let told = schema.execute_stream(Request::new(question).data(Budget::new(limits)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut listener = Self { runtime, told };
        listener.check_silent();
        listener
    }

    fn next(&mut self) -> Value {
        let answer = self.runtime.block_on(self.told.next()).expect("it goes on");
        in_json(with_codes(answer))
    }

    /// Checks that there is nothing to tell; when all that was loaded was told, only a new revision can change that.
    #[track_caller]
    fn check_silent(&mut self) {
        let told = self.runtime.block_on(async { self.told.next().now_or_never() });
        assert!(told.is_none(), "{told:?}");
    }

    #[track_caller]
    fn check(&mut self, expected: &Value) {
        let told = self.next();
        assert!(told.get("errors").is_none(), "{told:#}");
        assert_eq!(told["data"]["unitChanged"], *expected, "{told:#}");
    }
}

fn listen(loaded: &Loaded, question: &str) -> Listener {
    Listener::new(loaded, &Limits::default(), question)
}

fn library() -> Loaded {
    Loaded::of("examples/riverside-library")
}

#[track_caller]
fn load(loaded: &Loaded, files: &[InputFile], remove: &[&str]) {
    let remove: Vec<String> = remove.iter().map(|id| (*id).to_owned()).collect();
    let done = loaded.repository.load(files, &remove, None, jiff::Timestamp::UNIX_EPOCH);
    assert!(done.unwrap().is_change());
}

/// A page of offices: a bureau with an archive and a registry.
fn offices(archive: &str, registry: &str) -> InputFile {
    let text = format!(
        "snapshot: offices\nobserved: 2001\ntitle: Offices\nsource: {{reference: a staff list}}\n\
         date-evidence: [{{lines: 1, basis: stated}}]\nunits:\n  - id: bureau\n    name: Bureau\n    lines: 1\n    \
         units:\n      - {{id: archive, name: {archive}, lines: 2}}\n      - {{id: registry, name: {registry}, lines: 3}}\n"
    );
    InputFile { name: "offices.yaml".to_owned(), bytes: text.into_bytes() }
}

fn in_json(answer: Answer) -> Value {
    serde_json::from_slice(&answer.into_json()).unwrap()
}

#[test]
fn each_revision_is_told_once_and_in_its_order_also_when_several_come_at_once() {
    let loaded = library();
    let mut listener = listen(&loaded, "subscription { revisionAdded { number inputs { file } } }");
    for year in 2020..2027 {
        load(&loaded, &[leaflet(year, "Town Library")], &[]);
    }
    for (number, year) in (2..9).zip(2020..2027) {
        let expected = json!({"number": number, "inputs": [{"file": format!("leaflet-{year}.yaml")}]});
        assert_eq!(listener.next()["data"]["revisionAdded"], expected);
    }
    listener.check_silent();
    load(&loaded, &[], &["leaflet-2020"]);
    assert_eq!(listener.next()["data"]["revisionAdded"]["number"], 9);
    listener.check_silent();
}

#[test]
fn a_load_that_changes_nothing_is_not_told() {
    let loaded = library();
    load(&loaded, &[leaflet(2020, "Town Library")], &[]);
    let mut listener = listen(&loaded, "subscription { revisionAdded { number } }");
    let again = loaded.repository.load(&[leaflet(2020, "Town Library")], &[], None, jiff::Timestamp::UNIX_EPOCH);
    assert!(!again.unwrap().is_change());
    listener.check_silent();
}

#[test]
fn a_subscription_tells_what_comes_after_the_revision_that_it_is_pinned_to() {
    let loaded = library();
    let pinned = api::Pinned(loaded.repository.latest());
    load(&loaded, &[leaflet(2020, "Town Library")], &[]);
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let question = Request::new("subscription { revisionAdded { number } }").data(pinned);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut told = schema.execute_stream(question);
    let first = runtime.block_on(told.next()).unwrap();
    assert_eq!(in_json(first)["data"], json!({"revisionAdded": {"number": 2}}));
}

#[test]
fn a_unit_changed_when_a_record_says_something_else_of_it_and_not_of_its_neighbours() {
    let loaded = library();
    let snapshot = json!({"type": "SNAPSHOT", "id": "offices"});
    let mut listener = listen(&loaded, &CHANGES.replace("IDS", "[\"archive\", \"nobody\"]"));
    load(&loaded, &[offices("Archive", "Registry")], &[]);
    load(&loaded, &[offices("Archive", "City Registry")], &[]);
    load(&loaded, &[offices("City Archive", "City Registry")], &[]);
    load(&loaded, &[leaflet(2020, "Town Library")], &[]);
    load(&loaded, &[], &["offices"]);
    let put_in = json!({"totalCount": 1, "nodes": [snapshot]});
    let none = json!({"nodes": []});
    for (revision, name) in [(2, "Archive"), (4, "City Archive")] {
        let unit = json!({"name": name});
        listener.check(&json!({
            "revision": {"number": revision}, "unitId": "archive", "unit": unit, "putIn": put_in, "takenOut": none,
        }));
    }
    listener.check(&json!({
        "revision": {"number": 6}, "unitId": "archive", "unit": null,
        "putIn": {"totalCount": 0, "nodes": []}, "takenOut": {"nodes": [snapshot]},
    }));
    listener.check_silent();
}

#[test]
fn several_units_that_change_at_once_are_told_one_by_one() {
    let loaded = library();
    let question = "subscription { unitChanged(ids: [\"registry\", \"archive\", \"archive\"]) { unitId } }";
    let mut listener = listen(&loaded, question);
    load(&loaded, &[offices("Archive", "Registry")], &[]);
    listener.check(&json!({"unitId": "archive"}));
    listener.check(&json!({"unitId": "registry"}));
    load(&loaded, &[offices("Archive", "City Registry")], &[]);
    listener.check(&json!({"unitId": "registry"}));
}

#[test]
fn an_event_changes_the_units_that_it_names() {
    let loaded = library();
    load(&loaded, &[offices("Archive", "Registry")], &[]);
    let question = "subscription { unitChanged(ids: [\"archive\", \"registry\", \"bureau\"]) { unitId putIn { nodes { type id } } } }";
    let mut listener = listen(&loaded, question);
    let text = "events:\n  - {id: archive-closed, type: dissolved, date: 2005, originals: [archive], basis: outside, \
                reference: an invented letter}\n";
    load(&loaded, &[InputFile { name: "events.yaml".to_owned(), bytes: text.as_bytes().to_vec() }], &[]);
    listener.check(&json!({"unitId": "archive", "putIn": {"nodes": [{"type": "EVENT", "id": "archive-closed"}]}}));
    load(&loaded, &[], &["archive-closed"]);
    listener.check(&json!({"unitId": "archive", "putIn": {"nodes": []}}));
}

#[test]
fn what_is_reached_through_a_change_stays_in_its_revision() {
    let loaded = library();
    let question = "subscription { unitChanged(ids: [\"rcl\"]) { unit { at(moment: {date: \"2040-01-01\"}) { name } \
                    observedIn { totalCount } } } }";
    let mut listener = listen(&loaded, question);
    let before = loaded
        .repository
        .latest()
        .history
        .observed_in(loaded.repository.latest().history.unit_ix("rcl").unwrap(), None)
        .len();
    for (year, name) in [(2020, "Town Library"), (2021, "City Library"), (2022, "Library")] {
        load(&loaded, &[leaflet(year, name)], &[]);
    }
    for (more, name) in [(1, "Town Library"), (2, "City Library"), (3, "Library")] {
        listener.check(&json!({"unit": {"at": {"name": name}, "observedIn": {"totalCount": before + more}}}));
    }
}

#[test]
fn the_units_of_a_subscription_are_bounded() {
    let loaded = library();
    let limits = Limits { units_named: 2, ..Limits::default() };
    let schema = api::schema(loaded.repository.clone(), &limits);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for ids in ["[]", "[\"a\", \"b\", \"c\"]"] {
        let mut told = schema.execute_stream(Request::new(CHANGES.replace("IDS", ids)));
        let answer = with_codes(runtime.block_on(told.next()).unwrap());
        let answer = in_json(answer);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "VALIDATION_FAILED", "{answer:#}");
        assert!(runtime.block_on(told.next()).is_none(), "it ends");
    }
}

#[test]
fn each_answer_of_a_subscription_has_a_budget_of_its_own() {
    let loaded = library();
    let limits = Limits { objects: 2, ..Limits::default() };
    let mut listener = Listener::new(&loaded, &limits, &CHANGES.replace("IDS", "[\"rcl\"]"));
    for year in 2020..2026 {
        load(&loaded, &[leaflet(year, "Town Library")], &[]);
        let told = listener.next();
        assert!(told.get("errors").is_none(), "{year}: {told:#}");
    }
}
