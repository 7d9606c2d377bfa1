//! What a Source shows of itself without being asked.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::Serialize;
use utoipa::ToSchema;

/// What a Source is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// No stream is open.
    Resting,
    /// The stream is open, nobody speaks.
    Listening,
    /// Somebody speaks.
    Hearing,
    /// Somebody speaks and the stream is being opened.
    Opening,
}

/// In the order of their numbers.
const ALL: [SourceState; 4] = [
    SourceState::Resting,
    SourceState::Listening,
    SourceState::Hearing,
    SourceState::Opening,
];

/// State, lag and what the Source was made for; written by it, read by anybody.
#[derive(Debug, Default)]
pub struct SourceGauge {
    doing: AtomicU8,
    lag_ms: AtomicU64,
    made_for: Mutex<MadeFor>,
}

#[derive(Debug, Default)]
struct MadeFor {
    engine: &'static str,
    sample_rate: u32,
    name: String,
}

impl SourceGauge {
    pub(super) fn made_for(&self, engine: &'static str, sample_rate: u32, name: &str) {
        *self.made_for.lock() = MadeFor {
            engine,
            sample_rate,
            name: name.to_owned(),
        };
    }

    pub(super) fn show(&self, doing: SourceState, lag_ms: u64) {
        self.doing.store(doing as u8, Ordering::Relaxed);
        self.lag_ms.store(lag_ms, Ordering::Relaxed);
    }

    /// What it is doing.
    pub fn state(&self) -> SourceState {
        ALL[usize::from(self.doing.load(Ordering::Relaxed))]
    }

    /// Speech heard that the engine has not been given yet, in milliseconds.
    pub fn lag_ms(&self) -> u64 {
        self.lag_ms.load(Ordering::Relaxed)
    }

    /// The engine it was made for.
    pub fn engine(&self) -> &'static str {
        self.made_for.lock().engine
    }

    /// Whether the Source was made for this engine, rate and name; otherwise another one is needed.
    pub fn is_for(&self, engine: &'static str, sample_rate: u32, name: &str) -> bool {
        let made_for = self.made_for.lock();
        made_for.engine == engine && made_for.sample_rate == sample_rate && made_for.name == name
    }
}
