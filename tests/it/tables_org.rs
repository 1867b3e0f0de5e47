//! The W3C Organization Ontology: what is loaded from Turtle and JSON-LD says what the statements say, and where.

use eragraph::diff::{self, DiffOptions};
use eragraph::history::{History, Lens, View};
use eragraph::model::ChangeKind;
use eragraph::repository::read_inputs;
use eragraph::source::InputFile;

use crate::service::in_checkout;
use crate::tables_popolo::{events, load, snapshot, units};

const PREFIXES: &str = "@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix : <https://acme.example/> .
";

#[track_caller]
fn load_as(name: &str, text: &str, more: &str) -> History {
    let mapping = format!("table: {name}\nobserved: 2020-06-01\nsnapshot: page\n{more}");
    load(&[
        InputFile { name: "m.yaml".into(), bytes: mapping.into() },
        InputFile { name: name.into(), bytes: text.into() },
    ])
}

#[track_caller]
fn load_turtle(text: &str, more: &str) -> History {
    load_as("t.ttl", &format!("{PREFIXES}{text}"), more)
}

fn page(history: &History) -> View<'_> {
    history.view_at(snapshot(history, "page"), Lens::default())
}

fn holder(view: View<'_>, history: &History, unit: &str) -> Option<String> {
    view.holder(history.unit_ix(unit).unwrap()).map(|fact| fact.item.name.clone())
}

/// The lines of the table that a unit is on, of its name and of its parent.
fn lines(history: &History, unit: &str) -> [String; 3] {
    let snapshot = history.corpus().snapshots.values().next().unwrap();
    let mention = snapshot.mentions.iter().find(|mention| mention.unit.as_str() == unit).unwrap();
    let told = |evidence: &eragraph::model::Evidence| evidence.lines.as_ref().unwrap().to_string();
    let parent = match &mention.placing {
        eragraph::model::Placing::Under { evidence, .. } => told(evidence),
        _ => String::new(),
    };
    [told(&mention.evidence), mention.name.as_ref().map_or_else(String::new, |name| told(&name.evidence)), parent]
}

#[test]
fn the_town_of_the_example_changes_between_its_turtle_and_its_json_ld_as_both_say() {
    let history = load(&read_inputs(&[in_checkout("examples/town-org")]).unwrap());
    let (before, after) = (snapshot(&history, "osterby-2016"), snapshot(&history, "osterby-2022"));
    let view = history.view_at(before, Lens::default());
    let expected = [
        "osterby-administration",
        "osterby-director < osterby-administration",
        "osterby-head-of-roads < osterby-roads",
        "osterby-parks < osterby-administration",
        "osterby-roads < osterby-administration",
    ];
    assert_eq!(units(view, &history), expected);
    assert_eq!(holder(view, &history, "osterby-director").as_deref(), Some("Dorthe Lund"));
    let roads = history.unit_ix("osterby-roads").unwrap();
    assert_eq!(
        (view.name(roads).text, view.kind(roads).map(|kind| kind.text)),
        ("Roads Department", Some("department"))
    );
    assert_eq!(view.also_written(roads), ["Highways", "Vejafdelingen"]);
    let office = history.unit_ix("osterby-administration").unwrap();
    let places: Vec<&str> = view.places(office).iter().map(|fact| fact.item.place.as_str()).collect();
    let telephones: Vec<Option<&str>> = view.contacts(office).iter().map(|fact| fact.item.value.as_deref()).collect();
    assert_eq!((places, telephones), (vec!["Osterby"], vec![Some("+45-5550-0100")]));
    let expected = [
        "2009-01-01 Merged: osterby-gardens, osterby-woods -> osterby-parks",
        "2019-06-01 Split: osterby-roads -> osterby-streets, osterby-lights",
    ];
    assert_eq!(events(&history), expected);
    let found = diff::diff(view, history.view_at(after, Lens::default()), DiffOptions::default());
    let told =
        |change: &diff::Change| format!("{:?} {:?} {}", change.kind, change.verdict, history.unit_id(change.unit));
    let mut told: Vec<String> = found.changes.iter().map(told).collect();
    told.sort();
    let expected = [
        "Created Stated osterby-lights",
        "Created Stated osterby-streets",
        "NotObserved Unknown osterby-head-of-roads",
        "NotObserved Unknown osterby-parks",
        "Renamed Implied osterby-parks",
        "Split Stated osterby-roads",
    ];
    assert_eq!(told, expected);
    assert!(found.changes.iter().all(|change| change.kind != ChangeKind::Removed));
}

#[test]
fn a_statement_in_turtle_stands_on_the_line_that_completes_it() {
    let text = "
:acme a org:Organization ;
    skos:prefLabel \"Acme\"
    ; org:hasUnit :press .

:press rdfs:label
    \"Press Office\"@en .
:legal a org:OrganizationalUnit ; org:unitOf :acme ;
    rdfs:label \"\"\"Legal
Office\"\"\" .
";
    let history = load_turtle(text, "");
    // The prefixes are lines 1 to 8.
    assert_eq!(lines(&history, "acme"), ["10-12", "11", ""]);
    assert_eq!(lines(&history, "press"), ["15", "15", "12"]);
    assert_eq!(lines(&history, "legal"), ["16, 18", "18", "16"]);
}

