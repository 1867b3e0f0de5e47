//! The README is true: its questions have the answers shown, its commands print what is shown, its links lead somewhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use async_graphql::Request;
use eragraph::api::{self, with_codes};
use eragraph::config::Limits;
use serde_json::Value;

use crate::service::{Loaded, in_checkout};

/// A line of its own that stands for lines left out of what is shown.
const LEFT_OUT: &str = "…";

/// A fenced block: what stands after the fence, and the lines.
struct Block<'t> {
    language: &'t str,
    lines: Vec<&'t str>,
}

impl Block<'_> {
    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => open = Some(Block { language, lines: Vec::new() }),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

fn readme() -> String {
    fs::read_to_string(in_checkout("README.md")).unwrap()
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let copy = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &copy);
        } else {
            fs::copy(entry.path(), copy).unwrap();
        }
    }
}

/// Tells whether the output has all that is shown, in this order and with nothing between but what is left out.
fn shows(shown: &[&str], output: &[&str]) -> bool {
    match (shown.split_first(), output.split_first()) {
        (None, None) => true,
        (Some((&LEFT_OUT, rest)), None) => shows(rest, output),
        (Some((&LEFT_OUT, rest)), Some((_, later))) => shows(rest, output) || shows(shown, later),
        (Some((line, rest)), Some((first, later))) => line == first && shows(rest, later),
        _ => false,
    }
}

/// Returns the commands of a block, each with the lines shown below it.
fn commands<'b>(block: &'b Block<'_>) -> Vec<(&'b str, Vec<&'b str>)> {
    let mut commands: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in &block.lines {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command, Vec::new())),
            None => commands.last_mut().expect("a block begins with a command").1.push(line),
        }
    }
    commands
}

#[test]
fn its_questions_have_the_answers_that_it_shows() {
    let loaded = Loaded::searchable("snapshots");
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let text = readme();
    let blocks = blocks(&text);
    let mut asked = 0;
    for pair in blocks.windows(2).filter(|pair| pair[0].language == "graphql") {
        let query = pair[0].text();
        assert_eq!(pair[1].language, "json", "an answer follows\n{query}");
        let shown: Value = serde_json::from_str(&pair[1].text()).unwrap();
        let answer = schema.execute(Request::new(query.as_str()));
        let answer: Value = serde_json::from_slice(&with_codes(answer).into_json()).unwrap();
        assert!(answer == shown, "{query}\nis answered\n{answer:#}");
        asked += 1;
    }
    assert_eq!(asked, blocks.iter().filter(|block| block.language == "graphql").count());
    assert!(asked > 0, "the README asks something");
}

#[test]
fn its_commands_print_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    for data in ["snapshots", "examples"] {
        copy_tree(&in_checkout(data), &folder.path().join(data));
    }
    let text = readme();
    let blocks = blocks(&text);
    for file in blocks.iter().filter(|block| block.language == "yaml") {
        let path = folder.path().join(file.lines[0].strip_prefix("# ").expect("a file begins with its name"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text()).unwrap();
    }
    let mut run = 0;
    for (command, shown) in blocks.iter().filter(|block| block.language == "console").flat_map(commands) {
        let mut words = command.split(' ');
        assert_eq!(words.next(), Some("eragraph"), "{command}");
        let output = Command::new(env!("CARGO_BIN_EXE_eragraph"))
            .args(words)
            .current_dir(folder.path())
            .env_remove("ERAGRAPH_DATA")
            .output()
            .unwrap();
        let (told, noted) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{command}\n{told}{noted}");
        let lines: Vec<&str> = told.trim_end().lines().map(str::trim_end).collect();
        assert!(shows(&shown, &lines), "{command}\nprints\n{told}{noted}");
        run += 1;
    }
    assert!(run > 0, "the README runs something");
}

#[test]
fn its_two_commands_are_there_and_the_second_is_run_by_ci() {
    let text = readme();
    let commands: Vec<String> = blocks(&text).iter().filter(|block| block.language == "sh").map(Block::text).collect();
    assert_eq!(commands, ["cargo run --release -- serve", "cargo test"]);
    let ci = fs::read_to_string(in_checkout(".ci/run")).unwrap();
    for command in commands {
        assert!(ci.lines().any(|line| line.contains(&command)), "CI does not run `{command}`");
    }
}

/// Returns the links of a page that lead to files beside it.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

#[track_caller]
fn check_links(page: &str) {
    let path = in_checkout(page);
    let text = fs::read_to_string(&path).unwrap();
    for link in links(&text) {
        let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
        let target = path.parent().unwrap().join(file);
        assert!(target.exists(), "{page} links to {link}");
        if let Some(heading) = heading {
            let there = fs::read_to_string(&target).unwrap();
            let slug = |line: &str| line.trim_start_matches(['#', ' ']).to_lowercase().replace(' ', "-");
            let found = there.lines().filter(|line| line.starts_with('#')).any(|line| slug(line) == heading);
            assert!(found, "{page} links to {link}, which has no such heading");
        }
    }
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "docs/attacks.md",
        "docs/performance.md",
        "benches/README.md",
    ] {
        check_links(page);
    }
}

#[test]
fn what_is_left_out_is_only_what_the_page_says() {
    let output = ["one", "two", "three"];
    assert!(shows(&["one", "…"], &output));
    assert!(shows(&["…", "two", "…"], &output));
    assert!(shows(&["one", "two", "three", "…"], &output));
    assert!(!shows(&["one", "two"], &output));
    assert!(!shows(&["one", "three"], &output));
    assert!(!shows(&["…", "four", "…"], &output));
    assert_eq!(links("[a](docs/a.md#b) [c](https://example.org) [d](#e)"), ["docs/a.md#b"]);
}
