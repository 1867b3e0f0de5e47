//! What is wrong with an input, where it stands, and how to mend it.
//!
//! Everything here is plain: [`Diagnostic`] says one thing, [`Report`] holds all of them with the
//! texts that they point into, [`render`](crate::diagnostics::Report::to_human) shows them.

mod code;
mod json;
mod position;
mod render;
mod suggest;

use std::sync::Arc;

pub use code::{Code, Severity};
pub use position::{Place, Position, Span};
pub use render::Colour;
pub use suggest::{did_you_mean, nearest};

/// The position of a file in [`Report::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub usize);

/// A file that diagnostics point into: its name and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// The name, as it was given.
    pub name: Arc<str>,
    /// The text; bytes that are no UTF-8 stand in it as replacement characters.
    pub text: Arc<str>,
}

/// One thing that is wrong, or that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of trouble it is; it also gives the severity.
    pub code: Code,
    /// What is wrong, naming the thing and the place.
    pub message: String,
    /// Where it stands; `None` when what is meant stands in no file that was given.
    pub place: Option<Place>,
    /// What to write beside the marked text.
    pub label: Option<String>,
    /// How to mend it.
    pub hint: Option<String>,
    /// Other places that have to do with it.
    pub related: Vec<Related>,
}

/// Another place that has to do with a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub place: Place,
    /// What stands there.
    pub label: String,
}

/// A place, told by lines and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// Where it begins, and where what follows it begins; `None` where the file as a whole is meant.
    pub lines: Option<(Position, Position)>,
}

impl Diagnostic {
    /// Starts a diagnostic without a place.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), place: None, label: None, hint: None, related: Vec::new() }
    }

    /// Says where it stands.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what to write beside the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says how to mend it, where that is known.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// Points at another place that has to do with it.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// Returns how grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// All that was found in a set of files, with the texts of the files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The files that the diagnostics point into.
    pub files: Vec<SourceText>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there were than are kept.
    pub left_out: usize,
}

impl Report {
    /// Tells whether something is wrong; warnings alone are not.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.left_out > 0 || self.count(Severity::Error) > 0
    }

    /// Returns the number of diagnostics of a severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity() == severity).count()
    }

    /// Adds what a further check found.
    pub fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Puts the diagnostics in the order of the files and of the places in them; what has no place comes last.
    pub fn sort(&mut self) {
        self.diagnostics.sort_by_key(|diagnostic| match diagnostic.place {
            Some(place) => (0, place.file.0, place.span.map_or(0, |span| span.start)),
            None => (1, 0, 0),
        });
    }

    /// Keeps the first `most` diagnostics and counts the rest, so that a file full of faults costs little to tell of.
    pub fn keep(&mut self, most: usize) {
        self.left_out += self.diagnostics.len().saturating_sub(most);
        self.diagnostics.truncate(most);
    }

    /// Returns the file and its text.
    #[must_use]
    pub fn file(&self, file: FileId) -> Option<&SourceText> {
        self.files.get(file.0)
    }

    /// Returns a place in words that need no text: the name of the file, and lines and columns in it.
    #[must_use]
    pub fn spot(&self, place: Place) -> Option<Spot<'_>> {
        let file = self.file(place.file)?;
        let position = |offset| Position::of(&file.text, offset);
        let lines = place.span.map(|span| (position(span.start), position(span.end)));
        Some(Spot { file: &file.name, lines })
    }

    /// Returns `2 errors, 1 warning`; `no problems` when nothing was found.
    #[must_use]
    pub fn summary(&self) -> String {
        let counted = |severity: Severity| match self.count(severity) {
            0 => None,
            1 => Some(format!("1 {}", severity.word())),
            count => Some(format!("{count} {}s", severity.word())),
        };
        let mut parts: Vec<String> = [Severity::Error, Severity::Warning].into_iter().filter_map(counted).collect();
        parts.extend((self.left_out > 0).then(|| format!("and {} more that are not shown", self.left_out)));
        if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
    }
}
