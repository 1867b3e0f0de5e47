//! A line of the log. While a request is answered, it ends with the id of that.
//!
//! For people it looks as the library's own does. That one writes each word by way of a style, which costs as much as a
//! tenth of a small answer; and spans, which would carry the id to the lines, cost as much again for each request, though
//! hardly any logs a line besides its own.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Debug, Write as _};
use std::time::SystemTime;

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::registry::LookupSpan;

use super::request::Asker;

/// How long the fields of most lines are at most, in bytes.
const LONG: usize = 256;

/// Writes lines for people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let (dim, colour, plain) = if to.has_ansi_escapes() {
            ("\x1b[2m", colour(*event.metadata().level()), "\x1b[0m")
        } else {
            ("", "", "")
        };
        // At once, for each word that goes to the writer takes longer than itself.
        let mut line = String::with_capacity(LONG);
        line.push_str(dim);
        write_time(&mut line, now());
        line.extend([plain, colour, level(*event.metadata().level()), plain]);
        line.extend([dim, event.metadata().target(), ":", plain]);
        let mut fields = Fields(line);
        event.record(&mut fields);
        if let Some(asker) = Asker::current() {
            quoted(fields.begin("id"), asker.id());
            if let Some(trace) = asker.trace() {
                quoted(fields.begin("trace"), &trace);
            }
        }
        fields.0.push('\n');
        to.write_str(&fields.0)
    }
}

/// Writes JSON documents, one on each line, as the library does.
#[derive(Debug)]
pub(super) struct Documents<F>(pub(super) F);

impl<S, N, F> FormatEvent<S, N> for Documents<F>
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(asker) = Asker::current() else { return self.0.format_event(context, to, event) };
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        // Its last letters end the document and the line.
        let document = line.trim_end().strip_suffix('}').unwrap_or_default();
        // An id and the id of a trace are letters, digits and marks that need no escapes.
        write!(to, "{document},\"id\":\"{}\"", asker.id())?;
        if let Some(trace) = asker.trace() {
            write!(to, ",\"trace\":\"{trace}\"")?;
        }
        to.write_str("}\n")
    }
}

thread_local! {
    /// The time of what this thread logs now, where that was before.
    static AS_OF: Cell<Option<SystemTime>> = const { Cell::new(None) };
    /// The second that this thread wrote last, and how it is written.
    static SECOND: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
}

/// Logs what was at a time.
pub(super) fn as_of<T>(time: SystemTime, log: impl FnOnce() -> T) -> T {
    let before = AS_OF.replace(Some(time));
    let done = log();
    AS_OF.set(before);
    done
}

fn now() -> SystemTime {
    AS_OF.get().unwrap_or_else(SystemTime::now)
}

/// The clock of the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, to: &mut Writer<'_>) -> fmt::Result {
        let mut time = String::new();
        write_time(&mut time, now());
        to.write_str(&time)
    }
}

/// Writes a time with its microseconds. Its date is worked out once for a second.
fn write_time(to: &mut String, now: SystemTime) {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SECOND.with_borrow_mut(|(second, written)| {
        if *second != since.as_secs() {
            let timestamp = i64::try_from(since.as_secs()).ok().and_then(|second| Timestamp::from_second(second).ok());
            *written = timestamp.unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S").to_string();
            *second = since.as_secs();
        }
        to.push_str(written);
    });
    let mut digits = *b".000000Z";
    fill(digits.iter_mut().take(7).skip(1), since.subsec_micros().into());
    to.push_str(std::str::from_utf8(&digits).unwrap_or_default());
}

/// Returns the word for a level, as wide as that of any other.
fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => " ERROR ",
        Level::WARN => "  WARN ",
        Level::INFO => "  INFO ",
        Level::DEBUG => " DEBUG ",
        Level::TRACE => " TRACE ",
    }
}

/// Returns what makes a terminal write in the colour of a level.
fn colour(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}

/// A line, to which fields are added.
struct Fields(String);

impl Fields {
    /// Begins a field of an event. The words of a line are written without their name.
    fn of(&mut self, field: &Field) -> &mut String {
        self.begin(if is_message(field) { "" } else { field.name() })
    }

    fn begin(&mut self, name: &str) -> &mut String {
        let Self(line) = self;
        line.push(' ');
        if !name.is_empty() {
            line.push_str(name);
            line.push('=');
        }
        line
    }
}

