//! Citations as CSL-JSON, which reference managers and citation processors read.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::model::Day;

use super::address::BaseUrl;
use super::citation::Citation;

/// Returns a list of one item, valid by the CSL-JSON data schema 1.0.
pub(super) fn items(citation: &Citation, base: Option<&BaseUrl>, accessed: Option<Day>) -> String {
    let mut item = Map::new();
    let mut put = |name: &str, value: Value| {
        item.insert(name.to_owned(), value);
    };
    put("id", citation.address.key().into());
    put("type", "dataset".into());
    put("title", citation.title().into());
    put("source", "eragraph".into());
    put("version", citation.address.revision.to_string().into());
    if let Some(issued) = citation.issued() {
        put("issued", date(issued));
    }
    if let Some(day) = accessed {
        put("accessed", date(day.date()));
    }
    put("URL", citation.url(base).into());
    if let Some(told) = citation.sources.told() {
        put("note", told.into());
    }
    Value::Array(vec![Value::Object(item)]).to_string()
}

fn date(date: Date) -> Value {
    json!({"date-parts": [[date.year(), date.month(), date.day()]]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::citation::tests::awkward;

    #[test]
    fn an_item_has_what_the_format_asks_for() {
        let told = items(&awkward(), BaseUrl::parse("https://example.org").ok().as_ref(), Day::parse("2026-12-01"));
        let read: Value = serde_json::from_str(&told).unwrap();
        let expected = json!([{
            "id": "eragraph:r3:unit:a_b:minimum-basis:shown",
            "type": "dataset",
            "title": "Büro } of \"X\" (minimum basis shown)",
            "source": "eragraph",
            "version": "3",
            "issued": {"date-parts": [[2026, 11, 21]]},
            "accessed": {"date-parts": [[2026, 12, 1]]},
            "URL": "https://example.org/r/3/unit/a_b?minimum-basis=shown",
            "note": "Source: 100% of #1 {half (Smith & Sons, $5, ~a^b\\c, file a_b.txt, dated 2008~/2009)",
        }]);
        assert_eq!(read, expected);
    }
}
