//! Evidence and claims: who says so, and where.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::history::{Citation, ClaimRecord};

use super::driver::Written;
use super::event::ChangeEvent;
use super::scalar::EdtfDate;
use super::scope::Scope;
use super::snapshot::Snapshot;
use super::source_text::{SourceLine, TextStatus};
use super::unit::Unit;
use super::words::{Attribute, Basis};

/// The resolvers of `Evidence`.
pub(super) struct Evidence {
    pub(super) scope: Scope,
    pub(super) citation: Citation,
}

impl Evidence {
    pub(super) fn all(scope: &Scope, citations: impl IntoIterator<Item = Citation>) -> Vec<Self> {
        citations.into_iter().map(|citation| Self { scope: scope.clone(), citation }).collect()
    }
}

/// Where a claim stands: lines of a source, or a reference, and how they carry it.
#[Object(crate = "super::driver")]
impl Evidence {
    /// The name of the source file; null for what is known from elsewhere only.
    async fn source(&self) -> Option<Written<'_, String>> {
        let snapshot = self.citation.snapshot?;
        self.scope.history().snapshot(snapshot).source.file.as_deref().map(Written::of)
    }

    /// The lines of the source file, counted from 1: `18, 24-26`.
    async fn lines(&self) -> Option<String> {
        self.citation.evidence.lines.as_ref().map(ToString::to_string)
    }

    /// How these lines, or the reference, carry the claim.
    async fn basis(&self) -> Basis {
        self.citation.evidence.basis.into()
    }

    /// Where else it is known from: something that a reader can look up.
    async fn reference(&self) -> Option<Written<'_, String>> {
        self.citation.evidence.reference.as_deref().map(Written::of)
    }

    /// What the curator adds.
    async fn note(&self) -> Option<Written<'_, String>> {
        self.citation.evidence.note.as_deref().map(Written::of)
    }

    /// The text of these lines, from the reader's own copy of the source; null where it cannot be offered, and then
    /// `textStatus` says why. The service itself keeps no source.
    async fn text(&self, context: &Context<'_>) -> Result<Option<Vec<SourceLine>>> {
        self.lines_of_text(context)
    }

    /// Whether the text of these lines can be shown, and if not, why not.
    async fn text_status(&self, context: &Context<'_>) -> TextStatus {
        self.status_of_text(context)
    }

    /// The snapshot whose source the lines are of.
    async fn snapshot(&self) -> Option<Snapshot> {
        self.citation.snapshot.map(|snapshot| Snapshot { scope: self.scope.clone(), snapshot })
    }

    /// The change event that makes the claim.
    async fn event(&self) -> Option<ChangeEvent> {
        self.citation.event.map(|event| ChangeEvent { scope: self.scope.clone(), event })
    }
}

/// The resolvers of `Claim`.
pub(super) struct Claim {
    pub(super) scope: Scope,
    pub(super) record: ClaimRecord,
    pub(super) next: Option<ClaimRecord>,
}

/// One fact that a source or an event asserts about one attribute of a unit.
#[Object(crate = "super::driver")]
impl Claim {
    /// What the claim is about.
    async fn attribute(&self) -> Attribute {
        self.record.attribute.into()
    }

    /// What it says. For a parent, the id of the unit above, or `top` for the top of a source.
    async fn value(&self) -> Written<'_, String> {
        Written::of(&self.record.value)
    }

    /// The unit above, where the claim is about a parent.
    async fn parent(&self) -> Option<Unit<'_>> {
        let is_parent = self.record.attribute == crate::history::Attribute::Parent;
        let unit = self.scope.history().unit_ix(&self.record.value).filter(|_| is_parent)?;
        Some(self.scope.unit(unit))
    }

    /// The unit that it is made about.
    async fn unit(&self) -> Unit<'_> {
        self.scope.unit(self.record.unit)
    }

    /// How its source carries it.
    async fn basis(&self) -> Basis {
        self.record.basis.into()
    }

    /// The date of the source, or of the part of it, or of the event, that makes the claim.
    async fn observed(&self) -> EdtfDate {
        self.scope.written_date(self.record.layer)
    }

    /// Where it stands.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope, self.record.citations.iter().cloned())
    }

    /// The next later claim that says something else. The change lies somewhere between the two.
    async fn next(&self) -> Option<Claim> {
        self.next.clone().map(|record| Claim { scope: self.scope.clone(), record, next: None })
    }
}

impl Scope {
    pub(super) fn claim(&self, claim: (ClaimRecord, Option<ClaimRecord>)) -> Claim {
        Claim { scope: self.clone(), record: claim.0, next: claim.1 }
    }

    /// Returns the date of a layer as it was written.
    pub(super) fn written_date(&self, layer: crate::history::LayerIx) -> EdtfDate {
        EdtfDate::from(self.history().written_date(layer))
    }
}

/// The source file that a snapshot was curated from. The file itself is not stored.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct Source {
    /// The name of the file.
    pub(super) file: Option<String>,
    /// The SHA-256 of its bytes, in hexadecimal digits; of an input of a revision, the BLAKE3 is in `blake3`.
    pub(super) sha256: Option<String>,
    /// The BLAKE3 of its bytes, for the input files of a revision.
    pub(super) blake3: Option<String>,
    /// Where a reader can look it up.
    pub(super) reference: Option<String>,
}
