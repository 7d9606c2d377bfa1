//! How many talkers are heard, how far the slowest decoder is behind, and whether one more may come.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;

use crate::domain::engine::{EngineError, TRANSCRIPTION_RATE, Trouble};

/// The door of the recognizer.
#[derive(Debug)]
pub struct Admission {
    limit: usize,
    lag_limit: Duration,
    open: Mutex<BTreeMap<u64, Arc<Lag>>>,
    count: AtomicU64,
}

impl Admission {
    /// A door through which `limit` talkers may go without a look at the lag, and more while it is below `lag_limit`.
    pub fn new(limit: usize, lag_limit: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            lag_limit,
            open: Mutex::default(),
            count: AtomicU64::new(0),
        })
    }

    /// Talkers admitted without a look at the lag.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Talkers now.
    pub fn talkers(&self) -> usize {
        self.open.lock().len()
    }

    /// How far the slowest decoder is behind its speaker.
    pub fn worst_lag(&self) -> Duration {
        self.open
            .lock()
            .values()
            .map(|lag| lag.behind())
            .max()
            .unwrap_or_default()
    }

    /// Lets one more talker in until the place is dropped.
    ///
    /// # Errors
    /// [`Trouble::Overloaded`] when all places are taken and the decoders are behind.
    pub fn admit(self: &Arc<Self>) -> Result<Place, EngineError> {
        let lag = self.worst_lag();
        let mut open = self.open.lock();
        if open.len() >= self.limit && lag >= self.lag_limit {
            return Err(EngineError::new(
                Trouble::Overloaded,
                format!(
                    "{} people already speak and recognition is {} ms behind; wait until one of them stops, type \
                     instead, or raise engines.local.max_talkers_per_core on a faster machine",
                    open.len(),
                    lag.as_millis()
                ),
            ));
        }
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let lag = Arc::new(Lag::default());
        open.insert(number, lag.clone());
        Ok(Place {
            admission: self.clone(),
            number,
            lag,
        })
    }
}

/// One talker's place; dropping it frees it.
#[derive(Debug)]
pub struct Place {
    admission: Arc<Admission>,
    number: u64,
    lag: Arc<Lag>,
}

impl Place {
    /// The talker's own gauge.
    pub fn lag(&self) -> &Lag {
        &self.lag
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.open.lock().remove(&self.number);
    }
}

/// Audio received and audio decoded of one talker, in samples.
#[derive(Debug, Default)]
pub struct Lag {
    received: AtomicU64,
    decoded: AtomicU64,
}

impl Lag {
    /// More audio came from the speaker.
    pub fn receive(&self, samples: u64) {
        self.received.fetch_add(samples, Ordering::Relaxed);
    }

    /// The decoder has heard this much of all the audio.
    pub fn decode(&self, total: u64) {
        self.decoded.store(total, Ordering::Relaxed);
    }

    fn behind(&self) -> Duration {
        let samples = self
            .received
            .load(Ordering::Relaxed)
            .saturating_sub(self.decoded.load(Ordering::Relaxed));
        Duration::from_millis(samples * 1_000 / u64::from(TRANSCRIPTION_RATE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_the_lag_decides() {
        let admission = Admission::new(1, Duration::from_millis(300));
        let first = admission.admit().unwrap();
        let second = admission.admit().unwrap();
        first.lag().receive(4_799);
        assert!(admission.admit().is_ok());
        first.lag().receive(1);
        let refused = admission.admit().unwrap_err();
        assert_eq!(refused.trouble, Trouble::Overloaded);
        assert!(
            refused.message.contains("2 people") && refused.message.contains("300 ms"),
            "{refused}"
        );
        first.lag().decode(1_600);
        assert!(admission.admit().is_ok());
        drop((first, second));
        assert_eq!(admission.talkers(), 0);
    }

    #[test]
    fn within_the_limit_the_lag_does_not_matter() {
        let admission = Admission::new(2, Duration::from_millis(300));
        let first = admission.admit().unwrap();
        first.lag().receive(160_000);
        assert!(admission.admit().is_ok());
    }
}
