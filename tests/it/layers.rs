//! The arrows between the layers point one way, and what a layer is built with stays inside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::service::in_checkout;

/// Each layer, with those that it may name. What is not here may not be a layer.
const ARROWS: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("diagnostics", &["model"]),
    ("source", &["diagnostics", "model"]),
    ("history", &["model"]),
    ("diff", &["history", "model"]),
    ("search", &["history", "model"]),
    ("export", &["history", "model"]),
    ("config", &["diagnostics", "export"]),
    ("matching", &["model"]),
    ("store", &["model"]),
    ("repository", &["diagnostics", "history", "model", "search", "source", "store"]),
    ("api", &["config", "diagnostics", "diff", "export", "history", "model", "repository", "search", "store"]),
    ("server", &["api", "config", "export", "repository"]),
    (
        "cli",
        &[
            "api",
            "config",
            "diagnostics",
            "diff",
            "export",
            "history",
            "matching",
            "model",
            "repository",
            "server",
            "source",
            "store",
        ],
    ),
];

/// The crates that only some layers may name.
const INSIDE: [(&str, &[&str]); 29] = [
    ("sled", &["store"]),
    ("postcard", &["model", "store"]),
    ("hashbrown", &["model", "history", "source", "server"]),
    ("zstd", &["store"]),
    ("petgraph", &["history"]),
    ("tantivy", &["search"]),
    ("serde_saphyr", &["source"]),
    ("schemars", &["source"]),
    ("csv", &["export", "source"]),
    ("json_event_parser", &["source"]),
    ("oxrdf", &["source"]),
    ("oxttl", &["source"]),
    ("oxjsonld", &["source"]),
    ("async_graphql", &["api", "server"]),
    ("axum", &["server"]),
    ("hyper", &["server"]),
    ("hyper_util", &["server"]),
    ("rustix", &["server"]),
    ("tower_http", &["server"]),
    ("prometheus_client", &["server"]),
    ("opentelemetry", &["server"]),
    ("opentelemetry_http", &["server"]),
    ("opentelemetry_otlp", &["server"]),
    ("opentelemetry_sdk", &["server"]),
    ("tracing_opentelemetry", &["server"]),
    ("toml", &["config"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("ureq", &["cli", "server"]),
];

/// Only the command line may open the store or name its types beyond these.
const STORE_FOR_API: [&str; 2] = ["Revision", "StoreError"];

/// Returns the text with comments and the insides of string literals blanked, so that only code is left.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if first == '"' {
            string_length(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest.char_indices().skip(2).find(|(_, letter)| *letter == '\'').map_or(rest.len(), |(end, _)| end + 1)
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Returns the identifiers of the code and, between them, the other letters that are not space.
fn tokens(code: &str) -> Vec<&str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Returns the paths below `crate` that the code names, as deep as they are spelled: `store::Revision`.
/// `depth` is how many modules the file is below the crate, so that `super::super` counts too.
fn paths(tokens: &[&str], depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // For each brace that is open, whether it is that of a module within the file.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at] {
            "{" => braces.push(at >= 2 && tokens[at - 2] == "mod"),
            "}" => drop(braces.pop()),
            _ => {}
        }
        let supers = tokens[at..].chunks(2).take_while(|pair| pair == &["super", "::"]).count();
        let depth = depth + braces.iter().filter(|is_module| **is_module).count();
        let is_start = at == 0 || tokens[at - 1] != "::";
        at = if is_start && tokens[at..].starts_with(&["crate", "::"]) {
            tree(tokens, at + 2, "", &mut found)
        } else if is_start && supers > 0 && supers >= depth {
            tree(tokens, at + 2 * supers, "", &mut found)
        } else {
            at + 1
        };
    }
    found
}

/// Reads one tree of a path, such as `store::{Revision, StoreError}`, and returns where it ends.
fn tree(tokens: &[&str], mut at: usize, before: &str, found: &mut BTreeSet<String>) -> usize {
    let mut path = before.to_owned();
    loop {
        match tokens.get(at) {
            Some(&"{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| *token != "}") {
                    at = if tokens[at] == "," { at + 1 } else { tree(tokens, at, &path, found) };
                }
                return at + 1;
            }
            Some(word) => path.push_str(word),
            None => return at,
        }
        at += 1;
        if tokens.get(at) != Some(&"::") {
            found.insert(path);
            // What follows is no part of the path: `as name`, or code.
            return if tokens.get(at) == Some(&"as") { at + 2 } else { at };
        }
        path.push_str("::");
        at += 1;
    }
}

