//! When each caption is shown: times count from the first words of the transcript, never go back, and never stand still.
//!
//! The log has utterances in the order in which they ended. Captions stand in the order in which they began, which WebVTT
//! asks for; so a few wait here until those that began before them have come.

use std::collections::BTreeMap;

use crate::domain::time::Timestamp;

/// Captions that wait at most. While somebody speaks for half a minute, eight others may say a few sentences each, each
/// in a few languages; one that comes later than this begins with the one before it.
const WINDOW: usize = 256;

/// How long a caption is shown whose end is not known: what it takes to read it.
const MILLIS_PER_LETTER: u64 = 60;
const SHORTEST_MILLIS: u64 = 1_000;
const LONGEST_MILLIS: u64 = 7_000;

/// What somebody said, or its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Utterance {
    /// Its number in the room.
    pub seq: u64,
    /// Names the utterance among those of its speaker; a translation has that of what it translates.
    pub id: String,
    /// Whose, by session.
    pub session: String,
    /// Whose, by name.
    pub speaker: String,
    /// What.
    pub text: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Whether it belongs to the reading; what does not still counts for the time.
    pub wanted: bool,
}

/// An utterance with its time, in milliseconds from the beginning of the transcript. The end is after the start, and no
/// start before that of the caption before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    pub start: u64,
    pub end: u64,
    pub utterance: Utterance,
}

/// Puts utterances in order and gives them their times.
pub(super) struct Timeline {
    window: usize,
    waiting: BTreeMap<(Timestamp, u64), Utterance>,
    origin: Option<Timestamp>,
    newest: u64,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self {
            window: WINDOW,
            waiting: BTreeMap::new(),
            origin: None,
            newest: 0,
        }
    }

    /// The moment from which times count, once there is one.
    pub(super) fn origin(&self) -> Option<Timestamp> {
        self.origin
    }

    /// Takes an utterance, and gives the one that has its turn by it, if any.
    pub(super) fn push(&mut self, utterance: Utterance) -> Option<Cue> {
        self.waiting
            .insert((utterance.started_at, utterance.seq), utterance);
        if self.waiting.len() > self.window {
            self.pop()
        } else {
            None
        }
    }

    /// The next of those that wait.
    pub(super) fn pop(&mut self) -> Option<Cue> {
        let ((started_at, _), utterance) = self.waiting.pop_first()?;
        let origin = *self.origin.get_or_insert(started_at);
        let start = since(origin, started_at).max(self.newest);
        self.newest = start;
        let end = utterance.ended_at.map_or(0, |ended| since(origin, ended));
        let end = if end > start {
            end
        } else {
            let letters = utterance.text.chars().count() as u64;
            start + (letters * MILLIS_PER_LETTER).clamp(SHORTEST_MILLIS, LONGEST_MILLIS)
        };
        Some(Cue {
            start,
            end,
            utterance,
        })
    }

    /// From here on nothing waits.
    pub(super) fn go_live(&mut self) {
        self.window = 0;
    }
}

/// Milliseconds from one moment to another; none if that is earlier.
fn since(origin: Timestamp, moment: Timestamp) -> u64 {
    moment.unix_millis().saturating_sub(origin.unix_millis())
}

/// A time as `01:02:03` and its milliseconds behind a mark: `.` in WebVTT, `,` in SubRip.
pub(super) fn clock(millis: u64, mark: char) -> String {
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    format!("{}{mark}{millis:03}", hours_minutes_seconds(seconds))
}

/// A time as `01:02:03`.
pub(super) fn hours_minutes_seconds(seconds: u64) -> String {
    format!(
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}
