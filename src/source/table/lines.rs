//! The lines of a text: on which of them a piece of it stands.

use super::reader::Row;
use crate::diagnostics::Span;

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Returns a piece of the text with its lines.
    pub(super) fn row(&self, span: Span) -> Row {
        // An end is the offset after the last byte.
        let last = span.end.saturating_sub(1).max(span.start);
        Row { span, first_line: self.line(span.start), last_line: self.line(last) }
    }

    /// Returns the line of an offset, counted from 1.
    fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}
