//! Entity tags: the name of the bytes that were sent, by which a client asks whether they are still the same.

use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// Returns the strong tag of a body.
pub(super) fn of(body: &[u8]) -> String {
    let hash = blake3::hash(body).to_hex();
    format!("\"{}\"", hash.get(..32).unwrap_or(&hash))
}

/// Tells whether the client has what is tagged so; weak or strong, a tag names the same bytes here.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
