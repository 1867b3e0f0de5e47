//! Loading into a running service: the one mutation, and what it tells.

use std::sync::Arc;

use async_graphql::{Context, Enum, ErrorExtensions as _, ID, InputObject, Object, Result, SimpleObject};
use jiff::Timestamp;

use crate::diagnostics::{self, Colour, Place, Report, Severity, did_you_mean};
use crate::model;
use crate::repository::{self, LoadError, Loaded, Repository};
use crate::store::StoreError;

use super::error::{Code, store_error};
use super::record::{RecordKey, RecordType};
use super::revision::Revision;
use super::scope::beside_the_runtime;

/// Whoever asks may load; as data of the request. Only the server can tell, so nothing else makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admin;

/// The resolvers of `Mutation`.
pub struct Mutation;

/// What changes what is loaded. It needs the token of an administrator (`Authorization: Bearer TOKEN`), and a service that
/// is set up with the hash of one; without that, it has no mutations.
#[Object(crate = "super::driver")]
impl Mutation {
    /// Loads input files and withdraws records: all or nothing, as one revision, as `eragraph load` does. What is wrong
    /// with the input is told in `diagnostics`. Whoever asks meanwhile is answered from the revision before.
    async fn load(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The files: snapshots, events, eras, mappings and their tables. Those whose records are all \
                          there as they are change nothing."
        )]
        inputs: Vec<InputFile>,
        #[graphql(default, desc = "The ids of snapshots, events, eras and declared units to withdraw.")] remove: Vec<
            ID,
        >,
    ) -> Result<LoadResult> {
        if context.data_opt::<Admin>().is_none() {
            return Err(Code::Unauthenticated.error("loading needs the token of an administrator"));
        }
        let repository = context.data::<Arc<Repository>>()?;
        // To its end: that nobody waits for the answer any more undoes nothing.
        beside_the_runtime(|| {
            let files: Vec<repository::InputFile> = inputs.into_iter().map(InputFile::into_bytes).collect();
            let remove: Vec<String> = remove.into_iter().map(|id| id.0).collect();
            load(repository, &files, &remove)
        })
    }
}

fn load(repository: &Repository, files: &[repository::InputFile], remove: &[String]) -> Result<LoadResult> {
    match repository.load(files, remove, None, Timestamp::now()) {
        Ok(loaded) => {
            tracing::info!(
                revision = loaded.revision,
                upserted = loaded.upserted.len(),
                removed = loaded.removed.len(),
                "loaded over the network"
            );
            LoadResult::done(repository, &loaded)
        }
        Err(LoadError::Invalid(report)) => Ok(LoadResult::refused(&report)),
        Err(LoadError::NothingToRemove(id)) => {
            let latest = repository.latest();
            let keys = latest.history.corpus().keys();
            let hint = did_you_mean(&id, keys.iter().map(model::RecordKey::id));
            let error = Code::UnknownId.error(LoadError::NothingToRemove(id).to_string());
            Err(match hint {
                Some(hint) => error.extend_with(|_, extensions| extensions.set("hint", hint)),
                None => error,
            })
        }
        Err(error @ (LoadError::ReadOnly | LoadError::Store(_))) => {
            let cause: &dyn std::error::Error = &error;
            tracing::error!(error = cause, "the store failed to load");
            Err(Code::Internal.error("the store could not load it; the server's log says why"))
        }
    }
}

/// A file to load.
#[derive(InputObject)]
pub(super) struct InputFile {
    /// Its name, for messages and for the mapping files that name it: `snapshots/ice-2008-2009.yaml`. Nothing is read
    /// from or written to a file of that name.
    name: String,
    /// What it holds, as text.
    text: String,
}

impl InputFile {
    fn into_bytes(self) -> repository::InputFile {
        repository::InputFile { name: self.name, bytes: self.text.into_bytes() }
    }
}

/// What a load did. Nothing is loaded if anything is wrong.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct LoadResult {
    /// Whether nothing was wrong with the input, so that all of it is loaded now.
    loaded: bool,
    /// Whether that made a revision; not if all of it was there as it is.
    changed: bool,
    /// The latest revision afterwards; null when nothing was loaded.
    revision: Option<Revision>,
    /// The records that were put in, anew or in the place of their earlier forms.
    upserted: Vec<RecordKey>,
    /// The records that were withdrawn.
    removed: Vec<RecordKey>,
    /// How many records of each kind are loaded afterwards; none when nothing was loaded.
    records: Vec<RecordCount>,
    /// How many units these name; null when nothing was loaded.
    units: Option<i32>,
    /// What is wrong with the input, or deserves a look. Of what reading the files finds, the first thousand.
    diagnostics: Vec<Diagnostic>,
    /// How many more errors and warnings there are.
    left_out: i32,
    /// The diagnostics as text for people, with the lines that they point at, as `eragraph load` prints them.
    report: String,
}

