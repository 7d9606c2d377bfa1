//! What the actors count, for Prometheus: read when scraped, so that nothing is counted twice.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use prometheus::{
    core::{Collector, Desc},
    proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use super::{call_figures, engine_figures};
use crate::{
    actors::{
        environment::{Counters, Environment},
        limit::Limit,
    },
    supervision::{KindTotals, QUEUE_TIME_BOUNDS},
};

type Total = fn(&Counters) -> &AtomicU64;

/// Totals of the actors: name, help, value.
const TOTALS: [(&str, &str, Total); 10] = [
    (
        "interpres_websocket_connections_total",
        "WebSocket connections opened",
        |counters| &counters.connections_opened,
    ),
    (
        "interpres_messages_received_total",
        "Text messages from clients",
        |counters| &counters.messages_received,
    ),
    (
        "interpres_messages_sent_total",
        "Text messages to clients",
        |counters| &counters.messages_sent,
    ),
    (
        "interpres_messages_refused_total",
        "Messages from clients that were answered with an error",
        |counters| &counters.messages_refused,
    ),
    (
        "interpres_audio_frames_received_total",
        "Audio frames from clients",
        |counters| &counters.audio_frames_received,
    ),
    (
        "interpres_audio_frames_discarded_total",
        "Audio frames left out because somebody did not keep up",
        |counters| &counters.audio_frames_discarded,
    ),
    (
        "interpres_audio_frames_sent_total",
        "Frames of 20 ms of speech sent to clients",
        |counters| &counters.audio_frames_sent,
    ),
    (
        "interpres_captions_partial_total",
        "Captions made that still changed",
        |counters| &counters.captions_partial,
    ),
    (
        "interpres_captions_final_total",
        "Final captions made",
        |counters| &counters.captions_final,
    ),
    (
        "interpres_speech_milliseconds_total",
        "Speech listened to, in milliseconds",
        |counters| &counters.speech_milliseconds,
    ),
];

type KindTotal = fn(&KindTotals) -> f64;

/// Totals of the supervision layer, by kind of actor: name, help, whether it only rises, value.
const KIND_TOTALS: [(&str, &str, bool, KindTotal); 6] = [
    (
        "interpres_actors_alive",
        "Actors that have not ended, by kind",
        false,
        |totals| totals.alive as f64,
    ),
    (
        "interpres_actors_started_total",
        "Actors started, by kind",
        true,
        |totals| totals.started as f64,
    ),
    (
        "interpres_actor_restarts_total",
        "Lives after an actor's first, by kind",
        true,
        |totals| totals.restarts as f64,
    ),
    (
        "interpres_actor_panics_total",
        "Panics, by kind",
        true,
        |totals| totals.panics as f64,
    ),
    (
        "interpres_actor_messages_total",
        "Messages handled, by kind",
        true,
        |totals| totals.messages as f64,
    ),
    (
        "interpres_actor_mailbox_full_total",
        "Messages refused because a mailbox was full, by kind",
        true,
        |totals| totals.full as f64,
    ),
];

/// Collects what an environment has counted.
pub struct Figures {
    environment: Arc<Environment>,
    descriptions: Vec<Desc>,
}

impl Figures {
    /// Figures of this environment.
    ///
    /// # Errors
    /// [`prometheus::Error`] if a name above is not one Prometheus takes.
    pub fn new(environment: Arc<Environment>) -> Result<Self, prometheus::Error> {
        let mut descriptions = engine_figures::descriptions().collect::<Result<Vec<_>, _>>()?;
        for (name, help, _) in TOTALS {
            descriptions.push(describe(name, help, &[])?);
        }
        for (name, help, ..) in KIND_TOTALS {
            descriptions.push(describe(name, help, &["kind"])?);
        }
        descriptions.push(describe(QUEUE_TIME, QUEUE_TIME_HELP, &["kind"])?);
        descriptions.push(describe(CONNECTIONS, CONNECTIONS_HELP, &[])?);
        descriptions.push(describe(LIMITS, LIMITS_HELP, &["limit"])?);
        for description in call_figures::descriptions() {
            descriptions.push(description?);
        }
        Ok(Self {
            environment,
            descriptions,
        })
    }
}

