//! Figures as series: statements of one count put in order, and whether a line may be drawn through them.

use std::collections::BTreeSet;

use eragraph::model::{Basis, Figure, UnitId};

use super::facts::{Claim, sorted};
use super::model::Oracle;

/// A series: its statements in order, and whether a line may be drawn through them.
pub(crate) type Series = (Vec<String>, bool);

impl Oracle<'_> {
    /// Returns the series of a unit.
    pub(crate) fn series(&self, unit: &UnitId, floor: Option<Basis>) -> BTreeSet<Series> {
        let all = sorted(&self.facts(unit).figures, |at| at.basis.passes(floor));
        let of = |one: &Claim<'_, &Figure>| {
            let same: Vec<_> = all.iter().filter(|other| other.value.counts_the_same_as(one.value)).collect();
            let told = same.iter().map(|claim| format!("{} {}", claim.value.measure, claim.value)).collect();
            (told, same.len() > 1 && same.windows(2).all(|pair| is_a_line(pair[0], pair[1])))
        };
        all.iter().map(of).collect()
    }
}

fn is_a_line(a: &Claim<'_, &Figure>, b: &Claim<'_, &Figure>) -> bool {
    let in_order = matches!((a.at.window, b.at.window), (Some(a), Some(b)) if a.is_before(&b));
    let bounded = |figure: &Figure| match figure.qualifier.as_deref() {
        None | Some("approximately" | "about") => {
            figure.value.is_some() || figure.low.is_some() && figure.high.is_some()
        }
        Some(_) => false,
    };
    let exact = |figure: &Figure| figure.value.is_some() && figure.qualifier.is_none();
    let comparable = (exact(a.value) && exact(b.value)) || a.value.contradicts(b.value);
    in_order && bounded(a.value) && bounded(b.value) && comparable
}
