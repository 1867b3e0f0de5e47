//! Whole answers that are kept: what is asked again in the same bytes, while the same revision is the latest, is
//! answered with the same bytes.
//!
//! The key is all that an answer depends on, besides settings that hold for as long as the process runs. The revision is
//! part of it: once a load has published another one, nothing older is found. Whoever sends a token is neither answered
//! from here, nor is what they were answered kept.

use std::hash::Hash;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, ETAG, HeaderMap, HeaderValue, VARY};
use axum::http::{Response as HttpResponse, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hashbrown::DefaultHashBuilder;
use moka::sync;

use super::super::etag;
use super::super::outcome::Outcome;
use super::media::Media;

/// About how many bytes an answer takes besides its own: its headers, its key, its place.
const BESIDES: usize = 1_024;
/// No answer takes more than one part of so many of all the room.
const PARTS: usize = 8;
/// The longest list of encodings that answers are kept for, in bytes. Programs send shorter ones.
const ENCODINGS: usize = 64;

/// Answers by what they depend on. A key is hashed for each question, and by a stranger's bytes; who would have many of
/// them in one place has to know the seed, which is another one in each process.
type Cache = sync::Cache<Key, Arc<Kept>, DefaultHashBuilder>;

/// The answers that are kept, of those asked most.
#[derive(Debug, Clone)]
pub(in crate::server) struct Answers {
    /// `None` where none is kept.
    kept: Option<Cache>,
    /// The largest that is kept, in bytes.
    largest: usize,
}

/// All that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The latest revision.
    pub(super) revision: u64,
    pub(super) origin: Origin,
    pub(super) media: Media,
    /// The encodings that are accepted, as they are listed.
    encodings: Option<HeaderValue>,
    /// The question as it came.
    asked: Bytes,
}

/// Where in a request a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    Url,
    Body,
}

/// An answer that is kept, in the encoding in which it was sent.
#[derive(Debug)]
pub(super) struct Kept {
    headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) outcome: Outcome,
}

/// Has an answer kept once it has its encoding; travels with it to where that is so, in its extensions.
#[derive(Debug, Clone)]
pub(in crate::server) struct Keeping {
    answers: Cache,
    key: Key,
    outcome: Outcome,
}

impl Answers {
    /// Returns an empty cache that takes so many bytes at most.
    pub(in crate::server) fn new(bytes: usize) -> Self {
        let capacity = u64::try_from(bytes).unwrap_or(u64::MAX);
        let builder = || sync::Cache::builder().max_capacity(capacity).weigher(weight);
        let cache = || builder().build_with_hasher(DefaultHashBuilder::default());
        Self { kept: (bytes > 0).then(cache), largest: bytes / PARTS }
    }

    /// Returns what the answer to a question is kept by; `None` where it is not.
    pub(super) fn key(
        &self,
        revision: u64,
        origin: Origin,
        media: Media,
        head: &HeaderMap,
        asked: &Bytes,
    ) -> Option<Key> {
        self.kept.as_ref()?;
        let mut listed = head.get_all(ACCEPT_ENCODING).iter();
        let encodings = listed.next();
        if listed.next().is_some() || encodings.is_some_and(|encodings| encodings.len() > ENCODINGS) {
            return None;
        }
        Some(Key { revision, origin, media, encodings: encodings.cloned(), asked: asked.clone() })
    }

    /// Returns the answer that is kept by a key.
    pub(super) fn find(&self, key: &Key) -> Option<Arc<Kept>> {
        self.kept.as_ref()?.get(key)
    }

    /// Returns what has an answer of so many bytes kept, with what became of its question; `None` for one that is too large.
    pub(super) fn keeping(&self, key: Key, bytes: usize, outcome: &Outcome) -> Option<Keeping> {
        let takes = bytes.saturating_add(key.asked.len()).saturating_add(BESIDES);
        let answers = self.kept.clone().filter(|_| takes <= self.largest)?;
        Some(Keeping { answers, key, outcome: outcome.clone() })
    }
}

