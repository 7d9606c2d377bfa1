//! Tokens of Microsoft Entra, by which a service of Azure knows us: those of an application of ours, or of the identity that
//! Azure gives the machine this server runs on.
//!
//! A token is asked for by one caller at a time, kept, and asked for anew ahead of its end; while it is good it is used even
//! if no new one can be had. Nothing here is ever logged.

mod answer;

use std::time::Duration;

use reqwest::{Client, ClientBuilder, RequestBuilder, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Mutex, time::Instant};
use url::{Url, form_urlencoded};

use self::answer::read;

/// How long before its end a token is asked for anew; half its life if that is shorter.
const AHEAD: Duration = Duration::from_secs(300);

/// Longest wait for a token.
const DEADLINE: Duration = Duration::from_secs(10);

/// The version of the machine's own endpoint (Azure Instance Metadata Service).
const MACHINE_VERSION: &str = "2018-02-01";

/// Who we are to Entra.
#[derive(Debug, Clone)]
pub enum Identity {
    /// An application, by its secret.
    Application {
        /// Where tokens are had: `https://login.microsoftonline.com`.
        authority: String,
        /// The directory.
        tenant: String,
        /// The application.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
    },
    /// The identity that Azure gives the machine.
    Machine {
        /// Where tokens are had: `http://169.254.169.254`.
        endpoint: String,
        /// Which identity, if the machine has several.
        client_id: Option<String>,
    },
}

impl Identity {
    fn address(&self) -> &str {
        match self {
            Self::Application { authority, .. } => authority,
            Self::Machine { endpoint, .. } => endpoint,
        }
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoToken {
    /// Entra does not know us: asking again changes nothing.
    #[error("Microsoft Entra gives no token ({0})")]
    Refused(String),
    /// It cannot be asked now.
    #[error("Microsoft Entra gives no token: {0}")]
    Failed(String),
}

/// Where the tokens for one service come from.
#[derive(Debug)]
pub struct EntraTokens {
    identity: Identity,
    resource: &'static str,
    client: Client,
    /// Whoever holds this asks; the others wait for the answer.
    kept: Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    value: SecretString,
    renew_at: Instant,
    ends_at: Instant,
}

impl EntraTokens {
    /// Tokens of `identity` for `resource`, as `https://ai.azure.com`; with what `equip` adds to how Entra is reached.
    ///
    /// # Errors
    /// If this machine has no certificates to know others by.
    pub fn new(
        identity: Identity,
        resource: &'static str,
        equip: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        // Who is sent elsewhere does not know whom to trust there, and a machine's own identity is not asked for by way of
        // others.
        let mut client = Client::builder().timeout(DEADLINE).redirect(Policy::none());
        if identity.address().starts_with("http://") {
            client = client.no_proxy();
        }
        Ok(Self {
            client: equip(client).build()?,
            identity,
            resource,
            kept: Mutex::new(None),
        })
    }

    /// A token that is still good.
    ///
    /// # Errors
    /// [`NoToken`] if there is none to be had.
    pub async fn token(&self) -> Result<SecretString, NoToken> {
        let mut kept = self.kept.lock().await;
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

    async fn fetch(&self) -> Result<Token, NoToken> {
        let answer = self.request()?.send().await;
        let granted = read(answer.map_err(|error| unreachable(&error))?).await?;
        let now = Instant::now();
        Ok(Token {
            value: granted.token,
            renew_at: now + granted.life - AHEAD.min(granted.life / 2),
            ends_at: now + granted.life,
        })
    }

    fn request(&self) -> Result<RequestBuilder, NoToken> {
        let no_address = || NoToken::Refused("its address is none".to_owned());
        Ok(match &self.identity {
            Identity::Application {
                authority,
                tenant,
                client_id,
                client_secret,
            } => {
                let mut url = Url::parse(authority).map_err(|_| no_address())?;
                url.path_segments_mut()
                    .map_err(|()| no_address())?
                    .pop_if_empty()
                    .extend([tenant, "oauth2", "v2.0", "token"]);
                let form = form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "client_credentials")
                    .append_pair("client_id", client_id)
                    .append_pair("client_secret", client_secret.expose_secret())
                    .append_pair("scope", &format!("{}/.default", self.resource))
                    .finish();
                let kind = "application/x-www-form-urlencoded";
                self.client
                    .post(url)
                    .header("content-type", kind)
                    .body(form)
            }
            Identity::Machine {
                endpoint,
                client_id,
            } => {
                let base = endpoint.trim_end_matches('/');
                let path = format!("{base}/metadata/identity/oauth2/token");
                let mut url = Url::parse(&path).map_err(|_| no_address())?;
                url.query_pairs_mut()
                    .append_pair("api-version", MACHINE_VERSION)
                    .append_pair("resource", self.resource);
                if let Some(client_id) = client_id {
                    url.query_pairs_mut().append_pair("client_id", client_id);
                }
                self.client.get(url).header("Metadata", "true")
            }
        })
    }
}

fn unreachable(error: &reqwest::Error) -> NoToken {
    NoToken::Failed(
        match error.is_timeout() {
            true => "it does not answer in time",
            false => "it cannot be reached",
        }
        .to_owned(),
    )
}
