//! Eras and snapshots: what was loaded, and when it speaks of.

use async_graphql::{Context, ID, Object, Result};

use crate::export::Subject;
use crate::history::{At, Citation, EraIx, SnapshotIx};
use crate::model;

use super::citation::{Citation as Reference, sources_of};
use super::driver::Written;
use super::evidence::{Evidence, Source};
use super::page::{Page, PageArguments};
use super::scalar::{Date, EdtfDate};
use super::scope::Scope;
use super::unit::Unit;
use super::view::View;
use super::words::Extent;

/// The resolvers of `Era`.
pub(super) struct Era {
    pub(super) scope: Scope,
    pub(super) era: EraIx,
}

impl Era {
    fn era(&self) -> &model::Era {
        self.scope.history().era(self.era)
    }
}

/// A named grouping of snapshots. It does not claim that the organisation had one shape in it.
#[Object(crate = "super::driver")]
impl Era {
    /// Its identifier.
    pub(super) async fn id(&self) -> ID {
        ID::from(self.era().id.as_str())
    }

    /// Its name.
    async fn name(&self) -> Written<'_, String> {
        Written::of(&self.era().name)
    }

    /// What it is, in the curator's words.
    async fn description(&self) -> Option<Written<'_, String>> {
        self.era().description.as_deref().map(Written::of)
    }

    /// Its snapshots, the earliest first.
    async fn snapshots(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Snapshot>> {
        let found = self.scope.view_of(At::Era(self.era)).view().snapshots();
        PageArguments::new(first, after, last, before)
            .of(context, self.scope.revision(), found, |snapshot| Snapshot { scope: self.scope.clone(), snapshot })
    }

    /// How to cite the era itself; to cite its structure, ask its `view`.
    async fn citation(&self, context: &Context<'_>) -> Result<Reference> {
        let (history, era) = (self.scope.history(), self.era());
        let sources = sources_of(history, self.scope.view_of(At::Era(self.era)).view().snapshots());
        let what = format!("The era “{}” ({})", era.name, era.id);
        self.scope.citation(context, Subject::Era(era.id.clone()), what, None, sources)
    }

    /// The structure that its snapshots show together, the latest claim first.
    async fn view(&self) -> View {
        View { scope: self.scope.view_of(At::Era(self.era)) }
    }
}

impl Scope {
    pub(super) fn view_of(&self, at: At) -> super::scope::ViewScope {
        self.at_resolved(at, false)
    }
}

/// The resolvers of `Snapshot`.
pub(super) struct Snapshot {
    pub(super) scope: Scope,
    pub(super) snapshot: SnapshotIx,
}

impl Snapshot {
    fn snapshot(&self) -> &model::Snapshot {
        self.scope.history().snapshot(self.snapshot)
    }
}

/// What one dated source says about the structure.
#[Object(crate = "super::driver")]
impl Snapshot {
    /// Its identifier.
    pub(super) async fn id(&self) -> ID {
        ID::from(self.snapshot().id.as_str())
    }

