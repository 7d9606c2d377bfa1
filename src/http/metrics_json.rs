//! `GET /api/metrics`: what Prometheus reads, as JSON.

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse, get,
    web::{Data, Query},
};
use prometheus::proto::{Metric, MetricFamily, MetricType};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    error::ApiError,
    metrics::{Metrics, as_text},
};
use crate::domain::access::{Access, Role};

/// In which form.
#[derive(Deserialize, IntoParams)]
pub(super) struct Form {
    /// Without it JSON.
    #[param(inline)]
    format: Option<Format>,
}

/// A form of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// As JSON.
    Json,
    /// In Prometheus' text format, as `/metrics`.
    Prometheus,
}

/// All figures.
#[derive(Serialize, ToSchema)]
struct Figures {
    /// In the order of their names.
    metrics: Vec<Figure>,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FigureKind {
    /// A total, which only rises while the server runs.
    Counter,
    /// A level, which rises and falls.
    Gauge,
    /// How often something was how large.
    Histogram,
}

/// A figure.
#[derive(Serialize, ToSchema)]
struct Figure {
    /// Its name, as in `/metrics`.
    name: String,
    /// What it says.
    help: String,
    /// What it is.
    kind: FigureKind,
    /// Its values, one for each combination of labels.
    samples: Vec<Reading>,
}

/// A value of a figure.
#[derive(Serialize, ToSchema)]
struct Reading {
    /// What it is the value of: `{"kind": "room"}`; empty for a figure with one value.
    labels: BTreeMap<String, String>,
    /// The value of a counter or gauge; null where it is no number, and for a histogram.
    #[schema(required)]
    value: Option<f64>,
    /// What a histogram holds; not there for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    histogram: Option<HistogramReading>,
}

/// What a histogram holds.
#[derive(Serialize, ToSchema)]
struct HistogramReading {
    /// How many were measured.
    count: u64,
    /// What they add up to.
    sum: f64,
    /// How many were at most so large.
    buckets: Vec<BucketReading>,
}

/// A bound of a histogram.
#[derive(Serialize, ToSchema)]
struct BucketReading {
    /// The bound.
    up_to: f64,
    /// How many were not larger.
    count: u64,
}

impl Figure {
    /// Nothing for kinds that this server does not have.
    fn of(family: &MetricFamily) -> Option<Self> {
        let kind = match family.get_field_type() {
            MetricType::COUNTER => FigureKind::Counter,
            MetricType::GAUGE => FigureKind::Gauge,
            MetricType::HISTOGRAM => FigureKind::Histogram,
            _ => return None,
        };
        let samples = family.get_metric().iter();
        Some(Self {
            name: family.name().to_owned(),
            help: family.help().to_owned(),
            kind,
            samples: samples.map(|metric| Reading::of(metric, kind)).collect(),
        })
    }
}

impl Reading {
    fn of(metric: &Metric, kind: FigureKind) -> Self {
        let labels = metric.get_label().iter();
        let labels = labels.map(|label| (label.name().to_owned(), label.value().to_owned()));
        let (value, histogram) = match kind {
            FigureKind::Counter => (Some(metric.get_counter().get_value()), None),
            FigureKind::Gauge => (Some(metric.get_gauge().get_value()), None),
            FigureKind::Histogram => (None, Some(HistogramReading::of(metric))),
        };
        Self {
            labels: labels.collect(),
            value,
            histogram,
        }
    }
}

impl HistogramReading {
    fn of(metric: &Metric) -> Self {
        let histogram = metric.get_histogram();
        let buckets = histogram.get_bucket().iter();
        Self {
            count: histogram.get_sample_count(),
            sum: histogram.get_sample_sum(),
            buckets: buckets
                .map(|bucket| BucketReading {
                    up_to: bucket.upper_bound(),
                    count: bucket.cumulative_count(),
                })
                .collect(),
        }
    }
}

/// All figures of `/metrics`, as JSON or as there.
#[utoipa::path(tag = "system", params(Form), responses(
    (status = 200, description = "The figures", content(
        (Figures = "application/json"),
        (String = "text/plain"),
    )),
    (status = 400, description = "There is no such format"),
    (status = 403, description = "Needs the role operator"),
))]
#[get("/api/metrics")]
pub(super) async fn metrics(
    access: Access,
    metrics: Data<Metrics>,
    form: Query<Form>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Operator)?;
    Ok(match form.format {
        Some(Format::Prometheus) => as_text(&metrics)?,
        Some(Format::Json) | None => {
            let families = metrics.gather();
            HttpResponse::Ok().json(Figures {
                metrics: families.iter().filter_map(Figure::of).collect(),
            })
        }
    })
}
