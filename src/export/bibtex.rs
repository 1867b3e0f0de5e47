//! Citations as BibTeX.

use crate::model::Day;

use super::address::BaseUrl;
use super::citation::Citation;

/// Returns an entry. Letters beyond ASCII stay as they are, in UTF-8, which biber and the BibTeX of today read.
pub(super) fn entry(citation: &Citation, base: Option<&BaseUrl>, accessed: Option<Day>) -> String {
    let mut fields = vec![
        // The inner braces keep the capitals of names as they are.
        ("title", format!("{{{}}}", escape(&citation.title()))),
        ("howpublished", format!("eragraph, revision {}", citation.address.revision)),
    ];
    if let Some(issued) = citation.issued() {
        fields.push(("year", issued.year().to_string()));
        fields.push(("month", issued.month().to_string()));
    }
    fields.push(("version", citation.address.revision.to_string()));
    // An address is taken letter by letter, so that nothing in it may be escaped.
    fields.push(("url", citation.url(base)));
    fields.extend(accessed.map(|day| ("urldate", day.to_string())));
    fields.extend(citation.sources.told().map(|told| ("note", escape(&told))));
    // With no author, this is what a bibliography sorts by.
    fields.push(("key", "eragraph".to_owned()));
    let lines: Vec<String> = fields.iter().map(|(name, value)| format!("  {name} = {{{value}}},\n")).collect();
    format!("@misc{{{},\n{}}}\n", citation.address.key(), lines.concat())
}

/// Escapes what TeX reads as commands. Braces become commands too: BibTeX counts even those after a backslash.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '{' => escaped.push_str("\\textbraceleft{}"),
            '}' => escaped.push_str("\\textbraceright{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '%' | '&' | '#' | '_' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::citation::tests::awkward;

    #[test]
    fn whatever_the_texts_hold_the_entry_is_whole() {
        let base = BaseUrl::parse("https://example.org").ok();
        let entry = entry(&awkward(), base.as_ref(), Day::parse("2026-12-01"));
        let expected = r#"@misc{eragraph:r3:unit:a_b:minimum-basis:shown,
  title = {{Büro \textbraceright{} of "X" (minimum basis shown)}},
  howpublished = {eragraph, revision 3},
  year = {2026},
  month = {11},
  version = {3},
  url = {https://example.org/r/3/unit/a_b?minimum-basis=shown},
  urldate = {2026-12-01},
  note = {Source: 100\% of \#1 \textbraceleft{}half (Smith \& Sons, \$5, \textasciitilde{}a\textasciicircum{}b\textbackslash{}c, file a\_b.txt, dated 2008\textasciitilde{}/2009)},
  key = {eragraph},
}
"#;
        assert_eq!(entry, expected);
        let count = |brace: char| entry.matches(brace).count();
        assert_eq!(count('{'), count('}'));
    }
}
