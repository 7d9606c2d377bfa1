//! What each engine does for this process: how much it was used, how many translations it serves, how far these are
//! behind. For metrics and the overview.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};

use crate::domain::usage::Amount;

/// Figures of all engines that were used, by name.
#[derive(Debug, Default)]
pub struct EngineBoard(RwLock<BTreeMap<&'static str, Arc<EngineFigures>>>);

/// Figures of one engine.
#[derive(Debug, Default)]
pub struct EngineFigures {
    used: Mutex<Amount>,
    translations: AtomicU64,
    lag_ms: AtomicU64,
    /// The most that any of its translations was behind since the last look.
    worst_ms: AtomicU64,
}

impl EngineBoard {
    /// The figures of this engine.
    pub fn of(&self, engine: &'static str) -> Arc<EngineFigures> {
        if let Some(figures) = self.0.read().get(engine) {
            return Arc::clone(figures);
        }
        Arc::clone(self.0.write().entry(engine).or_default())
    }

    /// Each engine that was used, with its figures.
    pub fn all(&self) -> Vec<(&'static str, Arc<EngineFigures>)> {
        let figures = self.0.read();
        figures
            .iter()
            .map(|(engine, figures)| (*engine, Arc::clone(figures)))
            .collect()
    }

    /// Ends a span of time: what was the worst in it is the lag that is shown until the next look.
    pub fn end_span(&self) {
        for figures in self.0.read().values() {
            let worst = figures.worst_ms.swap(0, Ordering::Relaxed);
            figures.lag_ms.store(worst, Ordering::Relaxed);
        }
    }
}

impl EngineFigures {
    /// It was used for so much more.
    pub fn add(&self, amount: Amount) {
        let mut used = self.used.lock();
        *used = used.and(amount);
    }

    /// What it was used for since the start.
    pub fn used(&self) -> Amount {
        *self.used.lock()
    }

    /// The translations it serves now.
    pub fn translations(&self) -> u64 {
        self.translations.load(Ordering::Relaxed)
    }

    /// How far the most delayed of them was behind in the last span, in milliseconds.
    pub fn lag_ms(&self) -> u64 {
        self.lag_ms.load(Ordering::Relaxed)
    }
}

/// One translation that an engine serves, for as long as this lives.
#[derive(Debug)]
pub struct Served {
    engine: &'static str,
    figures: Arc<EngineFigures>,
}

impl Served {
    /// This engine serves one translation more.
    pub fn by(engine: &'static str, board: &EngineBoard) -> Self {
        let figures = board.of(engine);
        figures.translations.fetch_add(1, Ordering::Relaxed);
        Self { engine, figures }
    }

    /// Which engine.
    pub fn engine(&self) -> &'static str {
        self.engine
    }

    /// So far it is behind now, in milliseconds.
    pub fn note_lag(&self, lag_ms: u64) {
        self.figures.worst_ms.fetch_max(lag_ms, Ordering::Relaxed);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.figures.translations.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translations_are_counted_while_they_are_served_and_the_worst_lag_is_shown_for_a_span() {
        let board = EngineBoard::default();
        let (one, other) = (Served::by("a", &board), Served::by("a", &board));
        one.note_lag(300);
        other.note_lag(200);
        let figures = board.of("a");
        assert_eq!((figures.translations(), figures.lag_ms()), (2, 0));
        board.end_span();
        assert_eq!(figures.lag_ms(), 300);
        drop(one);
        board.end_span();
        assert_eq!((figures.translations(), figures.lag_ms()), (1, 0));
        figures.add(Amount::audio(5));
        figures.add(Amount::audio(6));
        assert_eq!(board.all()[0].1.used().audio_ms, 11);
    }
}
