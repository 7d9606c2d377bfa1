//! What Prometheus reads at `GET /metrics`. Made once and handed to whoever counts; labels hold kinds, never ids.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Encoder as _, Gauge, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TEXT_FORMAT,
    TextEncoder,
};
use tokio::time::Instant;

use super::error::ApiError;
use crate::domain::access::{Access, Role};

/// Upper bounds of the request durations, in seconds: from our own part of an answer (5 ms) to a slow upstream (10 s).
const DURATIONS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0];

/// The server's counters. Clones count into the same ones; what counts below `http` is given the single counter it needs.
#[derive(Debug, Clone)]
pub struct Metrics {
    http_requests: IntCounterVec,
    http_duration: HistogramVec,
    uptime: Gauge,
    started: Instant,
    registry: Registry,
}

impl Metrics {
    /// A registry of its own with all counters and the process's memory, CPU time, threads and open files.
    ///
    /// # Errors
    /// Only if two metrics here bear one name, which the first start would show.
    pub fn new() -> Result<Self, prometheus::Error> {
        let counters = |name: &str, help: &str, labels: &[&str]| {
            IntCounterVec::new(Opts::new(name, help), labels)
        };
        let duration = HistogramOpts::new(
            "interpres_http_request_duration_seconds",
            "Time until the head of the answer was ready",
        )
        .buckets(DURATIONS.to_vec());
        let metrics = Self {
            http_requests: counters(
                "interpres_http_requests_total",
                "HTTP requests answered",
                &["method", "route", "status"],
            )?,
            http_duration: HistogramVec::new(duration, &["method", "route"])?,
            uptime: Gauge::new("interpres_uptime_seconds", "Time since the server started")?,
            started: Instant::now(),
            registry: Registry::new(),
        };
        metrics
            .registry
            .register(Box::new(metrics.http_requests.clone()))?;
        metrics
            .registry
            .register(Box::new(metrics.http_duration.clone()))?;
        metrics
            .registry
            .register(Box::new(metrics.uptime.clone()))?;
        metrics
            .registry
            .register(Box::new(ProcessCollector::for_self()))?;
        Ok(metrics)
    }

    /// Where further collectors are registered.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Time since these metrics were made, which is when the server started.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Everything in Prometheus' text format.
    ///
    /// # Errors
    /// If a collector gives a metric without samples' consistent labels.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Everything as it is now, in the order of the names.
    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        self.uptime.set(self.uptime().as_secs_f64());
        self.registry.gather()
    }

    /// Counts an answered request. `route` is the pattern (`/api/rooms/{id}`), never the path.
    pub(super) fn count_request(
        &self,
        method: &Method,
        route: &str,
        status: StatusCode,
        took: Duration,
    ) {
        let method = known_method(method);
        self.http_requests
            .with_label_values(&[method, route, status.as_str()])
            .inc();
        self.http_duration
            .with_label_values(&[method, route])
            .observe(took.as_secs_f64());
    }
}

/// A method may be any word, and each new label value is memory for good.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Metrics in Prometheus' text format.
#[utoipa::path(
    tag = "system",
    responses(
        (status = 200, description = "Metrics", body = String, content_type = "text/plain"),
        (status = 403, description = "Needs the role operator"),
    )
)]
#[get("/metrics")]
pub(super) async fn metrics_text(
    access: Access,
    metrics: Data<Metrics>,
) -> Result<HttpResponse, ApiError> {
    access.require(Role::Operator)?;
    as_text(&metrics)
}

/// The answer in Prometheus' text format.
///
/// # Errors
/// 500 if a collector is at odds with itself.
pub(super) fn as_text(metrics: &Metrics) -> Result<HttpResponse, ApiError> {
    let text = metrics.text().map_err(|error| {
        tracing::error!(%error, "metrics cannot be written");
        ApiError::of_status(StatusCode::INTERNAL_SERVER_ERROR, None)
    })?;
    Ok(HttpResponse::Ok().content_type(TEXT_FORMAT).body(text))
}
