//! Permanent answers: `/r/REVISION/…` gives what is cited, the same for ever, as JSON or as a page.
//!
//! An answer is made by a fixed question (`permanent/*.graphql`) that is asked of one revision, within the bounds of
//! every other question. It asks for nothing that could change: no text from a reader's folder, and no clock.

mod facts;
mod html;
mod page;
mod question;
mod structure;

use std::sync::Arc;

use async_graphql::Request;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LINK, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::graphql::Refusal;
use super::pages::{FOR_GOOD, HTML, PLAIN_POLICY, web_of};
use super::refusal::{JSON, Refused};
use super::{Service, etag};
use crate::api::{Answer, Code};

use question::Question;

/// The forms that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A page for people.
    Page,
    /// The answer of GraphQL.
    Json,
}

/// Answers a permanent address.
pub(super) async fn get(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    address: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(Path(address)) = address else {
        return refuse(&Refused::not_there("the path is no text in UTF-8"), accepted(&headers));
    };
    let parameters: Result<Vec<(String, String)>, _> = serde_urlencoded::from_str(&query.unwrap_or_default());
    let Ok(mut parameters) = parameters else {
        return refuse(&Refused::bad("the query string cannot be read"), accepted(&headers));
    };
    let asked = take(&mut parameters, "format");
    let form = match asked.as_deref() {
        Some("html") => Form::Page,
        Some("json") => Form::Json,
        Some(_) | None => accepted(&headers),
    };
    if asked.is_some_and(|asked| asked != "html" && asked != "json") {
        return refuse(&Refused::bad("`format` may be `html` or `json`"), form);
    }
    let after = take(&mut parameters, "after");
    match Question::parse(&address, &parameters, after) {
        Ok(question) => {
            answer(&service, &question, form, &headers).await.unwrap_or_else(|refused| refuse(&refused, form))
        }
        Err(error) => refuse(&error.into(), form),
    }
}

/// Takes a parameter that is no part of the question; one that stands there twice is left, and so refused.
fn take(parameters: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = parameters.iter().position(|(found, _)| found == name)?;
    Some(parameters.remove(at).1)
}

/// Tells whether the client would rather have a page than JSON.
pub(super) fn would_rather_have_a_page(headers: &HeaderMap) -> bool {
    accepted(headers) == Form::Page
}

/// Chooses the form: a page where the client would rather have HTML than JSON.
fn accepted(headers: &HeaderMap) -> Form {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let (mut page, mut json) = (0.0_f32, 0.0_f32);
    for range in values.flat_map(|value| value.split(',')) {
        let mut pieces = range.split(';').map(str::trim);
        let name = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let quality = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        match name.as_str() {
            "text/html" | "application/xhtml+xml" => page = page.max(quality),
            "application/json" | "application/*" => json = json.max(quality),
            _ => {}
        }
    }
    if page > json { Form::Page } else { Form::Json }
}

async fn answer(service: &Service, question: &Question, form: Form, headers: &HeaderMap) -> Result<Response, Refused> {
    if i32::try_from(question.revision()).is_err() {
        let message = format!("there is no revision {}", question.revision());
        return Err(Refused::new(StatusCode::NOT_FOUND, Code::UnknownRevision, message));
    }
    let page_size = question::PAGE.min(service.config.limits.max_page);
    let request = Request::new(question.document()).variables(question.variables(page_size));
    let asked = request.try_into().map_err(|_| internal("the question of the page cannot be read"))?;
    let done = service.executor.ask(asked, true).await.unwrap_or_else(Refusal::answer);
    let data = data(&done)?;
    let subject = data.pointer(question.pointer()).filter(|subject| !subject.is_null());
    let subject =
        subject.ok_or_else(|| Refused::not_there(format!("revision {} has no such thing", question.revision())))?;
    let (body, content_type) = match form {
        Form::Page => (page::page(question, subject, page_size, web_of(&service.config)), HTML),
        Form::Json => (format!("{}\n", json!({ "data": data })), JSON),
    };
    let next = question.next(subject).map(|path| format!("<{path}>; rel=\"next\""));
    Ok(permanent(headers, body, content_type, next))
}

fn internal(message: &str) -> Refused {
    Refused::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, message)
}

/// Returns the data of an answer without errors.
fn data(done: &Answer) -> Result<Value, Refused> {
    if let Some(error) = done.errors.first() {
        let told = serde_json::to_value(error).unwrap_or_default();
        let code = told.pointer("/extensions/code").and_then(Value::as_str).unwrap_or_default().to_owned();
        let status = match code.as_str() {
            "UNKNOWN_ID" | "UNKNOWN_REVISION" => StatusCode::NOT_FOUND,
            "BAD_CURSOR" | "BAD_DATE" | "BAD_PAGE" | "VALIDATION_FAILED" => StatusCode::BAD_REQUEST,
            "BUSY" | "TIMEOUT" => StatusCode::SERVICE_UNAVAILABLE,
            "RESULT_TOO_LARGE" | "TOO_COMPLEX" | "TOO_DEEP" => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        return Err(Refused { status, code, message: error.message.clone() });
    }
    serde_json::from_slice(done.data_in_json()).map_err(|_| internal("the answer cannot be written as JSON"))
}

/// Sends what will never change; nothing but its name where the client has it.
fn permanent(headers: &HeaderMap, body: String, content_type: &'static str, next: Option<String>) -> Response {
    let tag = etag::tag_of(body.as_bytes());
    let is_known = etag::is_known(headers, &tag);
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
    let told = response.headers_mut();
    told.remove(CONTENT_TYPE);
    if !is_known {
        told.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        told.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PLAIN_POLICY));
    }
    told.insert(CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    told.insert(VARY, HeaderValue::from_static("accept"));
    for (name, value) in [(ETAG, Some(tag)), (LINK, next)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            told.insert(name, value);
        }
    }
    response
}

/// Says why there is no answer. That may change with the next load, so that nobody is to keep it.
fn refuse(refused: &Refused, form: Form) -> Response {
    let (body, content_type) = match form {
        Form::Page => (page::refusal(&refused.message, &refused.code), HTML),
        Form::Json => (refused.to_json(), JSON),
    };
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "no-store"),
        (VARY, "accept"),
        (CONTENT_SECURITY_POLICY, PLAIN_POLICY),
    ];
    (refused.status, headers, body).into_response()
}
