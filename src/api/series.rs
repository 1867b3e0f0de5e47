//! Figures as series: every statement of one count, and whether a line may be drawn through them.

use async_graphql::{Object, SimpleObject};

use crate::history::{Citation, ItemFact, LayerIx, Series, SnapshotIx, UnitIx};
use crate::model;

use crate::search::same_words;

use super::details::Figure;
use super::evidence::Evidence;
use super::scalar::{Date, EdtfDate};
use super::scope::Scope;
use super::snapshot::Snapshot;
use super::unit::Unit;
use super::words::Certainty;

/// All that the sources say of one count of a unit, in the order of their dates.
#[derive(SimpleObject)]
#[graphql(crate = "super::driver")]
pub(super) struct FigureSeries {
    /// The unit.
    unit: Unit<'static>,
    /// What is counted: `employees`, `budget` …
    measure: String,
    /// The unit of measurement: `USD`, `hours` …
    unit_of_measure: Option<String>,
    /// What exactly is counted, and on which condition.
    scope: Option<String>,
    /// The statements, the earliest first.
    points: Vec<FigurePoint>,
    /// Whether a line may be drawn through the points. Where not, draw each point by itself, with its wording.
    trend: bool,
    /// Why a line may be drawn through the points, or exactly why not.
    explanation: String,
}

impl FigureSeries {
    /// Returns the series of units, of one measure where one is asked for.
    pub(super) fn find<'h>(scope: &'h Scope, units: Vec<UnitIx>, measure: Option<&str>) -> Vec<Series<'h>> {
        let all = units.into_iter().flat_map(|unit| scope.history().series(unit, scope.floor));
        let measure = measure.map(same_words);
        let is_wanted = |series: &Series<'_>| {
            measure.as_ref().is_none_or(|measure| same_words(&series.first.item.measure) == *measure)
        };
        all.filter(is_wanted).collect()
    }

    pub(super) fn of(scope: &Scope, series: &Series<'_>) -> Self {
        let counted = series.first.item;
        Self {
            unit: scope.clone().into_unit(series.unit),
            measure: counted.measure.clone(),
            unit_of_measure: counted.unit.clone(),
            scope: counted.scope.clone(),
            points: series.points().map(|point| FigurePoint::of(scope, point)).collect(),
            trend: scope.history().is_trend(series),
            explanation: scope.history().explain_series(series),
        }
    }
}

/// One statement of a count, with its source and date.
pub(super) struct FigurePoint {
    scope: Scope,
    figure: model::Figure,
    layer: LayerIx,
    snapshot: SnapshotIx,
}

impl FigurePoint {
    fn of(scope: &Scope, point: &ItemFact<'_, model::Figure>) -> Self {
        Self { scope: scope.clone(), figure: point.item.clone(), layer: point.layer, snapshot: point.snapshot }
    }

    fn window(&self) -> model::Window {
        self.scope.history().layer(self.layer).window
    }

    fn citations(&self) -> Vec<Evidence> {
        Evidence::all(&self.scope, [Citation::of(self.snapshot, &self.figure.evidence)])
    }
}

/// One statement of a count. Its date is that of its source: the count may be older.
#[Object(crate = "super::driver")]
impl FigurePoint {
    /// The number with its wording.
    async fn figure(&self) -> Figure {
        Figure::of(&self.figure, self.citations())
    }

    /// The least number that the wording is taken to allow; null where it sets none. `more than` leaves this one number
    /// out; `about` allows half a unit of the last digit that is not zero, either way: about 20,000 is 15,000 to 25,000.
    async fn at_least(&self) -> Option<f64> {
        self.figure.range().low()
    }

    /// The greatest number that the wording allows; null where it sets none. `less than` leaves this one number out.
    async fn at_most(&self) -> Option<f64> {
        self.figure.range().high()
    }

    /// The snapshot whose source gives it.
    async fn snapshot(&self) -> Snapshot {
        Snapshot { scope: self.scope.clone(), snapshot: self.snapshot }
    }

    /// The date of that source, or of the part of it, as written.
    async fn observed(&self) -> EdtfDate {
        self.scope.written_date(self.layer)
    }

    /// The first day on which it may have been written; null where that end is open.
    async fn earliest(&self) -> Option<Date> {
        self.window().earliest().map(Date)
    }

    /// The last day on which it may have been written; null where that end is open.
    async fn latest(&self) -> Option<Date> {
        self.window().latest().map(Date)
    }

    /// CERTAIN where the source is dated to the day.
    async fn certainty(&self) -> Certainty {
        if self.window().is_one_day() { Certainty::Certain } else { Certainty::Possible }
    }

    /// Where it stands.
    async fn evidence(&self) -> Vec<Evidence> {
        self.citations()
    }
}
