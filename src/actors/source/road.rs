//! The road of a speaker's sound to those Invokers whose engine interprets end to end: resampled once for all of them,
//! cut to utterances with their pre-roll, and given piece by piece past the Room.

use std::collections::{BTreeMap, VecDeque};

use super::{Source, Translating};
use crate::{
    actors::{
        invoker::interpreting::{Hear, Mark},
        refusal::Refusal,
    },
    audio::{backlog::Piece, pcm::to_bytes, resample::Resampler, vad::DETECTOR_RATE},
    domain::{identity::UtteranceId, interpretation::INTERPRETATION_RATE, language::Language},
};

/// Samples kept before an utterance: the longest pre-roll of the settings, and what the endpointer may reach back
/// beyond it.
const KEPT: usize = INTERPRETATION_RATE as usize * 5 / 2;

/// Sound from this long before the first voice counts as voiced: soft sounds begin words.
const ONSET: u64 = INTERPRETATION_RATE as u64 / 10;

/// The most that waits for an Invoker that does not take it, besides what its mailbox holds.
const MOST_WAITING: std::time::Duration = std::time::Duration::from_secs(2);

/// The speaker's sound at the rate of interpretations.
pub(super) struct Road {
    resampler: Resampler,
    /// The newest samples, and the position after the last of them.
    recent: VecDeque<i16>,
    position: u64,
    /// Up to where it has been given.
    given: u64,
    /// From where on what is given is voiced.
    voiced_from: u64,
    /// Who takes the utterance under way.
    takers: Vec<Language>,
    resampled: Vec<i16>,
}

/// A position at the detector's rate, at this one.
fn position_of(sample: u64) -> u64 {
    sample * u64::from(INTERPRETATION_RATE) / u64::from(DETECTOR_RATE)
}

impl Road {
    /// The road of sound that comes at this rate.
    pub(super) fn new(sample_rate: u32) -> Self {
        Self {
            resampler: Resampler::new(sample_rate, INTERPRETATION_RATE)
                .expect("a session's rate is one of those the resampler knows"),
            recent: VecDeque::new(),
            position: 0,
            given: 0,
            voiced_from: 0,
            takers: Vec::new(),
            resampled: Vec::new(),
        }
    }

    /// Takes what the speaker sends.
    pub(super) fn push(&mut self, samples: &[i16]) {
        self.resampled.clear();
        self.resampler.push(samples, &mut self.resampled);
        self.position += self.resampled.len() as u64;
        self.recent.extend(&self.resampled);
        let surplus = self.recent.len().saturating_sub(KEPT);
        self.recent.drain(..surplus);
    }

    /// Whether an utterance is being given.
    pub(super) fn is_taken(&self) -> bool {
        !self.takers.is_empty()
    }

    fn begin(&mut self, at: u64, voice_at: u64, takers: Vec<Language>) {
        // What has been given once is not given again, though the pre-roll may reach back into it.
        self.given = self.given.max(position_of(at)).min(self.position);
        self.voiced_from = position_of(voice_at).saturating_sub(ONSET);
        self.takers = takers;
    }

    /// What has not been given yet: what lies before the voice, then the rest.
    fn take(&mut self, voiced: bool) -> [Piece<Mark>; 2] {
        let oldest = self.position - self.recent.len() as u64;
        let from = self.given.max(oldest);
        let voice = self.voiced_from.clamp(from, self.position);
        let slice = |from: u64, to: u64| -> Vec<i16> {
            let range = (from - oldest) as usize..(to - oldest) as usize;
            self.recent.range(range).copied().collect()
        };
        let piece = |samples: Vec<i16>, voiced| Piece::Audio {
            samples: to_bytes(&samples).into(),
            voiced,
        };
        let pieces = [
            piece(slice(from, voice), false),
            piece(slice(voice, self.position), voiced),
        ];
        self.given = self.position;
        pieces
    }
}

