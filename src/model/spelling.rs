//! When two names are the same name, spelled otherwise.

use std::borrow::Cow;

/// Tells whether two names differ only in an article, punctuation, a character reference, a country
/// prefix, case, or a bracketed acronym. It looks no further than the first word that differs, after the last one.
#[must_use]
pub fn is_respelled(a: &str, b: &str) -> bool {
    if let (Some(a), Some(b)) = (last_word(a), last_word(b))
        && !a.eq_ignore_ascii_case(b)
    {
        return false;
    }
    let (a, b) = (plain(a), plain(b));
    let mut a = words(&a).peekable();
    a.peek().is_some() && a.eq(words(&b))
}

/// Returns the words that make up a name, in lower case: without articles, punctuation, a country prefix and
/// bracketed acronyms, and with character references resolved.
#[must_use]
pub fn words_of_name(name: &str) -> Vec<String> {
    words(&plain(name)).map(Word::in_lower_case).collect()
}

/// What is no part of a name.
const ARTICLES: [&str; 3] = ["the", "a", "an"];

/// A word of a name, in the letters that it is written in.
#[derive(Clone)]
struct Word<'n> {
    text: Cow<'n, str>,
    is_ascii: bool,
}

impl<'n> Word<'n> {
    fn of(piece: &'n str) -> Self {
        let is_ascii = piece.is_ascii();
        let has_mark = if is_ascii { piece.bytes().any(|byte| is_mark(byte.into())) } else { piece.contains(is_mark) };
        Self { text: if has_mark { piece.replace(is_mark, "").into() } else { piece.into() }, is_ascii }
    }

    fn in_lower_case(self) -> String {
        self.text.to_lowercase()
    }

    /// Tells whether it is a word in plain letters, but for case.
    fn is(&self, plain: &str) -> bool {
        self.text.eq_ignore_ascii_case(plain) || !self.is_ascii && self.text.to_lowercase() == plain
    }

    fn is_any_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
            || !(self.is_ascii && other.is_ascii) && self.text.to_lowercase() == other.text.to_lowercase()
    }
}

/// Tells whether a character joins what stands around it, and is no part of it.
fn is_mark(c: char) -> bool {
    matches!(c, '.' | '\'' | '\u{2019}')
}

/// Returns the words of a plain name, without articles and a country prefix.
fn words(name: &str) -> impl Iterator<Item = Word<'_>> {
    let pieces = name.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).map(Word::of);
    let words = pieces.filter(|word| !word.text.is_empty() && !word.is_any_of(&ARTICLES));
    let mut ahead = words.clone();
    let prefix = match ahead.next() {
        Some(first) if first.is_any_of(&["us", "usa", "uk", "eu"]) => 1,
        Some(first) if first.is("united") && ahead.next().is_some_and(|word| word.is("states")) => 2,
        _ => 0,
    };
    // What is all of the name is no prefix.
    words.skip(if ahead.next().is_some() { prefix } else { 0 })
}

/// Returns the last word of a name as it is written; `None` where it takes a closer look to tell.
fn last_word(name: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
    let end = name.bytes().rposition(is_plain)?.checked_add(1)?;
    let from = name.as_bytes().get(..end)?.iter().rposition(|byte| !is_plain(*byte)).map_or(0, |before| before + 1);
    let word = name.get(from..end)?;
    let is_whole = end == name.len() && (from == 0 || name.as_bytes().get(from - 1) == Some(&b' '));
    let counts = !ARTICLES.iter().any(|article| word.eq_ignore_ascii_case(article));
    (is_whole && counts).then_some(word)
}

/// Returns a name with character references resolved, and without bracketed acronyms.
fn plain(name: &str) -> Cow<'_, str> {
    if !name.contains(['&', '(']) {
        return Cow::Borrowed(name);
    }
    let resolved = name
        .replace("&amp;", " and ")
        .replace("&#38;", " and ")
        .replace("&nbsp;", " ")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace('&', " and ");
    Cow::Owned(without_brackets(&resolved))
}

/// Takes out brackets that hold an acronym: one word, mostly capitals.
fn without_brackets(name: &str) -> String {
    let mut rest = name;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once('(') {
        let Some((inside, tail)) = after.split_once(')') else { break };
        kept.push_str(before);
        let capitals = inside.chars().filter(|c| c.is_uppercase()).count();
        let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
        let is_acronym = letters >= 2 && capitals * 2 > letters && !inside.contains(' ');
        if is_acronym {
            kept.push(' ');
        } else {
            kept.push_str(&format!("({inside})"));
        }
        rest = tail;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, same: bool) {
        assert_eq!(is_respelled(a, b), same, "{a} | {b}");
    }

    #[test]
    fn articles_punctuation_references_prefixes_and_acronyms_are_spelling() {
        check("Office of the Principal Legal Advisor", "Office of Principal Legal Advisor", true);
        check("Human Rights Violators &amp; War Crimes Unit", "Human Rights Violators and War Crimes Unit", true);
        check("U.S. Customs and Border Protection", "Customs and Border Protection", true);
        check("Homeland Security Investigations (HSI)", "Homeland Security Investigations", true);
        check("Director\u{2019}s Office", "Director's Office", true);
        check("\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}", true);
        check("United States", "the united states", true);
        check("The UK Office - of Trade", "Office of Trade.", true);
        check("Unit (of Trade", "Unit of Trade", true);
        check("Trade Office, The", "trade office an", true);
        check("Office of \u{212a}", "Office of K", true);
    }

    #[test]
    fn other_words_are_another_name() {
        check("Office of State and Local Coordination", "Office of State, Local and Tribal Coordination", false);
        check("287(g) Program", "Program", false);
        check("Congressional Relations", "Office of Congressional Relations", false);
        check("The", "A", false);
        check("U.S.", "US Embassy", false);
        check("Office of Trade 18", "Office of Trade 1", false);
        check("Office of Trade, the", "TRADE of Office THE", false);
        check("Trade (of", "Trade (of Unit", false);
    }
}
