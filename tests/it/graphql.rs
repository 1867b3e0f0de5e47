//! Questions and their answers: each `.graphql` file under `tests/graphql/` has its answer beside it.
//!
//! `ERAGRAPH_BLESS=1` writes the answers anew; read them before they are committed.

use std::path::Path;

use async_graphql::Request;
use eragraph::api::{self, with_codes};
use eragraph::config::{Config, Limits};
use eragraph::server::examples::examples;
use serde_json::Value;

use crate::service::{Loaded, in_checkout};

fn ask(loaded: &Loaded, query: &str) -> Value {
    ask_of(&api::schema(loaded.repository.clone(), &Limits::default()), query)
}

fn ask_of(schema: &api::ApiSchema, query: &str) -> Value {
    let mut answer = schema.execute(Request::new(query));
    answer.errors.sort_by_key(|error| format!("{:?}", error.path));
    serde_json::from_slice(&with_codes(answer).into_json()).unwrap()
}

#[track_caller]
fn check(corpus: &str, folder: &str) {
    let loaded = Loaded::searchable(corpus);
    let mut questions: Vec<_> =
        std::fs::read_dir(in_checkout(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    questions.retain(|path| path.extension().is_some_and(|extension| extension == "graphql"));
    questions.sort();
    assert!(!questions.is_empty(), "{folder} holds questions");
    let wrong: Vec<String> = questions.iter().filter_map(|path| check_one(&loaded, path).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check_one(loaded: &Loaded, question: &Path) -> Result<(), String> {
    let expected_path = question.with_extension("json");
    let query = std::fs::read_to_string(question).unwrap();
    let answer = format!("{:#}\n", ask(loaded, &query));
    if std::env::var_os("ERAGRAPH_BLESS").is_some() {
        std::fs::write(&expected_path, &answer).unwrap();
    }
    let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
    if answer == expected {
        return Ok(());
    }
    Err(format!("{}:\n{}", question.display(), first_difference(&expected, &answer)))
}

fn first_difference(expected: &str, answer: &str) -> String {
    let at = expected.lines().zip(answer.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(at.saturating_sub(4)).take(9).collect::<Vec<_>>().join("\n");
    format!("from line {}, expected\n{}\nbut got\n{}", at + 1, around(expected), around(answer))
}

#[test]
fn questions_about_the_agency_have_these_answers() {
    check("snapshots/ice", "tests/graphql/ice");
}

#[test]
fn questions_about_the_library_have_these_answers() {
    check("examples/riverside-library", "tests/graphql/riverside");
}

#[test]
fn questions_about_a_made_up_organisation_have_these_answers() {
    check("tests/graphql/made-up/inputs", "tests/graphql/made-up");
}

#[test]
fn questions_about_units_that_ended_have_these_answers() {
    check("tests/graphql/endings/inputs", "tests/graphql/endings");
}

#[test]
fn every_example_of_graphiql_runs_and_finds_something() {
    let loaded = Loaded::searchable("snapshots/ice");
    for example in examples() {
        let answer = ask(&loaded, example.query);
        assert!(answer.get("errors").is_none(), "{}: {answer:#}", example.name);
        let nothing = has_empty_data(&answer["data"]);
        assert!(!nothing, "{} finds nothing: {answer:#}", example.name);
    }
}

/// Tells whether a root field is null, or a list at its top is empty.
fn has_empty_data(data: &Value) -> bool {
    data.as_object()
        .is_none_or(|fields| fields.values().any(|value| value.is_null() || value == &Value::Array(Vec::new())))
}

#[test]
fn the_published_schema_is_current() {
    let path = in_checkout("schema.graphql");
    let sdl = api::schema_sdl();
    if std::env::var_os("ERAGRAPH_BLESS").is_some() {
        std::fs::write(&path, &sdl).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == sdl, "schema.graphql is not current: {}", first_difference(&published, &sdl));
}

#[test]
fn every_type_field_argument_and_enum_value_is_described() {
    let loaded = Loaded::of("examples/riverside-library");
    // The hash of some token, so that nothing of the schema is missing.
    let config = Config { admin_token_hash: Some("0".repeat(64)), ..Config::default() };
    let schema = api::schema_for(loaded.repository.clone(), &config);
    let answer = ask_of(
        &schema,
        "{ __schema { types { name kind description fields { name description args { name description } } enumValues { name description } inputFields { name description } } } }",
    );
    let mut bare = Vec::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for kind in answer["data"]["__schema"]["types"].as_array().unwrap() {
        let name = text(&kind["name"]);
        let is_built_in = ["ID", "Int", "Float", "String", "Boolean"].contains(&name.as_str());
        if name.starts_with("__") || is_built_in {
            continue;
        }
        if text(&kind["description"]).is_empty() {
            bare.push(name.clone());
        }
        for list in ["fields", "enumValues", "inputFields"] {
            for field in kind[list].as_array().into_iter().flatten() {
                if text(&field["description"]).is_empty() {
                    bare.push(format!("{name}.{}", text(&field["name"])));
                }
                for argument in field["args"].as_array().into_iter().flatten() {
                    let is_page = ["first", "after", "last", "before"].contains(&text(&argument["name"]).as_str());
                    if !is_page && text(&argument["description"]).is_empty() {
                        bare.push(format!("{name}.{}({})", text(&field["name"]), text(&argument["name"])));
                    }
                }
            }
        }
    }
    assert!(bare.is_empty(), "not described: {}", bare.join(", "));
}
