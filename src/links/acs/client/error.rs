//! What can go wrong when the service is asked.

use std::time::Duration;

use crate::links::acs::signing::NotAuthorised;
use crate::links::acs::wire::error::{Meaning, Refusal, SubCode};

/// Why the service did not do what it was asked for. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcsError {
    /// It refuses.
    #[error(
        "{operation} is refused with status {} {}: {}; {}",
        .refusal.status, .refusal.code, .refusal.message, .refusal.meaning().advice()
    )]
    Refused {
        /// What was asked for.
        operation: &'static str,
        /// What it says.
        refusal: Refusal,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// It cannot be connected to; nothing was sent.
    #[error(
        "{operation}: the service cannot be reached ({why}); check acs.endpoint and the network"
    )]
    Unreachable {
        /// What was asked for.
        operation: &'static str,
        /// What is in the way.
        why: String,
    },
    /// The connection broke before the answer was there; it may have been done.
    #[error("{operation}: the connection to the service broke ({why})")]
    Broken {
        /// What was asked for.
        operation: &'static str,
        /// What broke it.
        why: String,
    },
    /// It did not answer in time; it may have been done.
    #[error("{operation}: the service does not answer in time")]
    TimedOut {
        /// What was asked for.
        operation: &'static str,
    },
    /// It did what it was asked for, and says so in a way that is not understood.
    #[error("{operation}: the service's answer is not understood")]
    Unreadable {
        /// What was asked for.
        operation: &'static str,
    },
    /// An id that nothing can have; nothing was sent.
    #[error("{operation}: an id that no call and nobody can have")]
    BadId {
        /// What was asked for.
        operation: &'static str,
    },
    /// The rest of a list is said to lie elsewhere, or to go on without end.
    #[error("{operation}: the next page of a list is not at the service, or there are too many")]
    StrangeLink {
        /// What was asked for.
        operation: &'static str,
    },
    /// Nobody can say who we are; nothing was sent.
    #[error("{operation}: {error}")]
    NotAuthorised {
        /// What was asked for.
        operation: &'static str,
        /// Why.
        error: NotAuthorised,
    },
}

impl AcsError {
    /// Its stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { refusal, .. } => refusal.meaning().code(),
            Self::Unreachable { .. } => "acs_unreachable",
            Self::Broken { .. } => "acs_connection_broken",
            Self::TimedOut { .. } => "acs_timed_out",
            Self::Unreadable { .. } => "acs_unreadable_answer",
            Self::BadId { .. } => "acs_bad_id",
            Self::StrangeLink { .. } => "acs_strange_link",
            Self::NotAuthorised { .. } => "acs_not_authorised",
        }
    }

    /// What a refusal means; nothing if it is none.
    pub fn meaning(&self) -> Option<Meaning> {
        match self {
            Self::Refused { refusal, .. } => Some(refusal.meaning()),
            _ => None,
        }
    }

    /// Whether there is no such call any more.
    pub fn is_gone(&self) -> bool {
        matches!(self.meaning(), Some(Meaning::Gone | Meaning::Ended))
    }

    /// Whether the service itself says so, by a code of its own: a bare 404 may be of somebody on the way.
    pub fn says_gone(&self) -> bool {
        let Self::Refused { refusal, .. } = self else {
            return false;
        };
        let said = refusal.sub_code.and_then(SubCode::meaning);
        matches!(said, Some(Meaning::Gone | Meaning::Ended))
    }

    /// Whether the service may have done it although it did not say so.
    pub fn may_have_been_done(&self) -> bool {
        match self {
            Self::Broken { .. } | Self::TimedOut { .. } | Self::Unreadable { .. } => true,
            // Trouble on the way, or in the middle of it; 503 is said before anything is done.
            Self::Refused { refusal, .. } => refusal.status >= 500 && refusal.status != 503,
            _ => false,
        }
    }
}
