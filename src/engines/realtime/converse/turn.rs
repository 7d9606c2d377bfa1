//! One turn: what a speaker said between two pauses, and how far its translation has come.

use std::time::Duration;

use tokio::time::Instant;

use crate::engines::realtime::{
    backlog::{OddByte, length},
    ending::is_fatal,
    wire::Objection,
};

/// How often a turn is asked for, at most.
pub const MOST_ATTEMPTS: u32 = 6;

/// How long after it was first asked for a turn may be asked for again.
pub const BUDGET: Duration = Duration::from_secs(30);

/// Shortest and longest pause before it is asked for again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// How far a turn has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Its audio is being sent.
    Spoken,
    /// It was told to the provider that this was all of it.
    Committed,
    /// It may be asked for from this time on.
    Queued(Instant),
    /// It was asked for.
    Asked,
    /// It is being answered.
    Answering,
    /// Nothing more comes of it.
    Over,
}

/// One turn.
#[derive(Debug)]
pub struct Turn {
    /// Its number.
    pub number: u64,
    /// How far it has come.
    pub stage: Stage,
    /// When the provider last said something about it.
    pub touched: Instant,
    /// How long what was said is, until it is known how much of it was written down.
    pub length: Option<Duration>,
    /// What was said, as the provider calls it.
    pub item: Option<String>,
    /// The answer, as the provider calls it.
    pub response: Option<String>,
    /// What the answer put into the conversation.
    pub answers: Vec<String>,
    /// When it was first asked for, and how often.
    pub asked: Option<(Instant, u32)>,
    /// Whether any text of the translation came.
    pub has_text: bool,
    /// The whole translation.
    pub whole: Option<String>,
    /// The cut sample at the end of what came.
    pub odd: OddByte,
    /// Bytes of speech that came.
    pub spoken: usize,
    /// Nobody wants it any more.
    pub withdrawn: bool,
    /// Somebody spoke over it when so much was heard.
    pub heard: Option<Duration>,
    /// Whether the text as it was said is complete, or does not come.
    pub is_written: bool,
    /// When that is no longer waited for.
    pub write_by: Option<Instant>,
}

impl Turn {
    /// A turn whose audio is on its way.
    pub fn new(number: u64, now: Instant, transcript: bool) -> Self {
        Self {
            number,
            stage: Stage::Spoken,
            touched: now,
            length: None,
            item: None,
            response: None,
            answers: Vec::new(),
            asked: None,
            has_text: false,
            whole: None,
            odd: OddByte::default(),
            spoken: 0,
            withdrawn: false,
            heard: None,
            is_written: !transcript,
            write_by: None,
        }
    }

    /// Whether the provider owes us something about it.
    pub fn is_owed(&self) -> bool {
        matches!(
            self.stage,
            Stage::Committed | Stage::Asked | Stage::Answering
        )
    }

    /// Whether it is the one that is being answered.
    pub fn is_active(&self) -> bool {
        matches!(self.stage, Stage::Asked | Stage::Answering)
    }

    /// Whether something of the translation came.
    pub fn has_any(&self) -> bool {
        self.has_text || self.spoken > 0
    }

    /// Where what was heard of it ends, if something was not heard.
    pub fn cut(&self) -> Option<Duration> {
        self.heard.filter(|heard| *heard < length(self.spoken))
    }

    /// When it may be asked for again after this failure; never if that is no better or too late.
    pub fn again(
        &self,
        error: Option<&Objection>,
        reset: Option<Duration>,
        now: Instant,
    ) -> Option<Instant> {
        let (first, attempts) = self.asked?;
        if self.has_any() || attempts >= MOST_ATTEMPTS || error.is_some_and(is_fatal) {
            return None;
        }
        let is_limit =
            error.is_some_and(|error| error.code.as_deref() == Some("rate_limit_exceeded"));
        let told = error
            .and_then(|error| error.message.as_deref())
            .and_then(told_pause);
        let pause = told
            .or(reset.filter(|_| is_limit))
            .unwrap_or(PAUSE.0 * 2_u32.pow(attempts.min(6)))
            .clamp(PAUSE.0, PAUSE.1);
        let at = now + pause;
        (at <= first + BUDGET).then_some(at)
    }
}

/// The pause that a provider asks for in words: `Please try again in 1.23s`, `… in 350ms`.
fn told_pause(message: &str) -> Option<Duration> {
    let (_, told) = message.rsplit_once("try again in ")?;
    let end = told.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (number, unit) = told.split_at(end);
    let number: f64 = number.parse().ok()?;
    let seconds = if unit.starts_with("ms") {
        number / 1_000.0
    } else if unit.starts_with('s') {
        number
    } else {
        return None;
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_read_from_words() {
        let pause = |text| told_pause(text);
        assert_eq!(
            pause("Used 3. Please try again in 1.23s."),
            Some(Duration::from_millis(1_230))
        );
        assert_eq!(
            pause("try again in 350ms"),
            Some(Duration::from_millis(350))
        );
        for wrong in [
            "try again in",
            "try again in 1",
            "try again in 3h",
            "later",
            "try again in .s",
        ] {
            assert_eq!(pause(wrong), None, "{wrong}");
        }
    }
}
