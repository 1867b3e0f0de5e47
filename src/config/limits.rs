//! The bound on everything that a stranger can send: its name, its default, and what it may be set to.

use std::time::Duration;

use super::settings::Wrong;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The most of what is only counted.
const MANY: u64 = 1_000_000_000;
/// The most of what takes memory or a place in a queue for as long as it is there.
const HELD: u64 = 1_000_000;

/// One limit, as the settings name it.
#[derive(Debug)]
pub struct Limit {
    field: &'static str,
    what: &'static str,
    /// How its value is written.
    pub measure: Measure,
    least: u64,
    most: u64,
    get: fn(&Limits) -> u64,
    set: fn(&mut Limits, u64),
}

/// How the value of a limit is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A plain number: `5000`.
    Count,
    /// A size: `64KiB`, `1MiB`, `1GiB`, or a number of bytes.
    Bytes,
    /// A duration: `500ms`, `10s`, `1min`, `1h`.
    Time,
}

/// A number that a limit is kept as; durations are counted in milliseconds.
trait Amount {
    fn amount(&self) -> u64;
    fn of(amount: u64) -> Self;
}

impl Amount for usize {
    fn amount(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }

    fn of(amount: u64) -> Self {
        Self::try_from(amount).unwrap_or(Self::MAX)
    }
}

impl Amount for u32 {
    fn amount(&self) -> u64 {
        u64::from(*self)
    }

    fn of(amount: u64) -> Self {
        Self::try_from(amount).unwrap_or(Self::MAX)
    }
}

impl Amount for Duration {
    fn amount(&self) -> u64 {
        u64::try_from(self.as_millis()).unwrap_or(u64::MAX)
    }

    fn of(amount: u64) -> Self {
        Self::from_millis(amount)
    }
}

/// Makes [`Limits`], its defaults and [`LIMITS`] of one list: what it bounds, its field, the least and the most that
/// it may be set to, and the default.
macro_rules! limits {
    ($( $(#[doc = $what:literal])+ $field:ident: $kept:ty, $measure:ident $least:expr, $most:expr => $default:expr; )+) => {
        /// The bound on everything that a stranger can send; past one, a clear error, and the service goes on.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $( $(#[doc = $what])+ pub $field: $kept, )+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $( $field: <$kept>::of($default), )+ }
            }
        }

        /// Every limit, in the order in which they are shown.
        pub static LIMITS: &[Limit] = &[$( Limit {
            field: stringify!($field),
            what: concat!($($what),+),
            measure: Measure::$measure,
            least: $least,
            most: $most,
            get: |limits| limits.$field.amount(),
            set: |limits, amount| limits.$field = <$kept>::of(amount),
        }, )+];
    };
}

