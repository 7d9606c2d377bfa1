//! What the server sends over a WebSocket (API.md section 1).

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, Type, schema::AdditionalProperties},
};

use super::{
    budget::BudgetFigures,
    identity::{ConnectionId, RoomId, SessionId, UtteranceId},
    language::Language,
    participant::{Participant, Speaker},
    session_config::{ConfigWarning, SessionConfig},
    time::Timestamp,
    usage::{Amount, Cost},
};

/// The version of the protocol, sent on connecting.
pub const PROTOCOL: u32 = 1;

/// A message to a client. Those that answer something carry its `ref`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub enum ServerMessage {
    /// The first message on every connection.
    Connected {
        connection_id: ConnectionId,
        server_time: Timestamp,
        /// Version of this protocol: 1.
        protocol: u32,
    },
    /// Answers `ping`.
    Pong,
    /// Answers `heartbeat`.
    HeartbeatReceived,
    /// Answers `create_session`.
    SessionCreated(SessionAnswer),
    /// Answers `join_session`.
    SessionJoined(SessionAnswer),
    /// Answers `recover_session`; all that was missed follows, in order.
    SessionRecovered {
        #[serde(flatten)]
        session: SessionAnswer,
        /// How many messages follow that were missed.
        missed: usize,
        /// Whether the log no longer reaches back to what was seen last.
        gap: bool,
    },
    /// Answers `leave_session`.
    SessionLeft { session_id: SessionId },
    /// Answers `configure`.
    SessionConfigured {
        session_id: SessionId,
        /// All of it.
        config: SessionConfig,
        /// What will not work as asked here.
        warnings: Vec<ConfigWarning>,
    },
    /// Answers `join_room`.
    RoomJoined {
        room_id: RoomId,
        /// The highest number of the room's log.
        seq: u64,
        participants: Vec<Participant>,
    },
    /// Answers `leave_room`; the private room is entered.
    RoomLeft { room_id: RoomId },
    /// Answers `transcription_stream`.
    TranscriptionReceived { bytes: usize },
    /// Answers `speaker_stream`.
    SpeakerReceived { bytes: usize },
    /// Answers `translation_stream`; the `translation` follows.
    TranslationReceived { utterance_id: UtteranceId },
    /// Answers `subscribe`.
    Subscribed { topic: String },
    /// Answers `unsubscribe`.
    Unsubscribed { topic: String },
    /// Answers `service_message`.
    ServiceResponse {
        source_service: String,
        action: String,
        status: ServiceStatus,
        /// What the service says; with the status `error` an object with `code` and `message`.
        data: Value,
    },
    /// Somebody came into the room.
    ParticipantJoined(Presence),
    /// Somebody in the room changed their name or languages.
    ParticipantUpdated(Presence),
    /// Somebody left the room.
    ParticipantLeft(Presence),
    /// Somebody began to speak.
    SpeechStarted(SpeechEdge),
    /// Somebody fell silent.
    SpeechStopped(SpeechEdge),
    /// What was said, in the language it was said in; replaces earlier revisions of its utterance.
    Transcription(Caption),
    /// What was said, in another language; replaces earlier revisions of its utterance in that language.
    Translation(Caption),
    /// Translated speech begins: binary frames with this `stream_id` follow.
    AudioStart {
        stream_id: u32,
        utterance_id: UtteranceId,
        speaker: Speaker,
        language: Language,
        /// In Hz: that of the session.
        sample_rate: u32,
    },
    /// Translated speech ends: no more frames with this `stream_id`.
    AudioStop {
        stream_id: u32,
        utterance_id: UtteranceId,
        reason: AudioEnd,
    },
    /// What an engine was used for in the room.
    Usage {
        room_id: RoomId,
        #[serde(flatten)]
        usage: UsageFigures,
    },
    /// Something happened under a topic that was subscribed to.
    Event {
        topic: String,
        /// Counts per topic.
        seq: u64,
        #[schema(schema_with = happening)]
        event: Value,
    },
    /// A message of the operators to people.
    SystemAnnouncement { message: String },
    /// The session ends soon if nothing happens in it.
    SessionExpiring { reason: &'static str },
    /// The session has ended.
    SessionClosed { reason: &'static str },
    /// A message could not be done, named by its `ref`; or something failed later.
    Error {
        /// Stable, snake_case: what programs decide by.
        code: &'static str,
        /// What failed and what to do, for people.
        message: String,
    },
}

/// What an engine was used for in a room since that was started.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UsageFigures {
    /// The engine.
    pub engine: &'static str,
    /// Audio it was given, once for each of its streams, in milliseconds.
    pub audio_ms: u64,
    /// Tokens of all kinds, for an engine that is billed by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// What that cost in US dollars, by the prices in the settings; absent where it cost nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// What is left of the room's budget, if it has one, for all its engines together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_left: Option<BudgetFigures>,
    /// How far the most delayed of its translations in the room is behind on our side: speech that waits for the engine,
    /// and translated speech that is not played yet, in milliseconds.
    pub lag_ms: u64,
}

