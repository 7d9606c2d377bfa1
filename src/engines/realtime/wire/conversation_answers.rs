//! What a server says in the conversation dialect, generally available form.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use crate::domain::usage::Tokens;

use super::{Malformed, Objection, audio, body, count, kind_of, number, short, words};

/// Longer than any session: what is said to be longer is a mistake.
const LONGEST_ITEM: Duration = Duration::from_secs(24 * 3_600);

/// One event of the server's.
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
    /// What was appended has become an item.
    Committed {
        /// Which.
        item: String,
    },
    /// More of what was said in an item, as text.
    Heard {
        /// Of which item.
        item: String,
        /// May split words.
        text: String,
    },
    /// All of what was said in an item, as text; may come long after the answer to it.
    HeardAll {
        /// Of which item.
        item: String,
        /// The whole text.
        text: String,
        /// How much was written down, where it says that in seconds and not in tokens.
        length: Option<Duration>,
    },
    /// What was said in an item could not be written down.
    Unheard {
        /// Of which item.
        item: String,
        /// Why.
        error: Objection,
    },
    /// A response begins.
    Responding(Response),
    /// More of a response as text.
    Said {
        /// Of which response.
        response: String,
        /// In which item.
        item: String,
        /// May split words.
        text: String,
    },
    /// All of a response's text.
    SaidAll {
        /// Of which response.
        response: String,
        /// The whole text.
        text: String,
    },
    /// More of a response as speech.
    Speech {
        /// Of which response.
        response: String,
        /// In which item.
        item: String,
        /// s16le at 24 kHz; may end in the middle of a sample.
        samples: Vec<u8>,
    },
    /// A response is over, one way or another.
    Responded(Response),
    /// How much may still be asked.
    Limits {
        /// When tokens are to be had again, where it says.
        tokens_reset: Option<Duration>,
    },
    /// Not fatal unless the connection ends after it.
    Error(Objection),
    /// Known, and without effect here.
    Noted,
    /// Nothing that is known here.
    Unknown(String),
}

/// A response, as far as it is known yet.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Response {
    /// Its id.
    #[serde(deserialize_with = "words")]
    pub id: Option<String>,
    /// `in_progress`, `completed`, `cancelled`, `incomplete`, `failed`.
    #[serde(deserialize_with = "words")]
    pub status: Option<String>,
    status_details: Option<StatusDetails>,
    output: Option<Vec<Option<Output>>>,
    metadata: Option<BTreeMap<String, Value>>,
    usage: Option<Usage>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
struct StatusDetails {
    #[serde(deserialize_with = "words")]
    reason: Option<String>,
    error: Option<Objection>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Output {
    #[serde(deserialize_with = "words")]
    id: Option<String>,
}

/// What a response took, in tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Usage {
    #[serde(deserialize_with = "count")]
    input_tokens: u64,
    #[serde(deserialize_with = "count")]
    output_tokens: u64,
    input_token_details: Option<InputKinds>,
    output_token_details: Option<Kinds>,
}

/// Tokens that went in by kind, the cached ones among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct InputKinds {
    #[serde(flatten)]
    all: Kinds,
    #[serde(deserialize_with = "count")]
    cached_tokens: u64,
    cached_tokens_details: Option<Kinds>,
}

/// Tokens by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Kinds {
    #[serde(rename = "text_tokens", deserialize_with = "count")]
    text: u64,
    #[serde(rename = "audio_tokens", deserialize_with = "count")]
    audio: u64,
}

impl Kinds {
    /// These, and what of the total they do not account for as audio, which is the dearest: nothing that is billed is
    /// counted for less than it may cost.
    fn of_total(self, total: u64) -> Self {
        let rest = total.saturating_sub(self.text.saturating_add(self.audio));
        Self {
            audio: self.audio.saturating_add(rest),
            ..self
        }
    }
}

impl Usage {
    fn tokens(&self) -> Tokens {
        let input = self.input_token_details.clone().unwrap_or_default();
        let all = input.all.of_total(self.input_tokens);
        let known = input.cached_tokens_details.unwrap_or_default();
        let unknown = input
            .cached_tokens
            .saturating_sub(known.text.saturating_add(known.audio));
        // What is cached of unknown kind is taken for text first: it begins with our instructions, and that is the
        // dearer guess.
        let text_in_cached = known.text.saturating_add(unknown).min(all.text);
        let unknown = unknown.saturating_sub(text_in_cached.saturating_sub(known.text));
        let audio_in_cached = known.audio.saturating_add(unknown).min(all.audio);
        let output = self.output_token_details.unwrap_or_default();
        let output = output.of_total(self.output_tokens);
        Tokens {
            text_in: all.text - text_in_cached,
            text_in_cached,
            audio_in: all.audio - audio_in_cached,
            audio_in_cached,
            text_out: output.text,
            audio_out: output.audio,
        }
    }
}

impl Response {
    /// What we wrote into it when we asked for it.
    pub fn noted(&self, key: &str) -> Option<&str> {
        self.metadata.as_ref()?.get(key)?.as_str()
    }

    /// Why it is cancelled or incomplete.
    pub fn reason(&self) -> Option<&str> {
        self.status_details.as_ref()?.reason.as_deref()
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&Objection> {
        self.status_details.as_ref()?.error.as_ref()
    }

    /// The items it put into the conversation.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        let output = self.output.iter().flatten().flatten();
        output.filter_map(|item| item.id.as_deref())
    }

