//! The service under attack: what becomes of an honest client, of memory and of files while others do their worst.
//!
//!     cargo bench --bench attack [-- WORD...]
//!
//! attacks one service after the other with everything in `ATTACKS`, or with those whose name has one of the words, and
//! prints a table. `ERAGRAPH_BIN` names another program to attack. It fails when the service ends, or when an honest
//! question is not answered once an attack is over.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that cannot go on fails, and prints what it found"
)]

mod connections;
mod crowd;
mod documents;
mod honest;
mod http;
mod server;
mod sockets;

use std::fs;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::time::{Instant, sleep};

use crowd::{Target, flood};
use honest::{Figures, ask_for};
use server::{Held, Server};

/// How long an honest client asks before an attack, and after it.
const ASIDE: Duration = Duration::from_secs(1);
/// How long an attack lasts that needs no longer to be felt.
const SHORT: u64 = 3;
/// How long one lasts that is about what the service waits for: longer than the limit `read-timeout`.
const LONG: u64 = 11;
/// The memory that ends an attack, so that the machine outlives a service that does not.
const TOO_MUCH: u64 = 6 * 1024 * 1024 * 1024;

/// An attack: its name, how many seconds it lasts, and what it does until it is dropped.
type Attack = (&'static str, u64, fn(Target) -> BoxFuture<'static, ()>);

/// Makes an entry of the list.
macro_rules! attack {
    ($name:literal, $seconds:expr, $run:path) => {
        ($name, $seconds, |target| $run(target).boxed())
    };
    ($name:literal, $seconds:expr, $count:literal of $request:path) => {
        ($name, $seconds, |target| async move { flood(&target, $count, $request).await }.boxed())
    };
}

const ATTACKS: &[Attack] = &[
    attack!("slow heads: 2,000 connections, a byte each 5 s", LONG, connections::slow_heads),
    attack!("slow bodies: 2,000 connections, a byte each second", LONG, connections::slow_bodies),
    attack!("bodies of 1 MiB without their last byte: 2,000", LONG, connections::bodies_without_end),
    attack!("silence: 5,000 connections that send nothing", SHORT, connections::silent),
    attack!("held: 5,000 connections, a request each", SHORT, connections::held),
    attack!("churn: 64 open and reset connections without end", SHORT, connections::churn),
    attack!("unread: 2,000 connections ask and read nothing", SHORT, connections::unread),
    attack!("slow readers: 500 large answers, 200 bytes a second", SHORT, connections::slow_readers),
    attack!("large heads: 1 MiB, 32 at once", SHORT, connections::large_heads),
    attack!("large bodies: 8 MiB, 32 at once", SHORT, connections::large_bodies),
    attack!("random bytes: 32 at once", SHORT, connections::random_bytes),
    attack!("pipelined: 16 connections, 1,000 requests each at once", SHORT, connections::pipelined),
    attack!("documents past every bound: 16 at once", SHORT, 16 of documents::past_a_bound),
    attack!("documents at the bounds, each a new one: 16 at once", SHORT, 16 of documents::at_the_bounds),
    attack!("heavy questions: 32 at once", SHORT, 32 of documents::heavy_question),
    attack!("heavy questions with 450,000 values: 64 at once", SHORT, 64 of documents::many_values),
    attack!("large answers, compressed: 32 at once", SHORT, 32 of documents::large_compressed),
    attack!("introspection: 32 at once", SHORT, 32 of documents::introspection),
    attack!("tables, permanent answers, metrics: 32 at once", SHORT, 32 of documents::plain),
    attack!("search: 32 at once", SHORT, 32 of documents::search),
    attack!("batches of 1,000: 32 at once", SHORT, 32 of documents::batch),
    attack!("persisted documents, each a new one: 16 at once", SHORT, 16 of documents::persisted),
    attack!("names of operations, each a new one: 16 at once", SHORT, 16 of documents::named),
    attack!("past revisions: 16 at once", SHORT, 16 of documents::past_revision),
    attack!("WebSockets: 1,500, 33 subscriptions each, no pong", SHORT, sockets::many),
    attack!("WebSockets: garbage, 32 at once", SHORT, sockets::garbage),
    attack!("WebSockets: 300 ask for 32 large answers, read nothing", LONG, sockets::unread),
];

