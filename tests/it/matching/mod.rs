//! Which units of new snapshots are proposed as known ones, which are namesakes, and how often that is right.

mod measure;

use eragraph::diagnostics::Colour;
use eragraph::matching::{Outcome, Suggestions, suggest};
use eragraph::model::{Corpus, Record};
use eragraph::repository::check_files;
use eragraph::source::InputFile;

use measure::{Trial, corpus, measure};

/// A snapshot of a year: a line for each unit, `id | name | kind` and further fields, nested by two spaces.
fn snapshot(year: u32, units: &str) -> String {
    let head =
        format!("snapshot: city-{year}\nobserved: \"{year}\"\ntitle: Staff list\nsource: {{reference: a list}}\n");
    let mut text = head + "units:\n";
    let mut above = 0;
    for line in units.lines().filter(|line| !line.trim().is_empty()) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let pad = "    ".repeat(depth);
        if depth > above {
            text.push_str(&format!("{pad}units:\n"));
        }
        above = depth;
        let mut fields = line.trim().split(" | ");
        let (id, name, kind) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
        text.push_str(&format!(
            "{pad}  - id: {id}\n{pad}    name: \"{name}\"\n{pad}    kind: {kind}\n{pad}    lines: 1\n"
        ));
        for field in fields {
            text.push_str(&format!("{pad}    {field}\n"));
        }
    }
    text
}

#[track_caller]
fn read(texts: &[String]) -> (Vec<Record>, Corpus) {
    let file =
        |(at, text): (usize, &String)| InputFile { name: format!("{at}.yaml"), bytes: text.clone().into_bytes() };
    let files: Vec<InputFile> = texts.iter().enumerate().map(file).collect();
    let (parsed, corpus) = check_files(&files, &Corpus::default(), &[], None);
    assert!(!parsed.report.has_errors(), "{}\n{}", parsed.report.to_human(Colour::Never), texts.join("---\n"));
    (parsed.records.into_iter().map(|(_, record)| record).collect(), corpus)
}

/// Returns each match in a line: `new → known OUTCOME`.
fn lines(found: &Suggestions) -> Vec<String> {
    let line = |found: &eragraph::matching::Match| {
        format!("{} → {} {:?}", found.unit, found.candidates[0].unit, found.outcome)
    };
    found.matches.iter().map(line).collect()
}

/// Compares files with one another, in an empty store.
#[track_caller]
fn check(texts: &[String], expected: &[&str]) -> Suggestions {
    let (records, _) = read(texts);
    let found = suggest(&Corpus::default(), &records);
    assert_eq!(lines(&found), expected, "{found:#?}");
    found
}

const CITY: &str = "
city | City of Example | city
  works | Department of Public Works | department
    works-admin | Administration | section
    works-legal | Legal Section | section
    roads | Roads and Bridges | section
  parks | Parks and Gardens | department
    parks-crew | Tree Crew | section
  health | Public Health Service | department
";

#[test]
fn a_name_that_is_only_spelled_otherwise_is_the_same() {
    let later = "
city | City of Example | city
  x-parks | The Parks & Gardens | department
  x-health | Públic Health Servise | department
";
    let expected = ["x-parks → parks Likely", "x-health → health Likely"];
    check(&[snapshot(2001, CITY), snapshot(2005, later)], &expected);
}

#[test]
fn a_common_name_under_another_parent_is_a_namesake() {
    let later = "
city | City of Example | city
  works | Department of Public Works | department
  parks | Parks and Gardens | department
    parks-admin | Administration | section
  housing | Housing Authority | department
    housing-legal | Legal Section | section
";
    let expected = ["parks-admin → works-admin Homonym", "housing-legal → works-legal Homonym"];
    let found = check(&[snapshot(2001, CITY), snapshot(2005, later)], &expected);
    assert!(found.matches.iter().all(|found| found.candidates[0].score < 0.5), "{found:#?}");
    // A source that is silent on the old parent makes it no better.
    let silent = later.replace("  works | Department of Public Works | department\n", "");
    check(&[snapshot(2001, CITY), snapshot(2005, &silent)], &expected);
}

#[test]
fn namesakes_are_told_apart_by_what_their_parents_are_taken_for() {
    let both = format!("{CITY}\n").replace(
        "    parks-crew | Tree Crew | section\n",
        "    parks-crew | Tree Crew | section\n    parks-admin | Administration | section\n",
    );
    let later = "
x-city | City of Example | city
  x-parks | Parks and Gardens | department
    x-parks-admin | Administration | section
  x-works | Department of Public Works | department
    x-works-admin | Administration | section
";
    let expected = [
        "x-city → city Likely",
        "x-parks → parks Likely",
        "x-parks-admin → parks-admin Likely",
        "x-works → works Likely",
        "x-works-admin → works-admin Likely",
    ];
    check(&[snapshot(2001, &both), snapshot(2005, later)], &expected);
}

