//! What a client is told once.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::time::Timestamp;
use crate::links::acs::signing::Endpoint;

/// Tells the time of day; a test holds it still.
pub type WallClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where and in which versions the service is asked.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Where.
    pub endpoint: Endpoint,
    /// `api-version` of calls.
    pub calling_version: String,
    /// `api-version` of identities.
    pub identity_version: String,
    /// `api-version` of rooms.
    pub rooms_version: String,
    /// Longest time of one attempt; a request's budget is cut into as many as fit.
    pub attempt: Duration,
    /// Longest of the first pauses where the service names none; each later one may be twice as long.
    pub pause: Duration,
}

impl ClientSettings {
    /// The versions that the reference was taken from: what a call needs has been the same since 2025-05-15.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            calling_version: "2026-03-12".to_owned(),
            identity_version: "2023-10-01".to_owned(),
            rooms_version: "2025-03-13".to_owned(),
            attempt: Duration::from_secs(5),
            // That of the official SDK (azure-core, `retry_backoff_factor`).
            pause: Duration::from_millis(800),
        }
    }
}
