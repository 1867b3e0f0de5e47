//! GraphQL over HTTP, as the GraphQL-over-HTTP specification has it: GET and POST at `/graphql`, and subscriptions over
//! a WebSocket there.

mod answers;
mod asked;
mod document;
mod documents;
mod executor;
mod gate;
mod media;
mod refusal;
mod socket;
mod sums;
mod tokens;
mod unread;
mod way;

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, ETAG, RETRY_AFTER, UPGRADE, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{FutureExt as _, StreamExt as _};

use super::Service;
use super::admin::Caller;
use super::etag;
use super::headers::wrong_method;
use super::observe::Asker;
use super::outcome::Outcome;
use super::pages::FOR_GOOD;
use crate::api::{Answer, Code};

use answers::{Kept, Key, Origin};
use asked::{Asked, Parcel};
use media::Media;
use way::Way;

pub(super) use answers::{Answers, Keeping};
pub use documents::DocumentsError;
pub use executor::check;
pub(super) use executor::{Executor, deadline};
pub(super) use media::Heads;
pub(super) use refusal::Refusal;
pub(super) use unread::Unread;

/// Answers what is asked at `/graphql`.
pub(super) async fn answer(service: &Arc<Service>, request: Request, asker: Asker) -> Response {
    match *request.method() {
        Method::POST => post(service, request, &asker).await,
        // Of an answer to HEAD only the head is sent.
        Method::GET | Method::HEAD => Box::pin(get(service, request, &asker)).await,
        _ => {
            let mut response = wrong_method(request.headers().clone()).await;
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET,HEAD,POST"));
            response
        }
    }
}

/// Answers a question in the query string. Only queries: a GET changes nothing. A WebSocket begins with a GET too.
async fn get(service: &Arc<Service>, request: Request, asker: &Asker) -> Response {
    // Any other protocol that is offered may be passed over (RFC 9110, section 7.8).
    if request.headers().get(UPGRADE).is_some_and(|offer| offer.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        let upgrade = socket::upgrade(Arc::clone(service), request, asker.clone());
        return asker.carry(Box::pin(upgrade)).await;
    }
    let Some(media) = Media::accepted(request.headers()) else { return not_acceptable(asker) };
    let query = request.uri().query().unwrap_or_default();
    let key = key(service, Origin::Url, media, request.headers(), &Bytes::copy_from_slice(query.as_bytes()));
    if let Some(kept) = key.as_ref().and_then(|key| service.answers.find(key)) {
        return again(service, asker, &kept, media, request.headers()).await;
    }
    match asked::of_url(query) {
        Ok(asked) => asker.carry(Box::pin(one(service, asker, asked, media, Way::Get, request.headers(), key))).await,
        Err(refusal) => send_refusal(asker, refusal, Outcome::default(), media),
    }
}

/// Answers the questions in a JSON body.
async fn post(service: &Service, request: Request, asker: &Asker) -> Response {
    let (head, body) = request.into_parts();
    let Some(media) = Media::accepted(&head.headers) else { return not_acceptable(asker) };
    let caller = Caller::of(&head.headers, &service.config);
    let body = match arrived(service, &head.headers, body, caller).await {
        Ok(body) => body,
        Err(refusal) => return send_refusal(asker, refusal, Outcome::default(), media),
    };
    let is_anybody = caller == Caller::Nobody;
    let key = if is_anybody { key(service, Origin::Body, media, &head.headers, &body) } else { None };
    if let Some(kept) = key.as_ref().and_then(|key| service.answers.find(key)) {
        return again(service, asker, &kept, media, &head.headers).await;
    }
    // In boxes, for to work an answer out takes more than one who is answered at once need carry along.
    match asked::of_body(&body, service.config.limits.batch) {
        Ok(Parcel::One(asked)) => {
            let answer = one(service, asker, *asked, media, Way::Post(caller), &head.headers, key);
            asker.carry(Box::pin(answer)).await
        }
        Ok(Parcel::Batch(questions)) => asker.carry(Box::pin(batch(service, asker, questions, media, caller))).await,
        Err(refusal) => send_refusal(asker, refusal, Outcome::default(), media),
    }
}

/// Returns what the answer to a question is kept by.
fn key(service: &Service, origin: Origin, media: Media, headers: &HeaderMap, asked: &Bytes) -> Option<Key> {
    service.answers.key(service.repository.latest().revision, origin, media, headers, asked)
}

