//! Tokens instead of a signature: one that is set, and those that the emulator's own token endpoint gives.
//!
//! The endpoint is `POST /{tenant}/oauth2/v2.0/token`, as Microsoft Entra has it; any application with any secret is given
//! a token, as long as it asks for the scope of this service.

use std::collections::HashMap;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data},
};
use parking_lot::Mutex;
use serde_json::json;
use tokio::time::{Duration, Instant};
use url::form_urlencoded;

use super::service::Service;

/// The scope, which has one slash or two.
const RESOURCE: &str = "https://communication.azure.com";

/// How long a token is good.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// How many tokens are known at once; more are not given.
const MOST_TOKENS: usize = 10_000;

/// The tokens that are good.
pub struct Tokens {
    fixed: String,
    given: Mutex<HashMap<String, Instant>>,
}

impl Tokens {
    /// This one, and those that will be given.
    pub fn new(fixed: String) -> Self {
        Self {
            fixed,
            given: Mutex::default(),
        }
    }

    /// Whether a token is good now.
    pub fn is_good(&self, token: &str) -> bool {
        token == self.fixed
            || self
                .given
                .lock()
                .get(token)
                .is_some_and(|ends| *ends > Instant::now())
    }

    fn give(&self) -> Option<String> {
        let mut given = self.given.lock();
        let now = Instant::now();
        given.retain(|_, ends| *ends > now);
        if given.len() >= MOST_TOKENS {
            return None;
        }
        let token = format!("emulated.{:032x}.entra", rand::random::<u128>());
        given.insert(token.clone(), now + LIFETIME);
        Some(token)
    }
}

/// The token endpoint.
pub async fn give(body: Bytes, service: Data<Service>) -> HttpResponse {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let refuse = |error: &str, why: &str| {
        HttpResponse::BadRequest().json(json!({"error": error, "error_description": why}))
    };
    if field("grant_type") != "client_credentials" {
        return refuse(
            "unsupported_grant_type",
            "only client_credentials is emulated",
        );
    }
    if field("client_id").is_empty() || field("client_secret").is_empty() {
        return refuse("invalid_request", "client_id and client_secret are needed");
    }
    let scope = field("scope").trim_end_matches("/.default");
    if scope.trim_end_matches('/') != RESOURCE {
        return refuse("invalid_scope", "ask for communication.azure.com");
    }
    match service.tokens.give() {
        Some(token) => HttpResponse::Ok().json(json!({
            "token_type": "Bearer",
            "expires_in": LIFETIME.as_secs(),
            "ext_expires_in": LIFETIME.as_secs(),
            "access_token": token,
        })),
        None => refuse("temporarily_unavailable", "too many tokens are good"),
    }
}
