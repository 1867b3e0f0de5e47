//! GraphQL over HTTP, as the GraphQL-over-HTTP specification has it: GET and POST at `/graphql`.

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{ErrorExtensionValues, Request, Response as Answer, ServerError, Variables};
use async_graphql_axum::GraphQLResponse;
use axum::body::{Bytes, HttpBody as _};
use axum::extract::rejection::BytesRejection;
use axum::extract::{self, DefaultBodyLimit, FromRequest as _, RawQuery, State};
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Service;
use super::admin::Caller;
use crate::api::{Admin, Budget, Code, with_codes};

/// The media types that answers can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was good.
    Response,
    /// `application/json`: the older one; the status is 200 for whatever is well-formed.
    Json,
}

impl Media {
    /// Returns the value of the content type header.
    fn name(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// A request that is not executed: the status, and the error to send.
struct Refused {
    status: StatusCode,
    code: Code,
    message: String,
}

fn refused(status: StatusCode, code: Code, message: impl Into<String>) -> Refused {
    Refused { status, code, message: message.into() }
}

fn bad(message: impl Into<String>) -> Refused {
    refused(StatusCode::BAD_REQUEST, Code::ValidationFailed, message)
}

/// Answers a question in the query string. Only queries: a GET changes nothing.
pub(super) async fn get(State(service): State<Service>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let Some(media) = accepted(&headers) else { return not_acceptable() };
    match parameters_of_url(&query.unwrap_or_default()).and_then(request) {
        Ok(request) => execute(&service, request, media, None).await,
        Err(refusal) => refuse(&refusal, media),
    }
}

/// Answers a question in a JSON body.
pub(super) async fn post(State(service): State<Service>, mut request: extract::Request) -> Response {
    let headers = request.headers().clone();
    let Some(media) = accepted(&headers) else { return not_acceptable() };
    let caller = Caller::of(&headers, &service.config);
    if caller.is_refused(false, &service.config) {
        return unauthenticated(media);
    }
    let limit = caller.body_limit(&service.config.limits);
    if request.body().size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        let message = format!("the body has more than {limit} bytes");
        return refuse(&refused(StatusCode::PAYLOAD_TOO_LARGE, Code::ValidationFailed, message), media);
    }
    DefaultBodyLimit::max(limit).apply(&mut request);
    let body = Bytes::from_request(request, &()).await;
    match parameters_of_body(&headers, body).and_then(self::request) {
        Ok(request) => execute(&service, request, media, Some(caller)).await,
        Err(refusal) => refuse(&refusal, media),
    }
}

/// Chooses the media type of the answer; `None` when the client accepts neither.
fn accepted(headers: &HeaderMap) -> Option<Media> {
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
        return Some(Media::Json);
    }
    ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranges.into_iter().find_map(|(_, name)| match name.to_ascii_lowercase().as_str() {
        "application/graphql-response+json" => Some(Media::Response),
        "application/json" | "application/*" | "*/*" => Some(Media::Json),
        _ => None,
    })
}

fn not_acceptable() -> Response {
    let message = "answers are application/graphql-response+json or application/json";
    let refusal = refused(StatusCode::NOT_ACCEPTABLE, Code::ValidationFailed, message);
    refuse(&refusal, Media::Json)
}

fn parameters_of_url(query: &str) -> Result<Map<String, Value>, Refused> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|error| bad(format!("the query string cannot be read: {error}")))?;
    let mut parameters = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "variables" | "extensions" if text.is_empty() => Value::Null,
            "variables" | "extensions" => {
                serde_json::from_str(&text).map_err(|error| bad(format!("`{name}` is not JSON: {error}")))?
            }
            _ => Value::String(text),
        };
        parameters.insert(name, value);
    }
    Ok(parameters)
}

fn parameters_of_body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Map<String, Value>, Refused> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut pieces = content_type.split(';').map(str::trim);
    let is_json = pieces.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json"));
    let charset = pieces.find_map(|piece| piece.to_ascii_lowercase().strip_prefix("charset=").map(str::to_owned));
    let is_utf8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    if !is_json || !is_utf8 {
        let message = "send the question as application/json, in UTF-8";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::ValidationFailed, message));
    }
    let body = body.map_err(|error| refused(error.status(), Code::ValidationFailed, error.body_text()))?;
    match serde_json::from_slice(&body) {
        Ok(Value::Object(parameters)) => Ok(parameters),
        Ok(Value::Array(_)) => Err(bad("batches are not answered; send one question at a time")),
        Ok(_) => Err(bad("the body must be a JSON object with `query`")),
        Err(error) => Err(refused(StatusCode::BAD_REQUEST, Code::ParseError, format!("the body is not JSON: {error}"))),
    }
}

