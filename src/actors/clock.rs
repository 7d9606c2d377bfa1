//! Time of day and generated identities, injected so that a run can be repeated.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::{Rng, SeedableRng, rngs::StdRng};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::{Builder, Uuid};

use crate::domain::time::Timestamp;

/// Tells the time of day.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's.
    System,
    /// Counts from a given moment with tokio's clock, which a test may pause.
    Counting {
        /// The time of day at `since`.
        origin: OffsetDateTime,
        /// When counting began.
        since: Instant,
    },
}

impl Clock {
    /// The time of day now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => OffsetDateTime::now_utc().into(),
            Self::Counting { origin, since } => (*origin + since.elapsed()).into(),
        }
    }
}

/// Makes identities: UUIDs of version 7, which sort by time, from a seeded source that cannot be continued by whoever
/// sees some of them: the id of a private room is what keeps it private.
#[derive(Debug, Clone)]
pub struct Identities {
    clock: Clock,
    chance: Arc<Mutex<StdRng>>,
}

impl Identities {
    /// Identities whose random part follows from `seed`.
    pub fn new(clock: Clock, seed: u64) -> Self {
        Self {
            clock,
            chance: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
        }
    }

    /// The next identity.
    pub fn next(&self) -> Uuid {
        let mut random = [0; 10];
        self.chance.lock().fill_bytes(&mut random);
        Builder::from_unix_timestamp_millis(self.clock.now().unix_millis(), &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_same_seed_makes_the_same_identities() {
        let clock = Clock::Counting {
            origin: OffsetDateTime::UNIX_EPOCH,
            since: Instant::now(),
        };
        let (one, other) = (Identities::new(clock.clone(), 7), Identities::new(clock, 7));
        assert_eq!(one.next(), other.next());
        assert_ne!(one.next(), one.next());
        assert_eq!(one.next().get_version_num(), 7);
    }
}
