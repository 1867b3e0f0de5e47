//! Search over all time: what is found, in which order, and from which sources.

use async_graphql::Request;
use eragraph::api;
use eragraph::config::Limits;
use eragraph::source::InputFile;
use serde_json::{Value, json};

use crate::service::Loaded;

fn answer(loaded: &Loaded, query: &str) -> Value {
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let answer = schema.execute(Request::new(query));
    serde_json::from_slice(&answer.into_json()).unwrap()
}

/// Asks with the arguments of `search` and returns the page.
#[track_caller]
fn search(loaded: &Loaded, arguments: &str) -> Value {
    let fields =
        "totalCount pageInfo { endCursor hasNextPage } nodes { matched topic years unit { id } snapshots { id } }";
    let answer = answer(loaded, &format!("{{ search({arguments}) {{ {fields} }} }}"));
    assert!(answer.get("errors").is_none(), "{arguments}: {answer:#}");
    answer["data"]["search"].clone()
}

/// Asks and returns the code of the only error.
#[track_caller]
fn refusal(loaded: &Loaded, arguments: &str) -> String {
    let answer = answer(loaded, &format!("{{ search({arguments}) {{ totalCount }} }}"));
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

/// Returns the hits as `id: text`, with `#` before the label of a topic.
fn hits(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let shown = nodes.map(|hit| match hit["topic"].as_str() {
        Some(topic) => format!("#{topic}"),
        None => format!("{}: {}", text(&hit["unit"]["id"]), text(&hit["matched"])),
    });
    shown.collect()
}

/// Checks the first hits of a search through the agency's history.
#[track_caller]
fn check(loaded: &Loaded, arguments: &str, first: &[&str]) {
    let found = hits(&search(loaded, arguments));
    let top: Vec<&str> = found.iter().take(first.len()).map(String::as_str).collect();
    assert_eq!(top, first, "{arguments}: {found:#?}");
}

fn agency() -> Loaded {
    Loaded::searchable("snapshots/ice")
}

const PROGRAM: &str = "program-287g: 287(g) program";

#[test]
fn punctuation_that_belongs_to_a_name_may_be_typed_or_left_out() {
    let loaded = agency();
    for query in ["287(g)", "287g", "287 G", "program 287(g)", "(287(g)),"] {
        check(&loaded, &format!("query: \"{query}\""), &[PROGRAM]);
    }
    check(&loaded, "query: \"us immigration\"", &["ice: U.S. Immigration and Customs Enforcement"]);
}

#[test]
fn a_name_comes_before_names_that_begin_with_it_and_topics_after_names() {
    let loaded = agency();
    let page = search(&loaded, "query: \"hsi\"");
    let found = hits(&page);
    assert_eq!(found[0], "homeland-security-investigations: HSI");
    let first_topic = found.iter().position(|hit| hit.starts_with('#')).unwrap();
    let last_name = found.iter().rposition(|hit| hit.contains("(HSI)") && !hit.starts_with('#'));
    assert!(first_topic > 1 && last_name.is_none_or(|last| last < first_topic), "{found:#?}");
    check(&loaded, "query: \"detainers\"", &["#Detainers"]);
    let reform = hits(&search(&loaded, "query: \"Detention Reform\""));
    assert_eq!(reform[0], "#Detention Reform", "the label itself, before summaries that hold its words");
    assert!(reform.len() > 1, "{reform:#?}");
}

#[test]
fn letters_around_punctuation_begin_no_other_word() {
    let loaded = agency();
    assert_eq!(hits(&search(&loaded, "query: \"AT&T\"")), Vec::<String>::new(), "not what begins with ATT");
    let found = hits(&search(&loaded, "query: \"M&A\""));
    assert_eq!(
        found,
        ["management-and-administration: M&A", "opa-boston-office: Boston, MA"],
        "not what begins with MA"
    );
}

#[test]
fn a_unit_that_only_events_name_is_found_by_their_dates_and_the_sources_that_they_cite() {
    let loaded = agency();
    let total = |arguments: &str| search(&loaded, arguments)["totalCount"].clone();
    let page = search(&loaded, "query: \"\\\"U.S. Customs Service\\\"\"");
    let hit = json!({
        "matched": "U.S. Customs Service",
        "topic": null,
        "years": ["2003", "2017"],
        "unit": { "id": "us-customs-service" },
        "snapshots": [{ "id": "ice-2017-09-26" }],
    });
    assert_eq!(page["nodes"][0], hit);
    let nppd = search(&loaded, "query: \"NPPD\"");
    assert_eq!(nppd["nodes"][0]["unit"]["id"], "national-protection-and-programs-directorate");
    assert_ne!(nppd["nodes"][0]["years"], json!([]));
    assert_eq!(total("query: \"NPPD\" to: \"2002-12-31\""), json!(0));
    assert_eq!(total("query: \"NPPD\" from: \"2003-01-01\" to: \"2012-12-31\""), json!(1));
}

#[test]
fn an_unfinished_last_word_and_a_mistyped_word_are_found() {
    let loaded = agency();
    check(&loaded, "query: \"professional respons\"", &[OPR]);
    check(&loaded, "query: \"homland\"", &["department-of-homeland-security: Department of Homeland Security"]);
    check(&loaded, "query: \"proffesional responsibilty\"", &[OPR]);
    assert_eq!(
        search(&loaded, "query: \"profess responsibility\"")["totalCount"],
        json!(0),
        "only the last is unfinished"
    );
    assert_eq!(search(&loaded, "query: \"288g\"")["totalCount"], json!(0), "no mistakes in numbers");
}

const OPR: &str = "office-of-professional-responsibility: Office of Professional Responsibility";

#[test]
fn quoted_words_stand_side_by_side() {
    let loaded = agency();
    check(&loaded, r#"query: "\"professional responsibility\"""#, &[OPR]);
    assert_eq!(search(&loaded, r#"query: "\"responsibility professional\"""#)["totalCount"], json!(0));
    check(&loaded, r#"query: "responsibility professional""#, &[OPR]);
    // The latest names come first, then former names, then summaries.
    let [training, former, access] = [
        "local-delegation-of-authority-training-facility: Local Delegation of Authority for State and Local Officers Training facility",
        "office-of-state-and-local-coordination: Office of State and Local Coordination",
        "ice-access: Bundles the services on offer to state and local police.",
    ];
    check(&loaded, r#"query: "\"State and Local\"""#, &[training, former, access]);
}

#[test]
fn a_hit_says_in_which_sources_and_years_its_match_stands() {
    let page = search(&agency(), "query: \"OSLC\"");
    let hit = json!({
        "matched": "OSLC",
        "topic": null,
        "years": ["2008/2009"],
        "unit": { "id": "office-of-state-and-local-coordination" },
        "snapshots": [{ "id": "ice-2008-2009" }],
    });
    assert_eq!(page["nodes"], json!([hit]));
    let both = search(&agency(), "query: \"state local coordination\"");
    assert_eq!(both["nodes"][0]["snapshots"], json!([{ "id": "ice-2008-2009" }, { "id": "ice-2010-2013" }]));
    assert_eq!(both["nodes"][0]["years"], json!(["2008/2009", "2010/2013"]));
}

#[test]
fn people_and_places_lead_to_their_units() {
    let loaded = agency();
    check(&loaded, "query: \"morton\"", &["ice-director: John Morton"]);
    check(&loaded, "query: \"phoenix\"", &["opa-phoenix-office: Phoenix Office"]);
    check(&loaded, "query: \"phoenix az\"", &["opa-phoenix-office: Phoenix, AZ"]);
}

#[test]
fn a_hit_says_which_lines_its_match_stands_on() {
    let loaded = Loaded::searchable("examples/riverside-library");
    loaded.repository.load(&[hard_names()], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
    loaded.repository.latest().build_search().unwrap();
    let lines = |query: &str| {
        let fields = "nodes { matched evidence { lines snapshot { id } } }";
        let answer = answer(&loaded, &format!("{{ search(query: \"{query}\") {{ {fields} }} }}"));
        answer["data"]["search"]["nodes"].clone()
    };
    let stands = |matched: &str, lines: &str| {
        let snapshot = json!({ "id": "riverside-leaflet-2020" });
        json!([{ "matched": matched, "evidence": [{ "lines": lines, "snapshot": snapshot }] }])
    };
    assert_eq!(lines("cafe"), stands("Café Zürich", "1"), "a name");
    assert_eq!(lines("watches harbour"), stands("Watches the harbour.", "5"), "a summary");
    assert_eq!(lines("raids@leaflet.example"), stands("raids@leaflet.example", "7"), "the value of a contact");
    assert_eq!(lines("tidal board"), stands("the Tidal Board", "8"), "the other end of a relation");
    let customs =
        answer(&agency(), "{ search(query: \"\\\"U.S. Customs Service\\\"\") { nodes { evidence { lines } } } }");
    assert_eq!(customs["data"]["search"]["nodes"][0]["evidence"], json!([{ "lines": "18" }]), "a declaration");
}

#[test]
fn filters_keep_only_matches_that_fulfil_them() {
    let loaded = agency();
    let total = |arguments: &str| search(&loaded, arguments)["totalCount"].clone();
    let in_era = search(&loaded, "query: \"287(g)\" era: \"das\"");
    assert_eq!(hits(&in_era), [PROGRAM]);
    assert_eq!(in_era["nodes"][0]["snapshots"], json!([{ "id": "ice-2008-2009" }]));
    assert_eq!(in_era["nodes"][0]["years"], json!(["2008/2009"]));
    assert_eq!(total("query: \"OSLC\" era: \"directorates\""), json!(0));
    assert_eq!(total("query: \"morton\" kind: \"post\""), json!(1));
    assert_eq!(total("query: \"morton\" kind: \"agency\""), json!(0));
    assert_eq!(total("query: \"detainers\" kind: \"post\""), json!(0), "a topic has no kind");
    assert_eq!(total("query: \"OSLC\" from: \"2009-12-31\""), json!(1));
    assert_eq!(total("query: \"OSLC\" from: \"2010-01-01\""), json!(0));
    assert_eq!(total("query: \"OSLC\" to: \"2008-01-01\""), json!(1));
    assert_eq!(total("query: \"OSLC\" to: \"2007-12-31\""), json!(0));
}

#[test]
fn pages_of_hits_go_on_where_the_last_ended() {
    let loaded = agency();
    let all = hits(&search(&loaded, "query: \"office\""));
    let first = search(&loaded, "query: \"office\" first: 2");
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = search(&loaded, &format!("query: \"office\" first: 2 after: \"{cursor}\""));
    assert_eq!(hits(&first), all[..2]);
    assert_eq!(hits(&second), all[2..4]);
}

#[test]
fn until_the_index_is_built_a_search_says_so() {
    let loaded = Loaded::of("snapshots/ice");
    assert_eq!(refusal(&loaded, "query: \"287(g)\""), "SEARCH_NOT_READY");
    // The refused search began to build it; this waits for that.
    loaded.repository.latest().build_search().unwrap();
    check(&loaded, "query: \"287(g)\"", &[PROGRAM]);
}

#[test]
fn what_cannot_be_searched_is_refused_with_a_code() {
    let loaded = agency();
    let long = "x".repeat(Limits::default().search_length);
    assert_eq!(search(&loaded, &format!("query: \"{long}\""))["totalCount"], json!(0));
    assert_eq!(refusal(&loaded, &format!("query: \"{long}x\"")), "VALIDATION_FAILED");
    assert_eq!(refusal(&loaded, "query: \"\""), "VALIDATION_FAILED");
    assert_eq!(refusal(&loaded, "query: \" & () \""), "VALIDATION_FAILED");
    assert_eq!(refusal(&loaded, "query: \"ice\" era: \"nope\""), "UNKNOWN_ID");
    assert_eq!(refusal(&loaded, "query: \"ice\" from: \"2011-01-01\" to: \"2010-01-01\""), "BAD_DATE");
}

/// A source with names that are hard to look for.
fn hard_names() -> InputFile {
    let text = "\
snapshot: riverside-leaflet-2020
observed: 2020-01-15
title: Leaflet
source: {reference: an invented leaflet}
date-evidence: [{lines: 1, basis: stated}]
units:
  - {id: cafe, name: Café Zürich, kind: office, lines: 1}
  - {id: att, name: AT&T liaison, kind: office, lines: 2}
  - {id: cpp, name: C++ workshop, kind: office, lines: 3}
  - {id: c, name: C workshop, kind: office, lines: 4}
  - {id: anti, name: Anti-Smuggling desk, kind: office, lines: 5, summary: {text: Watches the harbour., lines: 5}}
  - {id: raids, name: Attack plans at their desk, kind: office, lines: 6,
      contacts: [{kind: email, value: raids@leaflet.example, lines: 7}],
      relations: [{type: liaises-with, to-text: the Tidal Board, lines: 8}]}
";
    InputFile { name: "leaflet.yaml".to_owned(), bytes: text.as_bytes().to_vec() }
}

#[test]
fn hard_names_are_found_however_they_are_typed_and_only_in_their_revision() {
    let loaded = Loaded::searchable("examples/riverside-library");
    loaded.repository.load(&[hard_names()], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
    loaded.repository.latest().build_search().unwrap();
    for query in ["café", "CAFE zurich", "Cafe\u{301}", "cafe züri"] {
        check(&loaded, &format!("query: \"{query}\""), &["cafe: Café Zürich"]);
    }
    for query in ["AT&T", "at&t", "ATT", "at t liaison"] {
        check(&loaded, &format!("query: \"{query}\""), &["att: AT&T liaison"]);
    }
    assert_eq!(hits(&search(&loaded, "query: \"AT&T\"")), ["att: AT&T liaison"]);
    assert_eq!(hits(&search(&loaded, "query: \"C++\"")), ["cpp: C++ workshop"]);
    check(&loaded, "query: \"c workshop\"", &["c: C workshop", "cpp: C++ workshop"]);
    for query in ["anti smuggling", "antismuggling", "anti-smugling", "anti-smug", "anti-s"] {
        check(&loaded, &format!("query: \"{query}\""), &["anti: Anti-Smuggling desk"]);
    }
    check(&loaded, "query: \"smuggling harbour\"", &["anti: Anti-Smuggling desk"]);

    let past = loaded.repository.version(1).unwrap();
    past.build_search().unwrap();
    assert_eq!(search(&loaded, "query: \"AT&T\" revision: 1")["totalCount"], json!(0));
    assert_eq!(search(&loaded, "query: \"AT&T\" revision: 2")["totalCount"], json!(1));
}