#[test]
fn a_statement_in_json_ld_stands_where_its_object_gives_it() {
    let text = r#"{
  "@context": {
    "@base": "https://acme.example/id/",
    "org": "http://www.w3.org/ns/org#",
    "label": "http://www.w3.org/2000/01/rdf-schema#label",
    "uri": "@id",
    "unitOf": {"@id": "org:unitOf", "@type": "@id"}
  },
  "@graph": [
    {
      "uri": "acme",
      "@type": "org:Organization",
      "label": "Acme"
    },
    {
      "uri": "https://acme.example/id/press",
      "@type": "org:OrganizationalUnit",
      "unitOf": "acme",
      "label": [
        {"@value": "Presse", "@language": "fr"},
        {"@value": "Press", "@language": "en"}
      ]
    },
    {
      "@type": "org:Membership",
      "org:member": {"label": "Ada"},
      "org:organization": {"uri": "head"}
    },
    {"uri": "head", "@type": "org:Post", "org:postIn": {"uri": "press"}, "label": "Head"}
  ]
}"#;
    let history = load_as("t.jsonld", text, "language: en\n");
    assert_eq!(units(page(&history), &history), ["acme", "head < press", "press < acme"]);
    assert_eq!(lines(&history, "acme"), ["12-13", "13", ""]);
    assert_eq!(lines(&history, "press"), ["17-18, 20-21", "21", "18"]);
    assert_eq!(holder(page(&history), &history, "head").as_deref(), Some("Ada"));
    let snapshot = history.corpus().snapshots.values().next().unwrap();
    let head = snapshot.mentions.iter().find(|mention| mention.unit.as_str() == "head").unwrap();
    assert_eq!(head.details.holder.as_ref().unwrap().evidence.lines.as_ref().unwrap().to_string(), "26-27");
}

#[track_caller]
fn check_name(labels: &str, more: &str, expected: &str, also: &[&str]) {
    let history = load_turtle(&format!(":a a org:Organization ; {labels} ."), more);
    let (view, unit) = (page(&history), history.unit_ix("a").unwrap());
    assert_eq!((view.name(unit).text, view.also_written(unit)), (expected, also.to_vec()), "{labels} {more}");
}

