//! Who we are to a provider: a key, or a token that Microsoft Entra gives and that is renewed before it ends.
//!
//! A token is asked for by one caller at a time, kept, and asked for anew ahead of its end; while it is good it is used
//! even if no new one can be had. Nothing here is ever logged.

use std::time::Duration;

use reqwest::{Client, Response, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tokio::{sync::Mutex, time::Instant};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderName, HeaderValue};
use url::{Url, form_urlencoded};

use super::encryption::encryption;
use super::settings::{Account, CredentialSettings, Provider};
use crate::domain::engine::{EngineError, Trouble};

/// What a token is for (Azure OpenAI, addresses with `/openai/v1`).
const SCOPE: &str = "https://ai.azure.com/.default";

/// The same as the managed identity's endpoint has it.
const RESOURCE: &str = "https://ai.azure.com";

/// How long before its end a token is asked for anew; half its life if that is shorter.
const AHEAD: Duration = Duration::from_secs(300);

/// How long a token lasts that does not say so.
const USUAL_LIFE: Duration = Duration::from_secs(3_600);

/// Longest wait for a token.
const DEADLINE: Duration = Duration::from_secs(10);

/// Largest answer that is read, in bytes; a token has some 2 KB.
const LARGEST: usize = 64 * 1024;

/// Who we are, and the token that says so.
pub struct Credential {
    provider: Provider,
    settings: CredentialSettings,
    organization: Option<String>,
    project: Option<String>,
    /// Whoever holds this asks; the others wait for the answer.
    token: Mutex<Option<Token>>,
    client: Option<Client>,
}

struct Token {
    value: SecretString,
    renew_at: Instant,
    ends_at: Instant,
}

impl Credential {
    /// Who an account says we are.
    ///
    /// # Errors
    /// If this machine has no certificates to know others by.
    pub fn new(account: &Account, settings: CredentialSettings) -> Result<Self, EngineError> {
        let client = token_address(&settings).map(asker).transpose()?;
        Ok(Self {
            provider: account.provider,
            settings,
            organization: account.organization.clone(),
            project: account.project.clone(),
            token: Mutex::new(None),
            client,
        })
    }

    /// The headers that say who we are.
    ///
    /// # Errors
    /// [`Trouble::Unavailable`] if Entra does not know us, [`Trouble::Failed`] if it cannot be asked.
    pub async fn headers(&self) -> Result<HeaderMap, EngineError> {
        let mut headers = HeaderMap::new();
        let mut add = |name: &'static str, text: &str| {
            let mut value = HeaderValue::from_str(text).map_err(|_| unwritable(name))?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
            Ok::<_, EngineError>(())
        };
        match (&self.settings, self.provider) {
            (CredentialSettings::Key(key), Provider::Azure) => {
                add("api-key", key.expose_secret())?;
            }
            (CredentialSettings::Key(key), Provider::OpenAi) => {
                add("authorization", &format!("Bearer {}", key.expose_secret()))?;
            }
            _ => {
                let token = self.token().await?;
                add(
                    "authorization",
                    &format!("Bearer {}", token.expose_secret()),
                )?;
            }
        }
        if self.provider == Provider::OpenAi {
            if let Some(organization) = &self.organization {
                add("openai-organization", organization)?;
            }
            if let Some(project) = &self.project {
                add("openai-project", project)?;
            }
        }
        Ok(headers)
    }

    /// A token that is still good.
    async fn token(&self) -> Result<SecretString, EngineError> {
        let mut kept = self.token.lock().await;
        let now = Instant::now();
        if let Some(token) = kept.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.value.clone());
        }
        match self.fetch().await {
            Ok(token) => Ok(kept.insert(token).value.clone()),
            Err(error) => match kept.as_ref().filter(|token| now < token.ends_at) {
                Some(token) => {
                    tracing::warn!(%error, "no new token is to be had; the old one is used while it lasts");
                    Ok(token.value.clone())
                }
                None => Err(error),
            },
        }
    }

    async fn fetch(&self) -> Result<Token, EngineError> {
        let none = || refused("a key needs none");
        let client = self.client.as_ref().ok_or_else(none)?;
        let request = match &self.settings {
            CredentialSettings::Key(_) => return Err(none()),
            CredentialSettings::Entra {
                authority,
                tenant,
                client_id,
                client_secret,
            } => {
                let mut url = Url::parse(authority).map_err(|_| refused("its address is none"))?;
                url.path_segments_mut()
                    .map_err(|()| refused("its address is none"))?
                    .pop_if_empty()
                    .extend([tenant, "oauth2", "v2.0", "token"]);
                let form = form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_id", client_id)
                    .append_pair("client_secret", client_secret.expose_secret())
                    .append_pair("scope", SCOPE)
                    .finish();
                let kind = "application/x-www-form-urlencoded";
                client.post(url).header("content-type", kind).body(form)
            }
            CredentialSettings::ManagedIdentity {
                endpoint,
                client_id,
            } => {
                let base = endpoint.trim_end_matches('/');
                let path = format!("{base}/metadata/identity/oauth2/token");
                let mut url = Url::parse(&path).map_err(|_| refused("its address is none"))?;
                url.query_pairs_mut()
                    .append_pair("api-version", "2018-02-01")
                    .append_pair("resource", RESOURCE);
                if let Some(client_id) = client_id {
                    url.query_pairs_mut().append_pair("client_id", client_id);
                }
                client.get(url).header("Metadata", "true")
            }
        };
        let answer = request.send().await.map_err(|error| unreachable(&error))?;
        read(answer).await
    }
}

