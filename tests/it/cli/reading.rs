//! The verbs that read: `view`, `diff`, `lineage`, and how their output is told.

use super::*;

#[test]
fn a_view_is_a_tree_in_the_order_of_the_source() {
    let place = Place::with_example();
    let told = place.text(&["view", "riverside-website-2012"]);
    let expected = "\
Departments page of the website
snapshot riverside-website-2012, observed 2012-05-14 · revision 1

Riverside City Library · agency  [closed for kind department]
├── director · post: Tomas Lindqvist
├── Public Services · department
│   └── Bookmobile · programme
├── Youth Services · department
└── Digital Collections · department

6 units
  [closed]: the source gives the units below as all there are; [listed]: without a claim to be
  complete; [partial]: as a selection
";
    assert_eq!(told, expected);
}

#[test]
fn a_view_of_a_day_says_how_each_unit_is_known() {
    let place = Place::with_example();
    let told = place.text(&["view", "2005-01-01"]);
    for line in ["├── Lending Department · department · between", "└── Bindery · department · presumed"]
    {
        assert!(told.contains(line), "{told}");
    }
    let json = place.json(&["view", "2005-01-01"]);
    assert_eq!(json["moment"]["date"], "2005-01-01");
    assert_eq!(json["roots"][0]["children"][4]["unitId"], "rcl-bindery");
    let bindery = place.json(&["view", "2005-01-01", "--under", "rcl-bindery"]);
    assert_eq!(bindery["roots"][0]["status"], "PRESUMED");
    assert!(place.text(&["view", "2020-01-01", "--under", "rcl-bindery"]).contains("not in this view"));
    assert!(place.text(&["view", "1500-01-01"]).contains("Nothing: no loaded source or event speaks of it."));
}

#[test]
fn an_unknown_id_is_refused_with_what_may_have_been_meant() {
    let place = Place::with_example();
    check_refused(&place.run(&["view", "riverside-website-2021"]), 2, "did you mean `riverside-website-2012`?");
    check_refused(&place.run(&["view", "2005-1-1"]), 2, "2018-01-01");
    check_refused(&place.run(&["lineage", "Public Services"]), 2, "did you mean `rcl-public-services`?");
    check_refused(&place.run(&["diff", "2005-01-01", "2012-05-14", "--kinds", "removd"]), 2, "did you mean `removed`?");
    check_refused(&place.run(&["frobnicate"]), 2, "frobnicate");
    check_refused(&place.run(&["load", "nowhere"]), 2, "cannot read nowhere");
}

#[test]
fn a_diff_tells_removals_and_silence_apart() {
    let place = Place::with_example();
    let told = place.text(&["diff", "riverside-report-2004", "riverside-website-2012"]);
    for piece in [
        "NOT_OBSERVED is not a removal",
        "MERGED · STATED (2)\n  - Lending Department  rcl-lending\n",
        "REMOVED · IMPLIED (1)\n  - Bindery  rcl-bindery\n",
        "HOLDER_CHANGED · IMPLIED (1)",
        "      Marta Oyelaran → Tomas Lindqvist\n",
        "between 2004-06-30 and 2012-05-14 · annual-report-2004.txt:14, 18; website-2012.txt:5-8",
    ] {
        assert!(told.contains(piece), "{piece}\n{told}");
    }
    let few = place.text(&["diff", "riverside-report-2004", "riverside-website-2012", "--kinds", "removed,merged"]);
    assert!(few.contains("MERGED · ") && !few.contains("HOLDER_CHANGED · "), "{few}");
    let silent = place.text(&["diff", "riverside-report-2004", "riverside-newsletter-2008", "--verdicts", "unknown"]);
    assert!(silent.contains("NOT_OBSERVED · UNKNOWN") && silent.contains("? Bindery"), "{silent}");
    let closed = ["diff", "riverside-report-2004", "riverside-newsletter-2008", "--assume", "closed-world"];
    let closed = place.text(&closed);
    assert!(closed.contains("CLOSED WORLD") && closed.contains("- Bindery"), "{closed}");
}

