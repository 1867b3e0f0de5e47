//! Attacks with connections: slow ones, silent ones, too many of them, and bytes that are no request.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::sleep;

use crate::crowd::{Target, crowd, hold};
use crate::documents::large;
use crate::http::{Http, get, question};

/// Opens a connection, which is counted when there is none.
async fn open(target: &Target) -> Option<Http> {
    let opened = Http::open(target.address).await;
    match opened {
        Ok(http) => Some(http),
        Err(error) => {
            target.ended(&Err(error));
            None
        }
    }
}

/// Sends the beginning of a request, and then a byte now and then until the other side has enough of it.
async fn drip(target: &Target, begin: &str, every: Duration) {
    let Some(mut http) = open(target).await else { return };
    target.got("opened");
    let begun = http.stream.write_all(begin.as_bytes()).await;
    let (mut reads, mut writes) = http.stream.split();
    let drips = async {
        let mut sent = begun;
        while sent.is_ok() {
            sleep(every).await;
            sent = writes.write_all(b"a").await;
        }
    };
    let ends = async {
        let mut answer = [0; 64];
        match reads.read(&mut answer).await {
            Ok(read) if read > 0 => {
                target.got(String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default());
            }
            _ => target.got("closed"),
        }
    };
    tokio::select! { () = drips => target.got("closed"), () = ends => {} }
}

pub(crate) async fn slow_heads(target: Target) {
    let every = Duration::from_secs(5);
    crowd(&target, 2_000, |target, _| async move { drip(&target, "GET /graphql?query=", every).await }).await;
}

pub(crate) async fn slow_bodies(target: Target) {
    let begin =
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{";
    let every = Duration::from_secs(1);
    crowd(&target, 2_000, |target, _| async move { drip(&target, begin, every).await }).await;
}

/// Sends the largest body that is read, but for its last byte.
pub(crate) async fn bodies_without_end(target: Target) {
    crowd(&target, 2_000, |target, _| async move {
        let head =
            "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1048576\r\n\r\n";
        loop {
            let Some(mut http) = open(&target).await else { continue };
            target.got("opened");
            // It may be refused before all of it is written.
            let _ = http.stream.write_all(head.as_bytes()).await;
            for _ in 0..255 {
                if http.stream.write_all(&[b' '; 4096]).await.is_err() {
                    break;
                }
            }
            target.ended(&http.answer().await);
        }
    })
    .await;
}

/// Connects, and says nothing.
pub(crate) async fn silent(target: Target) {
    crowd(&target, 5_000, |target, _| async move {
        let Some(mut http) = open(&target).await else { return };
        target.got("opened");
        hold(&target, &mut http).await;
    })
    .await;
}

/// Asks once, keeps the connection, and says nothing more.
pub(crate) async fn held(target: Target) {
    crowd(&target, 5_000, |target, _| async move {
        let Some(mut http) = open(&target).await else { return };
        let answer = http.ask(&get("/health/live", "")).await;
        target.ended(&answer);
        hold(&target, &mut http).await;
    })
    .await;
}

/// Asks, and reads nothing of the answers.
pub(crate) async fn unread(target: Target) {
    crowd(&target, 2_000, |target, _| async move {
        let Some(mut http) = open(&target).await else { return };
        target.got("opened");
        while http.stream.write_all(&get("/schema.graphql", "")).await.is_ok() {
            target.got("asked");
        }
        target.got("closed");
    })
    .await;
}

/// Asks for large answers, and reads a little of them now and then.
pub(crate) async fn slow_readers(target: Target) {
    crowd(&target, 500, |target, number| async move {
        let Some(mut http) = open(&target).await else { return };
        if http.stream.write_all(&question(&large(number))).await.is_err() {
            return target.got("closed");
        }
        target.got("asked");
        let mut few = [0; 100];
        let mut is_first = true;
        while let Ok(read) = http.stream.read(&mut few).await
            && read > 0
        {
            if is_first {
                is_first = false;
                target.got(String::from_utf8_lossy(&few).split(' ').nth(1).unwrap_or_default());
            }
            sleep(Duration::from_millis(500)).await;
        }
        target.got("closed");
    })
    .await;
}

/// Connects and hangs up, over and over.
pub(crate) async fn churn(target: Target) {
    crowd(&target, 64, |target, _| async move {
        loop {
            let Some(http) = open(&target).await else { continue };
            // An end without a good-bye: no port of this machine waits for it.
            let _ = http.stream.set_zero_linger();
            target.got("opened");
        }
    })
    .await;
}

/// Sends something over a fresh connection, reads what comes, and begins again.
async fn again_and_again(target: Target, bytes: fn(u64) -> Vec<u8>) {
    crowd(&target, 32, |target, _| async move {
        loop {
            let Some(mut http) = open(&target).await else { continue };
            // It may be refused before all of it is written.
            let _ = http.stream.write_all(&bytes(target.turn())).await;
            target.ended(&http.answer().await);
        }
    })
    .await;
}

pub(crate) async fn large_heads(target: Target) {
    again_and_again(target, |_| get("/health/live", &format!("a: {}\r\n", "b".repeat(1024 * 1024)))).await;
}

pub(crate) async fn large_bodies(target: Target) {
    again_and_again(target, |turn| {
        let head = "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
        let body = "x".repeat(8 * 1024 * 1024);
        // With its length told, and without.
        if turn % 2 == 0 {
            format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
        } else {
            format!("{head}transfer-encoding: chunked\r\n\r\n800000\r\n{body}\r\n0\r\n\r\n").into_bytes()
        }
    })
    .await;
}

pub(crate) async fn random_bytes(target: Target) {
    again_and_again(target, |turn| {
        let mut state = turn.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut bytes: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        })
        .take(512)
        .flatten()
        .collect();
        bytes.extend(b"\r\n\r\n");
        bytes
    })
    .await;
}

/// Sends a thousand requests at once, and reads the answers.
pub(crate) async fn pipelined(target: Target) {
    crowd(&target, 16, |target, _| async move {
        let requests = question("{ unit(id: \"ice\") { name } }").repeat(1_000);
        loop {
            let Some(mut http) = open(&target).await else { continue };
            if http.stream.write_all(&requests).await.is_err() {
                target.got("closed");
            }
            for _ in 0..1_000 {
                let answer = http.answer().await;
                target.ended(&answer);
                if answer.is_err() {
                    break;
                }
            }
        }
    })
    .await;
}
