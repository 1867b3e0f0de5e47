//! Strategies for small random corpora that keep what the loader guarantees.
//!
//! Plain numbers are drawn and then made into a corpus, so that shrinking takes away one mention, coverage or event
//! at a time and never breaks an invariant.

use std::collections::BTreeSet;

use eragraph::model::{
    Basis, Contact, Corpus, Coverage, Day, Details, Edtf, Era, EraId, Evidence, Extent, Figure, Holder, Mention,
    Mentions, NameClaim, NameForm, Part, PartIx, PlaceClaim, PlaceRole, Placing, Property, Record, Relation,
    RelationEnd, Snapshot, SnapshotId, SourceFile, Standing, Text, UnitId,
};
use proptest::prelude::*;
use proptest::sample::select;

use super::print::Compact;
use events::{RawEvent, declare_unmentioned, raw_event};

#[path = "generate_events.rs"]
mod events;

/// The number of days that dates are drawn from.
pub(crate) const DAYS: i32 = 40;

/// Returns the nth day that dates are drawn from.
pub(crate) fn day(n: i32) -> Day {
    Day::from_ymd(2000, 1, 1).unwrap().plus(n)
}

pub(crate) fn unit_id(n: usize) -> UnitId {
    UnitId::new(&format!("u{n}")).unwrap()
}

#[derive(Debug, Clone)]
struct RawSnapshot {
    observed: Edtf,
    part: Option<Edtf>,
    era: Option<usize>,
    mentions: Vec<RawMention>,
    coverage: Vec<RawCoverage>,
    continuous: bool,
}

#[derive(Debug, Clone)]
struct RawMention {
    unit: usize,
    in_part: bool,
    basis: Basis,
    /// 0: at the top; 1: unplaced; else under one of the units before it.
    place: usize,
    place_basis: Basis,
    words: RawWords,
    items: RawItems,
}

