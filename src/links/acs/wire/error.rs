//! What the service says when it refuses: a status, a code that holds the sub-code as text, and a message.

use serde::Deserialize;
use serde_json::Value as Json;

use super::lenient::{lenient, text};

/// Why, to the service's own precision: the number behind `DiagCode` (0 is none).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct SubCode(pub u32);

/// What a refusal means to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It ended as it should (7000), or as calls end (5001, 5010).
    Ended,
    /// There is no such call, or nobody of this id, (any more): whatever was to be ended is ended.
    Gone,
    /// Too much was asked for; later it may do.
    Throttled,
    /// Somebody else is at it (8519).
    Conflict,
    /// An operation on the call's media is in the way (8583).
    Precondition,
    /// The request itself is wrong (8523).
    BadRequest,
    /// The service cannot open our socket (8581).
    BadStreamAddress,
    /// The stream of audio failed or was cancelled (8603, 8604).
    StreamFailed,
    /// Transcription failed (8578 to 8580).
    TranscriptionFailed,
    /// The resource is not linked to one for artificial intelligence (8567, 8606).
    IntelligenceNotLinked,
    /// It rang too long (8587).
    NotAnsweredInTime,
    /// Who asks does not own what it asks as (7507).
    WrongResource,
    /// Who asks is not known: the key is wrong, or a clock (7509, any 401).
    Unauthenticated,
    /// Nobody can be unmuted (8566).
    UnmuteNotAllowed,
    /// The service has trouble of its own.
    Unavailable,
    /// Something else.
    Other,
}

impl Meaning {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ended => "acs_ended",
            Self::Gone => "acs_call_gone",
            Self::Throttled => "acs_throttled",
            Self::Conflict => "acs_conflict",
            Self::Precondition => "acs_precondition",
            Self::BadRequest => "acs_bad_request",
            Self::BadStreamAddress => "acs_bad_stream_address",
            Self::StreamFailed => "acs_stream_failed",
            Self::TranscriptionFailed => "acs_transcription_failed",
            Self::IntelligenceNotLinked => "acs_intelligence_not_linked",
            Self::NotAnsweredInTime => "acs_not_answered_in_time",
            Self::WrongResource => "acs_wrong_resource",
            Self::Unauthenticated => "acs_unauthenticated",
            Self::UnmuteNotAllowed => "acs_unmute_not_allowed",
            Self::Unavailable => "acs_unavailable",
            Self::Other => "acs_refused",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Ended | Self::Gone => "it is not there any more; nothing is left to do",
            Self::Throttled => "ask less often, or have the resource's limits raised",
            Self::Conflict => {
                "another request for the same call is under way; look at the call again"
            }
            Self::Precondition => "wait until the other operation on the call's media has ended",
            Self::BadRequest => "check server.public_url and the numbers and ids in use",
            Self::BadStreamAddress => {
                "the service must reach this server by wss, under a public name with a good certificate"
            }
            Self::StreamFailed => "start streaming anew",
            Self::TranscriptionFailed | Self::IntelligenceNotLinked => {
                "link the resource to an Azure AI resource with a managed identity"
            }
            Self::NotAnsweredInTime => "the caller did not wait; nothing is left to do",
            Self::WrongResource => "use the resource that the caller's id or number belongs to",
            Self::Unauthenticated => "check the access key or identity, and this machine's clock",
            Self::UnmuteNotAllowed => "participants unmute themselves",
            Self::Unavailable => "the service has trouble; try again later",
            Self::Other => {
                "look the sub-code up in the documentation of Azure Communication Services"
            }
        }
    }
}

