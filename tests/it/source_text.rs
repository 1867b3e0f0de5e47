//! The text of cited lines: offered from the reader's own folder, where its copy is the file that was curated.

use std::fs;
use std::path::Path;

use async_graphql::Request;
use eragraph::api::{self, Budget, with_codes};
use eragraph::config::{Config, Limits};
use eragraph::source::InputFile;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::service::{Loaded, in_checkout};

/// A store with one snapshot, and the folder where its source may lie.
struct Case {
    loaded: Loaded,
    folder: TempDir,
    config: Config,
}

const TEXT: &[u8] = b"Bureau\r\nof Letters, founded 1901\r\n\xE9criture\r\nlast";

impl Case {
    /// The snapshot cites `lines` of a file that has this checksum.
    fn new(file: &str, sha256: Option<&str>, lines: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let loaded = Loaded::of("examples/riverside-library");
        let sha256 = sha256.map_or_else(String::new, |hash| format!(", sha256: \"{hash}\""));
        let text = format!(
            "snapshot: letters\nobserved: 2001-05-05\ntitle: Staff list\nsource: {{file: \"{file}\"{sha256}}}\n\
             date-evidence: [{{lines: 1, basis: stated}}]\n\
             units: [{{id: bureau, name: Bureau, kind: agency, lines: \"{lines}\"}}]\n"
        );
        let input = InputFile { name: "letters.yaml".to_owned(), bytes: text.into_bytes() };
        loaded.repository.load(&[input], &[], None, jiff::Timestamp::UNIX_EPOCH).unwrap();
        let config = Config { sources: Some(folder.path().to_owned()), ..Config::default() };
        Self { loaded, folder, config }
    }

