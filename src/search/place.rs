//! Places asked by name: which place, and which part of it, a text means.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::History;
use crate::model::{PlaceClaim, PlaceRole};

use super::words::{fold, plain};

/// A place that is asked for, as the areas that it means: those of all that any source gives.
#[derive(Debug, Clone)]
pub struct PlaceAsked<'h> {
    means: BTreeSet<(&'h str, Option<&'h str>)>,
}

/// What a text may mean: a place with all its parts, or one part of it.
type Target = (String, Option<String>);

/// Places with their parts, and other forms of each.
type Areas<'h> = BTreeMap<(&'h str, Option<&'h str>), BTreeSet<&'h str>>;

impl<'h> PlaceAsked<'h> {
    /// Reads the name of a place, whatever its case, accents and punctuation.
    ///
    /// It may be asked with a part of it, before or after the name (`upstate New York`), or by the name of a part
    /// alone, which is written with a capital (`Long Island`). Who answers for a whole place answers for its parts, as
    /// far as any source names them. A place that no source gives means nothing.
    #[must_use]
    pub fn read(history: &'h History, text: &str) -> Self {
        let details = history.corpus().snapshots.values().flat_map(|snapshot| snapshot.mentions.details());
        let mut areas = Areas::new();
        for claim in details.flat_map(|(_, details)| &details.places).filter(|claim| claim.role == PlaceRole::Area) {
            let forms = areas.entry((claim.place.as_str(), claim.part_of_place.as_deref())).or_default();
            forms.extend(claim.also_written.iter().map(String::as_str));
        }
        Self::among(&areas, text)
    }

    fn among(areas: &Areas<'h>, text: &str) -> Self {
        let asked = same_words(text);
        let found = areas.iter().flat_map(|(area, forms)| targets(*area, forms, &asked));
        let mut targets: BTreeSet<Target> = found.collect();
        if targets.iter().any(|(_, part)| part.is_none()) {
            // A place of that name is meant, and no part of another (West Virginia).
            targets.retain(|(_, part)| part.is_none());
        }
        let means = areas.keys().copied().filter(|area| targets.iter().any(|target| is_in(*area, target)));
        Self { means: means.collect() }
    }

    /// Tells whether an area that a source gives is meant.
    #[must_use]
    pub fn means(&self, claim: &PlaceClaim) -> bool {
        claim.role == PlaceRole::Area && self.names(&claim.place, claim.part_of_place.as_deref())
    }

    /// Tells whether a place and its part are meant.
    #[must_use]
    pub fn names(&self, place: &str, part: Option<&str>) -> bool {
        self.means.contains(&(place, part))
    }
}

/// Returns what a text can mean of an area.
fn targets((place, part): (&str, Option<&str>), forms: &BTreeSet<&str>, asked: &str) -> Vec<Target> {
    let place = same_words(place);
    if place == asked {
        return vec![(place, None)];
    }
    if forms.iter().any(|form| same_words(form) == asked) {
        return vec![(place, part.map(same_words))];
    }
    let mut found = Vec::new();
    for piece in part.into_iter().flat_map(pieces) {
        let is_name = piece.starts_with(char::is_uppercase);
        let piece = same_words(piece);
        let with_place = [format!("{piece} {place}"), format!("{place} {piece}")];
        if with_place.iter().any(|whole| whole == asked) || (is_name && piece == asked) {
            found.push((place.clone(), Some(piece)));
        }
    }
    found
}

fn is_in((place, part): (&str, Option<&str>), (wanted, of): &Target) -> bool {
    let has = |of: &String| part.is_none_or(|part| pieces(part).any(|piece| same_words(piece) == *of));
    same_words(place) == *wanted && of.as_ref().is_none_or(has)
}

/// Returns a part as it is written, and the pieces that it is listed in: `San Diego` and `Imperial Counties`.
fn pieces(part: &str) -> impl Iterator<Item = &str> {
    let listed = part.split(['/', ',', ';']).flat_map(|piece| piece.split(" and ")).map(str::trim);
    std::iter::once(part.trim()).chain(listed.filter(|piece| !piece.is_empty()))
}

/// Returns the words of a text without case, accents and punctuation.
#[must_use]
pub fn same_words(text: &str) -> String {
    plain(&fold(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, expected: &[(&str, Option<&str>)]) {
        let areas = [
            ("District of Columbia", None),
            ("California", Some("northern")),
            ("California", Some("San Diego and Imperial Counties")),
            ("New York", Some("upstate / Buffalo")),
            ("New York", Some("Metro and Long Island")),
            ("Virginia", Some("west")),
            ("West Virginia", None),
            ("Québec", None),
            ("Québec", Some("Gaspé")),
        ];
        let forms = |place| BTreeSet::from_iter((place == "District of Columbia").then_some("D.C."));
        let areas = areas.into_iter().map(|area| (area, forms(area.0))).collect();
        let found = PlaceAsked::among(&areas, asked).means;
        assert_eq!(found, expected.iter().copied().collect::<BTreeSet<_>>(), "{asked}");
    }

    #[test]
    fn a_place_is_asked_with_its_part_or_without() {
        check(
            "california",
            &[("California", Some("northern")), ("California", Some("San Diego and Imperial Counties"))],
        );
        check("Northern California", &[("California", Some("northern"))]);
        check("California, northern", &[("California", Some("northern"))]);
        check("Upstate New York", &[("New York", Some("upstate / Buffalo"))]);
        check("san diego, california", &[("California", Some("San Diego and Imperial Counties"))]);
        check("DC", &[]);
        check("d.c.", &[("District of Columbia", None)]);
        check("Long Island", &[("New York", Some("Metro and Long Island"))]);
        check("QUEBEC", &[("Québec", None), ("Québec", Some("Gaspé"))]);
        check("gaspe", &[("Québec", None), ("Québec", Some("Gaspé"))]);
    }

    #[test]
    fn what_no_source_gives_means_nothing_and_a_place_is_no_part_of_another() {
        check("northern", &[]);
        check("York", &[]);
        check("", &[]);
        check("southern California", &[]);
        check("West Virginia", &[("West Virginia", None)]);
    }
}
