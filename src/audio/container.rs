//! Whole uploads of many formats to mono samples at 16 kHz.
//!
//! symphonia takes containers apart and decodes all but Opus, which goes through [`super::opus`]. Samples come in blocks of a packet,
//! so memory stays bounded however long the recording is. Decoding is CPU work: it belongs on a blocking thread.

use std::io::{Cursor, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::opus::{OPUS_DECODE_RATE, OpusDecoder};
use super::pcm::from_float;
use super::resample::Resampler;

/// The rate of the samples that come out, in Hz.
pub const DECODED_RATE: u32 = 16_000;

/// The formats named to those who send another one.
pub const SUPPORTED: &str = "WAV, MP3, FLAC, Ogg (Vorbis, Opus), WebM (Vorbis, Opus), MP4 (AAC)";

/// A recording shorter than its header says by more than this is truncated: encoders count padding differently, by a few packets.
const LENGTH_TOLERANCE: Duration = Duration::from_millis(150);

/// A PCM length in bytes from which a header holds no length but the mark of a stream whose end was not known (espeak-ng writes
/// 0x7ffff000, ffmpeg 0xffffffff).
const UNKNOWN_LENGTH_BYTES: u64 = 0x7fff_0000;

/// Why an upload could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are none of the formats known here.
    #[error("the audio format is not known; send {SUPPORTED}")]
    UnknownFormat,
    /// The recording ends before its own structure says it should.
    #[error("the recording is cut short; send it again, whole")]
    Truncated,
    /// A known container without sound in it.
    #[error("the file has no audio track")]
    NoAudioTrack,
    /// A known container with sound that cannot be decoded here; what it is.
    #[error("the audio in the file ({0}) cannot be decoded; send {SUPPORTED}")]
    UnsupportedCodec(String),
    /// More sound than the caller allows.
    #[error("the recording is longer than {} seconds", .0.as_secs_f32())]
    TooLong(Duration),
    /// Bytes that no encoder wrote.
    #[error("the recording is damaged: {0}")]
    Damaged(String),
}

impl DecodeError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        match self {
            DecodeError::UnknownFormat => "audio_format_unknown",
            DecodeError::Truncated => "audio_truncated",
            DecodeError::NoAudioTrack => "audio_track_missing",
            DecodeError::UnsupportedCodec(_) => "audio_codec_unsupported",
            DecodeError::TooLong(_) => "audio_too_long",
            DecodeError::Damaged(_) => "audio_damaged",
        }
    }
}

/// Decodes one upload, block by block.
pub struct UploadDecoder<'a> {
    demuxer: Box<dyn FormatReader + 'a>,
    stream: Stream,
    longest: Duration,
    given: u64,
    ended: bool,
}

/// The track being decoded.
struct Stream {
    track: u32,
    declared: Option<Duration>,
    codec: Codec,
    /// Made when the first packet shows the true rate.
    resampler: Option<(u32, Resampler)>,
    interleaved: Vec<f32>,
    mono: Vec<i16>,
}

enum Codec {
    Opus {
        decoder: Box<OpusDecoder>,
        /// Samples still to be dropped from the front.
        pre_skip: usize,
        gain: f32,
    },
    Other(Box<dyn AudioDecoder>),
}

impl<'a> UploadDecoder<'a> {
    /// Recognises the format by its bytes and finds the track to decode. More than `longest` of sound will be refused.
    pub fn new(upload: &'a [u8], longest: Duration) -> Result<Self, DecodeError> {
        guarded(|| {
            let source = MediaSourceStream::new(Box::new(Cursor::new(upload)), Default::default());
            let demuxer = symphonia::default::get_probe()
                .probe(
                    &Hint::new(),
                    source,
                    FormatOptions::default(),
                    MetadataOptions::default(),
                )
                .map_err(probe_error)?;
            let stream = Stream::open(demuxer.as_ref())?;
            Ok(Self {
                demuxer,
                stream,
                longest,
                given: 0,
                ended: false,
            })
        })
    }

