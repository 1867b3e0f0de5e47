//! A mention as it is kept: some twenty bytes, in which what is not said takes none.

use serde::{Deserialize, Serialize};

use super::evidence::{Basis, LineSet, PartIx};
use super::snapshot::{NameForm, Standing};
use super::texts::TextIx;

/// A mention as it is kept. Units are positions among those of its mentions, texts among their texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) unit: u32,
    pub(crate) part: Option<PartIx>,
    pub(crate) evidence: RowEvidence,
    pub(crate) place: RowPlace,
    pub(crate) heading: Option<TextIx>,
    pub(crate) name: Option<RowText>,
    pub(crate) acronym: Option<RowText>,
    pub(crate) kind: Option<RowText>,
    pub(crate) standing: Standing,
    pub(crate) properties: Vec<RowProperty>,
}

/// Evidence as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowEvidence {
    pub(crate) lines: Option<LineSet>,
    pub(crate) basis: Basis,
    pub(crate) reference: Option<TextIx>,
    pub(crate) note: Option<TextIx>,
}

/// Where a mention hangs its unit; the evidence is `None` where it is that of the mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum RowPlace {
    Root,
    Under(u32, Option<RowEvidence>),
    Unplaced,
}

/// A name, an acronym or a kind; the evidence is `None` where it is that of the mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowText {
    pub(crate) text: TextIx,
    pub(crate) form: NameForm,
    pub(crate) evidence: Option<RowEvidence>,
}

/// A property; the evidence is `None` where it is that of the mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowProperty {
    pub(crate) name: TextIx,
    pub(crate) value: TextIx,
    pub(crate) part: Option<PartIx>,
    pub(crate) evidence: Option<RowEvidence>,
}

/// Which fields of a row follow, and in which form: the plain one has no evidence, form or part of its own.
#[derive(Debug, Clone, Copy)]
struct Shape(u32);

impl Shape {
    const PART: u32 = 1;
    /// The evidence is one line that states it.
    const PLAIN_EVIDENCE: u32 = 1 << 1;
    /// The parent, plain.
    const PARENT: u32 = 1 << 2;
    /// A place that is none: no bit of a place stands for the top.
    const UNPLACED: u32 = 1 << 3;
    const FULL_PLACE: u32 = 1 << 4;
    const HEADING: u32 = 1 << 5;
    const NAME: u32 = 1 << 6;
    const FULL_NAME: u32 = 1 << 7;
    const ACRONYM: u32 = 1 << 8;
    const FULL_ACRONYM: u32 = 1 << 9;
    const KIND: u32 = 1 << 10;
    const FULL_KIND: u32 = 1 << 11;
    /// Another standing than that of a part of the organisation.
    const STANDING: u32 = 1 << 12;
    const PROPERTIES: u32 = 1 << 13;
    const FULL_PROPERTIES: u32 = 1 << 14;

    fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
}

/// Writes fields one after the other.
#[derive(Debug, Default)]
struct Writer {
    shape: u32,
    fields: Vec<u8>,
}

impl Writer {
    fn put(&mut self, bit: u32, field: &impl Serialize) {
        self.shape |= bit;
        if let Ok(fields) = postcard::to_extend(field, std::mem::take(&mut self.fields)) {
            self.fields = fields;
        }
    }

    fn put_text(&mut self, plain: u32, full: u32, text: Option<&RowText>) {
        match text {
            Some(RowText { text, form: NameForm::Written, evidence: None }) => self.put(plain, text),
            Some(text) => self.put(full, text),
            None => {}
        }
    }
}

/// Reads fields one after the other.
struct Reader<'a> {
    shape: Shape,
    fields: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<T: Deserialize<'a>>(&mut self) -> postcard::Result<T> {
        let (field, rest) = postcard::take_from_bytes(self.fields)?;
        self.fields = rest;
        Ok(field)
    }

    fn take_if<T: Deserialize<'a>>(&mut self, bit: u32) -> postcard::Result<Option<T>> {
        if self.shape.has(bit) { self.take().map(Some) } else { Ok(None) }
    }

    fn take_text(&mut self, plain: u32, full: u32) -> postcard::Result<Option<RowText>> {
        let text: Option<TextIx> = self.take_if(plain)?;
        let text = text.map(|text| RowText { text, form: NameForm::Written, evidence: None });
        Ok(text.or(self.take_if(full)?))
    }
}