#[derive(Debug, Clone)]
struct RawWords {
    name: Option<(&'static str, NameForm, Basis)>,
    acronym: Option<(&'static str, NameForm, Basis)>,
    also: Option<&'static str>,
    kind: Option<(&'static str, Basis)>,
    heading: Option<&'static str>,
    same: Option<Basis>,
    summary: Option<&'static str>,
    standing: Standing,
}

#[derive(Debug, Clone)]
struct RawItems {
    figure: Option<(&'static str, f64, Option<&'static str>, Basis)>,
    relation: Option<(&'static str, usize, Basis)>,
    holder: Option<&'static str>,
    contact: Option<&'static str>,
    place: Option<(&'static str, PlaceRole)>,
    property: Option<&'static str>,
    in_other_part: bool,
}

#[derive(Debug, Clone)]
struct RawCoverage {
    of: usize,
    kind: Option<&'static str>,
    heading: Option<&'static str>,
    deep: bool,
    extent: Extent,
    basis: Basis,
    in_part: bool,
}

pub(crate) const KINDS: [&str; 3] = ["office", "division", "post"];
pub(crate) const NAMES: [&str; 5] =
    ["Legal Office", "The Legal Office", "Legal Office (LO)", "Office of Law", "U.S. Legal Office"];
pub(crate) const ACRONYMS: [&str; 3] = ["LO", "L.O.", "OL"];
const HEADINGS: [&str; 2] = ["Leadership", "Field"];

pub(crate) fn basis() -> impl Strategy<Value = Basis> {
    prop_oneof![
        3 => Just(Basis::Shown),
        3 => Just(Basis::Stated),
        1 => Just(Basis::Inferred),
        1 => Just(Basis::Outside),
    ]
}

/// Dates: one day, a longer window, or one with an open end.
pub(crate) fn date() -> impl Strategy<Value = Edtf> {
    let within = 0..DAYS - 12;
    prop_oneof![
        5 => within.clone().prop_map(|n| Edtf::of_day(day(n))),
        3 => (within.clone(), 1..12).prop_map(|(n, more)| edtf(&format!("{}/{}", day(n), day(n + more)))),
        1 => within.clone().prop_map(|n| edtf(&format!("{}/..", day(n)))),
        1 => within.prop_map(|n| edtf(&format!("../{}", day(n)))),
    ]
}

fn edtf(text: &str) -> Edtf {
    Edtf::parse(text).unwrap()
}

fn maybe<T: std::fmt::Debug>(weight: f64, strategy: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(weight, strategy)
}

fn form() -> impl Strategy<Value = NameForm> {
    prop_oneof![4 => Just(NameForm::Written), 1 => Just(NameForm::Expanded), 1 => Just(NameForm::Normalised)]
}

prop_compose! {
    fn raw_words()(
        name in maybe(0.7, (select(&NAMES[..]), form(), basis())),
        acronym in maybe(0.3, (select(&ACRONYMS[..]), form(), basis())),
        also in maybe(0.1, select(&NAMES[..])),
        kind in maybe(0.6, (select(&KINDS[..]), basis())),
        heading in maybe(0.3, select(&HEADINGS[..])),
        same in maybe(0.1, basis()),
        summary in maybe(0.2, select(vec!["counts", "files"])),
        standing in select(vec![Standing::Internal, Standing::Internal, Standing::Programme, Standing::External]),
    ) -> RawWords {
        RawWords { name, acronym, also, kind, heading, same, summary, standing }
    }
}

prop_compose! {
    fn raw_items()(
        figure in maybe(0.3, (
            select(vec!["staff", "offices"]),
            select(vec![10.0, 20.0, 21.0]),
            select(vec![None, Some("more than"), Some("about"), Some("a goodly")]),
            basis(),
        )),
        relation in maybe(0.2, (select(vec!["oversees", "runs"]), 0..9_usize, basis())),
        holder in maybe(0.3, select(vec!["Ada", "Bo"])),
        contact in maybe(0.2, select(vec!["1", "2"])),
        place in maybe(0.3, (select(vec!["Ohio", "Iowa"]), select(vec![PlaceRole::Seat, PlaceRole::Area]))),
        property in maybe(0.3, select(vec!["red", "blue"])),
        in_other_part in prop::bool::weighted(0.2),
    ) -> RawItems {
        RawItems { figure, relation, holder, contact, place, property, in_other_part }
    }
}

prop_compose! {
    fn raw_mention(units: usize)(
        unit in 0..units,
        in_part in prop::bool::weighted(0.3),
        basis in basis(),
        place in 0..8_usize,
        place_basis in basis(),
        words in raw_words(),
        items in raw_items(),
    ) -> RawMention {
        RawMention { unit, in_part, basis, place, place_basis, words, items }
    }
}

prop_compose! {
    fn raw_coverage()(
        of in 0..4_usize,
        kind in maybe(0.3, select(&KINDS[..])),
        heading in maybe(0.2, select(&HEADINGS[..])),
        deep in any::<bool>(),
        extent in select(vec![Extent::Closed, Extent::Closed, Extent::Listed, Extent::Partial]),
        basis in basis(),
        in_part in prop::bool::weighted(0.3),
    ) -> RawCoverage {
        RawCoverage { of, kind, heading, deep, extent, basis, in_part }
    }
}

prop_compose! {
    fn raw_snapshot(units: usize)(
        observed in date(),
        part in maybe(0.25, date()),
        era in maybe(0.8, 0..3_usize),
        mentions in prop::collection::vec(raw_mention(units), 1..7),
        coverage in prop::collection::vec(raw_coverage(), 0..3),
        continuous in prop::bool::weighted(0.2),
    ) -> RawSnapshot {
        RawSnapshot { observed, part, era, mentions, coverage, continuous }
    }
}

/// Small corpora: up to 8 units, 6 snapshots, 3 eras in up to two sequences, 4 events.
pub(crate) fn corpora() -> impl Strategy<Value = Compact> {
    (2..9_usize).prop_flat_map(|units| {
        let snapshots = prop::collection::vec(raw_snapshot(units), 1..7);
        let events = prop::collection::vec(raw_event(units), 0..5);
        (snapshots, events, 0..4_usize, any::<bool>())
            .prop_map(|(snapshots, events, eras, split)| Compact(corpus(&snapshots, &events, eras, split)))
    })
}

/// Corpora of few units and up to 7 events among them, so that ways fork, meet again and go round.
pub(crate) fn corpora_of_events() -> impl Strategy<Value = Compact> {
    (2..6_usize).prop_flat_map(|units| {
        let snapshots = prop::collection::vec(raw_snapshot(units), 0..3);
        let events = prop::collection::vec(raw_event(units), 2..8);
        (snapshots, events).prop_map(|(snapshots, events)| Compact(corpus(&snapshots, &events, 1, false)))
    })
}

fn corpus(snapshots: &[RawSnapshot], events: &[RawEvent], eras: usize, split: bool) -> Corpus {
    let mut corpus = Corpus::default();
    for n in 0..eras {
        let (first, position) = if split && n == 2 { (2, 0) } else { (0, n) };
        corpus.insert(Record::Era(
            Era {
                id: era_id(n),
                name: format!("Era {n}"),
                description: None,
                sequence: era_id(first),
                position: u32::try_from(position).unwrap(),
            }
            .into(),
        ));
    }
    for (n, raw) in snapshots.iter().enumerate() {
        let id = SnapshotId::new(&format!("s{n}")).unwrap();
        corpus.insert(Record::Snapshot(snapshot(raw, id, eras).into()));
    }
    for (n, raw) in events.iter().enumerate() {
        corpus.insert(Record::Event(raw.event(n).into()));
    }
    declare_unmentioned(&mut corpus);
    corpus
}

fn era_id(n: usize) -> EraId {
    EraId::new(&format!("era{n}")).unwrap()
}

pub(crate) fn evidence(basis: Basis) -> Evidence {
    Evidence { lines: None, basis, reference: None, note: None }
}

fn snapshot(raw: &RawSnapshot, id: SnapshotId, eras: usize) -> Snapshot {
    let part = raw.part.as_ref().map(|observed| Part {
        id: "menu".to_owned(),
        observed: observed.clone(),
        date_evidence: Vec::new(),
        note: None,
    });
    let has_part = part.is_some();
    let part_ix = |in_part: bool| (in_part && has_part).then_some(PartIx(0));
    let mut snapshot = Snapshot {
        title: format!("Page {id}"),
        id,
        observed: raw.observed.clone(),
        era: raw.era.filter(|era| *era < eras).map(era_id),
        source: SourceFile { file: None, sha256: None, reference: None },
        date_evidence: Vec::new(),
        note: None,
        parts: part.into_iter().collect(),
        coverage: Vec::new(),
        topics: Vec::new(),
        mentions: Mentions::default(),
        continuous: raw.continuous,
    };
    // A unit whose items stand in another layer than its mention is mentioned once, so that no layer says a thing twice. In a
    // log they stand in that of the mention.
    let may_cross = !raw.continuous;
    let mut crossing = BTreeSet::new();
    let mut mentions: Vec<Mention> = Vec::new();
    for raw in &raw.mentions {
        let unit = unit_id(raw.unit);
        let part = part_ix(raw.in_part);
        let mentioned: Vec<_> = mentions.iter().filter(|mention| mention.unit == unit).collect();
        if crossing.contains(&unit) || mentioned.iter().any(|mention| mention.part == part) {
            continue;
        }
        let crosses = may_cross && raw.items.in_other_part && !raw.in_part && mentioned.is_empty();
        if crosses {
            crossing.insert(unit.clone());
        }
        let mention = raw.mention(unit, part, part_ix(raw.in_part || crosses), &mentions);
        mentions.push(mention);
    }
    for raw in &raw.coverage {
        let of = mentions[raw.of % mentions.len()].unit.clone();
        snapshot.coverage.push(Coverage {
            of,
            kind: raw.kind.map(str::to_owned),
            heading: raw.heading.map(str::to_owned),
            deep: raw.deep,
            extent: raw.extent,
            evidence: evidence(raw.basis),
            part: part_ix(raw.in_part),
        });
    }
    snapshot.mentions = mentions.into();
    snapshot
}

fn name_claim(text: &str, form: NameForm, basis: Basis) -> NameClaim {
    NameClaim { text: text.to_owned(), form, evidence: evidence(basis) }
}

fn text(text: &str, basis: Basis) -> Text {
    Text { text: text.to_owned(), evidence: evidence(basis) }
}

impl RawMention {
    /// Makes the mention; its items stand in the layer `items`, its parent among the mentions before it.
    fn mention(&self, unit: UnitId, part: Option<PartIx>, items: Option<PartIx>, before: &[Mention]) -> Mention {
        let layer: Vec<_> = before.iter().filter(|mention| mention.part == part).collect();
        let placing = match self.place {
            0 => Placing::Root,
            1 => Placing::Unplaced,
            _ if layer.is_empty() => Placing::Root,
            n => Placing::Under { parent: layer[n % layer.len()].unit.clone(), evidence: evidence(self.place_basis) },
        };
        let words = &self.words;
        let RawItems { figure, relation, holder, contact, place, property, .. } = self.items.clone();
        let details = Details {
            also_written: words.also.map(|text| name_claim(text, NameForm::Written, self.basis)).into_iter().collect(),
            summary: words.summary.map(|summary| text(summary, self.basis)),
            same: words.same.map(evidence),
            holder: holder.map(|name| Holder {
                name: name.to_owned(),
                title: None,
                evidence: evidence(self.basis),
                part: items,
            }),
            figures: figure
                .map(|(measure, value, qualifier, basis)| Figure {
                    measure: measure.to_owned(),
                    value: Some(value),
                    low: None,
                    high: None,
                    unit: None,
                    qualifier: qualifier.map(str::to_owned),
                    scope: None,
                    evidence: evidence(basis),
                    part: items,
                })
                .into_iter()
                .collect(),
            relations: relation
                .map(|(kind, to, basis)| Relation {
                    kind: kind.to_owned(),
                    to: match before.get(to).filter(|mention| mention.unit != unit) {
                        Some(mention) => RelationEnd::Unit(mention.unit.clone()),
                        None => RelationEnd::Text("a statute".to_owned()),
                    },
                    evidence: evidence(basis),
                    part: items,
                })
                .into_iter()
                .collect(),
            contacts: contact
                .map(|value| Contact {
                    kind: "telephone".to_owned(),
                    value: Some(value.to_owned()),
                    purpose: None,
                    evidence: evidence(self.basis),
                    part: items,
                })
                .into_iter()
                .collect(),
            places: place
                .map(|(place, role)| PlaceClaim {
                    place: place.to_owned(),
                    part_of_place: None,
                    also_written: Vec::new(),
                    role,
                    scope: None,
                    evidence: evidence(self.basis),
                })
                .into_iter()
                .collect(),
        };
        Mention {
            part,
            evidence: evidence(self.basis),
            placing,
            shown_under: words.heading.map(str::to_owned),
            name: words.name.map(|(text, form, basis)| name_claim(text, form, basis)),
            acronym: words.acronym.map(|(text, form, basis)| name_claim(text, form, basis)),
            kind: words.kind.map(|(kind, basis)| text(kind, basis)),
            standing: words.standing,
            properties: property
                .map(|value| Property {
                    name: "colour".to_owned(),
                    value: value.to_owned(),
                    evidence: evidence(self.basis),
                    part: items,
                })
                .into_iter()
                .collect(),
            details,
            unit,
        }
    }
}