    /// What it took, where it says so.
    pub fn tokens(&self) -> Tokens {
        self.usage.as_ref().map(Usage::tokens).unwrap_or_default()
    }
}

/// The fields that are read of all events, each of those that have it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Fields {
    session: Option<SessionState>,
    #[serde(deserialize_with = "words")]
    item_id: Option<String>,
    #[serde(deserialize_with = "words")]
    response_id: Option<String>,
    delta: Option<String>,
    transcript: Option<String>,
    text: Option<String>,
    response: Option<Response>,
    error: Option<Objection>,
    rate_limits: Option<Vec<Option<RateLimit>>>,
    usage: Option<Written>,
}

/// What it took to write down an item.
#[derive(Deserialize)]
struct Written {
    #[serde(default, deserialize_with = "number")]
    seconds: Option<f64>,
}

#[derive(Deserialize)]
struct SessionState {
    #[serde(default, deserialize_with = "number")]
    expires_at: Option<f64>,
}

#[derive(Deserialize)]
struct RateLimit {
    #[serde(default, deserialize_with = "words")]
    name: Option<String>,
    #[serde(default, deserialize_with = "number")]
    reset_seconds: Option<f64>,
}

/// Events that are known and change nothing here: what they say comes in others too, or is about turns that we do not
/// leave to the server.
const NOTED: &[&str] = &[
    "conversation.created",
    "conversation.item.added",
    "conversation.item.deleted",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.segment",
    "conversation.item.retrieved",
    "conversation.item.truncated",
    "input_audio_buffer.cleared",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.timeout_triggered",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_audio.done",
    "response.output_item.added",
    "response.output_item.done",
];

impl Answer {
    /// Reads one message.
    ///
    /// # Errors
    /// [`Malformed`] for what is no event; an event that is not known is none.
    pub fn read(text: &str) -> Result<Self, Malformed> {
        let kind = kind_of(text)?;
        let kind = kind.as_ref();
        if NOTED.contains(&kind) {
            return Ok(Self::Noted);
        }
        let fields = || body::<Fields>(kind, text);
        Ok(match kind {
            "session.created" => Self::Created {
                expires_at: fields()?.expires_at(),
            },
            "session.updated" => Self::Updated {
                expires_at: fields()?.expires_at(),
            },
            "input_audio_buffer.committed" => Self::Committed {
                item: fields()?.item(),
            },
            "conversation.item.input_audio_transcription.delta" => {
                let fields = fields()?;
                Self::Heard {
                    text: fields.delta.clone().unwrap_or_default(),
                    item: fields.item(),
                }
            }
            "conversation.item.input_audio_transcription.completed" => {
                let fields = fields()?;
                Self::HeardAll {
                    text: fields.transcript.clone().unwrap_or_default(),
                    length: fields.length(),
                    item: fields.item(),
                }
            }
            "conversation.item.input_audio_transcription.failed" => {
                let fields = fields()?;
                Self::Unheard {
                    error: fields.error.clone().unwrap_or_default(),
                    item: fields.item(),
                }
            }
            "response.created" => Self::Responding(fields()?.response.unwrap_or_default()),
            "response.done" => Self::Responded(fields()?.response.unwrap_or_default()),
            "response.output_audio_transcript.delta" | "response.output_text.delta" => {
                let fields = fields()?;
                Self::Said {
                    text: fields.delta.clone().unwrap_or_default(),
                    response: fields.response_id.clone().unwrap_or_default(),
                    item: fields.item(),
                }
            }
            "response.output_audio_transcript.done" | "response.output_text.done" => {
                let fields = fields()?;
                Self::SaidAll {
                    response: fields.response_id.unwrap_or_default(),
                    text: fields.transcript.or(fields.text).unwrap_or_default(),
                }
            }
            "response.output_audio.delta" => {
                let fields = fields()?;
                Self::Speech {
                    samples: audio("response.output_audio.delta", fields.delta.as_deref())?,
                    response: fields.response_id.clone().unwrap_or_default(),
                    item: fields.item(),
                }
            }
            "rate_limits.updated" => Self::Limits {
                tokens_reset: fields()?.tokens_reset(),
            },
            "error" => Self::Error(fields()?.error.unwrap_or_default()),
            unknown => Self::Unknown(short(unknown)),
        })
    }
}

impl Fields {
    fn expires_at(self) -> Option<f64> {
        self.session.and_then(|session| session.expires_at)
    }

    fn length(&self) -> Option<Duration> {
        let seconds = self.usage.as_ref()?.seconds?;
        let length = Duration::try_from_secs_f64(seconds).ok()?;
        (length <= LONGEST_ITEM).then_some(length)
    }

    fn item(self) -> String {
        self.item_id.unwrap_or_default()
    }

    fn tokens_reset(self) -> Option<Duration> {
        let limits = self.rate_limits.unwrap_or_default();
        let tokens = limits
            .iter()
            .flatten()
            .find(|limit| limit.name.as_deref() == Some("tokens"))?;
        Duration::try_from_secs_f64(tokens.reset_seconds?).ok()
    }
}
