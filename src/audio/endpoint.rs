//! Endpointing: where in a stream of sound an utterance begins and where it ends.
//!
//! A [`VoiceDetector`] scores every 16 ms. Enough voiced frames open an utterance, and its audio then starts a little in the past, with
//! the pre-roll, for the first sound of a word is soft. `hang_ms` without voice closes it. Alone the detector lets go 80 to 230 ms
//! late, more in noise, so a frame must also be loud enough to be voice: then the end is known within 24 ms. The constants were
//! measured on 38 utterances (flite, pocketsphinx-testdata), wide and telephone band, in silence and in noise 20 and 10 dB below the voice.

use std::collections::VecDeque;

use super::pcm::{SILENCE_DBFS, rms_dbfs};
use super::vad::{DETECTOR_FRAME, DETECTOR_RATE, VoiceDetector};

/// Length of one detector frame in milliseconds: the grain of every decision here.
const FRAME_MS: u32 = 1_000 * DETECTOR_FRAME as u32 / DETECTOR_RATE;

/// A network that has heard nothing yet scores background noise up to 0.66 for up to 300 ms, but voices above 0.7: that long, and that
/// high, it takes more to open an utterance.
const SETTLING_SAMPLES: u64 = 19 * DETECTOR_FRAME as u64;
const SETTLING_THRESHOLD: f32 = 0.7;

/// A frame so far below the utterance's loudest frame, in dB, is not voice but the detector letting go late.
const TAIL_DB: f32 = 30.0;

/// Nor is a frame that rises less than this over the background, in dB.
const OVER_BACKGROUND_DB: f32 = 3.0;

/// The background is taken to be at least this far below the loudest frame, in dB: a stream that begins in the middle of a word teaches
/// a wrong one, and in more noise than this the detector must do alone.
const LEAST_SIGNAL_DB: f32 = 12.0;

/// A score from which a frame counts as voice however soft it is, so that a sentence may die away.
const CERTAIN: f32 = 0.95;

/// What share of its distance to a louder or quieter unvoiced frame the background level moves: up slowly, for the first frames of a
/// word are not recognised as voice yet.
const BACKGROUND_RISES: f32 = 0.02;
const BACKGROUND_FALLS: f32 = 0.2;

/// How utterances are told apart. Durations count in whole detector frames of 16 ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndpointSettings {
    /// Silence that ends an utterance, in milliseconds, 200..=2000. Less answers sooner, more forgives longer pauses. Default 400.
    pub hang_ms: u32,
    /// Voice that begins an utterance, in milliseconds, 16..=1000. Default 100.
    pub onset_ms: u32,
    /// Audio from before that moment that still belongs to it, in milliseconds, 0..=2000. Default 400: an onset is noticed 90 to 280 ms late.
    pub pre_roll_ms: u32,
    /// An utterance this long is cut at its next voiced frame, in milliseconds, 1000..=120000. Default 15000.
    pub longest_ms: u32,
    /// The detector's score from which a frame may be voice, 0.0..=1.0. Default 0.5.
    pub threshold: f32,
}

impl Default for EndpointSettings {
    fn default() -> Self {
        Self {
            hang_ms: 400,
            onset_ms: 100,
            pre_roll_ms: 400,
            longest_ms: 15_000,
            threshold: 0.5,
        }
    }
}

/// A setting of [`EndpointSettings`] that makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{setting} is {value}; it must lie in {range}")]
pub struct EndpointError {
    /// The field's name.
    pub setting: &'static str,
    /// What it was.
    pub value: f32,
    /// What it may be.
    pub range: &'static str,
}

impl EndpointError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        "endpoint_setting_out_of_range"
    }
}

impl EndpointSettings {
    /// Checks every field against the range its documentation names; the error is of the first that fails.
    pub fn validate(&self) -> Result<(), EndpointError> {
        let checks = [
            ("hang_ms", self.hang_ms as f32, 200.0, 2_000.0, "200..=2000"),
            ("onset_ms", self.onset_ms as f32, 16.0, 1_000.0, "16..=1000"),
            (
                "pre_roll_ms",
                self.pre_roll_ms as f32,
                0.0,
                2_000.0,
                "0..=2000",
            ),
            (
                "longest_ms",
                self.longest_ms as f32,
                1_000.0,
                120_000.0,
                "1000..=120000",
            ),
            ("threshold", self.threshold, 0.0, 1.0, "0.0..=1.0"),
        ];
        for (setting, value, lowest, highest, range) in checks {
            // A NaN is in no range.
            if !(lowest..=highest).contains(&value) {
                return Err(EndpointError {
                    setting,
                    value,
                    range,
                });
            }
        }
        Ok(())
    }
}

