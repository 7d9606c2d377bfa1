//! How the store does, for Prometheus: read when scraped.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use prometheus::{
    core::{Collector, Desc},
    proto::{MetricFamily, MetricType},
};

use super::figures::{counter, family, gauge};
use crate::{
    actors::environment::Environment,
    store::{archive::Archive, state::StoreState},
};

type Figure = fn(&Archive) -> f64;

/// Name, help, whether it only rises, value.
const FIGURES: [(&str, &str, bool, Figure); 8] = [
    (
        "interpres_store_state",
        "How the store does: 0 works, 1 is slow, 2 does not work",
        false,
        |archive| match archive.recorder().state() {
            StoreState::Healthy => 0.0,
            StoreState::Slow => 1.0,
            StoreState::Failing(_) => 2.0,
        },
    ),
    (
        "interpres_store_waiting",
        "Writes that wait for the store",
        false,
        |archive| archive.recorder().waiting() as f64,
    ),
    (
        "interpres_store_groups_total",
        "Groups of writes committed",
        true,
        |archive| archive.recorder().counters().groups.load(Ordering::Relaxed) as f64,
    ),
    (
        "interpres_store_writes_total",
        "Writes committed",
        true,
        |archive| archive.recorder().counters().writes.load(Ordering::Relaxed) as f64,
    ),
    (
        "interpres_store_failures_total",
        "Groups of writes that failed and were tried again or given up",
        true,
        |archive| {
            archive
                .recorder()
                .counters()
                .failures
                .load(Ordering::Relaxed) as f64
        },
    ),
    (
        "interpres_store_refused_total",
        "Writes lost because too many waited",
        true,
        |archive| {
            archive
                .recorder()
                .counters()
                .refused
                .load(Ordering::Relaxed) as f64
        },
    ),
    (
        "interpres_store_busy_seconds_total",
        "Time spent in transactions",
        true,
        |archive| {
            archive
                .recorder()
                .counters()
                .busy_nanos
                .load(Ordering::Relaxed) as f64
                / 1e9
        },
    ),
    (
        "interpres_sessions",
        "Sessions in the store",
        false,
        |archive| archive.session_count() as f64,
    ),
];

/// Collects how the store of an environment does.
pub struct StoreFigures {
    environment: Arc<Environment>,
    descriptions: Vec<Desc>,
}

impl StoreFigures {
    /// Figures of this environment's store.
    ///
    /// # Errors
    /// [`prometheus::Error`] if a name above is not one Prometheus takes.
    pub fn new(environment: Arc<Environment>) -> Result<Self, prometheus::Error> {
        let describe = |(name, help, ..): &(&str, &str, bool, Figure)| {
            let (name, help) = ((*name).to_owned(), (*help).to_owned());
            Desc::new(name, help, Vec::new(), HashMap::new())
        };
        Ok(Self {
            descriptions: FIGURES.iter().map(describe).collect::<Result<_, _>>()?,
            environment,
        })
    }
}

impl Collector for StoreFigures {
    fn desc(&self) -> Vec<&Desc> {
        self.descriptions.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let archive = &self.environment.archive;
        FIGURES
            .iter()
            .map(|(name, help, rises, figure)| {
                let value = figure(archive);
                let (kind, metric) = if *rises {
                    (MetricType::COUNTER, counter(value))
                } else {
                    (MetricType::GAUGE, gauge(value))
                };
                family(name, help, kind, vec![metric])
            })
            .collect()
    }
}
