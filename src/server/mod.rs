//! HTTP: the route table, and how the service starts and stops.

pub mod admin;
mod around;
pub mod assets;
mod etag;
pub mod examples;
mod graphql;
mod headers;
mod lines;
mod listener;
pub mod observe;
mod outcome;
pub mod pages;
mod permanent;
mod refusal;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Semaphore;
use tower_service::Service as _;

use crate::config::Config;
use crate::repository::Repository;

use around::Around;
use graphql::{Answers, Executor, Heads, Unread};
use headers::Careful;
use observe::{Metrics, Observer, Pattern, Readiness};

pub use graphql::{DocumentsError, check};

/// What every request can reach.
struct Service {
    executor: Arc<Executor>,
    unread: Unread,
    answers: Answers,
    heads: Heads,
    repository: Arc<Repository>,
    config: Arc<Config>,
    turns: lines::Turns,
    /// The places of sockets, as many as there may be.
    sockets: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    observer: Arc<Observer>,
    readiness: Readiness,
}

impl Service {
    fn new(repository: Arc<Repository>, config: &Config, readiness: Readiness) -> Self {
        let config = Arc::new(admin::settled(config));
        let metrics = Arc::new(Metrics::new(&config.limits));
        Self {
            executor: Arc::new(Executor::new(Arc::clone(&repository), Arc::clone(&config), Arc::clone(&metrics))),
            unread: Unread::new(config.limits.unread_bytes),
            answers: Answers::new(config.limits.answer_cache),
            heads: Heads::of(&Careful::of(&config)),
            turns: lines::Turns::new(&config.limits),
            repository,
            sockets: Arc::new(Semaphore::new(config.limits.sockets.min(Semaphore::MAX_PERMITS))),
            observer: Arc::new(Observer::new(Arc::clone(&metrics), &config)),
            metrics,
            readiness,
            config,
        }
    }

    /// Waits until every WebSocket has said good-bye.
    async fn wait_for_sockets(&self) {
        let places = u32::try_from(self.config.limits.sockets).unwrap_or(u32::MAX);
        let all = self.sockets.acquire_many(places);
        if tokio::time::timeout(self.config.limits.shutdown_timeout, all).await.is_err() {
            tracing::warn!("some WebSockets were not closed in time, and are cut off");
        }
    }
}

/// Returns the whole surface of the service; needs no port.
pub fn router(repository: Arc<Repository>, config: &Config) -> Router {
    Router::new().fallback_service(App::new(Service::new(repository, config, Readiness::ready())))
}

/// Where questions are asked.
const GRAPHQL: &str = "/graphql";

/// The whole surface of the service. Questions go straight to what answers them, for a router takes as long as a small
/// answer; all else goes by the table of routes.
#[derive(Clone)]
pub(crate) struct App(Arc<Surface>);

struct Surface {
    service: Arc<Service>,
    around: Around,
    others: Router,
}

impl App {
    fn new(service: Service) -> Self {
        let service = Arc::new(service);
        let around = Around::new(&service.observer, &service.config);
        let others = others().layer(around.clone()).with_state(Arc::clone(&service));
        Self(Arc::new(Surface { service, around, others }))
    }

    async fn answer(&self, request: Request) -> Response {
        let Surface { service, around, others } = &*self.0;
        if request.uri().path() == GRAPHQL {
            let handler = async |request, asker| graphql::answer(service, request, asker).await;
            return around.answer(Pattern::Fixed(GRAPHQL), request, handler).await;
        }
        let answered = others.clone().call(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}

impl tower_service::Service<Request> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let app = self.clone();
        Box::pin(async move { Ok(app.answer(request).await) })
    }
}

/// Returns the table of the other routes.
fn others() -> Router<Arc<Service>> {
    Router::new()
        .route("/", get(pages::landing))
        .route("/favicon.svg", get(pages::favicon))
        .route("/graphiql", get(pages::graphiql))
        .route("/graphiql/", get(pages::graphiql))
        .route("/graphiql/examples.json", get(pages::example_list))
        .route("/graphiql/assets/{*name}", get(pages::bundled))
        .route("/graphiql/cdn.js", get(pages::cdn_script))
        .route("/reporting-lines.csv", get(lines::csv))
        .route("/reporting-lines.json", get(lines::json))
        .route("/r/{*address}", get(permanent::get))
        .route("/schema.graphql", get(sdl))
        .route("/metrics", get(observe::metrics))
        .route("/health/live", get(live))
        .route("/health/ready", get(observe::ready))
        .fallback(headers::not_found)
        .method_not_allowed_fallback(headers::wrong_method)
}

/// Serves until the process is told to stop (Ctrl-C or SIGTERM), then finishes the requests that run.
///
/// # Errors
/// Returns what the system says when the runtime cannot be started or the listener fails.
pub fn serve(listener: TcpListener, repository: Arc<Repository>, config: &Config) -> io::Result<()> {
    repository.build_search_in_background();
    runtime()?.block_on(async {
        let stop = stop_signal()?;
        serve_until(listener, repository, config, stop).await
    })
}

/// Serves until `stop` is done, then finishes the requests that run. For a runtime with threads to work on.
///
/// # Errors
/// Returns what the system says when the listener fails.
pub async fn serve_until(
    listener: TcpListener,
    repository: Arc<Repository>,
    config: &Config,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let app = App::new(Service::new(repository, config, Readiness::ready()));
    let readiness = app.0.service.readiness.clone();
    let stop = async move {
        stop.await;
        readiness.set_stopping();
    };
    let metrics = Arc::clone(&app.0.service.metrics);
    listener::serve(listener, &app, &config.limits, metrics, stop).await?;
    app.0.service.wait_for_sockets().await;
    Ok(())
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Returns what waits for Ctrl-C or SIGTERM; the handlers are in place when this returns.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    })
}

/// Answers `/schema.graphql`: the schema as this service has it, where questions about it are answered.
async fn sdl(State(service): State<Arc<Service>>) -> Response {
    if !service.config.introspection {
        return (StatusCode::NOT_FOUND, "introspection is switched off\n").into_response();
    }
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8"), (CACHE_CONTROL, "no-cache")], service.executor.sdl())
        .into_response()
}

/// Answers `/health/live`: the process runs.
async fn live() -> Response {
    ([(CACHE_CONTROL, "no-store")], "live\n").into_response()
}
