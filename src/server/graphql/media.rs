//! The media types of answers, and which of them a client accepts.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// The media types that answers can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was good.
    Response,
    /// `application/json`: the older one; the status is 200 for whatever is well-formed.
    Json,
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
        let values: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
        let mut ranges: Vec<(f32, &str)> = values
            .iter()
            .flat_map(|value| value.split(','))
            .filter_map(|range| {
                let mut pieces = range.split(';').map(str::trim);
                let name = pieces.next().filter(|name| !name.is_empty())?;
                let quality = pieces.find_map(|piece| piece.strip_prefix("q="));
                Some((quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)), name))
            })
            .filter(|(quality, _)| *quality > 0.0)
            .collect();
        if values.is_empty() {
            return Some(Self::Json);
        }
        ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranges.into_iter().find_map(|(_, name)| match name.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Some(Self::Response),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        })
    }
}