#[test]
fn a_name_is_that_of_the_language_then_without_one_then_the_first() {
    let three = r#"skos:prefLabel "Amt"@de, "Office", "Bureau"@fr"#;
    check_name(three, "", "Office", &["Amt", "Bureau"]);
    check_name(three, "language: fr\n", "Bureau", &["Amt", "Office"]);
    check_name(three, "language: it\n", "Office", &["Amt", "Bureau"]);
    check_name(r#"rdfs:label "Bureau"@fr, "Amt"@de-AT"#, "", "Amt", &["Bureau"]);
    check_name(r#"rdfs:label "Bureau"@fr, "Amt"@de-AT"#, "language: de\n", "Amt", &["Bureau"]);
    check_name(r#"rdfs:label "Label" ; skos:prefLabel "Preferred"@en"#, "", "Preferred", &["Label"]);
    check_name(r#"foaf:name "Acme" ; skos:altLabel "ACME Inc.""#, "", "Acme", &["ACME Inc."]);
}

#[track_caller]
fn check_kind(statements: &str, expected: Option<&str>) {
    let history = load_turtle(&format!(":a org:unitOf :top . :top a org:Organization . {statements}"), "");
    let unit = history.unit_ix("a").unwrap();
    assert_eq!(page(&history).kind(unit).map(|kind| kind.text), expected, "{statements}");
}

#[test]
fn a_kind_is_the_classification_then_the_closest_type() {
    check_kind("", None);
    check_kind(":a a org:OrganizationalUnit .", Some("organizational-unit"));
    check_kind(":a a org:Organization, org:FormalOrganization .", Some("formal-organization"));
    check_kind(":a a org:Organization, <https://x.example/PublicBody> .", Some("public-body"));
    check_kind(
        ":a a org:Organization ; org:classification :c . :c skos:prefLabel \"Public Body\" .",
        Some("public body"),
    );
    check_kind(":a a org:Organization ; org:classification :localCouncil .", Some("local-council"));
    check_kind(":ada org:holds :a .", Some("post"));
}

#[track_caller]
fn check_units(statements: &str, expected: &[&str]) {
    let history = load_turtle(statements, "");
    assert_eq!(units(page(&history), &history), expected, "{statements}");
}

#[test]
fn structure_is_read_from_either_end() {
    check_units(":a org:hasSubOrganization :b . :b org:subOrganizationOf :a .", &["a", "b < a"]);
    check_units(":a org:hasUnit :b . :c org:unitOf :b .", &["a", "b < a", "c < b"]);
    check_units(":a org:hasPost :p . :p a org:Post .", &["a", "p < a"]);
    // In an organization a post reports to another; alone it stands below it.
    check_units(
        ":a a org:Organization . :p org:postIn :a ; org:reportsTo :q . :q org:postIn :a .",
        &["a", "p < a", "q < a"],
    );
    check_units(":a org:hasPost :q . :p a org:Post ; org:reportsTo :q .", &["a", "p < q", "q < a"]);
}

#[track_caller]
fn check_change(statements: &str, expected: &[&str]) {
    let four = ":a a org:Organization . :b a org:Organization . :c a org:Organization . :d a org:Organization .";
    let history = load_turtle(&format!("{four} {statements}"), "");
    let shown: Vec<String> = units(page(&history), &history);
    let told: Vec<String> = events(&history).into_iter().chain([shown.join(" ")]).collect();
    assert_eq!(told, expected, "{statements}");
}

#[test]
fn the_type_of_a_change_follows_from_what_goes_in_and_what_comes_out() {
    let event = |sides: &str| format!(":e a org:ChangeEvent ; prov:endedAtTime \"2010-05-01T00:00:00Z\" ; {sides} .");
    let (from, to) = ("org:originalOrganization", "org:resultingOrganization");
    check_change(&event(&format!("{from} :a ; {to} :b")), &["2010-05-01 Succeeded: a -> b", "b c d"]);
    check_change(&event(&format!("{from} :a, :b ; {to} :c")), &["2010-05-01 Merged: a, b -> c", "c d"]);
    check_change(&event(&format!("{from} :a ; {to} :b, :c")), &["2010-05-01 Split: a -> b, c", "b c d"]);
    check_change(&event(&format!("{from} :a ; {to} :a, :b")), &["2010-05-01 Split: a -> a, b", "a b c d"]);
    check_change(&event(&format!("{from} :a, :b ; {to} :b")), &["2010-05-01 Absorbed: a -> b", "b c d"]);
    check_change(&event(&format!("{from} :a, :b ; {to} :c, :d")), &["2010-05-01 Succeeded: a, b -> c, d", "c d"]);
    check_change(&event(&format!("{to} :a")), &["2010-05-01 Created:  -> a", "a b c d"]);
    check_change(&event(&format!("{from} :a")), &["2010-05-01 Dissolved: a -> ", "b c d"]);
    // The same from the side of the units.
    check_change(
        ":a org:changedBy :e . :b org:resultedFrom :e . :e prov:startedAtTime \"2009\" ; prov:endedAtTime \"2010\" .",
        &["2009/2010 Succeeded: a -> b", "b c d"],
    );
    // What the file dates later goes on.
    let later = format!("{} :a prov:invalidatedAtTime \"2015\" .", event(&format!("{from} :a ; {to} :b, :c")));
    check_change(&later, &["2010-05-01 Split: a -> b, c", "2015 Dissolved: a -> ", "b c d"]);
    let before = format!("{} :b prov:generatedAtTime \"1990\" .", event(&format!("{from} :a ; {to} :b")));
    check_change(&before, &["1990 Created:  -> b", "2010-05-01 Absorbed: a -> b", "b c d"]);
}

#[track_caller]
fn check_holder(statements: &str, expected: Option<&str>) {
    let history = load_turtle(&format!(":a org:hasPost :head . :ada foaf:name \"Ada\" . {statements}"), "");
    assert_eq!(holder(page(&history), &history, "head").as_deref(), expected, "{statements}");
}

#[test]
fn a_holder_is_the_one_whose_membership_holds_on_the_date() {
    check_holder("", None);
    check_holder(":ada org:holds :head .", Some("Ada"));
    check_holder(":head org:heldBy :ada .", Some("Ada"));
    let of = |during: &str| format!("[] org:member :ada ; org:organization :head ; org:memberDuring [ {during} ] .");
    check_holder(&of("time:hasBeginning [ time:inXSDDate \"2020-06-01\" ]"), Some("Ada"));
    check_holder(&of("time:hasBeginning [ time:inXSDDate \"2020-06-02\" ]"), None);
    check_holder(&of("time:hasEnd [ time:inXSDDateTime \"2020-05-31T23:59:59\" ]"), None);
    // A membership that is over is not undone by a statement without a date.
    let over = of("time:hasEnd [ time:inXSDgYear \"2019\" ]");
    check_holder(&format!("{over} :ada org:holds :head ."), None);
    check_holder(":ada org:hasMembership :m . :m org:organization :head .", Some("Ada"));
    // Someone without a name is nobody who could be shown.
    check_holder("[] org:holds :head .", None);
}

#[test]
fn a_text_over_many_lines_keeps_its_lines_and_costs_no_more_than_they_do() {
    let comment = "# nothing\n".repeat(3_000);
    let long = "word\n".repeat(40_000);
    let text = format!(":a a org:Organization ;\n rdfs:comment \"\"\"{long}\"\"\" .\n{comment}:b org:unitOf :a .\n");
    let history = load_turtle(&text, "");
    assert_eq!(units(page(&history), &history), ["a", "b < a"]);
    let [own, ..] = lines(&history, "b");
    let (first, last) = own.split_once('-').unwrap_or((&own, &own));
    let at = 10 + 40_000 + 3_000 + 1;
    assert!(first.parse::<u32>().unwrap() <= at && at <= last.parse::<u32>().unwrap(), "{own} holds {at}");
}
