//! When two names are the same name, spelled otherwise.

/// Tells whether two names differ only in an article, punctuation, a character reference, a country
/// prefix, case, or a bracketed acronym.
#[must_use]
pub fn is_respelled(a: &str, b: &str) -> bool {
    let (a, b) = (words_of_name(a), words_of_name(b));
    !a.is_empty() && a == b
}

/// Returns the words that make up a name, in lower case: without articles, punctuation, a country prefix and
/// bracketed acronyms, and with character references resolved.
#[must_use]
pub fn words_of_name(name: &str) -> Vec<String> {
    let resolved = name
        .replace("&amp;", " and ")
        .replace("&#38;", " and ")
        .replace("&nbsp;", " ")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace('&', " and ");
    let unbracketed = without_brackets(&resolved);
    let letters: String = unbracketed
        .chars()
        .filter(|c| !matches!(c, '.' | '\'' | '\u{2019}'))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let mut words: Vec<String> = letters.split_whitespace().map(str::to_lowercase).collect();
    words.retain(|word| !matches!(word.as_str(), "the" | "a" | "an"));
    let prefix = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["united", "states", _, ..] => 2,
        ["us" | "usa" | "uk" | "eu", _, ..] => 1,
        _ => 0,
    };
    words.split_off(prefix)
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
    }

    #[test]
    fn other_words_are_another_name() {
        check("Office of State and Local Coordination", "Office of State, Local and Tribal Coordination", false);
        check("287(g) Program", "Program", false);
        check("Congressional Relations", "Office of Congressional Relations", false);
        check("The", "A", false);
    }
}