limits! {
    /// The largest request body.
    body_bytes: usize, Bytes 1, GIB => MIB;
    /// The largest request body of one who may load.
    load_bytes: usize, Bytes 1, 64 * GIB => 256 * MIB;
    /// The largest head of a request.
    // hyper reads into no smaller buffer.
    head_bytes: usize, Bytes 8 * KIB, 16 * MIB => 64 * KIB;
    /// How many questions one request may hold.
    batch: usize, Count 1, HELD => 1;
    /// How many tokens a document may have, and how many values its variables.
    tokens: usize, Count 1, MANY => 5_000;
    /// How many fields a document may select, those of fragments counted wherever they are spread.
    selections: usize, Count 1, MANY => 5_000;
    /// How many fields an operation may select at its root.
    root_fields: usize, Count 1, MANY => 50;
    /// How many fields may have an alias, counted as selections are.
    aliases: usize, Count 0, MANY => 100;
    /// How many directives a document may have, counted as selections are.
    directives: usize, Count 0, MANY => 50;
    /// How deep a query may nest; introspection as GraphiQL asks for it needs 15.
    // Each level takes room on the stack of the thread that answers.
    depth: usize, Count 1, 100 => 32;
    /// How complex a query may be; page sizes multiply.
    complexity: usize, Count 1, 1_000 * MANY => 2_000_000;
    /// How many objects one answer may hold.
    objects: usize, Count 1, MANY => 100_000;
    /// The size of a page where none is asked for.
    default_page: usize, Count 1, MANY => 50;
    /// The largest page that may be asked for.
    max_page: usize, Count 1, MANY => 1_000;
    /// The most steps that a lineage is followed.
    lineage_depth: u32, Count 1, HELD => 64;
    /// The most units that one argument may name.
    units_named: usize, Count 1, HELD => 100;
    /// The longest text to search for, in characters.
    search_length: usize, Count 1, 10_000 => 256;
    /// The largest copy of a source that is read for the text of its lines.
    source_bytes: usize, Bytes 1, GIB => 4 * MIB;
    /// How many lines of sources one answer may hold.
    source_lines: usize, Count 0, MANY => 5_000;
    /// How much text of sources one answer may hold.
    source_text_bytes: usize, Bytes 0, GIB => MIB;
    /// How long an answer may take to work out.
    timeout: Duration, Time 1, HOUR => 10 * SECOND;
    /// How long a client may take to send a request.
    read_timeout: Duration, Time 1, HOUR => 10 * SECOND;
    /// How long a connection may stay without a byte in either direction.
    idle_timeout: Duration, Time 1, 24 * HOUR => MINUTE;
    /// How long requests may go on once the service is told to stop.
    shutdown_timeout: Duration, Time 0, HOUR => 30 * SECOND;
    /// How many questions are worked out at once.
    concurrency: usize, Count 1, HELD => 64;
    /// How many of them may be long ones.
    long_concurrency: usize, Count 1, HELD => 4;
    /// How many questions may wait for that.
    waiting: usize, Count 0, HELD => 1_024;
    /// How many bytes of large answers may wait for their readers, and of large bodies for their senders.
    unread_bytes: usize, Bytes 1, 64 * GIB => 256 * MIB;
    /// How many connections there may be; past it, the one that has been idle longest is closed.
    connections: usize, Count 1, HELD => 10_000;
    /// How many connections may each be a WebSocket.
    sockets: usize, Count 0, HELD => 1_000;
    /// How many subscriptions one WebSocket may hold.
    subscriptions: usize, Count 0, HELD => 32;
    /// How much memory parsed documents may be kept in.
    documents_bytes: usize, Bytes 0, 64 * GIB => 64 * MIB;
    /// How much memory whole answers may be kept in, to be sent again while nothing new is loaded; with 0, none is kept.
    answer_cache: usize, Bytes 0, 64 * GIB => 64 * MIB;
    /// How many names of operations have a series of their own in the metrics.
    operations_named: usize, Count 0, 10_000 => 64;
}

impl Limit {
    /// Returns the name in the settings: `max-page`.
    #[must_use]
    pub fn name(&self) -> String {
        self.field.replace('_', "-")
    }

