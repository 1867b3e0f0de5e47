//! What a record says of each unit, so that two forms of the record can be compared unit by unit.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::{DeclaredUnit, Record};
use super::edtf::Edtf;
use super::event::ChangeEvent;
use super::evidence::PartIx;
use super::id::UnitId;
use super::snapshot::{Coverage, Mention, Placing, Relation, RelationEnd, Snapshot};

/// One statement about a unit, with the dates that it stands under; the position of a part in its file is no matter.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    /// What a layer says of the unit itself.
    Mention { mention: Box<Mention>, dates: Vec<&'a Edtf> },
    /// A unit is put directly below it.
    Above { child: UnitId, placing: Placing, shown_under: Option<String>, date: &'a Edtf },
    /// A relation of another unit ends at it.
    End { of: UnitId, relation: Relation, date: &'a Edtf },
    /// How full a list of the units below it is.
    List { coverage: Coverage, date: &'a Edtf },
    /// An event names it.
    Event(&'a ChangeEvent),
    /// It is declared.
    Declared(&'a DeclaredUnit),
}

type Statements<'a> = BTreeMap<UnitId, Vec<Said<'a>>>;

/// Returns the units of which a record says something else than another form of it; `None` stands for a record that is
/// not there.
///
/// A record says of a unit: its mentions, the lists of what is below it, which units stand directly below it, relations
/// to it, events that name it, and its declaration; each with its evidence and the date of its layer. What a record says
/// of another unit, and of itself as a whole (a title, an era, a checksum), is not said of the unit.
#[must_use]
pub fn changed_units(before: Option<&Record>, after: Option<&Record>) -> BTreeSet<UnitId> {
    let (before, after) = (before.map(statements).unwrap_or_default(), after.map(statements).unwrap_or_default());
    let units: BTreeSet<&UnitId> = before.keys().chain(after.keys()).collect();
    units.into_iter().filter(|unit| before.get(*unit) != after.get(*unit)).cloned().collect()
}

fn statements(record: &Record) -> Statements<'_> {
    let mut found = Statements::new();
    match record {
        Record::Snapshot(snapshot) => of_snapshot(snapshot, &mut found),
        Record::Event(event) => of_event(event, &mut found),
        Record::Unit(unit) => drop(found.insert(unit.id.clone(), vec![Said::Declared(unit)])),
        Record::Era(_) => {}
    }
    found
}

fn of_snapshot<'a>(snapshot: &'a Snapshot, found: &mut Statements<'a>) {
    let date = |part: Option<PartIx>| {
        let part = part.and_then(|part| snapshot.parts.get(usize::from(part.0)));
        part.map_or(&snapshot.observed, |part| &part.observed)
    };
    for mention in snapshot.mentions.iter() {
        let of_layer = date(mention.part);
        if let Placing::Under { parent, .. } = &mention.placing {
            let (placing, shown_under) = (mention.placing.clone(), mention.shown_under.clone());
            let said = Said::Above { child: mention.unit.clone(), placing, shown_under, date: of_layer };
            found.entry(parent.clone()).or_default().push(said);
        }
        for relation in &mention.details.relations {
            if let RelationEnd::Unit(end) = &relation.to {
                let date = date(relation.part.or(mention.part));
                let relation = Relation { part: None, ..relation.clone() };
                found.entry(end.clone()).or_default().push(Said::End { of: mention.unit.clone(), relation, date });
            }
        }
        found.entry(mention.unit.clone()).or_default().push(of_mention(mention, date));
    }
    for coverage in &snapshot.coverage {
        let date = date(coverage.part);
        let without_part = Coverage { part: None, ..coverage.clone() };
        found.entry(coverage.of.clone()).or_default().push(Said::List { coverage: without_part, date });
    }
}

/// Returns a mention with dates in the place of the positions of parts.
fn of_mention<'a>(mention: Mention, date: impl Fn(Option<PartIx>) -> &'a Edtf) -> Said<'a> {
    let mut mention = Box::new(mention);
    let mut dates = vec![date(mention.part)];
    let of_page = mention.part.take();
    let details = mention.details.holder.iter_mut().map(|holder| &mut holder.part);
    let details = details
        .chain(mention.details.figures.iter_mut().map(|figure| &mut figure.part))
        .chain(mention.details.relations.iter_mut().map(|relation| &mut relation.part))
        .chain(mention.details.contacts.iter_mut().map(|contact| &mut contact.part))
        .chain(mention.properties.iter_mut().map(|property| &mut property.part));
    for part in details {
        dates.push(date(part.take().or(of_page)));
    }
    Said::Mention { mention, dates }
}

fn of_event<'a>(event: &'a ChangeEvent, found: &mut Statements<'a>) {
    let originals = event.originals.iter().map(|original| &original.unit);
    let results = event.results.iter().flat_map(|result| [Some(&result.unit), result.parent.as_ref()]).flatten();
    for unit in originals.chain(results) {
        let said = found.entry(unit.clone()).or_default();
        if said.is_empty() {
            said.push(Said::Event(event));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Basis, Era, EraId, Evidence, NameClaim, NameForm, Part, SourceFile};

    fn unit(id: &str) -> UnitId {
        UnitId::new(id).unwrap()
    }

    fn evidence() -> Evidence {
        Evidence { lines: None, basis: Basis::Inferred, reference: None, note: None }
    }

    fn mention(id: &str, parent: Option<&str>) -> Mention {
        let placing =
            parent.map_or(Placing::Root, |parent| Placing::Under { parent: unit(parent), evidence: evidence() });
        Mention {
            name: Some(NameClaim { text: id.to_uppercase(), form: NameForm::Written, evidence: evidence() }),
            ..Mention::of(unit(id), evidence(), placing)
        }
    }

    /// A snapshot of a bureau with an archive, in a menu of its own date, and a registry below it.
    fn snapshot() -> Snapshot {
        let part = Part {
            id: "menu".to_owned(),
            observed: Edtf::parse("2000").unwrap(),
            date_evidence: Vec::new(),
            note: None,
        };
        let archive = Mention { part: Some(PartIx(0)), ..mention("archive", Some("bureau")) };
        Snapshot {
            id: "offices".parse().unwrap(),
            title: "Offices".to_owned(),
            observed: Edtf::parse("2001").unwrap(),
            era: None,
            source: SourceFile { file: None, sha256: None, reference: None },
            date_evidence: Vec::new(),
            note: None,
            parts: vec![part],
            coverage: Vec::new(),
            topics: Vec::new(),
            mentions: vec![mention("bureau", None), archive, mention("registry", Some("bureau"))].into(),
            continuous: false,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Snapshot), expected: &[&str]) {
        let mut after = snapshot();
        change(&mut after);
        let [before, after] = [snapshot(), after].map(|snapshot| Record::Snapshot(Arc::new(snapshot)));
        let found = changed_units(Some(&before), Some(&after));
        assert_eq!(found.iter().map(UnitId::as_str).collect::<Vec<_>>(), expected);
        assert_eq!(changed_units(Some(&after), Some(&before)), found, "it is the same the other way round");
    }

    #[test]
    fn what_is_said_of_one_unit_is_not_said_of_another() {
        check(|_| {}, &[]);
        check(|after| after.title = "Another".to_owned(), &[]);
        check(|after| after.era = EraId::new("first").ok(), &[]);
        let of_mentions = |change: fn(&mut Vec<Mention>)| {
            move |after: &mut Snapshot| {
                let mut mentions: Vec<Mention> = after.mentions.iter().collect();
                change(&mut mentions);
                after.mentions = mentions.into();
            }
        };
        check(of_mentions(|mentions| mentions[2].name = None), &["registry"]);
        check(of_mentions(|mentions| mentions[2].placing = Placing::Root), &["bureau", "registry"]);
        check(of_mentions(|mentions| drop(mentions.pop())), &["bureau", "registry"]);
    }

    #[test]
    fn another_date_is_another_statement_for_the_units_of_that_layer() {
        check(|after| after.observed = Edtf::parse("2002").unwrap(), &["bureau", "registry"]);
        // The bureau is above the archive in the menu.
        check(|after| after.parts[0].observed = Edtf::parse("1999").unwrap(), &["archive", "bureau"]);
    }

    #[test]
    fn a_part_that_is_put_before_another_changes_nothing_in_that() {
        let insert = |after: &mut Snapshot| {
            let earlier =
                Part { id: "old".to_owned(), observed: Edtf::parse("1990").unwrap(), ..after.parts[0].clone() };
            after.parts.insert(0, earlier);
            let mut mentions: Vec<Mention> = after.mentions.iter().collect();
            mentions[1].part = Some(PartIx(1));
            after.mentions = mentions.into();
        };
        check(insert, &[]);
    }

    #[test]
    fn a_record_that_comes_or_goes_concerns_every_unit_that_it_names() {
        let record = Record::Snapshot(Arc::new(snapshot()));
        let expected: BTreeSet<UnitId> = ["archive", "bureau", "registry"].map(unit).into();
        assert_eq!(changed_units(None, Some(&record)), expected);
        assert_eq!(changed_units(Some(&record), None), expected);
        let era = Era {
            id: EraId::new("first").unwrap(),
            name: "First".to_owned(),
            description: None,
            sequence: EraId::new("first").unwrap(),
            position: 0,
        };
        assert_eq!(changed_units(None, Some(&Record::Era(Arc::new(era)))), BTreeSet::new());
    }
}
