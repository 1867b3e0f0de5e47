//! The id of a request: the asker's own where it is sane, and else one that is made here.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName};

/// The header that carries the id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from an asker, in characters.
const LONGEST: usize = 64;

/// Makes ids: a number that tells one process from another, and one that tells its requests apart.
#[derive(Debug, Clone)]
pub(super) struct RequestIds {
    process: u32,
    next: Arc<AtomicU64>,
}

impl RequestIds {
    /// Returns what makes the ids of this process.
    pub(super) fn new() -> Self {
        // The standard library seeds its hashers from the system's randomness: enough to be unlike another process.
        let seed = RandomState::new().build_hasher().finish();
        Self { process: u32::try_from(seed >> 32).unwrap_or_default(), next: Arc::default() }
    }

    /// Returns the id of a request.
    pub(super) fn of(&self, headers: &HeaderMap) -> String {
        let sent = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        sent.filter(|id| is_sane(id)).map_or_else(|| self.make(), str::to_owned)
    }

    fn make(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}-{number:08x}", self.process)
    }
}

fn is_sane(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=LONGEST).contains(&id.len()) && id.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(sent: &[u8], is_taken: bool) {
        let ids = RequestIds::new();
        let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_bytes(sent).unwrap())]);
        let id = ids.of(&headers);
        assert_eq!(id.as_bytes() == sent, is_taken, "{id}");
        assert!(is_sane(&id), "{id}");
    }

    #[test]
    fn a_sane_id_is_taken_and_any_other_is_replaced() {
        check(b"a", true);
        check(b"3f-B_9.z", true);
        check(&[b'x'; 64], true);
        check(&[b'x'; 65], false);
        check(b"", false);
        check(b"a b", false);
        check(b"a\"b", false);
        check("ü".as_bytes(), false);
    }

    #[test]
    fn ids_that_are_made_differ() {
        let ids = RequestIds::new();
        assert_ne!(ids.of(&HeaderMap::new()), ids.of(&HeaderMap::new()));
    }
}