    fn of_text(lines: &str) -> Self {
        let case = Self::new("list.txt", Some(&hash(TEXT)), lines);
        case.write("list.txt", TEXT);
        case
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// Asks for the text of the evidence of the bureau.
    fn ask(&self) -> Value {
        let question = "{ view(at: {snapshot: \"letters\"}) { unit(id: \"bureau\") { \
                        evidence { textStatus text { number text } } } } }";
        let mut answer = self.ask_all(&[question]);
        answer.remove(0)["data"]["view"]["unit"]["evidence"][0].take()
    }

    /// Asks one service one question after another.
    fn ask_all(&self, questions: &[&str]) -> Vec<Value> {
        let schema = api::schema_for(self.loaded.repository.clone(), &self.config);
        questions.iter().map(|question| ask(&schema, &self.config.limits, question)).collect()
    }
}

fn ask(schema: &api::ApiSchema, limits: &Limits, question: &str) -> Value {
    let answer = schema.execute(Request::new(question).data(Budget::new(limits)));
    serde_json::from_slice(&with_codes(answer).into_json()).unwrap()
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[track_caller]
fn check_withheld(case: &Case, status: &str) {
    assert_eq!(case.ask(), json!({"textStatus": status, "text": null}));
}

#[test]
fn the_lines_of_the_file_that_was_curated_are_offered_with_their_numbers() {
    let expected = json!({"textStatus": "OFFERED", "text": [
        {"number": 1, "text": "Bureau"},
        {"number": 3, "text": "\u{FFFD}criture"},
        {"number": 4, "text": "last"},
    ]});
    assert_eq!(Case::of_text("1, 3-4").ask(), expected);
}

#[test]
fn another_version_of_the_file_is_never_shown() {
    let case = Case::of_text("1");
    case.write("list.txt", b"Bureau\n");
    check_withheld(&case, "SOURCE_CHANGED");
}

#[test]
fn a_file_that_changes_under_the_service_is_not_shown_from_memory() {
    let case = Case::of_text("1");
    let schema = api::schema_for(case.loaded.repository.clone(), &case.config);
    let question = "{ view(at: {snapshot: \"letters\"}) { unit(id: \"bureau\") { evidence { textStatus } } } }";
    let status = |schema: &api::ApiSchema| {
        ask(schema, &case.config.limits, question)["data"]["view"]["unit"]["evidence"][0]["textStatus"].clone()
    };
    // Long enough ago that the service keeps what it read.
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let path = case.folder.path().join("list.txt");
    let age = || fs::File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
    age();
    assert_eq!((status(&schema), status(&schema)), (json!("OFFERED"), json!("OFFERED")));
    // The same length and, as far as its modification tells, the same time.
    let mut changed = TEXT.to_vec();
    changed[0] = b'X';
    fs::write(&path, &changed).unwrap();
    age();
    assert_eq!(status(&schema), json!("SOURCE_CHANGED"));
    fs::remove_file(&path).unwrap();
    assert_eq!(status(&schema), json!("SOURCE_MISSING"));
    fs::write(&path, TEXT).unwrap();
    assert_eq!(status(&schema), json!("OFFERED"));
}

#[test]
fn why_no_text_is_offered_is_told() {
    check_withheld(&Case::new("list.txt", Some(&hash(TEXT)), "1"), "SOURCE_MISSING");
    check_withheld(&Case::of_text("4-5"), "NO_SUCH_LINES");
    let case = Case::new("list.txt", None, "1");
    case.write("list.txt", TEXT);
    check_withheld(&case, "NO_CHECKSUM");
    let mut case = Case::of_text("1");
    case.config.limits.source_bytes = TEXT.len() - 1;
    check_withheld(&case, "SOURCE_TOO_LARGE");
    case.config.limits.source_bytes += 1;
    assert_eq!(case.ask()["textStatus"], "OFFERED");
    case.config.sources = None;
    check_withheld(&case, "NO_SOURCES_FOLDER");
}

#[test]
fn a_name_that_leads_out_of_the_folder_finds_nothing() {
    let outside = TempDir::new().unwrap();
    let secret = outside.path().join("secret.txt");
    fs::write(&secret, TEXT).unwrap();
    for name in [secret.to_str().unwrap(), "../secret.txt", "./../secret.txt", ".", "sub/../../x"] {
        check_withheld(&Case::new(name, Some(&hash(TEXT)), "1"), "SOURCE_MISSING");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_within_the_folder_and_not_out_of_it() {
    use std::os::unix::fs::symlink;
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret.txt"), TEXT).unwrap();
    let link = |name: &str, to: &Path| {
        let case = Case::new(name, Some(&hash(TEXT)), "1");
        case.write("real.txt", TEXT);
        symlink(to, case.folder.path().join(name.split('/').next().unwrap())).unwrap();
        case
    };
    check_withheld(&link("list.txt", &outside.path().join("secret.txt")), "SOURCE_MISSING");
    check_withheld(&link("sub/secret.txt", outside.path()), "SOURCE_MISSING");
    assert_eq!(link("list.txt", Path::new("real.txt")).ask()["textStatus"], "OFFERED");
}

#[test]
fn what_names_no_lines_has_no_text() {
    let loaded = Loaded::of("examples/riverside-library");
    let config = Config { sources: Some(in_checkout("examples/riverside-library/sources")), ..Config::default() };
    let schema = api::schema_for(loaded.repository.clone(), &config);
    let question = "{ event(id: \"riverside-library-founded\") { evidence { textStatus text { text } } } }";
    let answer = ask(&schema, &config.limits, question);
    assert_eq!(answer["data"]["event"]["evidence"], json!([{"textStatus": "NO_LINES", "text": null}]));
}

#[test]
fn an_answer_holds_no_more_of_sources_than_its_bounds() {
    for (lines, bytes, fits) in [(2, 100, true), (1, 100, false), (2, 30, true), (2, 29, false)] {
        let mut case = Case::of_text("1-2");
        case.config.limits.source_lines = lines;
        case.config.limits.source_text_bytes = bytes;
        let question = "{ view(at: {snapshot: \"letters\"}) { unit(id: \"bureau\") { evidence { text { text } } } } }";
        let answer = case.ask_all(&[question]).remove(0);
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        assert_eq!(code, (!fits).then_some("RESULT_TOO_LARGE"), "{lines} lines, {bytes} bytes: {answer}");
        // One budget for one request.
        let twice = question.replace("evidence {", "evidence { text { text } } more: evidence {");
        let answer = case.ask_all(&[&twice]).remove(0);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "RESULT_TOO_LARGE", "{answer}");
    }
}

#[test]
fn every_line_that_the_library_cites_is_offered() {
    let loaded = Loaded::of("examples/riverside-library");
    let config = Config { sources: Some(in_checkout("examples/riverside-library/sources")), ..Config::default() };
    let schema = api::schema_for(loaded.repository.clone(), &config);
    let question = "{ view(at: {date: \"2006-01-01\"}) { units { nodes { name nameForm claim(attribute: NAME) { value \
                    evidence { textStatus text { text } } } } } } }";
    let answer = ask(&schema, &config.limits, question);
    let units = answer["data"]["view"]["units"]["nodes"].as_array().unwrap();
    assert!(units.len() > 5, "{answer}");
    for unit in units {
        let evidence = &unit["claim"]["evidence"][0];
        assert_eq!(evidence["textStatus"], "OFFERED", "{unit}");
        let lines = evidence["text"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap());
        let text = lines.collect::<Vec<_>>().join(" ");
        assert!(unit["nameForm"] != "WRITTEN" || text.contains(unit["name"].as_str().unwrap()), "{unit}");
    }
}
