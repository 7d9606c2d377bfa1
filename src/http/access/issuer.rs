//! Asking an issuer for its public keys over HTTP.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value as Json;

use super::published_key::PublishedKey;

/// Longest time one fetch may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Largest key set read, in bytes: real ones have a few thousand.
const LARGEST: usize = 1024 * 1024;

/// Where keys are fetched from.
#[derive(Debug, Clone)]
pub(super) struct Issuer {
    client: Client,
    url: String,
}

/// Why no keys came.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("it cannot be reached: {}", causes(.0))]
    Unreachable(reqwest::Error),
    #[error("it answers {0}; the address must be that of the key set itself, without redirects")]
    Status(u16),
    #[error("it answers with more than {LARGEST} bytes")]
    TooLarge,
    #[error("it answers with something that is no JWK set")]
    NoKeySet,
    #[error("none of its keys can check signatures (RSA, P-256, P-384 or Ed25519 are wanted)")]
    NoUsableKey,
}

impl Issuer {
    /// The issuer whose keys lie at `url`, which is a checked setting.
    ///
    /// # Errors
    /// If this machine has no certificates to know the issuer by.
    pub(super) fn new(url: &str) -> Result<Self, reqwest::Error> {
        let mut client = Client::builder()
            .timeout(DEADLINE)
            // Who is sent elsewhere does not know whom to trust there.
            .redirect(Policy::none());
        if url.starts_with("http://") {
            // This machine is not reached by way of others.
            client = client.no_proxy();
        }
        Ok(Self {
            client: client.build()?,
            url: url.to_owned(),
        })
    }

    /// Its keys; nothing, and a line in the log, if they are not to be had.
    pub(super) async fn keys(&self) -> Option<Vec<PublishedKey>> {
        match self.fetch().await {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "keys of the token issuer fetched");
                Some(keys)
            }
            Err(error) => {
                tracing::warn!(
                    %error,
                    "the issuer's keys cannot be fetched from auth.jwt.jwks_url; what is known of them stays in use"
                );
                None
            }
        }
    }

    async fn fetch(&self) -> Result<Vec<PublishedKey>, FetchError> {
        let unreachable = |error: reqwest::Error| FetchError::Unreachable(error.without_url());
        let mut answer = self
            .client
            .get(&self.url)
            .send()
            .await
            .map_err(unreachable)?;
        if !answer.status().is_success() {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + part.len() > LARGEST {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&part);
        }
        let set: Json = serde_json::from_slice(&body).map_err(|_| FetchError::NoKeySet)?;
        let keys = set["keys"].as_array().ok_or(FetchError::NoKeySet)?;
        let usable: Vec<_> = keys.iter().filter_map(PublishedKey::read).collect();
        if usable.is_empty() {
            return Err(FetchError::NoUsableKey);
        }
        Ok(usable)
    }
}

/// The whole chain: the last link says what is wrong ("connection refused", "certificate has expired").
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
