//! Lines of the log that are written together: a write for each takes longer than all else that a small answer takes.
//!
//! A warning or an error is written at once, with what waits before it. Anything else waits for a moment at most.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const MOMENT: Duration = Duration::from_millis(50);
/// How many bytes wait at most.
const MOST: usize = 64 * 1024;

/// Writes lines together.
#[derive(Debug, Clone)]
pub(super) struct Gathered(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Told when a first line waits, and at the end.
    changed: Condvar,
}

struct Waiting {
    lines: Vec<u8>,
    to: Box<dyn Write + Send>,
    /// Whether nothing waits any more.
    is_over: bool,
}

/// Held while lines are gathered; what waits is written when it is let go of, and what comes later at once.
#[derive(Debug)]
pub(super) struct Gathering {
    lines: Gathered,
    thread: Option<JoinHandle<()>>,
}

impl Gathered {
    /// Begins to gather lines.
    pub(super) fn begin(to: impl Write + Send + 'static) -> (Self, Gathering) {
        let waiting = Waiting { lines: Vec::new(), to: Box::new(to), is_over: false };
        let lines = Self(Arc::new(Shared { waiting: Mutex::new(waiting), changed: Condvar::new() }));
        let written = lines.clone();
        let thread = thread::Builder::new().name("log".to_owned()).spawn(move || written.write_all());
        if thread.is_err() {
            lines.lock().is_over = true;
        }
        (lines.clone(), Gathering { lines, thread: thread.ok() })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_all(&self) {
        let mut waiting = self.lock();
        while !waiting.is_over {
            let changed = &self.0.changed;
            waiting = changed
                .wait_while(waiting, |waiting| waiting.lines.is_empty() && !waiting.is_over)
                .unwrap_or_else(PoisonError::into_inner);
            let waited = changed.wait_timeout_while(waiting, MOMENT, |waiting| !waiting.is_over);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
            waiting.write();
        }
    }
}

impl Waiting {
    fn write(&mut self) {
        // Where the log cannot be written there is no place to say so.
        let _ = self.to.write_all(&self.lines).and_then(|()| self.to.flush());
        self.lines.clear();
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Waiting").field("bytes", &self.lines.len()).finish_non_exhaustive()
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        let mut waiting = self.lines.lock();
        waiting.is_over = true;
        waiting.write();
        drop(waiting);
        self.lines.0.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // It cannot have failed in a way that matters: all is written.
            let _ = thread.join();
        }
    }
}

/// What one line is written to.
#[derive(Debug)]
pub(super) struct Line<'g> {
    lines: &'g Gathered,
    is_urgent: bool,
}

impl<'g> MakeWriter<'g> for Gathered {
    type Writer = Line<'g>;

    fn make_writer(&'g self) -> Line<'g> {
        Line { lines: self, is_urgent: true }
    }

    fn make_writer_for(&'g self, metadata: &Metadata<'_>) -> Line<'g> {
        Line { lines: self, is_urgent: *metadata.level() <= Level::WARN }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waiting = self.lines.lock();
        let is_first = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(bytes);
        if self.is_urgent || waiting.is_over || waiting.lines.len() >= MOST {
            waiting.write();
        } else if is_first {
            self.lines.0.changed.notify_one();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tracing_subscriber::fmt;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::tests::Lines;
    use super::*;

    /// Logs through gathered lines, and returns how many had been written by the end of the log and then at last.
    fn written(log: impl FnOnce(&Lines) -> usize) -> (usize, usize) {
        let lines = Lines::default();
        let (gathered, gathering) = Gathered::begin(lines.clone());
        let layer = fmt::layer().with_writer(gathered).with_ansi(false);
        let before = tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || log(&lines));
        drop(gathering);
        (before, lines.text().lines().count())
    }

    fn count(lines: &Lines) -> usize {
        lines.text().lines().count()
    }

    #[test]
    fn a_warning_is_written_at_once_with_what_waits_before_it() {
        let log = |lines: &Lines| {
            tracing::info!("one");
            tracing::info!("two");
            tracing::warn!("three");
            let before = count(lines);
            tracing::info!("four");
            before
        };
        let (before, at_last) = written(log);
        assert!((3..=4).contains(&before), "{before}");
        assert_eq!(at_last, 4, "nothing is lost at the end");
    }

    #[test]
    fn other_lines_wait_for_a_moment_only() {
        let log = |lines: &Lines| {
            tracing::info!("one");
            let patience = Instant::now() + Duration::from_secs(60);
            while count(lines) == 0 && Instant::now() < patience {
                thread::sleep(Duration::from_millis(1));
            }
            count(lines)
        };
        assert_eq!(written(log), (1, 1));
    }

    #[test]
    fn much_is_written_before_it_fills_the_memory() {
        let long = "a".repeat(1_000);
        let log = |lines: &Lines| {
            (0..200).for_each(|_| tracing::info!(long));
            count(lines)
        };
        let (before, at_last) = written(log);
        assert!(before >= 100, "{before}");
        assert_eq!(at_last, 200);
    }
}