impl SubCode {
    /// What it means, if it is one of those that mean something to us (`call-automation-sdk.md`, list of sub-codes).
    pub fn meaning(self) -> Option<Meaning> {
        Some(match self.0 {
            5001 | 5010 | 7000 => Meaning::Ended,
            8501 | 8522 | 8528 | 8585 => Meaning::Gone,
            8516 | 8529 | 8530 => Meaning::Throttled,
            8519 => Meaning::Conflict,
            8583 => Meaning::Precondition,
            8523 => Meaning::BadRequest,
            8581 => Meaning::BadStreamAddress,
            8603 | 8604 => Meaning::StreamFailed,
            8578..=8580 => Meaning::TranscriptionFailed,
            8567 | 8606 => Meaning::IntelligenceNotLinked,
            8587 => Meaning::NotAnsweredInTime,
            7507 => Meaning::WrongResource,
            7509 => Meaning::Unauthenticated,
            8566 => Meaning::UnmuteNotAllowed,
            8500 => Meaning::Unavailable,
            _ => return None,
        })
    }
}

/// How something that was asked for came out, as told in a callback.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultInformation {
    /// As an HTTP or SIP status.
    #[serde(default, deserialize_with = "lenient")]
    pub code: Option<u32>,
    /// To the service's own precision.
    #[serde(default, deserialize_with = "lenient")]
    pub sub_code: Option<SubCode>,
    /// In words.
    #[serde(default, deserialize_with = "lenient")]
    pub message: Option<String>,
}

impl ResultInformation {
    /// Whether it came out as it was asked for.
    pub fn is_success(&self) -> bool {
        self.code.is_some_and(|code| (200..300).contains(&code))
    }

    /// What it means, if it is no success, or the end of a call, which is one.
    pub fn meaning(&self) -> Meaning {
        let known = self.sub_code.and_then(SubCode::meaning);
        known.unwrap_or_else(|| of_status(self.code.unwrap_or(0)))
    }
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The code as it came: a sub-code or a word; empty if none came.
    pub code: String,
    /// The sub-code, from the code or from the `DiagCode` of the message.
    pub sub_code: Option<SubCode>,
    /// The message, without what belongs in no log: addresses and anything long are cut out of it.
    pub message: String,
}

/// Longest word of a message that is shown: what is longer is a token or an id.
const LONGEST_WORD: usize = 40;

/// Longest code and message that are kept, in characters.
const LONGEST: (usize, usize) = (64, 400);

impl Refusal {
    /// What a body says; whatever it is, a refusal comes of it.
    pub fn read(status: u16, body: &[u8]) -> Self {
        let body: Json = serde_json::from_slice(body).unwrap_or_default();
        let error = body.get("error").unwrap_or(&body);
        let message = text(error, "message").unwrap_or_default();
        let code = text(error, "code").unwrap_or_default();
        let sub_code = code
            .parse()
            .ok()
            .or_else(|| diagnosed(&message))
            .map(SubCode);
        Self {
            status,
            code: harmless(&code).chars().take(LONGEST.0).collect(),
            sub_code,
            message: harmless(&message).chars().take(LONGEST.1).collect(),
        }
    }

    /// What it means: by the sub-code, or else by the status.
    pub fn meaning(&self) -> Meaning {
        let known = self.sub_code.and_then(SubCode::meaning);
        known.unwrap_or_else(|| of_status(self.status.into()))
    }
}

fn of_status(status: u32) -> Meaning {
    match status {
        401 => Meaning::Unauthenticated,
        404 => Meaning::Gone,
        409 => Meaning::Conflict,
        412 => Meaning::Precondition,
        429 => Meaning::Throttled,
        400 => Meaning::BadRequest,
        408 | 500..=599 => Meaning::Unavailable,
        _ => Meaning::Other,
    }
}

/// The sub-code of `… DiagCode: 404#8522.@`.
fn diagnosed(message: &str) -> Option<u32> {
    let (_, diagnosis) = message.rsplit_once("DiagCode:")?;
    let (_, sub_code) = diagnosis.split_once('#')?;
    let digits = sub_code.split(|letter: char| !letter.is_ascii_digit());
    digits.into_iter().next()?.parse().ok()
}

/// Without addresses, which hold the secrets of calls, long words and control characters.
fn harmless(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words = words.map(|word| {
        if word.contains("://") || word.chars().nth(LONGEST_WORD).is_some() {
            "[…]"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
