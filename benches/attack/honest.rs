//! An honest client: it asks small questions at a steady rate, and a long one now and then, whatever the others do.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::documents::PAGES;
use crate::http::{Http, question};

/// How often a question is asked.
const EVERY: Duration = Duration::from_millis(10);
/// Every how many of them is a long one.
const LONG_EVERY: usize = 25;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
const SMALL: &str = "{ unit(id: \"ice\") { id name } }";

/// What became of the questions of a while.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// How long the small ones took that were answered, in order.
    times: Vec<Duration>,
    /// What became of those that were not.
    pub(crate) failed: Vec<String>,
    long_times: Vec<Duration>,
    pub(crate) long_failed: Vec<String>,
}

impl Figures {
    /// Returns the time within which so many of a hundred answers came.
    pub(crate) fn within(&self, hundredths: usize) -> Duration {
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * hundredths / 100).copied().unwrap_or_default()
    }

    /// Returns how many of the small questions were answered, and how many there were.
    pub(crate) fn answered(&self) -> (usize, usize) {
        (self.times.len(), self.times.len() + self.failed.len())
    }

    /// Returns the same of the long ones.
    pub(crate) fn long_answered(&self) -> (usize, usize) {
        (self.long_times.len(), self.long_times.len() + self.long_failed.len())
    }

    /// Returns how long the slowest of the long ones took.
    pub(crate) fn slowest_long(&self) -> Duration {
        self.long_times.last().copied().unwrap_or_default()
    }
}

/// The connections that the client keeps.
type Kept = Arc<Mutex<Vec<Http>>>;

/// Asks for a while, and waits for all answers.
pub(crate) async fn ask_for(address: SocketAddr, time: Duration) -> Figures {
    let kept = Kept::default();
    let mut questions = JoinSet::new();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let end = Instant::now() + time;
    for turn in 0.. {
        let due = ticks.tick().await;
        if due >= end {
            break;
        }
        let kept = Arc::clone(&kept);
        questions.spawn(async move {
            let is_long = turn % LONG_EVERY == LONG_EVERY - 1;
            let asked = async {
                if is_long || turn % 2 == 0 { fresh(address, is_long).await } else { over_kept(address, &kept).await }
            };
            // From when it was due, so that a client that is held up itself does not look like a quick answer.
            let answer = timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
            (is_long, answer.map(|()| due.elapsed()))
        });
    }
    let mut figures = Figures::default();
    while let Some(done) = questions.join_next().await {
        match done.unwrap() {
            (false, Ok(time)) => figures.times.push(time),
            (false, Err(why)) => figures.failed.push(why),
            (true, Ok(time)) => figures.long_times.push(time),
            (true, Err(why)) => figures.long_failed.push(why),
        }
    }
    figures.times.sort();
    figures.long_times.sort();
    figures
}

async fn fresh(address: SocketAddr, is_long: bool) -> Result<(), String> {
    let mut http = Http::open(address).await.map_err(|error| format!("connecting: {error}"))?;
    check(&mut http, if is_long { PAGES } else { SMALL }).await.map(drop)
}

/// Asks over a connection that was used before. As every client does, it takes a new one where the old one was closed
/// in the meantime.
async fn over_kept(address: SocketAddr, kept: &Kept) -> Result<(), String> {
    let found = kept.lock().unwrap().pop();
    if let Some(mut http) = found
        && let Ok(stays) = check(&mut http, SMALL).await
    {
        if stays {
            kept.lock().unwrap().push(http);
        }
        return Ok(());
    }
    let mut http = Http::open(address).await.map_err(|error| format!("connecting: {error}"))?;
    if check(&mut http, SMALL).await? {
        kept.lock().unwrap().push(http);
    }
    Ok(())
}

/// Asks, and checks that the answer is one; tells whether the connection stays.
async fn check(http: &mut Http, query: &str) -> Result<bool, String> {
    let answer = http.ask(&question(query)).await.map_err(|error| error.to_string())?;
    if answer.status == 200 && answer.body.starts_with(b"{\"data\":{") {
        return Ok(!answer.closes);
    }
    Err(answer.word())
}
