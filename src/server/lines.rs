//! Reporting lines for dashboards: `/reporting-lines.csv` and `/reporting-lines.json`, sent as they are written.
//!
//! An answer depends on its question, its revision and this program alone. So its tag is known before it is made, and a
//! dashboard that has it already costs nothing.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LOCATION, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::Semaphore;

use super::pages::FOR_GOOD;
use super::refusal::{JSON, Refused};
use super::{Service, etag, graphql};
use crate::api::Code;
use crate::config::Limits;
use crate::export::{LinesAddress, LinesExport, LinesFormat};
use crate::repository::{PastError, Version};

const CSV: &str = "text/csv; charset=utf-8; header=present";

/// Kept with a question before every use: the next load may change the answer.
const REVALIDATE: &str = "public, no-cache";

/// Counts up with every change to what an answer looks like, so that no old one is taken for a new one.
const LAYOUT: u32 = 1;

/// How many units are looked at in one go, before others have their turn.
const PIECE: usize = 4096;

/// How much of this work is done at once. Only what writes a piece has a turn: a client that reads slowly has none.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Semaphore::new(limits.long_concurrency.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// Does work off the threads of the runtime, when it is its turn.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(io::Error::other)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(io::Error::other)
    }
}

/// Answers as comma-separated values.
pub(super) async fn csv(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&service, LinesFormat::Csv, &headers, query).await.unwrap_or_else(Refused::into_response)
}

/// Answers as JSON.
pub(super) async fn json(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&service, LinesFormat::Json, &headers, query).await.unwrap_or_else(Refused::into_response)
}

async fn answer(
    service: &Service,
    format: LinesFormat,
    headers: &HeaderMap,
    query: Option<String>,
) -> Result<Response, Refused> {
    let parameters: Vec<(String, String)> = serde_urlencoded::from_str(&query.unwrap_or_default())
        .map_err(|error| Refused::bad(format!("the query string cannot be read: {error}")))?;
    let address = LinesAddress::parse(format, &parameters)?;
    let latest = service.repository.latest();
    let revision = address.revision.unwrap_or(latest.revision);
    if address.revision.is_some() && (revision == 0 || revision > latest.revision) {
        let message = format!("there is no revision {revision}; the latest is {}", latest.revision);
        return Err(Refused::new(StatusCode::NOT_FOUND, Code::UnknownRevision, message));
    }
    let described = describe(service, &address, revision);
    if described.tag().is_some_and(|tag| etag::lists(headers, tag)) {
        return Ok(described.not_modified());
    }
    let made = tokio::time::timeout(service.config.limits.timeout, begin(service, &address, revision, latest));
    let piece = made.await.map_err(|_| busy(service))??;
    if described.tag().is_some_and(|tag| etag::is_known(headers, tag)) {
        return Ok(described.not_modified());
    }
    Ok(described.with(piece.into_body()))
}

/// Refuses for want of a past revision that is not there yet.
fn late(error: PastError) -> Refused {
    match error {
        PastError::Store(error) => internal(&error),
        PastError::Late { .. } => Refused::new(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout, error.to_string()),
    }
}

/// What is known of an answer before it is made: its headers.
struct Described(HeaderMap);

impl Described {
    fn tag(&self) -> Option<&str> {
        self.0.get(ETAG).and_then(|tag| tag.to_str().ok())
    }

    fn not_modified(mut self) -> Response {
        for name in [CONTENT_TYPE, CONTENT_DISPOSITION] {
            self.0.remove(name);
        }
        (StatusCode::NOT_MODIFIED, self.0).into_response()
    }

    fn with(self, body: Body) -> Response {
        (self.0, body).into_response()
    }
}

fn describe(service: &Service, address: &LinesAddress, revision: u64) -> Described {
    let pinned = address.pinned(revision);
    // Another store may have a revision of that number too, but not one recorded at the same time.
    let recorded = service.repository.recorded_at(revision).map_or_else(String::new, |at| at.to_string());
    let all = format!("{LAYOUT} {} {recorded} {pinned}", env!("CARGO_PKG_VERSION"));
    let (caching, content_type) = (
        if address.revision.is_some() { FOR_GOOD } else { REVALIDATE },
        if address.format == LinesFormat::Csv { CSV } else { JSON },
    );
    let mut headers = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CACHE_CONTROL, HeaderValue::from_static(caching)),
        (VARY, HeaderValue::from_static("accept-encoding")),
    ]);
    for (name, value) in [
        (ETAG, Some(etag::tag_of(all.as_bytes()))),
        (CONTENT_DISPOSITION, Some(format!("inline; filename=\"{}\"", pinned.file_name()))),
        // Where the same answer is found for good. Before the first load there is no such place.
        (CONTENT_LOCATION, (revision > 0).then(|| pinned.to_string())),
    ] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    Described(headers)
}

