//! When a provider that fails is left alone, and when it is tried again.
//!
//! A breaker counts failures in a row. At [`MOST_FAILURES`], or at a refusal, it opens: nobody asks the provider for a
//! while. Then one, and only one, may try; what becomes of it closes the breaker or opens it for longer. Time and
//! chance are passed in.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row, without anything good between them, after which a provider is left alone.
pub const MOST_FAILURES: u32 = 3;

/// The longest pause after the first opening; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// The longest pause of all.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long who tries may take to say what became of it; then another may.
const TRIAL: Duration = Duration::from_mins(1);

/// Whether a provider may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Nothing is known against it.
    Yes,
    /// Only by whoever asked this, and what becomes of it is to be noted: by `succeeded`, `failed`, `refused` or
    /// `abandoned`.
    Trial,
    /// Not now.
    No,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Closed,
    Open {
        until: Instant,
    },
    Trying {
        since: Instant,
    },
}

/// The breaker of one provider.
#[derive(Debug, Default)]
pub struct Breaker {
    state: State,
    failures: u32,
    openings: u32,
}

impl Breaker {
    /// Whether the provider may be asked now. A trial is given to one who asks, and not to the next.
    pub fn permit(&mut self, now: Instant) -> Permit {
        let tries = match self.state {
            State::Closed => return Permit::Yes,
            State::Open { until } => until <= now,
            State::Trying { since } => since + TRIAL <= now,
        };
        if !tries {
            return Permit::No;
        }
        self.state = State::Trying { since: now };
        Permit::Trial
    }

    /// Whether it is closed: the provider may be asked by everybody.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// Something good came of it.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It failed. `chance`, from 0 to 1, says how long within the longest pause it is left alone, so that those who
    /// failed together do not come back together.
    pub fn failed(&mut self, now: Instant, chance: f64) {
        self.failures += 1;
        let trying = matches!(self.state, State::Trying { .. });
        if trying || matches!(self.state, State::Closed) && self.failures >= MOST_FAILURES {
            self.open(now, chance);
        }
    }

    /// It does not serve us, and says so: there is no use in asking again at once.
    pub fn refused(&mut self, now: Instant, chance: f64) {
        if !matches!(self.state, State::Open { .. }) {
            self.open(now, chance);
        }
    }

    /// Who tried came to no end: another may try.
    pub fn abandoned(&mut self, now: Instant) {
        if matches!(self.state, State::Trying { .. }) {
            self.state = State::Open { until: now };
        }
    }

    fn open(&mut self, now: Instant, chance: f64) {
        let pause = full_jitter(FIRST_PAUSE, LONGEST_PAUSE, self.openings, chance);
        self.state = State::Open { until: now + pause };
        self.openings = self.openings.saturating_add(1);
        self.failures = 0;
    }
}

/// A pause of any length up to `first` doubled `times` times, at most `longest`: by `chance`, from 0 to 1.
pub fn full_jitter(first: Duration, longest: Duration, times: u32, chance: f64) -> Duration {
    let most = first
        .saturating_mul(2_u32.saturating_pow(times))
        .min(longest);
    most.mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_try() {
        let mut breaker = Breaker::default();
        let start = Instant::now();
        for _ in 1..MOST_FAILURES {
            breaker.failed(start, 1.0);
            assert_eq!(breaker.permit(start), Permit::Yes);
        }
        breaker.succeeded();
        for _ in 0..MOST_FAILURES {
            assert_eq!(breaker.permit(start), Permit::Yes);
            breaker.failed(start, 1.0);
        }
        assert_eq!(breaker.permit(start), Permit::No);
        let later = start + FIRST_PAUSE;
        assert_eq!(breaker.permit(later), Permit::Trial);
        assert_eq!(breaker.permit(later), Permit::No, "one is enough");
        breaker.failed(later, 1.0);
        assert_eq!(
            breaker.permit(later + FIRST_PAUSE),
            Permit::No,
            "longer each time"
        );
        let again = later + FIRST_PAUSE * 2;
        assert_eq!(breaker.permit(again), Permit::Trial);
        breaker.succeeded();
        assert_eq!(breaker.permit(again), Permit::Yes);
    }

    #[test]
    fn a_refusal_opens_it_at_once_and_a_trial_without_an_end_is_given_to_another() {
        let mut breaker = Breaker::default();
        let start = Instant::now();
        breaker.refused(start, 0.0);
        assert!(!breaker.is_closed());
        assert_eq!(breaker.permit(start), Permit::Trial);
        assert_eq!(breaker.permit(start), Permit::No);
        breaker.abandoned(start);
        assert_eq!(breaker.permit(start), Permit::Trial);
        assert_eq!(breaker.permit(start + TRIAL), Permit::Trial);
        breaker.succeeded();
        assert!(breaker.is_closed());
    }

    proptest! {
        /// Whatever happens, there is at most one trial under way, and a broken provider is tried again in time.
        #[test]
        fn at_most_one_tries_and_none_is_left_alone_for_ever(steps in proptest::collection::vec((0_u8..5, 0_u64..400, 0.0_f64..=1.0), 1..200)) {
            let mut breaker = Breaker::default();
            let mut now = Instant::now();
            let mut trial: Option<Instant> = None;
            for (step, seconds, chance) in steps {
                now += Duration::from_secs(seconds);
                match step {
                    0 => match breaker.permit(now) {
                        Permit::Trial => {
                            prop_assert!(trial.is_none_or(|since| since + TRIAL <= now));
                            trial = Some(now);
                        }
                        Permit::Yes => prop_assert!(breaker.is_closed()),
                        Permit::No => prop_assert!(!breaker.is_closed()),
                    },
                    1 => { breaker.succeeded(); trial = None; }
                    2 => { breaker.failed(now, chance); trial = None; }
                    3 => { breaker.refused(now, chance); trial = None; }
                    _ => { breaker.abandoned(now); trial = None; }
                }
            }
            let late = now + LONGEST_PAUSE + TRIAL;
            prop_assert_ne!(breaker.permit(late), Permit::No);
        }

        #[test]
        fn a_pause_is_never_longer_than_it_may_be(times in 0_u32..100, chance in 0.0_f64..=1.0) {
            let pause = full_jitter(FIRST_PAUSE, LONGEST_PAUSE, times, chance);
            prop_assert!(pause <= LONGEST_PAUSE);
        }
    }
}
