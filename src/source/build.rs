//! What the three formats share on the way from a checked tree to records: ids, texts, words and evidence.
//!
//! The tree was checked against its definition before, so what is of the wrong shape is passed over
//! here without another word.

use super::origin::{Origin, Origins};
use super::yaml::Node;
use crate::diagnostics::{Code, Diagnostic, FileId, Place, Span};
use crate::model::{
    Basis, Day, Edtf, EventType, Evidence, Extent, LineSet, NameForm, PlaceRole, Record, Standing, UnitId,
};

/// Builds the records of one file, and tells what a look at single fields cannot find.
pub(super) struct Builder<'a> {
    file: FileId,
    found: &'a mut Vec<Diagnostic>,
    origins: &'a mut Origins,
    /// Where the record that is being built writes its ids, names and lines.
    pub(super) origin: Origin,
}

impl<'a> Builder<'a> {
    pub(super) fn new(file: FileId, found: &'a mut Vec<Diagnostic>, origins: &'a mut Origins) -> Self {
        Self { file, found, origins, origin: Origin::new(Place::new(file, Span::new(0, 0))) }
    }

    /// Begins a record whose id stands at `id`.
    pub(super) fn begin(&mut self, id: Option<&Node>) {
        self.origin = Origin::new(self.place(id.map_or(Span::new(0, 0), |node| node.span)));
    }

    /// Ends a record; `None` when another record has its key already, which is then told.
    pub(super) fn finish(&mut self, record: Record) -> Option<Record> {
        let key = record.key();
        if let Some(first) = self.origins.get(&key) {
            let message = format!("{key} is defined twice");
            let found = Diagnostic::new(Code::DuplicateId, message).at(self.origin.place()).label("again here");
            self.found.push(found.related(first.place(), format!("{key} is first defined here")));
            return None;
        }
        self.origins.insert(key, self.origin.clone());
        Some(record)
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place::new(self.file, span)
    }

    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Reads the id of a unit and notes where it stands.
    pub(super) fn unit_id(&mut self, node: Option<&Node>) -> Option<UnitId> {
        let node = node?;
        let id = UnitId::new(node.text()?).ok()?;
        let place = self.place(node.span);
        self.origin.note_id(id.as_str(), place);
        Some(id)
    }

    /// Reads an id of another kind and notes where it stands.
    pub(super) fn id<T: std::str::FromStr>(&mut self, node: Option<&Node>) -> Option<T> {
        let node = node?;
        let text = node.text()?;
        let id = text.parse().ok()?;
        let place = self.place(node.span);
        self.origin.note_id(text, place);
        Some(id)
    }

    /// Reads a set of lines and notes where it stands.
    pub(super) fn lines(&mut self, node: Option<&Node>) -> Option<LineSet> {
        let node = node?;
        let lines = LineSet::parse(node.text()?).ok()?;
        let place = self.place(node.span);
        self.origin.note_lines(&lines, place);
        Some(lines)
    }

    /// Reads the evidence that a mapping holds.
    ///
    /// What it lacks comes from `inherited`, the evidence of the unit that the mapping is a detail of:
    /// its lines, its basis, and its reference where the basis is outside. `subject` names the claim.
    pub(super) fn evidence(
        &mut self,
        node: &Node,
        subject: &str,
        default: Basis,
        inherited: Option<&Evidence>,
    ) -> Evidence {
        let said = ["lines", "basis", "reference"].iter().any(|field| node.get(field).is_some());
        let note = text(node.get("note"));
        if let Some(inherited) = inherited.filter(|_| !said) {
            return Evidence { note, ..inherited.clone() };
        }
        let own_basis = basis(node.get("basis"));
        let basis = own_basis.or(inherited.map(|evidence| evidence.basis)).unwrap_or(default);
        let own_lines = self.lines(node.get("lines"));
        let lines = own_lines.or_else(|| inherited.and_then(|evidence| evidence.lines.clone()));
        let outside = inherited.filter(|_| basis == Basis::Outside);
        let reference = text(node.get("reference")).or_else(|| outside.and_then(|evidence| evidence.reference.clone()));
        let evidence = Evidence { lines, basis, reference, note };
        let readable = own_basis.is_some() || node.get("basis").is_none();
        if readable && inherited.is_none_or(is_whole) {
            self.whole(node, subject, &evidence);
        }
        evidence
    }

