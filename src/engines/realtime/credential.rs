//! Who we are to a provider: a key, or a token of Microsoft Entra. Nothing here is ever logged.

use secrecy::{ExposeSecret, SecretString};
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderName, HeaderValue};

use super::encryption::encryption;
use super::settings::{Account, CredentialSettings, Provider};
use crate::{
    domain::engine::{EngineError, Trouble},
    entra::{EntraTokens, NoToken},
};

/// What a token is for (Azure OpenAI, addresses with `/openai/v1`).
const RESOURCE: &str = "https://ai.azure.com";

/// Who we are, and the token that says so.
pub struct Credential {
    provider: Provider,
    shown: Shown,
    organization: Option<String>,
    project: Option<String>,
}

/// What is shown.
enum Shown {
    Key(SecretString),
    Token(EntraTokens),
}

impl Credential {
    /// Who an account says we are.
    ///
    /// # Errors
    /// If this machine has no certificates to know others by.
    pub fn new(account: &Account, settings: CredentialSettings) -> Result<Self, EngineError> {
        let shown = match settings {
            CredentialSettings::Key(key) => Shown::Key(key),
            CredentialSettings::Entra(identity) => {
                let encryption = encryption()?.as_ref().clone();
                let tokens = EntraTokens::new(identity, RESOURCE, |client| {
                    client.tls_backend_preconfigured(encryption)
                });
                Shown::Token(tokens.map_err(|error| {
                    EngineError::new(
                        Trouble::Unavailable,
                        format!("no encrypted connection can be made: {error}"),
                    )
                })?)
            }
        };
        Ok(Self {
            provider: account.provider,
            shown,
            organization: account.organization.clone(),
            project: account.project.clone(),
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
        match (&self.shown, self.provider) {
            (Shown::Key(key), Provider::Azure) => {
                add("api-key", key.expose_secret())?;
            }
            (Shown::Key(key), Provider::OpenAi) => {
                add("authorization", &format!("Bearer {}", key.expose_secret()))?;
            }
            (Shown::Token(tokens), _) => {
                let token = tokens.token().await.map_err(no_token)?;
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
}

fn no_token(error: NoToken) -> EngineError {
    match error {
        NoToken::Refused(_) => EngineError::new(
            Trouble::Unavailable,
            format!("{error}; check engines.azure_openai.entra or managed_identity"),
        ),
        NoToken::Failed(_) => EngineError::new(Trouble::Failed, error.to_string()),
    }
}

fn unwritable(header: &str) -> EngineError {
    EngineError::new(
        Trouble::Unavailable,
        format!(
            "what is set for {header} holds characters that no header takes; check engines.azure_openai"
        ),
    )
}