#[test]
fn units_that_one_source_shows_side_by_side_are_never_one() {
    let later = "
city | City of Example | city
  roads | Roads and Bridges | section
  x-roads | Roads and Bridges | section
";
    check(&[snapshot(2001, CITY), snapshot(2005, later)], &[]);
    // Nor where a third source shows the two.
    let alone = later.replace("  roads | Roads and Bridges | section\n", "");
    check(&[snapshot(2001, CITY), snapshot(2005, &alone), snapshot(2009, later)], &[]);
    check(&[snapshot(2001, CITY), snapshot(2005, &alone)], &["x-roads → roads Homonym"]);
}

#[test]
fn a_known_unit_goes_to_the_one_that_fits_it_best() {
    let later = "
city | City of Example | city
  works | Department of Public Works | department
    x-roads | Roads and Bridges | section
  parks | Parks and Gardens | department
    y-roads | Roads and Bridges | section
";
    let expected = ["x-roads → roads Likely", "y-roads → roads Homonym"];
    let found = check(&[snapshot(2001, CITY), snapshot(2005, later)], &expected);
    let reasons: Vec<&str> = found.matches[1].candidates[0].reasons.iter().map(|reason| &*reason.text).collect();
    assert!(reasons.contains(&"`x-roads` of the same source fits it better"), "{reasons:?}");
}

#[test]
fn a_trait_in_common_makes_more_of_a_common_name() {
    let with_holder = CITY.replace("Administration | section", "Administration | section | holder: {name: Ada Quill}");
    let later = "
city | City of Example | city
  parks | Parks and Gardens | department
    x-admin | Administration | section | holder: {name: Ada Quill}
";
    check(&[snapshot(2001, &with_holder), snapshot(2005, later)], &["x-admin → works-admin Possible"]);
    check(&[snapshot(2001, CITY), snapshot(2005, later)], &["x-admin → works-admin Homonym"]);
}

#[test]
fn an_acronym_finds_a_unit_that_has_another_name() {
    let known = CITY.replace("Public Health Service | department", "Public Health Service | department | acronym: PHS");
    let later = "
city | City of Example | city
  x-health | Wellbeing | department | acronym: P.H.S.
";
    let found = check(&[snapshot(2001, &known), snapshot(2005, later)], &["x-health → health Possible"]);
    assert_eq!(found.matches[0].candidates[0].reasons[0].text, "the same acronym, PHS");
    // The initials of a name that the source leaves out are less than an acronym that both write.
    let spelled = check(&[snapshot(2001, CITY), snapshot(2005, later)], &["x-health → health Possible"]);
    assert!(spelled.matches[0].candidates[0].score < found.matches[0].candidates[0].score, "{spelled:#?}");
}

#[test]
fn a_former_name_is_a_name() {
    let renamed = "
city | City of Example | city
  health | Wellbeing | department
";
    let later = "
city | City of Example | city
  x-health | Public Health Service | department
";
    let texts = [snapshot(2001, CITY), snapshot(2005, renamed), snapshot(2009, later)];
    let found = check(&texts, &["x-health → health Likely"]);
    assert_eq!(found.matches[0].candidates[0].reasons[0].text, "the same name, which it also had");
}

#[test]
fn an_event_that_ends_a_unit_or_joins_it_to_another_is_heard() {
    let later = "
city | City of Example | city
  x-health | Public Health Service | department
";
    let event = |results: &str| {
        let reference = "basis: outside, reference: the Gazette";
        let (kind, results) = if results.is_empty() {
            ("dissolved", String::new())
        } else {
            ("succeeded", format!("results: [{results}], "))
        };
        format!("events: [{{id: end, type: {kind}, date: \"2003\", originals: [health], {results}{reference}}}]\n")
    };
    let texts = [snapshot(2001, CITY), snapshot(2005, later)];
    let likely = check(&texts, &["x-health → health Likely"]);
    let with = |event: String| [texts.to_vec(), vec![event]].concat();
    let ended = suggest(&Corpus::default(), &read(&with(event(""))).0);
    let score = |found: &Suggestions| found.matches[0].candidates[0].score;
    assert!(score(&ended) < score(&likely), "{ended:#?}");
    check(&with(event("x-health")), &[]);
}

#[test]
fn an_id_that_is_given_to_another_unit_is_doubted() {
    let later = "
city | City of Example | city
  works | Department of Public Works | department
    health | Tree Crew | section
  parks | Parks and Gardens | department
";
    let found = check(&[snapshot(2001, CITY), snapshot(2005, later)], &[]);
    let [doubt] = &found.doubts[..] else { panic!("{found:#?}") };
    assert_eq!((doubt.unit.as_str(), &*doubt.name, &*doubt.known_as), ("health", "Tree Crew", "Public Health Service"));
    assert_eq!(doubt.rather, None, "a section elsewhere with that name may be another");
    let moved = later.replace("    health | Tree Crew | section\n", "").replace(
        "  parks | Parks and Gardens | department\n",
        "  parks | Parks and Gardens | department\n    health | Tree Crew | section\n",
    );
    let found = check(&[snapshot(2001, CITY), snapshot(2005, &moved)], &[]);
    assert_eq!(found.doubts[0].rather.as_ref().unwrap().unit.as_str(), "parks-crew");
}