/// What asks for tokens at an address.
fn asker(address: &str) -> Result<Client, EngineError> {
    // Who is sent elsewhere does not know whom to trust there, and a machine's own identity is not asked for by way of
    // others.
    let mut client = Client::builder()
        .timeout(DEADLINE)
        .redirect(Policy::none())
        .tls_backend_preconfigured(encryption()?.as_ref().clone());
    if address.starts_with("http://") {
        client = client.no_proxy();
    }
    client.build().map_err(|error| {
        EngineError::new(
            Trouble::Unavailable,
            format!("no encrypted connection can be made: {error}"),
        )
    })
}

fn token_address(settings: &CredentialSettings) -> Option<&str> {
    match settings {
        CredentialSettings::Key(_) => None,
        CredentialSettings::Entra { authority, .. } => Some(authority),
        CredentialSettings::ManagedIdentity { endpoint, .. } => Some(endpoint),
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    /// Seconds, which the managed identity's endpoint writes as text.
    expires_in: Option<Value>,
}

#[derive(Deserialize, Default)]
struct Denied {
    error: Option<String>,
    /// What Entra calls `AADSTS…`.
    #[serde(default)]
    error_codes: Vec<u64>,
}

async fn read(mut answer: Response) -> Result<Token, EngineError> {
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + part.len() > LARGEST {
            return Err(failed("it answers with too much"));
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
        return Err(refused(&why.join(" ")));
    }
    if !status.is_success() {
        return Err(failed(&format!(
            "it answers with status {}",
            status.as_u16()
        )));
    }
    let granted: Granted =
        serde_json::from_slice(&body).map_err(|_| failed("it answers without a token"))?;
    let seconds = granted.expires_in.as_ref().and_then(seconds);
    let life = seconds.map_or(USUAL_LIFE, Duration::from_secs);
    let now = Instant::now();
    Ok(Token {
        value: granted.access_token,
        renew_at: now + life - AHEAD.min(life / 2),
        ends_at: now + life,
    })
}

fn seconds(value: &Value) -> Option<u64> {
    let day = 24 * 3_600;
    let seconds = match value {
        Value::Number(number) => number.as_f64()? as u64,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Some(seconds.min(day))
}

fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn refused(why: &str) -> EngineError {
    EngineError::new(
        Trouble::Unavailable,
        format!(
            "Microsoft Entra gives no token ({why}); check engines.azure_openai.entra or managed_identity"
        ),
    )
}

fn failed(why: &str) -> EngineError {
    EngineError::new(
        Trouble::Failed,
        format!("Microsoft Entra gives no token: {why}"),
    )
}

fn unreachable(error: &reqwest::Error) -> EngineError {
    let why = if error.is_timeout() {
        "it does not answer in time"
    } else {
        "it cannot be reached"
    };
    failed(why)
}

fn unwritable(header: &str) -> EngineError {
    EngineError::new(
        Trouble::Unavailable,
        format!(
            "what is set for {header} holds characters that no header takes; check engines.azure_openai"
        ),
    )
}
