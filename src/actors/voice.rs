//! Speech on its way to those who hear it: streams, frames of 20 ms, and their pace.
//!
//! Each utterance is one stream with its `audio_start`, frames and `audio_stop`. A frame is encoded once for each
//! sample rate, whoever listens.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::AtomicU32},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    actors::{
        environment::{Counters, Environment},
        outbox::{Class, Parcel, Payload},
        outlet::Outlets,
        room::next_stream,
    },
    audio::{
        frames::{FRAME_MS, FrameCutter, frame_samples},
        resample::Resampler,
    },
    domain::{
        identity::UtteranceId,
        language::Language,
        participant::Speaker,
        server_message::{AudioEnd, ServerMessage, audio_frame},
    },
};

/// The length of a frame as time.
const FRAME: Duration = Duration::from_millis(FRAME_MS as u64);

/// Frames sent ahead of their time, so that a listener's clock that runs a little fast does not run dry.
const AHEAD: u32 = 2;

/// Those who hear, at one sample rate.
#[derive(Clone)]
pub struct Hearing {
    /// In Hz.
    pub sample_rate: u32,
    /// Their sockets.
    pub outlets: Outlets,
}

/// How fast frames go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// One every 20 ms, for speech that is made faster than it is spoken.
    RealTime,
    /// As they come, for speech that comes at its own pace.
    AsItComes,
}

/// One utterance's speech, waiting or being sent.
struct Speech {
    utterance: UtteranceId,
    samples: VecDeque<i16>,
    sample_rate: u32,
    complete: bool,
}

/// One rate of the stream being sent.
struct Rendition {
    outlets: Outlets,
    resampler: Option<Resampler>,
    cutter: FrameCutter,
    sequence: u32,
}

struct Playing {
    stream_id: u32,
    /// How much of it has gone out.
    sent: Duration,
    renditions: Vec<Rendition>,
}

/// Sends the speech of one speaker in one language, one utterance after the other.
pub struct Voice {
    environment: Arc<Environment>,
    streams: Arc<AtomicU32>,
    speaker: Speaker,
    language: Language,
    pace: Pace,
    hearings: Vec<Hearing>,
    queue: VecDeque<Speech>,
    playing: Option<Playing>,
    /// An utterance that was cut off while more of its speech was to come.
    unwanted: Option<UtteranceId>,
    /// When a listener who heard everything at its pace hears the next frame.
    next_heard_at: Instant,
    resampled: Vec<i16>,
}

impl Voice {
    /// A voice that nobody hears yet.
    pub fn new(
        environment: Arc<Environment>,
        streams: Arc<AtomicU32>,
        speaker: Speaker,
        language: Language,
        pace: Pace,
    ) -> Self {
        Self {
            environment,
            streams,
            speaker,
            language,
            pace,
            hearings: Vec::new(),
            queue: VecDeque::new(),
            playing: None,
            unwanted: None,
            next_heard_at: Instant::now(),
            resampled: Vec::new(),
        }
    }

    /// Whether anybody hears it.
    pub fn is_heard(&self) -> bool {
        !self.hearings.is_empty()
    }

    /// How many sockets hear it.
    pub fn hearers(&self) -> usize {
        self.hearings
            .iter()
            .map(|hearing| hearing.outlets.len())
            .sum()
    }

