//! What one dated source says about the structure: units as it mentions them, and the lists that it gives.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::edtf::Edtf;
use super::evidence::{Evidence, PartIx};
use super::figure::Figure;
use super::id::{EraId, SnapshotId, UnitId};
use super::mentions::Mentions;
use super::time::Window;

/// What one dated source says about the structure of an organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its identifier.
    pub id: SnapshotId,
    /// The title of the source, in the curator's words.
    pub title: String,
    /// When the source was written or last reviewed.
    pub observed: Edtf,
    /// The era that it belongs to.
    pub era: Option<EraId>,
    /// The source file, and where it came from.
    pub source: SourceFile,
    /// What the dating rests on.
    pub date_evidence: Vec<Evidence>,
    /// What the curator says of the source as a whole.
    pub note: Option<String>,
    /// Layers of the source that are older or younger than the rest.
    pub parts: Vec<Part>,
    /// Which lists the source gives, and how fully.
    pub coverage: Vec<Coverage>,
    /// Labels that the source lists and that are no units.
    pub topics: Vec<Topic>,
    /// Every unit that the source mentions, in its order; a parent stands before its children.
    /// A unit occurs at most once for each part.
    pub mentions: Mentions,
    /// Whether it is a change log that was kept without a gap. What such a log says of a unit on one of its days, its
    /// parts, it observes on every day from then on until its own end.
    pub continuous: bool,
}

impl Snapshot {
    /// Returns the window of a part, or of the whole source.
    #[must_use]
    pub fn window(&self, part: Option<PartIx>) -> Window {
        part.and_then(|ix| self.parts.get(usize::from(ix.0)))
            .map_or(self.observed.window(), |part| part.observed.window())
    }
}

impl Snapshot {
    /// Returns the layers, the page (`None`) and parts, that say anything of units: mention one, or give a list.
    /// Their windows are the days that the snapshot as a whole speaks of.
    #[must_use]
    pub fn layers_about_units(&self) -> BTreeSet<Option<PartIx>> {
        if self.continuous {
            let parts = (0..self.parts.len()).filter_map(|part| u16::try_from(part).ok());
            return std::iter::once(None).chain(parts.map(|part| Some(PartIx(part)))).collect();
        }
        let mut layers: BTreeSet<Option<PartIx>> = self.coverage.iter().map(|coverage| coverage.part).collect();
        for mention in self.mentions.iter() {
            layers.insert(mention.part);
            layers.extend(mention.detail_parts().flatten().map(Some));
        }
        layers
    }
}

/// A layer of a source with a date of its own, such as an old menu on a newer page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its name within the snapshot.
    pub id: String,
    /// When this layer was written.
    pub observed: Edtf,
    /// What that dating rests on.
    pub date_evidence: Vec<Evidence>,
    /// What the curator says of it.
    pub note: Option<String>,
}

/// The file that a snapshot was curated from. The file itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its name.
    pub file: Option<String>,
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Where a reader can look it up.
    pub reference: Option<String>,
}

/// How fully a source gives a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Extent {
    /// It says, or plainly means, that these are all.
    Closed,
    /// An enumeration that claims no completeness, such as a menu.
    Listed,
    /// It calls itself a selection.
    Partial,
}

/// One list that a source gives: of the units directly below another, or of all below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The unit whose list it is.
    pub of: UnitId,
    /// The kind that the list is restricted to.
    pub kind: Option<String>,
    /// The heading that the list is restricted to: it speaks only of what is shown under it.
    pub heading: Option<String>,
    /// Whether it speaks of everything below, not of the units directly below only.
    pub deep: bool,
    /// How full it is.
    pub extent: Extent,
    /// What carries that reading.
    pub evidence: Evidence,
    /// The layer of the source that gives it.
    pub part: Option<PartIx>,
}

/// A label that a source lists and that is no unit: searchable, never a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// The label.
    pub label: String,
    /// The heading that it stands under.
    pub heading: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
    /// The layer of the source that lists it.
    pub part: Option<PartIx>,
}

/// What one layer of a source says about one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// The unit.
    pub unit: UnitId,
    /// The layer of the source.
    pub part: Option<PartIx>,
    /// Where the unit is mentioned.
    pub evidence: Evidence,
    /// Where it hangs.
    pub placing: Placing,
    /// The heading that it is shown under, which is no unit.
    pub shown_under: Option<String>,
    /// Its name, when the source writes one.
    pub name: Option<NameClaim>,
    /// Its acronym, when the source writes one.
    pub acronym: Option<NameClaim>,
    /// Its kind: a word of the curator's choice, in lower case.
    pub kind: Option<Text>,
    /// Whether it is part of the organisation.
    pub standing: Standing,
    /// Properties of any name.
    pub properties: Vec<Property>,
    /// What a source says of few units.
    pub details: Details,
}

/// What a source says of a unit besides its name, kind, place and properties.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Details {
    /// Other forms of the name or acronym in the same source.
    pub also_written: Vec<NameClaim>,
    /// What it does, in the curator's own words.
    pub summary: Option<Text>,
    /// Present where its identity with the unit of that id in other sources is a reading.
    pub same: Option<Evidence>,
    /// Who holds the post.
    pub holder: Option<Holder>,
    /// Numbers that the source gives.
    pub figures: Vec<Figure>,
    /// Relations to other units, or to what is no unit.
    pub relations: Vec<Relation>,
    /// Ways to reach it.
    pub contacts: Vec<Contact>,
    /// Where it sits, and what it answers for.
    pub places: Vec<PlaceClaim>,
}

