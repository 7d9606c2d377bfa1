//! How busy the server is: one sample of it, made of two looks at its counters, and the samples of the last while.

use std::{collections::VecDeque, time::Duration};

use serde::Serialize;

use super::{time::Timestamp, usage::Cost};

/// How long samples are kept.
pub const HISTORY: Duration = Duration::from_secs(15 * 60);

/// How busy the server was at a moment, and since the sample before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Sample {
    /// When it was taken.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// WebSocket connections open.
    pub connections: u64,
    /// Rooms running, private ones of sessions counted.
    pub rooms: u64,
    /// Sessions in the store, attached or not.
    pub sessions: u64,
    /// People being heard: they speak, or what they said has no final yet.
    pub speaking: u64,
    /// Text messages from clients, per second.
    pub messages_in_per_second: f64,
    /// Text messages to clients, captions among them, per second.
    pub messages_out_per_second: f64,
    /// Audio frames from clients, of whatever length they send, per second.
    pub audio_in_per_second: f64,
    /// Frames of 20 ms of speech to clients, per second.
    pub audio_out_per_second: f64,
    /// Captions made that still change, per second.
    pub captions_per_second: f64,
    /// Final captions made, per second.
    pub finals_per_second: f64,
    /// What was answered with an error or turned away at the door because of a limit, per second.
    pub refused_per_second: f64,
    /// How far the most delayed speaker's recognition is behind, in milliseconds.
    pub speech_lag_ms: u64,
    /// How far the most delayed translation was behind its speaker on our side since the sample before: speech that waited
    /// for its engine, and translated speech that was not played, in milliseconds.
    pub translation_lag_ms: u64,
    /// What engines have cost since the server was started, in US dollars.
    pub cost_usd: f64,
    /// Time on processors of this process without its child processes, as a share of one core in percent: beyond 100
    /// with several cores.
    pub cpu_percent: f64,
    /// Memory of this process that is in use, without its child processes; 0 where the system does not tell.
    pub memory_bytes: u64,
    /// Actors that were started anew since the sample before.
    pub restarts: u64,
    /// Failures of actors since the sample before, those that led to no restart among them.
    pub failures: u64,
}

/// What is as it is at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are those of Sample, under the same names"
)]
pub struct Levels {
    pub connections: u64,
    pub rooms: u64,
    pub sessions: u64,
    pub speaking: u64,
    pub speech_lag_ms: u64,
    pub translation_lag_ms: u64,
    pub cost: Cost,
    pub memory_bytes: u64,
}

/// What has happened since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each is the total of the rate or count in Sample that bears its name"
)]
pub struct Totals {
    pub messages_in: u64,
    pub messages_out: u64,
    pub audio_in: u64,
    pub audio_out: u64,
    pub captions: u64,
    pub finals: u64,
    pub refused: u64,
    pub restarts: u64,
    pub failures: u64,
    /// Time on processors.
    pub cpu: Duration,
}

impl Sample {
    /// What became of the totals from `before` to `now` within `elapsed`.
    pub fn between(
        at: Timestamp,
        levels: Levels,
        before: &Totals,
        now: &Totals,
        elapsed: Duration,
    ) -> Self {
        // Two looks at one moment have no rate; a millisecond keeps it finite.
        let seconds = elapsed.max(Duration::from_millis(1)).as_secs_f64();
        let rate = |total: fn(&Totals) -> u64| {
            in_tenths(total(now).saturating_sub(total(before)) as f64 / seconds)
        };
        let cpu = now.cpu.saturating_sub(before.cpu).as_secs_f64();
        Self {
            at,
            connections: levels.connections,
            rooms: levels.rooms,
            sessions: levels.sessions,
            speaking: levels.speaking,
            messages_in_per_second: rate(|totals| totals.messages_in),
            messages_out_per_second: rate(|totals| totals.messages_out),
            audio_in_per_second: rate(|totals| totals.audio_in),
            audio_out_per_second: rate(|totals| totals.audio_out),
            captions_per_second: rate(|totals| totals.captions),
            finals_per_second: rate(|totals| totals.finals),
            refused_per_second: rate(|totals| totals.refused),
            speech_lag_ms: levels.speech_lag_ms,
            translation_lag_ms: levels.translation_lag_ms,
            cost_usd: levels.cost.usd(),
            cpu_percent: in_tenths(cpu * 100.0 / seconds),
            memory_bytes: levels.memory_bytes,
            restarts: now.restarts.saturating_sub(before.restarts),
            failures: now.failures.saturating_sub(before.failures),
        }
    }
}

