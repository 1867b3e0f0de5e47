//! `import`: structures of other people without a mapping file, told apart by what is in them.

use super::*;

const POPOLO: &str = r#"{"organizations": [{"id": "org/1", "name": "Acme", "classification": "Agency"}],
  "posts": [{"id": "head", "label": "Head", "organization_id": "org/1"}],
  "memberships": [{"post_id": "head", "person": {"name": "Ada Byrne"}}]}"#;

const JSON_LD: &str = r#"{"@context": {"org": "http://www.w3.org/ns/org#"}, "@id": "https://acme.example/press",
  "@type": "org:OrganizationalUnit", "http://www.w3.org/2000/01/rdf-schema#label": "Press Office"}"#;

const TURTLE: &str = "<https://acme.example/press> a <http://www.w3.org/ns/org#OrganizationalUnit> ;
    <http://www.w3.org/2000/01/rdf-schema#label> \"Press Office\"@en, \"Pressestelle\"@de .\n";

#[test]
fn a_structure_is_imported_with_its_date_alone() {
    let place = Place::new();
    place.write("acme.json", POPOLO);
    let told = place.text(&["import", "acme.json", "--observed", "2024-05", "--id-prefix", "x-"]);
    assert!(told.contains("put in 1 snapshot"), "{told}");
    let view = place.text(&["view", "x-acme-2024-05"]);
    assert!(view.contains("Acme · agency\n└── Head · post: Ada Byrne\n"), "{view}");
}

#[test]
fn the_format_is_told_by_the_name_or_by_what_is_in_the_file() {
    let place = Place::new();
    let mapping = |name: &str, text: &str, more: &[&str]| {
        place.write(name, text);
        place.text(&[&["import", name, "--print-mapping", "--observed", "2024"], more].concat())
    };
    let rest = "observed: \"2024\"\n";
    assert_eq!(mapping("a.json", POPOLO, &[]), format!("table: \"a.json\"\nformat: \"popolo\"\n{rest}"));
    assert_eq!(mapping("b.json", JSON_LD, &[]), format!("table: \"b.json\"\nformat: \"org-json-ld\"\n{rest}"));
    assert_eq!(mapping("c.jsonld", JSON_LD, &[]), format!("table: \"c.jsonld\"\n{rest}"));
    let said = mapping("d.txt", TURTLE, &["--table-format", "org-turtle", "--language", "de"]);
    assert_eq!(said, format!("table: \"d.txt\"\nformat: \"org-turtle\"\n{rest}language: \"de\"\n"));
    place.text(&["import", "d.txt", "--table-format", "org-turtle", "--language", "de", "--observed", "2024"]);
    let view = place.text(&["view", "d-2024"]);
    assert!(view.contains("Pressestelle · organizational-unit\n"), "{view}");
    check_exit(&place.run(&["import", "d.txt", "--table-format", "turtle", "--observed", "2024"]), 2);
}

#[test]
fn a_structure_without_a_date_or_with_a_fault_loads_nothing() {
    let place = Place::new();
    place.write("acme.json", POPOLO);
    place.write("bad.json", &POPOLO.replace("\"org/1\"}],\n", "\"org/2\"}],\n"));
    for args in [vec!["import", "acme.json"], vec!["import", "bad.json", "--observed", "2024"]] {
        check_exit(&place.run(&args), 1);
    }
    assert_eq!(out(&place.run(&["view", "acme-2024"])), "");
}
