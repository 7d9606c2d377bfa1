//! What the end of a connection, a refusal, or an objection means: whether another try may help.

use tokio_tungstenite::tungstenite::{Error, error::CapacityError, http::StatusCode};

use super::wire::Objection;
use crate::domain::engine::{EngineError, Trouble};

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The close code; none: without a word.
    pub code: Option<u16>,
    /// What the provider wrote behind it.
    pub reason: String,
}

/// The provider's limit of a session was reached: another is to be opened at once.
pub const EXPIRED: &str = "session_expired";

/// Objections of which no other try is better, by code.
const FATAL: &[&str] = &[
    "access_denied",
    "beta_api_shape_disabled",
    "DeploymentNotFound",
    "insufficient_quota",
    "invalid_api_key",
    "missing_model",
    "model_not_found",
    "OpperationNotSupported",
    "unsupported_model",
];

impl Ending {
    /// What it means, knowing what the provider last objected to.
    pub fn meaning(&self, objected: Option<&Objection>) -> EngineError {
        if let Some(objection) = objected
            && self.code != Some(1000)
            && (is_fatal(objection) || objection.code.as_deref() == Some(EXPIRED))
        {
            return meaning(objection);
        }
        let said = known_words(&self.reason);
        let (trouble, what) = match self.code {
            // Our limit is reached, or the server goes: another one takes over.
            Some(1001) => (Trouble::Expired, "the session reached the provider's limit"),
            Some(1008 | 3000..=4999) => (
                Trouble::Unavailable,
                "the provider refuses us; check the key, the endpoint and the deployment",
            ),
            _ => (Trouble::Failed, "the provider ended the connection"),
        };
        let code = self.code.map_or_else(
            || "without a word".to_owned(),
            |code| format!("close {code}"),
        );
        EngineError::new(trouble, format!("{what} ({code}{said})"))
    }
}

/// What the provider wrote, if it is a code and not prose that may repeat what was sent.
fn known_words(reason: &str) -> String {
    let is_code = !reason.is_empty()
        && reason.len() <= 100
        && reason
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'));
    if is_code {
        format!(" {reason}")
    } else {
        String::new()
    }
}

/// Whether no other try is better.
pub fn is_fatal(objection: &Objection) -> bool {
    let code = objection.code.as_deref().unwrap_or_default();
    FATAL.contains(&code) || matches!(code, "401" | "403")
}

/// What an objection means.
pub fn meaning(objection: &Objection) -> EngineError {
    let name = safe(objection.name());
    let place = objection.param.as_deref().map(safe);
    let place = place.map_or_else(String::new, |place| format!(" at {place}"));
    match objection.code.as_deref() {
        Some(EXPIRED) => EngineError::new(
            Trouble::Expired,
            "the session reached the provider's limit (session_expired)",
        ),
        Some("rate_limit_exceeded") => EngineError::new(
            Trouble::Overloaded,
            "the provider's rate limit is reached (rate_limit_exceeded)",
        ),
        _ if is_fatal(objection) => EngineError::new(
            Trouble::Unavailable,
            format!(
                "the provider refuses us ({name}{place}); check the key, the endpoint and the deployment"
            ),
        ),
        _ => EngineError::new(
            Trouble::Failed,
            format!("the provider objects: {name}{place}"),
        ),
    }
}

/// What of a provider's word may be shown: codes and the names of fields, never prose.
fn safe(word: &str) -> String {
    let is_name = |letter: &char| letter.is_ascii_alphanumeric() || "_.[]'-".contains(*letter);
    word.chars().filter(is_name).take(80).collect()
}

/// What it means that no connection came about.
pub fn not_connected(error: &Error) -> EngineError {
    match error {
        Error::Http(answer) => refused(answer.status()),
        Error::Tls(_) => EngineError::new(
            Trouble::Failed,
            "the provider's certificate is not trusted here",
        ),
        Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => EngineError::new(
            Trouble::Failed,
            "the provider's certificate is not trusted here",
        ),
        Error::Io(error) => EngineError::new(
            Trouble::Failed,
            format!("the provider cannot be reached: {}", error.kind()),
        ),
        _ => EngineError::new(Trouble::Failed, "what answers there is no realtime service"),
    }
}

fn refused(status: StatusCode) -> EngineError {
    let (trouble, what) = match status.as_u16() {
        429 => (Trouble::Overloaded, "the provider's rate limit is reached"),
        300..=499 => (
            Trouble::Unavailable,
            "the provider refuses us; check the key, the endpoint and the deployment",
        ),
        _ => (Trouble::Failed, "the provider takes no connection"),
    };
    EngineError::new(trouble, format!("{what} (status {})", status.as_u16()))
}

/// What it means that a connection broke.
pub fn broken(error: &Error) -> EngineError {
    let what = match error {
        Error::Capacity(CapacityError::MessageTooLong { .. }) => {
            "the provider sent a message that is too large".to_owned()
        }
        Error::Protocol(_) | Error::Utf8(_) => {
            "the provider sent what is no WebSocket frame".to_owned()
        }
        Error::Io(error) => format!("the connection to the provider broke: {}", error.kind()),
        _ => "the connection to the provider broke".to_owned(),
    };
    EngineError::new(Trouble::Failed, what)
}
