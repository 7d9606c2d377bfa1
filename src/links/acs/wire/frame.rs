//! Frames of a call's media socket: text in JSON, both ways, 20 ms of sound in each.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::lenient::{lenient, moment};
use crate::audio::pcm;

/// Something that came over the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// How the sound is made; always the first.
    Metadata(AudioMetadata),
    /// Sound.
    Audio(AudioFrame),
    /// A key that was pressed.
    Dtmf(DtmfTone),
    /// A frame of a kind that is not known here, to be left alone.
    Unknown(String),
}

/// Why a text is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is no JSON, or not of the form of a frame.
    #[error("a frame is no object with a kind, in JSON")]
    NoFrame,
    /// It says that it is of a kind, and lacks what makes it so.
    #[error("a frame lacks what its kind has")]
    Incomplete,
    /// Its sound cannot be read.
    #[error("the sound of a frame is not Base64 of whole samples")]
    NoSound,
}

impl FrameError {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoFrame => "acs_no_frame",
            Self::Incomplete => "acs_incomplete_frame",
            Self::NoSound => "acs_no_sound",
        }
    }
}

/// How the sound of a socket is made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AudioMetadata {
    /// The stream, as the call's properties name it.
    #[serde(
        default,
        deserialize_with = "lenient",
        rename = "subscriptionId",
        alias = "SubscriptionId",
        alias = "subscriptionid"
    )]
    pub subscription_id: Option<String>,
    /// `PCM`, which is signed 16 bit, little-endian.
    #[serde(alias = "Encoding")]
    pub encoding: String,
    /// Samples a second.
    #[serde(rename = "sampleRate", alias = "SampleRate", alias = "samplerate")]
    pub sample_rate: u32,
    /// How many channels.
    #[serde(alias = "Channels")]
    pub channels: u32,
    /// Bytes of a frame.
    #[serde(default, deserialize_with = "lenient", alias = "Length")]
    pub length: Option<u32>,
}

/// Why the sound of a socket cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The samples are not PCM.
    #[error("the call's sound is not PCM")]
    Encoding,
    /// There is more than one channel, or none.
    #[error("the call's sound has {0} channels; one is wanted")]
    Channels(u32),
    /// The rate is not one of those that the service has.
    #[error("the call's sound has {0} samples a second; 16,000 or 24,000 are wanted")]
    Rate(u32),
}

impl AudioMetadata {
    /// Samples a second, if this is sound that can be used. The metadata decide, not what was asked for.
    ///
    /// # Errors
    /// [`MetadataError`] if it is not.
    pub fn rate(&self) -> Result<u32, MetadataError> {
        if !self.encoding.eq_ignore_ascii_case("pcm") {
            return Err(MetadataError::Encoding);
        }
        if self.channels != 1 {
            return Err(MetadataError::Channels(self.channels));
        }
        match self.sample_rate {
            rate @ (16_000 | 24_000) => Ok(rate),
            other => Err(MetadataError::Rate(other)),
        }
    }
}

/// A piece of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioFrame {
    /// When it was heard.
    pub timestamp: Option<OffsetDateTime>,
    /// Who spoke, by raw id, if each speaker comes alone.
    pub participant: Option<String>,
    /// The samples: zeros if the frame says that it is silent, and none at all if such a frame carries none.
    pub samples: Vec<i16>,
    /// Whether it says that it is silent.
    pub is_silent: bool,
}

