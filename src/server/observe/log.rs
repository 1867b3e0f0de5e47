//! Where the log goes, and how it looks: lines for people, or a JSON document on each line.

use std::panic::PanicHookInfo;

use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

use crate::config::Config;

use super::gathered::Gathered;
use super::line::{Clock, Documents, Lines};
use super::otlp::{self, TRACES, TracesError, Tracing};
use super::panic;

/// The target of the lines and spans of requests.
pub(super) const REQUESTS: &str = "eragraph::request";
/// What is logged where `RUST_LOG` does not say.
const DEFAULT_FILTER: &str = "warn,eragraph=info";
/// How much of a text that a stranger chose stands in a line, in characters.
const LONGEST: usize = 64;

/// How the lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people, without colours.
    Plain,
    /// For people, with colours.
    Coloured,
    /// A JSON document on each line.
    Json,
}

/// Held while the service runs; what was observed and not sent yet is when it is let go of.
#[derive(Debug)]
#[must_use = "traces are sent only while this is held"]
pub struct Guard {
    #[expect(dead_code, reason = "it is held for what its end does")]
    traces: Option<Tracing>,
}

/// Sends what the service logs to stderr, and its traces to where the configuration says; `RUST_LOG` says how much is
/// logged. A panic goes to the log too.
///
/// # Errors
/// Returns [`TracesError`] when traces cannot be sent to such an address; that nobody listens there is no error.
pub fn start(config: &Config, form: Form) -> Result<Guard, TracesError> {
    let (subscriber, guard) = subscriber(config, form, Gathered::new(std::io::stderr()))?;
    // It fails only where a log is set up already, which then stays.
    if subscriber.try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    Ok(guard)
}

/// Returns what [`start`] sets up, writing to another place.
///
/// # Errors
/// As [`start`].
pub fn subscriber<W>(
    config: &Config,
    form: Form,
    writer: W,
) -> Result<(impl Subscriber + Send + Sync, Guard), TracesError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = fmt::layer().with_writer(writer);
    let lines = match form {
        Form::Plain => lines.with_ansi(false).event_format(Lines).boxed(),
        Form::Coloured => lines.with_ansi(true).event_format(Lines).boxed(),
        Form::Json => {
            let lines =
                lines.with_timer(Clock).json().flatten_event(true).with_current_span(false).with_span_list(false);
            lines.map_event_format(Documents).boxed()
        }
    };
    let lines = lines.with_filter(filter.and(filter_fn(|metadata| metadata.target() != TRACES)));
    let tracing = config.otlp.as_deref().map(Tracing::to).transpose()?;
    let traces = tracing.as_ref().map(|tracing| tracing.layer().with_filter(filter_fn(otlp::is_traced)));
    Ok((Registry::default().with(lines).with(traces), Guard { traces: tracing }))
}

/// Says in the log what failed and where; the handler's own line says what became of its request.
fn log_panic(what: &PanicHookInfo<'_>) {
    let place = what.location().map(ToString::to_string);
    tracing::error!(place, panic = panic::message(what.payload()), "a part of the program failed");
}

/// Tells of a letter that changes how a line looks without being seen itself.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Returns a text that a stranger chose as it may stand in the log: in one line, and not long.
pub(super) fn for_log(text: &str) -> String {
    let mut cleaned: String =
        text.chars().take(LONGEST).map(|letter| if is_unseen(letter) { '\u{fffd}' } else { letter }).collect();
    if text.chars().nth(LONGEST).is_some() {
        cleaned.push('…');
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_chose_stands_in_one_line_and_is_cut() {
        assert_eq!(for_log("Offices"), "Offices");
        assert_eq!(for_log("a\nb\u{1b}[31m"), "a\u{fffd}b\u{fffd}[31m");
        assert_eq!(for_log(&"é".repeat(64)), "é".repeat(64));
        assert_eq!(for_log(&"é".repeat(65)), format!("{}…", "é".repeat(64)));
    }
}
