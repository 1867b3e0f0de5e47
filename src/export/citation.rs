//! A citation of an answer: what is cited, where it is found again, and on which sources it rests.

use indexmap::IndexSet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::Day;

use super::address::{Address, BaseUrl};
use super::{bibtex, csl};

/// How many sources a citation names; the others are counted.
const NAMED_SOURCES: usize = 8;
/// The longest text of one source or title, in characters.
const MAX_TEXT: usize = 300;

/// What is cited, and where it is found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// What is cited, as a title.
    pub what: String,
    /// The moment that it is of, in words; `None` for what is of all time.
    pub moment: Option<String>,
    /// Where it is found again.
    pub address: Address,
    /// When its revision was recorded.
    pub recorded_at: Option<Timestamp>,
    /// The sources that it rests on.
    pub sources: Sources,
}

/// The sources that something rests on, each once; the first few of them, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sources(IndexSet<CitedSource>);

/// A source as a citation names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CitedSource {
    /// Its title, or the reference of what is known from elsewhere.
    pub title: String,
    /// Where a reader can look it up.
    pub reference: Option<String>,
    /// The name of its file.
    pub file: Option<String>,
    /// Its date, as it is written in the input.
    pub date: Option<String>,
}

impl Sources {
    /// Adds a source, where it is not there yet.
    pub fn add(&mut self, source: CitedSource) {
        self.0.insert(source);
    }

    /// Returns the sources in words; `None` where there is none.
    pub(super) fn told(&self) -> Option<String> {
        let mut told: Vec<String> = self.0.iter().take(NAMED_SOURCES).map(CitedSource::told).collect();
        let more = self.0.len().saturating_sub(told.len());
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        let word = if self.0.len() == 1 { "Source" } else { "Sources" };
        (!told.is_empty()).then(|| format!("{word}: {}", told.join("; ")))
    }
}

impl CitedSource {
    fn told(&self) -> String {
        let file = self.file.as_ref().map(|file| format!("file {file}"));
        let date = self.date.as_ref().map(|date| format!("dated {date}"));
        let details: Vec<String> = self.reference.iter().cloned().chain(file).chain(date).collect();
        let title = one_line(&self.title);
        if details.is_empty() { title } else { format!("{title} ({})", one_line(&details.join(", "))) }
    }
}

impl Citation {
    /// Returns what is cited with its moment and its conditions.
    pub(super) fn title(&self) -> String {
        let conditions = self.address.conditions();
        let mut title = one_line(&self.what);
        if let Some(moment) = &self.moment {
            title.push_str(&format!(", {}", one_line(moment)));
        }
        if !conditions.is_empty() {
            title.push_str(&format!(" ({})", conditions.join(", ")));
        }
        title
    }

    /// Returns the day on which the revision was recorded, in UTC.
    pub(super) fn issued(&self) -> Option<Date> {
        self.recorded_at.map(|at| at.to_zoned(TimeZone::UTC).date())
    }

    pub(super) fn url(&self, base: Option<&BaseUrl>) -> String {
        BaseUrl::join(base, &self.address.to_string())
    }

    /// Returns the citation as one paragraph of plain text.
    #[must_use]
    pub fn text(&self, base: Option<&BaseUrl>, accessed: Option<Day>) -> String {
        let recorded = self.recorded_at.map_or_else(String::new, |at| format!(", recorded {}", at.strftime("%FT%TZ")));
        let accessed = accessed.map_or_else(String::new, |day| format!(", accessed {day}"));
        let sources = self.sources.told().map_or_else(String::new, |told| format!(" {told}."));
        let (title, revision, url) = (self.title(), self.address.revision, self.url(base));
        format!("{title}. eragraph, revision {revision}{recorded}. {url}{accessed}.{sources}")
    }

    /// Returns the citation as a BibTeX entry, in UTF-8.
    #[must_use]
    pub fn bibtex(&self, base: Option<&BaseUrl>, accessed: Option<Day>) -> String {
        bibtex::entry(self, base, accessed)
    }

    /// Returns the citation as CSL-JSON: a list of one item.
    #[must_use]
    pub fn csl_json(&self, base: Option<&BaseUrl>, accessed: Option<Day>) -> String {
        csl::items(self, base, accessed)
    }
}

/// Returns a text on one line, with no control characters, cut where it is very long.
fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::export::Subject;

    /// A citation whose every text is awkward.
    pub(in crate::export) fn awkward() -> Citation {
        let unit = "a_b".parse().unwrap();
        let address = Address { revision: 3, subject: Subject::Unit(unit), floor: Some(crate::model::Basis::Shown) };
        let mut sources = Sources::default();
        sources.add(CitedSource {
            title: "100% of #1 {half".to_owned(),
            reference: Some("Smith & Sons, $5, ~a^b\\c".to_owned()),
            file: Some("a_b.txt".to_owned()),
            date: Some("2008~/2009".to_owned()),
        });
        Citation {
            what: "Büro } of\n\"X\"".to_owned(),
            moment: None,
            address,
            recorded_at: "2026-11-21T23:30:00.123456789Z".parse().ok(),
            sources,
        }
    }

    #[test]
    fn the_text_says_what_where_and_on_which_sources() {
        let base = BaseUrl::parse("https://example.org").ok();
        let expected = "Büro } of \"X\" (minimum basis shown). eragraph, revision 3, recorded 2026-11-21T23:30:00Z. \
             https://example.org/r/3/unit/a_b?minimum-basis=shown, accessed 2026-12-01. \
             Source: 100% of #1 {half (Smith & Sons, $5, ~a^b\\c, file a_b.txt, dated 2008~/2009).";
        assert_eq!(awkward().text(base.as_ref(), Day::parse("2026-12-01")), expected);
        assert!(awkward().text(None, None).contains(". /r/3/unit/a_b?minimum-basis=shown. Source"));
    }

    #[test]
    fn of_many_sources_the_first_are_named_and_the_rest_counted() {
        let mut citation = awkward();
        for number in 0..20 {
            let title = format!("page {number}");
            citation.sources.add(CitedSource { title: title.clone(), reference: None, file: None, date: None });
            citation.sources.add(CitedSource { title, reference: None, file: None, date: None });
        }
        let text = citation.text(None, None);
        assert!(text.ends_with("page 5; page 6; and 13 more."), "{text}");
    }

    #[test]
    fn a_very_long_text_is_cut() {
        assert_eq!(one_line(&"é".repeat(1000)).chars().count(), MAX_TEXT + 1);
    }
}