/// A key that was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DtmfTone {
    /// Which: `0` to `9`, `*`, `#`, `A` to `D`.
    pub tone: String,
    /// When.
    pub timestamp: Option<OffsetDateTime>,
    /// By whom.
    pub participant: Option<String>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, alias = "Kind")]
    kind: Cow<'a, str>,
    #[serde(
        default,
        rename = "audioMetadata",
        alias = "AudioMetadata",
        alias = "audiometadata"
    )]
    metadata: Option<AudioMetadata>,
    #[serde(
        default,
        borrow,
        rename = "audioData",
        alias = "AudioData",
        alias = "audiodata"
    )]
    audio: Option<Data<'a>>,
    #[serde(
        default,
        borrow,
        rename = "dtmfData",
        alias = "DtmfData",
        alias = "dtmfdata"
    )]
    dtmf: Option<Data<'a>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(default, borrow, alias = "Data")]
    data: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "moment", alias = "Timestamp")]
    timestamp: Option<OffsetDateTime>,
    #[serde(
        default,
        deserialize_with = "lenient",
        rename = "participantRawID",
        alias = "ParticipantRawID",
        alias = "participantRawId",
        alias = "participantrawid"
    )]
    participant: Option<String>,
    #[serde(
        default,
        deserialize_with = "lenient",
        alias = "Silent",
        alias = "isSilent",
        alias = "IsSilent"
    )]
    silent: Option<bool>,
}

impl Inbound {
    /// Reads a frame.
    ///
    /// # Errors
    /// [`FrameError`] if the text is none.
    pub fn read(text: &str) -> Result<Self, FrameError> {
        let envelope: Envelope = serde_json::from_str(text).map_err(|_| FrameError::NoFrame)?;
        let kind = &envelope.kind;
        if kind.eq_ignore_ascii_case("AudioData") {
            let data = envelope.audio.ok_or(FrameError::Incomplete)?;
            Ok(Self::Audio(data.audio()?))
        } else if kind.eq_ignore_ascii_case("AudioMetadata") {
            let metadata = envelope.metadata.ok_or(FrameError::Incomplete)?;
            Ok(Self::Metadata(metadata))
        } else if kind.eq_ignore_ascii_case("DtmfData") {
            let data = envelope.dtmf.ok_or(FrameError::Incomplete)?;
            Ok(Self::Dtmf(data.dtmf()?))
        } else {
            Ok(Self::Unknown(kind.clone().into_owned()))
        }
    }
}

impl Data<'_> {
    fn audio(self) -> Result<AudioFrame, FrameError> {
        let is_silent = self.silent.unwrap_or(false);
        let coded = match &self.data {
            Some(data) => data.as_ref(),
            None if is_silent => "",
            None => return Err(FrameError::Incomplete),
        };
        let bytes = STANDARD.decode(coded).map_err(|_| FrameError::NoSound)?;
        let (pairs, []) = bytes.as_chunks::<2>() else {
            return Err(FrameError::NoSound);
        };
        let samples = if is_silent {
            vec![0; pairs.len()]
        } else {
            pairs.iter().copied().map(i16::from_le_bytes).collect()
        };
        Ok(AudioFrame {
            timestamp: self.timestamp,
            participant: self.speaker(),
            samples,
            is_silent,
        })
    }

    fn dtmf(self) -> Result<DtmfTone, FrameError> {
        Ok(DtmfTone {
            timestamp: self.timestamp,
            tone: match &self.data {
                Some(tone) if !tone.is_empty() => tone.clone().into_owned(),
                _ => return Err(FrameError::Incomplete),
            },
            participant: self.speaker(),
        })
    }

    fn speaker(self) -> Option<String> {
        self.participant.filter(|raw_id| !raw_id.is_empty())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Outbound<'a> {
    kind: &'static str,
    audio_data: Option<Sound<'a>>,
    stop_audio: Option<Stop>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sound<'a> {
    data: &'a str,
}

#[derive(Serialize)]
struct Stop {}

/// The frame that says these samples, at the rate of the socket.
pub fn audio(samples: &[i16]) -> String {
    let data = STANDARD.encode(pcm::to_bytes(samples));
    written(&Outbound {
        kind: "AudioData",
        audio_data: Some(Sound { data: &data }),
        stop_audio: None,
    })
}

/// The frame that makes the service drop what it has not said yet.
pub fn stop_audio() -> String {
    written(&Outbound {
        kind: "StopAudio",
        audio_data: None,
        stop_audio: Some(Stop {}),
    })
}

fn written(frame: &Outbound<'_>) -> String {
    serde_json::to_string(frame).expect("a struct of texts is JSON")
}
