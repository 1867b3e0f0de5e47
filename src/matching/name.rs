//! Names as they are compared: their words, without case, accents and what is mere spelling; acronyms; initials.

use std::collections::BTreeSet;

use crate::model::words_of_name;

/// How like two words must be to count as one, misspelled; from 0 to 1.
const NEAR: f64 = 0.92;

/// Words of up to this many letters may lack from an acronym: `of`, `and`, `für`.
const SMALL_WORD: usize = 3;

/// The most words of a name that count.
const MOST_WORDS: usize = 32;

/// A name, and the words that it is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) words: Vec<String>,
    /// The words in an order of their own, so that names with the same words have one key.
    pub(super) key: String,
    /// The acronyms that the name would have: of all words, and of those that are not small.
    pub(super) initials: BTreeSet<String>,
}

impl Name {
    pub(super) fn of(text: &str) -> Self {
        let mut words: Vec<String> = words_of_name(text).iter().map(|word| fold(word)).collect();
        words.truncate(MOST_WORDS);
        Self { text: text.to_owned(), key: key(&words), initials: initials(&words), words }
    }
}

fn key(words: &[String]) -> String {
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.join(" ")
}

fn initials(words: &[String]) -> BTreeSet<String> {
    let of = |words: &mut dyn Iterator<Item = &String>| -> String {
        words.filter_map(|word| word.chars().next()).flat_map(char::to_uppercase).collect()
    };
    let all = of(&mut words.iter());
    let large = of(&mut words.iter().filter(|word| word.chars().count() > SMALL_WORD));
    [all, large].into_iter().filter(|initials| initials.chars().count() > 1).collect()
}

/// Returns an acronym as it is compared: letters and digits only, in capitals.
pub(super) fn acronym(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (!kept.is_empty()).then_some(kept)
}

/// Returns how like two words are, from 0 to 1; 0 where they are too far from one another to be one.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    if a.chars().next() != b.chars().next() {
        // Most words differ here, and hardly anybody mistypes the first letter.
        return 0.0;
    }
    let has_digit = |word: &str| word.chars().any(|c| c.is_ascii_digit());
    if has_digit(a) || has_digit(b) {
        // Numbers that differ by one digit are two numbers.
        return 0.0;
    }
    let likeness = strsim::jaro_winkler(a, b);
    if likeness >= NEAR { likeness } else { 0.0 }
}

/// Returns a word without accents, whether they stand as marks of their own or within the letters.
fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars() {
        match letter {
            '\u{300}'..='\u{36f}' => {}
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'æ' => folded.push_str("ae"),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => folded.push('c'),
            'ð' | 'ď' | 'đ' => folded.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => folded.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => folded.push('g'),
            'ĥ' | 'ħ' => folded.push('h'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => folded.push('i'),
            'ĵ' => folded.push('j'),
            'ķ' => folded.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => folded.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => folded.push('o'),
            'œ' => folded.push_str("oe"),
            'ŕ' | 'ŗ' | 'ř' => folded.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ţ' | 'ť' | 'ŧ' | 'ț' => folded.push('t'),
            'þ' => folded.push_str("th"),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => folded.push('u'),
            'ŵ' => folded.push('w'),
            'ý' | 'ÿ' | 'ŷ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, words: &[&str], initials: &[&str]) {
        let name = Name::of(name);
        assert_eq!(name.words, words);
        assert_eq!(name.initials.iter().map(String::as_str).collect::<Vec<_>>(), initials);
    }

    #[test]
    fn case_accents_articles_and_punctuation_are_no_part_of_a_word() {
        check("The Bibliothèque", &["bibliotheque"], &[]);
        check("Cafe\u{301} Müller & Søn", &["cafe", "muller", "and", "son"], &["CM", "CMAS"]);
        check("Children's Department", &["childrens", "department"], &["CD"]);
        check("287(g) Program", &["287", "g", "program"], &["2GP"]);
    }

    #[test]
    fn an_acronym_may_leave_small_words_out() {
        check("Office of Public Affairs", &["office", "of", "public", "affairs"], &["OOPA", "OPA"]);
        assert_eq!(acronym("O.P.A."), Some("OPA".to_owned()));
        assert_eq!(acronym("-"), None);
    }

    #[test]
    fn a_misspelled_word_is_near_and_another_number_is_not() {
        assert!(likeness("enforcement", "enforcment") > NEAR);
        assert!(likeness("health", "wealth") < f64::EPSILON);
        assert!(likeness("1001", "1002") < f64::EPSILON);
    }
}
