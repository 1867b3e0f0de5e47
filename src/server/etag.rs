//! Entity tags (RFC 9110, sections 8.8.3 and 13.1.2): whether a client has an answer already, in whichever encoding.
//!
//! A strong tag names bytes, so that each encoding of an answer has a tag of its own. Handlers name what they say, and
//! know nothing of encodings: [`Known`] stands around the compression, adds `-br` or `-gzip` to the tag of
//! what was compressed, and takes it off those that come back.

use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// The encodings that the service compresses with.
const ENCODINGS: [&str; 2] = ["br", "gzip"];

/// Writes a strong tag for bytes, or for all that they depend on.
pub(super) fn tag_of(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    format!("\"{}\"", hash.get(..32).unwrap_or(&hash))
}

/// Tells whether the request lists the tag among those that its sender has.
pub(super) fn lists(headers: &HeaderMap, tag: &str) -> bool {
    // Weak or strong, a tag names the same here: RFC 9110 has If-None-Match compare weakly.
    values(headers).flat_map(tags).any(|listed| listed.quoted == tag)
}

/// Tells whether the sender of the request has the answer of this tag, or says `*`: any that there is.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    lists(headers, tag) || values(headers).any(|value| value.trim() == "*")
}

fn values(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok())
}

/// A tag that a request lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Listed<'h> {
    /// The tag with its quotes, without the mark of a weak one.
    quoted: &'h str,
    is_weak: bool,
}

/// Returns the tags of a list; what is none is passed over.
fn tags(list: &str) -> impl Iterator<Item = Listed<'_>> {
    let mut rest = list;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let (is_weak, from) = rest.strip_prefix("W/").map_or((false, rest), |from| (true, from));
            let end = from.strip_prefix('"').and_then(|inner| inner.find('"')).map(|end| end + 2);
            if let Some((quoted, after)) = end.and_then(|end| from.split_at_checked(end)) {
                rest = after;
                return Some(Listed { quoted, is_weak });
            }
            rest = rest.split_once(',')?.1;
        }
    })
}

impl Listed<'_> {
    /// Returns the tag as its handler knows it, and the encoding that it names.
    fn parts(self) -> (String, Option<&'static str>) {
        let named = ENCODINGS.into_iter().find_map(|encoding| {
            let plain = self.quoted.strip_suffix('"')?.strip_suffix(encoding)?.strip_suffix('-')?;
            Some((format!("{plain}\""), Some(encoding)))
        });
        named.unwrap_or_else(|| (self.quoted.to_owned(), None))
    }
}

/// The tags that the sender of a request has, as far as they may be handed on: as they were listed, and as handlers
/// know them.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<(String, String)>);

impl Known {
    /// Takes the names of encodings off the tags of a request, and remembers them.
    ///
    /// A tag of an encoding that the request does not accept is passed over: a cache may list what it keeps for others,
    /// and would hand it on.
    pub(super) fn take(request: &mut Request) -> Self {
        if !request.headers().contains_key(IF_NONE_MATCH) {
            return Self::default();
        }
        let listed = values(request.headers()).collect::<Vec<_>>().join(", ");
        let usable: Vec<(Listed<'_>, String)> = tags(&listed)
            .map(|tag| (tag, tag.parts()))
            .filter(|(_, (_, encoding))| encoding.is_none_or(|encoding| accepts(request.headers(), encoding)))
            .map(|(tag, (plain, _))| (tag, plain))
            .collect();
        if listed.contains('"') {
            let written =
                |(tag, plain): &(Listed<'_>, String)| format!("{}{plain}", if tag.is_weak { "W/" } else { "" });
            let plain = usable.iter().map(written).collect::<Vec<_>>().join(", ");
            request.headers_mut().remove(IF_NONE_MATCH);
            if let Some(value) = HeaderValue::from_str(&plain).ok().filter(|value| !value.is_empty()) {
                request.headers_mut().insert(IF_NONE_MATCH, value);
            }
        }
        Self(usable.into_iter().map(|(tag, plain)| (tag.quoted.to_owned(), plain)).collect())
    }

    /// Names the encoding of an answer by a tag of its own.
    pub(super) fn name_encoding(self, response: &mut Response) {
        let Some(tag) = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()) else { return };
        let encoding = response.headers().get(CONTENT_ENCODING).and_then(|encoding| encoding.to_str().ok());
        let named = match encoding {
            _ if response.status() == StatusCode::NOT_MODIFIED => {
                self.0.iter().find(|(_, plain)| plain == tag).map(|(listed, _)| listed.clone())
            }
            Some(encoding) => tag.strip_suffix('"').map(|open| format!("{open}-{encoding}\"")),
            None => None,
        };
        if let Some(named) = named.and_then(|named| HeaderValue::from_str(&named).ok()) {
            response.headers_mut().insert(ETAG, named);
        }
        vary_by_encoding(response.headers_mut());
    }
}

/// Tells caches that the answer depends on the encodings accepted, also where it came without one.
fn vary_by_encoding(headers: &mut HeaderMap) {
    let told = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let is_told =
        told.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("accept-encoding"));
    if !is_told {
        headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// Tells whether a request accepts an encoding: by its name, or else by `*`.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(&str, bool)> = values
        .flat_map(|value| value.split(','))
        .map(|range| {
            let (name, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix(['q', 'Q']).and_then(|weight| weight.strip_prefix('='));
            let is_refused =
                weight.is_some_and(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight <= 0.0));
            (name.trim(), !is_refused)
        })
        .collect();
    let find = |wanted: &str| ranges.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, yes)| *yes);
    find(encoding).or_else(|| find("*")).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_list(list: &str, expected: &[(&str, bool)]) {
        let found: Vec<(&str, bool)> = tags(list).map(|tag| (tag.quoted, tag.is_weak)).collect();
        assert_eq!(found, expected, "{list}");
    }

    #[test]
    fn a_list_of_tags_is_read_as_it_is_meant() {
        check_list(r#""a""#, &[(r#""a""#, false)]);
        check_list(
            r#" ,"a" ,W/"b",, "c,d","" "#,
            &[(r#""a""#, false), (r#""b""#, true), (r#""c,d""#, false), (r#""""#, false)],
        );
        check_list(r#"a, w/"x", "b""#, &[(r#""b""#, false)]);
        check_list(r#""a"#, &[]);
        check_list("*", &[]);
        check_list("", &[]);
    }

    #[track_caller]
    fn check_accepts(header: &str, br: bool, gzip: bool) {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(header).unwrap())]);
        assert_eq!((accepts(&headers, "br"), accepts(&headers, "gzip")), (br, gzip), "{header}");
    }

    #[test]
    fn an_encoding_is_accepted_by_name_or_by_a_star() {
        check_accepts("gzip, deflate, br", true, true);
        check_accepts("BR;q=0.1, gzip;q=0", true, false);
        check_accepts("gzip;q=0.000, *;q=0.5", true, false);
        check_accepts("identity", false, false);
        check_accepts("*;q=0", false, false);
        assert!(!accepts(&HeaderMap::new(), "gzip"), "nobody who says nothing is sent what must be unpacked");
    }
}
