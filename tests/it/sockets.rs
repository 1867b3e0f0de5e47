//! Subscriptions over `WebSockets`, by the protocol `graphql-transport-ws`: what is said, and how each side ends it.

use std::time::Duration;

use eragraph::config::{Config, Limits};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::service::{Loaded, Served};

fn served(set: impl FnOnce(&mut Limits)) -> Served {
    let mut config = Config::default();
    set(&mut config.limits);
    Served::of(Loaded::of("examples/riverside-library"), config)
}

/// One side of a conversation.
struct Talk(WebSocketStream<TcpStream>);

impl Talk {
    async fn open(served: &Served, protocol: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql", served.address).into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        let stream = TcpStream::connect(served.address).await?;
        Ok(Self(client_async(request, stream).await?.0))
    }

    async fn with(served: &Served) -> Self {
        Self::open(served, "graphql-transport-ws").await.unwrap()
    }

    async fn acknowledged(served: &Served) -> Self {
        let mut talk = Self::with(served).await;
        talk.say(&json!({"type": "connection_init"})).await;
        assert_eq!(talk.hear().await, json!({"type": "connection_ack"}));
        talk
    }

    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(&json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    /// Returns the next message.
    async fn hear(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Returns the code with which the other side ends the conversation.
    async fn end(&mut self) -> u16 {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return u16::from(frame.code),
                Some(Ok(Message::Text(text))) => panic!("{text}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("{error}"),
                None => panic!("the connection ended without a word"),
            }
        }
    }
}

fn run<F: Future<Output = ()>>(talk: F) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(talk);
}

#[test]
fn a_question_is_answered_and_done() {
    let served = served(|_| {});
    run(async {
        let mut talk = Talk::acknowledged(&served).await;
        talk.subscribe("1", "{ eras { id } }").await;
        let next = talk.hear().await;
        assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")), "{next}");
        assert!(next["payload"]["data"]["eras"].is_array(), "{next}");
        assert_eq!(talk.hear().await, json!({"type": "complete", "id": "1"}));
        talk.subscribe("1", "{ nothing }").await;
        let error = talk.hear().await;
        assert_eq!(error["type"], "error", "the id is free again: {error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "VALIDATION_FAILED", "{error}");
    });
}

#[test]
fn a_ping_is_answered() {
    let served = served(|_| {});
    run(async {
        let mut talk = Talk::acknowledged(&served).await;
        talk.say(&json!({"type": "ping"})).await;
        assert_eq!(talk.hear().await, json!({"type": "pong"}));
        talk.say(&json!({"type": "ping", "payload": {"at": 1}})).await;
        assert_eq!(talk.hear().await, json!({"type": "pong", "payload": {"at": 1}}));
        talk.say(&json!({"type": "pong"})).await;
        talk.say(&json!({"type": "ping"})).await;
        assert_eq!(talk.hear().await, json!({"type": "pong"}));
    });
}

#[test]
fn whoever_breaks_the_protocol_is_told_how() {
    let served = served(|limits| limits.read_timeout = Duration::from_millis(50));
    run(async {
        let mut talk = Talk::with(&served).await;
        talk.subscribe("1", "{ eras { id } }").await;
        assert_eq!(talk.end().await, 4401);

        let mut talk = Talk::acknowledged(&served).await;
        talk.say(&json!({"type": "connection_init"})).await;
        assert_eq!(talk.end().await, 4429);

        assert_eq!(Talk::with(&served).await.end().await, 4408);

        for message in [
            "{",
            "[]",
            "{}",
            r#"{"type": "shout"}"#,
            r#"{"type": "subscribe", "id": "1"}"#,
            r#"{"type": "subscribe", "id": "", "payload": {"query": "{ eras { id } }"}}"#,
        ] {
            let mut talk = Talk::acknowledged(&served).await;
            talk.0.send(Message::text(message)).await.unwrap();
            assert_eq!(talk.end().await, 4400, "{message}");
        }
        let mut talk = Talk::acknowledged(&served).await;
        talk.0.send(Message::binary(b"{}".to_vec())).await.unwrap();
        assert_eq!(talk.end().await, 4400);
    });
}

#[test]
fn another_protocol_is_refused() {
    let served = served(|_| {});
    run(async {
        let Err(Error::Http(response)) = Talk::open(&served, "graphql-ws").await else { panic!("it was spoken") };
        assert_eq!(response.status(), 400);
    });
}

#[test]
fn the_bounds_of_documents_hold_here_too_and_nothing_is_changed() {
    let served = served(|limits| limits.aliases = 1);
    run(async {
        let mut talk = Talk::acknowledged(&served).await;
        for (query, code) in [
            ("{ eras { a: id b: id } }", "TOO_COMPLEX"),
            ("{", "PARSE_ERROR"),
            ("mutation { load(inputs: []) { loaded } }", "VALIDATION_FAILED"),
        ] {
            talk.subscribe("1", query).await;
            let error = talk.hear().await;
            assert_eq!(error["type"], "error", "{error}");
            assert_eq!(error["payload"][0]["extensions"]["code"], code, "{error}");
        }
    });
}

#[test]
fn an_answer_is_no_larger_than_a_question_may_be() {
    let served = served(|limits| limits.body_bytes = 10_000);
    run(async {
        let mut talk = Talk::acknowledged(&served).await;
        talk.subscribe("1", "{ __schema { types { name description } } }").await;
        let error = talk.hear().await;
        assert_eq!(error["type"], "error", "{error}");
        assert_eq!(error["payload"][0]["extensions"]["code"], "RESULT_TOO_LARGE", "{error}");
        talk.subscribe("1", "{ __typename }").await;
        assert_eq!(talk.hear().await["payload"]["data"]["__typename"], "Query");
    });
}

#[test]
fn there_are_so_many_sockets_and_no_more() {
    let served = served(|limits| limits.sockets = 1);
    run(async {
        let first = Talk::acknowledged(&served).await;
        let Err(Error::Http(response)) = Talk::open(&served, "graphql-transport-ws").await else {
            panic!("it came in")
        };
        assert_eq!(response.status(), 503);
        drop(first);
    });
}

#[test]
fn the_service_says_good_bye() {
    let mut served = served(|_| {});
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut talk = runtime.block_on(Talk::acknowledged(&served));
    std::thread::scope(|scope| {
        scope.spawn(|| served.stop());
        assert_eq!(runtime.block_on(talk.end()), u16::from(CloseCode::Away));
    });
}
