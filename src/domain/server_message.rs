//! What the server sends over a WebSocket (API.md section 1).

use serde::Serialize;
use serde_json::Value;

use super::{
    identity::{ConnectionId, RoomId, SessionId, UtteranceId},
    language::Language,
    participant::{Participant, Speaker},
    session_config::{ConfigWarning, SessionConfig},
    time::Timestamp,
};

/// The version of the protocol, sent on connecting.
pub const PROTOCOL: u32 = 1;

/// A message to a client. Those that answer something carry its `ref`.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub enum ServerMessage {
    Connected {
        connection_id: ConnectionId,
        server_time: Timestamp,
        protocol: u32,
    },
    Pong,
    HeartbeatReceived,
    SessionCreated(SessionAnswer),
    SessionJoined(SessionAnswer),
    SessionRecovered {
        #[serde(flatten)]
        session: SessionAnswer,
        missed: usize,
        gap: bool,
    },
    SessionLeft {
        session_id: SessionId,
    },
    SessionConfigured {
        session_id: SessionId,
        config: SessionConfig,
        warnings: Vec<ConfigWarning>,
    },
    RoomJoined {
        room_id: RoomId,
        seq: u64,
        participants: Vec<Participant>,
    },
    RoomLeft {
        room_id: RoomId,
    },
    TranscriptionReceived {
        bytes: usize,
    },
    SpeakerReceived {
        bytes: usize,
    },
    TranslationReceived {
        utterance_id: UtteranceId,
    },
    Subscribed {
        topic: String,
    },
    Unsubscribed {
        topic: String,
    },
    ServiceResponse {
        source_service: String,
        action: String,
        status: &'static str,
        data: Value,
    },
    ParticipantJoined(Presence),
    ParticipantUpdated(Presence),
    ParticipantLeft(Presence),
    SpeechStarted(SpeechEdge),
    SpeechStopped(SpeechEdge),
    Transcription(Caption),
    Translation(Caption),
    AudioStart {
        stream_id: u32,
        utterance_id: UtteranceId,
        speaker: Speaker,
        language: Language,
        sample_rate: u32,
    },
    AudioStop {
        stream_id: u32,
        utterance_id: UtteranceId,
        reason: AudioEnd,
    },
    Usage {
        room_id: RoomId,
        engine: String,
        audio_ms: u64,
    },
    Event {
        topic: String,
        seq: u64,
        event: Value,
    },
    SystemAnnouncement {
        message: String,
    },
    SessionExpiring {
        reason: &'static str,
    },
    SessionClosed {
        reason: &'static str,
    },
    Error {
        code: &'static str,
        message: String,
    },
}

/// What every answer about a session holds.
#[derive(Debug, Clone, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub struct SessionAnswer {
    pub session_id: SessionId,
    pub room_id: RoomId,
    pub resume_token: String,
    pub seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
    pub participants: Vec<Participant>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ConfigWarning>,
}

/// A participant who came, changed or went.
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
#[allow(
    missing_docs,
    reason = "the fields are those of API.md section 1, under the same names"
)]
pub struct Caption {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room_id: Option<RoomId>,
    pub utterance_id: UtteranceId,
    pub revision: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Speaker>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_language: Option<Language>,
    pub language: Language,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_text: Option<String>,
    #[serde(rename = "final")]
    pub last: bool,
    pub started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    pub engine: &'static str,
}

/// Why a stream of translated audio ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