impl UsageFigures {
    /// Figures of an engine that was used for this.
    pub fn new(
        engine: &'static str,
        amount: &Amount,
        lag_ms: u64,
        budget_left: Option<BudgetFigures>,
    ) -> Self {
        let costs = amount.cost > Cost::default();
        Self {
            engine,
            audio_ms: amount.audio_ms,
            tokens: (amount.tokens > 0).then_some(amount.tokens),
            cost_usd: costs.then(|| amount.cost.usd()),
            budget_left,
            lag_ms,
        }
    }
}

/// The schema of what happened: every event says its kind, and what else it says depends on that.
fn happening() -> Object {
    ObjectBuilder::new()
        .property("kind", Object::with_type(Type::String))
        .required("kind")
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .build()
}

/// Whether a service did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStatus {
    /// It did.
    Success,
    /// It did not; the data says why.
    Error,
}

/// What every answer about a session holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub struct SessionAnswer {
    pub session_id: SessionId,
    pub room_id: RoomId,
    /// Proves the right to this session on another connection.
    pub resume_token: String,
    pub seq: u64,
    /// What its maker gave to keep.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub data: Option<Value>,
    pub participants: Vec<Participant>,
    /// What will not work as asked here, if there is anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ConfigWarning>,
}

/// A participant who came, changed or went.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub struct Presence {
    pub seq: u64,
    pub room_id: RoomId,
    pub participant: Participant,
}

/// The beginning or end of speech.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub struct SpeechEdge {
    pub room_id: RoomId,
    pub speaker: Speaker,
    pub at: Timestamp,
}

/// A transcription or a translation; `revision` is that of the source text.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub struct Caption {
    /// Its number in the room's log, if it is final.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub room_id: Option<RoomId>,
    pub utterance_id: UtteranceId,
    /// Rises with each version of the utterance.
    pub revision: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub speaker: Option<Speaker>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source_language: Option<Language>,
    pub language: Language,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source_text: Option<String>,
    /// Whether it changes no more.
    #[serde(rename = "final")]
    pub last: bool,
    pub started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended_at: Option<Timestamp>,
    /// How sure the engine is, 0 to 1, where it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confidence: Option<f32>,
    pub engine: &'static str,
}

/// Why a stream of translated audio ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AudioStopReason)]
pub enum AudioEnd {
    /// All was sent.
    Complete,
    /// It was stopped: the listener or speaker went, or the engine failed.
    Cancelled,
    /// It was left out, because speech lagged too far behind.
    Dropped,
}

impl ServerMessage {
    /// The frame for this message, with the `ref` of what it answers.
    pub fn encode(&self, reference: Option<&Value>) -> bytestring::ByteString {
        #[derive(Serialize)]
        struct Answer<'a> {
            #[serde(flatten)]
            message: &'a ServerMessage,
            #[serde(rename = "ref")]
            reference: &'a Value,
        }
        let encoded = match reference {
            None => serde_json::to_string(self),
            Some(reference) => serde_json::to_string(&Answer {
                message: self,
                reference,
            }),
        };
        // Serialising fails only for maps with keys that are not strings and for failing writers; neither occurs.
        encoded.expect("server messages are plain JSON").into()
    }

    /// An error message.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::Error {
            code,
            message: message.into(),
        }
    }
}

/// Bytes before the samples of a binary frame: kind, zero, header length, stream, sequence (API.md section 1).
pub const AUDIO_HEADER: usize = 12;

/// Puts the header of a binary frame before its samples.
pub fn audio_frame(stream_id: u32, sequence: u32, samples: &[i16]) -> bytes::Bytes {
    let mut frame = Vec::with_capacity(AUDIO_HEADER + samples.len() * 2);
    frame.extend_from_slice(&[1, 0, AUDIO_HEADER as u8, 0]);
    frame.extend_from_slice(&stream_id.to_le_bytes());
    frame.extend_from_slice(&sequence.to_le_bytes());
    for sample in samples {
        frame.extend_from_slice(&sample.to_le_bytes());
    }
    frame.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_carry_their_reference() {
        assert_eq!(
            &*ServerMessage::Pong.encode(Some(&Value::from("a"))),
            r#"{"type":"pong","ref":"a"}"#
        );
        assert_eq!(&*ServerMessage::Pong.encode(None), r#"{"type":"pong"}"#);
    }

    #[test]
    fn audio_frames_have_the_layout_of_the_contract() {
        assert_eq!(
            &audio_frame(0x0102_0304, 5, &[-2, 1])[..],
            &[1, 0, 12, 0, 4, 3, 2, 1, 5, 0, 0, 0, 0xfe, 0xff, 1, 0]
        );
    }
}
