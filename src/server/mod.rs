//! HTTP: the route table, and how the service starts and stops.

pub mod admin;
pub mod assets;
pub mod examples;
mod graphql;
mod outcome;
pub mod pages;
mod permanent;

use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use tower_http::compression::CompressionLayer;
use tower_http::trace::TraceLayer;

use crate::api::{self, ApiSchema};
use crate::config::Config;
use crate::repository::Repository;

/// What every request can reach.
#[derive(Clone)]
struct Service {
    schema: ApiSchema,
    repository: Arc<Repository>,
    config: Arc<Config>,
}

/// Returns the whole surface of the service; needs no port.
pub fn router(repository: Arc<Repository>, config: &Config) -> Router {
    let config = admin::settled(config);
    let schema = api::schema_for(Arc::clone(&repository), &config);
    let body_limit = DefaultBodyLimit::max(config.limits.body_bytes);
    let service = Service { schema, repository, config: Arc::new(config) };
    let loaded = Arc::clone(&service.repository);
    let knows = Arc::new(move |id: &str| loaded.latest().history.knows(id));
    Router::new()
        .merge(pages::routes(knows))
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/r/{*address}", get(permanent::get))
        .route("/schema.graphql", get(sdl))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .layer(body_limit)
        .layer(CompressionLayer::new())
        .layer(TraceLayer::new_for_http())
        .with_state(service)
}

/// Serves until the process is told to stop (Ctrl-C or SIGTERM), then finishes the requests that run.
///
/// # Errors
/// Returns what the system says when the runtime cannot be started or the listener fails.
pub fn serve(listener: TcpListener, repository: Arc<Repository>, config: &Config) -> io::Result<()> {
    repository.build_search_in_background();
    let router = router(repository, config);
    listener.set_nonblocking(true)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let stop = stop_signal()?;
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

/// Answers `/schema.graphql`: the schema as this service has it.
async fn sdl(State(service): State<Service>) -> Response {
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], service.schema.sdl()).into_response()
}

/// Answers `/health/live`: the process runs.
async fn live() -> &'static str {
    "live\n"
}

/// Answers `/health/ready`: questions are answered, and from which revision.
async fn ready(State(service): State<Service>) -> Response {
    let revision = service.repository.latest().revision;
    (StatusCode::OK, Json(serde_json::json!({ "status": "ready", "revision": revision }))).into_response()
}
