//! Places in files: byte spans, and the lines and columns that people count.

use super::FileId;

/// A stretch of bytes in a file, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// Returns the span between two offsets; an end before the start makes it empty.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Returns the number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Tells whether it holds no byte.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A file, and where in it; `None` means the file as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Option<Span>,
}

impl Place {
    /// Returns a place within a file.
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span: Some(span) }
    }

    /// Returns the place that is a file as a whole.
    #[must_use]
    pub fn file(file: FileId) -> Self {
        Self { file, span: None }
    }
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Position {
    /// Returns the position of a byte offset; an offset within a character counts as that character.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Self { line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, line: usize, column: usize) {
        assert_eq!(Position::of(text, offset), Position { line, column });
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        check("é: x\nb", 0, 1, 1);
        check("é: x\nb", 4, 1, 4);
        check("é: x\nb", 6, 2, 1);
        check("é", 1, 1, 1);
        check("a", 99, 1, 2);
    }
}
