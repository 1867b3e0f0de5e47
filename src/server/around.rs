//! What stands around every route, in one layer: what observes a request, the headers of every answer, the names of
//! encodings, compression, the keeping of answers, and what catches a panic.
//!
//! Each layer of a router costs every request a box for itself and one for its future; so these are one.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::Route;
use tower_http::catch_panic::{CatchPanic, CatchPanicLayer};
use tower_http::compression::Compression;
use tower_layer::Layer;
use tower_service::Service;
use tracing::Instrument as _;

use crate::config::Config;

use super::etag;
use super::graphql::Keeping;
use super::headers::{Careful, cors};
use super::observe::{Answerer, Metrics, Observer};

/// Puts around a router what goes with every request.
pub(super) fn around<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    metrics: &Arc<Metrics>,
    config: &Config,
) -> Router<S> {
    let layer = Around {
        observer: Arc::new(Observer::new(Arc::clone(metrics), config)),
        careful: Careful::of(config),
        answerer: Answerer { metrics: Arc::clone(metrics) },
    };
    let router = match cors(config) {
        // Whoever may read answers may read that a handler failed, too.
        Some(cors) => router.layer((cors, CatchPanicLayer::custom(layer.answerer.clone()))),
        None => router,
    };
    router.layer(layer)
}

/// The layer.
#[derive(Debug, Clone)]
struct Around {
    observer: Arc<Observer>,
    careful: Careful,
    answerer: Answerer,
}

impl Layer<Route> for Around {
    type Service = Surrounded;

    fn layer(&self, route: Route) -> Surrounded {
        let route = Compression::new(CatchPanic::custom(route, self.answerer.clone()));
        Surrounded { observer: Arc::clone(&self.observer), careful: self.careful.clone(), route }
    }
}

/// A route, with what goes with every request.
#[derive(Clone)]
struct Surrounded {
    observer: Arc<Observer>,
    careful: Careful,
    route: Compression<CatchPanic<Route, Answerer>>,
}

impl Service<Request> for Surrounded {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.route, context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let mut pending = Observer::begin(&self.observer, &request);
        let known = etag::Known::take(&mut request);
        let (answer, careful) = (self.route.call(request), self.careful.clone());
        Box::pin(async move {
            let (span, trace) = pending.spans();
            let answer = async move {
                let mut response = answer.await?.map(Body::new);
                if let Some(keeping) = response.extensions_mut().remove::<Keeping>() {
                    response = keeping.keep(response).await;
                }
                known.name_encoding(&mut response);
                careful.add(&mut response);
                Ok(response)
            };
            let mut answer: Result<Response, Infallible> = answer.instrument(span).instrument(trace).await;
            if let Ok(response) = &mut answer {
                pending.answered(response);
            }
            answer
        })
    }
}
