//! What an Invoker shows of itself without being asked.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use serde::Serialize;
use utoipa::ToSchema;

/// What an Invoker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvokerState {
    /// Nothing is to be translated.
    Waiting,
    /// Something is, and the stream is being opened.
    Opening,
    /// Something is being translated.
    Translating,
    /// What was translated is being spoken.
    Speaking,
}

/// In the order of their numbers.
const ALL: [InvokerState; 4] = [
    InvokerState::Waiting,
    InvokerState::Opening,
    InvokerState::Translating,
    InvokerState::Speaking,
];

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
            (_, _, true) => InvokerState::Speaking,
            (true, true, _) => InvokerState::Translating,
            (false, true, _) => InvokerState::Opening,
            (_, false, _) => InvokerState::Waiting,
        };
        self.doing.store(doing as u8, Ordering::Relaxed);
        self.lag_ms.store(lag_ms, Ordering::Relaxed);
        self.hearers.store(hearers, Ordering::Relaxed);
    }

    /// What it is doing.
    pub fn state(&self) -> InvokerState {
        ALL[usize::from(self.doing.load(Ordering::Relaxed))]
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
