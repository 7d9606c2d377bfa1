//! A recording as a microphone would send it: frames of 20 ms at 16 kHz.

use std::{path::Path, time::Duration};

use anyhow::Context;
use interpres::audio::{
    container::decode_upload,
    endpoint::{EndpointEvent, EndpointSettings, Endpointer},
    frames::{FRAME_MS, frame_samples},
    pcm::{PcmAssembler, to_bytes},
    vad::NeuralDetector,
};

/// The length of a frame.
pub const FRAME: Duration = Duration::from_millis(FRAME_MS as u64);

/// The rate of the demonstration's microphone.
pub const RATE: u32 = 16_000;

/// The longest recording the demonstration plays.
const LONGEST: Duration = Duration::from_secs(600);

/// A recording in memory.
pub struct Recording {
    name: String,
    samples: Vec<i16>,
}

impl Recording {
    /// Reads a file in any format that is understood; `.raw` is 16 kHz s16le.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let samples = if file.extension().is_some_and(|ending| ending == "raw") {
            let mut samples = Vec::new();
            PcmAssembler::new().push(&bytes, &mut samples);
            samples
        } else {
            decode_upload(&bytes, LONGEST).with_context(|| file.display().to_string())?
        };
        let name = file.file_name().map_or_else(
            || file.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        Ok(Self { name, samples })
    }

    /// Its file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its samples, at the rate of the demonstration's microphone, 16 kHz.
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// How many frames it has.
    pub fn frames(&self) -> usize {
        self.samples.len().div_ceil(frame_samples(RATE))
    }

    /// Its frames, as bytes.
    pub fn chunks(&self) -> impl Iterator<Item = Vec<u8>> {
        self.samples.chunks(frame_samples(RATE)).map(to_bytes)
    }

    /// The frame in which the last word ends, as the voice detector hears it.
    pub fn last_voiced_frame(&self) -> anyhow::Result<usize> {
        let detector = Box::new(NeuralDetector::new());
        let mut endpointer = Endpointer::new(EndpointSettings::default(), detector)?;
        let mut events = Vec::new();
        endpointer.push(&self.samples, &mut events);
        endpointer.finish(&mut events);
        let last = events.iter().rev().find_map(|event| match event {
            EndpointEvent::Stopped {
                voice_until_sample, ..
            } => Some(*voice_until_sample as usize),
            _ => None,
        });
        let last = last.with_context(|| format!("{}: nobody speaks in it", self.name))?;
        Ok(last / frame_samples(RATE))
    }
}

/// A frame of silence.
pub fn silent_frame() -> Vec<u8> {
    to_bytes(&vec![0; frame_samples(RATE)])
}
