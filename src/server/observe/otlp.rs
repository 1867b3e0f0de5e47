//! Traces for OpenTelemetry: a span for each request, sent by OTLP over HTTP where the configuration says so.
//!
//! The names of spans and attributes are those of OpenTelemetry's semantic conventions for HTTP servers
//! and for GraphQL servers. No document, no variable and no query string is in them.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{self, StatusCode, Uri};
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Metadata, Span, Subscriber, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::super::outcome::Outcome;
use super::log::{REQUESTS, for_log};

/// The target of spans that are for traces only, and not for the log.
pub(super) const TRACES: &str = "eragraph::traces";

/// The header that says which trace a request belongs to.
const TRACEPARENT: &str = "traceparent";
/// What the conventions call a method outside the standard.
const OTHER_METHOD: &str = "_OTHER";
/// How much of a path is kept, in characters.
const LONGEST_PATH: usize = 256;
/// How long sending once may take, and how long it may hold up the end of the service.
const SENDING: Duration = Duration::from_secs(5);
/// The largest answer of a collector that is read, in bytes.
const ANSWER_BYTES: u64 = 1024 * 1024;

/// Tells why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The address is none of a collector.
    #[error("traces cannot be sent to `{0}`; an address looks like http://127.0.0.1:4318/v1/traces")]
    Address(String),
    /// What sends them cannot be set up.
    #[error("what sends the traces cannot be set up")]
    Setup(#[source] Box<ExporterBuildError>),
}

/// What collects spans and sends them, in batches and on a thread of its own. Sends the rest when dropped.
#[derive(Debug)]
pub(super) struct Tracing(SdkTracerProvider);

impl Tracing {
    /// Sets up sending to an address.
    pub(super) fn to(address: &str) -> Result<Self, TracesError> {
        let uri: Uri = address.parse().map_err(|_| TracesError::Address(address.to_owned()))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
            return Err(TracesError::Address(address.to_owned()));
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_endpoint(address)
            .with_timeout(SENDING)
            .build()
            .map_err(|error| TracesError::Setup(Box::new(error)))?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder().with_service_name("eragraph").with_attribute(version).build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// Returns the layer that makes traces of spans.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
    {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("eragraph"));
        layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false)
    }
}

impl Drop for Tracing {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(SENDING) {
            // Why they do not reach the collector is told already.
            tracing::debug!(%error, "the last traces could not be sent");
        }
    }
}

/// Tells whether something is for the traces: the spans of this program, but not those that are for the log only.
pub(super) fn is_traced(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("eragraph") && metadata.target() != REQUESTS
}

/// Returns the span of a request, which is disabled where no traces are sent. A trace that the asker began goes on.
pub(super) fn span(request: &Request, method: Option<&'static str>, route: Option<&str>, id: &str) -> Span {
    let method = method.unwrap_or(OTHER_METHOD);
    let path = || request.uri().path().chars().take(LONGEST_PATH).collect::<String>();
    let name = || {
        let verb = if method == OTHER_METHOD { "HTTP" } else { method };
        route.map_or_else(|| verb.to_owned(), |route| format!("{verb} {route}"))
    };
    let span = tracing::info_span!(
        target: TRACES,
        "HTTP",
        otel.name = name(),
        otel.kind = "server",
        otel.status_code = field::Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
        url.path = path(),
        url.scheme = "http",
        "error.type" = field::Empty,
        graphql.operation.name = field::Empty,
        "graphql.operation.type" = field::Empty,
        eragraph.request.id = id,
        eragraph.error.code = field::Empty,
    );
    if !span.is_disabled() && request.headers().contains_key(TRACEPARENT) {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
        // It fails only where there is no layer to take it, and then there is no trace to go on.
        let _ = span.set_parent(parent);
    }
    span
}

/// Returns the id of the trace that a span belongs to.
pub(super) fn trace_id(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let found = context.span().span_context().trace_id();
    context.span().span_context().is_valid().then(|| found.to_string())
}

/// Says in the span of a request what became of it.
pub(super) fn finish(span: &Span, status: StatusCode, outcome: Option<&Outcome>) {
    if span.is_disabled() {
        return;
    }
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "error");
        span.record("error.type", status.as_str());
    }
    if let Some(name) = outcome.and_then(|outcome| outcome.operation.as_deref()) {
        span.record("graphql.operation.name", for_log(name));
    }
    if let Some(kind) = outcome.and_then(|outcome| outcome.kind) {
        span.record("graphql.operation.type", kind);
    }
    if let Some(code) = outcome.and_then(|outcome| outcome.code.as_deref()) {
        span.record("eragraph.error.code", code);
    }
}

/// Sends batches of spans, and tells in the log when that begins to fail and when it works again.
#[derive(Debug)]
struct Client {
    agent: ureq::Agent,
    fails: AtomicBool,
}

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(SENDING)).http_status_as_error(false);
        Self { agent: config.build().new_agent(), fails: AtomicBool::new(false) }
    }

    fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let (head, body) = self.agent.run(request.map(|bytes| bytes.to_vec()))?.into_parts();
        let bytes = body.into_with_config().limit(ANSWER_BYTES).read_to_vec()?;
        Ok(http::Response::from_parts(head, bytes.into()))
    }

    fn tell(&self, sent: &Result<http::Response<Bytes>, HttpError>) {
        let problem = match sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answered {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        let failed = self.fails.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !failed => {
                tracing::warn!(problem, "traces do not reach the collector; they are dropped until they do");
            }
            None if failed => tracing::info!("traces reach the collector again"),
            _ => {}
        }
    }
}

impl HttpClient for Client {
    /// Blocks, which is right on the thread that sends the batches.
    fn send_bytes<'c, 'f>(
        &'c self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, HttpError>> + Send + 'f>>
    where
        'c: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            let sent = self.send(request);
            self.tell(&sent);
            sent
        })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::super::log::{Form, subscriber};
    use super::super::tests::Lines;
    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_collector_that_is_down_is_told_of_once() {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let lines = Lines::default();
        let (subscriber, _guard) = subscriber(&Config::default(), Form::Plain, lines.writer()).unwrap();
        let _default = tracing::subscriber::set_default(subscriber);
        let client = Client::new();
        for _ in 0..3 {
            let address = format!("http://127.0.0.1:{port}/v1/traces");
            let request = http::Request::post(address).body(Bytes::from_static(b"spans")).unwrap();
            assert!(client.send_bytes(request).await.is_err());
        }
        assert_eq!(lines.text().lines().count(), 1, "{}", lines.text());
        assert!(lines.text().contains("traces do not reach the collector"), "{}", lines.text());
    }

    #[test]
    fn traces_are_sent_to_addresses_of_the_web_only() {
        for odd in ["", "collector", "127.0.0.1:4318", "/v1/traces", "ftp://a/b", "http://", "http:///v1"] {
            assert!(matches!(Tracing::to(odd), Err(TracesError::Address(_))), "{odd}");
        }
        assert!(Tracing::to("https://collector.example/v1/traces").is_ok());
    }
}