/// Returns what is wrong with a file of a layer.
fn faults(layer: &str, depth: usize, text: &str) -> Vec<String> {
    let code = code(text);
    let tokens = tokens(&code);
    let allowed = ARROWS.iter().find(|(name, _)| *name == layer).map(|(_, allowed)| *allowed);
    let Some(allowed) = allowed else { return vec![format!("`{layer}` is no layer; give it its arrows")] };
    let mut faults = Vec::new();
    for path in paths(&tokens, depth) {
        let mut words = path.split("::");
        let named = words.next().unwrap_or_default();
        if named != layer && !allowed.contains(&named) {
            faults.push(format!("`{layer}` names `{named}` ({path})"));
        }
        let item = words.next();
        if layer == "api" && named == "store" && item.is_some_and(|item| !STORE_FOR_API.contains(&item)) {
            faults.push(format!("`api` names more of the store than its revisions and errors ({path})"));
        }
    }
    for (name, inside) in INSIDE {
        let is_named =
            tokens.windows(2).any(|pair| pair == [name, "::"]) || tokens.windows(2).any(|pair| pair == ["use", name]);
        if is_named && !inside.contains(&layer) {
            faults.push(format!("`{layer}` names the crate `{name}`"));
        }
    }
    faults
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files.sort();
    files
}

/// Returns the layer of a file, and how many modules it is below the crate.
fn place(path: &Path) -> (String, usize) {
    let mut modules: Vec<String> =
        path.with_extension("").components().map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect();
    modules.retain(|module| module != "mod");
    (modules[0].clone(), modules.len())
}

#[test]
fn arrows_between_layers_point_one_way() {
    let src = in_checkout("src");
    let mut wrong: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    let mut layers = BTreeSet::new();
    for file in rust_files(&src) {
        let inner = file.strip_prefix(&src).unwrap().to_owned();
        if ["lib.rs", "main.rs"].iter().any(|top| inner == Path::new(top)) {
            continue;
        }
        let (layer, depth) = place(&inner);
        let found = faults(&layer, depth, &fs::read_to_string(&file).unwrap());
        layers.insert(layer);
        if !found.is_empty() {
            wrong.insert(inner, found);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let named: BTreeSet<String> = ARROWS.iter().map(|(layer, _)| (*layer).to_owned()).collect();
    assert_eq!(layers, named, "every layer has its arrows, and every arrow a layer");
}

#[test]
fn the_arrows_close_no_circle() {
    let mut above: BTreeSet<&str> = BTreeSet::new();
    for (layer, below) in ARROWS {
        assert!(below.iter().all(|below| above.contains(below)), "`{layer}` names a layer that comes after it");
        above.insert(layer);
    }
}

#[track_caller]
fn check(layer: &str, depth: usize, text: &str, expected: &[&str]) {
    assert_eq!(faults(layer, depth, text), expected, "{layer}: {text}");
}

#[test]
fn a_wrong_arrow_is_found_however_it_is_written() {
    check("model", 1, "use crate::history::View;", &["`model` names `history` (history::View)"]);
    check("model", 2, "use crate::{model::Day, store};", &["`model` names `store` (store)"]);
    check("diff", 2, "fn f(api: super::super::api::Query) {}", &["`diff` names `api` (api::Query)"]);
    check("diff", 1, "use super::api;", &["`diff` names `api` (api)"]);
    check(
        "history",
        2,
        "let a = crate::model::Day::MIN; crate::store::open();",
        &["`history` names `store` (store::open)"],
    );
    check(
        "api",
        2,
        "use crate::store::{self, Revision, Store as Db};",
        &[
            "`api` names more of the store than its revisions and errors (store::Store)",
            "`api` names more of the store than its revisions and errors (store::self)",
        ],
    );
    check(
        "diff",
        1,
        "mod tests { use super::super::api; } use super::cli;",
        &["`diff` names `api` (api)", "`diff` names `cli` (cli)"],
    );
    check("lookup", 1, "", &["`lookup` is no layer; give it its arrows"]);
    check("history", 2, "let tree = sled::open(path);", &["`history` names the crate `sled`"]);
    check("model", 2, "use petgraph;", &["`model` names the crate `petgraph`"]);
}

#[test]
fn a_right_arrow_is_let_be() {
    check("model", 2, "use super::time; // crate::store::Store\nconst A: &str = \"crate::api \\\" sled::open\";", &[]);
    check(
        "source",
        3,
        "use super::super::unit; use crate::source::yaml; use crate::{diagnostics::{self, Code}, model};",
        &[],
    );
    check("repository", 1, "use crate::store::Store; let a = '\"'; let b = r#\"crate::api::x\"#;", &[]);
    check("server", 2, "use axum::Router; use async_graphql::Schema; let sled = 1;", &[]);
}
