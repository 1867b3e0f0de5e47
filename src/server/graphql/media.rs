//! The media types of answers, and which of them a client accepts.

use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

use super::super::headers::Careful;

/// The media types that answers can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was good.
    Response,
    /// `application/json`: the older one; the status is 200 for whatever is well-formed.
    Json,
}

/// The headers of answers, ready to be sent: to put them together takes as much as a field of the answer does.
pub(in crate::server) struct Heads {
    response: HeaderMap,
    json: HeaderMap,
}

impl Heads {
    pub(in crate::server) fn of(careful: &Careful) -> Self {
        let head = |media: Media| {
            let own = [(CONTENT_TYPE, media.name()), (CACHE_CONTROL, "no-store")];
            careful.with(own.map(|(name, value)| (name, HeaderValue::from_static(value))))
        };
        Self { response: head(Media::Response), json: head(Media::Json) }
    }

    /// Returns those of an answer of a media type.
    pub(super) fn get(&self, media: Media) -> HeaderMap {
        match media {
            Media::Response => self.response.clone(),
            Media::Json => self.json.clone(),
        }
    }
}

impl Media {
    /// Returns the value of the content type header.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// Chooses the media type of the answer; `None` when the client accepts neither.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        // Most programs say just this.
        let mut sent = headers.get_all(ACCEPT).iter();
        if let (Some(only), None) = (sent.next(), sent.next()) {
            match only.as_bytes() {
                b"application/json" | b"*/*" => return Some(Self::Json),
                b"application/graphql-response+json" => return Some(Self::Response),
                _ => {}
            }
        }
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<(String, f32)> = values.flat_map(|value| value.split(',')).filter_map(range).collect();
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        // The most specific range that fits a type says how much it is wanted (RFC 9110, section 12.5.1).
        let weight = |name: &str| {
            let mut named = [name, "application/*", "*/*"].into_iter();
            named.find_map(|wanted| ranges.iter().position(|(range, _)| range == wanted)).and_then(|at| {
                let (range, weight) = ranges.get(at)?;
                Some((*weight, range == name, at)).filter(|(weight, ..)| *weight > 0.0)
            })
        };
        match (weight("application/graphql-response+json"), weight("application/json")) {
            (None, None) => None,
            (Some(_), None) => Some(Self::Response),
            (None, Some(_)) => Some(Self::Json),
            // As much wanted as the other, the one that is named wins, and of two that are, the one named first.
            (Some(response), Some(json)) => {
                let order = response.0.total_cmp(&json.0).then(response.1.cmp(&json.1)).then(json.2.cmp(&response.2));
                Some(if order.is_gt() { Self::Response } else { Self::Json })
            }
        }
    }
}

/// Reads a range of media types with its weight: `application/json;q=0.5`.
fn range(text: &str) -> Option<(String, f32)> {
    let mut pieces = text.split(';').map(str::trim);
    let name = pieces.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let weight = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
    Some((name, weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0))))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(accept: &'static str, expected: Option<Media>) {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
        assert_eq!(Media::accepted(&headers), expected, "{accept}");
    }

    #[test]
    fn the_most_specific_range_says_how_much_a_type_is_wanted() {
        check("", Some(Media::Json));
        check("*/*", Some(Media::Json));
        check("application/json", Some(Media::Json));
        check("application/graphql-response+json", Some(Media::Response));
        check("text/html", None);
        check("application/graphql-response+json, application/json;q=0.9", Some(Media::Response));
        check("application/json, application/graphql-response+json", Some(Media::Json));
        check("application/graphql-response+json, */*", Some(Media::Response));
        check("application/json;q=0, */*", Some(Media::Response));
        check("application/json;q=0.2, */*", Some(Media::Response));
        check("application/json;Q=0", None);
        check("application/*;q=0.1, application/graphql-response+json;q=0", Some(Media::Json));
    }
}
