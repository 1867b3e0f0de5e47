//! Pages of lists that are read as far as a page goes: together they are the list, whichever way it is gone through.

use async_graphql::Request;
use eragraph::api::{self, ApiSchema};
use eragraph::config::Limits;
use serde_json::Value;

use crate::service::Loaded;

/// What stands for the arguments and the fields of a page in a question, and where the page is in its answer.
const LISTS: [(&str, &str); 6] = [
    ("{ view(at: {date: \"2012-06-01\"}) { units(PAGE) FIELDS } }", "/view/units"),
    ("{ view(at: {era: \"das\"}) { units(PAGE standing: INTERNAL) FIELDS } }", "/view/units"),
    ("{ view(at: {date: \"2019-06-01\"}) { reportingLines(PAGE under: \"ice\") FIELDS } }", "/view/reportingLines"),
    ("{ diff(from: {date: \"2006-01-01\"}, to: {date: \"2018-01-01\"}) { changes(PAGE) FIELDS } }", "/diff/changes"),
    (
        "{ diff(from: {era: \"das\"}, to: {era: \"directorates\"}) { changes(PAGE verdicts: [STATED, UNKNOWN]) FIELDS } }",
        "/diff/changes",
    ),
    ("{ units(PAGE kind: \"office\") FIELDS }", "/units"),
];

fn page(schema: &ApiSchema, (question, place): (&str, &str), arguments: &str, total: &str) -> Value {
    let fields = format!(
        "{{ {total} edges {{ cursor node {{ ITEM }} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }}"
    );
    let item = match place {
        "/diff/changes" => "kind relation unit { id }",
        "/view/units" => "unitId",
        "/units" => "id",
        _ => "unit { unitId } composite",
    };
    let question = question.replace("PAGE", arguments).replace("FIELDS", &fields.replace("ITEM", item));
    let answer = schema.execute(Request::new(&question));
    assert!(answer.is_ok(), "{question}: {:?}", answer.errors);
    let data: Value = serde_json::from_slice(answer.data_in_json()).unwrap();
    data.pointer(place).unwrap().clone()
}

fn edges(page: &Value) -> &[Value] {
    page["edges"].as_array().unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

/// Goes through a list, three items at a time, with the cursors as they are or as others write them.
#[track_caller]
fn check(list: (&str, &str), written: impl Fn(&str) -> String) {
    let loaded = Loaded::of("snapshots/ice");
    let schema = api::schema(loaded.repository.clone(), &Limits::default());
    let whole = page(&schema, list, "first: 1000", "totalCount");
    let all: Vec<&Value> = edges(&whole).iter().map(|edge| &edge["node"]).collect();
    assert!(all.len() > 7 && whole["totalCount"] == all.len(), "{list:?}: {}", all.len());

    let mut found = Vec::new();
    let mut arguments = "first: 3".to_owned();
    loop {
        let total = if found.len() % 2 == 0 { "totalCount" } else { "" };
        let next = page(&schema, list, &arguments, total);
        assert!(total.is_empty() || next["totalCount"] == all.len(), "{list:?} {arguments}");
        assert_eq!(next["pageInfo"]["hasPreviousPage"], !found.is_empty());
        found.extend(edges(&next).to_vec());
        if next["pageInfo"]["hasNextPage"] == false {
            break;
        }
        assert_eq!(edges(&next).len(), 3);
        arguments = format!("first: 3, after: \"{}\"", written(text(&next["pageInfo"], "endCursor")));
    }
    assert_eq!(found.iter().map(|edge| &edge["node"]).collect::<Vec<_>>(), all, "{list:?}");

    let middle = written(text(&found[5], "cursor"));
    for (arguments, expected, more) in [
        (format!("last: 2, before: \"{middle}\""), &all[3..5], true),
        (format!("first: 2, before: \"{middle}\""), &all[..2], true),
        (format!("last: 2, after: \"{middle}\""), &all[all.len().saturating_sub(2).max(6)..], false),
        ("last: 3".to_owned(), &all[all.len() - 3..], false),
    ] {
        let some = page(&schema, list, &arguments, "");
        let nodes: Vec<&Value> = edges(&some).iter().map(|edge| &edge["node"]).collect();
        assert_eq!((nodes.as_slice(), &some["pageInfo"]["hasNextPage"]), (expected, &Value::Bool(more)), "{arguments}");
    }
}

#[test]
fn pages_are_read_on_from_where_the_one_before_ends() {
    for list in LISTS {
        check(list, str::to_owned);
    }
}

#[test]
fn a_cursor_that_has_a_position_alone_leads_there_too() {
    for list in LISTS {
        check(list, |cursor| cursor.rsplit_once('.').unwrap().0.to_owned());
    }
}
