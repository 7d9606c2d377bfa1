//! How fast time passes in the emulated world: as outside, or so many times faster for soak runs.

use std::time::Duration;

use tokio::time::Instant;

/// How many times faster than outside time passes. Everything that the emulator waits for is shortened by it, and
/// everything that it measures is lengthened; times of day stay true.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace(f64);

impl Pace {
    /// So many times faster; nothing if that is not between 0.1 and 1000.
    pub fn new(scale: f64) -> Option<Self> {
        (0.1..=1_000.0).contains(&scale).then_some(Self(scale))
    }

    /// How many times faster it passes.
    pub fn factor(self) -> f64 {
        self.0
    }

    /// How long this time of the emulated world takes outside.
    pub fn outside(self, time: Duration) -> Duration {
        time.div_f64(self.0)
    }

    /// How much time has passed in the emulated world since then.
    pub fn since(self, then: Instant) -> Duration {
        then.elapsed().mul_f64(self.0)
    }

    /// Waits so long, as the emulated world counts.
    pub async fn sleep(self, time: Duration) {
        tokio::time::sleep(self.outside(time)).await;
    }
}
