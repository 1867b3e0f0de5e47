//! Subscriptions, and questions beside them, over a WebSocket: the protocol `graphql-transport-ws`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts as _, Request};
use axum::http::header::{HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{BoxStream, SelectAll};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::super::Service;
use super::super::observe::{Asker, carried};
use super::super::outcome::Outcome;
use super::asked::{self, Asked};
use super::executor::Prepared;
use super::media::Media;
use super::refusal::Refusal;
use super::way::Way;
use super::{code, send_refusal};
use crate::api::{Answer, Code};
use crate::config::Config;

/// The name of the protocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// How long the other side is given to say good-bye.
const CLOSING: Duration = Duration::from_secs(2);

/// Begins to speak over a WebSocket.
pub(super) async fn upgrade(service: Arc<Service>, request: Request, asker: Asker) -> Response {
    let refuse = |refusal| send_refusal(&asker, refusal, Outcome::default(), Media::Json);
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return refuse(Refusal::bad(rejection.to_string())),
    };
    if !offers_protocol(&parts.headers) {
        return refuse(Refusal::bad(format!("a WebSocket here speaks {PROTOCOL}; offer it as its subprotocol")));
    }
    if !may_come_from(&parts.headers, &service.config) {
        let message = "pages of this origin may not ask here; the setting `cors` names those that may";
        return refuse(Refusal::new(StatusCode::FORBIDDEN, Code::ValidationFailed, message));
    }
    let Ok(place) = Arc::clone(&service.sockets).try_acquire_owned() else {
        service.metrics.refused_busy();
        let message = "too many WebSockets are open; ask again in a moment";
        return refuse(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, Code::Busy, message));
    };
    let most = service.config.limits.body_bytes;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(most).max_frame_size(most);
    let open = service.metrics.socket_opened();
    let session = move |socket| async move {
        Session::new(service, socket).run().await;
        drop((place, open));
    };
    upgrade.on_upgrade(move |socket| asker.carry(Box::pin(session(socket))))
}

fn offers_protocol(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| offer.trim() == PROTOCOL)
}

/// Tells whether whoever opens a WebSocket may: no page at all, a page of this service, or of an origin that `cors`
/// names. A browser lets every page open one, and leaves it to the service to look where it comes from.
fn may_come_from(headers: &HeaderMap, config: &Config) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else { return !headers.contains_key(ORIGIN) };
    let is_own = |address: &str| address.trim_end_matches('/').eq_ignore_ascii_case(origin);
    let at = origin.split_once("://").map(|(_, authority)| authority);
    at.zip(text(HOST)).is_some_and(|(at, host)| at.eq_ignore_ascii_case(host))
        || config.public_url.as_deref().is_some_and(is_own)
        || config.cors.iter().any(|allowed| allowed == "*" || is_own(allowed))
}

/// What an operation has to say.
enum Told {
    /// An answer, of which there may be more; that of a query takes its room until it is sent.
    Written(Bytes),
    /// It never ran, and ends with this.
    Refused(String, Answer),
    /// It is done.
    Complete(String),
}

/// Writes the message that has an answer.
fn next(id: &str, answer: Answer) -> Vec<u8> {
    let mut message = format!("{{\"type\":\"next\",\"id\":{},\"payload\":", json!(id)).into_bytes();
    message.extend(answer.into_json());
    message.push(b'}');
    message
}

