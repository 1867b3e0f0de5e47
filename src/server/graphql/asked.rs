//! What was asked, as it came: the parameters of the GraphQL-over-HTTP specification, from a URL or from a JSON body.

use async_graphql::Variables;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Map, Value};

use crate::api::Code;

use super::refusal::Refusal;

/// A question: the document or what names it, the operation, and the variables.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    pub(super) query: Option<String>,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
    /// How many values there are in them, those within others included.
    pub(super) values: usize,
    /// The name of a trusted document, or `sha256:` with the hash of one.
    pub(super) document_id: Option<String>,
    /// The SHA-256 of the document, in hexadecimal, by the convention of automatic persisted queries.
    pub(super) persisted: Option<String>,
}

/// The questions of one request.
#[derive(Debug)]
pub(super) enum Parcel {
    One(Box<Asked>),
    Batch(Vec<Asked>),
}

/// Reads the question of a URL.
pub(super) fn of_url(query: &str) -> Result<Asked, Refusal> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|error| Refusal::bad(format!("the query string cannot be read: {error}")))?;
    let mut parameters = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "variables" | "extensions" if text.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&text).map_err(|error| Refusal::bad(format!("`{name}` is not JSON: {error}")))?
            }
            _ => Value::String(text),
        };
        if parameters.insert(name.clone(), value).is_some() {
            return Err(Refusal::bad(format!("`{}` stands twice in the URL", name.escape_default())));
        }
    }
    asked(parameters)
}

/// Tells whether a body is JSON in UTF-8, as its header has it.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut pieces = content_type.split(';').map(str::trim);
    let is_json = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let charset = pieces.find_map(|piece| piece.to_ascii_lowercase().strip_prefix("charset=").map(str::to_owned));
    let is_utf8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    if is_json && is_utf8 {
        return Ok(());
    }
    let message = "send the question as application/json, in UTF-8";
    Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::ValidationFailed, message))
}

/// Reads the questions of a JSON body.
pub(super) fn of_body(body: &[u8], most: usize) -> Result<Parcel, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(parameters)) => Ok(Parcel::One(Box::new(asked(parameters)?))),
        Ok(Value::Array(questions)) if questions.is_empty() => Err(Refusal::bad("the batch holds no question")),
        Ok(Value::Array(questions)) if questions.len() > most => {
            let count = questions.len();
            Err(Refusal::bad(format!("the batch holds {count} questions; a request may hold {most}")))
        }
        Ok(Value::Array(questions)) => {
            let read = |question| match question {
                Value::Object(parameters) => asked(parameters),
                _ => Err(Refusal::bad("every question of a batch is a JSON object with `query`")),
            };
            Ok(Parcel::Batch(questions.into_iter().map(read).collect::<Result<_, _>>()?))
        }
        Ok(_) => Err(Refusal::bad("the body must be a JSON object with `query`")),
        Err(error) => {
            let message = format!("the body is not JSON: {error}");
            Err(Refusal::new(StatusCode::BAD_REQUEST, Code::ParseError, message))
        }
    }
}

/// Reads parameters, each of its type.
pub(super) fn asked(mut parameters: Map<String, Value>) -> Result<Asked, Refusal> {
    let mut text = |name: &str| match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad(format!("`{name}` must be a string"))),
    };
    let query = text("query")?;
    let operation_name = text("operationName")?.filter(|name| !name.is_empty());
    let document_id = text("documentId")?;
    let values = parameters.get("variables").map_or(0, count);
    let variables = match parameters.remove("variables") {
        None | Some(Value::Null) => Variables::default(),
        Some(variables @ Value::Object(_)) => Variables::from_json(variables),
        Some(_) => return Err(Refusal::bad("`variables` must be an object")),
    };
    let persisted = match parameters.remove("extensions") {
        None | Some(Value::Null) => None,
        Some(Value::Object(extensions)) => persisted(&extensions)?,
        Some(_) => return Err(Refusal::bad("`extensions` must be an object")),
    };
    if query.is_none() && document_id.is_none() && persisted.is_none() {
        return Err(Refusal::bad("`query` is missing"));
    }
    Ok(Asked { query, operation_name, variables, values, document_id, persisted })
}

/// Counts a value and those within it.
fn count(value: &Value) -> usize {
    let within = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    };
    1_usize.saturating_add(within)
}

/// Reads `persistedQuery`, the extension of automatic persisted queries.
fn persisted(extensions: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(extension) = extensions.get("persistedQuery").filter(|value| !value.is_null()) else { return Ok(None) };
    if extension.get("version").and_then(Value::as_i64) != Some(1) {
        return Err(Refusal::bad("`extensions.persistedQuery.version` must be 1"));
    }
    let hash = extension.get("sha256Hash").and_then(Value::as_str).map(str::to_ascii_lowercase);
    let is_hash = |hash: &String| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    match hash.filter(is_hash) {
        Some(hash) => Ok(Some(hash)),
        None => Err(Refusal::bad("`extensions.persistedQuery.sha256Hash` must be a SHA-256 in hexadecimal")),
    }
}
