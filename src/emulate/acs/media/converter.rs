//! One sound at the other rate of the wire, frame by frame.

use crate::audio::resample::{ResampleError, Resampler};

use super::Rate;

/// Turns frames of one rate into frames of another. What comes out is a little late: the filter has to hear what follows.
pub struct Converter {
    from: Rate,
    to: Rate,
    resampler: Resampler,
    /// What came out and was not taken.
    waiting: Vec<i16>,
}

impl Converter {
    /// From one rate to another.
    ///
    /// # Errors
    /// When the filter does not know the rates.
    pub fn new(from: Rate, to: Rate) -> Result<Self, ResampleError> {
        Ok(Self {
            from,
            to,
            resampler: Resampler::new(from.hertz(), to.hertz())?,
            waiting: Vec::new(),
        })
    }

    /// The next frame; to be called for every one, silent ones too.
    pub fn next(&mut self, frame: Option<&[i16]>) -> Vec<i16> {
        let silence = [0; 480];
        let frame = frame.unwrap_or(&silence[..self.from.samples()]);
        self.resampler.push(frame, &mut self.waiting);
        let count = self.to.samples().min(self.waiting.len());
        let mut frame: Vec<i16> = self.waiting.drain(..count).collect();
        frame.resize(self.to.samples(), 0);
        frame
    }
}
