//! Diagnostics as text for people, drawn by miette.

use std::fmt;
use std::sync::Arc;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, NamedSource, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use super::{Diagnostic, Place, Related, Report, Severity};

/// Whether the text holds escape sequences for colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// None: for files, pipes and tests.
    #[default]
    Never,
    /// Colours of a terminal.
    Always,
}

/// Asks for the lines that a span lies in, whole, and for none around them; see [`Lines`].
const WHOLE_LINES: usize = 1;

impl Report {
    /// Returns the report as text: each diagnostic with its place, the line of the file, and a hint; then the sum.
    ///
    /// Lines are as long as they are, so that a message can be searched for; a terminal breaks them.
    #[must_use]
    pub fn to_human(&self, colour: Colour) -> String {
        let styles = match colour {
            Colour::Never => ThemeStyles::none(),
            Colour::Always => ThemeStyles::ansi(),
        };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_wrap_lines(false)
            .with_context_lines(WHOLE_LINES)
            .without_syntax_highlighting();
        let mut text = String::new();
        for diagnostic in &self.diagnostics {
            let drawn = Drawn::new(self, diagnostic);
            // Writing to a string cannot fail; should miette itself fail, the bare message remains.
            if handler.render_report(&mut text, &drawn).is_err() {
                text.push_str(&diagnostic.message);
            }
            text.push('\n');
        }
        text.push_str(&self.summary());
        text.push('\n');
        text
    }
}

/// A diagnostic in the shape that miette draws.
#[derive(Debug)]
struct Drawn {
    message: String,
    code: Option<String>,
    severity: miette::Severity,
    source: Option<Lines>,
    labels: Vec<LabeledSpan>,
    hint: Option<String>,
    elsewhere: Vec<Self>,
}

impl Drawn {
    fn new(report: &Report, diagnostic: &Diagnostic) -> Self {
        let code = format!("{} {}", diagnostic.code.number(), diagnostic.code.title());
        let severity = match diagnostic.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        };
        let here = diagnostic.place.map(|place| place.file);
        let (beside, elsewhere): (Vec<&Related>, Vec<&Related>) =
            diagnostic.related.iter().partition(|related| Some(related.place.file) == here);
        let mut labels = Vec::new();
        if let Some(place) = diagnostic.place {
            labels.extend(label(report, place, diagnostic.label.clone(), true));
        }
        labels.extend(beside.iter().filter_map(|r| label(report, r.place, Some(r.label.clone()), false)));
        let source = diagnostic.place.and_then(|place| source(report, place));
        let named = |text: &str| match diagnostic.place {
            // A file as a whole has no line to show, so the message itself names it.
            Some(Place { file, span: None }) => {
                report.file(file).map_or_else(|| text.to_owned(), |file| format!("{}: {text}", file.name))
            }
            _ => text.to_owned(),
        };
        Self {
            message: named(&diagnostic.message),
            code: Some(code),
            severity,
            source,
            labels,
            hint: diagnostic.hint.clone(),
            elsewhere: elsewhere.into_iter().map(|related| Self::related(report, related)).collect(),
        }
    }

    fn related(report: &Report, related: &Related) -> Self {
        Self {
            message: related.label.clone(),
            code: None,
            severity: miette::Severity::Advice,
            source: source(report, related.place),
            labels: label(report, related.place, None, true).into_iter().collect(),
            hint: None,
            elsewhere: Vec::new(),
        }
    }
}

fn source(report: &Report, place: Place) -> Option<Lines> {
    let file = report.file(place.file)?;
    place.span.map(|_| Lines(NamedSource::new(&*file.name, Arc::clone(&file.text))))
}

/// A text that is shown by whole lines.
///
/// miette shows either the marked text alone or lines around it as well. Without context it asks only
/// to learn the position of a span, and gets just that.
#[derive(Debug)]
struct Lines(NamedSource<Arc<str>>);

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if before + after == 0 {
            return self.0.read_span(span, 0, 0);
        }
        let text = self.0.inner();
        let (start, end) = (span.offset(), span.offset() + span.len());
        let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
        self.0.read_span(&(first, last - first).into(), 0, 0)
    }
}

fn label(report: &Report, place: Place, text: Option<String>, primary: bool) -> Option<LabeledSpan> {
    let length = report.file(place.file)?.text.len();
    let span = place.span?;
    let start = span.start.min(length);
    let at = (start, span.end.min(length).saturating_sub(start));
    Some(if primary { LabeledSpan::new_primary_with_span(text, at) } else { LabeledSpan::new_with_span(text, at) })
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl miette::Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code: &'a String = self.code.as_ref()?;
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint: &'a String = self.hint.as_ref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let source: &dyn SourceCode = self.source.as_ref()?;
        Some(source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        fn shown(drawn: &Drawn) -> &dyn miette::Diagnostic {
            drawn
        }
        Some(Box::new(self.elsewhere.iter().map(shown)))
    }
}
