//! Scalars to values: numbers, truth values, words and hashes.

use super::yaml::Node;
use crate::model::UnitId;

/// Reads a decimal number that is not quoted.
pub(super) fn number(node: &Node) -> Option<f64> {
    let text = node.plain()?;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = digits.chars().next().is_some_and(|c| c.is_ascii_digit());
    let holds = digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'));
    text.parse::<f64>().ok().filter(|value| starts && holds && value.is_finite())
}

/// Returns how the text would be written as a number, when that is plain to see.
pub(super) fn number_hint(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, ',' | '_' | ' ' | '\'')).collect();
    let is_number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_number.then(|| format!("write `{bare}`, without quotes and separators"))
}

/// Reads `true` or `false` that is not quoted.
pub(super) fn boolean(node: &Node) -> Option<bool> {
    match node.plain()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Returns `None` for a word in lower case; otherwise the word to write, empty when there is none.
pub(super) fn word_fault(text: &str) -> Option<String> {
    let good = |text: &str| {
        text.starts_with(|c: char| c.is_lowercase())
            && text.chars().all(|c| c.is_lowercase() || c.is_numeric() || matches!(c, '-' | ' ' | '\''))
    };
    if good(text) {
        return None;
    }
    let better = text.trim().to_lowercase().replace('_', "-");
    Some(if good(&better) { better } else { String::new() })
}

/// Returns an id that is near to a text that is none, when there is one.
pub(super) fn id_near(text: &str) -> Option<String> {
    let joined = text.split_whitespace().collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let better = joined.trim_start_matches(['-', '_', '.']);
    UnitId::new(better).is_ok().then(|| better.to_owned())
}

/// Tells whether the text is a SHA-256 as it is to be written.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Span;
    use crate::source::yaml::Value;

    #[track_caller]
    fn check(text: &str, expected: Option<f64>) {
        let node = Node { value: Value::Scalar { text: text.into(), plain: true }, span: Span::new(0, 0) };
        assert_eq!(number(&node), expected, "{text}");
    }

    #[test]
    fn a_number_is_decimal_and_finite() {
        check("20000", Some(20_000.0));
        check("-1.5", Some(-1.5));
        check("6e9", Some(6e9));
        for bad in ["20,000", "1_000", "0x10", "inf", ".nan", "1e999", "", "-", "12 km"] {
            check(bad, None);
        }
    }

    #[test]
    fn a_word_is_lower_case() {
        assert_eq!(word_fault("field office"), None);
        assert_eq!(word_fault("Field_Office"), Some("field-office".into()));
        assert_eq!(word_fault("$$"), Some(String::new()));
    }
}
