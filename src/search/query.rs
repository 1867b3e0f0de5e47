//! What is looked for: words and quoted phrases, read from one line of text.

use super::words::{Word, fold, plain, words};

/// A search as it was typed, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) terms: Vec<Term>,
    /// All words without punctuation, to tell whether a text is just what was looked for.
    pub(super) plain: String,
}

/// Something that must stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// A word; it may be mistyped, and the last one may be unfinished.
    Word {
        /// The word.
        word: Word,
        /// Whether it may be the beginning of a longer one.
        is_last: bool,
    },
    /// Words in quotes, which stand side by side just so.
    Phrase(Vec<Word>),
}

impl Query {
    /// Reads a search; `None` where there is no letter and no digit in it.
    ///
    /// A quote that is not closed reaches to the end.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text);
        let mut terms: Vec<Term> = Vec::new();
        for (at, piece) in folded.split('"').enumerate() {
            if at % 2 == 0 {
                terms.extend(words(piece).map(|word| Term::Word { word, is_last: false }));
            } else {
                let phrase: Vec<Word> = words(piece).collect();
                terms.extend((!phrase.is_empty()).then_some(Term::Phrase(phrase)));
            }
        }
        if let Some(Term::Word { is_last, .. }) = terms.last_mut() {
            *is_last = true;
        }
        (!terms.is_empty()).then(|| Self { terms, plain: plain(&folded.replace('"', " ")) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes the terms: a phrase in quotes, the last word with an ellipsis.
    fn written(text: &str) -> Option<Vec<String>> {
        let terms = Query::parse(text)?.terms;
        let whole = |words: &[Word]| words.iter().map(|word| word.whole.as_str()).collect::<Vec<_>>().join(" ");
        let shown = terms.iter().map(|term| match term {
            Term::Word { word, is_last } => format!("{}{}", word.whole, if *is_last { "…" } else { "" }),
            Term::Phrase(words) => format!("'{}'", whole(words)),
        });
        Some(shown.collect())
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(written(text).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn quotes_make_phrases_and_the_last_word_may_be_unfinished() {
        check("Homeland Sec", &["homeland", "sec…"]);
        check("\"State and Local\" office", &["'state and local'", "office…"]);
        check("office “State and Local”", &["office", "'state and local'"]);
        check("\"not closed", &["'not closed'"]);
    }

    #[test]
    fn a_search_without_letters_and_digits_is_none() {
        assert_eq!(Query::parse("  \"&\" +"), None);
        assert_eq!(Query::parse(""), None);
    }
}
