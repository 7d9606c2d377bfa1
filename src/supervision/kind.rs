//! Counters per kind of actor: never per id, so their number is fixed by the program.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The upper bounds of the queue time buckets; one more bucket holds what took longer.
pub const QUEUE_TIME_BOUNDS: [Duration; 10] = [
    Duration::from_micros(10),
    Duration::from_micros(100),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(10),
];

/// The counters of one kind, written by its actors.
#[derive(Default)]
pub(super) struct KindCounters {
    pub(super) started: AtomicU64,
    pub(super) ended: AtomicU64,
    pub(super) restarts: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) panics: AtomicU64,
    pub(super) full: AtomicU64,
    queue_nanos: AtomicU64,
    queue_buckets: [AtomicU64; QUEUE_TIME_BOUNDS.len() + 1],
}

impl KindCounters {
    /// Counts a message that waited `queued`.
    pub(super) fn message(&self, queued: Duration) {
        let bucket = QUEUE_TIME_BOUNDS
            .iter()
            .position(|bound| queued <= *bound)
            .unwrap_or(QUEUE_TIME_BOUNDS.len());
        self.queue_buckets[bucket].fetch_add(1, Relaxed);
        self.queue_nanos
            .fetch_add(queued.as_nanos() as u64, Relaxed);
    }

    pub(super) fn totals(&self, kind: &'static str) -> KindTotals {
        let queue_buckets = std::array::from_fn(|index| self.queue_buckets[index].load(Relaxed));
        let started = self.started.load(Relaxed);
        KindTotals {
            kind,
            started,
            alive: started.saturating_sub(self.ended.load(Relaxed)),
            restarts: self.restarts.load(Relaxed),
            failures: self.failures.load(Relaxed),
            panics: self.panics.load(Relaxed),
            messages: queue_buckets.iter().sum(),
            full: self.full.load(Relaxed),
            queue_time: Duration::from_nanos(self.queue_nanos.load(Relaxed)),
            queue_buckets,
        }
    }
}

/// What one kind of actor has done since the tree was made.
#[derive(Clone, Debug)]
pub struct KindTotals {
    /// `Supervised::KIND`.
    pub kind: &'static str,
    /// Actors started.
    pub started: u64,
    /// Actors that have not ended for good.
    pub alive: u64,
    /// Lives after the first, for whatever reason.
    pub restarts: u64,
    /// Failures of any cause.
    pub failures: u64,
    /// Failures that were panics.
    pub panics: u64,
    /// Messages handled.
    pub messages: u64,
    /// Messages refused because a mailbox was full.
    pub full: u64,
    /// The time all messages together spent waiting.
    pub queue_time: Duration,
    /// Messages by the time they waited; bounds in [`QUEUE_TIME_BOUNDS`], not cumulative.
    pub queue_buckets: [u64; QUEUE_TIME_BOUNDS.len() + 1],
}
