//! Which known word a misspelled one may have meant.

use strsim::damerau_levenshtein;

/// The longest word that a nearer one is looked for, in bytes: the comparison costs the square of it.
const LONGEST: usize = 128;

/// Returns the known word nearest to `wrong`, when it is near enough to have been meant.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = |text: &str| text.to_lowercase().replace('_', "-");
    if wrong.len() > LONGEST {
        return None;
    }
    let wrong = folded(wrong);
    let reach = (wrong.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|word| (damerau_levenshtein(&wrong, &folded(word)), word))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, word)| word)
}

/// Returns the hint that names the nearest known word, when there is one.
#[must_use]
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(wrong, known).map(|word| format!("did you mean `{word}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wrong: &str, expected: Option<&str>) {
        assert_eq!(nearest(wrong, ["acronym", "also-written", "kind", "lines", "name"]), expected, "{wrong}");
    }

    #[test]
    fn only_a_near_word_is_offered() {
        check("acronymn", Some("acronym"));
        check("also_written", Some("also-written"));
        check("Kind", Some("kind"));
        check("line", Some("lines"));
        check("budget", None);
    }
}
