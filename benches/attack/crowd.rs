//! What attackers share: the target, the count of what they got, and how many of them go on at once until it is over.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::http::{Answer, Http};

/// What is attacked, for how long, and what came of it.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) until: Instant,
    got: Arc<Mutex<BTreeMap<String, u64>>>,
    turns: Arc<AtomicU64>,
}

impl Target {
    pub(crate) fn new(address: SocketAddr, until: Instant) -> Self {
        Self { address, until, got: Arc::default(), turns: Arc::default() }
    }

    /// Counts one thing that an attacker got.
    pub(crate) fn got(&self, what: impl Into<String>) {
        *self.got.lock().unwrap().entry(what.into()).or_default() += 1;
    }

    /// Counts how an exchange ended.
    pub(crate) fn ended(&self, answer: &io::Result<Answer>) {
        match answer {
            Ok(answer) => self.got(answer.word()),
            Err(error) => self.got(match error.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "closed",
                _ => "no connection",
            }),
        }
    }

    /// Returns the number of this turn, which no other has.
    pub(crate) fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells what the attackers got: the most frequent first.
    pub(crate) fn told(&self) -> String {
        let got = self.got.lock().unwrap();
        let mut got: Vec<_> = got.iter().collect();
        got.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        got.iter().map(|(what, count)| format!("{what} × {count}")).collect::<Vec<_>>().join(", ")
    }
}

/// Lets so many go on at once, and drops what they hold when it is over.
pub(crate) async fn crowd<F>(target: &Target, count: u64, one: impl Fn(Target, u64) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut all = JoinSet::new();
    for number in 0..count {
        let (until, one) = (target.until, one(target.clone(), number));
        // When its time is over it is dropped, wherever it is.
        all.spawn(async move { timeout_at(until, one).await.is_ok() });
    }
    all.join_all().await;
}

/// Lets so many ask over and over, each over a connection that it keeps as long as it can.
pub(crate) async fn flood(target: &Target, count: u64, request: fn(u64) -> Vec<u8>) {
    crowd(target, count, |target, _| async move {
        loop {
            let mut http = match Http::open(target.address).await {
                Ok(http) => http,
                Err(error) => {
                    target.ended(&Err(error));
                    continue;
                }
            };
            loop {
                let answer = http.ask(&request(target.turn())).await;
                target.ended(&answer);
                if !answer.is_ok_and(|answer| !answer.closes) {
                    break;
                }
            }
        }
    })
    .await;
}

/// Keeps a connection until it is over, or until the other side ends it, which is counted.
pub(crate) async fn hold(target: &Target, http: &mut Http) {
    let answer = http.answer().await;
    target.ended(&answer);
    if answer.is_ok() {
        sleep_until(target.until).await;
    }
}
