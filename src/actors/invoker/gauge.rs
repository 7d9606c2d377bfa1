//! What an Invoker shows of itself without being asked.

use std::{
    sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    time::Duration,
};

use parking_lot::Mutex;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actors::engine_board::{EngineBoard, Served};

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

/// State, lag and hearers, and what the speaker's Source is to give; written by the Invoker, read by anybody.
#[derive(Debug, Default)]
pub struct InvokerGauge {
    doing: AtomicU8,
    lag_ms: AtomicU64,
    hearers: AtomicU64,
    waiting_ms: AtomicU64,
    left_out_ms: AtomicU64,
    lost_ms: AtomicU64,
    takes_sound: AtomicBool,
    falls_back: AtomicBool,
    served: Mutex<Option<Served>>,
}

/// What an Invoker is doing, as its gauge shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub open: bool,
    pub pending: bool,
    pub lag_ms: u64,
    pub hearers: u64,
    pub waiting: Duration,
    pub left_out: Duration,
}

impl InvokerGauge {
    pub(super) fn show(&self, shown: Shown) {
        let doing = match (shown.open, shown.pending, shown.lag_ms > 0) {
            (_, _, true) => InvokerState::Speaking,
            (true, true, _) => InvokerState::Translating,
            (false, true, _) => InvokerState::Opening,
            (_, false, _) => InvokerState::Waiting,
        };
        let milliseconds = |time: Duration| time.as_millis() as u64;
        self.doing.store(doing as u8, Ordering::Relaxed);
        self.lag_ms.store(shown.lag_ms, Ordering::Relaxed);
        if let Some(served) = &*self.served.lock() {
            served.note_lag(shown.lag_ms + milliseconds(shown.waiting));
        }
        self.hearers.store(shown.hearers, Ordering::Relaxed);
        self.waiting_ms
            .store(milliseconds(shown.waiting), Ordering::Relaxed);
        self.left_out_ms
            .store(milliseconds(shown.left_out), Ordering::Relaxed);
    }

    /// Which engine serves from now on, whether it is another than the one that should, and whether it is given sound.
    pub(super) fn served_by(
        &self,
        engine: &'static str,
        board: &EngineBoard,
        takes_sound: bool,
        falls_back: bool,
    ) {
        if self.engine() != engine {
            *self.served.lock() = Some(Served::by(engine, board));
        }
        self.takes_sound.store(takes_sound, Ordering::Relaxed);
        self.falls_back.store(falls_back, Ordering::Relaxed);
    }

    /// Speech that was lost on its way here so far.
    pub fn note_lost(&self, lost: Duration) {
        self.lost_ms
            .store(lost.as_millis() as u64, Ordering::Relaxed);
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

    /// Speech that waits for an engine that interprets end to end, in milliseconds.
    pub fn waiting_ms(&self) -> u64 {
        self.waiting_ms.load(Ordering::Relaxed)
    }

    /// Speech that was left out because the engine was too far behind, in milliseconds.
    pub fn left_out_ms(&self) -> u64 {
        self.left_out_ms.load(Ordering::Relaxed) + self.lost_ms.load(Ordering::Relaxed)
    }

    /// Whether the next utterance is to be given as sound; else as text.
    pub fn takes_sound(&self) -> bool {
        self.takes_sound.load(Ordering::Relaxed)
    }

    /// Whether the engine is not the one that should serve.
    pub fn falls_back(&self) -> bool {
        self.falls_back.load(Ordering::Relaxed)
    }

    /// How far the translation is behind the speaker on our side: speech that waits for the engine, and speech of its
    /// that has not been played, in milliseconds.
    pub fn behind_ms(&self) -> u64 {
        self.lag_ms() + self.waiting_ms()
    }

    /// The engine that serves; empty before it is known.
    pub fn engine(&self) -> &'static str {
        self.served.lock().as_ref().map_or("", Served::engine)
    }
}