/// Why an utterance ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// Nobody spoke for `hang_ms`.
    Silence,
    /// It reached `longest_ms`; the next one begins at the very sample where this one ends.
    Forced,
    /// [`Endpointer::finish`] was called.
    Asked,
}

/// What an [`Endpointer`] found. Positions are in samples at 16 kHz since the stream began.
#[derive(Debug, Clone, PartialEq)]
pub enum EndpointEvent {
    /// An utterance begins.
    Started {
        /// Where its audio begins, pre-roll included: the position of the first sample of the [`Audio`](Self::Audio) that follows.
        at_sample: u64,
        /// Where the voice was first noticed; not before `at_sample`.
        voice_at_sample: u64,
    },
    /// Consecutive audio of the utterance; never empty, nothing is left out or repeated between `Started` and `Stopped`.
    Audio(Vec<i16>),
    /// The utterance is over.
    Stopped {
        /// Just after the last sample of its audio.
        at_sample: u64,
        /// Just after its last voiced frame.
        voice_until_sample: u64,
        /// Why it ended.
        reason: StopReason,
    },
}

/// Finds the utterances in one stream of 16 kHz mono samples, fed in blocks of any size.
///
/// Its memory is bounded by the pre-roll and one frame; audio leaves in the very call that brought it.
pub struct Endpointer {
    detector: Box<dyn VoiceDetector>,
    onset_frames: u32,
    pre_roll: usize,
    hang: u64,
    longest: u64,
    threshold: f32,

    /// The level of what is not voice, learnt outside of utterances.
    background_dbfs: Option<f32>,
    /// The frame being filled.
    frame: Vec<i16>,
    /// The latest audio, at most `pre_roll` samples, the frame being filled included.
    recent: VecDeque<i16>,
    /// Samples taken so far.
    position: u64,
    /// No pre-roll reaches back beyond here: what lies before was voice of an utterance, or was cut off.
    fence: u64,
    state: State,
}

enum State {
    Waiting {
        /// Voiced frames less unvoiced ones, not below 0: a single dropped frame does not undo an onset.
        voiced_frames: u32,
        /// Where the first of them began.
        voice_at: u64,
    },
    Speaking {
        started_at: u64,
        /// Just after the last voiced frame.
        voiced_until: u64,
        loudest_dbfs: f32,
    },
}

impl State {
    const QUIET: State = State::Waiting {
        voiced_frames: 0,
        voice_at: 0,
    };
}

impl Endpointer {
    /// An endpointer at the start of a stream. Fails if a setting is out of its range.
    pub fn new(
        settings: EndpointSettings,
        detector: Box<dyn VoiceDetector>,
    ) -> Result<Self, EndpointError> {
        settings.validate()?;
        let samples = |ms: u32| u64::from(ms) * u64::from(DETECTOR_RATE) / 1_000;
        let pre_roll = samples(settings.pre_roll_ms) as usize;
        Ok(Self {
            detector,
            onset_frames: (settings.onset_ms + FRAME_MS / 2) / FRAME_MS,
            pre_roll,
            hang: samples(settings.hang_ms),
            longest: samples(settings.longest_ms),
            threshold: settings.threshold,
            background_dbfs: None,
            frame: Vec::with_capacity(DETECTOR_FRAME),
            recent: VecDeque::with_capacity(pre_roll),
            position: 0,
            fence: 0,
            state: State::QUIET,
        })
    }

    /// Samples taken so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Whether an utterance is open.
    pub fn is_speaking(&self) -> bool {
        matches!(self.state, State::Speaking { .. })
    }

    /// Takes a block and appends to `events` what it brought, in order. Returns whether the block completed a voiced frame of
    /// an utterance: what idle clocks count as activity.
    pub fn push(&mut self, samples: &[i16], events: &mut Vec<EndpointEvent>) -> bool {
        let mut voiced = false;
        let mut samples = samples;
        while !samples.is_empty() {
            let (now, later) =
                samples.split_at(samples.len().min(DETECTOR_FRAME - self.frame.len()));
            samples = later;
            self.take(now, events);
            if let Ok(frame) = <&[i16; DETECTOR_FRAME]>::try_from(self.frame.as_slice()) {
                let score = self.detector.frame(frame);
                let level = rms_dbfs(frame);
                self.frame.clear();
                voiced |= self.judge(score, level, events);
            }
        }
        voiced
    }

