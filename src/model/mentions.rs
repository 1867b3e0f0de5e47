//! The mentions of a snapshot, packed: each id and each text once, and some twenty bytes for each mention.
//!
//! A log of changes mentions its units hundreds of thousands of times. Most of what a [`Mention`] can say is not said,
//! and what is said has the evidence of the mention itself; so a mention is kept as a [`Row`] and unpacked when it is
//! asked for. What is said of few units ([`Details`]) is kept as it is.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::id::UnitId;
use super::pieces::piece;
use super::row::{Row, RowEvidence, RowPlace, RowProperty, RowText};
use super::snapshot::{Details, Mention, NameClaim, NameForm, Placing, Property, Text};
use super::texts::{TextIx, Texts, TextsBuilder};

/// Every unit that a source mentions, in its order.
///
/// Equal mentions in the same order are equal as they are kept, so comparing unpacks nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Mentions {
    /// The units that are mentioned or stand above one that is, each once.
    units: Vec<UnitId>,
    texts: Texts,
    #[serde(with = "bytes")]
    rows: Vec<u8>,
    /// Where each row ends.
    ends: Vec<u32>,
    /// What is said besides, with the position of the mention; in the order of mentions.
    details: Vec<(u32, Details)>,
}

impl Mentions {
    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the mention at a position.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Mention> {
        let row = self.row(at)?;
        let details = self.details_of(at).cloned().unwrap_or_default();
        self.unpacked(&row, details)
    }

    /// Returns the mentions in their order, each made when its turn comes.
    pub fn iter(&self) -> impl Iterator<Item = Mention> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Returns what is said besides in the mention at a position; `None` where nothing is.
    #[must_use]
    pub fn details_of(&self, at: usize) -> Option<&Details> {
        let at = u32::try_from(at).ok()?;
        let found = self.details.binary_search_by_key(&at, |(of, _)| *of).ok()?;
        self.details.get(found).map(|(_, details)| details)
    }

    /// Returns what is said besides, with the positions of the mentions, in their order.
    pub fn details(&self) -> impl Iterator<Item = (usize, &Details)> {
        self.details.iter().map(|(at, details)| (usize::try_from(*at).unwrap_or(usize::MAX), details))
    }

    /// Returns the units that are mentioned, each once.
    pub fn units(&self) -> impl Iterator<Item = &UnitId> {
        let mut is_mentioned = vec![false; self.units.len()];
        for at in 0..self.len() {
            let number = self.bytes_of(at).and_then(|bytes| postcard::take_from_bytes::<u32>(bytes).ok());
            if let Some(slot) = number.and_then(|(number, _)| is_mentioned.get_mut(usize::try_from(number).ok()?)) {
                *slot = true;
            }
        }
        self.units.iter().zip(is_mentioned).filter_map(|(unit, is_mentioned)| is_mentioned.then_some(unit))
    }

    /// Gives back the room that was taken in advance.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.units.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.details.shrink_to_fit();
    }

    /// Returns the units that are mentioned or stand above one that is, each once.
    pub(crate) fn named_units(&self) -> &[UnitId] {
        &self.units
    }

    /// Returns the texts that rows point at.
    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Returns a mention as it is kept.
    pub(crate) fn row(&self, at: usize) -> Option<Row> {
        Row::of_bytes(self.bytes_of(at)?).ok()
    }

    fn bytes_of(&self, at: usize) -> Option<&[u8]> {
        self.rows.get(piece(&self.ends, at)?)
    }

    fn unit(&self, number: u32) -> Option<&UnitId> {
        self.units.get(usize::try_from(number).ok()?)
    }

    fn unpacked(&self, row: &Row, details: Details) -> Option<Mention> {
        let text = |ix: TextIx| self.texts.get(ix).to_owned();
        let own = self.evidence(&row.evidence);
        let evidence =
            |packed: Option<&RowEvidence>| packed.map_or_else(|| own.clone(), |packed| self.evidence(packed));
        let name = |name: &RowText| NameClaim {
            text: text(name.text),
            form: name.form,
            evidence: evidence(name.evidence.as_ref()),
        };
        let unit = |number: u32| self.unit(number).cloned();
        let placing = match &row.place {
            RowPlace::Under(parent, packed) => {
                Placing::Under { parent: unit(*parent)?, evidence: evidence(packed.as_ref()) }
            }
            RowPlace::Root => Placing::Root,
            RowPlace::Unplaced => Placing::Unplaced,
        };
        let property = |property: &RowProperty| Property {
            name: text(property.name),
            value: text(property.value),
            evidence: evidence(property.evidence.as_ref()),
            part: property.part,
        };
        let kind = |kind: &RowText| Text { text: text(kind.text), evidence: evidence(kind.evidence.as_ref()) };
        Some(Mention {
            unit: unit(row.unit)?,
            part: row.part,
            evidence: own.clone(),
            placing,
            shown_under: row.heading.map(text),
            name: row.name.as_ref().map(name),
            acronym: row.acronym.as_ref().map(name),
            kind: row.kind.as_ref().map(kind),
            standing: row.standing,
            properties: row.properties.iter().map(property).collect(),
            details,
        })
    }

    fn evidence(&self, packed: &RowEvidence) -> Evidence {
        let text = |ix: TextIx| self.texts.get(ix).to_owned();
        Evidence {
            lines: packed.lines.clone(),
            basis: packed.basis,
            reference: packed.reference.map(text),
            note: packed.note.map(text),
        }
    }
}