    /// Returns what it bounds, as a sentence.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.what.trim()
    }

    /// Returns the value in some limits, as it would be written on the command line.
    #[must_use]
    pub fn value(&self, limits: &Limits) -> String {
        self.written((self.get)(limits))
    }

    /// Sets the value to what is written.
    pub(super) fn put(&self, limits: &mut Limits, text: &str) -> Result<(), Wrong> {
        let amount = self.read(text)?;
        if amount < self.least || amount > self.most {
            let (name, least, most) = (self.name(), self.written(self.least), self.written(self.most));
            return Err(Wrong::new(format!("`{name}` is {}", self.written(amount)))
                .hint(format!("it may be anything from {least} to {most}")));
        }
        (self.set)(limits, amount);
        Ok(())
    }

    fn read(&self, text: &str) -> Result<u64, Wrong> {
        let text = text.trim();
        let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '_').unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let number = digits.replace('_', "").parse::<u64>().ok();
        let unit = self.units().iter().find(|(name, _)| *name == unit.trim_start());
        match (number, unit) {
            (Some(number), Some((_, times))) => Ok(number.saturating_mul(*times)),
            _ => Err(Wrong::new(format!("`{}` cannot be {text:?}", self.name())).hint(match self.measure {
                Measure::Count => "write a whole number: 5000",
                Measure::Bytes => "write a size with its unit: 64KiB, 1MiB or 1GiB, or a number of bytes",
                Measure::Time => "write a duration with its unit: 500ms, 10s, 1min or 1h",
            })),
        }
    }

    fn written(&self, amount: u64) -> String {
        // The largest unit that leaves nothing over.
        let fits = |times: u64| amount.checked_rem(times) == Some(0) && amount != 0;
        let unit = self.units().iter().rev().find(|(_, times)| fits(*times)).or_else(|| self.units().first());
        let (name, times) = unit.copied().unwrap_or(("", 1));
        format!("{}{name}", amount.checked_div(times).unwrap_or(amount))
    }

    /// The units that a value may have, from the smallest.
    fn units(&self) -> &'static [(&'static str, u64)] {
        match self.measure {
            Measure::Count => &[("", 1)],
            Measure::Bytes => &[("", 1), ("B", 1), ("KiB", KIB), ("MiB", MIB), ("GiB", GIB)],
            Measure::Time => &[("ms", 1), ("s", SECOND), ("min", MINUTE), ("h", HOUR)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(name: &str) -> &'static Limit {
        LIMITS.iter().find(|limit| limit.name() == name).unwrap()
    }

    #[track_caller]
    fn check(name: &str, text: &str, expected: Result<&str, &str>) {
        let mut limits = Limits::default();
        let put = limit(name).put(&mut limits, text);
        let told = put.as_ref().map(|()| limit(name).value(&limits)).map_err(|wrong| wrong.what.clone());
        assert_eq!(told, expected.map(str::to_owned).map_err(str::to_owned), "{name}={text}");
    }

    #[test]
    fn a_limit_is_written_back_as_it_can_be_read() {
        for limit in LIMITS {
            let mut limits = Limits::default();
            let value = limit.value(&limits);
            assert_eq!(limit.put(&mut limits, &value).map_err(|wrong| wrong.what), Ok(()), "{}", limit.name());
            assert_eq!(limits, Limits::default(), "{}", limit.name());
        }
    }

    #[test]
    fn every_default_is_within_what_the_limit_may_be() {
        for limit in LIMITS {
            let default = (limit.get)(&Limits::default());
            assert!((limit.least..=limit.most).contains(&default), "{}", limit.name());
        }
    }

    #[test]
    fn sizes_and_durations_have_units() {
        check("body-bytes", "65536", Ok("64KiB"));
        check("body-bytes", "1 MiB", Ok("1MiB"));
        check("body-bytes", "1000B", Ok("1000B"));
        check("timeout", "60s", Ok("1min"));
        check("timeout", "1500ms", Ok("1500ms"));
        check("shutdown-timeout", "0s", Ok("0ms"));
        check("tokens", "1_000", Ok("1000"));
        check("lineage-depth", "8", Ok("8"));
    }

    #[test]
    fn what_would_leave_the_service_useless_is_refused() {
        check("max-page", "0", Err("`max-page` is 0"));
        check("timeout", "0s", Err("`timeout` is 0ms"));
        check("depth", "1000", Err("`depth` is 1000"));
        check("head-bytes", "1KiB", Err("`head-bytes` is 1KiB"));
        check("body-bytes", "99999999999999999999GiB", Err("`body-bytes` cannot be \"99999999999999999999GiB\""));
        check("idle-timeout", "18446744073709551615h", Err("`idle-timeout` is 18446744073709551615ms"));
        for text in ["", "-1", "1.5", "10", "s", "10 days", "1e3s", "_s"] {
            check("timeout", text, Err(&format!("`timeout` cannot be {text:?}")));
        }
        check("tokens", "many", Err("`tokens` cannot be \"many\""));
        check("body-bytes", "1MB", Err("`body-bytes` cannot be \"1MB\""));
    }
}