impl Source {
    /// Who takes what is said now, and how: whether the ear hears it, and which Invokers.
    pub(super) fn takers(&self) -> (bool, Vec<Language>) {
        if self.road.is_none() {
            // Its Invokers have not heard of the engine that it has now.
            return (true, Vec::new());
        }
        let mut takers = Vec::new();
        let mut ear = false;
        for (language, translating) in &self.translating {
            if translating.gauge.takes_sound() {
                takers.push(language.clone());
            } else {
                ear = true;
            }
        }
        let ear = ear || takers.is_empty();
        (ear, takers)
    }

    /// An utterance begins that these take as sound. If the ear does not hear it, one of them gives the transcript.
    pub(super) fn begin_giving(
        &mut self,
        utterance: &UtteranceId,
        (at, voice_at): (u64, u64),
        ear: bool,
        takers: Vec<Language>,
    ) {
        let Some(road) = &mut self.road else {
            return;
        };
        road.begin(at, voice_at, takers.clone());
        if ear {
            self.appointed = None;
        } else if !self
            .appointed
            .as_ref()
            .is_some_and(|appointed| takers.contains(appointed))
        {
            self.appointed = takers.first().cloned();
        }
        let at = self.now();
        for language in &takers {
            let transcript = self.appointed.as_ref() == Some(language);
            if let Some(translating) = self.translating.get_mut(language) {
                translating.give(Piece::Mark(Mark::Begin {
                    utterance: utterance.clone(),
                    transcript,
                    at,
                }));
            }
        }
    }

    /// More of the utterance has come.
    pub(super) fn give_sound(&mut self, voiced: bool) {
        let Some(road) = self.road.as_mut().filter(|road| road.is_taken()) else {
            return;
        };
        for piece in road.take(voiced) {
            for translating in taking(&mut self.translating, &road.takers) {
                translating.give(piece.clone());
            }
        }
    }

    /// The utterance is over.
    pub(super) fn end_giving(&mut self) {
        let Some(road) = self.road.as_mut().filter(|road| road.is_taken()) else {
            return;
        };
        for translating in taking(&mut self.translating, &road.takers) {
            translating.give(Piece::Mark(Mark::End));
        }
        road.takers.clear();
    }

    /// Tells the speaker once that another engine serves them than the one they chose, as long as that is so.
    pub(super) fn tell_fallback(&mut self, ear: bool) {
        let first = self.order.chain.first();
        let instead = if first.interprets().is_some() {
            let translators = self.translating.values();
            let mut others = translators.filter(|translating| translating.gauge.falls_back());
            others.next().map(|translating| translating.gauge.engine())
        } else {
            let used = self.ear_engine.as_ref().filter(|_| ear);
            used.map(|engine| engine.name())
                .filter(|name| *name != first.name())
        };
        let told = std::mem::replace(&mut self.told_fallback, instead.is_some());
        if let (Some(instead), false) = (instead, told) {
            let message = format!(
                "{} does not work at the moment; {instead} serves instead until it does",
                first.name()
            );
            self.tell_failure(None, Refusal::new("engine_fallback", message));
        }
    }
}

fn taking<'a>(
    translating: &'a mut BTreeMap<Language, Translating>,
    takers: &'a [Language],
) -> impl Iterator<Item = &'a mut Translating> {
    let takes = |(language, translating)| takers.contains(language).then_some(translating);
    translating.iter_mut().filter_map(takes)
}

impl Translating {
    fn give(&mut self, piece: Piece<Mark>) {
        self.line.push(piece);
        self.retry_line();
        self.line.shed(MOST_WAITING);
        self.gauge.note_lost(self.line.dropped());
    }

    /// Tries again what the Invoker did not take.
    pub(super) fn retry_line(&mut self) {
        while let Some(piece) = self.line.pop() {
            if let Err(refused) = self.invoker.tell(Hear(piece)) {
                let Hear(piece) = refused.into_message();
                return self.line.push_front(piece);
            }
        }
    }
}
