//! From a claim back to the lines that carry it.

use crate::model::{Basis, Details, EventEvidence, Evidence, Mention, PartIx, Placing};

use super::citation::{Attribute, Citation, ClaimRecord};
use super::graph::History;
use super::layer::{EventIx, LayerIx, Origin, SnapshotIx};
use super::node::{Claim, Parent, Place, Seen, Sighting, Spot, UnitIx};

impl History {
    /// Returns where a claim about an attribute stands.
    pub(crate) fn cite<V>(&self, unit: UnitIx, claim: &Claim<V>, attribute: Attribute) -> Vec<Citation> {
        match (self.layer(claim.layer).origin, claim.at()) {
            (Origin::Snapshot(snapshot, _), _) => {
                let mention = self.mention_of(claim).map(|(_, mention)| mention);
                mention.map(|mention| Citation::of(snapshot, evidence_of(&mention, attribute))).into_iter().collect()
            }
            (Origin::Event(event), Spot::DECLARED) => self.cite_declaration(unit, claim, event),
            (Origin::Event(event), _) => self.cite_event(event),
        }
    }

    /// Returns where an event stands: lines of snapshots' sources first, then the reference.
    #[must_use]
    pub fn cite_event(&self, event: EventIx) -> Vec<Citation> {
        let record = self.event(event);
        let mut citations = self.cite_lines(&record.evidence, Some(event));
        if record.reference.is_some() || citations.is_empty() {
            let basis = if citations.is_empty() { record.basis } else { Basis::Outside };
            let evidence =
                Evidence { lines: None, basis, reference: record.reference.clone(), note: record.note.clone() };
            citations.push(Citation { snapshot: None, event: Some(event), evidence });
        }
        citations
    }

    /// Returns where the declaration of a unit stands: lines of snapshots' sources first, then its reference; where it
    /// gives neither, the event that first names the unit.
    fn cite_declaration<V>(&self, unit: UnitIx, claim: &Claim<V>, event: EventIx) -> Vec<Citation> {
        let Some(declared) = self.corpus.units.get(self.unit_id(unit)) else { return self.cite_event(event) };
        let mut citations = self.cite_lines(&declared.evidence, None);
        if declared.reference.is_some() {
            let basis = if citations.is_empty() { claim.basis() } else { Basis::Outside };
            let evidence = Evidence { lines: None, basis, reference: declared.reference.clone(), note: None };
            citations.push(Citation { snapshot: None, event: None, evidence });
        }
        if citations.is_empty() { self.cite_event(event) } else { citations }
    }

    /// Returns the lines of snapshots' sources that an event, or a declaration, cites.
    fn cite_lines(&self, cited: &[EventEvidence], event: Option<EventIx>) -> Vec<Citation> {
        let citation = |evidence: &EventEvidence| Citation {
            snapshot: self.snapshot_ix(&evidence.snapshot),
            event,
            evidence: Evidence {
                lines: Some(evidence.lines.clone()),
                basis: evidence.basis,
                reference: None,
                note: evidence.note.clone(),
            },
        };
        cited.iter().map(citation).collect()
    }

    /// Returns the mention that a claim stands in, unpacked.
    pub(crate) fn mention_of<V>(&self, claim: &Claim<V>) -> Option<(SnapshotIx, Mention)> {
        let snapshot = self.layer(claim.layer).snapshot()?;
        Some((snapshot, self.mention(snapshot, claim.at())?))
    }

    /// Returns the mention at a spot of a snapshot, unpacked.
    pub(super) fn mention(&self, snapshot: SnapshotIx, at: Spot) -> Option<Mention> {
        self.snapshot(snapshot).mentions.get(usize::try_from(at.mention()?).ok()?)
    }

    /// Returns what the mention that a claim stands in says besides; `None` where it says nothing.
    pub(crate) fn details_of<V>(&self, claim: &Claim<V>) -> Option<(SnapshotIx, &Details)> {
        let snapshot = self.layer(claim.layer).snapshot()?;
        let at = usize::try_from(claim.at().mention()?).ok()?;
        Some((snapshot, self.snapshot(snapshot).mentions.details_of(at)?))
    }

    /// Returns the layer of something that a mention says in a part of its own, or in that of the mention.
    pub(super) fn layer_in<V>(&self, claim: &Claim<V>, part: Option<PartIx>) -> LayerIx {
        let own = self.layer(claim.layer).origin;
        let found = part.and_then(|part| match own {
            Origin::Snapshot(snapshot, _) => self.layers.find(Origin::Snapshot(snapshot, Some(part))),
            Origin::Event(_) => None,
        });
        found.unwrap_or(claim.layer)
    }

    pub(super) fn record<V>(&self, unit: UnitIx, attribute: Attribute, claim: &Claim<V>, value: String) -> ClaimRecord {
        let citations = self.cite(unit, claim, attribute);
        ClaimRecord { unit, attribute, value, layer: claim.layer, basis: claim.basis(), citations }
    }

    pub(super) fn place_record(&self, unit: UnitIx, claim: &Claim<Place>) -> ClaimRecord {
        let value = match claim.value.parent() {
            Parent::Top => "top".to_owned(),
            Parent::Under(parent) => self.unit_id(parent).to_string(),
        };
        self.record(unit, Attribute::Parent, claim, value)
    }

    /// Returns all claims about an attribute of a unit, in the order of claims.
    #[must_use]
    pub fn claims(&self, unit: UnitIx, attribute: Attribute) -> Vec<ClaimRecord> {
        let node = self.node(unit);
        let names = |slot: &[Claim<super::node::NameValue>]| {
            slot.iter().map(|c| self.record(unit, attribute, c, self.text(c.value.text).to_owned())).collect()
        };
        let texts = |slot: &[Claim<super::node::Symbol>]| {
            slot.iter().map(|c| self.record(unit, attribute, c, self.text(c.value).to_owned())).collect()
        };
        match attribute {
            Attribute::Presence => node.sightings().iter().map(|c| self.sighting_record(unit, c)).collect(),
            Attribute::Name => names(node.name()),
            Attribute::Acronym => names(node.acronym()),
            Attribute::Kind => texts(node.kind()),
            Attribute::Summary => texts(node.summary()),
            Attribute::Parent => node.place().iter().map(|claim| self.place_record(unit, claim)).collect(),
            Attribute::Figure => Vec::new(),
        }
    }

    pub(super) fn sighting_record(&self, unit: UnitIx, claim: &Claim<Seen>) -> ClaimRecord {
        let value = match claim.value.sighting() {
            Sighting::Mention(_) => "mentioned",
            Sighting::Event => "named by an event",
            Sighting::Ending => "ended by an event",
        };
        self.record(unit, Attribute::Presence, claim, value.to_owned())
    }
}

/// Returns the evidence of one attribute within a mention.
fn evidence_of(mention: &Mention, attribute: Attribute) -> &Evidence {
    let own = match attribute {
        Attribute::Name => mention.name.as_ref().map(|name| &name.evidence),
        Attribute::Acronym => mention.acronym.as_ref().map(|name| &name.evidence),
        Attribute::Kind => mention.kind.as_ref().map(|kind| &kind.evidence),
        Attribute::Summary => mention.details.summary.as_ref().map(|summary| &summary.evidence),
        Attribute::Parent => match &mention.placing {
            Placing::Under { evidence, .. } => Some(evidence),
            Placing::Root | Placing::Unplaced => None,
        },
        Attribute::Presence | Attribute::Figure => None,
    };
    own.unwrap_or(&mention.evidence)
}
