//! Bytes to samples and back, and how loud a block is.

/// Full scale of a 16-bit sample as a float: the value that maps to -1.0.
pub const FULL_SCALE: f32 = 32_768.0;

/// The level reported for digital silence, in dBFS: just under the quietest block 16 bits can hold (one step, -90.3 dBFS).
pub const SILENCE_DBFS: f32 = -100.0;

/// Turns a stream of byte blocks (signed 16-bit little-endian) into samples.
///
/// A block may end in the middle of a sample: the odd byte waits here for the next block.
#[derive(Debug, Default, Clone)]
pub struct PcmAssembler {
    carried: Option<u8>,
}

impl PcmAssembler {
    /// An assembler with nothing carried over.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends to `samples` every sample that `bytes` completes.
    pub fn push(&mut self, bytes: &[u8], samples: &mut Vec<i16>) {
        let mut bytes = bytes;
        if let (Some(low), Some((&high, rest))) = (self.carried, bytes.split_first()) {
            samples.push(i16::from_le_bytes([low, high]));
            self.carried = None;
            bytes = rest;
        }
        let (pairs, odd) = bytes.as_chunks::<2>();
        samples.extend(pairs.iter().map(|pair| i16::from_le_bytes(*pair)));
        if let Some(&byte) = odd.first() {
            self.carried = Some(byte);
        }
    }

    /// Forgets a carried byte, for a stream that starts anew.
    pub fn reset(&mut self) {
        self.carried = None;
    }
}

/// Samples as signed 16-bit little-endian bytes, two for each.
pub fn to_bytes(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

/// A 16-bit sample as a float in -1.0..1.0.
pub fn to_float(sample: i16) -> f32 {
    f32::from(sample) / FULL_SCALE
}

/// A float as a 16-bit sample, rounded; what lies outside -1.0..1.0 is clipped, NaN becomes 0.
pub fn from_float(value: f32) -> i16 {
    // A float-to-integer cast saturates at the integer's bounds and sends NaN to 0.
    (value * FULL_SCALE).round() as i16
}

/// Root-mean-square level of a block in dBFS; a full-scale square wave is 0, a full-scale sine -3. [`SILENCE_DBFS`] if empty or all zeros.
pub fn rms_dbfs(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENCE_DBFS;
    }
    let energy: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    decibels((energy / samples.len() as f64).sqrt() as f32 / FULL_SCALE)
}

/// The largest magnitude in a block in dBFS; [`SILENCE_DBFS`] if empty or all zeros.
pub fn peak_dbfs(samples: &[i16]) -> f32 {
    let peak = samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    decibels(f32::from(peak) / FULL_SCALE)
}

fn decibels(amplitude: f32) -> f32 {
    (20.0 * amplitude.log10()).max(SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_the_samples_are_the_same(samples: Vec<i16>, cuts: Vec<u8>) {
            let bytes = to_bytes(&samples);
            let mut assembler = PcmAssembler::new();
            let mut assembled = Vec::new();
            let mut rest = bytes.as_slice();
            for cut in cuts {
                let (block, later) = rest.split_at(usize::from(cut).min(rest.len()));
                assembler.push(block, &mut assembled);
                rest = later;
            }
            assembler.push(rest, &mut assembled);
            prop_assert_eq!(assembled, samples);
        }

        #[test]
        fn a_sample_survives_the_way_through_floats(sample: i16) {
            prop_assert_eq!(from_float(to_float(sample)), sample);
        }
    }

    #[test]
    fn a_reset_forgets_the_odd_byte() {
        let mut assembler = PcmAssembler::new();
        let mut samples = Vec::new();
        assembler.push(&[1, 2, 3], &mut samples);
        assembler.reset();
        assembler.push(&[4, 5], &mut samples);
        assert_eq!(samples, [0x0201, 0x0504]);
    }

    #[test]
    fn floats_beyond_full_scale_are_clipped() {
        assert_eq!(
            [from_float(2.0), from_float(-2.0), from_float(f32::NAN)],
            [i16::MAX, i16::MIN, 0]
        );
    }

    #[test]
    fn levels_are_relative_to_full_scale() {
        let square = [i16::MIN; 64];
        assert_eq!((rms_dbfs(&square), peak_dbfs(&square)), (0.0, 0.0));
        let half = [16_384, -16_384, 16_384, -16_384];
        assert!((rms_dbfs(&half) + 6.02).abs() < 0.01);
        let spike = [0, 0, 0, -16_384];
        assert!((peak_dbfs(&spike) + 6.02).abs() < 0.01);
        assert!((rms_dbfs(&spike) + 12.04).abs() < 0.01);
        for silent in [&[][..], &[0, 0]] {
            assert_eq!(
                (rms_dbfs(silent), peak_dbfs(silent)),
                (SILENCE_DBFS, SILENCE_DBFS)
            );
        }
    }
}