    /// Tells when evidence lacks the lines or the reference that its basis asks for.
    fn whole(&mut self, node: &Node, subject: &str, evidence: &Evidence) {
        if is_whole(evidence) {
            return;
        }
        let first = node.entries().first().map_or(node.span, |entry| entry.key_span);
        let basis = node.get("basis").map_or(first, |basis| basis.span);
        if evidence.basis == Basis::Outside && node.get("reference").is_none() {
            let found = Diagnostic::new(
                Code::MissingReference,
                format!("{subject} is known from outside, without a reference"),
            );
            let hint = "say in `reference` what a reader can look up";
            self.tell(found.at(self.place(basis)).hint(hint));
        } else if evidence.basis != Basis::Outside && node.get("lines").is_none() {
            let found = Diagnostic::new(Code::MissingLines, format!("{subject} names no lines of the source"));
            let hint = "say in `lines` where it stands; a reading has `basis: inferred`, \
                        what is known from elsewhere `basis: outside` and a `reference`";
            self.tell(found.at(self.place(basis)).hint(hint));
        }
    }
}

/// Tells whether evidence has the lines or the reference that its basis asks for.
fn is_whole(evidence: &Evidence) -> bool {
    match evidence.basis {
        Basis::Stated | Basis::Shown => evidence.lines.is_some(),
        Basis::Inferred => true,
        Basis::Outside => evidence.reference.is_some(),
    }
}

/// Reads the id of a record itself, whose place the origin has already.
pub(super) fn own_id<T: std::str::FromStr>(node: Option<&Node>) -> Option<T> {
    node?.text()?.parse().ok()
}

/// Returns the text of a scalar without white space around it; `None` for an empty one.
pub(super) fn text(node: Option<&Node>) -> Option<String> {
    node.and_then(Node::text).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Returns the items of a list that a field holds.
pub(super) fn items<'n>(node: &'n Node, field: &str) -> &'n [Node] {
    node.get(field).map_or(&[], Node::items)
}

/// Returns a date; a day that nothing rests on when there is none, since a file with such a fault is not loaded.
pub(super) fn date(node: Option<&Node>) -> Edtf {
    let read = node.and_then(Node::text).and_then(|text| Edtf::parse(text).ok());
    read.unwrap_or_else(|| Edtf::of_day(Day::MIN))
}

pub(super) fn basis(node: Option<&Node>) -> Option<Basis> {
    match node?.text()? {
        "stated" => Some(Basis::Stated),
        "shown" => Some(Basis::Shown),
        "inferred" => Some(Basis::Inferred),
        "outside" => Some(Basis::Outside),
        _ => None,
    }
}

pub(super) fn standing(node: Option<&Node>) -> Standing {
    match node.and_then(Node::text) {
        Some("programme") => Standing::Programme,
        Some("external") => Standing::External,
        _ => Standing::Internal,
    }
}

pub(super) fn extent(node: Option<&Node>) -> Extent {
    match node.and_then(Node::text) {
        Some("closed") => Extent::Closed,
        Some("listed") => Extent::Listed,
        _ => Extent::Partial,
    }
}

pub(super) fn form(node: Option<&Node>) -> NameForm {
    match node.and_then(Node::text) {
        Some("expanded") => NameForm::Expanded,
        Some("normalised") => NameForm::Normalised,
        _ => NameForm::Written,
    }
}

pub(super) fn role(node: Option<&Node>) -> PlaceRole {
    match node.and_then(Node::text) {
        Some("seat") => PlaceRole::Seat,
        _ => PlaceRole::Area,
    }
}

pub(super) fn event_type(node: Option<&Node>) -> Option<EventType> {
    EventType::of_word(node?.text()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::shape::Choice;
    use crate::source::words::{BASIS, EVENT_TYPE, EXTENT, FORM, ROLE, STANDING};
    use crate::source::yaml::Value;

    #[track_caller]
    fn check<T: std::fmt::Debug>(choice: &Choice, read: impl Fn(Option<&Node>) -> T) {
        let shown = |word: &str| {
            let value = Value::Scalar { text: word.into(), plain: true };
            format!("{:?}", read(Some(&Node { value, span: Span::new(0, 0) })))
        };
        for (word, _) in choice.values {
            assert!(shown(word).to_lowercase().contains(word), "{word} is read as {}", shown(word));
        }
    }

    #[test]
    fn every_word_of_the_definition_is_read_as_itself() {
        check(&BASIS, basis);
        check(&STANDING, standing);
        check(&EXTENT, extent);
        check(&FORM, form);
        check(&ROLE, role);
        check(&EVENT_TYPE, event_type);
    }
}