impl FromIterator<Mention> for Mentions {
    fn from_iter<I: IntoIterator<Item = Mention>>(mentions: I) -> Self {
        let mut builder = MentionsBuilder::default();
        for mention in mentions {
            builder.push(mention);
        }
        builder.rows.finish()
    }
}

impl From<Vec<Mention>> for Mentions {
    fn from(mentions: Vec<Mention>) -> Self {
        mentions.into_iter().collect()
    }
}

/// Packs rows one after the other, for whoever knows units by number.
#[derive(Debug, Default)]
pub(crate) struct RowsBuilder {
    packed: Mentions,
    texts: TextsBuilder,
}

impl RowsBuilder {
    /// Adds a unit that was not added before, and returns its number.
    pub(crate) fn add_unit(&mut self, id: UnitId) -> u32 {
        let number = u32::try_from(self.packed.units.len()).unwrap_or(u32::MAX);
        self.packed.units.push(id);
        number
    }

    /// Returns the position of a text, which is added where it is new.
    pub(crate) fn text(&mut self, text: &str) -> TextIx {
        self.texts.add(text)
    }

    /// Adds a row to the end, and what its mention says besides.
    ///
    /// What is past four thousand million units, texts or bytes is left out; no input file is that large.
    pub(crate) fn push(&mut self, row: &Row, details: Details) {
        let packed = &mut self.packed;
        let Ok(at) = u32::try_from(packed.ends.len()) else { return };
        let before = packed.rows.len();
        row.append_to(&mut packed.rows);
        let Ok(end) = u32::try_from(packed.rows.len()) else { return packed.rows.truncate(before) };
        packed.ends.push(end);
        if details != Details::default() {
            packed.details.push((at, details));
        }
    }

    /// Returns the packed mentions.
    pub(crate) fn finish(self) -> Mentions {
        let mut packed = self.packed;
        packed.texts = self.texts.finish();
        packed.shrink_to_fit();
        packed
    }
}

/// Packs mentions one after the other.
#[derive(Debug, Default)]
struct MentionsBuilder {
    rows: RowsBuilder,
    units: HashMap<UnitId, u32>,
}

impl MentionsBuilder {
    fn push(&mut self, mention: Mention) {
        let row = self.row(&mention);
        self.rows.push(&row, mention.details);
    }

    fn row(&mut self, mention: &Mention) -> Row {
        let unit = self.unit(&mention.unit);
        let own = self.evidence(&mention.evidence);
        let place = match &mention.placing {
            Placing::Root => RowPlace::Root,
            Placing::Unplaced => RowPlace::Unplaced,
            Placing::Under { parent, evidence } => {
                RowPlace::Under(self.unit(parent), self.other_evidence(&mention.evidence, evidence))
            }
        };
        let heading = mention.shown_under.as_deref().map(|heading| self.rows.text(heading));
        let name = mention.name.as_ref().map(|name| self.name(mention, name));
        let acronym = mention.acronym.as_ref().map(|name| self.name(mention, name));
        let kind = mention.kind.as_ref().map(|kind| RowText {
            text: self.rows.text(&kind.text),
            form: NameForm::Written,
            evidence: self.other_evidence(&mention.evidence, &kind.evidence),
        });
        let properties = mention.properties.iter().map(|property| RowProperty {
            name: self.rows.text(&property.name),
            value: self.rows.text(&property.value),
            part: property.part,
            evidence: self.other_evidence(&mention.evidence, &property.evidence),
        });
        let properties = properties.collect();
        let (part, standing) = (mention.part, mention.standing);
        Row { unit, part, evidence: own, place, heading, name, acronym, kind, standing, properties }
    }

    fn unit(&mut self, id: &UnitId) -> u32 {
        if let Some(number) = self.units.get(id) {
            return *number;
        }
        let number = self.rows.add_unit(id.clone());
        self.units.insert(id.clone(), number);
        number
    }

    fn name(&mut self, mention: &Mention, name: &NameClaim) -> RowText {
        let evidence = self.other_evidence(&mention.evidence, &name.evidence);
        RowText { text: self.rows.text(&name.text), form: name.form, evidence }
    }

    fn evidence(&mut self, evidence: &Evidence) -> RowEvidence {
        RowEvidence {
            lines: evidence.lines.clone(),
            basis: evidence.basis,
            reference: evidence.reference.as_deref().map(|text| self.rows.text(text)),
            note: evidence.note.as_deref().map(|text| self.rows.text(text)),
        }
    }

    /// Packs the evidence of a claim; `None` where it is that of its mention.
    fn other_evidence(&mut self, own: &Evidence, evidence: &Evidence) -> Option<RowEvidence> {
        (own != evidence).then(|| self.evidence(evidence))
    }
}

/// Writes bytes as bytes, not as a list of numbers.
mod bytes {
    use std::fmt;

    use serde::de::{Deserializer, Error, SeqAccess, Visitor};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
            /// Formats of text write bytes as a list all the same.
            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<u8>, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = numbers.next_element()? {
                    bytes.push(byte);
                }
                Ok(bytes)
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