impl LoadResult {
    fn refused(report: &Report) -> Self {
        Self {
            loaded: false,
            changed: false,
            revision: None,
            upserted: Vec::new(),
            removed: Vec::new(),
            records: Vec::new(),
            units: None,
            diagnostics: report.diagnostics.iter().map(|found| Diagnostic::of(report, found)).collect(),
            left_out: count(report.left_out),
            report: told(report),
        }
    }

    fn done(repository: &Repository, loaded: &Loaded) -> Result<Self> {
        let failed = |error: StoreError| store_error(&error);
        let revision = match loaded.revision {
            0 => None,
            number => Some(Revision(repository.revision(number).map_err(failed)?)),
        };
        // It is at hand, as the latest or, where another load followed at once, as one of the last.
        let version = repository.version(loaded.revision).map_err(failed)?;
        let keys = |keys: &[model::RecordKey]| keys.iter().map(RecordKey::of).collect();
        Ok(Self {
            loaded: true,
            changed: loaded.is_change(),
            revision,
            upserted: keys(&loaded.upserted),
            removed: keys(&loaded.removed),
            records: RecordCount::all(version.history.corpus()),
            units: Some(count(version.history.unit_count())),
            ..Self::refused(&loaded.report)
        })
    }
}

/// Returns the report as the command line prints it: nothing where there is nothing to say.
fn told(report: &Report) -> String {
    if report.diagnostics.is_empty() { String::new() } else { report.to_human(Colour::Never) }
}

fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// How many records of a kind are loaded.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct RecordCount {
    /// The kind.
    #[graphql(name = "type")]
    kind: RecordType,
    /// How many.
    count: i32,
}

impl RecordCount {
    fn all(corpus: &model::Corpus) -> Vec<Self> {
        let counts = [
            (RecordType::Snapshot, corpus.snapshots.len()),
            (RecordType::Event, corpus.events.len()),
            (RecordType::Era, corpus.eras.len()),
            (RecordType::Unit, corpus.units.len()),
        ];
        counts.map(|(kind, number)| Self { kind, count: count(number) }).into()
    }
}

/// How grave a diagnostic is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiagnosticSeverity {
    /// The input cannot be taken in.
    Error,
    /// The input can be taken in, but deserves a look.
    Warning,
}

/// One thing that is wrong with an input, or that deserves a look, and where. Lines and columns count from 1, columns in
/// characters; the end is the place after the last character that is meant.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct Diagnostic {
    /// How grave it is.
    severity: DiagnosticSeverity,
    /// Its number, which stays the same from release to release: `E0103`.
    code: String,
    /// Its kind in words: `unknown-field`.
    title: String,
    /// What is wrong, naming the thing.
    message: String,
    /// The file; null for what stands in no file that was given.
    file: Option<String>,
    /// The line; null where the file as a whole is meant.
    line: Option<i32>,
    /// The column.
    column: Option<i32>,
    /// The line of the end.
    end_line: Option<i32>,
    /// The column of the end.
    end_column: Option<i32>,
    /// What is to be said at the place itself.
    label: Option<String>,
    /// How to mend it.
    hint: Option<String>,
    /// Other places that have to do with it.
    related: Vec<DiagnosticPlace>,
}

/// Another place that has to do with a diagnostic.
#[derive(SimpleObject, Default)]
#[graphql(crate = "super::driver")]
pub(super) struct DiagnosticPlace {
    /// What stands there.
    label: String,
    /// The file; null for what stands in no file that was given.
    file: Option<String>,
    /// The line; null where the file as a whole is meant.
    line: Option<i32>,
    /// The column.
    column: Option<i32>,
    /// The line of the end.
    end_line: Option<i32>,
    /// The column of the end.
    end_column: Option<i32>,
}

impl Diagnostic {
    fn of(report: &Report, found: &diagnostics::Diagnostic) -> Self {
        let place = found.place.map(|place| DiagnosticPlace::of(report, place, ""));
        let DiagnosticPlace { file, line, column, end_line, end_column, .. } = place.unwrap_or_default();
        Self {
            severity: match found.severity() {
                Severity::Error => DiagnosticSeverity::Error,
                Severity::Warning => DiagnosticSeverity::Warning,
            },
            code: found.code.number().to_owned(),
            title: found.code.title().to_owned(),
            message: found.message.clone(),
            file,
            line,
            column,
            end_line,
            end_column,
            label: found.label.clone(),
            hint: found.hint.clone(),
            related: found.related.iter().map(|r| DiagnosticPlace::of(report, r.place, &r.label)).collect(),
        }
    }
}

impl DiagnosticPlace {
    fn of(report: &Report, place: Place, label: &str) -> Self {
        let spot = report.spot(place);
        let lines = spot.and_then(|spot| spot.lines);
        Self {
            label: label.to_owned(),
            file: spot.map(|spot| spot.file.to_owned()),
            line: lines.map(|(start, _)| count(start.line)),
            column: lines.map(|(start, _)| count(start.column)),
            end_line: lines.map(|(_, end)| count(end.line)),
            end_column: lines.map(|(_, end)| count(end.column)),
        }
    }
}
