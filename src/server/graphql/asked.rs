//! What was asked, as it came: the parameters of the GraphQL-over-HTTP specification, from a URL or from a JSON body.

use async_graphql::{Name, Value, Variables};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Json;

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

/// The parameters of a question, each as it came; null where it did not.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Parameters {
    query: Value,
    operation_name: Value,
    document_id: Value,
    variables: Value,
    extensions: Value,
}

/// Reads the question of a URL.
pub(super) fn of_url(query: &str) -> Result<Asked, Refusal> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|error| Refusal::bad(format!("the query string cannot be read: {error}")))?;
    let mut parameters = Parameters::default();
    let mut names: Vec<&str> = Vec::new();
    for (name, text) in &pairs {
        if names.contains(&name.as_str()) {
            return Err(Refusal::bad(format!("`{}` stands twice in the URL", name.escape_default())));
        }
        names.push(name);
        let json = || {
            let is_none = text.is_empty();
            let value = if is_none { Ok(Value::Null) } else { serde_json::from_str(text) };
            value.map_err(|error| Refusal::bad(format!("`{name}` is not JSON: {error}")))
        };
        match name.as_str() {
            "query" => parameters.query = text.as_str().into(),
            "operationName" => parameters.operation_name = text.as_str().into(),
            "documentId" => parameters.document_id = text.as_str().into(),
            "variables" => parameters.variables = json()?,
            "extensions" => parameters.extensions = json()?,
            _ => {}
        }
    }
    asked(parameters)
}

/// Tells whether a body is JSON in UTF-8, as its header has it.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type == "application/json" {
        return Ok(());
    }
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
    // Nearly all are one question; it is read as what it is, and not as any JSON first.
    if body.trim_ascii_start().starts_with(b"{") {
        let parameters = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
        return Ok(Parcel::One(Box::new(asked(parameters)?)));
    }
    match serde_json::from_slice(body).map_err(|error| not_json(&error))? {
        Json::Array(questions) if questions.is_empty() => Err(Refusal::bad("the batch holds no question")),
        Json::Array(questions) if questions.len() > most => {
            let count = questions.len();
            Err(Refusal::bad(format!("the batch holds {count} questions; a request may hold {most}")))
        }
        Json::Array(questions) => Ok(Parcel::Batch(questions.into_iter().map(of_json).collect::<Result<_, _>>()?)),
        _ => Err(Refusal::bad("the body must be a JSON object with `query`")),
    }
}

/// Reads a question that was read as JSON.
pub(super) fn of_json(question: Json) -> Result<Asked, Refusal> {
    if !question.is_object() {
        return Err(Refusal::bad("a question is a JSON object with `query`"));
    }
    let parameters = serde_json::from_value(question).map_err(|error| not_json(&error))?;
    asked(parameters)
}

fn not_json(error: &serde_json::Error) -> Refusal {
    let message = format!("the body is not JSON: {error}");
    Refusal::new(StatusCode::BAD_REQUEST, Code::ParseError, message)
}

/// Reads parameters, each of its type.
fn asked(parameters: Parameters) -> Result<Asked, Refusal> {
    let text = |name: &str, value| match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Refusal::bad(format!("`{name}` must be a string"))),
    };
    let query = text("query", parameters.query)?;
    let operation_name = text("operationName", parameters.operation_name)?.filter(|name| !name.is_empty());
    let document_id = text("documentId", parameters.document_id)?;
    let values = if parameters.variables == Value::Null { 0 } else { count(&parameters.variables) };
    let variables = match parameters.variables {
        Value::Null => Variables::default(),
        variables @ Value::Object(_) => Variables::from_value(variables),
        _ => return Err(Refusal::bad("`variables` must be an object")),
    };
    let persisted = match parameters.extensions {
        Value::Null => None,
        Value::Object(extensions) => persisted(&extensions)?,
        _ => return Err(Refusal::bad("`extensions` must be an object")),
    };
    if query.is_none() && document_id.is_none() && persisted.is_none() {
        return Err(Refusal::bad("`query` is missing"));
    }
    Ok(Asked { query, operation_name, variables, values, document_id, persisted })
}

/// Counts a value and those within it.
fn count(value: &Value) -> usize {
    let within = match value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    };
    1_usize.saturating_add(within)
}

/// Reads `persistedQuery`, the extension of automatic persisted queries.
fn persisted(extensions: &IndexMap<Name, Value>) -> Result<Option<String>, Refusal> {
    let extension = match extensions.get("persistedQuery") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(extension)) => Some(extension),
        Some(_) => None,
    };
    let part = |name| extension.and_then(|extension| extension.get(name));
    if part("version") != Some(&Value::from(1)) {
        return Err(Refusal::bad("`extensions.persistedQuery.version` must be 1"));
    }
    let hash = match part("sha256Hash") {
        Some(Value::String(hash)) => Some(hash.to_ascii_lowercase()),
        _ => None,
    };
    let is_hash = |hash: &String| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    match hash.filter(is_hash) {
        Some(hash) => Ok(Some(hash)),
        None => Err(Refusal::bad("`extensions.persistedQuery.sha256Hash` must be a SHA-256 in hexadecimal")),
    }
}
