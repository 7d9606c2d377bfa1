//! Who may come in, and in which dialect: keys, tokens, secrets, paths, and what is refused as the real service refuses it.

use actix_web::{HttpRequest, http::header};
use serde_json::{Value, json};

use super::{Dialect, complaint::Complaint, identity::Identity, secrets::Secrets};

/// What browsers, which can set no header, put before their key in a subprotocol.
const KEY_PROTOCOL: &str = "openai-insecure-api-key.";

/// Models that only transcribe.
const TRANSCRIBERS: [&str; 3] = ["whisper", "transcribe", "gpt-live"];

/// What became of a request to connect.
#[derive(Debug)]
pub enum Verdict {
    /// A session begins, with this model and configuration.
    Enter {
        /// The model or deployment.
        model: String,
        /// The configuration of its client secret.
        configured: Option<Value>,
    },
    /// No upgrade: this status and body.
    Refuse(u16, Value),
    /// The upgrade, then this complaint, then a close with this code.
    TurnAway(Complaint, u16),
}

/// What opens the gate.
pub struct Keys<'a> {
    /// The key that is right, wherever it stands.
    pub key: &'a str,
    /// Whose tokens are good, as `Authorization: Bearer`.
    pub identity: &'a Identity,
    /// Client secrets, each for its dialect.
    pub secrets: &'a Secrets,
}

impl Keys<'_> {
    /// Whether a request shows the key, or a token.
    fn know(&self, wish: &Wish) -> bool {
        let is_key = |given: &String| given == self.key;
        wish.keys.iter().any(is_key)
            || wish
                .bearers
                .iter()
                .any(|given| self.identity.is_good(given))
    }
}

/// What a request asks for, besides its path.
struct Wish {
    model: Option<String>,
    intent: bool,
    api_version: bool,
    beta: bool,
    keys: Vec<String>,
    /// Those of them that stand behind `Bearer`.
    bearers: Vec<String>,
}

/// Decides about a request to connect.
pub fn decide(request: &HttpRequest, dialect: Dialect, keys: &Keys<'_>) -> Verdict {
    let wish = Wish::of(request);
    if wish.api_version {
        return Verdict::Refuse(
            401,
            json!({"error": {"code": "401", "message": "Access denied: the GA path takes no api-version."}}),
        );
    }
    let is_azure = request.path().starts_with("/openai/");
    let transcribes = wish
        .model
        .as_deref()
        .is_some_and(|model| TRANSCRIBERS.iter().any(|name| model.contains(name)));
    if is_azure && transcribes && dialect == Dialect::Conversation {
        return Verdict::Refuse(
            400,
            json!({"error": {"code": "OpperationNotSupported", "message":
                "The realtime operation does not work with the specified model. Please choose different model and try again."}}),
        );
    }
    if wish.intent {
        return Verdict::Refuse(
            501,
            json!({"error": {"code": "not_emulated", "type": "invalid_request_error", "param": "intent", "message":
                "The emulator does not serve transcription sessions."}}),
        );
    }
    let configured = match wish.allowed(keys, dialect) {
        Ok(configured) => configured,
        Err(complaint) => return Verdict::TurnAway(complaint, 3_000),
    };
    if wish.beta {
        return Verdict::TurnAway(beta(), 4_000);
    }
    let named = configured
        .as_ref()
        .and_then(|session| session["model"].as_str())
        .map(str::to_owned);
    let foreign = transcribes
        || dialect == Dialect::Conversation
            && !is_azure
            && wish
                .model
                .as_deref()
                .is_some_and(|model| model.contains("translate"));
    match wish.model.or(named) {
        Some(model) if !model.is_empty() && !foreign => Verdict::Enter { model, configured },
        _ => {
            let message = "You must provide a model that this endpoint serves, as ?model=.";
            let complaint = Complaint::new("missing_model", message).about("model");
            Verdict::TurnAway(complaint, 4_000)
        }
    }
}

/// Decides about a request that makes a client secret.
///
/// # Errors
/// Why its key is refused.
pub fn check_key(request: &HttpRequest, keys: &Keys<'_>) -> Result<(), Complaint> {
    let wish = Wish::of(request);
    if keys.know(&wish) {
        return Ok(());
    }
    Err(bad_key(wish.keys.first().map_or("", String::as_str)))
}

/// The complaint about the beta dialect, which is no longer served.
pub fn beta() -> Complaint {
    Complaint::new(
        "beta_api_shape_disabled",
        "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.",
    )
}

/// The complaint about a key.
pub fn bad_key(given: &str) -> Complaint {
    let begins: String = given.chars().take(5).collect();
    Complaint::new(
        "invalid_api_key",
        format!("Incorrect API key provided: {begins}***."),
    )
}

impl Wish {
    fn of(request: &HttpRequest) -> Self {
        let (mut model, mut intent, mut api_version, mut keys) = (None, false, false, Vec::new());
        for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
            match &*name {
                "model" => model = Some(value.into_owned()),
                "intent" => intent = value == "transcription",
                "api-version" => api_version = true,
                "api-key" => keys.push(value.into_owned()),
                _ => {}
            }
        }
        let texts = |name: header::HeaderName| {
            request
                .headers()
                .get_all(name)
                .filter_map(|value| value.to_str().ok())
        };
        keys.extend(texts(header::HeaderName::from_static("api-key")).map(str::to_owned));
        let bearers: Vec<String> = texts(header::AUTHORIZATION)
            .filter_map(|value| value.strip_prefix("Bearer "))
            .map(str::to_owned)
            .collect();
        keys.extend(bearers.iter().cloned());
        keys.extend(
            texts(header::SEC_WEBSOCKET_PROTOCOL)
                .flat_map(|value| value.split(','))
                .filter_map(|value| value.trim().strip_prefix(KEY_PROTOCOL))
                .map(str::to_owned),
        );
        Self {
            model,
            intent,
            api_version,
            beta: texts(header::HeaderName::from_static("openai-beta"))
                .any(|value| value.contains("realtime")),
            keys,
            bearers,
        }
    }

    /// The configuration of the secret it shows, if it shows no key.
    fn allowed(&self, keys: &Keys<'_>, dialect: Dialect) -> Result<Option<Value>, Complaint> {
        if keys.know(self) {
            return Ok(None);
        }
        self.keys
            .iter()
            .find_map(|given| keys.secrets.session(given, dialect))
            .map(Some)
            .ok_or_else(|| bad_key(self.keys.first().map_or("", String::as_str)))
    }
}
