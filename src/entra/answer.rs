//! What Entra, or the machine's own endpoint, answers to who wants a token.

use std::time::Duration;

use reqwest::Response;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::{NoToken, unreachable};

/// How long a token lasts that does not say so.
const USUAL_LIFE: Duration = Duration::from_secs(3_600);

/// Longest life that is believed, in seconds.
const LONGEST_LIFE: u64 = 24 * 3_600;

/// Largest answer that is read, in bytes; a token has some 2 KB.
const LARGEST: usize = 64 * 1024;

/// A token, and how long it is good.
pub struct Granted {
    pub token: SecretString,
    pub life: Duration,
}

#[derive(Deserialize)]
struct Grant {
    access_token: SecretString,
    /// Seconds, which the machine's own endpoint writes as text.
    expires_in: Option<Value>,
}

#[derive(Deserialize, Default)]
struct Denied {
    error: Option<String>,
    /// What Entra calls `AADSTS…`.
    #[serde(default)]
    error_codes: Vec<u64>,
}

/// Reads it.
///
/// # Errors
/// [`NoToken`] if it holds no token.
pub async fn read(mut answer: Response) -> Result<Granted, NoToken> {
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + part.len() > LARGEST {
            return Err(NoToken::Failed("it answers with too much".to_owned()));
        }
        body.extend_from_slice(&part);
    }
    if status.is_client_error() && status.as_u16() != 429 {
        // The codes alone: descriptions repeat what was sent.
        let denied = serde_json::from_slice::<Denied>(&body).unwrap_or_default();
        let code = denied.error.filter(|code| is_word(code));
        let number = denied.error_codes.first();
        let number = number.map(|number| format!("AADSTS{number}"));
        let status = format!("status {}", status.as_u16());
        let why: Vec<_> = [Some(status), code, number].into_iter().flatten().collect();
        return Err(NoToken::Refused(why.join(" ")));
    }
    if !status.is_success() {
        let why = format!("it answers with status {}", status.as_u16());
        return Err(NoToken::Failed(why));
    }
    let grant: Grant = serde_json::from_slice(&body)
        .map_err(|_| NoToken::Failed("it answers without a token".to_owned()))?;
    let seconds = grant.expires_in.as_ref().and_then(seconds);
    Ok(Granted {
        token: grant.access_token,
        life: seconds.map_or(USUAL_LIFE, Duration::from_secs),
    })
}

fn seconds(value: &Value) -> Option<u64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()? as u64,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(seconds.min(LONGEST_LIFE))
}

fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
