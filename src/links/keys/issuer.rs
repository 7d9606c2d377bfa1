//! Asking an issuer for its public keys over HTTP: at the address of its key set, or by way of its OpenID configuration.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value as Json;

use super::published_key::PublishedKey;
use crate::config::is_secure;
use crate::links::causes::causes;

/// Longest time one request may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// Largest answer read, in bytes: real ones have a few thousand.
const LARGEST: usize = 1024 * 1024;

/// Where keys are fetched from.
#[derive(Debug, Clone)]
pub struct Issuer {
    client: Client,
    found: Found,
    setting: &'static str,
}

/// How the key set is found.
#[derive(Debug, Clone)]
enum Found {
    /// It lies at this address.
    Keys(String),
    /// The OpenID configuration at `url`, which must be of this issuer, names its address.
    Configuration { url: String, issuer: String },
}

/// Why no keys came.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("it cannot be reached: {}", causes(.0))]
    Unreachable(reqwest::Error),
    #[error("it answers {0}; the address must be that of the document itself, without redirects")]
    Status(u16),
    #[error("it answers with more than {LARGEST} bytes")]
    TooLarge,
    #[error("its configuration is no OpenID configuration")]
    NoConfiguration,
    #[error("its configuration is of another issuer")]
    OtherIssuer,
    #[error(
        "its configuration names an address of keys (jwks_uri) that anybody on the way could answer for; it must be https"
    )]
    Insecure,
    #[error("it answers with something that is no JWK set")]
    NoKeySet,
    #[error("none of its keys can check signatures (RSA, P-256, P-384 or Ed25519 are wanted)")]
    NoUsableKey,
}

impl Issuer {
    /// The issuer whose keys lie at `url`, which is a checked setting of this name.
    ///
    /// # Errors
    /// If this machine has no certificates to know the issuer by.
    pub fn of_keys(url: &str, setting: &'static str) -> Result<Self, reqwest::Error> {
        Self::new(url, Found::Keys(url.to_owned()), setting)
    }

    /// The issuer of this name whose OpenID configuration lies at `url`, which is a checked setting of this name.
    ///
    /// # Errors
    /// If this machine has no certificates to know the issuer by.
    pub fn of_configuration(
        url: &str,
        issuer: &str,
        setting: &'static str,
    ) -> Result<Self, reqwest::Error> {
        let found = Found::Configuration {
            url: url.to_owned(),
            issuer: issuer.to_owned(),
        };
        Self::new(url, found, setting)
    }

    fn new(url: &str, found: Found, setting: &'static str) -> Result<Self, reqwest::Error> {
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
            found,
            setting,
        })
    }

    /// Its keys; nothing, and a line in the log, if they are not to be had.
    pub async fn keys(&self) -> Option<Vec<PublishedKey>> {
        match self.fetch().await {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "keys of the token issuer fetched");
                Some(keys)
            }
            Err(error) => {
                tracing::warn!(
                    %error,
                    "the issuer's keys cannot be fetched from {}; what is known of them stays in use",
                    self.setting
                );
                None
            }
        }
    }

    async fn fetch(&self) -> Result<Vec<PublishedKey>, FetchError> {
        let set = match &self.found {
            Found::Keys(url) => self.read(url).await,
            Found::Configuration { url, issuer } => {
                let address = self.address(url, issuer).await?;
                self.read(&address).await
            }
        };
        let set = set?.ok_or(FetchError::NoKeySet)?;
        let keys = set["keys"].as_array().ok_or(FetchError::NoKeySet)?;
        let usable: Vec<_> = keys.iter().filter_map(PublishedKey::read).collect();
        if usable.is_empty() {
            return Err(FetchError::NoUsableKey);
        }
        Ok(usable)
    }

    /// Where the configuration says that the keys lie.
    async fn address(&self, url: &str, issuer: &str) -> Result<String, FetchError> {
        let configuration = self.read(url).await?.ok_or(FetchError::NoConfiguration)?;
        let text = |field: &str| configuration[field].as_str();
        if text("issuer") != Some(issuer) {
            return Err(FetchError::OtherIssuer);
        }
        let address = text("jwks_uri").ok_or(FetchError::NoConfiguration)?;
        if !is_secure(address) {
            return Err(FetchError::Insecure);
        }
        Ok(address.to_owned())
    }

    /// A JSON document; nothing if what lies there is none.
    async fn read(&self, url: &str) -> Result<Option<Json>, FetchError> {
        let unreachable = |error: reqwest::Error| FetchError::Unreachable(error.without_url());
        let mut answer = self.client.get(url).send().await.map_err(unreachable)?;
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
        Ok(serde_json::from_slice(&body).ok())
    }
}
