//! The one door through which the command line writes: results to stdout, notes and progress to stderr.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clap::ValueEnum;
use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::diagnostics::Report;

use super::style::Style;

/// The width of lines where there is no terminal to ask.
const DEFAULT_WIDTH: usize = 100;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// Text for people.
    #[default]
    Human,
    /// JSON for programs, on stdout; notes stay on stderr.
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where the output goes, and how it looks there.
pub(super) struct Output {
    stdout: io::Stdout,
    stderr: io::Stderr,
    /// How results are written.
    pub(super) format: Format,
    /// The style of results.
    pub(super) style: Style,
    /// The style of notes.
    pub(super) note_style: Style,
    /// The width to break lines at, in columns.
    pub(super) width: usize,
    /// Whether a moving progress display has someone to look at it.
    lively: bool,
}

/// How many bytes are read between two plain lines that tell of it.
const TOLD_BYTES: u64 = 100_000_000;

/// Long work under way; what a terminal shows of it goes away when it is dropped.
pub(super) struct Progress(Option<ProgressBar>);

/// The reading of so many bytes under way: as a bar on a terminal, else as a plain line now and then.
pub(super) struct Reading {
    progress: Progress,
    total: u64,
    read: Cell<u64>,
    /// Whether plain lines are wanted.
    tells: bool,
}

impl Reading {
    /// Tells that more bytes are read.
    pub(super) fn advance(&self, bytes: usize) {
        let before = self.read.get();
        let read = before.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.read.set(read);
        if let Some(bar) = &self.progress.0 {
            bar.set_position(read);
        } else if self.tells && read / TOLD_BYTES > before / TOLD_BYTES {
            // That nobody can read it stops no work.
            let _ = writeln!(io::stderr(), "  {} of {} read …", DecimalBytes(read), DecimalBytes(self.total));
        }
    }

    /// Tells that all is read, and what is done now.
    pub(super) fn then(&self, what: &'static str) {
        if let Some(bar) = &self.progress.0 {
            bar.set_position(self.total);
            bar.set_message(what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Output {
    pub(super) fn new(format: Format, choice: ColourChoice) -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let style = |is_terminal: bool| match choice {
            ColourChoice::Always => Style::coloured(),
            ColourChoice::Auto if is_terminal && may_colour() => Style::coloured(),
            ColourChoice::Auto | ColourChoice::Never => Style::plain(),
        };
        let width = if stdout.is_terminal() {
            console::Term::stdout().size_checked().map_or(DEFAULT_WIDTH, |(_, columns)| usize::from(columns))
        } else {
            DEFAULT_WIDTH
        };
        Self {
            format,
            style: style(stdout.is_terminal()),
            note_style: style(stderr.is_terminal()),
            width: width.clamp(40, 120),
            lively: stderr.is_terminal() && format == Format::Human,
            stdout,
            stderr,
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Writes a result, as it is.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())?;
        self.stdout.flush()
    }

    /// Writes a result as one JSON document.
    pub(super) fn print_json(&mut self, value: &Value) -> io::Result<()> {
        self.print(&format!("{value:#}\n"))
    }

    /// Writes a line beside the results. That nobody can read it stops no work.
    pub(super) fn note(&mut self, line: &str) {
        let _ = writeln!(self.stderr, "{line}");
    }

    /// Writes what the reader should look at.
    pub(super) fn notice(&mut self, text: &str) {
        let line = format!("{} {text}", self.note_style.yellow("notice:"));
        self.note(&line);
    }

    /// Writes a report beside the results, where it says anything.
    pub(super) fn note_report(&mut self, report: &Report) {
        if !report.diagnostics.is_empty() {
            let text = report.to_human(self.note_style.colour());
            self.note(text.trim_end());
        }
    }

    /// Says that a reading of so many bytes begins: as a bar on a terminal, else as a plain line.
    pub(super) fn reading(&mut self, what: &str, total: u64) -> Reading {
        let progress = self.progress(what);
        if let Some(bar) = &progress.0 {
            bar.set_length(total);
            let template = "{spinner} {msg} {wide_bar} {decimal_bytes} of {decimal_total_bytes} ({elapsed})";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
        }
        Reading { progress, total, read: Cell::new(0), tells: self.format == Format::Human }
    }

    /// Says that long work begins: as a moving display on a terminal, else as a plain line.
    pub(super) fn progress(&mut self, what: &str) -> Progress {
        if self.lively {
            let bar = ProgressBar::new_spinner().with_message(what.to_owned());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            return Progress(Some(bar));
        }
        if self.format == Format::Human {
            self.note(&format!("{what} …"));
        }
        Progress(None)
    }
}

/// Tells whether the environment leaves colour to us (see no-color.org).
fn may_colour() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
