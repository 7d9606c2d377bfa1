//! WAV in memory: writing 16-bit mono files, and reading the plain ones that tests and the demo feed in.
//!
//! Uploads of unknown origin go through [`super::container`], which also reads WAV, streams, mixes down and resamples.

use std::io::Cursor;

/// Why a WAV could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    /// The bytes are no WAV, are cut short, or the audio does not fit the 4 GiB a WAV can hold.
    #[error("the WAV is damaged or too large: {0}")]
    Damaged(#[from] hound::Error),
    /// A WAV, but not 16-bit mono PCM.
    #[error(
        "the WAV holds {channels} channels of {bits} bits; 16-bit mono is needed, convert it first"
    )]
    NotMono16 { channels: u16, bits: u16 },
}

impl WavError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        match self {
            WavError::Damaged(_) => "audio_damaged",
            WavError::NotMono16 { .. } => "audio_unsupported",
        }
    }
}

/// A whole WAV file, 16-bit mono at `sample_rate` Hz.
pub fn encode(samples: &[i16], sample_rate: u32) -> Result<Vec<u8>, WavError> {
    let format = hound::WavSpec {
        channels: 1,
        sample_rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::with_capacity(44 + samples.len() * 2));
    let mut writer = hound::WavWriter::new(&mut file, format)?;
    for &sample in samples {
        writer.write_sample(sample)?;
    }
    writer.finalize()?;
    Ok(file.into_inner())
}

/// The samples of a 16-bit mono WAV and its sample rate in Hz.
pub fn decode(bytes: &[u8]) -> Result<(Vec<i16>, u32), WavError> {
    let reader = hound::WavReader::new(Cursor::new(bytes))?;
    let format = reader.spec();
    if format.channels != 1
        || format.bits_per_sample != 16
        || format.sample_format != hound::SampleFormat::Int
    {
        return Err(WavError::NotMono16 {
            channels: format.channels,
            bits: format.bits_per_sample,
        });
    }
    let samples = reader.into_samples().collect::<Result<Vec<i16>, _>>()?;
    Ok((samples, format.sample_rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let samples = [0, 1, -1, i16::MAX, i16::MIN];
        let file = encode(&samples, 22_050).unwrap();
        assert_eq!(file.len(), 44 + 2 * samples.len());
        assert_eq!(decode(&file).unwrap(), (samples.to_vec(), 22_050));
    }

    #[test]
    fn a_cut_or_foreign_file_is_an_error() {
        let file = encode(&[1; 100], 16_000).unwrap();
        assert!(matches!(
            decode(&file[..file.len() - 7]),
            Err(WavError::Damaged(_))
        ));
        assert!(matches!(decode(b"hello"), Err(WavError::Damaged(_))));
    }

    #[test]
    fn stereo_is_refused_by_name() {
        let format = hound::WavSpec {
            channels: 2,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut file = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut file, format).unwrap();
        for sample in [1i16, 2, 3, 4] {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        assert!(matches!(
            decode(&file.into_inner()),
            Err(WavError::NotMono16 {
                channels: 2,
                bits: 16
            })
        ));
    }
}