/// Makes a request of parameters whose types are right.
fn request(mut parameters: Map<String, Value>) -> Result<Request, Refused> {
    let Some(Value::String(query)) = parameters.remove("query") else {
        return Err(bad("`query` is missing, or is no string"));
    };
    let mut request = Request::new(query);
    match parameters.remove("operationName") {
        None | Some(Value::Null) => {}
        Some(Value::String(name)) => request.operation_name = Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err(bad("`operationName` must be a string")),
    }
    match parameters.remove("variables") {
        None | Some(Value::Null) => {}
        Some(variables @ Value::Object(_)) => request.variables = Variables::from_json(variables),
        Some(_) => return Err(bad("`variables` must be an object")),
    }
    match parameters.remove("extensions") {
        None | Some(Value::Null | Value::Object(_)) => Ok(request),
        Some(_) => Err(bad("`extensions` must be an object")),
    }
}

/// Returns the type of the operation that would run.
fn operation_type(document: &ExecutableDocument, name: Option<&str>) -> OperationType {
    let mut operations = document.operations.iter();
    let chosen = match name {
        Some(name) => operations.find(|(found, _)| found.is_some_and(|found| found.as_str() == name)),
        None => operations.next(),
    };
    chosen.map_or(OperationType::Query, |(_, operation)| operation.node.ty)
}

/// Executes a request. A GET has no caller, and changes nothing.
async fn execute(service: &Service, mut request: Request, media: Media, caller: Option<Caller>) -> Response {
    let name = request.operation_name.clone();
    let operation = match request.parsed_query() {
        Err(error) => return answer(with_parse_code(error), media),
        Ok(document) => operation_type(document, name.as_deref()),
    };
    let Some(caller) = caller.or((operation == OperationType::Query).then_some(Caller::Nobody)) else {
        let refusal = refused(
            StatusCode::METHOD_NOT_ALLOWED,
            Code::ValidationFailed,
            "a GET answers queries only; send mutations with POST",
        );
        let mut response = refuse(&refusal, media);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    };
    let is_mutation = operation == OperationType::Mutation;
    if caller.is_refused(is_mutation, &service.config) {
        return unauthenticated(media);
    }
    let mut request = request.data(Budget::new(&service.config.limits));
    if caller == Caller::Admin {
        request = request.data(Admin);
    }
    if is_mutation {
        // A load takes as long as it takes, and only an administrator gets here.
        return answer(with_codes(service.schema.execute(request).await), media);
    }
    if let Ok(done) = tokio::time::timeout(service.config.limits.timeout, service.schema.execute(request)).await {
        answer(with_codes(done), media)
    } else {
        let message =
            format!("the answer took longer than {} s; ask for less", service.config.limits.timeout.as_secs());
        refuse(&refused(StatusCode::SERVICE_UNAVAILABLE, Code::Timeout, message), media)
    }
}

fn unauthenticated(media: Media) -> Response {
    let message = "this needs the token of an administrator: `Authorization: Bearer TOKEN`";
    let mut response = refuse(&refused(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message), media);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn with_parse_code(mut error: ServerError) -> Answer {
    let too_deep = error.message.contains("recursion depth");
    let code = if too_deep { Code::TooDeep } else { Code::ParseError };
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.word());
    error.extensions = Some(extensions);
    Answer::from_errors(vec![error])
}

/// Sends what was executed. A request that failed before it was executed has no `data`, and is the asker's fault.
fn answer(done: Answer, media: Media) -> Response {
    let never_ran = done.is_err() && done.errors.iter().all(|error| error.path.is_empty());
    if never_ran {
        let status = if media == Media::Response { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        return send(status, media, &json!({"errors": done.errors}));
    }
    let mut response = GraphQLResponse::from(done).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media.name()));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refuse(refusal: &Refused, media: Media) -> Response {
    let error = json!({"message": refusal.message, "extensions": {"code": refusal.code.word()}});
    send(refusal.status, media, &json!({"errors": [error]}))
}

fn send(status: StatusCode, media: Media, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, media.name()), (CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