/// Sends an answer that was kept, to those who do not have it.
async fn again(service: &Service, asker: &Asker, kept: &Kept, media: Media, headers: &HeaderMap) -> Response {
    let outcome = kept.outcome.clone();
    let response = if kept.is_known(headers) {
        kept.not_modified()
    } else if let Some(body) = service.unread.body(kept.body.clone(), service.config.limits.timeout).await {
        kept.answer(body)
    } else {
        return send_refusal(asker, Refusal::unread(), outcome, media);
    };
    asker.became(outcome);
    response
}

/// Reads the body of a request, within its size and its time.
async fn arrived(service: &Service, headers: &HeaderMap, body: Body, caller: Caller) -> Result<Bytes, Refusal> {
    let limits = &service.config.limits;
    // Before anything of it is read.
    if caller.is_refused(false, &service.config) {
        return Err(Refusal::unauthenticated());
    }
    asked::check_content_type(headers)?;
    // A load takes the time that it takes to send, too.
    let patience = if caller == Caller::Admin { None } else { Some(limits.read_timeout) };
    // Who may load has a limit of its own, and is known.
    let room = (caller != Caller::Admin).then_some(&service.unread);
    read(body, caller.body_limit(limits), patience, room).await
}

async fn read(body: Body, most: usize, patience: Option<Duration>, room: Option<&Unread>) -> Result<Bytes, Refusal> {
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(too_large(most));
    }
    let patience = patience.unwrap_or(Duration::MAX);
    let mut collected = pin!(collect(body, most, room));
    // Most are here with their head, and need no clock.
    if let Some(body) = collected.as_mut().now_or_never() {
        return body;
    }
    tokio::time::timeout(patience, collected).await.unwrap_or_else(|_| {
        let message = format!("the body did not arrive within {} s", patience.as_secs_f32());
        Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, message))
    })
}

/// Collects a body as it arrives. What is large takes room meanwhile, so that many who hold back the end of theirs do
/// not fill the memory.
async fn collect(body: Body, most: usize, room: Option<&Unread>) -> Result<Bytes, Refusal> {
    let mut pieces = body.into_data_stream();
    let mut whole = Vec::new();
    let mut first = Bytes::new();
    let mut taken = Vec::new();
    let mut counted = unread::SMALL;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::bad("the body did not arrive whole"))?;
        let length = whole.len().saturating_add(first.len()).saturating_add(piece.len());
        if length > most {
            return Err(too_large(most));
        }
        if let Some(room) = room
            && length > counted
        {
            // As much again, so that it is asked for a few times only. One that is larger than all the room takes all of it.
            let wanted = length.saturating_mul(2).min(most).min(room.bytes());
            taken.push(room.arriving(wanted.saturating_sub(counted)).ok_or_else(|| {
                let message = "too many large bodies arrive at once; ask again in a moment";
                Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Busy, message)
            })?);
            counted = wanted.max(length);
            // What it takes and what was counted are the same.
            whole.reserve_exact(counted.saturating_sub(whole.len()));
        }
        // A small one is here in one piece, and stays where it is.
        if first.is_empty() && whole.is_empty() {
            first = piece;
            continue;
        }
        whole.extend_from_slice(&std::mem::take(&mut first));
        whole.extend_from_slice(&piece);
    }
    Ok(if whole.is_empty() { first } else { whole.into() })
}

fn too_large(most: usize) -> Refusal {
    let message = format!("the body is larger than {most} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::ValidationFailed, message)
}

/// Answers one question, and has the answer kept where there is a key to keep it by.
async fn one(
    service: &Service,
    asker: &Asker,
    asked: Asked,
    media: Media,
    way: Way,
    headers: &HeaderMap,
    key: Option<Key>,
) -> Response {
    // What names a document for later is to be read each time.
    let key = key.filter(|_| asked.persisted.is_none() || asked.query.is_none());
    let (mut outcome, prepared) = service.executor.prepare(asked, way);
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return send_refusal(asker, refusal, outcome, media),
    };
    let is_pinned = prepared.is_pinned();
    let key = key.filter(|_| prepared.is_lasting());
    match service.executor.execute(prepared).await {
        Ok(done) => {
            outcome.code = code(&done);
            let (status, is_good) = (status(&done, media), done.is_ok());
            let body = done.into_json();
            // Of the revision of the key only if that has been the latest all the time.
            let key = key.filter(|key| is_good && service.repository.latest().revision == key.revision);
            let keeping = key.and_then(|key| service.answers.keeping(key, body.len(), &outcome));
            outcome.answer_was_kept = keeping.is_some().then_some(false);
            let mut response = match way {
                Way::Get if is_good => send_kept(service, asker, headers, media, body, outcome, is_pinned).await,
                _ => send(service, asker, status, media, body, outcome).await,
            };
            if let Some(keeping) = keeping.filter(|_| response.status() == StatusCode::OK) {
                response.extensions_mut().insert(keeping);
            }
            response
        }
        Err(refusal) => send_refusal(asker, refusal, outcome, media),
    }
}

