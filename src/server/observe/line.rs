//! A line of the log for people, without colours.
//!
//! It looks as the library's own does. That one writes each word by way of a style, which costs as much as a tenth of
//! a small answer.

use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::time::SystemTime;

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

/// Writes the lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'l> LookupSpan<'l>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write_time(&mut to, SystemTime::now())?;
        to.write_str(level(*event.metadata().level()))?;
        if let Some(span) = context.event_scope().and_then(|mut scope| scope.next()) {
            write_spans::<S, N>(&span, &mut to)?;
            to.write_char(' ')?;
        }
        to.write_str(event.metadata().target())?;
        to.write_str(": ")?;
        context.format_fields(to.by_ref(), event)?;
        to.write_char('\n')
    }
}

thread_local! {
    /// The second that this thread wrote last, and how it is written.
    static SECOND: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
}

/// Writes a time with its microseconds. Its date is worked out once for a second.
fn write_time(to: &mut Writer<'_>, now: SystemTime) -> fmt::Result {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SECOND.with_borrow_mut(|(second, written)| {
        if *second != since.as_secs() {
            let timestamp = i64::try_from(since.as_secs()).ok().and_then(|second| Timestamp::from_second(second).ok());
            *written = timestamp.unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S").to_string();
            *second = since.as_secs();
        }
        to.write_str(written)
    })?;
    let mut digits = *b".000000Z";
    let mut rest = since.subsec_micros();
    for digit in digits.iter_mut().take(7).skip(1).rev() {
        *digit = u8::try_from(rest % 10).map_or(b'0', |value| b'0' + value);
        rest /= 10;
    }
    to.write_str(std::str::from_utf8(&digits).unwrap_or_default())
}

/// Writes a span with its fields, after those that it is within.
fn write_spans<S, N>(span: &SpanRef<'_, S>, to: &mut Writer<'_>) -> fmt::Result
where
    S: for<'l> LookupSpan<'l>,
    N: 'static,
{
    if let Some(outer) = span.parent() {
        write_spans::<S, N>(&outer, to)?;
    }
    to.write_str(span.name())?;
    if let Some(fields) = span.extensions().get::<FormattedFields<N>>().filter(|fields| !fields.is_empty()) {
        to.write_char('{')?;
        to.write_str(fields)?;
        to.write_char('}')?;
    }
    to.write_char(':')
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

impl<'w> FormatFields<'w> for Lines {
    fn format_fields<R: RecordFields>(&self, to: Writer<'w>, fields: R) -> fmt::Result {
        let mut written = Written { to, is_first: true, done: Ok(()) };
        fields.record(&mut written);
        written.done
    }
}

/// The fields of a span or an event, as they are written.
struct Written<'w> {
    to: Writer<'w>,
    is_first: bool,
    done: fmt::Result,
}

impl Written<'_> {
    fn write(&mut self, field: &Field, write: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.done.is_ok() {
            self.done = self.name(field).and_then(|()| write(&mut self.to));
        }
    }

    fn name(&mut self, field: &Field) -> fmt::Result {
        if !std::mem::take(&mut self.is_first) {
            self.to.write_char(' ')?;
        }
        if is_message(field) {
            return Ok(());
        }
        self.to.write_str(field.name())?;
        self.to.write_char('=')
    }
}

/// Tells of the words of a line, which are written without their name.
fn is_message(field: &Field) -> bool {
    field.name() == "message"
}

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, |to| write!(to, "{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, |to| write_whole(to, value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, |to| if is_message(field) { to.write_str(value) } else { quoted(to, value) });
    }
}

/// Writes a number.
fn write_whole(to: &mut Writer<'_>, number: u64) -> fmt::Result {
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
    to.write_str(std::str::from_utf8(written).unwrap_or_default())
}

/// Writes a text in quotation marks.
fn quoted(to: &mut Writer<'_>, text: &str) -> fmt::Result {
    // Nearly all are plain words, with nothing to escape in them.
    if text.bytes().any(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\')) {
        return write!(to, "{text:?}");
    }
    to.write_char('"')?;
    to.write_str(text)?;
    to.write_char('"')
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
        let lines = fmt::layer().with_writer(own.writer()).event_format(Lines).fmt_fields(Lines);
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
        let written = |write: &dyn Fn(&mut Writer<'_>) -> std::fmt::Result| {
            let mut text = String::new();
            write(&mut Writer::new(&mut text)).unwrap();
            text
        };
        for (second, micros, expected) in [
            (0, 0, "1970-01-01T00:00:00.000000Z"),
            (951_827_696, 42, "2000-02-29T12:34:56.000042Z"),
            (951_827_696, 999_999, "2000-02-29T12:34:56.999999Z"),
            (951_827_697, 1, "2000-02-29T12:34:57.000001Z"),
        ] {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::new(second, micros * 1_000 + 999);
            assert_eq!(written(&|to| write_time(to, time)), expected);
        }
        let [own, theirs] = [
            written(&|to| write_time(to, SystemTime::now())),
            written(&|to| tracing_subscriber::fmt::time::SystemTime.format_time(to)),
        ];
        assert_eq!(own.len(), theirs.len());
        assert!(own <= theirs, "{own} {theirs}");
    }

    #[test]
    fn lines_look_as_those_of_the_library() {
        // While there is only one subscriber, what is asked for in another test decides what is logged here.
        let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
        let [own, theirs] = logged(|| {
            let outer = tracing::info_span!("outer", id = "my-id", trace = tracing::field::Empty);
            outer.record("trace", "t1");
            let inner = outer.in_scope(|| tracing::warn_span!("inner"));
            inner.in_scope(|| {
                tracing::info!(method = "POST", status = 200, ms = 1.883, known = true, some = Some(3), "answered");
                tracing::info!(zero = 0_u64, ten = 10_u64, large = u64::MAX, below = -3);
                tracing::warn!(odd = "a \"b\"\n\u{fffd}", none = None::<u64>, "said {}", 1);
                tracing::error!(error = %"broken", list = ?[1, 2]);
            });
            tracing::error!("alone");
        });
        assert_eq!(own, theirs);
        assert_eq!(own.lines().count(), 5, "{own}");
    }
}
