//! What an Invoker shows of itself without being asked.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

const NAMES: [&str; 4] = ["waiting", "opening", "translating", "speaking"];

/// State, lag and hearers; written by the Invoker, read by anybody.
#[derive(Debug, Default)]
pub struct InvokerGauge {
    doing: AtomicU8,
    lag_ms: AtomicU64,
    hearers: AtomicU64,
}

impl InvokerGauge {
    pub(super) fn show(&self, open: bool, pending: bool, lag_ms: u64, hearers: u64) {
        let doing = match (open, pending, lag_ms > 0) {
            (_, _, true) => 3,
            (true, true, _) => 2,
            (false, true, _) => 1,
            (_, false, _) => 0,
        };
        self.doing.store(doing, Ordering::Relaxed);
        self.lag_ms.store(lag_ms, Ordering::Relaxed);
        self.hearers.store(hearers, Ordering::Relaxed);
    }

    /// `waiting`, `opening`, `translating` or `speaking`.
    pub fn state(&self) -> &'static str {
        NAMES[usize::from(self.doing.load(Ordering::Relaxed))]
    }

    /// Speech made that has not been played yet, in milliseconds.
    pub fn lag_ms(&self) -> u64 {
        self.lag_ms.load(Ordering::Relaxed)
    }

    /// Sockets that hear it.
    pub fn hearers(&self) -> u64 {
        self.hearers.load(Ordering::Relaxed)
    }
}
