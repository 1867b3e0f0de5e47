//! From a hit back to the lines on which the text that matched stands.

use crate::history::{Attribute, Citation, History, SnapshotIx, UnitIx};
use crate::model::{Details, Evidence};

use super::find::Hit;
use super::texts::{Subject, details};

/// How many places a hit tells.
const MOST_PLACES: usize = 16;

impl Hit {
    /// Returns where the text that matched best stands, in the order of claims, each place once; at most 16.
    #[must_use]
    pub fn evidence(&self, history: &History) -> Vec<Citation> {
        let all = match &self.subject {
            Subject::Unit(unit) => self.evidence_of_unit(history, *unit),
            Subject::Topic(label) => {
                let topics = self.snapshots.iter().flat_map(|ix| {
                    let topics = history.snapshot(*ix).topics.iter().filter(|topic| topic.label == *label);
                    topics.map(|topic| Citation::of(*ix, &topic.evidence))
                });
                topics.collect()
            }
        };
        let mut told: Vec<Citation> = Vec::new();
        for citation in all {
            let is_let_through = citation.snapshot.is_none_or(|snapshot| self.snapshots.contains(&snapshot));
            if is_let_through && told.len() < MOST_PLACES && !told.contains(&citation) {
                told.push(citation);
            }
        }
        told
    }

    fn evidence_of_unit(&self, history: &History, unit: UnitIx) -> Vec<Citation> {
        let attributes = [Attribute::Name, Attribute::Acronym, Attribute::Summary].into_iter();
        let claims = attributes.flat_map(|attribute| history.claims(unit, attribute));
        let mut all: Vec<Citation> =
            claims.filter(|claim| claim.value == self.matched).flat_map(|claim| claim.citations).collect();
        for (snapshot, said) in history.node(unit).sightings().iter().filter_map(|seen| history.details_of(seen)) {
            all.extend(self.evidence_in(snapshot, said));
        }
        all
    }

    /// Returns where the text stands among what a mention says beside name, acronym and summary.
    fn evidence_in(&self, snapshot: SnapshotIx, said: &Details) -> Vec<Citation> {
        let forms = said.also_written.iter().filter(|form| form.text == self.matched).map(|form| &form.evidence);
        let details = details(said).into_iter().filter(|detail| detail.text == self.matched);
        let found: Vec<&Evidence> = forms.chain(details.map(|detail| detail.evidence)).collect();
        found.into_iter().map(|evidence| Citation::of(snapshot, evidence)).collect()
    }
}
