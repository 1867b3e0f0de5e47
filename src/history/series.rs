//! Figures as series: what all sources say of one count, in order, and whether a line may be drawn through it.

use std::collections::BTreeSet;

use petgraph::Direction::Incoming;
use petgraph::visit::EdgeRef;

use crate::model::{Basis, Figure};

use super::graph::{Edge, History};
use super::items::ItemFact;
use super::node::UnitIx;
use super::view::{At, Lens};

/// All statements of one count of a unit, in the order of their dates.
#[derive(Debug, Clone)]
pub struct Series<'h> {
    /// The unit.
    pub unit: UnitIx,
    /// The first statement.
    pub first: ItemFact<'h, Figure>,
    /// Those after it; all count the same.
    pub later: Vec<ItemFact<'h, Figure>>,
}

impl<'h> Series<'h> {
    /// Returns the statements, the earliest first.
    pub fn points(&self) -> impl Iterator<Item = &ItemFact<'h, Figure>> {
        std::iter::once(&self.first).chain(&self.later)
    }
}

/// Why no line may be drawn through two points that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    /// The dates overlap: which of the two is earlier is open.
    Order,
    /// A bound is no number.
    Bound,
    /// Both can be true of one number.
    Overlap,
}

impl History {
    /// Returns the figures of a unit as series, by measure, unit of measurement and scope.
    #[must_use]
    pub fn series(&self, unit: UnitIx, floor: Option<Basis>) -> Vec<Series<'_>> {
        let view = self.view_at(At::Day(crate::model::Day::MAX), Lens { floor, include_outdated: true });
        let mut facts: Vec<_> = view.all_figures(unit).collect();
        facts.sort_by(|a, b| {
            let count = |figure: &Figure| (figure.measure.clone(), figure.unit.clone(), figure.scope.clone());
            (count(a.item), a.order).cmp(&(count(b.item), b.order))
        });
        let runs = facts.chunk_by(|a, b| a.item.counts_the_same_as(b.item));
        let series = runs.filter_map(|points| {
            let (first, later) = points.split_first()?;
            Some(Series { unit, first: *first, later: later.to_vec() })
        });
        series.collect()
    }

    /// Returns a unit and all that any source ever put somewhere below it, in the order of their ids.
    #[must_use]
    pub fn ever_below(&self, top: UnitIx) -> BTreeSet<UnitIx> {
        let mut found = BTreeSet::from([top]);
        let mut open = vec![top];
        while let Some(parent) = open.pop() {
            for edge in self.graph.edges_directed(parent, Incoming).filter(|edge| *edge.weight() == Edge::Parent) {
                if found.insert(edge.source()) {
                    open.push(edge.source());
                }
            }
        }
        found
    }

    /// Tells whether a line may be drawn through a series: every two neighbours are in certain order, each is a number
    /// or a range of numbers, and they are exact or cannot both be true of one number.
    #[must_use]
    pub fn is_trend(&self, series: &Series<'_>) -> bool {
        !series.later.is_empty() && self.gaps(series).is_empty()
    }

    /// Tells why a line may be drawn through a series, or exactly why not.
    #[must_use]
    pub fn explain_series(&self, series: &Series<'_>) -> String {
        let what = format!("`{}` of `{}`", series.first.item.measure, self.unit_id(series.unit));
        let gaps = self.gaps(series);
        let mut told = match (series.later.as_slice(), gaps.as_slice()) {
            ([], _) => {
                vec![format!("Of {what} in this sense there is one statement only: {}.", self.point(&series.first))]
            }
            (_, []) => {
                let told: Vec<String> = series.points().map(|point| self.point(point)).collect();
                vec![format!(
                    "The {} statements of {what} are certainly in this order, and are numbers that can be compared: {}.",
                    told.len(),
                    told.join("; ")
                )]
            }
            (_, gaps) => gaps.iter().map(|(gap, a, b)| self.gap(*gap, a, b)).collect(),
        };
        let readings = series.points().filter_map(|point| Some((point, point.identity?)));
        told.extend(readings.map(|(point, basis)| {
            let basis = super::descent_words::told_basis(basis);
            format!("That `{}` speaks of this same unit is a reading ({basis}).", self.snapshot(point.snapshot).id)
        }));
        told.join(" ")
    }

    /// Returns every reason against a line, with the neighbours that it is about.
    fn gaps<'s, 'h>(&self, series: &'s Series<'h>) -> Vec<(Gap, &'s ItemFact<'h, Figure>, &'s ItemFact<'h, Figure>)> {
        let neighbours = series.points().zip(&series.later);
        let reasons = neighbours.flat_map(|(a, b)| {
            let (first, second) = (a.item.range(), b.item.range());
            let in_order = self.layer(a.layer).window.is_before(&self.layer(b.layer).window);
            let bounded = first.is_bounded() && second.is_bounded();
            let exact = first.is_exact() && second.is_exact();
            let order = (!in_order).then_some(Gap::Order);
            let bound = (!bounded).then_some(Gap::Bound);
            let overlap = (bounded && !exact && first.overlaps(&second)).then_some(Gap::Overlap);
            [order, bound, overlap].into_iter().flatten().map(move |gap| (gap, a, b))
        });
        reasons.collect()
    }

    fn gap(&self, gap: Gap, a: &ItemFact<'_, Figure>, b: &ItemFact<'_, Figure>) -> String {
        let (first, second) = (self.point(a), self.point(b));
        match gap {
            Gap::Order => format!("The dates of {first} and of {second} overlap, so which of them is earlier is open."),
            Gap::Bound => {
                let bounds = [a, b].into_iter().filter(|point| !point.item.range().is_bounded());
                let bounds: BTreeSet<String> = bounds.map(|point| format!("\u{201c}{}\u{201d}", point.item)).collect();
                let told: Vec<String> = bounds.into_iter().collect();
                let is = if told.len() > 1 { "are bounds and no numbers" } else { "is a bound and no number" };
                format!(
                    "Between {first} and {second} no rise, fall or standstill can be read: {} {is}.",
                    told.join(" and ")
                )
            }
            Gap::Overlap => format!("{} and {second} can both be true of one number.", upper(&first)),
        }
    }

    fn point(&self, point: &ItemFact<'_, Figure>) -> String {
        format!("\u{201c}{}\u{201d} in {}", point.item, self.layer_told(point.layer))
    }
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
