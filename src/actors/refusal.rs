//! Why an actor did not do what it was asked, with the code that goes outward.

use serde_json::Value;

use crate::{
    actors::{outbox::Parcel, outlet::Outlet},
    domain::{engine::EngineError, server_message::ServerMessage, session_config::ConfigError},
    store::archive::ArchiveError,
    supervision::{AskError, StartError},
};

/// A refusal: a stable code and words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable, snake case.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The server is on its way down.
    pub fn stopping() -> Self {
        Self::new(
            "restarting",
            "the server is shutting down; connect again in a moment",
        )
    }

    /// Sends this as the error answer to what `reference` names.
    pub fn answer(&self, outlet: &Outlet, reference: Option<&Value>) {
        let error = ServerMessage::error(self.code, self.message.clone());
        outlet.deliver(Parcel::lasting(error.encode(reference)));
    }
}

impl From<ConfigError> for Refusal {
    fn from(error: ConfigError) -> Self {
        Self::new("invalid_config", error.to_string())
    }
}

impl From<ArchiveError> for Refusal {
    fn from(error: ArchiveError) -> Self {
        let code = match error {
            ArchiveError::Exists => "session_exists",
            ArchiveError::Full => "too_many_sessions",
            ArchiveError::OwnerFull => "too_many_own_sessions",
            ArchiveError::Elsewhere => "room_elsewhere",
            ArchiveError::Store(_) => "store_unavailable",
        };
        Self::new(code, error.to_string())
    }
}

impl From<&EngineError> for Refusal {
    fn from(error: &EngineError) -> Self {
        Self::new(error.code(), error.message.clone())
    }
}

impl From<StartError> for Refusal {
    fn from(_: StartError) -> Self {
        Self::stopping()
    }
}

impl From<AskError> for Refusal {
    fn from(error: AskError) -> Self {
        Self::new(
            "busy",
            format!("the request was not handled ({error}); send it again in a moment"),
        )
    }
}