    /// Ends the utterance now, as `audio_end` asks. A voice that was about to open one, at least half way, still gets it. The stream goes on:
    /// the next sample has the next position, and nothing before it comes again.
    pub fn finish(&mut self, events: &mut Vec<EndpointEvent>) {
        if let State::Waiting {
            voiced_frames,
            voice_at,
        } = self.state
            && voiced_frames * 2 >= self.onset_frames
        {
            self.start(voice_at, SILENCE_DBFS, events);
        }
        if self.is_speaking() {
            self.stop(StopReason::Asked, events);
        }
        self.state = State::QUIET;
        self.fence = self.position;
    }

    /// Keeps less than a frame more, and passes it on while somebody speaks.
    fn take(&mut self, samples: &[i16], events: &mut Vec<EndpointEvent>) {
        self.frame.extend_from_slice(samples);
        self.recent.extend(samples);
        let surplus = self.recent.len().saturating_sub(self.pre_roll);
        self.recent.drain(..surplus);
        self.position += samples.len() as u64;
        if self.is_speaking() {
            match events.last_mut() {
                Some(EndpointEvent::Audio(audio)) => audio.extend_from_slice(samples),
                _ => events.push(EndpointEvent::Audio(samples.to_vec())),
            }
        }
    }

    /// What the frame that ends here means. Returns whether it was voiced, within an utterance.
    fn judge(&mut self, score: f32, level: f32, events: &mut Vec<EndpointEvent>) -> bool {
        let here = self.position;
        match &mut self.state {
            State::Waiting {
                voiced_frames,
                voice_at,
            } => {
                let threshold = if here <= SETTLING_SAMPLES {
                    self.threshold.max(SETTLING_THRESHOLD)
                } else {
                    self.threshold
                };
                if score < threshold {
                    *voiced_frames = voiced_frames.saturating_sub(1);
                    self.learn_background(level);
                    return false;
                }
                if *voiced_frames == 0 {
                    *voice_at = here - DETECTOR_FRAME as u64;
                }
                *voiced_frames += 1;
                if *voiced_frames < self.onset_frames {
                    return false;
                }
                let voice_at = *voice_at;
                self.start(voice_at, level, events);
                true
            }
            State::Speaking {
                started_at,
                voiced_until,
                loudest_dbfs,
            } => {
                // What is no voice, such as a bang, must not set the measure for a soft one.
                if score >= self.threshold {
                    *loudest_dbfs = loudest_dbfs.max(level);
                }
                let background = self
                    .background_dbfs
                    .unwrap_or(SILENCE_DBFS)
                    .min(*loudest_dbfs - LEAST_SIGNAL_DB);
                let softest = (*loudest_dbfs - TAIL_DB).max(background + OVER_BACKGROUND_DB);
                let voiced = score >= self.threshold && (score >= CERTAIN || level >= softest);
                if voiced {
                    *voiced_until = here;
                    // Cut only where somebody speaks: otherwise the silence ends it soon, and an utterance of nothing would follow.
                    if here - *started_at >= self.longest {
                        let loudest = *loudest_dbfs;
                        self.stop(StopReason::Forced, events);
                        self.start(here, loudest, events);
                    }
                } else if here - *voiced_until >= self.hang {
                    self.stop(StopReason::Silence, events);
                }
                voiced
            }
        }
    }

    fn learn_background(&mut self, level: f32) {
        let background = self.background_dbfs.get_or_insert(level);
        let rate = if level > *background {
            BACKGROUND_RISES
        } else {
            BACKGROUND_FALLS
        };
        *background += (level - *background) * rate;
    }

    fn start(&mut self, voice_at: u64, level: f32, events: &mut Vec<EndpointEvent>) {
        let oldest = self.position - self.recent.len() as u64;
        let from = oldest.max(self.fence);
        events.push(EndpointEvent::Started {
            at_sample: from,
            voice_at_sample: voice_at.max(from),
        });
        let pre_roll: Vec<i16> = self
            .recent
            .range((from - oldest) as usize..)
            .copied()
            .collect();
        if !pre_roll.is_empty() {
            events.push(EndpointEvent::Audio(pre_roll));
        }
        self.state = State::Speaking {
            started_at: from,
            voiced_until: self.position,
            loudest_dbfs: level,
        };
    }

    fn stop(&mut self, reason: StopReason, events: &mut Vec<EndpointEvent>) {
        if let State::Speaking { voiced_until, .. } = self.state {
            events.push(EndpointEvent::Stopped {
                at_sample: self.position,
                voice_until_sample: voiced_until,
                reason,
            });
            // After a silence the next pre-roll may reach into that silence again: a word may have begun in it, softly.
            self.fence = match reason {
                StopReason::Silence => voiced_until,
                StopReason::Forced | StopReason::Asked => self.position,
            };
        }
        self.state = State::QUIET;
    }
}
