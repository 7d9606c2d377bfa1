//! What goes otherwise than it should on the wire, counted over all sessions of an engine.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The counts, each from the start of the server.
#[derive(Debug, Default)]
#[allow(missing_docs, reason = "each counts what its name says")]
pub struct Tally {
    pub sessions_opened: AtomicU64,
    pub sessions_refused: AtomicU64,
    pub sessions_broken: AtomicU64,
    pub events_unknown: AtomicU64,
    pub events_unexpected: AtomicU64,
    pub messages_malformed: AtomicU64,
    pub objections: AtomicU64,
    pub objections_benign: AtomicU64,
    pub turns_retried: AtomicU64,
    pub turns_untranslated: AtomicU64,
    pub silence_dropped_ms: AtomicU64,
    pub speech_dropped_ms: AtomicU64,
}

/// One more.
pub fn one(total: &AtomicU64) {
    total.fetch_add(1, Ordering::Relaxed);
}

/// So many milliseconds more.
pub fn time(total: &AtomicU64, amount: Duration) {
    let milliseconds = u64::try_from(amount.as_millis()).unwrap_or(u64::MAX);
    total.fetch_add(milliseconds, Ordering::Relaxed);
}

impl Tally {
    /// All that are not 0, by name.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        [
            ("sessions_opened", &self.sessions_opened),
            ("sessions_refused", &self.sessions_refused),
            ("sessions_broken", &self.sessions_broken),
            ("events_unknown", &self.events_unknown),
            ("events_unexpected", &self.events_unexpected),
            ("messages_malformed", &self.messages_malformed),
            ("objections", &self.objections),
            ("objections_benign", &self.objections_benign),
            ("turns_retried", &self.turns_retried),
            ("turns_untranslated", &self.turns_untranslated),
            ("silence_dropped_ms", &self.silence_dropped_ms),
            ("speech_dropped_ms", &self.speech_dropped_ms),
        ]
        .into_iter()
        .map(|(name, total)| (name, total.load(Ordering::Relaxed)))
        .filter(|(_, total)| *total > 0)
        .collect()
    }
}
