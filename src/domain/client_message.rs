//! What clients send over a WebSocket (API.md section 1), decoded once and strictly named when wrong.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    identity::{RoomId, SessionId, UtteranceId},
    language::Language,
    session_config::ConfigPatch,
};

/// The longest message `id` that is echoed as `ref`, in bytes of JSON.
const LONGEST_REFERENCE: usize = 256;

/// The largest `data` of a session, in bytes of JSON (API.md: at most 4 KB).
pub const LARGEST_SESSION_DATA: usize = 4096;

/// The longest text that one `text` or `translation_stream` message may carry, in characters.
pub const LONGEST_TEXT: usize = 10_000;

/// Whether a text has anything in it that could be said: neither blanks nor control characters are.
pub fn says_nothing(text: &str) -> bool {
    text.chars()
        .all(|letter| letter.is_whitespace() || letter.is_control())
}

/// A decoded message and the `id` its answer refers to.
#[derive(Debug)]
pub struct ClientMessage {
    /// Echoed as `ref`.
    pub reference: Option<Value>,
    /// What is asked.
    pub request: ClientRequest,
}

/// What a client asks. The names of the variants are those of the wire, which [`decode`] reads.
#[derive(Debug, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientRequest {
    /// Answered `pong`.
    Ping,
    /// Answered `heartbeat_received`.
    Heartbeat,
    /// Makes a session, or attaches to one's own.
    CreateSession(CreateSession),
    /// Attaches to a session that exists.
    JoinSession(JoinSession),
    /// Attaches to a session and asks for what was missed.
    RecoverSession(RecoverSession),
    /// Ends the session on this socket.
    LeaveSession,
    /// Changes the configuration.
    Configure(Configure),
    /// Moves to a shared room.
    JoinRoom(JoinRoom),
    /// Goes back to a private room.
    LeaveRoom,
    /// Says something in writing.
    Text(SayText),
    /// Ends the current utterance now.
    AudioEnd,
    /// Audio as base64.
    TranscriptionStream(AudioData),
    /// Audio as base64.
    SpeakerStream(AudioData),
    /// Translates one text, outside any session.
    TranslationStream(TranslateText),
    /// Asks for a topic's events.
    Subscribe(TopicName),
    /// Ends a subscription.
    Unsubscribe(TopicName),
    /// Talks to a service.
    ServiceMessage(ServiceMessage),
    /// Sent back as it came.
    TestMessage(Map<String, Value>),
}

/// Fields of `create_session`.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct CreateSession {
    /// Wished id, or one is made.
    pub session_id: Option<SessionId>,
    /// Who owns it, on a server without keys.
    pub user_id: Option<String>,
    /// How it begins.
    pub config: Option<ConfigPatch>,
    /// Kept and returned: any JSON of at most 4 KB.
    pub data: Option<Value>,
    /// Proves the right to attach to a session that exists.
    pub resume_token: Option<String>,
}

/// Fields of `join_session`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct JoinSession {
    /// Which.
    pub session_id: SessionId,
    /// Proves the right to it.
    pub resume_token: Option<String>,
}

/// Fields of `recover_session`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RecoverSession {
    /// Which.
    pub session_id: SessionId,
    /// Proves the right to it.
    pub resume_token: Option<String>,
    /// The last number seen; absent means what was last written to any of its sockets.
    pub last_seq: Option<u64>,
}

/// Fields of `configure`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Configure {
    /// What changes.
    pub config: ConfigPatch,
}

/// Fields of `join_room`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct JoinRoom {
    /// Where to.
    pub room_id: RoomId,
}

/// Fields of `text`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SayText {
    /// What is said, at most 10,000 characters.
    pub text: String,
    /// The client's own name for it.
    pub utterance_id: Option<UtteranceId>,
}

/// Fields of the two audio messages.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AudioData {
    /// PCM in the session's format, as base64.
    #[schema(value_type = String, content_encoding = "base64")]
    #[serde(deserialize_with = "from_base64")]
    pub audio_data: Vec<u8>,
}

/// Fields of `translation_stream`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TranslateText {
    /// What to translate, at most 10,000 characters.
    pub text: String,
    /// Into what.
    pub target_lang: Language,
    /// From what.
    pub source_lang: Option<Language>,
}

