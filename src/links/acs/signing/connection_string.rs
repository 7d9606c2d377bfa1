//! What the portal gives to copy: `endpoint=https://….communication.azure.com/;accesskey=…`.

use secrecy::{ExposeSecret as _, SecretString};

use super::access_key::{AccessKey, AccessKeyError};
use super::endpoint::{Endpoint, EndpointError};

/// An endpoint and its key.
#[derive(Debug, Clone)]
pub struct ConnectionString {
    /// Where.
    pub endpoint: Endpoint,
    /// By which key.
    pub key: AccessKey,
}

/// Why a text is no connection string. None of these says what the text was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionStringError {
    /// Something in it is missing.
    #[error("the connection string has no {0}; copy it again from the resource's keys")]
    Missing(&'static str),
    /// Something is in it twice.
    #[error("the connection string has more than one {0}; copy it again from the resource's keys")]
    Twice(&'static str),
    /// The address is wrong.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The key is wrong.
    #[error(transparent)]
    Key(#[from] AccessKeyError),
}

impl ConnectionStringError {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "acs_connection_string_missing",
            Self::Twice(_) => "acs_connection_string_twice",
            Self::Endpoint(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }
}

impl ConnectionString {
    /// Reads one. Names are taken in any casing, and only the first `=` of a part ends its name: the key ends in some.
    ///
    /// # Errors
    /// [`ConnectionStringError`] if a part is missing, there twice, or wrong.
    pub fn parse(text: &SecretString) -> Result<Self, ConnectionStringError> {
        let (mut endpoint, mut key) = (None, None);
        for part in text.expose_secret().split(';') {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let (found, name) = if name.eq_ignore_ascii_case("endpoint") {
                (&mut endpoint, "endpoint")
            } else if name.eq_ignore_ascii_case("accesskey") {
                (&mut key, "accesskey")
            } else {
                continue;
            };
            if found.replace(value).is_some() {
                return Err(ConnectionStringError::Twice(name));
            }
        }
        let endpoint = endpoint.ok_or(ConnectionStringError::Missing("endpoint"))?;
        let key = key.ok_or(ConnectionStringError::Missing("accesskey"))?;
        Ok(Self {
            endpoint: Endpoint::parse(endpoint)?,
            key: AccessKey::parse(&key.into())?,
        })
    }
}
