//! How the service refuses: a status, and an `error` whose `code` is a text that holds the sub-code.

use serde_json::{Value, json};

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    code: String,
    message: String,
    /// What `Retry-After` says, in seconds.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal with a sub-code, worded as the service does it.
    pub fn new(status: u16, sub_code: u32, message: &str) -> Self {
        Self {
            status,
            code: sub_code.to_string(),
            message: format!("{message} DiagCode: {status}#{sub_code}.@"),
            retry_after: None,
        }
    }

    fn named(status: u16, code: &str, message: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.to_owned(),
            retry_after: None,
        }
    }

    /// Nobody knows who asks.
    pub fn denied() -> Self {
        Self::named(401, "Denied", "Denied by the resource provider.")
    }

    /// The signature is not good.
    pub fn signature(why: &str) -> Self {
        Self::new(401, 7_509, &format!("Hmac Validation Error: {why}."))
    }

    /// The request is not right.
    pub fn invalid(what: &str) -> Self {
        Self::new(400, 8_523, &format!("Request not valid: {what}."))
    }

    /// There is no such call, or it is over.
    pub fn no_call() -> Self {
        Self::new(404, 8_522, "Call not found.")
    }

    /// There is nobody of that name in the call.
    pub fn no_participant() -> Self {
        Self::new(404, 8_522, "Participant not found.")
    }

    /// The call is not established yet.
    pub fn not_established() -> Self {
        Self::new(400, 8_501, "Action not supported, call not established.")
    }

    /// Somebody else did it.
    pub fn conflict() -> Self {
        Self::new(409, 8_519, "Conflict.")
    }

    /// Not in this state.
    pub fn precondition() -> Self {
        Self::new(412, 8_583, "Precondition failed.")
    }

    /// There is no such path, room or user.
    pub fn not_found(what: &str) -> Self {
        Self::named(404, "NotFound", &format!("{what} not found."))
    }

    /// Too much was asked.
    pub fn throttled(seconds: u64) -> Self {
        let refusal = Self::named(429, "TooManyRequests", "Too many requests.");
        refusal.with_retry_after(seconds)
    }

    /// The service does not work.
    pub fn unavailable(seconds: u64) -> Self {
        let refusal = Self::named(503, "ServiceUnavailable", "Service unavailable.");
        refusal.with_retry_after(seconds)
    }

    /// The service has failed.
    pub fn internal() -> Self {
        Self::named(500, "8500", "Internal server error.")
    }

    fn with_retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        json!({"error": {"code": self.code, "message": self.message}})
    }

    /// Status and code in a few words.
    pub fn in_short(&self) -> String {
        format!("{} {}", self.status, self.code)
    }
}
