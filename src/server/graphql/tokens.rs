//! The tokens of a document, counted before anything is made of it.
//!
//! The parser works out a document as a tree, by recursion. What is too long or nested too deep for that is found here
//! first, in one pass that keeps nothing.

/// What a document is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tokens {
    /// How many tokens there are, as the lexical grammar of GraphQL counts them.
    pub(super) count: usize,
    /// How deep brackets of all kinds nest.
    pub(super) nesting: usize,
}

/// Counts the tokens of a text; what is no token counts as one, for the parser to refuse.
pub(super) fn count(text: &str) -> Tokens {
    let mut bytes = text.as_bytes();
    let mut tokens = Tokens::default();
    let mut open = 0_usize;
    while let Some((first, rest)) = bytes.split_first() {
        let length = match first {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                bytes = rest;
                continue;
            }
            b'#' => {
                bytes = bytes.get(comment(bytes)..).unwrap_or_default();
                continue;
            }
            b'{' | b'[' | b'(' => {
                open = open.saturating_add(1);
                tokens.nesting = tokens.nesting.max(open);
                1
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                1
            }
            b'.' if bytes.starts_with(b"...") => 3,
            b'"' if bytes.starts_with(b"\"\"\"") => block_string(bytes),
            b'"' => string(bytes),
            byte if byte.is_ascii_digit() => bytes.iter().take_while(|byte| is_number(**byte)).count(),
            byte if is_word(*byte) => bytes.iter().take_while(|byte| is_word(**byte)).count(),
            b'-' => 1 + rest.iter().take_while(|byte| is_number(**byte)).count(),
            _ => 1,
        };
        tokens.count = tokens.count.saturating_add(1);
        bytes = bytes.get(length..).unwrap_or_default();
    }
    tokens
}

/// A letter of a name.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A letter of a number.
fn is_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')
}

/// Returns the length of a comment: it ends with its line.
fn comment(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count()
}

/// Returns the length of a string with its quotes; one that does not end takes its line.
fn string(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\n' | b'\r' => return at,
            _ => escaped = *byte == b'\\' && !escaped,
        }
    }
    bytes.len()
}

/// Returns the length of a block string with its quotes; one that does not end takes all the rest.
fn block_string(bytes: &[u8]) -> usize {
    let mut at = 3;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(b"\\\"\"\"") {
            at += 4;
        } else if rest.starts_with(b"\"\"\"") {
            return at + 3;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, count_expected: usize, nesting: usize) {
        assert_eq!(count(text), Tokens { count: count_expected, nesting }, "{text}");
    }

    #[test]
    fn names_numbers_and_marks_are_tokens() {
        check("", 0, 0);
        check(" ,\u{feff}", 3, 0); // A byte order mark is three bytes that no token begins with; the parser says so.
        check("{ eras { id } }", 6, 2);
        check("query A($id: ID! = \"x\") @skip(if: true) { a: b(c: [-1.5e3, 2], d: {e: F}) }", 38, 3);
        check("{ ...on Unit { id } ...Parts }", 10, 2);
    }

    #[test]
    fn comments_and_strings_hide_what_is_in_them() {
        check("# { a\n{ a }# }", 3, 1);
        check(r#"{ a(b: "{[(\"{" ) }"#, 8, 2);
        check("{ a(b: \"\"\"{ \\\"\"\" [\n{\"\"\" ) }", 8, 2);
    }

    #[test]
    fn what_does_not_end_ends_with_the_text() {
        check("\"abc", 1, 0);
        check("\"abc\n{", 2, 1);
        check("\"\"\"abc\n{", 1, 0);
        check("}}}", 3, 0);
        check(&"[".repeat(1000), 1000, 1000);
    }
}