#[test]
fn a_diff_in_json_has_the_words_of_the_schema() {
    let place = Place::with_example();
    let told = place.json(&["diff", "riverside-report-2004", "riverside-website-2012", "--kinds", "holder-changed"]);
    assert_eq!(told["orderCertain"], true);
    assert!(told["summary"].as_array().unwrap().len() > 3, "the summary ignores filters");
    let [change] = told["changes"].as_array().unwrap().as_slice() else { panic!("{told}") };
    assert_eq!(change["kind"], "HOLDER_CHANGED");
    assert_eq!(change["new"], "Tomas Lindqvist");
    assert_eq!(change["evidence"][0]["source"], "annual-report-2004.txt");
    assert_eq!(change["evidence"][0]["lines"], "7");
}

#[test]
fn lineage_by_a_day_tells_what_a_unit_had_become_and_why_each_way_ends() {
    let place = Place::with_example();
    let told = place.text(&["lineage", "rcl-lending", "--by", "2012-05-14"]);
    for piece in [
        "Had become, by 2012-05-14\n  Public Services  rcl-public-services · 1 step, stated\n",
        "Had been made up, by 2012-05-14, of\n  Lending Department  rcl-lending · itself\n",
        "`rcl-lending` was merged into `rcl-public-services` (2011-01-01,",
    ] {
        assert!(told.contains(piece), "{piece}\n{told}");
    }
    let json = place.json(&["lineage", "rcl-bindery", "--successors", "--by", "2013-01-01"]);
    let [bindery] = json["whatBecame"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((bindery["unitId"].as_str(), &bindery["status"]), (Some("rcl-bindery"), &serde_json::Value::Null));
    let explanation = bindery["explanation"].as_str().unwrap();
    assert!(explanation.contains("had left the complete list of what is below `rcl`"), "{explanation}");
    check_refused(&place.run(&["lineage", "rcl", "--by", "2012-5-14"]), 2, "2018-01-01");
}

#[test]
fn lineage_goes_both_ways_and_names_its_events() {
    let place = Place::with_example();
    let told = place.text(&["lineage", "rcl-public-services"]);
    for piece in ["Came from\n├── Lending Department", "Became: no loaded event tells", "website-2012.txt:10-12"]
    {
        assert!(told.contains(piece), "{piece}\n{told}");
    }
    let json = place.json(&["lineage", "rcl-lending", "--successors"]);
    assert_eq!(json["successors"][0]["unitId"], "rcl-public-services");
    assert_eq!(json["predecessors"], Value::Null);
    let strict = place.json(&["lineage", "rcl", "--minimum-basis", "stated"]);
    assert_eq!(strict["predecessors"], serde_json::json!([]));
}

#[test]
fn files_are_read_without_a_store() {
    let place = Place::new();
    check_refused(&place.run(&["view", "2005-01-01"]), 2, "eragraph load");
    let told = place.text(&["view", "riverside-report-2004", "--files", &example()]);
    assert!(told.contains("read from files") && told.contains("Bindery"), "{told}");
    assert!(!place.path(".eragraph").exists(), "looking creates no store");
}

#[test]
fn nothing_is_coloured_in_a_pipe_unless_asked_for() {
    let place = Place::with_example();
    let colour = "\u{1b}[";
    for verb in [&["view", "2005-01-01"][..], &["diff", "2005-01-01", "2012-05-14"], &["lineage", "rcl"]] {
        assert!(!place.text(verb).contains(colour));
        assert!(place.text(&[verb, &["--color", "always"]].concat()).contains(colour));
    }
    check_refused(&place.run(&["view", "nothing"]), 2, "error: there is no");
}

#[test]
fn a_name_cannot_command_the_terminal() {
    let place = Place::new();
    place.write("in/offices.yaml", &OFFICES.replace("name: Archive", "name: \"Arch\\e[2Jive\""));
    place.write("in/era.yaml", ERA);
    let output = place.run(&["view", "2001-05-05", "--files", "in"]);
    assert!(!out(&output).contains('\u{1b}'), "{}", out(&output));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::with_example();
    let mut child =
        place.command(&["view", "2005-01-01"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    check_exit(&output, 0);
    assert_eq!(notes(&output), "");
}
