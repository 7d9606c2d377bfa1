//! The translation dialect: continuous, without turns (`/realtime/translations`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Malformed, Objection, audio, body, kind_of, milliseconds, number, short};

/// What a client may say; there is nothing else in this dialect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum Ask {
    /// Sets what is present.
    #[serde(rename = "session.update")]
    Update {
        /// What is to change.
        session: Session,
        /// Comes back in errors.
        #[serde(skip_serializing_if = "Option::is_none")]
        event_id: Option<String>,
    },
    /// Audio, 24 kHz s16le mono as base64: 200 ms each, at the speed at which it is spoken, silence too.
    #[serde(rename = "session.input_audio_buffer.append")]
    Append {
        /// The samples.
        audio: String,
        /// Comes back in errors.
        #[serde(skip_serializing_if = "Option::is_none")]
        event_id: Option<String>,
    },
    /// Asks for what is still to come and then for the end. Sent once, with nothing after it.
    #[serde(rename = "session.close")]
    Close {
        /// Comes back in errors.
        #[serde(skip_serializing_if = "Option::is_none")]
        event_id: Option<String>,
    },
}

/// What can be set.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Session {
    /// All that can be set is audio.
    pub audio: Audio,
}

/// Both directions.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Audio {
    /// What goes in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Input>,
    /// What comes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Output>,
}

/// What goes in. `Some(None)` turns off, `None` leaves.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[allow(
    clippy::option_option,
    reason = "absent and null are different orders here"
)]
pub struct Input {
    /// Whether the text as it was said is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription: Option<Option<Transcription>>,
    /// Whether noise is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_reduction: Option<Option<NoiseReduction>>,
}

/// Who writes down what is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transcription {
    /// A model, on Azure the name of its deployment.
    pub model: String,
}

/// How noise is taken out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NoiseReduction {
    /// `near_field` for headsets, `far_field` for rooms.
    #[serde(rename = "type")]
    pub field: &'static str,
    /// 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
}

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The language that everything is put into.
    pub language: String,
}

/// What a server says.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The first: the key is good and the model is there.
    Created {
        /// When the server will end it, in seconds since 1970.
        expires_at: Option<f64>,
    },
    /// Our settings hold.
    Updated {
        /// As in [`Self::Created`].
        expires_at: Option<f64>,
    },
    /// More of the text as it was said.
    Source(Piece),
    /// More of its translation.
    Target(Piece),
    /// More of the translation as speech.
    Speech {
        /// s16le; may end in the middle of a sample.
        samples: Vec<u8>,
        /// In Hz.
        sample_rate: u32,
    },
    /// Everything has come.
    Closed,
    /// Not fatal unless the connection ends after it.
    Error(Objection),
    /// Nothing that is known here.
    Unknown(String),
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// With its own leading spaces; may split words.
    pub text: String,
    /// Where in the audio it belongs.
    pub at: Option<Duration>,
}

#[derive(Deserialize)]
struct SessionBody {
    session: Option<SessionState>,
}

#[derive(Deserialize)]
struct SessionState {
    #[serde(default, deserialize_with = "number")]
    expires_at: Option<f64>,
}

#[derive(Deserialize)]
struct Delta {
    delta: Option<String>,
    #[serde(default, deserialize_with = "number")]
    elapsed_ms: Option<f64>,
    #[serde(default, deserialize_with = "number")]
    sample_rate: Option<f64>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: Option<Objection>,
}

/// What is spoken where nobody says otherwise, in Hz.
const USUAL_RATE: u32 = 24_000;

/// The rates that are taken, in Hz; a rate beyond them would be nonsense.
const RATES: std::ops::RangeInclusive<f64> = 8_000.0..=48_000.0;

impl Answer {
    /// Reads one message.
    ///
    /// # Errors
    /// [`Malformed`] for what is no event; an event that is not known is none.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let kind = kind_of(text)?;
        let kind = kind.as_ref();
        Ok(match kind {
            "session.created" => Self::Created {
                expires_at: expires_at(kind, text)?,
            },
            "session.updated" => Self::Updated {
                expires_at: expires_at(kind, text)?,
            },
            "session.input_transcript.delta" => Self::Source(body::<Delta>(kind, text)?.piece()),
            "session.output_transcript.delta" => Self::Target(body::<Delta>(kind, text)?.piece()),
            "session.output_audio.delta" => {
                let delta = body::<Delta>(kind, text)?;
                Self::Speech {
                    samples: audio("session.output_audio.delta", delta.delta.as_deref())?,
                    sample_rate: match delta.sample_rate {
                        None => USUAL_RATE,
                        // In range, so nothing is lost.
                        Some(rate) if RATES.contains(&rate) => rate as u32,
                        Some(_) => return Err(Malformed::Shape(short(kind))),
                    },
                }
            }
            "session.closed" => Self::Closed,
            "error" => Self::Error(body::<ErrorBody>(kind, text)?.error.unwrap_or_default()),
            unknown => Self::Unknown(short(unknown)),
        })
    }
}

impl Delta {
    fn piece(self) -> Piece {
        Piece {
            at: milliseconds(self.elapsed_ms),
            text: self.delta.unwrap_or_default(),
        }
    }
}

fn expires_at(kind: &str, text: &str) -> Result<Option<f64>, Malformed> {
    let session = body::<SessionBody>(kind, text)?.session;
    Ok(session.and_then(|session| session.expires_at))
}