/// What one attack did.
struct Found {
    name: &'static str,
    before: Figures,
    during: Figures,
    after: Figures,
    held: [Held; 3],
    got: String,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let files = raise_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut server = Server::start();
        // The first questions find nothing at hand.
        ask_for(server.address, ASIDE).await;
        let fresh = server.held();
        let mut found = Vec::new();
        let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
        for (name, seconds, run) in ATTACKS.iter().filter(|(name, ..)| chosen(name)) {
            eprintln!("{name} …");
            found.push(attack(&server, name, Duration::from_secs(*seconds), *run).await);
            if !server.lives() {
                break;
            }
        }
        let lives = server.lives();
        print(&found, fresh, &files);
        let (bytes, said) = server.log();
        println!("\nThe service wrote {:.1} MiB of log.", mebibytes(bytes as u64));
        let left: Vec<_> = found
            .iter()
            .filter(|found| !found.after.failed.is_empty() || !found.after.long_failed.is_empty())
            .collect();
        for found in &left {
            println!("AFTER {}: {:?} {:?}", found.name, found.after.failed.first(), found.after.long_failed.first());
        }
        if !lives {
            println!("THE SERVICE ENDED\n{said}");
        }
        if lives && left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    })
}

/// Attacks, with an honest client before, meanwhile and after.
async fn attack(
    server: &Server,
    name: &'static str,
    time: Duration,
    run: fn(Target) -> BoxFuture<'static, ()>,
) -> Found {
    let before = ask_for(server.address, ASIDE).await;
    server.forget_peak();
    let first = server.held();
    let target = Target::new(server.address, Instant::now() + time);
    let attack = tokio::spawn(run(target.clone()));
    let (during, worst) = tokio::join!(ask_for(server.address, time), watch(server, time));
    attack.abort();
    // However it ended, what it held is dropped by now.
    let _ = attack.await;
    sleep(Duration::from_millis(500)).await;
    let after = ask_for(server.address, ASIDE).await;
    Found { name, before, during, after, held: [first, worst, server.held()], got: target.told() }
}

/// Returns the most that the process held within a time.
fn watch(server: &Server, time: Duration) -> impl Future<Output = Held> {
    let until = Instant::now() + time;
    async move {
        let mut worst = Held::default();
        while Instant::now() < until {
            let held = server.held();
            assert!(held.memory < TOO_MUCH, "the service has taken {:.0} MiB", mebibytes(held.memory));
            worst.peak = worst.peak.max(held.peak);
            worst.files = worst.files.max(held.files);
            sleep(Duration::from_millis(100)).await;
        }
        worst
    }
}

fn print(found: &[Found], fresh: Held, files: &str) {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("Machine: {} × {}; {files}.", cores, processor.map_or("unknown", |(_, name)| name));
    println!("The service before all attacks: {:.0} MiB resident.\n", mebibytes(fresh.memory));
    println!("| attack | p50, ms | p99, ms | answered | long ones | p50 after | MiB | files | the attackers got |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for Found { name, before, during, after, held: [first, worst, last], got } in found {
        let ratio = |hundredths| {
            let (before, during) = (before.within(hundredths).as_secs_f64(), during.within(hundredths).as_secs_f64());
            format!("{:.1} → {:.1} (×{:.1})", before * 1e3, during * 1e3, during / before.max(1e-6))
        };
        let (answered, asked) = during.answered();
        let (long_answered, long_asked) = during.long_answered();
        let slowest = during.slowest_long().as_secs_f64();
        println!(
            "| {name} | {} | {} | {answered} of {asked} | {long_answered} of {long_asked}, ≤ {slowest:.1} s | {:.1} | {:.0} → {:.0} → {:.0} | {} → {} → {} | {got} |",
            ratio(50),
            ratio(99),
            after.within(50).as_secs_f64() * 1e3,
            mebibytes(first.memory),
            mebibytes(worst.peak),
            mebibytes(last.memory),
            first.files,
            worst.files,
            last.files,
        );
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

/// Lets this process open as many files as the system lets it, and tells how many.
#[cfg(unix)]
fn raise_files() -> String {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).is_ok();
    let most = if raised { limit.maximum } else { limit.current };
    most.map_or_else(|| "any number of files".to_owned(), |most| format!("{most} open files"))
}

#[cfg(not(unix))]
fn raise_files() -> String {
    "open files as the system has it".to_owned()
}
