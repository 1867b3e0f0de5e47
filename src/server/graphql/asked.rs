//! What was asked, as it came: the parameters of the GraphQL-over-HTTP specification, from a URL or from a JSON body.

use std::collections::BTreeMap;

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

/// The parameters of a question. One that is null is not there.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    document_id: Option<String>,
    variables: Option<BTreeMap<Name, Value>>,
    extensions: Option<IndexMap<Name, Value>>,
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
        let unfit = |error| Refusal::bad(format!("`{name}` must be an object as JSON: {error}"));
        let json = if text.is_empty() { "null" } else { text };
        match name.as_str() {
            "query" => parameters.query = Some(text.clone()),
            "operationName" => parameters.operation_name = Some(text.clone()),
            "documentId" => parameters.document_id = Some(text.clone()),
            "variables" => parameters.variables = serde_json::from_str(json).map_err(unfit)?,
            "extensions" => parameters.extensions = serde_json::from_str(json).map_err(unfit)?,
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
        let parameters = serde_json::from_slice(body).map_err(|error| unfit(&error))?;
        return Ok(Parcel::One(Box::new(asked(parameters)?)));
    }
    match serde_json::from_slice(body).map_err(|error| unfit(&error))? {
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
    let parameters = serde_json::from_value(question).map_err(|error| unfit(&error))?;
    asked(parameters)
}

/// Says what is wrong with a body.
fn unfit(error: &serde_json::Error) -> Refusal {
    if error.is_data() {
        let expected = "`query`, `operationName` and `documentId` are strings, `variables` and `extensions` objects";
        return Refusal::bad(format!("a parameter is not what it should be: {error} ({expected})"));
    }
    let message = format!("the body is not JSON: {error}");
    Refusal::new(StatusCode::BAD_REQUEST, Code::ParseError, message)
}

/// Reads parameters.
fn asked(parameters: Parameters) -> Result<Asked, Refusal> {
    let Parameters { query, operation_name, document_id, variables: given, extensions } = parameters;
    let operation_name = operation_name.filter(|name| !name.is_empty());
    let values = given.as_ref().map_or(0, |values| count_all(values.values()));
    let mut variables = Variables::default();
    *variables = given.unwrap_or_default();
    let persisted = extensions.as_ref().map(persisted).transpose()?.flatten();
    if query.is_none() && document_id.is_none() && persisted.is_none() {
        return Err(Refusal::bad("`query` is missing"));
    }
    Ok(Asked { query, operation_name, variables, values, document_id, persisted })
}

/// Counts a value and those within it.
fn count(value: &Value) -> usize {
    match value {
        Value::List(items) => count_all(items.iter()),
        Value::Object(fields) => count_all(fields.values()),
        _ => 1,
    }
}

/// Counts what holds values, and what it holds.
fn count_all<'v>(values: impl Iterator<Item = &'v Value>) -> usize {
    values.map(count).fold(1, usize::saturating_add)
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
