//! Voice detection: how likely is it that 16 ms of audio hold a voice.

use super::pcm::{SILENCE_DBFS, rms_dbfs};

/// Samples in the frame a detector judges: 16 ms at [`DETECTOR_RATE`], what earshot's network was trained on.
pub const DETECTOR_FRAME: usize = 256;

/// The sample rate detectors work at, in Hz.
pub const DETECTOR_RATE: u32 = 16_000;

/// Judges consecutive frames of one stream; it remembers what came before.
pub trait VoiceDetector: Send {
    /// How likely the frame (16 ms at 16 kHz) holds a voice, 0.0..=1.0; from 0.5 it is called voiced.
    fn frame(&mut self, frame: &[i16; DETECTOR_FRAME]) -> f32;
}

/// The default: earshot's small neural network, built in, sturdy in noise.
pub struct NeuralDetector(Box<earshot::Detector>);

impl NeuralDetector {
    /// A detector that has heard nothing yet.
    pub fn new() -> Self {
        Self(Box::default())
    }
}

impl Default for NeuralDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl VoiceDetector for NeuralDetector {
    fn frame(&mut self, frame: &[i16; DETECTOR_FRAME]) -> f32 {
        self.0.predict_i16(frame)
    }
}

/// The alternative: loudness over a floor that follows the background. Quicker to let go than the network, and sturdier
/// against babble in the room, but it takes any sudden noise for a voice.
#[derive(Debug, Clone)]
pub struct EnergyDetector {
    floor_dbfs: f32,
    voiced: bool,
}

impl EnergyDetector {
    /// How far above the floor a voice begins, in dB.
    const RISE_DB: f32 = 12.0;
    /// How near the floor it must fall to have ended, in dB.
    const FALL_DB: f32 = 7.0;
    /// No background is taken to be quieter than this, in dBFS, or a breath after digital silence would be a voice.
    const QUIETEST_FLOOR_DBFS: f32 = -65.0;
    /// What share of its distance to a quieter frame the floor falls at once.
    const FLOOR_FALLS: f32 = 0.5;
    /// How fast the floor creeps up under louder frames, in dB per frame (about 3 dB in a second).
    const FLOOR_RISES_DB: f32 = 0.05;
    /// The decibels above a limit over which the score goes from 0.5 to 1.
    const SCORE_SPAN_DB: f32 = 6.0;

    /// A detector that takes its first frame for background.
    pub fn new() -> Self {
        Self {
            floor_dbfs: SILENCE_DBFS,
            voiced: false,
        }
    }
}

impl Default for EnergyDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl VoiceDetector for EnergyDetector {
    fn frame(&mut self, frame: &[i16; DETECTOR_FRAME]) -> f32 {
        let level = rms_dbfs(frame).max(Self::QUIETEST_FLOOR_DBFS);
        if self.floor_dbfs == SILENCE_DBFS {
            self.floor_dbfs = level;
        }
        let over_floor = level - self.floor_dbfs;
        self.floor_dbfs += if over_floor < 0.0 {
            over_floor * Self::FLOOR_FALLS
        } else {
            Self::FLOOR_RISES_DB.min(over_floor)
        };
        let limit = if self.voiced {
            Self::FALL_DB
        } else {
            Self::RISE_DB
        };
        self.voiced = over_floor >= limit;
        (0.5 + (over_floor - limit) / (2.0 * Self::SCORE_SPAN_DB)).clamp(0.0, 1.0)
    }
}
