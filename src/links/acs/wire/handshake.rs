//! How Event Grid makes sure that an address takes its events, before it sends any.
//!
//! In its own schema it sends an event whose code is given back in the answer; for CloudEvents it asks with `OPTIONS`.

use serde::{Deserialize, Serialize};

use super::confidential::Confidential;
use super::lenient::lenient;

/// What it sends in its own schema.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionValidation {
    /// What is to be given back.
    pub validation_code: Confidential,
    /// What may be asked for instead of giving the code back, within five minutes.
    #[serde(default, deserialize_with = "lenient")]
    pub validation_url: Option<Confidential>,
}

/// The answer to it, with status 200 and no other, and nothing around it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationResponse {
    /// What was sent.
    pub validation_response: Confidential,
}

impl SubscriptionValidation {
    /// What is answered.
    pub fn response(&self) -> ValidationResponse {
        ValidationResponse {
            validation_response: self.validation_code.clone(),
        }
    }
}

/// What it asks with `OPTIONS` for CloudEvents, and what is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    origin: String,
    rate: String,
}

/// Longest name of who asks: that of any host.
const LONGEST_ORIGIN: usize = 253;

/// Longest rate: any number that means something.
const LONGEST_RATE: usize = 9;

impl Handshake {
    /// What the headers `WebHook-Request-Origin` and `WebHook-Request-Rate` (events a minute) ask for; nothing if they ask for
    /// nothing, or the origin is no name of a host.
    pub fn read(origin: Option<&str>, rate: Option<&str>) -> Option<Self> {
        let origin = origin?.trim();
        let is_name = (1..=LONGEST_ORIGIN).contains(&origin.len())
            && origin
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
        let rate = rate.map(str::trim).filter(|rate| {
            (1..=LONGEST_RATE).contains(&rate.len())
                && rate.bytes().all(|byte| byte.is_ascii_digit())
        });
        is_name.then(|| Self {
            origin: origin.to_owned(),
            // Whoever names no rate may send as fast as they like.
            rate: rate.unwrap_or("*").to_owned(),
        })
    }

    /// The headers of the answer, whose status is 200.
    pub fn headers(&self) -> [(&'static str, &str); 3] {
        [
            ("WebHook-Allowed-Origin", &self.origin),
            ("WebHook-Allowed-Rate", &self.rate),
            ("Allow", "POST, OPTIONS"),
        ]
    }
}
