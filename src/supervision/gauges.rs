//! What one actor is doing, written by its cell and readable from any thread without asking it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use parking_lot::Mutex;

/// Times are nanoseconds since the tree was made; 0 means never.
#[derive(Default)]
pub(super) struct Gauges {
    pub(super) started_at: AtomicU64,
    pub(super) last_activity: AtomicU64,
    pub(super) lives: AtomicU32,
    handled: AtomicU64,
    queue_nanos: AtomicU64,
    busy_since: AtomicU64,
    busy_with: Mutex<&'static str>,
}

impl Gauges {
    /// Notes that `what` begins. `known` is what the caller wrote last, so that a run of equal messages takes no lock.
    pub(super) fn begin(&self, what: &'static str, known: &mut &'static str, now: u64) {
        if !std::ptr::eq(*known, what) {
            *known = what;
            *self.busy_with.lock() = what;
        }
        self.busy_since.store(now.max(1), Relaxed);
    }

    /// Notes that nothing is going on.
    pub(super) fn finish(&self) {
        self.busy_since.store(0, Relaxed);
    }

    /// Counts a message that waited `queued`.
    pub(super) fn message(&self, queued: Duration) {
        // Only the cell writes these, so a load and a store do what a costlier atomic addition would.
        self.handled.store(self.handled.load(Relaxed) + 1, Relaxed);
        self.queue_nanos.store(
            self.queue_nanos.load(Relaxed) + queued.as_nanos() as u64,
            Relaxed,
        );
    }

    /// What it is busy with, and since when.
    pub(super) fn busy(&self) -> Option<(&'static str, u64)> {
        match self.busy_since.load(Relaxed) {
            0 => None,
            since => Some((*self.busy_with.lock(), since)),
        }
    }

    pub(super) fn handled(&self) -> u64 {
        self.handled.load(Relaxed)
    }

    pub(super) fn mean_queue_time(&self) -> Duration {
        let handled = self.handled().max(1);
        Duration::from_nanos(self.queue_nanos.load(Relaxed) / handled)
    }
}
