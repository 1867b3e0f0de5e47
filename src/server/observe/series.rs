//! A metric with labels, whose series stand in the exposition in the order of their labels.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// The labels of a series: names and values.
pub(super) type Labels<'l, const N: usize> = [(&'static str, &'l str); N];

/// A series with its labels.
type Labelled<const N: usize, M> = ([(&'static str, String); N], M);

/// The series of a metric, by their labels. There are few of them, and one is looked up for each request: it takes no
/// copy of its labels.
#[derive(Debug)]
pub(super) struct Series<const N: usize, M> {
    /// In the order of their labels.
    series: Arc<RwLock<Vec<Labelled<N, M>>>>,
    make: fn() -> M,
}

impl<const N: usize, M> Clone for Series<N, M> {
    fn clone(&self) -> Self {
        Self { series: Arc::clone(&self.series), make: self.make }
    }
}

impl<const N: usize, M> Series<N, M> {
    /// Returns a metric with no series yet.
    pub(super) fn new(make: fn() -> M) -> Self {
        Self { series: Arc::default(), make }
    }

    /// Counts in one series, which is there from now on.
    pub(super) fn with(&self, labels: Labels<'_, N>, count: impl FnOnce(&M)) {
        let series = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = place(&series, labels).ok().and_then(|at| series.get(at)) {
            return count(found);
        }
        drop(series);
        let mut series = self.series.write().unwrap_or_else(PoisonError::into_inner);
        let at = place(&series, labels).unwrap_or_else(|at| {
            series.insert(at, (labels.map(|(name, value)| (name, value.to_owned())), (self.make)()));
            at
        });
        if let Some((_, made)) = series.get(at) {
            count(made);
        }
    }

    /// Takes a series out.
    pub(super) fn remove(&self, labels: Labels<'_, N>) {
        let mut series = self.series.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(at) = place(&series, labels) {
            series.remove(at);
        }
    }
}

/// Returns where a series is, or where it belongs.
fn place<const N: usize, M>(series: &[Labelled<N, M>], labels: Labels<'_, N>) -> Result<usize, usize> {
    // All have the same names.
    series.binary_search_by(|(found, _)| {
        found.iter().map(|(_, value)| value.as_str()).cmp(labels.map(|(_, value)| value))
    })
}

impl<const N: usize, M: EncodeMetric + TypedMetric> EncodeMetric for Series<N, M> {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        for (labels, metric) in self.series.read().unwrap_or_else(PoisonError::into_inner).iter() {
            metric.encode(encoder.encode_family(labels)?)?;
        }
        Ok(())
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }

    fn is_empty(&self) -> bool {
        self.series.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}
