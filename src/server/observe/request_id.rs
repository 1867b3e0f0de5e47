//! The id of a request: the asker's own where it is sane, and else one that is made here.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries the id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken from an asker, in characters.
const LONGEST: usize = 64;

/// Makes ids: a number that tells one process from another, and one that tells its requests apart.
#[derive(Debug, Clone)]
pub(super) struct RequestIds {
    /// The first number, with a hyphen behind it.
    process: String,
    next: Arc<AtomicU64>,
}

impl RequestIds {
    /// Returns what makes the ids of this process.
    pub(super) fn new() -> Self {
        // The standard library seeds its hashers from the system's randomness: enough to be unlike another process.
        let seed = RandomState::new().build_hasher().finish();
        Self { process: format!("{:08x}-", seed >> 32), next: Arc::default() }
    }

    /// Returns the id of a request.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let sent = headers.get(REQUEST_ID).filter(|id| is_sane(id.as_bytes()));
        sent.cloned().unwrap_or_else(|| self.make())
    }

    fn make(&self) -> HeaderValue {
        let (mut digits, number) = ([0; 16], self.next.fetch_add(1, Ordering::Relaxed));
        let mut id = String::with_capacity(self.process.len() + digits.len());
        id.push_str(&self.process);
        id.push_str(hexadecimal(number, &mut digits));
        // Digits and a hyphen may stand in a header.
        HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static("none"))
    }
}

/// Writes a number with eight digits, or as many as it takes.
fn hexadecimal(number: u64, digits: &mut [u8; 16]) -> &str {
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = match u8::try_from(rest % 16).unwrap_or_default() {
            value @ ..10 => b'0' + value,
            value => b'a' - 10 + value,
        };
        rest /= 16;
    }
    let needed = number.checked_ilog2().map_or(1, |bits| bits / 4 + 1).max(8);
    let from = usize::try_from(needed).map_or(0, |needed| digits.len() - needed);
    std::str::from_utf8(digits.get(from..).unwrap_or_default()).unwrap_or_default()
}

fn is_sane(id: &[u8]) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=LONGEST).contains(&id.len()) && id.iter().copied().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sent: &[u8], is_taken: bool) {
        let ids = RequestIds::new();
        let headers = HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_bytes(sent).unwrap())]);
        let id = ids.of(&headers);
        assert_eq!(id.as_bytes() == sent, is_taken, "{id:?}");
        assert!(is_sane(id.as_bytes()), "{id:?}");
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
    fn numbers_have_eight_digits_or_more() {
        for number in [0, 1, 15, 16, 0xdead_beef, 0x1_0000_0000, u64::MAX] {
            assert_eq!(hexadecimal(number, &mut [0; 16]), format!("{number:08x}"));
        }
    }

    #[test]
    fn ids_that_are_made_differ() {
        let ids = RequestIds::new();
        assert_ne!(ids.of(&HeaderMap::new()), ids.of(&HeaderMap::new()));
    }
}
