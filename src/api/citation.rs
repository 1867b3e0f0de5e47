//! Citations in GraphQL: what an answer is called, where it is found again, and how to write that down.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::export::{self, Address, BaseUrl, CitedSource, Sources, Subject};
use crate::history::{self, Attribute, ClaimRecord, History, Moment, Placement, SnapshotIx, Status, UnitIx, View};
use crate::repository::Repository;

use super::driver::Written;
use super::error::Code;
use super::scalar::{Date, DateTime};
use super::scope::{Scope, ViewScope};

/// The attributes whose claims a unit in a view rests on.
const CITED_ATTRIBUTES: [Attribute; 6] =
    [Attribute::Presence, Attribute::Name, Attribute::Acronym, Attribute::Kind, Attribute::Parent, Attribute::Summary];
/// How many organisations the title of a structure names.
const NAMED_ROOTS: usize = 3;

/// The resolvers of `Citation`.
pub(super) struct Citation(export::Citation);

/// A permanent reference to an answer. It is pinned to a revision and keeps what was left out or assumed, so that
/// whoever follows it is told the same for ever.
#[Object(crate = "super::driver")]
impl Citation {
    /// What is cited, as a title.
    async fn what(&self) -> Written<'_, String> {
        Written::of(&self.0.what)
    }

    /// The moment that it is of, in words; for a comparison, both. Null for what is of all time.
    async fn moment(&self) -> Option<Written<'_, String>> {
        self.0.moment.as_deref().map(Written::of)
    }

    /// The revision that it is pinned to.
    async fn revision(&self) -> i32 {
        i32::try_from(self.0.address.revision).unwrap_or(i32::MAX)
    }

    /// When that revision was recorded.
    async fn recorded_at(&self) -> Option<DateTime> {
        self.0.recorded_at.map(DateTime)
    }

    /// The path below the address of the service that gives the same answer for ever, as a page or as JSON.
    async fn path(&self) -> String {
        self.0.address.to_string()
    }

    /// As plain text: what, revision, address, and the sources that it rests on; of many, the first eight and how
    /// many more.
    async fn text(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address of the service, `https://example.org`; else the one that the service was \
                          given, else the path stands alone.")]
        base: Option<String>,
        #[graphql(desc = "The day on which you read the answer.")] accessed: Option<Date>,
    ) -> Result<String> {
        Ok(self.0.text(known_base(context, base)?.as_ref(), accessed.map(|day| day.0)))
    }

    /// As a BibTeX entry, in UTF-8.
    async fn bibtex(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address of the service, as for `text`.")] base: Option<String>,
        #[graphql(desc = "The day on which you read the answer.")] accessed: Option<Date>,
    ) -> Result<String> {
        Ok(self.0.bibtex(known_base(context, base)?.as_ref(), accessed.map(|day| day.0)))
    }

    /// As CSL-JSON: a list of one item, which reference managers read.
    async fn csl_json(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address of the service, as for `text`.")] base: Option<String>,
        #[graphql(desc = "The day on which you read the answer.")] accessed: Option<Date>,
    ) -> Result<String> {
        Ok(self.0.csl_json(known_base(context, base)?.as_ref(), accessed.map(|day| day.0)))
    }
}

/// Returns the base that is asked for, else the one that the service was given.
fn known_base(context: &Context<'_>, asked: Option<String>) -> Result<Option<BaseUrl>> {
    match asked {
        Some(text) => BaseUrl::parse(&text).map(Some).map_err(|error| Code::ValidationFailed.error(error.to_string())),
        None => Ok(context.data_opt::<BaseUrl>().cloned()),
    }
}

impl Scope {
    /// Returns the citation of something in this scope.
    pub(super) fn citation(
        &self,
        context: &Context<'_>,
        subject: Subject,
        what: String,
        moment: Option<String>,
        sources: Sources,
    ) -> Result<Citation> {
        let revision = self.revision();
        let is_floored = !matches!(subject, Subject::Snapshot(_) | Subject::Era(_) | Subject::Event(_));
        let address = Address { revision, subject, floor: self.floor.filter(|_| is_floored) };
        let recorded_at = context.data::<Arc<Repository>>()?.recorded_at(revision);
        Ok(Citation(export::Citation { what, moment, address, recorded_at, sources }))
    }
}

impl ViewScope {
    /// Returns the citation of the whole view.
    pub(super) fn cite_view(&self, context: &Context<'_>) -> Result<Citation> {
        let view = self.view();
        let subject = Subject::View { at: view.moment(), include_outdated: self.include_outdated };
        let what = format!("Structure{}", organisation(&[view]));
        let mut sources = sources_of(self.scope.history(), view.snapshots());
        add_citations(&mut sources, self.scope.history(), events_of(view));
        self.scope.citation(context, subject, what, Some(moment_words(view)), sources)
    }