/// Fields of `subscribe` and `unsubscribe`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TopicName {
    /// Such as `room/demo`, `session/ID`, `call/*`, `service/*`, `metrics`.
    topic: Option<String>,
    /// In place of a topic: the name of a service.
    service: Option<String>,
}

impl TopicName {
    /// The topic; a service's name stands for its topic.
    pub fn topic(self) -> Option<String> {
        self.topic
            .or_else(|| self.service.map(|name| format!("service/{name}")))
    }
}

/// Fields of `service_message`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ServiceMessage {
    /// Which service.
    pub target_service: String,
    /// What it is to do.
    pub action: String,
    /// With what.
    #[serde(default)]
    pub data: Value,
}

/// Why a message cannot be understood.
#[derive(Debug)]
pub struct DecodeError {
    /// A stable code: `invalid_json`, `missing_type`, `unknown_type`, `invalid_message`.
    pub code: &'static str,
    /// What is wrong, naming the field.
    pub message: String,
    /// The message's own id, if that much could be read.
    pub reference: Option<Value>,
}

/// Reads one text frame.
///
/// # Errors
/// [`DecodeError`]; the connection stays open.
pub fn decode(frame: &str) -> Result<ClientMessage, DecodeError> {
    let value: Value = serde_json::from_str(frame).map_err(|error| DecodeError {
        code: "invalid_json",
        message: format!("a message is one JSON object; this is not JSON ({error})"),
        reference: None,
    })?;
    let Value::Object(mut message) = value else {
        return Err(DecodeError {
            code: "invalid_json",
            message: "a message is one JSON object such as {\"type\":\"ping\"}".into(),
            reference: None,
        });
    };
    if !message.contains_key("type")
        && let Some(Value::String(name)) = message.remove("event")
    {
        message = from_event(name, message);
    }
    let reference = message.get("id").filter(|id| is_reference(id)).cloned();
    let Some(Value::String(kind)) = message.get("type").cloned() else {
        return Err(DecodeError {
            code: "missing_type",
            message: "the message has no \"type\"; send for example {\"type\":\"ping\"}".into(),
            reference,
        });
    };
    match read_request(&kind, message) {
        Ok(request) => Ok(ClientMessage { reference, request }),
        Err((code, message)) => Err(DecodeError {
            code,
            message,
            reference,
        }),
    }
}

/// What an answer to this frame refers to, without reading the rest of it: for frames that are not acted on.
pub fn reference_of(frame: &str) -> Option<Value> {
    #[derive(Deserialize)]
    struct Named {
        id: Option<Value>,
    }
    let named: Named = serde_json::from_str(frame).ok()?;
    named.id.filter(is_reference)
}

fn read_request(
    kind: &str,
    message: Map<String, Value>,
) -> Result<ClientRequest, (&'static str, String)> {
    use ClientRequest as Request;
    Ok(match kind {
        "ping" => Request::Ping,
        "heartbeat" => Request::Heartbeat,
        "create_session" => Request::CreateSession(fields(kind, message)?),
        "join_session" => Request::JoinSession(fields(kind, message)?),
        "recover_session" => Request::RecoverSession(fields(kind, message)?),
        "leave_session" => Request::LeaveSession,
        "configure" => Request::Configure(fields(kind, message)?),
        "join_room" => Request::JoinRoom(fields(kind, message)?),
        "leave_room" => Request::LeaveRoom,
        "text" => Request::Text(fields(kind, message)?),
        "audio_end" => Request::AudioEnd,
        "transcription_stream" => Request::TranscriptionStream(fields(kind, message)?),
        "speaker_stream" => Request::SpeakerStream(fields(kind, message)?),
        "translation_stream" => Request::TranslationStream(fields(kind, message)?),
        "subscribe" => Request::Subscribe(fields(kind, message)?),
        "unsubscribe" => Request::Unsubscribe(fields(kind, message)?),
        "service_message" => Request::ServiceMessage(fields(kind, message)?),
        "test_message" => Request::TestMessage(message),
        other => {
            let shown: String = other.chars().take(60).collect();
            return Err((
                "unknown_type",
                format!("there is no message type {shown:?}; API.md section 1 lists them"),
            ));
        }
    })
}

