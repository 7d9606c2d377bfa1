//! What is wrong with a client's event, in the shape of the service's `error` events.

use serde_json::{Value, json};

/// One `error` event to be. Codes are the service's; the wording is close to it and nobody should match on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaint {
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl Complaint {
    /// The client's event is wrong.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind: "invalid_request_error",
            code: Some(code),
            message: message.into(),
            param: None,
        }
    }

    /// The service is in trouble; it gives no code then.
    pub fn server(message: impl Into<String>) -> Self {
        Self {
            kind: "server_error",
            code: None,
            message: message.into(),
            param: None,
        }
    }

    /// A parameter that does not exist.
    pub fn unknown_parameter(param: &str) -> Self {
        Self::new(
            "unknown_parameter",
            format!("Unknown parameter: '{param}'."),
        )
        .about(param)
    }

    /// A parameter that must be there.
    pub fn missing_parameter(param: &str) -> Self {
        Self::new(
            "missing_required_parameter",
            format!("Missing required parameter: '{param}'."),
        )
        .about(param)
    }

    /// A value that is none of those that can be chosen.
    pub fn not_among(value: &str, supported: &[&str], param: &str) -> Self {
        let shown: String = value.chars().take(80).collect();
        let message = format!(
            "Invalid value: '{shown}'. Supported values are: {}.",
            listed(supported)
        );
        Self::new("invalid_value", message).about(param)
    }

    /// An audio field that does not hold audio.
    pub fn invalid_audio() -> Self {
        Self::new(
            "invalid_value",
            "Invalid 'audio'. Expected base64-encoded 24 kHz PCM16 mono audio bytes.",
        )
        .about("audio")
    }

    /// The same, about this parameter.
    pub fn about(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// The stable code, where there is one.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The `error` object alone, as HTTP answers hold it.
    pub fn body(&self) -> Value {
        json!({"type": self.kind, "code": self.code, "message": self.message, "param": self.param})
    }

    /// The event, about a client's event with this id.
    pub fn event(&self, client_event: Option<&str>) -> Value {
        let mut error = self.body();
        error["event_id"] = json!(client_event);
        json!({"type": "error", "error": error})
    }
}

/// `'a', 'b', and 'c'`, as the service lists values.
fn listed(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
    }
}
