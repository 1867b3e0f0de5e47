//! The program as its users meet it: every verb, every exit code, and output that scripts can rely on.

mod importing;
mod reading;
mod remote;
mod settings;
mod suggesting;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use eragraph::repository::Repository;
use serde_json::Value;
use tempfile::TempDir;

const OFFICES: &str = "\
snapshot: offices-2001
observed: 2001-05-05
era: first
title: Staff list
source: {file: list.txt}
units:
  - id: bureau
    name: Bureau
    kind: agency
    lines: 1
    units:
      - {id: archive, name: Archive, kind: office, lines: 2}
      - {id: registry, name: Registry, kind: office, lines: 3}
";

const ERA: &str = "eras: [{id: first, name: The first years}]\n";

/// A working directory of its own, with the program in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A place with a store that holds the published example as revision 1.
    fn with_example() -> Self {
        let place = Self::new();
        check_exit(&place.run(&["load", &example()]), 0);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eragraph"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        for name in ["NO_COLOR", "RUST_LOG"] {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ERAGRAPH_")) {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a verb that must end well, and returns what it writes.
    #[track_caller]
    fn text(&self, args: &[&str]) -> String {
        let output = self.run(args);
        check_exit(&output, 0);
        out(&output)
    }

    /// Runs a verb that must end well and write one JSON document.
    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let text = self.text(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// Starts the service on a free port; returns it with the lines up to its address.
    fn serve(&self, args: &[&str]) -> (Service, String) {
        let mut command = self.command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat());
        let mut service = Service(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        let mut lines = String::new();
        let mut stdout = BufReader::new(service.0.stdout.take().unwrap());
        while !lines.contains("/graphql") && stdout.read_line(&mut lines).unwrap() > 0 {}
        (service, lines)
    }
}

/// A running service, ended with the test.
struct Service(Child);

impl Service {
    /// Ends the service and returns its notes.
    fn notes(mut self) -> String {
        self.0.kill().unwrap();
        let mut notes = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut notes).unwrap();
        notes
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks a running service, at the address that it told.
fn ask(told: &str, query: &str) -> String {
    let address = told.lines().find_map(|line| line.strip_prefix("listening on ")).unwrap();
    let body = serde_json::json!({ "query": query }).to_string();
    let length = body.len();
    let head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json";
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    answer
}

fn example() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/riverside-library").display().to_string()
}

fn sources() -> String {
    format!("{}/sources", example())
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn notes(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn check_exit(output: &Output, expected: i32) {
    let told = format!("{}{}", out(output), notes(output));
    assert_eq!(output.status.code(), Some(expected), "{told}");
}

#[track_caller]
fn check_refused(output: &Output, expected: i32, note: &str) {
    check_exit(output, expected);
    assert!(notes(output).contains(note), "{}", notes(output));
}

#[test]
fn loading_tells_what_was_put_in_and_loading_it_again_changes_nothing() {
    let place = Place::new();
    let first = place.text(&["load", &example()]);
    assert!(first.starts_with("revision 1: put in 3 snapshots, 3 events, 2 eras, 1 declared unit\n"), "{first}");
    let again = place.text(&["load", &example()]);
    assert_eq!(again, "nothing changed: revision 1 has all of this as it is\n");
    assert_eq!(place.json(&["load", &example()])["changed"], false);
    assert_eq!(fs::read_to_string(place.path(".eragraph/.gitignore")).unwrap(), "*\n");
}

#[test]
fn an_input_with_errors_is_told_in_full_and_nothing_is_loaded() {
    let place = Place::new();
    place.write("in/offices.yaml", &OFFICES.replace("kind: office, lines: 3", "kidn: office"));
    let refused = place.run(&["load", "in"]);
    check_refused(&refused, 1, "nothing was loaded");
    for note in ["in/offices.yaml:13:", "did you mean `kind`?", "did you mean"] {
        assert!(notes(&refused).contains(note), "{}", notes(&refused));
    }
    let json = place.run(&["load", "in", "--format", "json"]);
    check_exit(&json, 1);
    let told: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(told["loaded"], false);
    assert!(told["report"]["errors"].as_u64().unwrap() > 1);
    check_refused(&place.run(&["view", "2001-05-05"]), 2, "nothing is loaded yet");
}

#[test]
fn a_withdrawal_that_leaves_something_hanging_is_refused() {
    let place = Place::with_example();
    let refused = place.run(&["load", "--remove", "riverside-newsletter-2008"]);
    check_refused(&refused, 1, "event `riverside-youth-renamed` names snapshot `riverside-newsletter-2008`");
    let misspelled = place.run(&["load", "--remove", "riverside-websit-2012"]);
    check_refused(&misspelled, 2, "did you mean `riverside-website-2012`?");
    let both = ["load", "--remove", "riverside-newsletter-2008", "--remove", "riverside-youth-renamed"];
    assert!(place.text(&both).starts_with("revision 2: withdrew "));
}

#[test]
fn a_past_revision_answers_as_it_did() {
    let place = Place::new();
    place.write("in/offices.yaml", OFFICES);
    place.write("in/era.yaml", ERA);
    place.text(&["load", "in"]);
    place.write("in/offices.yaml", &OFFICES.replace("name: Archive", "name: State Archive"));
    assert!(place.text(&["load", "in"]).starts_with("revision 2: put in 1 snapshot\n"));
    assert!(place.text(&["view", "2001-05-05"]).contains("├── State Archive · office\n"));
    assert!(place.text(&["view", "2001-05-05", "--revision", "1"]).contains("├── Archive · office\n"));
    check_refused(&place.run(&["view", "2001-05-05", "--revision", "3"]), 2, "the latest is 2");
    assert!(
        place.text(&["load", "--remove", "offices-2001"]).starts_with("revision 3: withdrew snapshot `offices-2001`")
    );
    check_refused(&place.run(&["view", "offices-2001"]), 2, "no snapshot or era `offices-2001`");
}

#[test]
fn validating_reports_and_loads_nothing() {
    let place = Place::new();
    let told = place.text(&["validate", &example(), "--sources", &sources()]);
    assert_eq!(told, "5 files, 3 snapshots, 3 events, 2 eras, 1 declared unit: no problems\n");
    place.write("list.txt", "Bureau\nArchive\nRegistry\n");
    place.write("in/offices.yaml", OFFICES);
    let alone = place.run(&["validate", "in/offices.yaml"]);
    check_exit(&alone, 1);
    assert!(out(&alone).contains("`first`"), "its era is in no file: {}", out(&alone));
    let told = place.run(&["validate", "in/offices.yaml", "--format", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&told.stdout).unwrap()["errors"], 1);
    assert!(!place.path(".eragraph").exists());
    place.write("in/era.yaml", ERA);
    place.text(&["load", "in/era.yaml"]);
    place.text(&["validate", "in/offices.yaml", "--with-store", "--sources", "."]);
}

#[test]
fn a_store_held_by_another_process_takes_no_load_but_can_be_read() {
    let place = Place::with_example();
    let (held, _) = Repository::open(&place.path(".eragraph")).unwrap();
    check_refused(&place.run(&["load", &example()]), 3, "is open elsewhere");
    check_refused(&place.run(&["verify"]), 3, "is open elsewhere");
    check_refused(&place.run(&["serve", "--listen", "127.0.0.1:0"]), 3, "is open elsewhere");
    assert!(place.text(&["view", "2005-01-01"]).contains("Bindery"));
    drop(held);
    place.text(&["verify"]);
}

#[test]
fn verifying_tells_damage_from_citations_that_fail() {
    let place = Place::with_example();
    let told = place.text(&["verify", "--sources", &sources()]);
    assert_eq!(told, "store: 1 revision, 5 inputs: sound\ncitations: no problems\n");
    place.write("elsewhere/annual-report-2004.txt", "another text\n");
    check_exit(&place.run(&["verify", "--sources", "elsewhere"]), 1);
    let objects = place.path(".eragraph/journal/objects");
    let folder = fs::read_dir(objects).unwrap().next().unwrap().unwrap().path();
    fs::write(fs::read_dir(folder).unwrap().next().unwrap().unwrap().path(), "damaged").unwrap();
    let damaged = place.run(&["verify", "--sources", &sources(), "--format", "json"]);
    check_exit(&damaged, 3);
    let told: Value = serde_json::from_slice(&damaged.stdout).unwrap();
    assert_eq!(told["findings"][0]["about"], "input");
    assert_eq!(told["citations"]["errors"], 0);
    check_refused(&place.run(&["verify", "--sources", "nowhere"]), 2, "no folder of sources");
}

#[test]
fn the_schema_is_printed() {
    let place = Place::new();
    let told = place.text(&["schema"]);
    assert!(told.contains("type Query {"), "{told}");
    assert_eq!(place.json(&["schema"])["sdl"].as_str().unwrap().trim_end(), told.trim_end());
}

#[test]
fn the_folder_of_the_store_comes_from_the_option_or_the_environment() {
    let place = Place::new();
    place.text(&["load", &example(), "--data", "here"]);
    let mut command = place.command(&["view", "2005-01-01"]);
    check_exit(&command.env("ERAGRAPH_DATA", "here").output().unwrap(), 0);
    check_refused(&place.run(&["view", "2005-01-01"]), 2, "no store yet");
}

#[test]
fn serving_loads_the_snapshots_first_and_tells_the_real_port() {
    let place = Place::new();
    place.write("snapshots/offices.yaml", OFFICES);
    place.write("snapshots/era.yaml", ERA);
    let (service, told) = place.serve(&[]);
    assert!(told.starts_with("revision 1: put in 1 snapshot, 1 era\n"), "{told}");
    assert!(told.contains("/graphql\n") && !told.contains("127.0.0.1:0/"), "{told}");
    assert!(ask(&told, "{ eras { id } }").contains("\"first\""));
    drop(service);

    place.write("snapshots/offices.yaml", &OFFICES.replace("Archive", "Archives"));
    place.write(
        "snapshots/era.yaml",
        &format!("{ERA}  - {{id: second, name: Later}}\n").replace("[{", "\n  - {").replace("}]", "}"),
    );
    let (service, told) = place.serve(&[]);
    assert!(told.starts_with("serving revision 1 from .eragraph"), "{told}");
    let notes = service.notes();
    for piece in ["new: era `second`", "changed: snapshot `offices-2001`", "eragraph load snapshots"] {
        assert!(notes.contains(piece), "{notes}");
    }
}

#[test]
fn serving_with_nothing_to_load_starts_empty_and_says_how_to_load() {
    let place = Place::new();
    let (service, told) = place.serve(&["--format", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["event"], "listening");
    assert!(service.notes().contains("eragraph load PATH"));
    check_refused(&place.run(&["serve", "--snapshots", "nowhere"]), 2, "no folder of snapshots");
}

#[test]
fn a_port_that_is_taken_is_told_before_any_work() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    check_refused(&place.run(&["serve", "--listen", &address]), 2, "another program listens there");
    assert!(!place.path(".eragraph").exists());
}

#[test]
fn a_folder_of_sources_and_a_public_address_are_checked_before_anything_is_served() {
    let place = Place::with_example();
    for (option, wrong, told) in [
        ("--sources", "nowhere", "nowhere is no folder of sources"),
        ("--public-url", "example.org", "\"example.org\" is no base for addresses"),
    ] {
        let output = place.run(&["serve", "--listen", "127.0.0.1:0", option, wrong]);
        check_exit(&output, 2);
        let noted = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(noted.contains(told), "{noted}");
    }
}

#[test]
fn a_service_with_sources_offers_lines_and_keeps_nothing_of_them() {
    let place = Place::with_example();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/riverside-library/sources");
    let (service, told) = place.serve(&["--sources", sources.to_str().unwrap()]);
    let query = "{ view(at: {snapshot: \"riverside-report-2004\"}) { unit(id: \"rcl\") { claim(attribute: NAME) { \
                 evidence { textStatus text { number text } } } } } }";
    let answer = ask(&told, query);
    assert!(answer.contains("\"textStatus\":\"OFFERED\""), "{answer}");
    let first = fs::read_to_string(sources.join("annual-report-2004.txt")).unwrap();
    let line = first.lines().next().unwrap();
    assert!(answer.contains(&format!("{{\"number\":1,\"text\":\"{line}\"}}")), "{answer}");
    let notes = service.notes();
    assert!(!notes.contains(line), "{notes}");
}