/// What is written of an answer so far, and how to go on.
struct Piece {
    bytes: Vec<u8>,
    export: LinesExport,
    version: Arc<Version>,
    turns: Turns,
}

/// Finds the revision and writes the first piece, so that what goes wrong then still has a status to tell.
async fn begin(
    service: &Service,
    address: &LinesAddress,
    revision: u64,
    latest: Arc<Version>,
) -> Result<Piece, Refused> {
    let (repository, address) = (Arc::clone(&service.repository), address.clone());
    let deadline = graphql::deadline(service.config.limits.timeout);
    let begun = service.turns.work(move || {
        let version = if revision == latest.revision {
            latest
        } else {
            repository.version_until(revision, Some(deadline)).map_err(late)?
        };
        let mut export =
            LinesExport::new(&version.history, &address).map_err(|unknown| Refused::not_there(unknown.to_string()))?;
        let bytes = export.next_piece(&version.history, PIECE).map_err(|error| internal(&error))?;
        Ok::<_, Refused>((version, export, bytes))
    });
    let (version, export, bytes) = begun.await.map_err(|error| internal(&error))??;
    Ok(Piece { bytes, export, version, turns: service.turns.clone() })
}

impl Piece {
    /// Returns the whole answer; what is not written yet is written as the client reads.
    fn into_body(self) -> Body {
        if self.export.is_done() {
            return Body::from(self.bytes);
        }
        Body::from_stream(stream::try_unfold(self, async |mut piece| {
            if piece.bytes.is_empty() {
                piece = piece.further().await?;
            }
            let bytes = Bytes::from(std::mem::take(&mut piece.bytes));
            Ok::<_, io::Error>((!bytes.is_empty()).then_some((bytes, piece)))
        }))
    }

    /// Writes the next piece that holds anything; empty where there is none.
    async fn further(mut self) -> io::Result<Self> {
        while self.bytes.is_empty() && !self.export.is_done() {
            let (mut export, version) = (self.export, Arc::clone(&self.version));
            let written = self.turns.work(move || {
                let bytes = export.next_piece(&version.history, PIECE);
                (export, bytes)
            });
            let (export, bytes) = written.await?;
            self.export = export;
            self.bytes = bytes?;
        }
        Ok(self)
    }
}

fn internal(error: &dyn std::error::Error) -> Refused {
    tracing::error!(%error, "reporting lines could not be written");
    Refused::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        Code::Internal,
        "the answer could not be made; the server's log says why",
    )
}

fn busy(service: &Service) -> Refused {
    let message = format!("there was no answer within {} s; ask again", service.config.limits.timeout.as_secs());
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, Code::Busy, message)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::header::{IF_NONE_MATCH, RETRY_AFTER};

    use super::*;
    use crate::config::Config;
    use crate::repository::Repository;
    use crate::server::observe::Readiness;

    #[tokio::test]
    async fn while_nobody_has_a_turn_known_answers_are_named_and_others_told_to_come_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let repository = Arc::new(Repository::open(folder.path()).unwrap().0);
        let limits = Limits { long_concurrency: 1, timeout: Duration::ZERO, ..Limits::default() };
        let config = Config { limits, ..Config::default() };
        let service = Arc::new(Service::new(repository, &config, Readiness::ready()));
        let held = Arc::clone(&service.turns.0).acquire_owned().await.unwrap();

        let query = || RawQuery(Some("at=2015-01-01".to_owned()));
        let ask = |headers: &HeaderMap| csv(State(service.clone()), headers.clone(), query());
        let refused = ask(&HeaderMap::new()).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!((&refused.headers()[RETRY_AFTER], refused.headers().get(ETAG)), (&"1".parse().unwrap(), None));

        let parameters = [("at".to_owned(), "2015-01-01".to_owned())];
        let address = LinesAddress::parse(LinesFormat::Csv, &parameters).unwrap();
        let tag = describe(&service, &address, 0).0[ETAG].clone();
        let known = HeaderMap::from_iter([(IF_NONE_MATCH, tag)]);
        assert_eq!(ask(&known).await.status(), StatusCode::NOT_MODIFIED);
        drop(held);
    }
}
