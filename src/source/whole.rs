//! A test that the definition of the formats and the code that reads them know the same fields.

use std::collections::BTreeSet;

use super::build::Builder;
use super::fields::{ERA_FILE, EVENT_FILE, SNAPSHOT};
use super::limits::Limits;
use super::origin::Origins;
use super::shape::{Object, Shape};
use super::yaml::{self, Entry, Node, Value};
use super::{decode, era_file, event_file, snapshot_file, table};
use crate::diagnostics::FileId;

/// Every field of a snapshot file, each with another value than it has when left out.
const FULL_SNAPSHOT: &str = r"
snapshot: s
observed: 2017
era: first
title: A page
source: {file: page.txt, sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, reference: a page}
date-evidence: [{lines: 1, basis: stated, reference: a book, note: why}]
note: a note
parts:
  - {id: menu, observed: 2016, date-evidence: [{lines: 2}], note: a note}
  - {id: foot, observed: 2015}
coverage:
  - {of: acme, kind: office, heading: Offices, deep: true, extent: closed, lines: 3, basis: stated, reference: r, note: n, part: menu}
topics: [{label: Ports, heading: Links, lines: 4, basis: stated, reference: r, note: n, part: menu}]
units:
  - id: acme
    name: {text: Acme Agency, form: expanded, lines: 5, basis: inferred, reference: r, note: n}
    acronym: AA
    also-written: [Acme]
    kind: agency
    standing: external
    lines: 6
    basis: stated
    reference: r
    note: n
    part: menu
    shown-under: Agencies
    same: {basis: stated, lines: 7, note: n, reference: r}
    summary: {text: It counts., lines: 8, basis: inferred, reference: r, note: n}
    holder: {name: J. Doe, title: Head, lines: 9, basis: inferred, reference: r, note: n, part: foot}
    figures:
      - {measure: m, value: 1, unit: u, qualifier: about, scope: s, lines: 9, basis: inferred, reference: r, note: n, part: foot}
      - {measure: m, low: 1, high: 2}
    relations:
      - {type: oversees, to: legal, lines: 9, basis: inferred, reference: r, note: n, part: foot}
      - {type: oversees, to-text: ports}
    contacts: [{kind: form, value: v, purpose: p, lines: 9, basis: inferred, reference: r, note: n, part: foot}]
    places: [{place: p, part: northern, also-written: [np], role: seat, scope: s, lines: 9, basis: inferred, reference: r, note: n}]
    properties: [{name: a, value: b, lines: 9, basis: inferred, reference: r, note: n, part: foot}]
    units:
      - {id: legal, lines: 10, placed: {basis: stated, lines: 11, reference: r, note: n}}
unplaced: [{id: helpline, lines: 12}]
";

const FULL_EVENTS: &str = r"
units:
  - {id: old, name: Old, acronym: O, kind: bureau, standing: external, summary: It was., basis: inferred, reference: r,
     evidence: [{snapshot: s, lines: 2, basis: shown, note: n}]}
events:
  - id: e
    type: merged
    date: 2003
    originals: [{unit: old, continues: true, part: true}, other]
    results: [{unit: acme, name: Acme, acronym: AA, kind: agency, parent: top}]
    basis: stated
    evidence: [{snapshot: s, lines: 1, basis: shown, note: n}]
    reference: r
    note: n
";

const FULL_ERAS: &str = "eras: [{id: one, name: One, description: the first}, {id: two, name: Two}]";

const FULL_MAPPING: &str = r#"
table: t.txt
format: csv
rows: events
columns: {date: a, id: b, name: c, acronym: d, kind: e, parent: f, standing: g, summary: h, holder: i, shown-under: j,
  predecessors: k, successors: l, properties: m, op: n, type: o, originals: p, results: q, reference: r, note: s}
observed: 2017
properties: [p]
figures: [{measure: staff, column: c, unit: persons}]
separator: "|"
ids: slug
language: en
id-prefix: us-
without-parent: unplaced
snapshot: page-{date}
title: A page
reference: a page
era: one
eras: [{era: two, from: 2000, to: 2010}]
coverage: [{of: a, kind: office, deep: true, extent: closed, from: 2000, to: 2010, basis: stated, lines: 1, note: n}]
versions: v.json
complete: true
"#;

