//! Lines of the log that are written together: a write for each takes longer than all else that a small answer takes.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

/// How many bytes wait at most.
const MOST: usize = 64 * 1024;

thread_local! {
    /// The lines of this thread that wait for others, while there are such.
    static WAITING: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Lines that are to be written together, and where to.
#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    /// `None` until there is a line.
    to: Option<Gathered>,
}

/// Writes each line as it comes, but those together that come from [`together`].
#[derive(Clone)]
pub(super) struct Gathered(Arc<Mutex<dyn Write + Send>>);

/// Does work, and writes what this thread logs meanwhile together at its end.
pub(super) fn together<T>(work: impl FnOnce() -> T) -> T {
    let _before = Before(WAITING.replace(Some(Lines::default())));
    work()
}

/// What waited before does again when this is dropped, and what waits is written, also where the work is unwound.
struct Before(Option<Lines>);

impl Drop for Before {
    fn drop(&mut self) {
        if let Some(mut lines) = WAITING.replace(self.0.take()) {
            lines.write();
        }
    }
}

impl Lines {
    fn write(&mut self) {
        if let Some(to) = &self.to {
            to.write(&self.text);
        }
        self.text.clear();
    }
}

impl Gathered {
    pub(super) fn new(to: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(to)))
    }

    fn write(&self, lines: &[u8]) {
        let mut to = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where the log cannot be written there is no place to say so.
        let _ = to.write_all(lines).and_then(|()| to.flush());
    }
}

impl fmt::Debug for Gathered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gathered").finish_non_exhaustive()
    }
}

impl MakeWriter<'_> for Gathered {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Write for Gathered {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        WAITING.with_borrow_mut(|waiting| match waiting {
            Some(lines) => {
                lines.text.extend_from_slice(line);
                lines.to.get_or_insert_with(|| self.clone());
                if lines.text.len() >= MOST {
                    lines.write();
                }
            }
            None => Self::write(self, line),
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::fmt;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::tests::Lines;
    use super::*;

    /// Logs through gathered lines, and returns how many there are at last.
    fn written(log: impl FnOnce(&Lines)) -> usize {
        let lines = Lines::default();
        let layer = fmt::layer().with_writer(Gathered::new(lines.clone())).with_ansi(false);
        let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || log(&lines));
        count(&lines)
    }

    fn count(lines: &Lines) -> usize {
        lines.text().lines().count()
    }

    #[test]
    fn a_line_by_itself_is_written_at_once() {
        let at_last = written(|lines| {
            tracing::info!("one");
            assert_eq!(count(lines), 1);
        });
        assert_eq!(at_last, 1);
    }

    #[test]
    fn lines_that_come_together_are_written_at_their_end() {
        let at_last = written(|lines| {
            together(|| {
                tracing::info!("one");
                together(|| tracing::info!("two"));
                tracing::warn!("three");
                assert_eq!(count(lines), 1, "what is within is whole");
            });
            assert_eq!(count(lines), 3);
            tracing::info!("four");
        });
        assert_eq!(at_last, 4);
    }

    #[test]
    fn what_is_unwound_is_written_too() {
        let at_last = written(|_| {
            let work = || {
                together(|| {
                    tracing::info!("one");
                    panic!("and no more");
                })
            };
            assert!(std::panic::catch_unwind(work).is_err());
        });
        assert_eq!(at_last, 1);
    }

    #[test]
    fn much_is_written_before_it_fills_the_memory() {
        let long = "a".repeat(1_000);
        let at_last = written(|lines| {
            together(|| {
                (0..200).for_each(|_| tracing::info!(long));
                assert!(count(lines) >= 100);
            });
        });
        assert_eq!(at_last, 200);
    }
}
