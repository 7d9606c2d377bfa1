//! Whether a request is sent again.
//!
//! As the official SDK does (azure-core): after any refusal that names a time; else a POST after 500, 503 and 504, a GET or
//! DELETE after 408, 429, 500, 502, 503 and 504. And as the documentation says: after 429, and what means the same, whatever
//! the method. Connections that break are tried again unless that could do twice what was asked for once.

use std::time::Duration;

use reqwest::Method;

use super::error::AcsError;
use super::request::Request;
use crate::links::acs::wire::error::Meaning;

/// Longest pause where the service names none.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Most attempts, however fast they fail (azure-core, `retry_total`).
pub(super) const MOST_ATTEMPTS: u32 = 10;

/// What becomes of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is over.
    Final,
    /// It is sent again after this time.
    After(Duration),
    /// It is sent again after a pause of our choice.
    BackOff,
}

pub(super) fn verdict(request: &Request, error: &AcsError) -> Verdict {
    let (refusal, retry_after) = match error {
        AcsError::Refused {
            refusal,
            retry_after,
            ..
        } => (refusal, retry_after),
        AcsError::Unreachable { .. } => return Verdict::BackOff,
        AcsError::Broken { .. } | AcsError::TimedOut { .. } if request.can_be_sent_again() => {
            return Verdict::BackOff;
        }
        _ => return Verdict::Final,
    };
    if let Some(pause) = retry_after {
        return Verdict::After(*pause);
    }
    let is_retried = match request.method {
        Method::GET | Method::DELETE => [408, 429, 500, 502, 503, 504].contains(&refusal.status),
        _ => [500, 503, 504].contains(&refusal.status),
    };
    if is_retried || refusal.meaning() == Meaning::Throttled {
        Verdict::BackOff
    } else {
        Verdict::Final
    }
}
