//! How fast a client may send, by the generic cell rate algorithm of `governor`: so much a second, and a burst that fills
//! up again at that rate.
//!
//! There is one [`Rate`] for all connections, and each connection has a [`Meter`] of eight bytes for it, because there
//! are many connections and most of them are idle.

use std::{
    hash::{Hash, Hasher},
    num::NonZeroU32,
    ops::Add,
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, Reference},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore, keyed::KeyedStateStore},
};
use tokio::time::Instant;

use crate::config::Settings;

/// A client that was refused nothing for this long is within its rate again.
const CALM: Duration = Duration::from_secs(1);

/// How long a client may go on sending beyond its rate before its connection is closed.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Tokio's clock, as `governor` reads it; a test may pause it.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioClock;

/// A moment of tokio's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Instant);

impl Clock for TokioClock {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(Instant::now())
    }
}

impl Add<Nanos> for Moment {
    type Output = Self;

    fn add(self, time: Nanos) -> Self {
        Self(self.0 + Duration::from(time))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, time: Nanos) -> Self {
        Self(self.0.checked_sub(time.into()).unwrap_or(self.0))
    }
}

/// What one connection has sent lately.
#[derive(Debug, Default)]
pub struct Meter(InMemoryState);

/// `governor` asks this of its keys for the stores that look them up; here the key is itself what is looked up.
impl Hash for Meter {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A store that keeps nothing: each state is with its connection.
#[derive(Debug)]
struct WithConnection;

impl StateStore for WithConnection {
    type Key = Meter;

    fn measure_and_replace<T, F, E>(&self, meter: &Meter, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        meter.0.measure_and_replace(&NotKeyed::NonKey, decide)
    }
}

impl KeyedStateStore<Meter> for WithConnection {}

/// A rate that holds for each connection.
#[derive(Debug)]
pub struct Rate {
    limiter: RateLimiter<Meter, WithConnection, TokioClock, NoOpMiddleware<Moment>>,
    burst: NonZeroU32,
}

impl Rate {
    /// So many a second, and `burst` of them at once.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self {
            limiter: RateLimiter::new(quota, WithConnection, TokioClock),
            burst,
        }
    }

    /// Counts `amount` more, if they are within the rate; of more than a whole burst, a whole burst.
    ///
    /// # Errors
    /// How long it takes until they are; nothing was counted.
    pub fn take(&self, meter: &Meter, amount: NonZeroU32) -> Result<(), Duration> {
        let amount = amount.min(self.burst);
        match self.limiter.check_key_n(meter, amount) {
            // No more than a burst is ever asked for, so there is always a time at which it fits.
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(later)) => Err(later.wait_time_from(TokioClock.now())),
        }
    }
}

/// The rates of each connection.
#[derive(Debug)]
pub struct Rates {
    /// Text messages.
    pub messages: Rate,
    /// Bytes of all frames, as they come over the connection.
    pub bytes: Rate,
}

impl Rates {
    /// The rates these settings give.
    pub fn new(settings: &Settings) -> Self {
        let socket = &settings.websocket;
        Self {
            messages: Rate::new(socket.message_rate, socket.message_burst),
            bytes: Rate::new(socket.byte_rate, socket.byte_burst),
        }
    }
}

/// That a client sends beyond its rate.
#[derive(Debug)]
pub struct Breach {
    since: Instant,
    last: Instant,
}

impl Breach {
    /// One that begins now.
    pub fn begin() -> Self {
        let now = Instant::now();
        Self {
            since: now,
            last: now,
        }
    }

    /// Notes that something was refused, and tells for how long that has gone on without a pause of a second.
    pub fn refused(&mut self) -> Duration {
        let now = Instant::now();
        if now.duration_since(self.last) >= CALM {
            self.since = now;
        }
        self.last = now;
        now.duration_since(self.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_the_rate() {
        let rate = Rate::new(number(50), number(200));
        let (busy, other) = (Meter::default(), Meter::default());
        for _ in 0..200 {
            rate.take(&busy, number(1)).unwrap();
        }
        let wait = rate.take(&busy, number(1)).unwrap_err();
        assert_eq!(wait, Duration::from_millis(20), "one in 20 ms");
        assert!(
            rate.take(&other, number(200)).is_ok(),
            "each has its own meter"
        );

        tokio::time::advance(wait).await;
        assert!(rate.take(&busy, number(1)).is_ok());
        assert!(rate.take(&busy, number(1)).is_err());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(rate.take(&busy, number(100)).is_ok(), "two seconds' worth");
        assert!(rate.take(&busy, number(1)).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_larger_than_a_burst_costs_a_burst() {
        let rate = Rate::new(number(1_000), number(4_000));
        let meter = Meter::default();
        rate.take(&meter, number(1_000_000)).unwrap();
        assert_eq!(
            rate.take(&meter, number(1_000_000)),
            Err(Duration::from_secs(4))
        );
        assert_eq!(size_of::<Meter>(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn a_breach_goes_on_until_there_is_a_pause() {
        let mut breach = Breach::begin();
        for tenths in 1..=100 {
            tokio::time::advance(Duration::from_millis(100)).await;
            assert_eq!(breach.refused(), Duration::from_millis(100) * tenths);
        }
        tokio::time::advance(CALM).await;
        assert_eq!(breach.refused(), Duration::ZERO, "it begins anew");
    }
}