fn fields<T: DeserializeOwned>(
    kind: &str,
    message: Map<String, Value>,
) -> Result<T, (&'static str, String)> {
    serde_path_to_error::deserialize(Value::Object(message)).map_err(|error| {
        let path = error.path().to_string();
        let text = if path == "." {
            format!("{kind}: {}", error.inner())
        } else {
            format!("{kind}: {path}: {}", error.inner())
        };
        ("invalid_message", text)
    })
}

fn is_reference(id: &Value) -> bool {
    match id {
        Value::String(text) => text.len() <= LONGEST_REFERENCE,
        Value::Number(_) => true,
        _ => false,
    }
}

/// Reads the `{"event":NAME,"data":{…}}` shape, where a `service_message` may hold another message by its name.
fn from_event(name: String, mut outer: Map<String, Value>) -> Map<String, Value> {
    let id = outer.remove("id");
    let mut message = match outer.remove("data") {
        Some(Value::Object(data)) => data,
        _ => Map::new(),
    };
    let inner = match message.get("type").and_then(Value::as_str) {
        Some(kind) if name == "service_message" => match kind {
            "service_request" => "service_message".to_owned(),
            other => other.to_owned(),
        },
        _ => name,
    };
    message.insert("type".into(), Value::String(inner));
    if let Some(id) = id {
        message.entry("id").or_insert(id);
    }
    message
}

fn from_base64<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
    BASE64
        .decode(text.as_bytes())
        .map_err(|error| serde::de::Error::custom(format!("not base64: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_shapes() {
        let plain = decode(r#"{"type":"text","text":"hi","id":"7","later":1}"#).unwrap();
        assert_eq!(plain.reference, Some(Value::from("7")));
        assert!(matches!(plain.request, ClientRequest::Text(said) if said.text == "hi"));

        let event = decode(r#"{"event":"join_room","id":3,"data":{"room_id":"demo"}}"#).unwrap();
        assert_eq!(event.reference, Some(Value::from(3)));
        assert!(matches!(event.request, ClientRequest::JoinRoom(_)));

        let nested = decode(r#"{"event":"service_message","data":{"type":"heartbeat"}}"#).unwrap();
        assert!(matches!(nested.request, ClientRequest::Heartbeat));
        let request = decode(
            r#"{"event":"service_message","data":{"type":"service_request","target_service":"a","action":"b"}}"#,
        )
        .unwrap();
        assert!(matches!(request.request, ClientRequest::ServiceMessage(_)));
    }

    #[test]
    fn a_frame_that_is_not_acted_on_still_has_its_reference() {
        for (frame, reference) in [
            (r#"{"type":"ping","id":"a"}"#, Some(Value::from("a"))),
            (r#"{"event":"ping","id":7,"data":{}}"#, Some(Value::from(7))),
            (r#"{"type":"ping","id":{"a":1}}"#, None),
            (r#"{"type":"ping"}"#, None),
            ("{", None),
        ] {
            assert_eq!(reference_of(frame), reference, "{frame}");
        }
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(LONGEST_REFERENCE + 1));
        assert_eq!(reference_of(&long), None);
    }

    #[test]
    fn says_what_is_wrong() {
        for (frame, code, needle) in [
            ("{", "invalid_json", "not JSON"),
            ("[1]", "invalid_json", "one JSON object"),
            ("{}", "missing_type", "no \"type\""),
            (r#"{"type":"dance"}"#, "unknown_type", "\"dance\""),
            (
                r#"{"type":"join_room","room_id":"a/b"}"#,
                "invalid_message",
                "room_id",
            ),
            (r#"{"type":"text"}"#, "invalid_message", "text"),
            (
                r#"{"type":"configure","config":{"speaks":"x!"}}"#,
                "invalid_message",
                "speaks",
            ),
            (
                r#"{"type":"transcription_stream","audio_data":"***"}"#,
                "invalid_message",
                "not base64",
            ),
        ] {
            let error = decode(frame).unwrap_err();
            assert_eq!(error.code, code, "{frame}");
            assert!(error.message.contains(needle), "{frame}: {}", error.message);
        }
    }
}