    /// The next samples, never none; `None` at the end. After an error there is nothing more.
    pub fn next_block(&mut self) -> Result<Option<Vec<i16>>, DecodeError> {
        let mut block = Vec::new();
        while block.is_empty() && !self.ended {
            let step = guarded(|| self.step(&mut block));
            let most = self.longest.as_secs_f64() * f64::from(DECODED_RATE);
            let result = step.and_then(|()| {
                if (self.given + block.len() as u64) as f64 > most {
                    return Err(DecodeError::TooLong(self.longest));
                }
                Ok(())
            });
            self.given += block.len() as u64;
            self.ended |= result.is_err();
            result?;
        }
        Ok((!block.is_empty()).then_some(block))
    }

    /// Takes one packet from the container and appends what it brings.
    fn step(&mut self, block: &mut Vec<i16>) -> Result<(), DecodeError> {
        match self.demuxer.next_packet() {
            Ok(Some(packet)) if packet.track_id == self.stream.track => {
                self.stream.decode(&packet, block)
            }
            Ok(Some(_)) => Ok(()),
            // A chained Ogg file: another recording follows in the same one.
            Err(SymphoniaError::ResetRequired) => {
                self.stream.finish(block);
                self.stream = Stream::open(self.demuxer.as_ref())?;
                Ok(())
            }
            Ok(None) => self.end(block),
            // A live recording has no other end than that its bytes run out.
            Err(SymphoniaError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                self.end(block)
            }
            Err(error) => Err(read_error(error)),
        }
    }

    /// Gives what the resampler still holds, and compares what was heard with what the container promised.
    fn end(&mut self, block: &mut Vec<i16>) -> Result<(), DecodeError> {
        self.ended = true;
        self.stream.finish(block);
        let heard = self.given + block.len() as u64;
        if heard == 0 {
            return Err(DecodeError::Damaged("no sound in it".into()));
        }
        let heard = Duration::from_secs_f64(heard as f64 / f64::from(DECODED_RATE));
        match self.stream.declared {
            Some(declared) if heard + LENGTH_TOLERANCE < declared => Err(DecodeError::Truncated),
            _ => Ok(()),
        }
    }
}

impl Iterator for UploadDecoder<'_> {
    type Item = Result<Vec<i16>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}

/// All samples of an upload at [`DECODED_RATE`], for those who want them in one piece: up to 1.92 MB for each minute of `longest`.
pub fn decode_upload(upload: &[u8], longest: Duration) -> Result<Vec<i16>, DecodeError> {
    let mut samples = Vec::new();
    for block in UploadDecoder::new(upload, longest)? {
        samples.extend(block?);
    }
    Ok(samples)
}

impl Stream {
    fn open(demuxer: &(dyn FormatReader + '_)) -> Result<Self, DecodeError> {
        let track = demuxer
            .default_track(TrackType::Audio)
            .or_else(|| demuxer.first_track(TrackType::Audio))
            .ok_or(DecodeError::NoAudioTrack)?;
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(DecodeError::NoAudioTrack);
        };
        let codec = if parameters.codec == CODEC_ID_OPUS {
            opus_codec(parameters.extra_data.as_deref().unwrap_or_default())?
        } else {
            let decoder = symphonia::default::get_codecs()
                .make_audio_decoder(parameters, &AudioDecoderOptions::default())
                .map_err(|error| DecodeError::UnsupportedCodec(error.to_string()))?;
            Codec::Other(decoder)
        };
        Ok(Self {
            track: track.id,
            declared: declared_length(track, parameters),
            codec,
            resampler: None,
            interleaved: Vec::new(),
            mono: Vec::new(),
        })
    }