impl Keeping {
    /// Keeps an answer, and returns it.
    pub(in crate::server) async fn keep(self, answer: Response) -> Response {
        let (head, body) = answer.into_parts();
        // It was whole before it was compressed, so that nothing is waited for.
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            tracing::error!("an answer could not be compressed");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        // Copies, for what came is a piece of a larger buffer, and what is sent may take a place while it is.
        let key = Key {
            asked: Bytes::copy_from_slice(&self.key.asked),
            encodings: self.key.encodings.and_then(|list| HeaderValue::from_bytes(list.as_bytes()).ok()),
            ..self.key
        };
        let outcome = Outcome { answer_was_kept: Some(true), document_was_known: Some(true), ..self.outcome };
        let kept = Kept { headers: head.headers.clone(), body: Bytes::copy_from_slice(&body), outcome };
        self.answers.insert(key, Arc::new(kept));
        HttpResponse::from_parts(head, Body::from(body))
    }
}

impl Kept {
    /// Tells whether the sender of a request has it already.
    pub(super) fn is_known(&self, headers: &HeaderMap) -> bool {
        let tag = self.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        tag.is_some_and(|tag| etag::is_known(headers, tag))
    }

    /// Returns it as an answer, with these bytes of it.
    pub(super) fn answer(&self, body: Bytes) -> Response {
        let mut response = Response::new(Body::from(body));
        *response.headers_mut() = self.headers.clone();
        response
    }

    /// Returns what tells that it is still the same.
    pub(super) fn not_modified(&self) -> Response {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        for name in [CACHE_CONTROL, VARY, ETAG] {
            for value in self.headers.get_all(&name) {
                response.headers_mut().append(&name, value.clone());
            }
        }
        response
    }
}

/// Returns about how many bytes an answer takes.
fn weight(key: &Key, kept: &Arc<Kept>) -> u32 {
    let bytes = kept.body.len().saturating_add(key.asked.len()).saturating_add(BESIDES);
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(answers: &Answers, asked: &str) -> Key {
        let asked = Bytes::copy_from_slice(asked.as_bytes());
        answers.key(1, Origin::Body, Media::Json, &HeaderMap::new(), &asked).unwrap()
    }

    async fn keep(answers: &Answers, asked: &str, bytes: usize) {
        let Some(keeping) = answers.keeping(key(answers, asked), bytes, &Outcome::default()) else { return };
        keeping.keep(Response::new(Body::from(vec![b'a'; bytes]))).await;
    }

    #[tokio::test]
    async fn what_is_kept_stays_within_its_bytes() {
        let answers = Answers::new(64 * 1024);
        for number in 0..200 {
            keep(&answers, &number.to_string(), 4 * 1024).await;
        }
        let kept = answers.kept.as_ref().unwrap();
        kept.run_pending_tasks();
        assert!(kept.weighted_size() <= 64 * 1024 && kept.entry_count() > 8, "{}", kept.weighted_size());
        let there: usize = (0..200)
            .filter_map(|number| answers.find(&key(&answers, &number.to_string())))
            .map(|kept| kept.body.len())
            .sum();
        assert!((8 * 4 * 1024..=64 * 1024).contains(&there), "{there}");
    }

    #[tokio::test]
    async fn an_answer_that_takes_much_of_the_room_is_not_kept() {
        let answers = Answers::new(64 * 1024);
        keep(&answers, "large", 8 * 1024).await;
        keep(&answers, "small", 4 * 1024).await;
        assert!(answers.find(&key(&answers, "large")).is_none());
        assert_eq!(answers.find(&key(&answers, "small")).unwrap().body.len(), 4 * 1024);
    }

    #[test]
    fn where_there_is_no_room_nothing_has_a_key() {
        let asked = Bytes::from_static(b"{}");
        assert_eq!(Answers::new(0).key(1, Origin::Body, Media::Json, &HeaderMap::new(), &asked), None);
    }

    #[tokio::test]
    async fn everything_that_an_answer_depends_on_is_in_its_key() {
        let answers = Answers::new(1024 * 1024);
        keep(&answers, "asked", 10).await;
        let known = key(&answers, "asked");
        assert!(answers.find(&known).is_some());
        let gzip = Some(HeaderValue::from_static("gzip"));
        for other in [
            Key { revision: 2, ..known.clone() },
            Key { origin: Origin::Url, ..known.clone() },
            Key { media: Media::Response, ..known.clone() },
            Key { encodings: gzip, ..known.clone() },
            Key { asked: Bytes::from_static(b"other"), ..known.clone() },
        ] {
            assert!(answers.find(&other).is_none(), "{other:?}");
        }
    }
}
