//! What follows a failure: another life, parking, or the end.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;

use super::spec::{Backoff, Restart, Spec};

/// What follows a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Decision {
    /// Live again after this wait.
    Restart(Duration),
    /// Refuse everything, and try again after this wait. `first` when the actor was not parked before.
    Park { retry: Duration, first: bool },
    /// A temporary actor ends with its first failure.
    Fail,
    /// A transient actor failed too often.
    GiveUp,
}

/// The restarts of one actor that still count.
#[derive(Default)]
pub(super) struct History {
    recent: VecDeque<Instant>,
    streak: u32,
    parked: bool,
}

impl History {
    /// Decides what follows a failure at `now` of a life that lasted `lived`; `seed` feeds the jitter.
    pub(super) fn decide(
        &mut self,
        spec: &Spec,
        lived: Duration,
        now: Instant,
        seed: u64,
    ) -> Decision {
        if spec.restart == Restart::Temporary {
            return Decision::Fail;
        }
        if lived >= spec.calm {
            *self = History::default();
        }
        while self
            .recent
            .front()
            .is_some_and(|at| now.duration_since(*at) > spec.intensity_window)
        {
            self.recent.pop_front();
        }
        let wait = match self.streak {
            0 => Duration::ZERO,
            streak => backoff_before(&spec.backoff, streak, seed),
        };
        self.streak = self.streak.saturating_add(1);
        if self.parked || self.recent.len() >= spec.intensity as usize {
            if spec.restart == Restart::Transient {
                return Decision::GiveUp;
            }
            let first = !std::mem::replace(&mut self.parked, true);
            // An intensity of 0 parks at the first failure, when no wait has been earned yet.
            return Decision::Park {
                retry: wait.max(spec.backoff.first),
                first,
            };
        }
        self.recent.push_back(now);
        Decision::Restart(wait)
    }
}

/// The wait before restart number `streak + 1` in a row, `streak` being at least 1.
fn backoff_before(backoff: &Backoff, streak: u32, seed: u64) -> Duration {
    let growth = backoff
        .factor
        .max(1.0)
        .powi(streak.saturating_sub(1).min(64) as i32);
    let full = (backoff.first.as_secs_f64() * growth).min(backoff.max.as_secs_f64());
    let share: f64 = StdRng::seed_from_u64(seed ^ u64::from(streak)).random();
    Duration::from_secs_f64(full * (1.0 - backoff.jitter.clamp(0.0, 1.0) * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(spec: &Spec, count: usize, seed: u64) -> Vec<Decision> {
        let mut history = History::default();
        let now = Instant::now();
        (0..count)
            .map(|_| history.decide(spec, Duration::ZERO, now, seed))
            .collect()
    }

    #[test]
    fn first_restart_is_at_once_then_waits_double_up_to_the_longest() {
        let spec = Spec::new().backoff(Backoff {
            jitter: 0.0,
            max: Duration::from_millis(350),
            ..Backoff::default()
        });
        let expected =
            [0, 100, 200, 350, 350].map(|ms| Decision::Restart(Duration::from_millis(ms)));
        assert_eq!(waits(&spec, 5, 1), expected);
    }

    #[test]
    fn jitter_takes_off_at_most_its_share_and_repeats_with_its_seed() {
        let spec = Spec::new();
        let Decision::Restart(wait) = waits(&spec, 2, 7)[1] else {
            panic!("a second restart is allowed")
        };
        assert!(
            wait <= Duration::from_millis(100) && wait >= Duration::from_millis(80),
            "{wait:?}"
        );
        assert_eq!(waits(&spec, 9, 7), waits(&spec, 9, 7));
        assert_ne!(waits(&spec, 9, 7), waits(&spec, 9, 8));
    }

    #[test]
    fn a_calm_life_wipes_the_record() {
        let spec = Spec::new().intensity(1, Duration::from_secs(60));
        let mut history = History::default();
        let now = Instant::now();
        assert_eq!(
            history.decide(&spec, Duration::ZERO, now, 0),
            Decision::Restart(Duration::ZERO)
        );
        assert!(matches!(
            history.decide(&spec, Duration::ZERO, now, 0),
            Decision::Park { first: true, .. }
        ));
        assert!(matches!(
            history.decide(&spec, Duration::ZERO, now, 0),
            Decision::Park { first: false, .. }
        ));
        assert_eq!(
            history.decide(&spec, Duration::from_secs(30), now, 0),
            Decision::Restart(Duration::ZERO)
        );
    }

    #[test]
    fn restarts_older_than_the_window_do_not_count() {
        let spec = Spec::new().intensity(1, Duration::from_secs(60));
        let mut history = History::default();
        let now = Instant::now();
        history.decide(&spec, Duration::ZERO, now, 0);
        let later = now + Duration::from_secs(61);
        assert!(matches!(
            history.decide(&spec, Duration::ZERO, later, 0),
            Decision::Restart(_)
        ));
    }

    #[test]
    fn temporary_fails_and_transient_gives_up() {
        let temporary = Spec::new().restart(Restart::Temporary);
        assert_eq!(waits(&temporary, 1, 0), [Decision::Fail]);
        let transient = Spec::new()
            .restart(Restart::Transient)
            .intensity(0, Duration::from_secs(1));
        assert_eq!(waits(&transient, 1, 0), [Decision::GiveUp]);
    }
}
