//! One open stream of an end-to-end engine, and what has come of it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::mpsc, time::Instant};

use crate::{
    audio::passages::Passages,
    domain::{
        engine::{Engine, EngineError},
        identity::UtteranceId,
        interpretation::{
            InterpretationInput, InterpretationOutput, InterpretationStream, InterpretationStyle,
        },
        segmentation::{Segmentation, Turns},
        time::Timestamp,
    },
};

/// Utterances whose numbers are remembered.
const REMEMBERED: usize = 64;

/// What a stream is for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Open, to take over from the one that is used.
    Ready,
    /// Takes what is said.
    Taking,
    /// Takes nothing more; what was said is still answered.
    Closing { since: Instant },
}

/// How a stream ended.
#[derive(Debug, Clone)]
pub(super) enum Ending {
    /// In order.
    Closed,
    /// Not in order.
    Failed(EngineError),
}

/// An utterance whose turn has not come to its end.
#[derive(Debug, Clone)]
pub(super) struct Awaited {
    pub id: UtteranceId,
    pub started_at: Timestamp,
}

/// One stream.
pub(super) struct Link {
    pub number: u64,
    pub engine: Arc<dyn Engine>,
    pub style: InterpretationStyle,
    pub phase: Phase,
    /// Nothing once it was asked to close.
    pub input: Option<mpsc::Sender<InterpretationInput>>,
    /// When it was opened, and when its provider will end it.
    pub opened_at: Instant,
    pub expires_at: Instant,
    /// Whether it gives the text as it was said.
    pub transcript: bool,
    /// When the first sound went in, by both clocks.
    pub began: Option<(Instant, Timestamp)>,
    /// Whether anything good has come of it.
    pub good: bool,
    /// Voiced sound since anything came of it.
    pub unanswered: Duration,
    /// Since when it takes nothing.
    pub stalled: Option<Instant>,

    pub segmentation: Segmentation,
    pub turns: Turns,
    /// The utterances of turn-based engines, in order; the oldest may be answered already, the newest is still being
    /// said while `in_turn`.
    pub said: Vec<Awaited>,
    pub in_turn: bool,
    pub answered: u64,
    ids: BTreeMap<u64, UtteranceId>,
    /// The utterances of continuous engines whose text as it was said has been shown.
    written: BTreeSet<u64>,

    pub passages: Option<(u32, Passages)>,
    /// The utterance under whose name the passage under way is heard, and when its newest sound came.
    pub sounding: Option<(UtteranceId, Instant)>,

    /// What came while an older stream was still answering.
    pub held: VecDeque<InterpretationOutput>,
    pub ending: Option<Ending>,
}

impl Link {
    pub(super) fn new(
        number: u64,
        engine: Arc<dyn Engine>,
        style: InterpretationStyle,
        transcript: bool,
        stream: &InterpretationStream,
    ) -> Self {
        Self {
            number,
            engine,
            style,
            phase: Phase::Ready,
            input: Some(stream.input.clone()),
            opened_at: Instant::now(),
            expires_at: stream.expires_at,
            transcript,
            began: None,
            good: false,
            unanswered: Duration::ZERO,
            stalled: None,
            segmentation: Segmentation::default(),
            turns: Turns::default(),
            said: Vec::new(),
            in_turn: false,
            answered: 0,
            ids: BTreeMap::new(),
            written: BTreeSet::new(),
            passages: None,
            sounding: None,
            held: VecDeque::new(),
            ending: None,
        }
    }

    /// Time since its first sound.
    pub(super) fn elapsed(&self) -> Duration {
        self.began
            .map_or(Duration::ZERO, |(began, _)| began.elapsed())
    }

    /// The moment of something that lies so far into it.
    pub(super) fn moment(&self, at: Duration, now: Timestamp) -> Timestamp {
        self.began
            .map_or(now, |(_, began)| began.after(at).min(now))
    }

    /// The id of the utterance of this number, made anew for those of a continuous stream.
    pub(super) fn id(&mut self, number: u64, new: impl FnOnce() -> UtteranceId) -> UtteranceId {
        if !self.style.continuous {
            // Turns are counted as the utterances were given: from 0.
            if let Some(awaited) = self.said.get(number as usize) {
                return awaited.id.clone();
            }
        }
        let id = self.ids.entry(number).or_insert_with(new).clone();
        while self.ids.len() > REMEMBERED {
            self.ids.pop_first();
        }
        id
    }

    /// The turn that answers this utterance, if it was given here.
    pub(super) fn turn_of(&self, utterance: &UtteranceId) -> Option<u64> {
        let turn = self.said.iter().rposition(|said| said.id == *utterance);
        turn.map(|turn| turn as u64)
    }

    /// When the utterance of this turn began, if it is one that was given.
    pub(super) fn started_at(&self, turn: u64) -> Option<Timestamp> {
        if self.style.continuous {
            return None;
        }
        self.said
            .get(turn as usize)
            .map(|awaited| awaited.started_at)
    }

    /// This turn is at its end.
    pub(super) fn answered(&mut self, turn: u64) {
        self.answered = self.answered.max(turn.saturating_add(1));
    }

    /// The text of this utterance of a continuous engine is shown as it was said; whether that is new.
    pub(super) fn begins_to_write(&mut self, number: u64) -> bool {
        let is_new = self.style.continuous && self.written.insert(number);
        while self.written.len() > REMEMBERED {
            self.written.pop_first();
        }
        is_new
    }

    /// Utterances that stay without a translation if nothing more comes: turns that never came to their end, and
    /// sentences of a continuous engine that were shown as they were said and no further. If it ended in order, these
    /// were translated within another sentence.
    pub(super) fn untranslated(&self) -> Vec<UtteranceId> {
        let turns = self.said.iter().skip(self.answered as usize);
        let turns = turns.map(|awaited| awaited.id.clone());
        let unanswered = self.segmentation.untranslated(self.elapsed());
        let in_order = matches!(self.ending, Some(Ending::Closed));
        let shown = unanswered.filter(|number| !in_order && self.written.contains(number));
        let sentences = shown.filter_map(|number| self.ids.get(&number).cloned());
        turns.chain(sentences).collect()
    }

    /// Whether it is time for another one, when that is to be ready so long before the end. One that lives no longer than
    /// that is renewed in the middle of its life.
    pub(super) fn is_to_be_followed(&self, renew_before: Duration, now: Instant) -> bool {
        self.expires_at <= now + self.lead(renew_before)
    }

    /// Whether the one that follows has to take over now. Half of the time ahead is for waiting, the rest for what else
    /// may go wrong.
    pub(super) fn has_to_end(&self, renew_before: Duration, now: Instant) -> bool {
        let lead = (self.lead(renew_before) / 2).min(Duration::from_secs(30));
        self.expires_at <= now + lead
    }

    fn lead(&self, renew_before: Duration) -> Duration {
        let life = self.expires_at.saturating_duration_since(self.opened_at);
        renew_before.min(life / 2)
    }

    pub(super) fn is_closing(&self) -> bool {
        matches!(self.phase, Phase::Closing { .. })
    }
}