impl RowProperty {
    fn is_plain(&self) -> bool {
        self.part.is_none() && self.evidence.is_none()
    }
}

impl RowEvidence {
    /// Returns the evidence that a line states something.
    pub(crate) fn stated_on(line: u32) -> Self {
        Self { lines: LineSet::of([(line, line)]), basis: Basis::Stated, reference: None, note: None }
    }

    /// Returns the line of plain evidence.
    fn plain_line(&self) -> Option<u32> {
        let is_plain = self.basis == Basis::Stated && self.reference.is_none() && self.note.is_none();
        let mut ranges = self.lines.as_ref().filter(|_| is_plain)?.ranges();
        let (first, last) = ranges.next()?;
        (first == last && ranges.next().is_none()).then_some(first)
    }
}

impl Row {
    /// Adds the bytes of the row to the end of others.
    pub(crate) fn append_to(&self, bytes: &mut Vec<u8>) {
        let mut to = Writer::default();
        if let Some(part) = self.part {
            to.put(Shape::PART, &part);
        }
        match self.evidence.plain_line() {
            Some(line) => to.put(Shape::PLAIN_EVIDENCE, &line),
            None => to.put(0, &self.evidence),
        }
        match &self.place {
            RowPlace::Root => {}
            RowPlace::Under(parent, None) => to.put(Shape::PARENT, parent),
            RowPlace::Unplaced => to.shape |= Shape::UNPLACED,
            RowPlace::Under(..) => to.put(Shape::FULL_PLACE, &self.place),
        }
        if let Some(heading) = self.heading {
            to.put(Shape::HEADING, &heading);
        }
        to.put_text(Shape::NAME, Shape::FULL_NAME, self.name.as_ref());
        to.put_text(Shape::ACRONYM, Shape::FULL_ACRONYM, self.acronym.as_ref());
        to.put_text(Shape::KIND, Shape::FULL_KIND, self.kind.as_ref());
        if self.standing != Standing::Internal {
            to.put(Shape::STANDING, &self.standing);
        }
        if !self.properties.is_empty() {
            if self.properties.iter().all(RowProperty::is_plain) {
                let plain: Vec<(TextIx, TextIx)> = self.properties.iter().map(|p| (p.name, p.value)).collect();
                to.put(Shape::PROPERTIES, &plain);
            } else {
                to.put(Shape::FULL_PROPERTIES, &self.properties);
            }
        }
        if let Ok(mut row) = postcard::to_extend(&(self.unit, to.shape), std::mem::take(bytes)) {
            row.append(&mut to.fields);
            *bytes = row;
        }
    }

    /// Reads a row; fails where the bytes are none of one.
    pub(crate) fn of_bytes(bytes: &[u8]) -> postcard::Result<Self> {
        let ((unit, shape), fields) = postcard::take_from_bytes::<(u32, u32)>(bytes)?;
        let mut from = Reader { shape: Shape(shape), fields };
        let part = from.take_if(Shape::PART)?;
        let evidence =
            if from.shape.has(Shape::PLAIN_EVIDENCE) { RowEvidence::stated_on(from.take()?) } else { from.take()? };
        let place = if from.shape.has(Shape::PARENT) {
            RowPlace::Under(from.take()?, None)
        } else if from.shape.has(Shape::FULL_PLACE) {
            from.take()?
        } else if from.shape.has(Shape::UNPLACED) {
            RowPlace::Unplaced
        } else {
            RowPlace::Root
        };
        let heading = from.take_if(Shape::HEADING)?;
        let name = from.take_text(Shape::NAME, Shape::FULL_NAME)?;
        let acronym = from.take_text(Shape::ACRONYM, Shape::FULL_ACRONYM)?;
        let kind = from.take_text(Shape::KIND, Shape::FULL_KIND)?;
        let standing = from.take_if(Shape::STANDING)?.unwrap_or(Standing::Internal);
        let plain: Option<Vec<(TextIx, TextIx)>> = from.take_if(Shape::PROPERTIES)?;
        let plain = plain.map(|plain| {
            let property = |(name, value)| RowProperty { name, value, part: None, evidence: None };
            plain.into_iter().map(property).collect()
        });
        let properties = plain.or(from.take_if(Shape::FULL_PROPERTIES)?).unwrap_or_default();
        Ok(Self { unit, part, evidence, place, heading, name, acronym, kind, standing, properties })
    }

