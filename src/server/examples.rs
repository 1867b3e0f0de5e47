//! The example queries, which teach what can be asked: `web/examples/*.graphql`.
//!
//! The comment at the top of each file is its documentation: the first line is the title, the
//! next paragraph says what the query shows, and what follows says what to notice.

use std::sync::LazyLock;

use serde::Serialize;

/// A query that teaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Its name in addresses, from the name of its file.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub description: String,
    /// The document, comments included.
    pub query: &'static str,
}

/// Returns the examples in the order in which they teach.
#[must_use]
pub fn examples() -> &'static [Example] {
    static EXAMPLES: LazyLock<Vec<Example>> =
        LazyLock::new(|| table::SOURCES.iter().map(|(name, query)| Example::new(name, query)).collect());
    &EXAMPLES
}

impl Example {
    fn new(name: &'static str, query: &'static str) -> Self {
        let comment = query.lines().map_while(|line| line.strip_prefix('#')).map(str::trim).collect::<Vec<_>>();
        let mut paragraphs = comment.split(|line| line.is_empty()).map(|lines| lines.join(" "));
        let mut next = || paragraphs.next().unwrap_or_default();
        Self { name, title: next(), description: next(), query }
    }

    /// Returns the ids of units, snapshots and eras that the query asks about.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        const NAMES: [&str; 10] = ["id", "unit", "snapshot", "era", "under", "within", "from", "to", "one", "other"];
        let code = self.query.lines().filter(|line| !line.trim_start().starts_with('#'));
        code.flat_map(|line| {
            let pieces: Vec<&'static str> = line.split('"').collect();
            let names_id = |before: &str| {
                let name = before.trim_end().trim_end_matches(':').trim_end();
                NAMES.iter().any(|wanted| name.ends_with(wanted))
            };
            let literals = pieces.chunks_exact(2).filter(|pair| pair.first().is_some_and(|before| names_id(before)));
            literals.filter_map(|pair| pair.get(1).copied()).collect::<Vec<_>>()
        })
    }
}

mod table {
    //! Written by `build.rs`.
    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn a_comment_gives_the_title_and_what_the_query_shows() {
        let example = Example::new("a", "# A title\n#\n# Shows one\n# thing.\n#\n# Notice: another.\nquery A { a }\n");
        assert_eq!(example.title, "A title");
        assert_eq!(example.description, "Shows one thing.");
    }

    #[test]
    fn the_ids_that_a_query_asks_about_are_those_in_its_arguments() {
        let query =
            "# \"no\"\n{ a(from: { era: \"e-1\" } at: { date: \"2015-01-01\" }) unit(id: \"u\") { b(text: \"x\") } }";
        assert_eq!(Example::new("a", query).ids().collect::<Vec<_>>(), ["e-1", "u"]);
    }

    #[test]
    fn a_query_with_no_comment_has_neither() {
        let example = Example::new("a", "{ a }");
        assert_eq!((example.title.as_str(), example.description.as_str()), ("", ""));
    }

    #[test]
    fn every_example_teaches_and_parses_and_has_a_named_operation_for_its_tab() {
        let names: BTreeSet<&str> = examples().iter().map(|example| example.name).collect();
        assert_eq!(names.len(), examples().len(), "two examples have one name");
        assert!(examples().len() >= 6, "{names:?}");
        for Example { name, title, description, query } in examples() {
            assert!(!title.is_empty() && !description.is_empty(), "{name} says nothing of itself");
            assert!(query.contains("\n# Notice: "), "{name} does not say what to notice");
            let document = parse_query(query).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(document.operations.iter().all(|(operation, _)| operation.is_some()), "{name} names no operation");
        }
    }
}
