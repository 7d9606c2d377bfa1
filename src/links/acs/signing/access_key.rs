//! Signing by the resource's access key: HMAC-SHA256 over method, target, date, host and the hash of the body.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// As HTTP writes a date.
const RFC_1123: &[BorrowedFormatItem<'static>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// A key of the resource.
#[derive(Clone)]
pub struct AccessKey(Hmac<Sha256>);

/// Why a text is no key. It does not say what the text was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access key is empty or no Base64; copy it again from the resource's keys")]
pub struct AccessKeyError;

impl AccessKeyError {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        "acs_access_key"
    }
}

/// What a signature adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `x-ms-date`.
    pub date: String,
    /// `x-ms-content-sha256`.
    pub content_hash: String,
    /// `Authorization`.
    pub authorization: String,
}

impl AccessKey {
    /// Reads a key as the portal shows it.
    ///
    /// # Errors
    /// [`AccessKeyError`] if it is none.
    pub fn parse(text: &SecretString) -> Result<Self, AccessKeyError> {
        let decoded = STANDARD.decode(text.expose_secret().trim());
        let key = decoded.map_err(|_| AccessKeyError)?;
        if key.is_empty() {
            return Err(AccessKeyError);
        }
        let signing = Hmac::new_from_slice(&key).map_err(|_| AccessKeyError)?;
        Ok(Self(signing))
    }

    /// Signs a request. `host` is that of the Host header, with the port where it has one; `target` the path and query as they
    /// go out, percent signs and all.
    pub fn sign(
        &self,
        method: &str,
        target: &str,
        host: &str,
        date: OffsetDateTime,
        body: &[u8],
    ) -> Signature {
        let date = rfc1123(date);
        let content_hash = STANDARD.encode(Sha256::digest(body));
        let mut signing = self.0.clone();
        signing.update(format!("{method}\n{target}\n{date};{host};{content_hash}").as_bytes());
        let signature = STANDARD.encode(signing.finalize().into_bytes());
        Signature {
            date,
            content_hash,
            authorization: format!(
                "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
            ),
        }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AccessKey([confidential])")
    }
}

/// A moment as HTTP writes it: `Fri, 20 Nov 2026 11:35:28 GMT`.
pub fn rfc1123(moment: OffsetDateTime) -> String {
    moment
        .to_offset(time::UtcOffset::UTC)
        .format(RFC_1123)
        .expect("a moment has all that this format asks for")
}

/// Reads what [`rfc1123`] writes.
pub(in crate::links::acs) fn from_rfc1123(text: &str) -> Option<OffsetDateTime> {
    let moment = time::PrimitiveDateTime::parse(text.trim(), RFC_1123).ok()?;
    Some(moment.assume_utc())
}