/// How a session ends: the code and the reason of the protocol; `None` where nobody listens any more.
type End = Option<(u16, &'static str)>;

/// One connection, from its first message to its last.
struct Session {
    service: Arc<Service>,
    socket: WebSocket,
    is_acknowledged: bool,
    running: SelectAll<BoxStream<'static, Told>>,
    handles: HashMap<String, AbortHandle>,
    heard: Instant,
}

impl Session {
    fn new(service: Arc<Service>, socket: WebSocket) -> Self {
        Self {
            service,
            socket,
            is_acknowledged: false,
            running: SelectAll::new(),
            handles: HashMap::new(),
            heard: Instant::now(),
        }
    }

    async fn run(mut self) {
        let end = match self.talk().await {
            Ok(()) => Some((1001, "the service stops")),
            Err(end) => end,
        };
        let Some((code, reason)) = end else { return };
        let good_bye = self.send(Message::Close(Some(CloseFrame { code, reason: reason.into() })));
        // The other side may be gone; then nobody is left to tell. Otherwise it has its say before the connection ends.
        if let Ok(Ok(())) = tokio::time::timeout(CLOSING, good_bye).await {
            self.hear_out().await;
        }
    }

    /// Reads what the other side says until it is gone, but not for long; that sends the answer to its good-bye, too.
    async fn hear_out(&mut self) {
        let last_words = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = tokio::time::timeout(CLOSING, last_words).await;
    }

    /// Speaks until the service stops, or the session ends before.
    async fn talk(&mut self) -> Result<(), End> {
        let readiness = self.service.readiness.clone();
        let stop = readiness.stopping();
        tokio::pin!(stop);
        let limits = &self.service.config.limits;
        let idle = limits.idle_timeout;
        let mut pings = tokio::time::interval((idle / 2).max(Duration::from_millis(1)));
        let late = tokio::time::sleep(limits.read_timeout);
        tokio::pin!(late);
        loop {
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = &mut late, if !self.is_acknowledged => return Err(Some((4408, "Connection initialisation timeout"))),
                _ = pings.tick() => {
                    if self.heard.elapsed() > idle {
                        return Err(None);
                    }
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => {
                        self.heard = Instant::now();
                        self.hear(message).await?;
                    }
                    Some(Err(_)) | None => return Err(None),
                },
                Some(told) = self.running.next(), if !self.running.is_empty() => self.tell(told).await?,
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        let invalid = Err(Some((4400, "Invalid message")));
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return invalid,
            // What is to be said to a ping is said without us.
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => {
                self.hear_out().await;
                return Err(None);
            }
        };
        let Ok(Value::Object(mut message)) = serde_json::from_str(&text) else { return invalid };
        let payload = message.remove("payload");
        let id = message.get("id").and_then(Value::as_str).filter(|id| !id.is_empty()).map(str::to_owned);
        match (message.get("type").and_then(Value::as_str), id, payload) {
            (Some("connection_init"), ..) if self.is_acknowledged => {
                Err(Some((4429, "Too many initialisation requests")))
            }
            (Some("connection_init"), ..) => {
                self.is_acknowledged = true;
                self.say(&json!({"type": "connection_ack"})).await
            }
            (Some("ping"), _, payload) => {
                let pong =
                    payload.map_or(json!({"type": "pong"}), |payload| json!({"type": "pong", "payload": payload}));
                self.say(&pong).await
            }
            (Some("pong"), ..) => Ok(()),
            (Some("subscribe"), Some(id), Some(payload @ Value::Object(_))) => {
                if !self.is_acknowledged {
                    return Err(Some((4401, "Unauthorized")));
                }
                if self.handles.contains_key(&id) {
                    return Err(Some((4409, "Subscriber already exists")));
                }
                let Ok(asked) = asked::of_json(payload) else { return invalid };
                match self.service.may_subscribe(self.handles.len()) {
                    Ok(()) => self.start(id, asked),
                    Err(refusal) => return self.tell(Told::Refused(id, refusal.answer())).await,
                }
                Ok(())
            }
            (Some("complete"), Some(id), _) => {
                // It may be done already, with the news of it on the way.
                if let Some(handle) = self.handles.remove(&id) {
                    handle.abort();
                }
                Ok(())
            }
            _ => invalid,
        }
    }

    /// Starts an operation; what it has to say comes by `running`.
    fn start(&mut self, id: String, asked: Asked) {
        let (handle, registration) = AbortHandle::new_pair();
        let told = operation(self.service.clone(), id.clone(), asked);
        self.running.push(Abortable::new(told, registration).boxed());
        self.handles.insert(id, handle);
    }

    async fn tell(&mut self, told: Told) -> Result<(), End> {
        match told {
            Told::Written(message) => {
                let Ok(text) = message.clone().try_into() else { return Ok(()) };
                // The socket copies the message; its room is free again when nothing of it waits any more.
                let sent = self.send(Message::Text(text)).await;
                drop(message);
                sent
            }
            Told::Refused(id, answer) => {
                self.handles.remove(&id);
                self.say(&json!({"type": "error", "id": id, "payload": answer.errors})).await
            }
            Told::Complete(id) => {
                self.handles.remove(&id);
                self.say(&json!({"type": "complete", "id": id})).await
            }
        }
    }

    async fn say(&mut self, message: &Value) -> Result<(), End> {
        self.send(Message::Text(message.to_string().into())).await
    }

    /// Sends a message; one who reads nothing for too long is not waited for.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let patience = self.service.config.limits.idle_timeout;
        match tokio::time::timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(None),
        }
    }
}

