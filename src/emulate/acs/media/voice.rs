//! What a person of a call says: a recording, from the moment on when somebody can hear it.

use std::{collections::HashMap, fs, path::Path, sync::Arc, time::Duration};

use parking_lot::Mutex;

use crate::audio::{container, resample, wav};

use super::{FRAMES_PER_SECOND, Rate};

/// The longest recording.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How many recordings are kept ready.
const MOST_KEPT: usize = 64;

/// A peak below this is silence: about -60 dB.
const QUIETEST: u16 = 33;

/// A recording at both rates of the wire.
#[derive(Debug)]
pub struct Recording {
    slow: Vec<i16>,
    fast: Vec<i16>,
}

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is not there.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// It is no sound.
    #[error("{0} cannot be decoded: {1}")]
    Undecodable(String, container::DecodeError),
    /// A rate that is not handled.
    #[error(transparent)]
    Rate(#[from] resample::ResampleError),
}

impl Recording {
    fn read(file: &Path) -> Result<Self, RecordingError> {
        let name = || file.display().to_string();
        let bytes = fs::read(file).map_err(|error| RecordingError::Unreadable(name(), error))?;
        // A plain WAV keeps its rate, so that at this rate every sample goes out as it is.
        let (samples, rate) = match wav::decode(&bytes) {
            Ok(plain) => plain,
            Err(_) => {
                let samples = container::decode_upload(&bytes, LONGEST)
                    .map_err(|error| RecordingError::Undecodable(name(), error))?;
                (samples, container::DECODED_RATE)
            }
        };
        Ok(Self {
            slow: resampled(&samples, rate, Rate::Pcm16K)?,
            fast: resampled(&samples, rate, Rate::Pcm24K)?,
        })
    }

    fn frames(&self) -> u64 {
        self.slow.len().div_ceil(Rate::Pcm16K.samples()) as u64
    }

    /// A frame of it. The last may be short.
    fn frame(&self, index: u64, rate: Rate) -> &[i16] {
        let samples = match rate {
            Rate::Pcm16K => &self.slow,
            Rate::Pcm24K => &self.fast,
        };
        let start = (index as usize)
            .saturating_mul(rate.samples())
            .min(samples.len());
        let end = (start + rate.samples()).min(samples.len());
        &samples[start..end]
    }
}

fn resampled(samples: &[i16], from: u32, to: Rate) -> Result<Vec<i16>, resample::ResampleError> {
    let mut resampler = resample::Resampler::new(from, to.hertz())?;
    let mut output = Vec::new();
    resampler.push(samples, &mut output);
    resampler.finish(&mut output);
    Ok(output)
}

/// Recordings that were read.
#[derive(Debug, Default)]
pub struct Library(Mutex<HashMap<String, Arc<Recording>>>);

impl Library {
    /// The recording in this file. Reads it if nobody did; to be called where that may take its time.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn get(&self, file: &Path) -> Result<Arc<Recording>, RecordingError> {
        let name = file.display().to_string();
        if let Some(recording) = self.0.lock().get(&name) {
            return Ok(Arc::clone(recording));
        }
        let recording = Arc::new(Recording::read(file)?);
        let mut kept = self.0.lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(name, Arc::clone(&recording));
        Ok(recording)
    }
}

/// A person's voice in one call.
#[derive(Debug)]
pub struct Voice {
    recording: Arc<Recording>,
    /// Frames until it begins.
    wait: u64,
    next: u64,
    repeats: bool,
    /// How many frames of silence have come after it.
    ended_for: u64,
}

/// One frame of a voice, at whichever rate it is wanted.
#[derive(Debug, Clone)]
pub enum Spoken {
    /// Of a recording.
    Recorded {
        recording: Arc<Recording>,
        index: u64,
    },
    /// Of somebody who is there themselves, at both rates.
    Live { slow: Vec<i16>, fast: Vec<i16> },
}

impl Spoken {
    /// The samples; they may be fewer than a frame has.
    pub fn samples(&self, rate: Rate) -> &[i16] {
        match (self, rate) {
            (Self::Recorded { recording, index }, rate) => recording.frame(*index, rate),
            (Self::Live { slow, .. }, Rate::Pcm16K) => slow,
            (Self::Live { fast, .. }, Rate::Pcm24K) => fast,
        }
    }
}

impl Voice {
    /// A voice that says this once or again and again, so long after it can be heard.
    pub fn new(recording: Arc<Recording>, wait: Duration, repeats: bool) -> Self {
        Self {
            recording,
            wait: frames(wait),
            next: 0,
            repeats,
            ended_for: 0,
        }
    }

    /// The next frame; nothing before it begins and after it ended.
    pub fn next(&mut self) -> Option<Spoken> {
        if self.wait > 0 {
            self.wait -= 1;
            return None;
        }
        if self.next >= self.recording.frames() {
            if !self.repeats {
                self.ended_for += 1;
                return None;
            }
            self.next = 0;
        }
        let index = self.next;
        self.next += 1;
        Some(Spoken::Recorded {
            recording: Arc::clone(&self.recording),
            index,
        })
    }

    /// Whether it ended so long ago.
    pub fn ended_before(&self, time: Duration) -> bool {
        self.next >= self.recording.frames() && self.ended_for >= frames(time).max(1)
    }
}

/// How many frames a time has.
fn frames(time: Duration) -> u64 {
    (time.as_millis() as u64) * FRAMES_PER_SECOND / 1_000
}

/// Whether nothing can be heard in it.
pub fn is_silent(samples: &[i16]) -> bool {
    samples
        .iter()
        .all(|sample| sample.unsigned_abs() < QUIETEST)
}