    /// Returns the citation of one unit in the view.
    pub(super) fn cite_unit(&self, context: &Context<'_>, unit: UnitIx) -> Result<Citation> {
        let (view, history) = (self.view(), self.scope.history());
        let id = history.unit_id(unit).clone();
        let what = format!("{} ({id})", view.name(unit).text);
        let subject = Subject::State { at: view.moment(), include_outdated: self.include_outdated, unit: id };
        let mut sources = Sources::default();
        let claims = CITED_ATTRIBUTES.iter().filter_map(|attribute| view.claim(unit, *attribute));
        let (followed, next): (Vec<_>, Vec<_>) = claims.unzip();
        let later = next.into_iter().flatten().chain(seen_again(view, unit));
        add_citations(&mut sources, history, view.evidence(unit));
        add_citations(&mut sources, history, followed.into_iter().flat_map(|claim| claim.citations));
        add_citations(&mut sources, history, view.relations(unit).into_iter().filter_map(|fact| fact.citation));
        for snapshot in snapshots_of_items(view, unit) {
            sources.add(cited_source(history, snapshot));
        }
        add_citations(&mut sources, history, later.flat_map(|claim| claim.citations));
        self.scope.citation(context, subject, what, Some(moment_words(view)), sources)
    }
}

/// Returns the sighting after the day that makes a unit BETWEEN.
fn seen_again(view: View<'_>, unit: UnitIx) -> Option<ClaimRecord> {
    let day = view.day().filter(|_| view.presence(unit).is_some_and(|presence| presence.status == Status::Between))?;
    let seen = view.history().claims(unit, Attribute::Presence).into_iter();
    seen.filter(|claim| claim.basis.passes(view.lens().floor))
        .find(|claim| view.history().layer(claim.layer).start() > day)
}

/// Returns where the events stand that a day has heard of; snapshots and eras hear none.
fn events_of(view: View<'_>) -> Vec<history::Citation> {
    let (Some(day), history) = (view.day(), view.history()) else { return Vec::new() };
    let heard = history.events().filter(|event| {
        let event = history.event(*event);
        event.date.window().start() <= day && event.basis.passes(view.lens().floor)
    });
    heard.flat_map(|event| history.cite_event(event)).collect()
}

/// Returns the snapshots whose holders, figures, contacts, places and properties the view tells of a unit.
fn snapshots_of_items(view: View<'_>, unit: UnitIx) -> Vec<SnapshotIx> {
    let last = view.last_known(unit);
    let known = last.iter().flat_map(|known| {
        let holder = known.holder.iter().map(|fact| fact.snapshot);
        let figures = known.figures.iter().map(|fact| fact.snapshot);
        holder.chain(figures).chain(known.contacts.iter().map(|fact| fact.snapshot)).collect::<Vec<_>>()
    });
    let holder = view.holder(unit).into_iter().map(|fact| fact.snapshot);
    let figures = view.figures(unit).into_iter().map(|fact| fact.snapshot);
    let contacts = view.contacts(unit).into_iter().map(|fact| fact.snapshot);
    let places = view.places(unit).into_iter().map(|fact| fact.snapshot);
    let properties = view.properties(unit).into_iter().filter_map(|fact| view.layer(fact.claim.layer).snapshot());
    holder.chain(figures).chain(contacts).chain(places).chain(properties).chain(known).collect()
}

/// Returns ` of NAME`, with the names of what stands at the top of the views; empty where nothing does.
pub(super) fn organisation(views: &[View<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for view in views {
        let roots = view.units().filter(|unit| view.placement(*unit) == Placement::Root);
        names.extend(roots.map(|unit| view.name(unit).text));
    }
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(NAMED_ROOTS);
    names.truncate(NAMED_ROOTS);
    match (names.is_empty(), more) {
        (true, _) => String::new(),
        (false, 0) => format!(" of {}", names.join(", ")),
        (false, more) => format!(" of {} and {more} more", names.join(", ")),
    }
}

/// Returns the moment of a view in words.
pub(super) fn moment_words(view: View<'_>) -> String {
    let corpus = view.history().corpus();
    match view.moment() {
        Moment::Day(day) => format!("on {day}"),
        Moment::Era(id) => {
            let name = corpus.eras.get(&id).map_or("", |era| era.name.as_str());
            format!("in the era “{name}” ({id})")
        }
        Moment::Snapshot(id) => {
            let snapshot = corpus.snapshots.get(&id);
            let observed = snapshot.map_or_else(String::new, |snapshot| format!(" of {}", snapshot.observed));
            format!("in the snapshot {id}{observed}")
        }
    }
}

/// Returns a source as a citation names it.
fn cited_source(history: &History, snapshot: SnapshotIx) -> CitedSource {
    let snapshot = history.snapshot(snapshot);
    CitedSource {
        title: snapshot.title.clone(),
        reference: snapshot.source.reference.clone(),
        file: snapshot.source.file.clone(),
        date: Some(snapshot.observed.as_str().to_owned()),
    }
}

/// Returns the sources of snapshots.
pub(super) fn sources_of(history: &History, snapshots: impl IntoIterator<Item = SnapshotIx>) -> Sources {
    let mut sources = Sources::default();
    for snapshot in snapshots {
        sources.add(cited_source(history, snapshot));
    }
    sources
}

/// Adds the sources of citations; what is known from elsewhere goes by its reference.
pub(super) fn add_citations(
    sources: &mut Sources,
    history: &History,
    citations: impl IntoIterator<Item = history::Citation>,
) {
    for citation in citations {
        if let Some(snapshot) = citation.snapshot {
            sources.add(cited_source(history, snapshot));
        }
        if let Some(title) = citation.evidence.reference {
            sources.add(CitedSource { title, reference: None, file: None, date: None });
        }
    }
}
