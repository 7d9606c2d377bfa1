//! What a client says in the conversation dialect, generally available form (`/realtime`).

use std::collections::BTreeMap;

use serde::Serialize;

/// One event of ours. `event_id` comes back in the errors that answer it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ask {
    /// What is asked.
    #[serde(flatten)]
    pub act: Act,
    /// At most 512 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
pub enum Act {
    /// Sets what is present.
    #[serde(rename = "session.update")]
    Update {
        /// What is to change.
        session: Box<Session>,
    },
    /// Audio as base64; never acknowledged.
    #[serde(rename = "input_audio_buffer.append")]
    Append {
        /// The samples.
        audio: String,
    },
    /// What was appended becomes an item.
    #[serde(rename = "input_audio_buffer.commit")]
    Commit,
    /// What was appended is forgotten.
    #[serde(rename = "input_audio_buffer.clear")]
    Clear,
    /// Asks for a response; one of the conversation at a time.
    #[serde(rename = "response.create")]
    Respond {
        /// How it is to be, where that differs from the session.
        #[serde(skip_serializing_if = "Option::is_none")]
        response: Option<Box<Response>>,
    },
    /// Ends a response.
    #[serde(rename = "response.cancel")]
    Cancel {
        /// Which; absent: the one that runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        response_id: Option<String>,
    },
    /// Puts an item into the conversation.
    #[serde(rename = "conversation.item.create")]
    Create {
        /// The item.
        item: Item,
        /// After which; `root` is before all.
        #[serde(skip_serializing_if = "Option::is_none")]
        previous_item_id: Option<String>,
    },
    /// Forgets what of an answer was not heard.
    #[serde(rename = "conversation.item.truncate")]
    Truncate {
        /// Of which item.
        item_id: String,
        /// 0.
        content_index: u32,
        /// How much was heard, in milliseconds; no more than there is.
        audio_end_ms: u64,
    },
    /// Takes an item out of the conversation.
    #[serde(rename = "conversation.item.delete")]
    Delete {
        /// Which.
        item_id: String,
    },
    /// Asks for an item.
    #[serde(rename = "conversation.item.retrieve")]
    Retrieve {
        /// Which.
        item_id: String,
    },
}

impl Act {
    /// The event without an id.
    pub fn plain(self) -> Ask {
        Ask {
            act: self,
            event_id: None,
        }
    }

    /// The event with an id that its errors will name.
    pub fn named(self, event_id: impl Into<String>) -> Ask {
        Ask {
            act: self,
            event_id: Some(event_id.into()),
        }
    }
}

/// What can be set; only what is present changes.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Session {
    /// Always `realtime`; required.
    #[serde(rename = "type")]
    pub family: &'static str,
    /// Cannot change later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `["audio"]` or `["text"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_modalities: Option<Vec<&'static str>>,
    /// What the model is told to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// Both directions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    /// 1 to 4096.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// What is to be told beside the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<String>>,
    /// What happens to a long history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncation: Option<Truncation>,
}

/// What happens to a long history.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Truncation {
    /// Keeps a share of it.
    RetentionRatio {
        /// 0 to 1.
        retention_ratio: f64,
        /// Beyond what.
        #[serde(skip_serializing_if = "Option::is_none")]
        token_limits: Option<TokenLimits>,
    },
}

/// How long a history may become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenLimits {
    /// Tokens behind the instructions.
    pub post_instructions: u32,
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
    /// How samples are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Who writes down what is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription: Option<Option<Transcription>>,
    /// Whether noise is taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise_reduction: Option<Option<NoiseReduction>>,
    /// Who decides when a turn is over; turned off, it is us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_detection: Option<Option<TurnDetection>>,
}

/// How samples are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Format {
    /// `audio/pcm`, `audio/pcmu`, `audio/pcma`.
    #[serde(rename = "type")]
    pub family: &'static str,
    /// In Hz, for PCM: 24000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
}

impl Format {
    /// s16le mono at 24 kHz.
    pub const PCM: Self = Self {
        family: "audio/pcm",
        rate: Some(24_000),
    };
}

/// Who writes down what is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Transcription {
    /// A model, on Azure the name of its deployment.
    pub model: String,
    /// The language spoken, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// How noise is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoiseReduction {
    /// `near_field` for headsets, `far_field` for rooms.
    #[serde(rename = "type")]
    pub field: &'static str,
}

/// Who decides when a turn is over.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TurnDetection {
    /// Silence of some length.
    ServerVad {
        /// 0 to 1.
        threshold: f64,
        /// Audio from before the voice was noticed.
        prefix_padding_ms: u32,
        /// Silence that ends a turn.
        silence_duration_ms: u32,
        /// Whether the server answers by itself.
        create_response: bool,
        /// Whether a voice ends the answer to the turn before.
        interrupt_response: bool,
    },
    /// What is said.
    SemanticVad {
        /// `low`, `medium`, `high`, `auto`.
        eagerness: &'static str,
        /// As above.
        create_response: bool,
        /// As above.
        interrupt_response: bool,
    },
}

/// What comes out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Output {
    /// How samples are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Cannot change once something was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// 0.25 to 1.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
}

/// How a response is to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Response {
    /// `none`: beside the conversation, which it does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<&'static str>,
    /// `["audio"]` or `["text"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_modalities: Option<Vec<&'static str>>,
    /// What the model is told to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// What comes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio: Option<Audio>,
    /// Comes back with the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, String>>,
    /// 1 to 4096.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// What it is about, instead of the whole conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Vec<Item>>,
}

/// A part of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Item {
    /// What somebody said.
    Message {
        /// Ours, if we name it.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// `system`, `user`, `assistant`.
        role: &'static str,
        /// What was said.
        content: Vec<Content>,
    },
    /// One that is there already.
    ItemReference {
        /// Which.
        id: String,
    },
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// By a user or the system.
    InputText {
        /// The text.
        text: String,
    },
    /// By the model.
    OutputText {
        /// The text.
        text: String,
    },
    /// By a user.
    InputAudio {
        /// The samples as base64.
        audio: String,
    },
}
