//! What stands around every handler, in one piece: what observes a request, whom browsers let read the answer, the
//! headers of every answer, the names of encodings, compression, the keeping of answers, and what catches a panic.
//!
//! Each layer of a router costs every request a box for itself and one for its future; so these are one future.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::header::ACCEPT_ENCODING;
use axum::response::Response;
use axum::routing::Route;
use futures_util::FutureExt as _;
use tower_http::compression::Compression;
use tower_http::cors::CorsLayer;
use tower_layer::Layer;
use tower_service::Service;

use crate::config::Config;

use super::etag;
use super::graphql::Keeping;
use super::headers::{Careful, cors};
use super::observe::{self, Asker, Metrics, Observer, Pattern};

/// What goes with every request.
#[derive(Debug, Clone)]
pub(super) struct Around {
    observer: Arc<Observer>,
    careful: Careful,
    cors: Option<Arc<CorsLayer>>,
}

impl Around {
    pub(super) fn new(observer: &Arc<Observer>, config: &Config) -> Self {
        Self { observer: Arc::clone(observer), careful: Careful::of(config), cors: cors(config).map(Arc::new) }
    }

    /// Answers a request to a route by its handler.
    pub(super) async fn answer<H, F>(&self, pattern: Pattern, mut request: Request, handler: H) -> Response
    where
        H: FnOnce(Request, Asker) -> F + Send,
        F: Future<Output = Response> + Send,
    {
        let mut pending = Observer::begin(&self.observer, pattern, &request);
        let known = etag::Known::take(&mut request);
        let caught = Caught { handler, asker: pending.asker(), metrics: self.observer.metrics() };
        let mut response = if self.cors.is_none() && !request.headers().contains_key(ACCEPT_ENCODING) {
            caught.answer(request).await
        } else {
            // In a box, for most programs ask without.
            Box::pin(self.layered(caught, request)).await
        };
        self.careful.add(&mut response);
        if let Some(keeping) = response.extensions_mut().remove::<Keeping>() {
            response = keeping.keep(response).await;
        }
        known.name_encoding(&mut response);
        pending.answered(&mut response);
        response
    }

    /// Answers with what a request may ask for besides: compression, and word for browsers.
    async fn layered<H, F>(&self, caught: Caught<'_, H>, request: Request) -> Response
    where
        H: FnOnce(Request, Asker) -> F + Send,
        F: Future<Output = Response> + Send,
    {
        let once = Once(Some(caught));
        let answer = match &self.cors {
            Some(cors) => Compression::new(cors.layer(once)).call(request).await.map(|answer| answer.map(Body::new)),
            None => Compression::new(once).call(request).await.map(|answer| answer.map(Body::new)),
        };
        answer.unwrap_or_else(|never| match never {})
    }
}

/// A handler that may fail: then what says so is the answer.
struct Caught<'m, H> {
    handler: H,
    asker: Asker,
    metrics: &'m Metrics,
}

impl<H, F> Caught<'_, H>
where
    H: FnOnce(Request, Asker) -> F,
    F: Future<Output = Response>,
{
    async fn answer(self, request: Request) -> Response {
        let Self { handler, asker, metrics } = self;
        let told = asker.clone();
        let answer = async move { handler(request, told).await };
        let answer = AssertUnwindSafe(answer).catch_unwind().await;
        answer.unwrap_or_else(|what| observe::failed(&asker, metrics, what.as_ref()))
    }
}

/// A handler of one request, for layers.
struct Once<'m, H>(Option<Caught<'m, H>>);

impl<'m, H, F> Service<Request> for Once<'m, H>
where
    H: FnOnce(Request, Asker) -> F + Send + 'm,
    F: Future<Output = Response> + Send + 'm,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send + 'm>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self.0.take() {
            Some(caught) => Box::pin(async move { Ok(caught.answer(request).await) }),
            None => Box::pin(std::future::pending()),
        }
    }
}

impl Layer<Route> for Around {
    type Service = Surrounded;

    fn layer(&self, route: Route) -> Surrounded {
        Surrounded { around: self.clone(), route }
    }
}

/// A route of a router, with what goes with every request.
#[derive(Clone)]
pub(super) struct Surrounded {
    around: Around,
    route: Route,
}

impl Service<Request> for Surrounded {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.route, context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { around, mut route } = self.clone();
        let pattern = request.extensions().get::<MatchedPath>().cloned().map_or(Pattern::None, Pattern::Matched);
        Box::pin(async move {
            let handler = async move |request, asker: Asker| {
                asker.carry(route.call(request)).await.unwrap_or_else(|never| match never {})
            };
            Ok(around.answer(pattern, request, handler).await)
        })
    }
}