/// Answers the questions of a batch, one after the other.
async fn batch(service: &Service, asker: &Asker, questions: Vec<Asked>, media: Media, caller: Caller) -> Response {
    let mut body = Vec::from(*b"[");
    let mut last = Outcome::default();
    let mut began = Instant::now();
    for (at, asked) in questions.into_iter().enumerate() {
        let (mut outcome, prepared) = service.executor.prepare(asked, Way::Post(caller));
        let done = match prepared {
            Ok(prepared) => service.executor.execute(prepared).await.unwrap_or_else(Refusal::answer),
            Err(refusal) => refusal.answer(),
        };
        outcome.code = code(&done);
        if at > 0 {
            body.push(b',');
            // The last one is counted with the request.
            service.metrics.question_answered(&last, began.elapsed());
            began = Instant::now();
        }
        body.extend(done.into_json());
        last = outcome;
    }
    body.push(b']');
    send(service, asker, StatusCode::OK, media, body, last).await
}

/// Returns the code of the first error.
fn code(done: &Answer) -> Option<String> {
    let code = done.errors.first()?.extensions.as_ref()?.get("code")?;
    match code {
        async_graphql::Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// Returns the status of an answer; that it failed before it was executed is the asker's fault.
fn status(done: &Answer, media: Media) -> StatusCode {
    if done.never_ran() && media == Media::Response { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}

/// Sends an answer that the client may keep: for good when it is pinned to a revision, else to ask again whether it is
/// still the same.
async fn send_kept(
    service: &Service,
    asker: &Asker,
    headers: &HeaderMap,
    media: Media,
    body: Vec<u8>,
    outcome: Outcome,
    is_pinned: bool,
) -> Response {
    let tag = etag::tag_of(&body);
    let mut response = if etag::is_known(headers, &tag) {
        asker.became(outcome);
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        send(service, asker, StatusCode::OK, media, body, outcome).await
    };
    if response.status() != StatusCode::SERVICE_UNAVAILABLE {
        let told = response.headers_mut();
        let caching = if is_pinned { FOR_GOOD } else { "public, no-cache" };
        told.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
        told.insert(VARY, HeaderValue::from_static("accept"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            told.insert(ETAG, tag);
        }
    }
    response
}

/// Sends an answer, once there is room for it.
async fn send(
    service: &Service,
    asker: &Asker,
    status: StatusCode,
    media: Media,
    body: Vec<u8>,
    outcome: Outcome,
) -> Response {
    let Some(body) = service.unread.body(body.into(), service.config.limits.timeout).await else {
        return send_refusal(asker, Refusal::unread(), outcome, media);
    };
    asker.became(outcome);
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = service.heads.get(media);
    response
}

/// Sends what says why there is no answer.
fn send_refusal(asker: &Asker, refusal: Refusal, mut outcome: Outcome, media: Media) -> Response {
    // The older media type keeps other statuses for what is not well-formed, and for what is no fault of the question.
    let well_formed = refusal.status == StatusCode::BAD_REQUEST && refusal.is_of_document;
    let status = if well_formed && media == Media::Json { StatusCode::OK } else { refusal.status };
    let done = refusal.answer();
    outcome.code = code(&done);
    // What took too long once will again; what came at a bad moment need not.
    let is_busy = outcome.code.as_deref() == Some(Code::Busy.word());
    let headers = [(CONTENT_TYPE, media.name()), (CACHE_CONTROL, "no-store")];
    asker.became(outcome);
    let mut response = (status, headers, done.into_json()).into_response();
    let told = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        told.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        told.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    if is_busy {
        told.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == StatusCode::REQUEST_TIMEOUT {
        told.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn not_acceptable(asker: &Asker) -> Response {
    let message = "answers are application/graphql-response+json or application/json";
    let refusal = Refusal::new(StatusCode::NOT_ACCEPTABLE, Code::ValidationFailed, message);
    send_refusal(asker, refusal, Outcome::default(), Media::Json)
}