const QUEUE_TIME: &str = "interpres_actor_queue_seconds";
const QUEUE_TIME_HELP: &str = "Time messages waited in mailboxes, by kind of actor";
const CONNECTIONS: &str = "interpres_websocket_connections";
const CONNECTIONS_HELP: &str = "WebSocket connections open now";
const LIMITS: &str = "interpres_limits_met_total";
const LIMITS_HELP: &str = "What was refused or held back because of a limit, by limit";

pub(super) fn describe(name: &str, help: &str, labels: &[&str]) -> Result<Desc, prometheus::Error> {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    Desc::new(name.to_owned(), help.to_owned(), labels, HashMap::new())
}

pub(super) fn family(
    name: &str,
    help: &str,
    kind: MetricType,
    metrics: Vec<Metric>,
) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(help.to_owned());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

pub(super) fn counter(value: f64) -> Metric {
    let mut counter = Counter::default();
    counter.set_value(value);
    let mut metric = Metric::default();
    metric.set_counter(counter);
    metric
}

pub(super) fn gauge(value: f64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(value);
    let mut metric = Metric::default();
    metric.set_gauge(gauge);
    metric
}

fn of_kind(metric: Metric, kind: &str) -> Metric {
    labelled(metric, "kind", kind)
}

pub(super) fn labelled(mut metric: Metric, name: &str, value: &str) -> Metric {
    let mut label = LabelPair::default();
    label.set_name(name.to_owned());
    label.set_value(value.to_owned());
    metric.set_label(vec![label]);
    metric
}

fn queue_time(totals: &KindTotals) -> Metric {
    let mut histogram = Histogram::default();
    let mut below = 0;
    let mut buckets = Vec::new();
    for (bound, count) in QUEUE_TIME_BOUNDS.iter().zip(totals.queue_buckets) {
        below += count;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound.as_secs_f64());
        bucket.set_cumulative_count(below);
        buckets.push(bucket);
    }
    histogram.set_bucket(buckets);
    histogram.set_sample_count(totals.queue_buckets.iter().sum());
    histogram.set_sample_sum(totals.queue_time.as_secs_f64());
    let mut metric = Metric::default();
    metric.set_histogram(histogram);
    metric
}

impl Collector for Figures {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let counters = &self.environment.counters;
        let read = |total: &AtomicU64| total.load(Ordering::Relaxed) as f64;
        let mut families: Vec<MetricFamily> = TOTALS
            .iter()
            .map(|(name, help, total)| {
                let metric = counter(read(total(counters)));
                family(name, help, MetricType::COUNTER, vec![metric])
            })
            .collect();
        let active = gauge(read(&counters.connections_active));
        families.push(family(
            CONNECTIONS,
            CONNECTIONS_HELP,
            MetricType::GAUGE,
            vec![active],
        ));
        let limits = Limit::ALL.map(|limit| {
            let met = counter(counters.limits.times(limit) as f64);
            labelled(met, "limit", limit.name())
        });
        families.push(family(
            LIMITS,
            LIMITS_HELP,
            MetricType::COUNTER,
            limits.into(),
        ));
        families.extend(engine_figures::collect(&self.environment.engine_board));
        families.extend(call_figures::collect(&self.environment.calls));
        let kinds = self.environment.tree.kinds();
        for (name, help, rises, total) in KIND_TOTALS {
            let (kind, make): (_, fn(f64) -> Metric) = if rises {
                (MetricType::COUNTER, counter)
            } else {
                (MetricType::GAUGE, gauge)
            };
            let metrics = kinds
                .iter()
                .map(|totals| of_kind(make(total(totals)), totals.kind))
                .collect();
            families.push(family(name, help, kind, metrics));
        }
        let waits = kinds
            .iter()
            .map(|totals| of_kind(queue_time(totals), totals.kind))
            .collect();
        families.push(family(
            QUEUE_TIME,
            QUEUE_TIME_HELP,
            MetricType::HISTOGRAM,
            waits,
        ));
        families
    }
}
