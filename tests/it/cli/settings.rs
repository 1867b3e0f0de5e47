//! The settings of the service: the files that are packaged and documented say what the program does.

use std::fs;

use eragraph::config::{LIMITS, Limits, SETTINGS, Settings};
use serde_json::Value;

use super::{Place, check_exit, check_refused, notes, out};
use crate::service::in_checkout;

/// A file with something in every place, which the settings of a test are read from.
const FILE: &str = "\
# a comment
listen = \"127.0.0.1:0\"
cors = [\"https://a.example\"]
metrics = false

[limits]
max-page = 200
timeout = \"5s\"
";

#[test]
fn what_is_printed_reads_back_the_same_and_opens_no_store() {
    let place = Place::new();
    place.write("e.toml", FILE);
    let asked = ["serve", "--config", "e.toml", "--print-config", "--limit", "depth=20", "--graphiql", "off"];
    let first = place.command(&asked).env("ERAGRAPH_PUBLIC_URL", "https://example.org").output().unwrap();
    check_exit(&first, 0);
    let printed = out(&first);
    for line in [
        "data = \".eragraph\"                          # default",
        "cors = [\"https://a.example\"]                # file: e.toml:3",
        "graphiql = false                            # command line: --graphiql",
        "public-url = \"https://example.org\"          # environment: ERAGRAPH_PUBLIC_URL",
        "depth = 20                                  # command line: --limit",
        "timeout = \"5s\"                              # file: e.toml:8",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{line}\n{printed}");
    }
    place.write("again.toml", &printed);
    let again = place.text(&["serve", "--config", "again.toml", "--print-config"]);
    let values = |text: &str| -> Vec<String> {
        let line = |line: &str| line.rsplit_once("  # ").map_or(line, |(value, _)| value).trim_end().to_owned();
        text.lines().map(line).collect()
    };
    assert_eq!(values(&again), values(&printed));
    assert!(again.contains("# file: again.toml:"), "{again}");
    assert!(!place.path(".eragraph").exists());
}

#[test]
fn the_settings_are_printed_as_json_too() {
    let place = Place::new();
    place.write("e.toml", FILE);
    let mut command = place.command(&["serve", "--print-config", "--format", "json", "--data", "here"]);
    let output = command.env("ERAGRAPH_CONFIG", "e.toml").output().unwrap();
    check_exit(&output, 0);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = serde_json::json!({"value": 200, "from": "file", "where": "e.toml:7"});
    assert_eq!(told["limits"]["max-page"], expected);
    assert_eq!(told["data"], serde_json::json!({"value": "here", "from": "command line", "where": "--data"}));
    assert_eq!(told["introspection"], serde_json::json!({"value": true, "from": "default", "where": null}));
}

#[test]
fn every_wrong_setting_is_told_before_any_work() {
    let place = Place::new();
    place.write("e.toml", &FILE.replace("metrics", "metrix").replace("5s", "5"));
    let args = ["serve", "--config", "e.toml", "--cors", "https://a.example/", "--limit", "dept=3"];
    let mut command = place.command(&args);
    let output = command.env("ERAGRAPH_ONLY_DOCUMENTS", "perhaps").env("ERAGRAPH_LISTN", "a:1").output().unwrap();
    for note in [
        "error: e.toml:4: `metrix` is no setting\n  hint: did you mean `metrics`?\n",
        "error: e.toml:8: `timeout` cannot be \"5\"\n  hint: write a duration with its unit: 500ms, 10s, 1min or 1h\n",
        "error: ERAGRAPH_ONLY_DOCUMENTS: \"perhaps\" is neither on nor off\n  hint: write `on` or `off`\n",
        "error: --cors: \"https://a.example/\" is no origin\n  hint: an origin has no path; write https://a.example\n",
        "error: --limit: `dept` is no limit\n  hint: did you mean `depth`?\n",
        "notice: the variable ERAGRAPH_LISTN sets nothing; did you mean ERAGRAPH_LISTEN?\n",
    ] {
        check_refused(&output, 2, note);
    }
    assert_eq!(notes(&output).matches("error: ").count(), 5, "{}", notes(&output));
    assert!(out(&output).is_empty() && !place.path(".eragraph").exists());
    check_refused(&place.run(&["serve", "--config", "none.toml"]), 2, "cannot read the settings in none.toml");
    check_refused(&place.run(&["serve", "--only-documents", "on"]), 2, "hint: name the folder: `--documents DIR`");
    check_refused(&place.run(&["serve", "--documents", "none"]), 2, "none is no folder of documents");
    check_refused(&place.run(&["serve", "--admin-token-hash", "secret"]), 2, "`eragraph token` makes a token");
}

#[test]
fn the_service_is_set_up_as_the_file_says() {
    let place = Place::with_example();
    place.write("e.toml", "data = \".eragraph\"\ngraphiql = false\n[limits]\nmax-page = 60\n");
    let (service, told) = place.serve(&["--config", "e.toml"]);
    assert!(!told.contains("/graphiql"), "{told}");
    let answer = super::ask(&told, "{ units(first: 61) { totalCount } }");
    assert!(answer.contains("BAD_PAGE") && answer.contains("60"), "{answer}");
    drop(service);
}

/// Compares a text of the checkout with what the code says; `ERAGRAPH_BLESS=1` writes it anew.
#[track_caller]
fn check_file(path: &str, expected: &str) {
    let path = in_checkout(path);
    if std::env::var_os("ERAGRAPH_BLESS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == expected, "{} is not current; run with ERAGRAPH_BLESS=1", path.display());
}

/// Returns the line below the `#`, where it is a setting with its default.
fn uncommented(line: &str) -> Option<&str> {
    line.strip_prefix("# ").filter(|line| line.contains(" = ") && !line.ends_with("not set"))
}

/// Returns the example of a file with every setting, each as a comment with its default.
fn example() -> String {
    let defaults = Settings::default();
    let mut text = "\
# The settings of `eragraph serve`, each with its default: take away the `#` before one to change it.
# A variable of the environment (ERAGRAPH_PUBLIC_URL for public-url) wins over this file, and an option
# (--public-url) over both. `eragraph serve --config FILE --print-config` shows what results.
# Paths count from the folder in which the service is started.
"
    .to_owned();
    for setting in SETTINGS {
        let values = setting.values(&defaults);
        let (value, note) = match values.as_slice() {
            [] => (setting.toml(&[setting.example.to_owned()]), "  # an example: not set"),
            values => (setting.toml(values), ""),
        };
        text.push_str(&format!("\n## {}\n# {} = {value}{note}\n", setting.what, setting.name));
    }
    text.push_str("\n[limits]\n");
    for limit in LIMITS {
        let value = limit.toml(&limit.value(&Limits::default()));
        text.push_str(&format!("\n## {}\n# {} = {value}\n", limit.what(), limit.name()));
    }
    text
}

#[test]
fn the_packaged_file_has_every_setting_with_its_default() {
    check_file("packaging/eragraph.toml", &example());
    let place = Place::new();
    let text = fs::read_to_string(in_checkout("packaging/eragraph.toml")).unwrap();
    place.write("as-it-is.toml", &text);
    let defaults = place.json(&["serve", "--print-config"]);
    assert_eq!(place.json(&["serve", "--print-config", "--config", "as-it-is.toml"]), defaults);
    let all = text.lines().map(|line| uncommented(line).unwrap_or(line)).collect::<Vec<_>>().join("\n");
    place.write("all.toml", &all);
    let mut told = place.json(&["serve", "--print-config", "--config", "all.toml"]);
    let limits = told["limits"].as_object_mut().unwrap();
    assert!(limits.values().all(|limit| limit["from"] == "file"), "{all}");
    assert_eq!(told["limits"]["timeout"]["value"], defaults["limits"]["timeout"]["value"]);
}

#[test]
fn the_documented_tables_have_every_setting() {
    let text = fs::read_to_string(in_checkout("docs/operations.md")).unwrap();
    let (before, rest) = text.split_once("<!-- settings -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end of settings -->\n").unwrap();
    let mut tables = "\n| setting | default | what it says |\n|---|---|---|\n".to_owned();
    for setting in SETTINGS {
        let values = setting.values(&Settings::default());
        let default = if values.is_empty() { String::new() } else { format!("`{}`", setting.toml(&values)) };
        tables.push_str(&format!("| `{}` | {default} | {} |\n", setting.name, setting.what));
    }
    tables.push_str("\n| limit | default | what it bounds |\n|---|---|---|\n");
    for limit in LIMITS {
        let default = limit.value(&Limits::default());
        tables.push_str(&format!("| `{}` | `{default}` | {} |\n", limit.name(), limit.what()));
    }
    check_file(
        "docs/operations.md",
        &format!("{before}<!-- settings -->\n{tables}\n<!-- end of settings -->\n{after}"),
    );
}

#[test]
fn the_unit_of_systemd_starts_what_there_is_and_waits_longer_than_the_service() {
    let unit = fs::read_to_string(in_checkout("packaging/eragraph.service")).unwrap();
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap();
    let seconds: u64 = value("TimeoutStopSec").parse().unwrap();
    assert!(seconds > Limits::default().shutdown_timeout.as_secs());
    let place = Place::new();
    fs::copy(in_checkout("packaging/eragraph.toml"), place.path("eragraph.toml")).unwrap();
    let started = value("ExecStart").replace("/etc/eragraph/", "").replace("%S", "state");
    let args: Vec<&str> = started.split(' ').skip(1).chain(["--print-config"]).collect();
    assert!(place.text(&args).starts_with("data = \"state/eragraph/store\" "));
    assert!(args.contains(&"--config"), "{args:?}");
}
