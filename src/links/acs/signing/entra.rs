//! Tokens of Microsoft Entra for an application of ours, each kept while it is good.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, redirect::Policy};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::authorise::{NotAuthorised, TokenSource};
use crate::links::causes::causes;

/// For what a token is asked; the second slash is the official SDK's own.
const SCOPE: &str = "https://communication.azure.com//.default";

/// Longest time of one request: a telephone rings meanwhile.
const DEADLINE: Duration = Duration::from_secs(5);

/// How long before its end a token is replaced.
const AHEAD: Duration = Duration::from_secs(300);

/// Longest life that is believed.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3_600);

/// An application, as Entra knows it.
#[derive(Debug, Clone)]
pub struct Application {
    /// Where tokens are had: `https://login.microsoftonline.com`.
    pub authority: String,
    /// Its directory.
    pub tenant: String,
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
}

/// Where its tokens come from.
pub struct EntraTokens {
    address: Url,
    application: Application,
    http: Client,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: SecretString,
    renew_at: Instant,
    ends_at: Instant,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    expires_in: u64,
}

impl EntraTokens {
    /// Tokens of this application.
    ///
    /// # Errors
    /// If the authority is no address, or this machine has no certificates to know it by.
    pub fn new(application: Application) -> Result<Self, NotAuthorised> {
        let none = || NotAuthorised("acs.entra.authority is no address".to_owned());
        let mut address = Url::parse(&application.authority).map_err(|_| none())?;
        address
            .path_segments_mut()
            .map_err(|()| none())?
            .pop_if_empty()
            .extend([&application.tenant, "oauth2", "v2.0", "token"]);
        // Who is sent elsewhere does not know whom to trust there.
        let mut http = Client::builder().timeout(DEADLINE).redirect(Policy::none());
        if address.scheme() == "http" {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| NotAuthorised(causes(&error)))?;
        Ok(Self {
            address,
            application,
            http,
            kept: Mutex::new(None),
        })
    }

    async fn fetch(&self) -> Result<Kept, NotAuthorised> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &self.application.client_id)
            .append_pair(
                "client_secret",
                self.application.client_secret.expose_secret(),
            )
            .append_pair("scope", SCOPE)
            .finish();
        let asking = self
            .http
            .post(self.address.clone())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer = asking.send().await.map_err(|error| {
            NotAuthorised(format!(
                "Microsoft Entra is not reached: {}",
                causes(&error.without_url())
            ))
        })?;
        let status = answer.status();
        if !status.is_success() {
            // What it says repeats what was sent.
            return Err(NotAuthorised(format!(
                "Microsoft Entra gives no token (status {}); check acs.entra",
                status.as_u16()
            )));
        }
        let none = |_| NotAuthorised("Microsoft Entra answers without a token".to_owned());
        let granted: Granted = answer.json().await.map_err(none)?;
        let life = Duration::from_secs(granted.expires_in).min(LONGEST_LIFE);
        let now = Instant::now();
        Ok(Kept {
            token: granted.access_token,
            renew_at: now + life - AHEAD.min(life / 2),
            ends_at: now + life,
        })
    }
}

#[async_trait]
impl TokenSource for EntraTokens {
    async fn token(&self) -> Result<SecretString, NotAuthorised> {
        // One asks, and the others wait for what it gets.
        let mut kept = self.kept.lock().await;
        let now = Instant::now();
        if let Some(good) = kept.as_ref().filter(|kept| now < kept.renew_at) {
            return Ok(good.token.clone());
        }
        match self.fetch().await {
            Ok(fresh) => Ok(kept.insert(fresh).token.clone()),
            Err(error) => match kept.as_ref().filter(|kept| now < kept.ends_at) {
                Some(good) => {
                    tracing::warn!(%error, "the token before is used while it lasts");
                    Ok(good.token.clone())
                }
                None => Err(error),
            },
        }
    }
}
