//! Why a caller is not let in, and how that is told.

use actix_web::http::StatusCode;

use crate::http::error::ApiError;

/// Why a caller is not let in. Each reason is a short sentence that repeats nothing of what was shown, and fits the close
/// frame of a WebSocket (123 bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A stranger to a server without keys.
    Stranger(&'static str),
    /// No key or token, or one that opens nothing.
    Unauthenticated(&'static str),
    /// A good token of somebody who has no role here.
    NoRole,
    /// The issuer's keys were never to be had, so nobody can tell.
    KeysUnavailable,
}

impl Refusal {
    /// Nothing was shown, or what nobody knows.
    pub(super) fn unknown() -> Self {
        Self::Unauthenticated("this server asks for a key or token, and knows none like this")
    }

    /// Whether another key or token would help.
    pub(super) fn is_of_the_key(self) -> bool {
        matches!(self, Self::Unauthenticated(_) | Self::NoRole)
    }

    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Stranger(why) | Self::Unauthenticated(why) => why,
            Self::NoRole => {
                "the token holds none of the roles client, operator, admin; its issuer gives them"
            }
            Self::KeysUnavailable => {
                "tokens cannot be checked now: the issuer's keys are not to be had; try again in a moment"
            }
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthenticated(why) => Self::unauthenticated(why),
            Refusal::Stranger(why) => Self::forbidden(why),
            Refusal::NoRole => Self::forbidden(refusal.reason()),
            Refusal::KeysUnavailable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "keys_unavailable",
                refusal.reason(),
            ),
        }
    }
}
