//! `validate --suggest`: which units of new files may be known ones, told to a person and to a program.

use super::*;

const LEAFLET: &str = "\
snapshot: riverside-leaflet-2015
observed: 2015-03
title: Leaflet
source: {reference: a leaflet}
coverage: [{of: library, extent: partial, lines: 1}]
units:
  - id: library
    name: The Riverside City Library
    kind: agency
    lines: 1
    units:
      - {id: collections, name: Digital Collection, kind: department, lines: 2}
      - {id: rcl-reference, name: Tree Crew, kind: team, lines: 3}
";

#[test]
fn new_units_are_compared_with_what_is_loaded_and_nothing_is_changed() {
    let place = Place::with_example();
    place.write("leaflet.yaml", LEAFLET);
    let told = place.text(&["validate", "leaflet.yaml", "--suggest"]);
    for piece in [
        "1 file, 1 snapshot: no problems\n",
        "2 new ids in the files, 11 units in the store\n",
        "LIKELY (2)\n",
        "    → write `id: rcl-digital` in place of `id: collections` at leaflet.yaml:12:14, or leave it if they are two\n",
        "DOUBT (1)\n",
        "    → write another id at leaflet.yaml:13:14 if it is another unit; else say why it is one, in `same`\n",
    ] {
        assert!(told.contains(piece), "{piece}\n{told}");
    }
    assert!(place.json(&["view", "riverside-website-2012"])["revision"] == 1, "nothing is loaded");
    let quiet = place.text(&["validate", "leaflet.yaml"]);
    assert_eq!(quiet, "1 file, 1 snapshot: no problems\n");
}

#[test]
fn a_program_gets_every_candidate_with_its_place_and_reasons() {
    let place = Place::with_example();
    place.write("leaflet.yaml", LEAFLET);
    let told = place.json(&["validate", "leaflet.yaml", "--suggest"]);
    assert_eq!(told["errors"], 0);
    let found = &told["suggestions"];
    // The place is that of the unit, not of the list above it that names the same id.
    let first = &found["matches"][0];
    let seen = [&first["unit"], &first["outcome"], &first["file"], &first["line"], &first["column"]];
    assert_eq!(serde_json::json!(seen), serde_json::json!(["library", "LIKELY", "leaflet.yaml", 7, 9]));
    let candidate = &first["candidates"][0];
    assert_eq!((&candidate["unit"], &candidate["homonym"]), (&Value::from("rcl"), &Value::from(false)));
    assert_eq!(candidate["lastSeen"], "riverside-website-2012");
    assert!(candidate["score"].as_f64().unwrap() > 0.9 && first["margin"].as_f64().unwrap() > 0.25, "{first}");
    let reasons = candidate["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|reason| reason["trait"] == "NAME" && reason["bits"].as_f64() > Some(0.0)), "{first}");
    assert_eq!(found["doubts"][0]["unit"], "rcl-reference");
    assert_eq!(found["doubts"][0]["knownAs"], "Reference Department");
    assert_eq!(place.json(&["validate", "leaflet.yaml"]).get("suggestions"), None);
}

#[test]
fn new_files_are_compared_with_one_another_where_there_is_no_store() {
    let place = Place::new();
    place.write("in/leaflet.yaml", LEAFLET);
    let later = LEAFLET.replace("leaflet-2015", "leaflet-2016").replace("2015-03", "2016-03");
    place.write(
        "in/later.yaml",
        &later.replace("id: library", "id: city-library").replace("of: library", "of: city-library"),
    );
    let told = place.text(&["validate", "in", "--suggest"]);
    assert!(told.contains("4 new ids in the files, 0 units in the store\n"), "{told}");
    assert!(told.contains("write `id: library` in place of `id: city-library` at in/later.yaml:7:9"), "{told}");
    assert!(!place.path(".eragraph").exists(), "asking makes no store");
}

#[test]
fn files_with_errors_get_no_suggestions() {
    let place = Place::new();
    place.write("leaflet.yaml", &LEAFLET.replace("kind: team", "kidn: team"));
    let refused = place.run(&["validate", "leaflet.yaml", "--suggest"]);
    check_refused(&refused, 1, "when the files have no errors");
    assert!(!out(&refused).contains("Which units"), "{}", out(&refused));
}