impl Mention {
    /// Returns a mention that says nothing but where a unit is named.
    #[must_use]
    pub fn of(unit: UnitId, evidence: Evidence, placing: Placing) -> Self {
        Self {
            unit,
            part: None,
            evidence,
            placing,
            shown_under: None,
            name: None,
            acronym: None,
            kind: None,
            standing: Standing::Internal,
            properties: Vec::new(),
            details: Details::default(),
        }
    }

    /// Returns the parts of their own in which something that is said of the unit stands.
    fn detail_parts(&self) -> impl Iterator<Item = Option<PartIx>> {
        let details = &self.details;
        let figures = details.figures.iter().map(|figure| figure.part);
        let relations = details.relations.iter().map(|relation| relation.part);
        let contacts = details.contacts.iter().map(|contact| contact.part);
        let properties = self.properties.iter().map(|property| property.part);
        let holder = details.holder.iter().map(|holder| holder.part);
        figures.chain(relations).chain(contacts).chain(properties).chain(holder)
    }

    /// Returns every evidence that the mention gives, of the unit and of all that is said of it.
    pub fn evidences(&self) -> impl Iterator<Item = &Evidence> {
        let place = match &self.placing {
            Placing::Under { evidence, .. } => Some(evidence),
            Placing::Root | Placing::Unplaced => None,
        };
        let details = &self.details;
        let names = self.name.iter().chain(&self.acronym).chain(&details.also_written).map(|name| &name.evidence);
        let texts = self.kind.iter().chain(&details.summary).map(|text| &text.evidence);
        std::iter::once(&self.evidence)
            .chain(place)
            .chain(names)
            .chain(texts)
            .chain(&details.same)
            .chain(details.holder.iter().map(|holder| &holder.evidence))
            .chain(details.figures.iter().map(|figure| &figure.evidence))
            .chain(details.relations.iter().map(|relation| &relation.evidence))
            .chain(details.contacts.iter().map(|contact| &contact.evidence))
            .chain(details.places.iter().map(|place| &place.evidence))
            .chain(self.properties.iter().map(|property| &property.evidence))
    }
}

/// Where a source hangs a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placing {
    /// At the top of what the source shows.
    Root,
    /// Under a parent.
    Under {
        /// The parent.
        parent: UnitId,
        /// What carries the claim.
        evidence: Evidence,
    },
    /// Named, with no parent stated.
    Unplaced,
}

/// A text that a source or the curator gives, with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// The text.
    pub text: String,
    /// What carries it.
    pub evidence: Evidence,
}

/// How near a name is to what stands in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NameForm {
    /// As written.
    Written,
    /// An abbreviation spelled out.
    Expanded,
    /// Tidied: spelling, case or white space.
    Normalised,
}

/// A name or an acronym that a source gives to a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameClaim {
    /// The name.
    pub text: String,
    /// How near it is to what stands there.
    pub form: NameForm,
    /// Where it stands.
    pub evidence: Evidence,
}

/// Whether a unit is part of the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// Part of its structure.
    Internal,
    /// A programme, initiative or team that a unit runs.
    Programme,
    /// Named, but no part of the organisation.
    External,
}

/// Who holds a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The person's name, as written.
    pub name: String,
    /// The title that the source gives with the name.
    pub title: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
    /// The layer of the source.
    pub part: Option<PartIx>,
}

/// The other end of a relation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RelationEnd {
    /// A unit.
    Unit(UnitId),
    /// Something that is no unit here.
    Text(String),
}

/// A typed relation from the unit that holds it to another, or to a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Its type: `oversees`, `inspects`, `runs` …
    pub kind: String,
    /// The other end.
    pub to: RelationEnd,
    /// What carries it.
    pub evidence: Evidence,
    /// The layer of the source.
    pub part: Option<PartIx>,
}

/// A way to reach a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// What it is: `telephone`, `email`, `form` …
    pub kind: String,
    /// The number or address, where the source prints one.
    pub value: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
    /// The layer of the source.
    pub part: Option<PartIx>,
}

/// What a place is to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PlaceRole {
    /// Where it sits.
    Seat,
    /// What it answers for.
    Area,
}

/// A place that a source gives for a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceClaim {
    /// The place: a town, a state, a country.
    pub place: String,
    /// The part of it: `northern`, `upstate`.
    pub part_of_place: Option<String>,
    /// Other forms of the two together, such as the one that the source writes: `DC`.
    pub also_written: Vec<String>,
    /// What it is to the unit.
    pub role: PlaceRole,
    /// What the area is for, where it is no general one: `media inquiries`.
    pub scope: Option<String>,
    /// Where it stands.
    pub evidence: Evidence,
}

/// Anything else that a source says of a unit, as a name and a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
    /// Where it stands.
    pub evidence: Evidence,
    /// The layer of the source.
    pub part: Option<PartIx>,
}
