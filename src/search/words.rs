//! Words: how a text is folded, and the forms in which one word is found, such as `287(g)`, `287g` and `287 g`.

use std::vec::IntoIter;

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RawTokenizer, TextAnalyzer, Token, TokenStream as _, Tokenizer,
};

/// A word between spaces, in the forms in which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is written, without the punctuation around it: `287(g)`, `c++`.
    pub(super) whole: String,
    /// Its letters and digits only: `287g`, `c`.
    pub(super) joined: String,
    /// The runs of letters and digits in it: `287` and `g`.
    pub(super) runs: Vec<String>,
}

impl Word {
    fn of(chunk: &str) -> Option<Self> {
        let runs: Vec<String> =
            chunk.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()).map(str::to_owned).collect();
        (!runs.is_empty()).then(|| Self { whole: bare(chunk), joined: runs.concat(), runs })
    }
}

/// Returns a chunk without the punctuation around it, but for what belongs to a name: `c++`, `287(g)`.
fn bare(chunk: &str) -> String {
    let start = chunk.trim_start_matches(|c: char| !c.is_alphanumeric());
    let kept = start.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '+' | '#')));
    let is_open = kept.matches('(').count() > kept.matches(')').count();
    let closes = is_open && start.strip_prefix(kept).is_some_and(|rest| rest.starts_with(')'));
    if closes { format!("{kept})") } else { kept.to_owned() }
}

/// Returns a text in lower case and without accents.
pub(super) fn fold(text: &str) -> String {
    let mut analyzer =
        TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build();
    let mut stream = analyzer.token_stream(text);
    let folded = stream.next().map(|token| token.text.clone()).unwrap_or_default();
    folded.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect()
}

/// Returns the words of a folded text.
pub(super) fn words(folded: &str) -> impl Iterator<Item = Word> + '_ {
    folded.split_whitespace().filter_map(Word::of)
}

/// Returns the words without punctuation, to compare whole texts.
pub(super) fn plain(folded: &str) -> String {
    words(folded).flat_map(|word| word.runs).collect::<Vec<_>>().join(" ")
}

/// Gives the index each word in all its forms, at the position of its first run.
#[derive(Debug, Clone, Default)]
pub(super) struct NameTokenizer;

impl Tokenizer for NameTokenizer {
    type TokenStream<'a> = NameStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> NameStream {
        let mut tokens: Vec<Token> = Vec::new();
        let mut position = 0;
        for Word { whole, joined, runs } in words(&fold(text)) {
            let forms = [whole, joined].into_iter().filter(|form| runs.first() != Some(form));
            let mut forms: Vec<(usize, String)> = forms.map(|form| (position, form)).collect();
            forms.dedup();
            let count = runs.len();
            forms.extend(runs.into_iter().enumerate().map(|(at, run)| (position + at, run)));
            tokens.extend(forms.into_iter().map(|(position, text)| Token { position, text, ..Token::default() }));
            position += count;
        }
        NameStream { tokens: tokens.into_iter(), current: Token::default() }
    }
}

/// The tokens of one text.
#[derive(Debug)]
pub(super) struct NameStream {
    tokens: IntoIter<Token>,
    current: Token,
}

impl tantivy::tokenizer::TokenStream for NameStream {
    fn advance(&mut self) -> bool {
        self.tokens.next().map(|token| self.current = token).is_some()
    }

    fn token(&self) -> &Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.current
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        let mut found = Vec::new();
        NameTokenizer.token_stream(text).process(&mut |token| found.push((token.position, token.text.clone())));
        let found: Vec<(usize, &str)> = found.iter().map(|(at, text)| (*at, text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn punctuation_inside_a_name_stays_and_is_not_needed() {
        check("287(g) program", &[(0, "287(g)"), (0, "287g"), (0, "287"), (1, "g"), (2, "program")]);
        check("(AT&T),", &[(0, "at&t"), (0, "att"), (0, "at"), (1, "t")]);
        check("in C++.", &[(0, "in"), (1, "c++"), (1, "c")]);
        check("Program - 287(g).", &[(0, "program"), (1, "287(g)"), (1, "287g"), (1, "287"), (2, "g")]);
        check("& — !", &[]);
    }

    #[test]
    fn case_and_accents_are_folded_however_they_are_encoded() {
        check("CAFÉ", &[(0, "cafe")]);
        check("Cafe\u{301} Øst", &[(0, "cafe"), (1, "ost")]);
    }
}
