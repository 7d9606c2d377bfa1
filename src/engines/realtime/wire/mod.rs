//! What is said over a realtime socket: one module per dialect, each with its own events.
//!
//! The dialects share names and mean different things by them, so an event is read by the dialect of its connection and
//! never by its `type` alone. Reading is tolerant, as live servers differ from their own description: what is not known is
//! passed over, what is absent may be null, and numbers are whole or not. Writing is exact: what is absent stays as it is,
//! what is null is turned off.

pub mod conversation;
pub mod conversation_answers;
pub mod translation;

use std::{borrow::Cow, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// Longest name of an event that is kept for the log.
const LONGEST_KIND: usize = 80;

/// Something that is no event of the dialect. Says nothing of what it held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// No JSON object with a `type`.
    #[error("a message is no JSON object with a type")]
    NoEvent,
    /// A known event whose fields are not what they are to be.
    #[error("a {0} has another shape than it is to have")]
    Shape(String),
    /// Audio that is no base64.
    #[error("the audio of a {0} is no base64")]
    Audio(&'static str),
}

/// `error`: what the provider objects to. Any of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Objection {
    /// Its family: `invalid_request_error`.
    #[serde(rename = "type", deserialize_with = "words")]
    pub family: Option<String>,
    /// Which one: `session_expired`.
    #[serde(deserialize_with = "words")]
    pub code: Option<String>,
    /// For people; may repeat what was sent, so it is neither logged nor shown.
    #[serde(deserialize_with = "words")]
    pub message: Option<String>,
    /// The field it is about.
    #[serde(deserialize_with = "words")]
    pub param: Option<String>,
    /// The event of ours that it answers.
    #[serde(deserialize_with = "words")]
    pub event_id: Option<String>,
}

impl Objection {
    /// The code, or the family where there is none; never what was sent.
    pub fn name(&self) -> &str {
        self.code
            .as_deref()
            .or(self.family.as_deref())
            .unwrap_or("an error without a code")
    }
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

/// The `type` of a message.
fn kind_of(text: &str) -> Result<Cow<'_, str>, Malformed> {
    serde_json::from_str::<Head<'_>>(text)
        .map(|head| head.kind)
        .map_err(|_| Malformed::NoEvent)
}

/// A message as an event of this kind.
fn body<T: DeserializeOwned>(kind: &str, text: &str) -> Result<T, Malformed> {
    serde_json::from_str(text).map_err(|_| Malformed::Shape(short(kind)))
}

/// The name of an event, cut to what a log takes.
fn short(kind: &str) -> String {
    kind.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_KIND)
        .collect()
}

/// The bytes of audio that came as base64.
fn audio(kind: &'static str, base64: Option<&str>) -> Result<Vec<u8>, Malformed> {
    STANDARD
        .decode(base64.unwrap_or_default())
        .map_err(|_| Malformed::Audio(kind))
}

/// Audio as it is sent.
pub fn encoded(samples: &[u8]) -> String {
    STANDARD.encode(samples)
}

/// Text, or a number where a server writes one for a text; anything else counts as missing.
fn words<'de, D: Deserializer<'de>>(input: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A number, whole or not; anything else counts as missing.
fn number<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
    Ok(Value::deserialize(input)?.as_f64())
}

/// A count, written as a whole number or not; anything else counts as none.
fn count<'de, D: Deserializer<'de>>(input: D) -> Result<u64, D::Error> {
    // Negative and nonsensical numbers become 0: `as` saturates.
    Ok(number(input)?.unwrap_or_default() as u64)
}

/// So many milliseconds; nothing if there is no such time.
fn milliseconds(number: Option<f64>) -> Option<Duration> {
    Duration::try_from_secs_f64(number? / 1_000.0).ok()
}