fn is_message(field: &Field) -> bool {
    field.name() == "message"
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        debug(self.of(field), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        whole(self.of(field), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        decimal(self.of(field), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.of(field).push_str(if value { "true" } else { "false" });
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let text = self.of(field);
        if is_message(field) { text.push_str(value) } else { quoted(text, value) }
    }
}

fn debug(to: &mut String, value: &dyn Debug) {
    // It fails where the value itself does: then as much of it stands there as it gave.
    let _ = write!(to, "{value:?}");
}

/// Writes a number.
fn whole(to: &mut String, number: u64) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        *digit = u8::try_from(rest % 10).map_or(b'0', |value| b'0' + value);
        rest /= 10;
        length += 1;
        if rest == 0 {
            break;
        }
    }
    let written = digits.get(digits.len() - length..).unwrap_or_default();
    to.push_str(std::str::from_utf8(written).unwrap_or_default());
}

/// Fills places with the last digits of a number.
fn fill<'d>(places: impl DoubleEndedIterator<Item = &'d mut u8>, number: u64) {
    let mut rest = number;
    for digit in places.rev() {
        *digit = u8::try_from(rest % 10).map_or(b'0', |value| b'0' + value);
        rest /= 10;
    }
}

/// Writes a number that may have decimals; those of times in milliseconds, which have three at most, at once.
fn decimal(to: &mut String, number: f64) {
    let thousandths = (number * 1e3).round();
    let is_all = number.is_sign_positive() && (thousandths / 1e3).total_cmp(&number).is_eq();
    if !is_all || !(0.0..1e15).contains(&thousandths) {
        return debug(to, &number);
    }
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole, and in the bounds that it was just seen to be in"
    )]
    let thousandths = thousandths as u64;
    whole(to, thousandths / 1_000);
    let mut digits = *b".000";
    fill(digits.iter_mut().skip(1), thousandths % 1_000);
    let written = std::str::from_utf8(&digits).unwrap_or_default().trim_end_matches('0');
    to.push_str(if written == "." { ".0" } else { written });
}

/// Writes a text in quotation marks.
fn quoted(to: &mut String, text: &str) {
    // Nearly all are plain words, with nothing to escape in them.
    if text.bytes().any(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\')) {
        return debug(to, &text);
    }
    to.push('"');
    to.push_str(text);
    to.push('"');
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::fmt;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::tests::Lines as Log;
    use super::*;

    /// Logs the same as the library would and as it is done here.
    fn logged(log: impl Fn()) -> [String; 2] {
        let (own, theirs) = (Log::default(), Log::default());
        let lines = fmt::layer().with_writer(own.writer()).with_ansi(false).event_format(Lines);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), &log);
        let lines = fmt::layer().with_writer(theirs.writer()).with_ansi(false);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), &log);
        [own, theirs].map(|log| {
            // All but the time.
            let text = log.text();
            text.lines().map(|line| line.split_once('Z').unwrap().1).collect::<Vec<_>>().join("\n")
        })
    }

    #[test]
    fn times_look_as_those_of_the_library() {
        use tracing_subscriber::fmt::time::FormatTime as _;
        let written = |time| {
            let mut text = String::new();
            write_time(&mut text, time);
            text
        };
        for (second, micros, expected) in [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_827_696, 42, "2000-02-29T12:34:56.000042Z"),
            (951_827_696, 999_999, "2000-02-29T12:34:56.999999Z"),
            (951_827_697, 1, "2000-02-29T12:34:57.000001Z"),
        ] {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::new(second, micros * 1_000 + 999);
            assert_eq!(written(time), expected);
        }
        let own = written(SystemTime::now());
        let mut theirs = String::new();
        tracing_subscriber::fmt::time::SystemTime.format_time(&mut Writer::new(&mut theirs)).unwrap();
        assert_eq!(own.len(), theirs.len());
        assert!(own <= theirs, "{own} {theirs}");
    }

    #[test]
    fn numbers_with_decimals_look_as_those_of_the_library() {
        let milliseconds = (0..20_000).map(|micros| f64::from(micros) / 1e3);
        let others = [1e11 + 0.125, 1e12, 1e18, f64::MAX, 0.000_5, 1.000_1, 0.1 + 0.2, -0.0, -1.5, f64::NAN];
        for number in milliseconds.chain(others).chain([f64::INFINITY]) {
            let mut written = String::new();
            decimal(&mut written, number);
            assert_eq!(written, format!("{number:?}"));
        }
    }

    #[test]
    fn lines_look_as_those_of_the_library() {
        // While there is only one subscriber, what is asked for in another test decides what is logged here.
        let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
        let [own, theirs] = logged(|| {
            tracing::info!(method = "POST", status = 200, ms = 1.883, known = true, some = Some(3), "answered");
            tracing::info!(zero = 0_u64, ten = 10_u64, large = u64::MAX, below = -3);
            tracing::warn!(odd = "a \"b\"\n\u{fffd}", none = None::<u64>, "said {}", 1);
            tracing::error!(error = %"broken", list = ?[1, 2]);
            tracing::error!("alone");
        });
        assert_eq!(own, theirs);
        assert_eq!(own.lines().count(), 5, "{own}");
    }
}
