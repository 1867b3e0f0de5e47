//! A metric with labels, whose series stand in the exposition in the order of their labels.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// The labels of a series: names and values.
pub(super) type Labels<const N: usize> = [(&'static str, String); N];

/// The series of a metric, by their labels.
#[derive(Debug)]
pub(super) struct Series<const N: usize, M> {
    series: Arc<RwLock<BTreeMap<Labels<N>, M>>>,
    make: fn() -> M,
}

impl<const N: usize, M> Clone for Series<N, M> {
    fn clone(&self) -> Self {
        Self { series: Arc::clone(&self.series), make: self.make }
    }
}

impl<const N: usize, M: Clone> Series<N, M> {
    /// Returns a metric with no series yet.
    pub(super) fn new(make: fn() -> M) -> Self {
        Self { series: Arc::default(), make }
    }

    /// Returns one series, which is there from now on.
    pub(super) fn of(&self, labels: Labels<N>) -> M {
        if let Some(found) = self.series.read().unwrap_or_else(PoisonError::into_inner).get(&labels) {
            return found.clone();
        }
        let mut series = self.series.write().unwrap_or_else(PoisonError::into_inner);
        series.entry(labels).or_insert_with(self.make).clone()
    }

    /// Takes a series out.
    pub(super) fn remove(&self, labels: &Labels<N>) {
        self.series.write().unwrap_or_else(PoisonError::into_inner).remove(labels);
    }
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
