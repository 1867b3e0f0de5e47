//! Attacks over `WebSockets`: too many of them, what is no message, and answers that nobody reads.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Duration, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::crowd::{Target, crowd};
use crate::documents::large;

type Socket = WebSocketStream<TcpStream>;

/// Opens a WebSocket, and counts what came of it.
async fn open(target: &Target) -> Option<Socket> {
    let opened = async {
        let mut request = format!("ws://{}/graphql", target.address).into_client_request()?;
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse()?);
        let stream = TcpStream::connect(target.address).await?;
        Ok::<_, Error>(client_async(request, stream).await?.0)
    };
    match opened.await {
        Ok(mut socket) => {
            target.got("opened");
            say(&mut socket, &json!({"type": "connection_init"})).await.then_some(socket)
        }
        Err(Error::Http(response)) => {
            target.got(response.status().as_str());
            None
        }
        Err(_) => {
            target.got("no connection");
            None
        }
    }
}

async fn say(socket: &mut Socket, message: &Value) -> bool {
    socket.send(Message::text(message.to_string())).await.is_ok()
}

fn subscribe(id: u64, query: &str) -> Value {
    json!({"type": "subscribe", "id": id.to_string(), "payload": {"query": query}})
}

/// Opens many, with as many subscriptions each as there may be and one more, and answers no ping.
pub(crate) async fn many(target: Target) {
    crowd(&target, 1_500, |target, _| async move {
        let Some(mut socket) = open(&target).await else { return };
        for id in 0..33 {
            say(&mut socket, &subscribe(id, "subscription { revisionAdded { number } }")).await;
        }
        while let Ok(Some(Ok(message))) = timeout(Duration::from_secs(2), socket.next()).await {
            if let Message::Text(text) = message {
                target.got(if text.contains("BUSY") { "subscription refused" } else { "acknowledged" });
            }
        }
        sleep_until(target.until).await;
    })
    .await;
}

/// Says what is no message, and opens another.
pub(crate) async fn garbage(target: Target) {
    crowd(&target, 32, |target, _| async move {
        loop {
            let Some(mut socket) = open(&target).await else { continue };
            let message = match target.turn() % 4 {
                0 => Message::text("x".repeat(100_000)),
                1 => Message::text("[".repeat(100_000)),
                2 => Message::binary(vec![0xff; 100_000]),
                _ => Message::text("{\"type\": \"subscribe\", \"id\": \"\"}"),
            };
            // It may be closed before all of it is sent.
            let _ = socket.send(message).await;
            while let Some(Ok(message)) = socket.next().await {
                if let Message::Close(frame) = message {
                    target.got(frame.map_or_else(|| "closed".to_owned(), |frame| format!("closed {}", frame.code)));
                }
            }
        }
    })
    .await;
}

/// Asks for large answers over each, and reads none.
pub(crate) async fn unread(target: Target) {
    crowd(&target, 300, |target, number| async move {
        let Some(mut socket) = open(&target).await else { return };
        for id in 0..32 {
            if say(&mut socket, &subscribe(id, &large(number + id))).await {
                target.got("asked");
            }
        }
        sleep_until(target.until).await;
    })
    .await;
}