    /// Returns the basis of the mention itself.
    pub(crate) fn basis(&self) -> Basis {
        self.evidence.basis
    }

    /// Returns the basis on which the parent is claimed.
    pub(crate) fn basis_of_place(&self) -> Basis {
        match &self.place {
            RowPlace::Under(_, Some(evidence)) => evidence.basis,
            RowPlace::Under(_, None) | RowPlace::Root | RowPlace::Unplaced => self.evidence.basis,
        }
    }

    /// Returns the basis of a name, an acronym or a kind of the mention.
    pub(crate) fn basis_of(&self, text: &RowText) -> Basis {
        text.evidence.as_ref().unwrap_or(&self.evidence).basis
    }

    /// Returns the basis of a property of the mention.
    pub(crate) fn basis_of_property(&self, property: &RowProperty) -> Basis {
        property.evidence.as_ref().unwrap_or(&self.evidence).basis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(basis: Basis, lines: &str) -> RowEvidence {
        RowEvidence { lines: LineSet::parse(lines).ok(), basis, reference: None, note: None }
    }

    fn text(text: u32, form: NameForm, evidence: Option<RowEvidence>) -> RowText {
        RowText { text: TextIx(text), form, evidence }
    }

    fn bytes_of(row: &Row) -> Vec<u8> {
        let mut bytes = Vec::new();
        row.append_to(&mut bytes);
        bytes
    }

    /// A row as most of a log are: a unit that was renamed.
    fn plain() -> Row {
        Row {
            unit: 100_000,
            part: Some(PartIx(120)),
            evidence: evidence(Basis::Stated, "350000"),
            place: RowPlace::Root,
            heading: None,
            name: Some(text(200_000, NameForm::Written, None)),
            acronym: Some(text(200_001, NameForm::Written, None)),
            kind: None,
            standing: Standing::Internal,
            properties: Vec::new(),
        }
    }

    #[track_caller]
    fn check(row: &Row) {
        assert_eq!(Row::of_bytes(&bytes_of(row)).as_ref(), Ok(row));
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        check(&plain());
        check(&Row { part: None, name: None, acronym: None, ..plain() });
        let own = || Some(evidence(Basis::Inferred, "1, 3-4"));
        let property = |part, evidence| RowProperty { name: TextIx(1), value: TextIx(2), part, evidence };
        check(&Row { place: RowPlace::Under(7, None), properties: vec![property(None, None); 3], ..plain() });
        check(&Row { place: RowPlace::Unplaced, kind: Some(text(9, NameForm::Written, None)), ..plain() });
        check(&Row {
            evidence: RowEvidence { note: Some(TextIx(3)), ..evidence(Basis::Stated, "12") },
            place: RowPlace::Under(7, own()),
            heading: Some(TextIx(5)),
            name: Some(text(1, NameForm::Expanded, None)),
            acronym: Some(text(2, NameForm::Written, own())),
            kind: Some(text(3, NameForm::Written, own())),
            standing: Standing::External,
            properties: vec![property(None, None), property(Some(PartIx(4)), own())],
            ..plain()
        });
    }

    #[test]
    fn a_change_of_a_name_takes_twenty_bytes() {
        let length = bytes_of(&plain()).len();
        assert!(length <= 20, "{length} bytes");
    }

    #[test]
    fn bytes_that_are_cut_short_are_no_row() {
        let bytes = bytes_of(&plain());
        assert!((0..bytes.len()).all(|end| Row::of_bytes(&bytes[..end]).is_err()));
    }
}
