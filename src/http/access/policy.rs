//! By which rule callers are told apart, and which rule the settings ask for.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::call::Call;
use super::credentials::Credentials;
use super::loopback::from_this_machine;
use super::refusal::Refusal;
use super::token::{JwtError, Tokens};
use crate::config::{KeyFile, Settings, SettingsError, read_or_create};
use crate::domain::access::{Access, Role};

/// The admin key's file in the data folder.
const ADMIN_KEY_FILE: &str = "admin.key";

/// The subject of the admin key.
const ADMIN: &str = "admin";

/// By which rule callers are told apart.
#[derive(Debug, Clone)]
pub enum AccessPolicy {
    /// No keys: whoever sits at this machine holds every role, and no page of another site speaks in their name.
    Loopback,
    /// Everybody shows a key or a token. Where a call comes from does not matter: what is shown in a header or in the
    /// address is never sent by a browser of its own accord.
    Keys(Arc<Keys>),
}

/// What opens a server with keys.
#[derive(Debug)]
pub struct Keys {
    keys: Credentials,
    tokens: Option<Tokens>,
}

/// Why the rule of the settings cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A key must be made, and the data folder does not allow it.
    #[error(transparent)]
    KeyFile(#[from] SettingsError),
    /// Tokens are asked for and cannot be checked.
    #[error(transparent)]
    Tokens(#[from] JwtError),
}

impl AccessPolicy {
    /// The rule these settings ask for, and the key file if there is one: a key that was just made must be shown to the
    /// user once, on the terminal and not in the log. The keys of a token's issuer are fetched on `outgoing`.
    ///
    /// # Errors
    /// [`PolicyError`], in words for the user.
    pub fn from_settings(
        settings: &Settings,
        outgoing: &Handle,
    ) -> Result<(Self, Option<KeyFile>), PolicyError> {
        let auth = &settings.auth;
        let tokens = match auth.jwt.is_configured() {
            true => Some(Tokens::new(&auth.jwt, outgoing)?),
            false => None,
        };
        let mut keys = Credentials::default();
        for entry in &auth.keys {
            keys.add(&entry.key, entry.role, &entry.subject);
        }
        if let Some(key) = &auth.admin_key {
            keys.add(key, Role::Admin, ADMIN);
        }
        if !keys.is_empty() || tokens.is_some() {
            return Ok((Self::Keys(Arc::new(Keys { keys, tokens })), None));
        }
        if listens_on_loopback(&settings.server.host) {
            return Ok((Self::Loopback, None));
        }
        let file = read_or_create(&settings.data.dir, ADMIN_KEY_FILE)?;
        keys.add(&file.key, Role::Admin, ADMIN);
        Ok((Self::Keys(Arc::new(Keys { keys, tokens })), Some(file)))
    }

    /// Who calls.
    pub(super) async fn decide(&self, call: &Call) -> Result<Access, Refusal> {
        let keys = match self {
            Self::Loopback => {
                from_this_machine(call).map_err(Refusal::Stranger)?;
                return Ok(Access {
                    role: Role::Admin,
                    subject: None,
                    expires_at: None,
                });
            }
            Self::Keys(keys) => keys,
        };
        let shown = call.key.as_deref().ok_or(Refusal::unknown())?;
        match (keys.keys.bearer(shown), &keys.tokens) {
            (Some(access), _) => Ok(access),
            (None, Some(tokens)) => tokens.bearer(shown).await,
            (None, None) => Err(Refusal::unknown()),
        }
    }
}

fn listens_on_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listening_beyond_loopback_is_told_from_the_host() {
        for (host, loopback) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("localhost", true),
            ("127.8.8.8", true),
            ("0.0.0.0", false),
            ("::", false),
            ("interpres.example", false),
        ] {
            assert_eq!(listens_on_loopback(host), loopback, "{host}");
        }
    }
}