impl Service {
    fn may_subscribe(&self, running: usize) -> Result<(), Refusal> {
        let most = self.config.limits.subscriptions;
        if running < most {
            return Ok(());
        }
        let message = format!("this WebSocket has {running} operations running; at most {most} run at once");
        Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, Code::Busy, message))
    }
}

/// Runs an operation, and tells what it says.
fn operation(service: Arc<Service>, id: String, asked: Asked) -> BoxStream<'static, Told> {
    let began = Instant::now();
    let (mut outcome, prepared) = service.executor.prepare(asked, Way::Socket);
    let metrics = Arc::clone(&service.metrics);
    let mut told = move |answer: &Answer| {
        outcome.code = code(answer);
        metrics.question_answered(&outcome, began.elapsed());
    };
    let mut refused = |refusal: Refusal, id| {
        let answer = refusal.answer();
        told(&answer);
        stream::iter([Told::Refused(id, answer)]).boxed()
    };
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(refusal) => return refused(refusal, id),
    };
    match prepared.operation.as_ref().map(|operation| (operation.kind, operation.is_long)) {
        Some((OperationType::Subscription, true)) => {
            let message = "a subscription may tell little at a time; ask for the rest with a query when it tells";
            refused(Refusal::new(StatusCode::BAD_REQUEST, Code::TooComplex, message), id)
        }
        Some((OperationType::Subscription, false)) => subscription(&service, id, prepared),
        _ => query(service, id, prepared, told),
    }
}

/// Works out a query, whether or not the socket takes what was said before: who waits for a place to work, and does not
/// take it when it is free, would keep it from others.
fn query(
    service: Arc<Service>,
    id: String,
    prepared: Prepared,
    mut told: impl FnMut(&Answer) + Send + 'static,
) -> BoxStream<'static, Told> {
    let work = async move {
        let answer = service.executor.execute(prepared).await.unwrap_or_else(Refusal::answer);
        told(&answer);
        if answer.never_ran() {
            return vec![Told::Refused(id, answer)];
        }
        match written(&service, &id, answer).await {
            Ok(message) => vec![Told::Written(message), Told::Complete(id)],
            Err(refusal) => vec![Told::Refused(id, refusal.answer())],
        }
    };
    stream::once(async move {
        // With the set, the work ends too.
        let mut works = JoinSet::new();
        works.spawn(carried(work));
        stream::iter(works.join_next().await.and_then(Result::ok).unwrap_or_default())
    })
    .flatten()
    .boxed()
}

/// Writes an answer, and waits until there is room for it.
async fn written(service: &Service, id: &str, answer: Answer) -> Result<Bytes, Refusal> {
    let message = next(id, answer);
    let limits = &service.config.limits;
    if message.len() > limits.body_bytes {
        // A socket keeps the memory of its largest message.
        let message = format!("the answer has more than {} bytes; ask for it without a WebSocket", limits.body_bytes);
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, Code::ResultTooLarge, message));
    }
    service.unread.body(message.into(), limits.timeout).await.ok_or_else(Refusal::unread)
}

/// Tells what a subscription says, until it ends; one that is refused ends with that.
fn subscription(service: &Service, id: String, prepared: Prepared) -> BoxStream<'static, Told> {
    let answers = service.executor.subscribe(prepared).map(Some).chain(stream::iter([None]));
    let running = service.metrics.subscription_started();
    let told = answers.scan(false, move |is_over, answer| {
        let _runs_as_long_as_this = &running;
        if *is_over {
            return std::future::ready(None);
        }
        std::future::ready(Some(match answer {
            Some(answer) if answer.never_ran() => {
                *is_over = true;
                Told::Refused(id.clone(), answer)
            }
            Some(answer) => Told::Written(next(&id, answer).into()),
            None => Told::Complete(id.clone()),
        }))
    });
    told.boxed()
}
