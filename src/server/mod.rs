//! HTTP: the route table, and how the service starts and stops.

pub mod assets;
pub mod examples;
mod graphql;
pub mod observe;
mod outcome;
pub mod pages;
mod permanent;

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::compression::CompressionLayer;

use crate::api::{self, ApiSchema};
use crate::config::Config;
use crate::repository::Repository;

use observe::{Metrics, Readiness};

/// What every request can reach.
#[derive(Clone)]
struct Service {
    schema: ApiSchema,
    repository: Arc<Repository>,
    config: Arc<Config>,
    metrics: Arc<Metrics>,
    readiness: Readiness,
}

impl Service {
    fn new(repository: Arc<Repository>, config: &Config, readiness: Readiness) -> Self {
        let schema = api::schema_for(Arc::clone(&repository), config);
        let metrics = Arc::new(Metrics::new(&config.limits));
        Self { schema, repository, config: Arc::new(config.clone()), metrics, readiness }
    }
}

/// Returns the whole surface of the service; needs no port.
pub fn router(repository: Arc<Repository>, config: &Config) -> Router {
    routes(Service::new(repository, config, Readiness::ready()))
}

/// Returns the route table, with what stands around all routes.
fn routes(service: Service) -> Router {
    let loaded = Arc::clone(&service.repository);
    let knows = Arc::new(move |id: &str| loaded.latest().history.knows(id));
    let routes = Router::new()
        .merge(pages::routes(knows))
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/r/{*address}", get(permanent::get))
        .route("/schema.graphql", get(sdl))
        .route("/metrics", get(observe::metrics))
        .route("/health/live", get(live))
        .route("/health/ready", get(observe::ready))
        .layer(DefaultBodyLimit::max(service.config.limits.body_bytes));
    let routes = observe::catch_panics(routes, &service.metrics).layer(CompressionLayer::new());
    observe::watch(routes, &service.metrics, &service.config).with_state(service)
}

/// Serves until the process is told to stop (Ctrl-C or SIGTERM), then finishes the requests that run.
///
/// # Errors
/// Returns what the system says when the runtime cannot be started or the listener fails.
pub fn serve(listener: TcpListener, repository: Arc<Repository>, config: &Config) -> io::Result<()> {
    repository.build_search_in_background();
    let service = Service::new(repository, config, Readiness::ready());
    let readiness = service.readiness.clone();
    let router = routes(service);
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let stop = stop_signal()?;
        let stop = async move {
            stop.await;
            readiness.set_stopping();
        };
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router).with_graceful_shutdown(stop).await
    })
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

/// Answers `/schema.graphql`: the published schema.
async fn sdl() -> Response {
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], api::schema_sdl()).into_response()
}

/// Answers `/health/live`: the process runs.
async fn live() -> &'static str {
    "live\n"
}
