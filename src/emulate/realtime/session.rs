//! What the sessions of both dialects have in common.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio::{sync::mpsc, time::Instant};

use super::{complaint::Complaint, interpreter::Interpreter, outlet::Outlet, wire::Incoming};

/// The most audio in one event, in bytes: the service's limit.
const MOST_AUDIO: usize = 15 * 1024 * 1024;

/// The longest id that a client may give an event: the service's limit.
const LONGEST_EVENT_ID: usize = 512;

/// How often a session looks at the time.
pub const BEAT: Duration = Duration::from_millis(100);

/// A session that begins.
pub struct Opening {
    /// Its id on the wire.
    pub id: String,
    /// The model or deployment that was asked for.
    pub model: String,
    /// The configuration it begins with, by a client secret.
    pub configured: Option<Value>,
    /// Who interprets.
    pub interpreter: Interpreter,
    /// When it expires.
    pub ends_at: Instant,
    /// The same in seconds since 1970.
    pub expires_at: u64,
    /// What its client sends.
    pub incoming: mpsc::Receiver<Incoming>,
    /// The way to its client.
    pub outlet: Outlet,
}

/// Seconds since 1970 at this time from now.
pub fn unix_seconds(from_now: Duration) -> u64 {
    let moment = SystemTime::now() + from_now;
    // A clock before 1970 shows the epoch.
    moment
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// An id in the service's manner: `item_…`.
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}_{}", uuid::Uuid::now_v7().simple())
}

/// A client's event.
#[derive(Debug)]
pub struct Event {
    /// Its `type`.
    pub kind: String,
    /// Its `event_id`, if it has one.
    pub id: Option<String>,
    /// All of it.
    pub body: Value,
}

impl Event {
    /// Reads a frame.
    ///
    /// # Errors
    /// What is wrong with it, and the event's id if that much could be read.
    pub fn read(text: &str) -> Result<Self, (Complaint, Option<String>)> {
        let wrong = |message: &str| Complaint::new("invalid_event", message);
        let body: Value = serde_json::from_str(text)
            .map_err(|_| (wrong("The event could not be parsed as JSON."), None))?;
        if !body.is_object() {
            return Err((wrong("An event must be a JSON object."), None));
        }
        let id = match &body["event_id"] {
            Value::Null => None,
            Value::String(id) if id.chars().count() <= LONGEST_EVENT_ID => Some(id.clone()),
            _ => {
                let complaint = Complaint::new(
                    "invalid_value",
                    "Invalid 'event_id': expected a string with maximum length 512.",
                );
                return Err((complaint.about("event_id"), None));
            }
        };
        match body["type"].as_str() {
            Some(kind) => Ok(Self {
                kind: kind.to_owned(),
                id,
                body,
            }),
            None => Err((wrong("The 'type' field is missing."), id)),
        }
    }

    /// The bytes in its `audio`.
    ///
    /// # Errors
    /// When it is no base64, or too much.
    pub fn audio(&self) -> Result<Vec<u8>, Complaint> {
        decode_audio(&self.body["audio"], "audio")
    }
}

/// The bytes of an audio field.
///
/// # Errors
/// When it is no base64, or too much.
pub fn decode_audio(value: &Value, param: &str) -> Result<Vec<u8>, Complaint> {
    let text = match value {
        Value::String(text) => text,
        Value::Null => return Err(Complaint::missing_parameter(param)),
        _ => return Err(Complaint::invalid_audio().about(param)),
    };
    let audio = STANDARD
        .decode(text)
        .map_err(|_| Complaint::invalid_audio().about(param))?;
    if audio.len() > MOST_AUDIO {
        let message = "Invalid 'audio': at most 15 MiB of audio in one event.";
        return Err(Complaint::new("invalid_value", message).about(param));
    }
    Ok(audio)
}
