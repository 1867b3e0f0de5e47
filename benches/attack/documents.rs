//! What is asked: documents at the bounds and past them, and questions that are allowed and heavy.

use crate::http::{get, post, question};
use crate::server::REVISIONS;

/// A page of pages, which takes longer than a small question.
pub(crate) const PAGES: &str = "{ view(at: {date: \"2004-06-01\"}) { units(first: 100) { nodes { name evidence { reference } reportingLine { name } } } } }";

/// Repeats a text, with the number of the turn in it.
fn times(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(" ")
}

/// Asks for an answer of some megabytes.
pub(crate) fn large(turn: u64) -> String {
    let line = "reportingLine { unitId name summary kind evidence { reference basis source } }";
    let lines = times(6, |n| format!("l{n}: {line}"));
    format!(
        "query Large{} {{ view(at: {{date: \"2004-06-01\"}}) {{ units(first: 1000) {{ nodes {{ unitId name {lines} }} }} }} }}",
        turn % 4
    )
}

/// Asks what is allowed, and as heavy as it may be.
pub(crate) fn heavy(turn: u64) -> String {
    match turn % 4 {
        0 => large(turn),
        1 => "{ diff(from: {date: \"2001-06-01\"}, to: {date: \"2004-06-01\"}) { summary { count } changes(first: 1000) { nodes { kind explanation unit { id name } before { name } after { name } } } } }".to_owned(),
        2 => "{ view(at: {date: \"2004-06-01\"}) { roots { nodes { children(first: 100) { nodes { name children(first: 100) { nodes { name spanOfControl depth conflicts { id } } } } } } } } }".to_owned(),
        _ => "{ units(first: 1000) { nodes { history { from to name evidence { reference } } } } }".to_owned(),
    }
}

pub(crate) fn heavy_question(turn: u64) -> Vec<u8> {
    question(&heavy(turn))
}

pub(crate) fn large_compressed(turn: u64) -> Vec<u8> {
    let query = serde_urlencoded::to_string([("query", large(turn))]).unwrap();
    get(&format!("/graphql?{query}"), "accept-encoding: br\r\n")
}

/// Asks a heavy question with as many values as a body can hold, which nobody asked for.
pub(crate) fn many_values(turn: u64) -> Vec<u8> {
    let values = "0,".repeat(450_000);
    let query = serde_json::Value::from(heavy(turn));
    post(&format!("{{\"query\": {query}, \"variables\": {{\"a\": [{values}0]}}}}"))
}

/// Asks for what stands beside GraphQL: lines as a table, permanent answers, the metrics, the pages.
pub(crate) fn plain(turn: u64) -> Vec<u8> {
    match turn % 5 {
        0 => get("/reporting-lines.csv?at=2004-06-01", "accept-encoding: gzip\r\n"),
        1 => get("/reporting-lines.json?at=2004-06-01", ""),
        2 => get(&format!("/r/{}/unit/big", turn as usize % REVISIONS + 1), ""),
        3 => get("/metrics", ""),
        _ => get(&format!("/nowhere/{turn}"), ""),
    }
}

/// A document past a bound, each in its turn.
pub(crate) fn past_a_bound(turn: u64) -> Vec<u8> {
    let ice = |inner: String| format!("{{ unit(id: \"ice\") {{ {inner} }} }}");
    question(&match turn % 9 {
        0 => ice(times(101, |n| format!("a{n}: name"))),
        1 => ice("name ".repeat(10_000)),
        2 => format!(
            "{{ view(at: {{era: \"das\"}}) {{ roots {{ {}totalCount{} }} }} }}",
            "nodes { children { ".repeat(200),
            " } }".repeat(200)
        ),
        3 => {
            let doubling = times(30, |n| format!("fragment F{} on Unit {{ ...F{n} ...F{n} }}", n + 1));
            format!("{} fragment F0 on Unit {{ name }} {doubling}", ice("...F30".to_owned()))
        }
        4 => format!("{{ unit(id: {}) {{ id }} }}", "[".repeat(50_000)),
        5 => format!("{{ __typename {} }}", "@skip(if: false) ".repeat(2_000)),
        6 => ice(format!("name({})", "a: 1 ".repeat(20_000))),
        7 => ice(times(2_000, |n| format!("nam{n}"))),
        _ => format!(
            "{{ view(at: {{era: \"das\"}}) {{ units(first: 1000) {{ {}totalCount{} }} }} }}",
            "nodes { children(first: 1000) { ".repeat(4),
            " } }".repeat(4)
        ),
    })
}

/// A document at the bounds and no further, which nobody has sent before.
pub(crate) fn at_the_bounds(turn: u64) -> Vec<u8> {
    let fields = match turn % 4 {
        // As many fields as there may be, all alike: the rule that compares each with each has the most to do.
        0 => "name id ".repeat(2_400),
        1 => times(100, |n| format!("a{n}: names {{ name }}")),
        2 => times(1_600, |_| "... on Unit { name }".to_owned()),
        _ => {
            let spreads = "...F ".repeat(48);
            let fields = "name ".repeat(100);
            return question(&format!(
                "query Q{turn} {{ unit(id: \"u{turn}\") {{ {spreads} }} }} fragment F on Unit {{ {fields} }}"
            ));
        }
    };
    question(&format!("query Q{turn} {{ unit(id: \"u{turn}\") {{ {fields} }} }}"))
}

/// A question about the schema, as tools ask it.
pub(crate) fn introspection(_: u64) -> Vec<u8> {
    let of_type = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
    let value = format!("name description type {{ {of_type} }} defaultValue");
    question(&format!(
        "{{ __schema {{ queryType {{ name }} types {{ kind name description fields(includeDeprecated: true) {{ name description args {{ {value} }} \
         type {{ {of_type} }} }} inputFields {{ {value} }} interfaces {{ {of_type} }} enumValues {{ name description }} \
         possibleTypes {{ {of_type} }} }} directives {{ name description locations args {{ {value} }} }} }} }}"
    ))
}

pub(crate) fn batch(_: u64) -> Vec<u8> {
    post(&serde_json::Value::from(vec![serde_json::json!({"query": "{ __typename }"}); 1_000]).to_string())
}

/// A document that nobody has sent before, with its hash, so that it is kept.
pub(crate) fn persisted(turn: u64) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let query = format!("{{ {} }}", times(40, |n| format!("a{n}: unit(id: \"u{turn}-{n}\") {{ id name }}")));
    let hash: String = Sha256::digest(&query).iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = serde_json::json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    post(&serde_json::json!({"query": query, "extensions": extensions}).to_string())
}

/// A question under a name that nobody has used before.
pub(crate) fn named(turn: u64) -> Vec<u8> {
    question(&format!("query Name{turn} {{ __typename }}"))
}

/// A question about a revision that is not the latest.
pub(crate) fn past_revision(turn: u64) -> Vec<u8> {
    let revision = turn as usize % (REVISIONS + 1) + 1;
    question(&format!(
        "{{ unit(id: \"ice\", revision: {revision}) {{ name }} units(revision: {revision}, first: 10) {{ nodes {{ name }} }} }}"
    ))
}

pub(crate) fn search(turn: u64) -> Vec<u8> {
    let word = ["section", "office", "enforcement", "sections of office as of", "~*?:\\\"()"][turn as usize % 5];
    let query = "query ($q: String!) { search(query: $q, first: 1000) { totalCount nodes { matched unit { name } } } }";
    post(&serde_json::json!({"query": query, "variables": {"q": word}}).to_string())
}
