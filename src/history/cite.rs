//! From a claim back to the lines that carry it.

use crate::model::{Basis, EventEvidence, Evidence, Mention, Placing};

use super::citation::{Attribute, Citation, ClaimRecord};
use super::graph::History;
use super::layer::{EventIx, Origin, SnapshotIx};
use super::node::{Claim, Parent, Place, Sighting, Spot, UnitIx};

impl History {
    /// Returns where a claim about an attribute stands.
    pub(crate) fn cite<V>(&self, unit: UnitIx, claim: &Claim<V>, attribute: Attribute) -> Vec<Citation> {
        match (self.layer(claim.layer).origin, claim.at) {
            (Origin::Snapshot(snapshot, _), Spot::Mention(at)) => {
                let mention = self.mention(snapshot, at);
                mention.map(|mention| Citation::of(snapshot, evidence_of(mention, attribute))).into_iter().collect()
            }
            (Origin::Event(event), Spot::Declared) => self.cite_declaration(unit, claim, event),
            (Origin::Event(event), _) => self.cite_event(event),
            (Origin::Snapshot(..), _) => Vec::new(),
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
            let basis = if citations.is_empty() { claim.basis } else { Basis::Outside };
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

    /// Returns a mention by its position in a snapshot.
    pub(super) fn mention(&self, snapshot: SnapshotIx, at: u32) -> Option<&Mention> {
        self.snapshot(snapshot).mentions.get(usize::try_from(at).ok()?)
    }

    /// Returns the mention that a claim stands in.
    pub(crate) fn mention_of<V>(&self, claim: &Claim<V>) -> Option<(SnapshotIx, &Mention)> {
        let snapshot = self.layer(claim.layer).snapshot()?;
        match claim.at {
            Spot::Mention(at) => Some((snapshot, self.mention(snapshot, at)?)),
            Spot::Event | Spot::Declared => None,
        }
    }

    pub(super) fn record<V>(&self, unit: UnitIx, attribute: Attribute, claim: &Claim<V>, value: String) -> ClaimRecord {
        let citations = self.cite(unit, claim, attribute);
        ClaimRecord { unit, attribute, value, layer: claim.layer, basis: claim.basis, citations }
    }

    pub(super) fn place_record(&self, unit: UnitIx, claim: &Claim<Place>) -> ClaimRecord {
        let value = match claim.value.parent {
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
            Attribute::Presence => node.sightings.iter().map(|c| self.sighting_record(unit, c)).collect(),
            Attribute::Name => names(&node.name),
            Attribute::Acronym => names(&node.acronym),
            Attribute::Kind => texts(&node.kind),
            Attribute::Summary => texts(&node.summary),
            Attribute::Parent => node.place.iter().map(|claim| self.place_record(unit, claim)).collect(),
            Attribute::Figure => Vec::new(),
        }
    }

    pub(super) fn sighting_record(&self, unit: UnitIx, claim: &Claim<Sighting>) -> ClaimRecord {
        let value = match claim.value {
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
        Attribute::Summary => mention.summary.as_ref().map(|summary| &summary.evidence),
        Attribute::Parent => match &mention.placing {
            Placing::Under { evidence, .. } => Some(evidence),
            Placing::Root | Placing::Unplaced => None,
        },
        Attribute::Presence | Attribute::Figure => None,
    };
    own.unwrap_or(&mention.evidence)
}