    /// The title of the source, in the curator's words.
    async fn title(&self) -> Written<'_, String> {
        Written::of(&self.snapshot().title)
    }

    /// When the source was written or last reviewed, as the curator dated it.
    async fn observed(&self) -> EdtfDate {
        EdtfDate::from(&self.snapshot().observed)
    }

    /// The first day of that window; null when it is open.
    async fn earliest(&self) -> Option<Date> {
        self.snapshot().observed.window().earliest().map(Date)
    }

    /// The last day of that window; null when it is open.
    async fn latest(&self) -> Option<Date> {
        self.snapshot().observed.window().latest().map(Date)
    }

    /// What the dating rests on.
    async fn date_evidence(&self) -> Vec<Evidence> {
        let evidence = self.snapshot().date_evidence.iter();
        Evidence::all(&self.scope, evidence.map(|evidence| Citation::of(self.snapshot, evidence)))
    }

    /// What the curator says of the source as a whole.
    async fn note(&self) -> Option<Written<'_, String>> {
        self.snapshot().note.as_deref().map(Written::of)
    }

    /// The layers of the source that have a date of their own, such as an old menu on a newer page.
    async fn parts(&self) -> Vec<Part> {
        let parts = self.snapshot().parts.iter().cloned();
        parts.map(|part| Part { scope: self.scope.clone(), snapshot: self.snapshot, part }).collect()
    }

    /// The era that it belongs to.
    async fn era(&self) -> Option<Era> {
        let era = self.scope.history().era_ix(self.snapshot().era.as_ref()?)?;
        Some(Era { scope: self.scope.clone(), era })
    }

    /// The source file.
    async fn source(&self) -> Source {
        let source = self.snapshot().source.clone();
        Source { file: source.file, sha256: source.sha256, blake3: None, reference: source.reference }
    }

    /// The lists that the source gives, and how fully. What no list names is not covered.
    async fn coverage(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Coverage>> {
        let found = self.snapshot().coverage.clone();
        PageArguments::new(first, after, last, before).of(context, self.scope.revision(), found, |coverage| Coverage {
            scope: self.scope.clone(),
            snapshot: self.snapshot,
            coverage,
        })
    }

    /// The labels that the source lists and that are no units.
    async fn topics(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Page<Topic>> {
        let found = self.snapshot().topics.clone();
        PageArguments::new(first, after, last, before).of(context, self.scope.revision(), found, |topic| Topic {
            scope: self.scope.clone(),
            snapshot: self.snapshot,
            topic,
        })
    }

    /// How to cite the snapshot itself; to cite the structure that it shows, ask its `view`.
    async fn citation(&self, context: &Context<'_>) -> Result<Reference> {
        let snapshot = self.snapshot();
        let what = format!("The snapshot {} of “{}”", snapshot.id, snapshot.title);
        let observed = format!("dated {}", snapshot.observed);
        let sources = sources_of(self.scope.history(), [self.snapshot]);
        self.scope.citation(context, Subject::Snapshot(snapshot.id.clone()), what, Some(observed), sources)
    }

    /// Exactly what this one source says.
    async fn view(&self) -> View {
        View { scope: self.scope.view_of(At::Snapshot(self.snapshot)) }
    }
}

/// The resolvers of `Part`.
pub(super) struct Part {
    scope: Scope,
    snapshot: SnapshotIx,
    part: model::Part,
}

/// A layer of a source with a date of its own.
#[Object(crate = "super::driver")]
impl Part {
    /// Its name within the snapshot.
    async fn name(&self) -> Written<'_, String> {
        Written::of(&self.part.id)
    }

    /// When this layer was written.
    async fn observed(&self) -> EdtfDate {
        EdtfDate::from(&self.part.observed)
    }

    /// What that dating rests on.
    async fn date_evidence(&self) -> Vec<Evidence> {
        let evidence = self.part.date_evidence.iter();
        Evidence::all(&self.scope, evidence.map(|evidence| Citation::of(self.snapshot, evidence)))
    }

    /// What the curator says of it.
    async fn note(&self) -> Option<Written<'_, String>> {
        self.part.note.as_deref().map(Written::of)
    }
}

/// The resolvers of `Coverage`.
pub(super) struct Coverage {
    pub(super) scope: Scope,
    pub(super) snapshot: SnapshotIx,
    pub(super) coverage: model::Coverage,
}

/// A list that a source gives of the units below another, and how fully.
#[Object(crate = "super::driver")]
impl Coverage {
    /// The unit whose list it is.
    async fn of(&self) -> Result<Unit<'_>> {
        let unit = self.scope.known_unit(&ID::from(self.coverage.of.as_str()))?;
        Ok(self.scope.unit(unit))
    }

    /// The kind that the list is restricted to.
    async fn kind(&self) -> Option<Written<'_, String>> {
        self.coverage.kind.as_deref().map(Written::of)
    }

    /// The heading that the list is restricted to: it speaks only of what is shown under it.
    async fn heading(&self) -> Option<Written<'_, String>> {
        self.coverage.heading.as_deref().map(Written::of)
    }

    /// Whether it speaks of everything below, not only of the units directly below.
    async fn deep(&self) -> bool {
        self.coverage.deep
    }

    /// How full the list is.
    async fn extent(&self) -> Extent {
        self.coverage.extent.into()
    }

    /// What carries that reading.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope, [Citation::of(self.snapshot, &self.coverage.evidence)])
    }
}

/// The resolvers of `Topic`.
pub(super) struct Topic {
    scope: Scope,
    snapshot: SnapshotIx,
    topic: model::Topic,
}

/// A label that a source lists and that is no unit.
#[Object(crate = "super::driver")]
impl Topic {
    /// The label.
    async fn label(&self) -> Written<'_, String> {
        Written::of(&self.topic.label)
    }

    /// The heading that it stands under.
    async fn heading(&self) -> Option<Written<'_, String>> {
        self.topic.heading.as_deref().map(Written::of)
    }

    /// Where it stands.
    async fn evidence(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope, [Citation::of(self.snapshot, &self.topic.evidence)])
    }
}