    fn decode(&mut self, packet: &Packet, block: &mut Vec<i16>) -> Result<(), DecodeError> {
        self.mono.clear();
        let rate = match &mut self.codec {
            Codec::Opus {
                decoder,
                pre_skip,
                gain,
            } => {
                // A packet that is damaged is a gap in the sound; the next one stands for itself.
                let samples = decoder.decode(&packet.data).unwrap_or_default();
                let trimmed =
                    (packet.trim_end.get() / u64::from(48_000 / OPUS_DECODE_RATE)) as usize;
                let samples = &samples[..samples.len().saturating_sub(trimmed)];
                let skipped = (*pre_skip).min(samples.len());
                *pre_skip -= skipped;
                self.mono
                    .extend(samples[skipped..].iter().map(|&v| from_float(v * *gain)));
                OPUS_DECODE_RATE
            }
            Codec::Other(decoder) => {
                let decoded = match decoder.decode(packet) {
                    Ok(decoded) => decoded,
                    Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => {
                        return Ok(());
                    }
                    Err(error) => return Err(read_error(error)),
                };
                let channels = decoded.spec().channels().count().max(1);
                let rate = decoded.spec().rate();
                decoded.copy_to_vec_interleaved(&mut self.interleaved);
                let mixed = self.interleaved.chunks_exact(channels);
                self.mono.extend(
                    mixed.map(|frame| from_float(frame.iter().sum::<f32>() / channels as f32)),
                );
                rate
            }
        };
        if self.mono.is_empty() {
            return Ok(());
        }
        let resampler = match &mut self.resampler {
            Some((of, resampler)) if *of == rate => resampler,
            other => {
                if let Some((_, ended)) = other {
                    ended.finish(block);
                }
                let made = Resampler::new(rate, DECODED_RATE)
                    .map_err(|error| DecodeError::UnsupportedCodec(error.to_string()))?;
                &mut other.insert((rate, made)).1
            }
        };
        resampler.push(&self.mono, block);
        Ok(())
    }

    fn finish(&mut self, block: &mut Vec<i16>) {
        if let Some((_, resampler)) = &mut self.resampler {
            resampler.finish(block);
        }
    }
}

/// Reads the `OpusHead` of RFC 7845 section 5.1, which every container carries.
fn opus_codec(head: &[u8]) -> Result<Codec, DecodeError> {
    let Some((head, _)) = head.split_first_chunk::<19>() else {
        return Err(DecodeError::Damaged("the Opus header is missing".into()));
    };
    let (channels, mapping) = (head[9], head[18]);
    if mapping != 0 || !(1..=2).contains(&channels) {
        return Err(DecodeError::UnsupportedCodec(format!(
            "Opus with {channels} channels"
        )));
    }
    // Counted at 48 kHz, whatever the rate of the sound.
    let pre_skip =
        u16::from_le_bytes([head[10], head[11]]) as usize / (48_000 / OPUS_DECODE_RATE) as usize;
    // In 1/256 dB.
    let gain = 10f32.powf(f32::from(i16::from_le_bytes([head[16], head[17]])) / (20.0 * 256.0));
    let decoder =
        OpusDecoder::new().map_err(|error| DecodeError::UnsupportedCodec(error.to_string()))?;
    Ok(Codec::Opus {
        decoder: Box::new(decoder),
        pre_skip,
        gain,
    })
}

/// How long the container says the track is, where it says so.
fn declared_length(track: &Track, parameters: &AudioCodecParameters) -> Option<Duration> {
    let frames = track.num_frames?;
    let rate = parameters.sample_rate.filter(|&rate| rate > 0)?;
    let frame_bits = u64::from(parameters.bits_per_sample.unwrap_or(0))
        * parameters
            .channels
            .as_ref()
            .map_or(1, |channels| channels.count()) as u64;
    if frames.saturating_mul(frame_bits) / 8 >= UNKNOWN_LENGTH_BYTES {
        return None;
    }
    Some(Duration::from_secs_f64(frames as f64 / f64::from(rate)))
}

/// symphonia has one kind of error for all that it cannot open; only its words tell them apart (a test holds them in place).
fn probe_error(error: SymphoniaError) -> DecodeError {
    match error {
        SymphoniaError::Unsupported(words) if words.starts_with("core (probe)") => {
            DecodeError::UnknownFormat
        }
        // Such as an MP4 whose index, which comes last, never arrived.
        SymphoniaError::Unsupported(words) if words.contains("missing") => DecodeError::Truncated,
        SymphoniaError::Unsupported(words) => DecodeError::UnsupportedCodec(words.into()),
        other => read_error(other),
    }
}

fn read_error(error: SymphoniaError) -> DecodeError {
    match error {
        SymphoniaError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            DecodeError::Truncated
        }
        other => DecodeError::Damaged(other.to_string()),
    }
}

/// The demuxers and decoders are other people's work on hostile bytes: a panic in them is one damaged upload, not a lost thread. What
/// they leave half done is never used again, for every error ends the decoding.
fn guarded<T>(work: impl FnOnce() -> Result<T, DecodeError>) -> Result<T, DecodeError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(DecodeError::Damaged("its decoder gave up".into())))
}
