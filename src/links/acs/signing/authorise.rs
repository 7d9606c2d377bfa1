//! What says who we are, for one attempt of a request.

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;

use super::access_key::AccessKey;
use crate::entra::{EntraTokens, NoToken};

/// An attempt as it will go out.
#[derive(Debug, Clone, Copy)]
pub struct Unsigned<'a> {
    /// `POST`.
    pub method: &'a str,
    /// As in the Host header.
    pub host: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The bytes of the body.
    pub body: &'a [u8],
    /// The time of day.
    pub now: OffsetDateTime,
}

/// Why nobody can say who we are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAuthorised(pub String);

/// Says who we are.
#[async_trait]
pub trait Authorise: Send + Sync {
    /// The headers that say so, for this attempt and no other.
    ///
    /// # Errors
    /// [`NotAuthorised`] if there are none to be had.
    async fn headers(&self, attempt: &Unsigned<'_>) -> Result<HeaderMap, NotAuthorised>;
}

#[async_trait]
impl Authorise for AccessKey {
    async fn headers(&self, attempt: &Unsigned<'_>) -> Result<HeaderMap, NotAuthorised> {
        let signature = self.sign(
            attempt.method,
            attempt.target,
            attempt.host,
            attempt.now,
            attempt.body,
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static("x-ms-date"),
            value(&signature.date)?,
        );
        headers.insert(
            HeaderName::from_static("x-ms-content-sha256"),
            value(&signature.content_hash)?,
        );
        headers.insert(AUTHORIZATION, secret(&signature.authorization)?);
        Ok(headers)
    }
}

/// A token of Microsoft Entra says it; nothing is signed then.
#[async_trait]
impl Authorise for EntraTokens {
    async fn headers(&self, _: &Unsigned<'_>) -> Result<HeaderMap, NotAuthorised> {
        let token = self.token().await.map_err(|error| {
            NotAuthorised(match error {
                NoToken::Refused(_) => format!("{error}; check acs.entra or managed_identity"),
                NoToken::Failed(_) => error.to_string(),
            })
        })?;
        let bearer = SecretString::from(format!("Bearer {}", token.expose_secret()));
        let bearer = secret(bearer.expose_secret())?;
        Ok(HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
    }
}

fn secret(text: &str) -> Result<HeaderValue, NotAuthorised> {
    let mut value = value(text)?;
    value.set_sensitive(true);
    Ok(value)
}

fn value(text: &str) -> Result<HeaderValue, NotAuthorised> {
    HeaderValue::from_str(text).map_err(|_| {
        NotAuthorised("what says who we are holds characters that no header takes".to_owned())
    })
}
