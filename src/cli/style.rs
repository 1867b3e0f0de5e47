//! How text looks: colours, broken lines, and nothing in it that a terminal would obey.

use crate::diagnostics::Colour;

/// Colours, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    coloured: bool,
}

impl Style {
    pub(super) fn coloured() -> Self {
        Self { coloured: true }
    }

    pub(super) fn plain() -> Self {
        Self { coloured: false }
    }

    /// Returns the same choice for reports.
    pub(super) fn colour(self) -> Colour {
        if self.coloured { Colour::Always } else { Colour::Never }
    }

    pub(super) fn is_coloured(self) -> bool {
        self.coloured
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.coloured && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(super) fn cyan(self, text: &str) -> String {
        self.paint("36", text)
    }
}

/// Returns a text from an input with nothing in it that a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Breaks a text into lines of at most `width` columns, each indented.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let room = width.saturating_sub(indent.len()).max(20);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().flat_map(|line| [indent, line, "\n"]).collect()
}

/// Returns how many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    console::measure_text_width(text)
}

/// Returns `1 unit`, `2 units`.
pub(super) fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_an_input_cannot_command_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c");
    }

    #[test]
    fn lines_break_between_words_and_a_long_word_stays_whole() {
        assert_eq!(wrap("one two three four five six", 22, "  "), "  one two three four\n  five six\n");
        assert_eq!(wrap("a-word-longer-than-the-line x", 20, ""), "a-word-longer-than-the-line\nx\n");
    }
}
