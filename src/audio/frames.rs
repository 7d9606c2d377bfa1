//! Cutting a stream of samples into the 20 ms frames that a socket or a call carries.

/// Length of a frame in milliseconds, as API.md §1 and the ACS media protocol fix it.
pub const FRAME_MS: u32 = 20;

/// Samples in a 20 ms frame: 320 at 16 kHz, 480 at 24 kHz, 960 at 48 kHz; rounded down where it is no whole number (220 at 11,025 Hz).
pub const fn frame_samples(sample_rate: u32) -> usize {
    (sample_rate * FRAME_MS / 1_000) as usize
}

/// Cuts blocks of any size into frames of 20 ms. Holds less than one frame.
#[derive(Debug, Clone)]
pub struct FrameCutter {
    length: usize,
    rest: Vec<i16>,
}

impl FrameCutter {
    /// A cutter for audio at `sample_rate` Hz; a rate of at least 50 Hz, below which a frame would be empty.
    pub fn new(sample_rate: u32) -> Self {
        let length = frame_samples(sample_rate).max(1);
        Self {
            length,
            rest: Vec::with_capacity(length),
        }
    }

    /// Takes a block and hands every frame that is now full to `frame`, oldest first.
    pub fn push(&mut self, samples: &[i16], mut frame: impl FnMut(&[i16])) {
        let mut samples = samples;
        if !self.rest.is_empty() {
            let missing = (self.length - self.rest.len()).min(samples.len());
            self.rest.extend_from_slice(&samples[..missing]);
            samples = &samples[missing..];
            if self.rest.len() < self.length {
                return;
            }
            frame(&self.rest);
            self.rest.clear();
        }
        let mut frames = samples.chunks_exact(self.length);
        frames.by_ref().for_each(&mut frame);
        self.rest.extend_from_slice(frames.remainder());
    }

    /// The last frame, padded with silence, if any samples are left; the cutter is empty afterwards.
    pub fn finish(&mut self) -> Option<Vec<i16>> {
        if self.rest.is_empty() {
            return None;
        }
        let mut last = std::mem::replace(&mut self.rest, Vec::with_capacity(self.length));
        last.resize(self.length, 0);
        Some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_of_the_session_rates() {
        assert_eq!([16_000, 24_000, 48_000].map(frame_samples), [320, 480, 960]);
    }

    proptest! {
        #[test]
        fn however_blocks_are_cut_no_sample_is_lost(
            blocks in prop::collection::vec(prop::collection::vec(any::<i16>(), 0..900), 0..8),
            rate in prop::sample::select(vec![16_000u32, 24_000, 48_000]),
        ) {
            let mut cutter = FrameCutter::new(rate);
            let mut frames: Vec<Vec<i16>> = Vec::new();
            for block in &blocks {
                cutter.push(block, |frame| frames.push(frame.to_vec()));
            }
            frames.extend(cutter.finish());
            prop_assert_eq!(cutter.finish(), None);

            let all = blocks.concat();
            prop_assert!(frames.iter().all(|frame| frame.len() == frame_samples(rate)));
            prop_assert_eq!(frames.len(), all.len().div_ceil(frame_samples(rate)));
            let joined = frames.concat();
            prop_assert_eq!(&joined[..all.len()], &all[..]);
            prop_assert!(joined[all.len()..].iter().all(|&sample| sample == 0));
        }
    }
}
