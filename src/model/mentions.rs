//! The mentions of a snapshot, packed: each id and each text once, and some twenty bytes for each mention.
//!
//! A log of changes mentions its units hundreds of thousands of times. Most of what a [`Mention`] can say is not said,
//! and what is said has the evidence of the mention itself; so a mention is kept as a [`Row`] and unpacked when it is
//! asked for. What is said of few units ([`Details`]) is kept as it is.

use std::collections::HashMap;

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

    /// Returns the unit of each mention, in their order.
    pub fn units(&self) -> impl Iterator<Item = &UnitId> {
        let first_of = |at| postcard::take_from_bytes::<u32>(self.bytes_of(at)?).ok();
        (0..self.len()).filter_map(move |at| self.unit(first_of(at)?.0))
    }

    /// Returns the parents that mentions name; one may come several times.
    pub fn parents(&self) -> impl Iterator<Item = &UnitId> {
        (0..self.len()).filter_map(|at| match self.row(at)?.place {
            RowPlace::Under(parent, _) => self.unit(parent),
            RowPlace::Root | RowPlace::Unplaced => None,
        })
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
        builder.extend(mentions);
        builder.finish()
    }
}

impl From<Vec<Mention>> for Mentions {
    fn from(mentions: Vec<Mention>) -> Self {
        mentions.into_iter().collect()
    }
}

/// Packs mentions one after the other.
#[derive(Debug, Default)]
pub struct MentionsBuilder {
    packed: Mentions,
    texts: TextsBuilder,
    units: HashMap<UnitId, u32>,
}

impl MentionsBuilder {
    /// Adds a mention to the end.
    ///
    /// What is past four thousand million units, texts or bytes is left out; no input file is that large.
    pub fn push(&mut self, mention: Mention) {
        let bytes = self.packed_row(&mention).to_bytes();
        let end = self.packed.rows.len().saturating_add(bytes.len());
        let (Ok(end), Ok(at)) = (u32::try_from(end), u32::try_from(self.packed.ends.len())) else { return };
        self.packed.rows.extend_from_slice(&bytes);
        self.packed.ends.push(end);
        if mention.details != Details::default() {
            self.packed.details.push((at, mention.details));
        }
    }

    /// Returns the packed mentions.
    #[must_use]
    pub fn finish(self) -> Mentions {
        let mut packed = self.packed;
        packed.texts = self.texts.finish();
        packed.units.shrink_to_fit();
        packed.rows.shrink_to_fit();
        packed.ends.shrink_to_fit();
        packed.details.shrink_to_fit();
        packed
    }

    fn packed_row(&mut self, mention: &Mention) -> Row {
        let unit = self.unit(&mention.unit);
        let own = self.evidence(&mention.evidence);
        let place = match &mention.placing {
            Placing::Root => RowPlace::Root,
            Placing::Unplaced => RowPlace::Unplaced,
            Placing::Under { parent, evidence } => {
                RowPlace::Under(self.unit(parent), self.other_evidence(&mention.evidence, evidence))
            }
        };
        let heading = mention.shown_under.as_deref().map(|heading| self.texts.add(heading));
        let name = mention.name.as_ref().map(|name| self.name(mention, name));
        let acronym = mention.acronym.as_ref().map(|name| self.name(mention, name));
        let kind = mention.kind.as_ref().map(|kind| RowText {
            text: self.texts.add(&kind.text),
            form: NameForm::Written,
            evidence: self.other_evidence(&mention.evidence, &kind.evidence),
        });
        let properties = mention.properties.iter().map(|property| RowProperty {
            name: self.texts.add(&property.name),
            value: self.texts.add(&property.value),
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
        let number = u32::try_from(self.packed.units.len()).unwrap_or(u32::MAX);
        self.packed.units.push(id.clone());
        self.units.insert(id.clone(), number);
        number
    }

    fn name(&mut self, mention: &Mention, name: &NameClaim) -> RowText {
        let evidence = self.other_evidence(&mention.evidence, &name.evidence);
        RowText { text: self.texts.add(&name.text), form: name.form, evidence }
    }

    fn evidence(&mut self, evidence: &Evidence) -> RowEvidence {
        RowEvidence {
            lines: evidence.lines.clone(),
            basis: evidence.basis,
            reference: evidence.reference.as_deref().map(|text| self.texts.add(text)),
            note: evidence.note.as_deref().map(|text| self.texts.add(text)),
        }
    }

    /// Packs the evidence of a claim; `None` where it is that of its mention.
    fn other_evidence(&mut self, own: &Evidence, evidence: &Evidence) -> Option<RowEvidence> {
        (own != evidence).then(|| self.evidence(evidence))
    }
}

impl Extend<Mention> for MentionsBuilder {
    fn extend<I: IntoIterator<Item = Mention>>(&mut self, mentions: I) {
        for mention in mentions {
            self.push(mention);
        }
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
