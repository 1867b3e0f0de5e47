//! Random corpora and rows in few lines, so that a failing case can be read.

use std::fmt::{self, Debug, Display, Formatter, Write as _};

use eragraph::model::{
    ChangeEvent, Corpus, Coverage, Day, Edtf, Mention, NameClaim, PartIx, Placing, RelationEnd, Snapshot,
};

use super::compare::Row;

/// A corpus that prints itself compactly: a line per era, event, mention and coverage.
#[derive(Clone)]
pub(crate) struct Compact(pub Corpus);

impl Debug for Compact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for era in self.0.eras_in_order() {
            writeln!(f, "era {} ({} {})", era.id, era.sequence, era.position)?;
        }
        for unit in self.0.units.values() {
            let (name, acronym, kind) = (&unit.name, &unit.acronym, &unit.kind);
            writeln!(f, "declared {}: {name:?} {acronym:?} {kind:?} {:?}", unit.id, unit.basis)?;
        }
        self.0.snapshots.values().try_for_each(|snapshot| write_snapshot(f, snapshot))?;
        self.0.events.values().try_for_each(|event| write_event(f, event))
    }
}

fn window(date: &Edtf) -> String {
    let window = date.window();
    bounds(window.earliest(), window.latest())
}

/// Returns `from..to`, with nothing for an open end.
pub(crate) fn bounds(from: Option<Day>, to: Option<Day>) -> String {
    let side = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
    format!("{}..{}", side(from), side(to))
}

fn part(part: Option<PartIx>) -> String {
    part.map_or_else(String::new, |part| format!(" [part {}]", part.0))
}

fn write_snapshot(f: &mut Formatter<'_>, snapshot: &Snapshot) -> fmt::Result {
    let era = snapshot.era.as_ref().map_or_else(String::new, |era| format!(" era {era}"));
    write!(f, "snapshot {} {}{era}", snapshot.id, window(&snapshot.observed))?;
    for (at, layer) in snapshot.parts.iter().enumerate() {
        write!(f, " [part {at} {}]", window(&layer.observed))?;
    }
    writeln!(f)?;
    snapshot.coverage.iter().try_for_each(|coverage| write_coverage(f, coverage))?;
    snapshot.mentions.iter().try_for_each(|mention| write_mention(f, &mention))
}

fn write_coverage(f: &mut Formatter<'_>, coverage: &Coverage) -> fmt::Result {
    write!(f, "  {:?} list of {}", coverage.extent, coverage.of)?;
    write!(f, "{}", if coverage.deep { " deep" } else { "" })?;
    coverage.kind.iter().try_for_each(|kind| write!(f, " kind {kind}"))?;
    coverage.heading.iter().try_for_each(|heading| write!(f, " heading {heading}"))?;
    writeln!(f, " {:?}{}", coverage.evidence.basis, part(coverage.part))
}

fn write_mention(f: &mut Formatter<'_>, mention: &Mention) -> fmt::Result {
    write!(f, "  {} {:?}", mention.unit, mention.evidence.basis)?;
    match &mention.placing {
        Placing::Root => write!(f, " top")?,
        Placing::Under { parent, evidence } => write!(f, " under {parent} {:?}", evidence.basis)?,
        Placing::Unplaced => write!(f, " unplaced")?,
    }
    let named = |claim: &NameClaim| format!("{:?}/{:?}/{:?}", claim.text, claim.form, claim.evidence.basis);
    mention.name.iter().try_for_each(|name| write!(f, " name {}", named(name)))?;
    mention.acronym.iter().try_for_each(|name| write!(f, " acronym {}", named(name)))?;
    mention.details.also_written.iter().try_for_each(|name| write!(f, " also {}", named(name)))?;
    mention.kind.iter().try_for_each(|kind| write!(f, " kind {}/{:?}", kind.text, kind.evidence.basis))?;
    mention.shown_under.iter().try_for_each(|heading| write!(f, " shown-under {heading}"))?;
    mention.details.same.iter().try_for_each(|same| write!(f, " same {:?}", same.basis))?;
    mention
        .details
        .summary
        .iter()
        .try_for_each(|text| write!(f, " summary {}/{:?}", text.text, text.evidence.basis))?;
    mention
        .details
        .holder
        .iter()
        .try_for_each(|holder| write!(f, " holder {}/{:?}", holder.name, holder.evidence.basis))?;
    for relation in &mention.details.relations {
        let to = if let RelationEnd::Unit(unit) = &relation.to { unit.to_string() } else { "a text".into() };
        write!(f, " {} {to}/{:?}{}", relation.kind, relation.evidence.basis, part(relation.part))?;
    }
    for figure in &mention.details.figures {
        let (value, basis) = (figure.value, figure.evidence.basis);
        write!(f, " {} {:?} {value:?}/{basis:?}{}", figure.measure, figure.qualifier, part(figure.part))?;
    }
    mention
        .details
        .contacts
        .iter()
        .try_for_each(|contact| write!(f, " contact {:?}{}", contact.value, part(contact.part)))?;
    mention.details.places.iter().try_for_each(|place| write!(f, " {:?} {}", place.role, place.place))?;
    mention.properties.iter().try_for_each(|property| write!(f, " {}={}", property.name, property.value))?;
    writeln!(f, " {:?}{}", mention.standing, part(mention.part))
}

fn write_event(f: &mut Formatter<'_>, event: &ChangeEvent) -> fmt::Result {
    write!(f, "event {} {:?} {} {:?}:", event.id, event.kind, window(&event.date), event.basis)?;
    for original in &event.originals {
        let continues = if original.continues { " continues" } else { "" };
        let part = if original.part { " part" } else { "" };
        write!(f, " {}{continues}{part}", original.unit)?;
    }
    write!(f, " ->")?;
    for result in &event.results {
        write!(f, " {}", result.unit)?;
        result.name.iter().try_for_each(|name| write!(f, " name {name:?}"))?;
        result.acronym.iter().try_for_each(|name| write!(f, " acronym {name:?}"))?;
        result.kind.iter().try_for_each(|kind| write!(f, " kind {kind}"))?;
        result.parent.iter().try_for_each(|parent| write!(f, " under {parent}"))?;
    }
    writeln!(f)
}

/// Returns the upper-case word of an enum value: `NotObserved` is `NOT_OBSERVED`.
pub(crate) fn word(value: impl Debug) -> String {
    let mut word = String::new();
    for letter in format!("{value:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_uppercase());
    }
    word
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut text = format!("{} {} {}", word(self.kind), word(self.verdict), self.unit);
        if !self.others.is_empty() {
            let others: Vec<_> = self.others.iter().map(ToString::to_string).collect();
            write!(text, " [{}]", others.join(", "))?;
        }
        if let Some(relation) = &self.relation {
            write!(text, " ({relation})")?;
        }
        write!(f, "{text} {}", bounds(self.not_before, self.not_after))
    }
}

impl Debug for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}
