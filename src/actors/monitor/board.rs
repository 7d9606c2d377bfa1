//! Where the newest samples and the alerts stand: written by the Monitor, read by whoever wants to know.

use std::time::Duration;

use tokio::time::Instant;

use super::look::Looked;
use crate::{
    domain::{
        alert::{Alert, Alerts, Change, Finding, rules::FAILURES_WITHIN},
        sample::{History, Sample, Totals},
        time::Timestamp,
    },
    supervision::Kept,
};

#[derive(Clone)]
struct Record {
    history: History,
    alerts: Alerts,
    /// What had happened by the last look, and when that was.
    last: Option<(Duration, Totals)>,
}

/// Outlives the Monitor's crash. A change costs a copy of the samples: at the usual interval 65 KB every 2 s.
pub struct Board {
    interval: Duration,
    started: Instant,
    record: Kept<Record>,
}

impl Board {
    /// An empty one, for samples taken every `interval`.
    pub fn new(interval: Duration) -> Self {
        Self {
            interval,
            started: Instant::now(),
            record: Kept::new(Record {
                history: History::new(interval),
                alerts: Alerts::default(),
                last: None,
            }),
        }
    }

    /// How often a sample is taken.
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// The samples of the last quarter of an hour, oldest first.
    pub fn samples(&self) -> Vec<Sample> {
        self.record
            .read(|record| record.history.samples().copied().collect())
    }

    /// The alerts that stand, the worst first.
    pub fn alerts(&self) -> Vec<Alert> {
        self.record.read(|record| record.alerts.worst_first())
    }

    /// Adds what was seen just now, and gives the sample it makes.
    pub(super) fn add(&self, at: Timestamp, looked: &Looked) -> Sample {
        let moment = self.started.elapsed();
        self.record.change(|record| {
            // The first look has nothing to compare with: its rates are 0.
            let (before, totals) = record.last.unwrap_or((moment, looked.totals));
            let elapsed = moment.saturating_sub(before);
            let sample = Sample::between(at, looked.levels, &totals, &looked.totals, elapsed);
            record.history.add(sample);
            record.last = Some((moment, looked.totals));
            sample
        })
    }

    /// Failures of actors of late.
    pub(super) fn failures(&self) -> u64 {
        let interval = self.interval.as_millis().max(1);
        // At most as many as a minute has milliseconds.
        let samples = FAILURES_WITHIN.as_millis().div_ceil(interval) as usize;
        self.record.read(|record| record.history.failures(samples))
    }

    /// Takes all that was found at once.
    pub(super) fn judge(&self, findings: Vec<Finding>, at: Timestamp) -> Vec<Change> {
        let moment = self.started.elapsed();
        self.record
            .change(|record| record.alerts.judge(findings, at, moment))
    }

    /// Takes what was found of one thing.
    pub(super) fn take(&self, finding: Finding, at: Timestamp) -> Option<Change> {
        let moment = self.started.elapsed();
        self.record
            .change(|record| record.alerts.take(finding, at, moment))
    }
}
