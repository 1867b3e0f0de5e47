//! Connections: how many there are, how long each may take, and how they end.
//!
//! The table of connections is full now and then, for whoever reaches the service can open more. The one that has been
//! idle longest then makes place for the new one; a request that has arrived whole and is being answered is never cut
//! off.

mod alarm;
mod arriving;
mod table;
mod watched;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::App;
use super::observe::Metrics;
use crate::config::Limits;

use arriving::{Answering, Arriving};
use table::{Place, Table};
use watched::Watched;

/// What files the process needs besides its connections: the store, the log, the runtime's own.
const OTHER_FILES: u64 = 256;
/// How long nothing is accepted after the system had no room for a connection.
const BREATH: Duration = Duration::from_millis(20);
/// hyper takes no smaller buffer for the head of a request.
const SMALLEST_HEAD: usize = 8 * 1024;

/// Accepts connections until `stop` is done, then lets those end that are being answered.
pub(super) async fn serve(
    listener: TcpListener,
    app: &App,
    limits: &Limits,
    metrics: Arc<Metrics>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let table = Arc::new(Table::new(most_connections(limits), metrics));
    let (told, ending) = watch::channel(false);
    // Every connection holds a sender; when all are dropped, all have ended.
    let (alive, mut ended) = mpsc::channel::<()>(1);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, app.clone(), table.enter(), limits, ending.clone());
                let alive = alive.clone();
                tokio::spawn(async move {
                    connection.await;
                    drop(alive);
                });
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted");
                table.shed();
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    told.send_replace(true);
    drop(alive);
    if tokio::time::timeout(limits.shutdown_timeout, ended.recv()).await.is_err() {
        tracing::warn!("some requests were not done in time, and are cut off");
    }
    Ok(())
}

/// Tells of a connection that was gone before it was accepted.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset | Interrupted)
}

/// Answers the requests of one connection, one after the other.
fn connection(
    stream: TcpStream,
    app: App,
    place: Place,
    limits: &Limits,
    mut ending: watch::Receiver<bool>,
) -> impl Future<Output = ()> + Send + use<> {
    let place = Arc::new(place);
    let mut builder = http1::Builder::new();
    builder
        // `Watched` ends what is slow; hyper would set a timer for every head.
        .header_read_timeout(None)
        .max_buf_size(limits.head_bytes.max(SMALLEST_HEAD));
    let (idle_timeout, read_timeout) = (limits.idle_timeout, limits.read_timeout);
    async move {
        // Small answers are not kept waiting for more; where that cannot be had, they are.
        let _ = stream.set_nodelay(true);
        let io = TokioIo::new(Watched::new(stream, Arc::clone(&place), idle_timeout, read_timeout));
        let of_requests = Arc::clone(&place);
        let service = service_fn(move |request: Request<Incoming>| {
            let answering = Answering::default();
            let arriving = |body| Body::new(Arriving::new(body, Arc::clone(&of_requests), answering.clone()));
            let head = of_requests.head();
            let (app, request) = (app.clone(), request.map(arriving));
            async move {
                let answer = app.answer(request).await;
                drop((answering, head));
                Ok::<_, Infallible>(answer)
            }
        });
        let mut connection = pin!(builder.serve_connection(io, service).with_upgrades());
        // How it ends is the client's to know.
        tokio::select! {
            biased;
            _ = connection.as_mut() => return place.upgraded(),
            () = place.must_leave() => return,
            _ = ending.wait_for(|is_ending| *is_ending) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Returns how many connections there may be: so many as configured, and no more than the system lets the process have.
fn most_connections(limits: &Limits) -> usize {
    let sockets = u64::try_from(limits.sockets).unwrap_or(u64::MAX);
    let wanted = u64::try_from(limits.connections).unwrap_or(u64::MAX);
    let room = files_for(wanted.saturating_add(sockets).saturating_add(OTHER_FILES));
    let most =
        room.map_or(wanted, |room| room.saturating_sub(sockets).saturating_sub(OTHER_FILES).clamp(16, wanted.max(16)));
    if most < wanted {
        tracing::warn!(
            connections = most,
            "the system lets this process open too few files for the {wanted} connections that are configured"
        );
    }
    usize::try_from(most).unwrap_or(usize::MAX)
}

/// Asks the system for so many open files, and returns how many there may be; `None` where there is no bound.
#[cfg(unix)]
fn files_for(wanted: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current?;
    if current >= wanted {
        return Some(current);
    }
    let raised = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let asked = Rlimit { current: Some(raised), maximum: limit.maximum };
    Some(if setrlimit(Resource::Nofile, asked).is_ok() { raised } else { current })
}

#[cfg(not(unix))]
fn files_for(_wanted: u64) -> Option<u64> {
    None
}
