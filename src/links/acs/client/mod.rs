//! Asks the service for something, over HTTP.
//!
//! Each request has a budget: the time in which it must be done with, attempts and pauses together. Within it the service's
//! `Retry-After` is kept, or else there is a pause of any length up to one that doubles. What is repeated is the same request
//! to the service (`Repeatability-Request-ID`), signed anew.

mod attempt;
mod calls;
mod error;
mod identities;
mod media;
mod participants;
mod request;
mod retry;
mod rooms;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _};
use reqwest::redirect::Policy;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep, timeout};
use uuid::{Builder, Uuid};

pub use self::calls::Ended;
pub use self::error::AcsError;
use self::request::Request;
use self::retry::{LONGEST_PAUSE, MOST_ATTEMPTS, Verdict};
pub use self::settings::{ClientSettings, WallClock};
use super::signing::{Authorise, rfc1123};
use crate::domain::breaker::full_jitter;

/// Asks the service. Cheap to share, as one behind an [`Arc`]: connections are kept and used again.
pub struct Client {
    http: reqwest::Client,
    settings: ClientSettings,
    authorise: Arc<dyn Authorise>,
    clock: WallClock,
    chance: Mutex<StdRng>,
}

/// What stays the same however often a request is sent.
struct Ids {
    client_request: Uuid,
    /// Of requests that the service is to do once, however often they come.
    repeatability: Option<Repeatability>,
}

struct Repeatability {
    request: Uuid,
    first_sent: String,
}

impl Client {
    /// A client that says by `authorise` who we are, tells the time of day by `clock`, and takes ids and pauses from `chance`.
    ///
    /// # Errors
    /// If this machine has no certificates to know the service by.
    pub fn new(
        settings: ClientSettings,
        authorise: Arc<dyn Authorise>,
        clock: WallClock,
        chance: StdRng,
    ) -> Result<Self, reqwest::Error> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("interpres/", env!("CARGO_PKG_VERSION")))
            // What is signed for one place is not sent to another.
            .redirect(Policy::none());
        if settings.endpoint.is_plain() {
            // This machine is not reached by way of others.
            http = http.no_proxy();
        }
        Ok(Self {
            http: http.build()?,
            settings,
            authorise,
            clock,
            chance: Mutex::new(chance),
        })
    }

    /// Sends a request until it is answered for good, or its budget is used up. Gives the body.
    async fn send(&self, request: &Request, budget: Duration) -> Result<Vec<u8>, AcsError> {
        let deadline = Instant::now() + budget;
        let ids = self.ids(request);
        let mut failures = 0;
        // An attempt that may have been done, which no later failure makes undone.
        let mut unclear = None;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let attempt = timeout(left.min(self.settings.attempt), self.attempt(request, &ids));
            let error = match attempt.await {
                Ok(Ok(body)) => return Ok(body),
                Ok(Err(error)) => error,
                Err(_) => AcsError::TimedOut {
                    operation: request.operation,
                },
            };
            failures += 1;
            if error.may_have_been_done() {
                unclear = Some(error.clone());
            }
            let pause = match retry::verdict(request, &error) {
                // The service knows the request again, so what it says for good is said of all attempts.
                Verdict::Final if error.meaning().is_some() => return Err(error),
                Verdict::Final => return Err(unclear.unwrap_or(error)),
                Verdict::After(pause) => pause,
                Verdict::BackOff => {
                    let chance = self.chance.lock().random();
                    full_jitter(self.settings.pause, LONGEST_PAUSE, failures - 1, chance)
                }
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if failures >= MOST_ATTEMPTS || pause >= left {
                return Err(unclear.unwrap_or(error));
            }
            tracing::debug!(operation = request.operation, %error, failures, "asking again");
            sleep(pause).await;
        }
    }

    fn ids(&self, request: &Request) -> Ids {
        let repeatability = request.is_repeatable.then(|| Repeatability {
            request: self.uuid(),
            first_sent: rfc1123(self.now()),
        });
        Ids {
            client_request: self.uuid(),
            repeatability,
        }
    }

    fn now(&self) -> OffsetDateTime {
        (self.clock)().into()
    }

    fn uuid(&self) -> Uuid {
        let mut random = [0; 16];
        self.chance.lock().fill_bytes(&mut random);
        Builder::from_random_bytes(random).into_uuid()
    }
}