/// More digits than one behind the point would only make hundreds of samples longer.
fn in_tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The newest samples, oldest first, at most as many as fit into [`HISTORY`].
#[derive(Debug, Clone)]
pub struct History {
    samples: VecDeque<Sample>,
    most: usize,
}

impl History {
    /// An empty one for samples taken every `interval`.
    pub fn new(interval: Duration) -> Self {
        let most = HISTORY.as_millis() / interval.as_millis().max(1);
        Self {
            samples: VecDeque::new(),
            // At most 900,000, for an interval of a millisecond.
            most: most.max(1) as usize,
        }
    }

    /// Adds the newest; the oldest goes if there are too many.
    pub fn add(&mut self, sample: Sample) {
        if self.samples.len() >= self.most {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// The samples, oldest first.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter()
    }

    /// Failures of actors in the newest `samples`.
    pub fn failures(&self, samples: usize) -> u64 {
        let newest = self.samples.iter().rev().take(samples);
        newest.map(|sample| sample.failures).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_unix_millis(second * 1_000)
    }

    fn sample(second: u64, failures: u64) -> Sample {
        let now = Totals {
            failures,
            ..Totals::default()
        };
        Sample::between(
            at(second),
            Levels::default(),
            &Totals::default(),
            &now,
            Duration::from_secs(2),
        )
    }

    #[test]
    fn rates_are_what_was_added_by_the_time_it_took() {
        let before = Totals {
            messages_in: 100,
            audio_out: 7,
            restarts: 2,
            cpu: Duration::from_secs(1),
            ..Totals::default()
        };
        let now = Totals {
            messages_in: 105,
            messages_out: 1,
            audio_out: 7,
            restarts: 5,
            cpu: Duration::from_millis(4_000),
            ..before
        };
        let levels = Levels {
            rooms: 3,
            ..Levels::default()
        };
        let sample = Sample::between(at(9), levels, &before, &now, Duration::from_secs(2));
        assert_eq!(sample.messages_in_per_second, 2.5);
        assert_eq!(sample.messages_out_per_second, 0.5);
        assert_eq!(sample.audio_out_per_second, 0.0);
        assert_eq!(sample.cpu_percent, 150.0);
        assert_eq!((sample.rooms, sample.restarts), (3, 3));
        assert_eq!(sample.at, at(9));
    }

    #[test]
    fn no_time_and_totals_that_fell_are_no_rate() {
        let before = Totals {
            finals: 9,
            ..Totals::default()
        };
        let now = Totals::default();
        let sample = Sample::between(at(0), Levels::default(), &before, &now, Duration::ZERO);
        assert_eq!(sample.finals_per_second, 0.0);
        assert!(sample.cpu_percent.is_finite());
    }

    #[test]
    fn a_quarter_of_an_hour_is_kept_and_no_more() {
        let mut history = History::new(Duration::from_secs(2));
        for number in 0..1_000 {
            history.add(sample(number, number));
        }
        let kept: Vec<_> = history.samples().collect();
        assert_eq!(kept.len(), 450);
        assert_eq!(kept[0].at, at(550), "oldest first");
        assert_eq!(kept[449].at, at(999));
        assert_eq!(history.failures(2), 998 + 999);
    }
}