#[test]
fn a_join_that_is_explained_is_not_doubted() {
    let later = "
city | City of Example | city
  works | Department of Public Works | department
    health | Tree Crew | section | MORE
";
    let count = |more: &str, texts: &[String]| {
        let later = snapshot(2005, &later.replace(" | MORE", more));
        let (records, _) = read(&[&[snapshot(2001, CITY), later], texts].concat());
        suggest(&Corpus::default(), &records).doubts.len()
    };
    assert_eq!(count("", &[]), 1);
    assert_eq!(count(" | same: {basis: inferred, lines: 1}", &[]), 0);
    assert_eq!(count(" | acronym: PHS", &[]), 0, "its initials are those of the name that it had");
    let renamed = "events: [{id: e, type: renamed, date: \"2003\", originals: [health], \
                   results: [{unit: health, name: Tree Crew}], basis: outside, reference: the Gazette}]\n";
    assert_eq!(count("", &[renamed.to_owned()]), 0);
}

#[test]
fn the_answer_does_not_depend_on_the_order_of_the_files() {
    let (mut records, _) = read(&[snapshot(2001, CITY), snapshot(2005, &CITY.replace("parks", "x-parks"))]);
    let found = suggest(&Corpus::default(), &records);
    records.reverse();
    assert_eq!(suggest(&Corpus::default(), &records), found);
    assert_eq!(lines(&found), ["x-parks → parks Likely", "x-parks-crew → parks-crew Likely"]);
}

#[test]
fn what_is_loaded_again_is_not_compared_with_itself() {
    let (records, corpus) = read(&[snapshot(2001, CITY)]);
    let found = suggest(&corpus, &records);
    assert_eq!((found.known_units, found.new_units, found.matches.len()), (0, 8, 0));
    let (later, _) = read(&[snapshot(2005, "x-city | City of Example | city\n")]);
    let found = suggest(&corpus, &later);
    assert_eq!((found.known_units, found.new_units), (8, 1));
    assert_eq!(lines(&found), ["x-city → city Likely"]);
}

#[test]
fn the_pairs_weighed_are_bounded_however_many_units_are_known() {
    let many = |letter: char, count: usize| {
        let unit = |at: usize| format!("  {letter}{at} | Section {} of Administration | section\n", at % 100);
        format!("{letter} | City {letter} | city\n{}", (0..count).map(unit).collect::<String>())
    };
    let (records, _) = read(&[snapshot(2001, &many('a', 1500)), snapshot(2005, &many('b', 20))]);
    let found = suggest(&Corpus::default(), &records);
    assert_eq!(found.new_units, 1522);
    // At most 48 known units for each new one, in each of four rounds.
    assert!(found.compared <= 21 * 48 * 4, "{}", found.compared);
    assert!(found.matches.iter().all(|found| found.outcome != Outcome::Likely), "{:?}", lines(&found));
}

#[test]
fn the_curated_ids_are_neither_joined_nor_doubted() {
    for path in ["snapshots/ice", "examples/riverside-library"] {
        let corpus = corpus(path);
        let records: Vec<Record> =
            corpus.snapshots.values().map(|snapshot| Record::Snapshot(std::sync::Arc::clone(snapshot))).collect();
        let found = suggest(&corpus, &records);
        assert_eq!((lines(&found), found.doubts), (Vec::new(), Vec::new()), "{path}");
    }
}

/// What `docs/matching.md` says: nothing wrong is proposed, and most of what is right.
#[test]
fn what_is_proposed_is_right_in_the_published_data() {
    let (ice, riverside) = ("snapshots/ice", "examples/riverside-library");
    let trials = [
        (ice, Trial::AllIds, 75),
        (ice, Trial::AllIdsAgainstEarlier, 80),
        (riverside, Trial::AllIds, 90),
        (riverside, Trial::AllIdsAgainstEarlier, 80),
        (riverside, Trial::OneId, 100),
    ];
    for (path, trial, least) in trials {
        let figures = measure(&corpus(path), trial);
        assert!(figures.known > 6, "{path}, {trial:?}: {figures:?}");
        assert_eq!((figures.precision(), figures.possible_wrong), (100, 0), "{path}, {trial:?}: {figures:?}");
        assert!(figures.recall() >= least, "{path}, {trial:?}: {figures:?}");
    }
}