    /// Whether something waits or is being sent.
    pub fn is_active(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Speech that waits, in milliseconds.
    pub fn lag_ms(&self) -> u64 {
        self.queue.iter().map(Speech::milliseconds).sum()
    }

    /// Changes who hears. Who comes hears from the next utterance on; who goes hears nothing more.
    pub fn set_hearings(&mut self, hearings: Vec<Hearing>) {
        self.hearings = hearings;
        if self.hearings.is_empty() {
            self.cancel();
        } else if let (Some(mut playing), Some(speech)) = (self.playing.take(), self.queue.front())
        {
            let stop = stop_message(&playing, &speech.utterance, AudioEnd::Cancelled);
            for rendition in &mut playing.renditions {
                let hearing = self.hearings.iter().map(|hearing| &hearing.outlets);
                let (stays, goes) = rendition.outlets.split_by(hearing);
                goes.deliver(&stop);
                rendition.outlets = stays;
            }
            self.playing = Some(playing);
        }
    }

    /// Adds speech to an utterance, which begins with its first samples. When what waits grows beyond
    /// `speech.max_lag`, the oldest utterances that have not begun are left out, and said to be.
    pub fn push(&mut self, utterance: &UtteranceId, samples: &[i16], sample_rate: u32) {
        if !self.is_heard() || samples.is_empty() || self.unwanted.as_ref() == Some(utterance) {
            return;
        }
        match self.queue.back_mut() {
            Some(last) if last.utterance == *utterance && !last.complete => {
                last.samples.extend(samples);
            }
            _ => self.queue.push_back(Speech {
                utterance: utterance.clone(),
                samples: samples.iter().copied().collect(),
                sample_rate,
                complete: false,
            }),
        }
        self.shed();
        if self.pace == Pace::AsItComes {
            self.send_all();
        }
    }

    /// No more samples come for this utterance.
    pub fn finish(&mut self, utterance: &UtteranceId) {
        self.unwanted.take_if(|unwanted| unwanted == utterance);
        for speech in &mut self.queue {
            if speech.utterance == *utterance {
                speech.complete = true;
            }
        }
        if self.pace == Pace::AsItComes {
            self.send_all();
        }
    }

    /// No more samples come for anything that waits: the engine broke off.
    pub fn finish_all(&mut self) {
        self.unwanted = None;
        for speech in &mut self.queue {
            speech.complete = true;
        }
    }

    /// Lets these sockets hear nothing more of the utterance that is being sent. If nobody else hears it, it ends here:
    /// gives which one it was, and how much of it was heard.
    pub fn silence(&mut self, sockets: &Outlets) -> Option<(UtteranceId, Duration)> {
        let mut playing = self.playing.take()?;
        let utterance = self.queue.front()?.utterance.clone();
        let stop = stop_message(&playing, &utterance, AudioEnd::Cancelled);
        let mut heard = false;
        for rendition in &mut playing.renditions {
            let (goes, stays) = rendition.outlets.split_by(std::iter::once(sockets));
            heard |= !goes.is_empty();
            goes.deliver(&stop);
            rendition.outlets = stays;
        }
        let mut others = playing.renditions.iter();
        if !heard || others.any(|others| !others.outlets.is_empty()) {
            self.playing = Some(playing);
            return None;
        }
        let cut = self.queue.pop_front()?;
        if !cut.complete {
            self.unwanted = Some(cut.utterance);
        }
        let ahead = self.next_heard_at.saturating_duration_since(Instant::now());
        Some((utterance, playing.sent.saturating_sub(ahead)))
    }

    /// Ends whatever is being sent and forgets what waits.
    pub fn cancel(&mut self) {
        self.unwanted = None;
        if let (Some(playing), Some(speech)) = (self.playing.take(), self.queue.front()) {
            self.stop_stream(&playing, &speech.utterance.clone(), AudioEnd::Cancelled);
        }
        self.queue.clear();
    }

    /// Sends what is due, and says how long until the next frame is; `None` when nothing is there to send, and it is
    /// to be called again once there is.
    pub fn advance(&mut self) -> Option<Duration> {
        let now = Instant::now();
        while self.next_is_due(now) && self.send_block() {
            // What comes late, because the engine was slower than speech, makes nothing after it hurry.
            self.next_heard_at = self.next_heard_at.max(now) + FRAME;
        }
        self.queue.front().filter(|speech| speech.can_be_played())?;
        let due = self.next_heard_at - FRAME * AHEAD;
        let pause = due.saturating_duration_since(now);
        Some(pause.clamp(Duration::from_millis(1), FRAME))
    }

    fn next_is_due(&self, now: Instant) -> bool {
        self.next_heard_at <= now + FRAME * AHEAD
    }

    /// Sends all there is.
    fn send_all(&mut self) {
        while self.send_block() {}
    }

    /// Sends the next 20 ms. `false` if they are not there.
    fn send_block(&mut self) -> bool {
        let Some(speech) = self
            .queue
            .front_mut()
            .filter(|speech| speech.can_be_played())
        else {
            return false;
        };
        let block = frame_samples(speech.sample_rate);
        let samples: Vec<i16> = speech
            .samples
            .drain(..block.min(speech.samples.len()))
            .collect();
        let (utterance, sample_rate) = (speech.utterance.clone(), speech.sample_rate);
        let ended = speech.complete && speech.samples.is_empty();
        let mut playing = match self.playing.take() {
            Some(playing) => playing,
            None => self.start_stream(&utterance, sample_rate),
        };
        self.render(&mut playing, &samples, ended);
        playing.sent += FRAME;
        if ended {
            self.stop_stream(&playing, &utterance, AudioEnd::Complete);
            self.queue.pop_front();
        } else {
            self.playing = Some(playing);
        }
        true
    }

    fn start_stream(&self, utterance: &UtteranceId, sample_rate: u32) -> Playing {
        let stream_id = next_stream(&self.streams);
        let renditions = self
            .hearings
            .iter()
            .map(|hearing| {
                let start = ServerMessage::AudioStart {
                    stream_id,
                    utterance_id: utterance.clone(),
                    speaker: self.speaker.clone(),
                    language: self.language.clone(),
                    sample_rate: hearing.sample_rate,
                };
                hearing
                    .outlets
                    .deliver(&Parcel::lasting(start.encode(None)));
                Rendition {
                    outlets: hearing.outlets.clone(),
                    // Rates of sessions and engines are among those it knows; at any other, speech is left out.
                    resampler: Resampler::new(sample_rate, hearing.sample_rate).ok(),
                    cutter: FrameCutter::new(hearing.sample_rate),
                    sequence: 0,
                }
            })
            .collect();
        Playing {
            stream_id,
            sent: Duration::ZERO,
            renditions,
        }
    }

    fn render(&mut self, playing: &mut Playing, samples: &[i16], ended: bool) {
        let counters = &self.environment.counters;
        for rendition in &mut playing.renditions {
            let Some(resampler) = &mut rendition.resampler else {
                continue;
            };
            self.resampled.clear();
            resampler.push(samples, &mut self.resampled);
            if ended {
                resampler.finish(&mut self.resampled);
            }
            let Rendition {
                outlets,
                cutter,
                sequence,
                ..
            } = rendition;
            let mut send = |frame: &[i16]| {
                outlets.deliver(&Parcel {
                    payload: Payload::Binary(audio_frame(playing.stream_id, *sequence, frame)),
                    class: Class::Audio,
                });
                *sequence += 1;
                Counters::add(&counters.audio_frames_sent, outlets.len() as u64);
            };
            cutter.push(&self.resampled, &mut send);
            if ended && let Some(last) = cutter.finish() {
                send(&last);
            }
        }
    }

    fn stop_stream(&self, playing: &Playing, utterance: &UtteranceId, reason: AudioEnd) {
        let parcel = stop_message(playing, utterance, reason);
        for rendition in &playing.renditions {
            rendition.outlets.deliver(&parcel);
        }
    }

    fn shed(&mut self) {
        let limit = self.environment.settings.speech.max_lag.as_millis() as u64;
        let begun = usize::from(self.playing.is_some());
        while self.queue.len() > begun + 1 && self.lag_ms() > limit {
            let Some(dropped) = self.queue.remove(begun) else {
                return;
            };
            let playing = self.start_stream(&dropped.utterance, dropped.sample_rate);
            self.stop_stream(&playing, &dropped.utterance, AudioEnd::Dropped);
        }
    }
}

fn stop_message(playing: &Playing, utterance: &UtteranceId, reason: AudioEnd) -> Parcel {
    let stop = ServerMessage::AudioStop {
        stream_id: playing.stream_id,
        utterance_id: utterance.clone(),
        reason,
    };
    Parcel::lasting(stop.encode(None))
}

impl Speech {
    /// Whether a block of 20 ms is there, or the end.
    fn can_be_played(&self) -> bool {
        self.complete || self.samples.len() >= frame_samples(self.sample_rate)
    }

    fn milliseconds(&self) -> u64 {
        self.samples.len() as u64 * 1_000 / u64::from(self.sample_rate)
    }
}