#[test]
fn every_field_of_the_definition_is_read_into_the_records() {
    check(FULL_SNAPSHOT, &SNAPSHOT, snapshot_file::build);
    check(FULL_EVENTS, &EVENT_FILE, event_file::build);
    check(FULL_ERAS, &ERA_FILE, era_file::build);
    check(FULL_MAPPING, &table::TABLE, |node, _| table::in_words(node));
}

/// Checks that the text holds every field of the definition without a fault, and that none can be left out unseen.
#[track_caller]
fn check<T: PartialEq + std::fmt::Debug>(
    text: &str,
    object: &'static Object,
    build: impl Fn(&Node, &mut Builder<'_>) -> T,
) {
    let mut found = Vec::new();
    let tree = yaml::read(FileId(0), text, &Limits::default(), &mut found).unwrap();
    decode::check(FileId(0), &tree, object, &mut found);
    let whole = build(&tree, &mut Builder::new(FileId(0), &mut found, &mut Origins::new()));
    assert_eq!(found, []);
    let mut seen = BTreeSet::new();
    collect(&tree, object, &mut seen);
    let mut all = BTreeSet::new();
    defined(object, &mut BTreeSet::new(), &mut all);
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&(&str, String)>::new(), "not in the text");
    for path in paths(&tree) {
        let mut less = tree.clone();
        remove(&mut less, &path);
        let records = build(&less, &mut Builder::new(FileId(0), &mut Vec::new(), &mut Origins::new()));
        assert_ne!(records, whole, "nothing reads the field at {path:?}");
    }
}

fn collect(node: &Node, object: &'static Object, seen: &mut BTreeSet<(&'static str, String)>) {
    for Entry { key, value, .. } in node.entries() {
        seen.insert((object.name, key.clone()));
        if let Some(field) = object.field(key) {
            inner(value, &field.shape, seen);
        }
    }
}

fn inner(node: &Node, shape: &'static Shape, seen: &mut BTreeSet<(&'static str, String)>) {
    match shape {
        Shape::List(item) => node.items().iter().for_each(|node| inner(node, item, seen)),
        Shape::Object(object) | Shape::TextOr(object) | Shape::IdOr(object) => collect(node, object, seen),
        _ => {}
    }
}

fn defined(object: &'static Object, done: &mut BTreeSet<&'static str>, all: &mut BTreeSet<(&'static str, String)>) {
    if !done.insert(object.name) {
        return;
    }
    for field in object.fields() {
        all.insert((object.name, field.name.to_owned()));
        let mut shape = &field.shape;
        while let Shape::List(item) = shape {
            shape = item;
        }
        if let Shape::Object(inner) | Shape::TextOr(inner) | Shape::IdOr(inner) = shape {
            defined(inner, done, all);
        }
    }
}

/// Returns the way to every entry of every mapping: positions in lists and mappings.
fn paths(node: &Node) -> Vec<Vec<usize>> {
    let (nodes, own): (Vec<&Node>, bool) = match &node.value {
        Value::Map(entries) => (entries.iter().map(|entry| &entry.value).collect(), true),
        Value::List(items) => (items.iter().collect(), false),
        _ => return Vec::new(),
    };
    let mut all = Vec::new();
    for (at, node) in nodes.into_iter().enumerate() {
        all.extend(own.then(|| vec![at]));
        all.extend(paths(node).into_iter().map(|rest| [vec![at], rest].concat()));
    }
    all
}

fn remove(node: &mut Node, path: &[usize]) {
    match (&mut node.value, path) {
        (Value::Map(entries), [at]) => drop(entries.remove(*at)),
        (Value::Map(entries), [at, rest @ ..]) => remove(&mut entries[*at].value, rest),
        (Value::List(items), [at, rest @ ..]) => remove(&mut items[*at], rest),
        _ => panic!("the path leads nowhere"),
    }
}
