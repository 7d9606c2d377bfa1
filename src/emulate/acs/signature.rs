//! Whether a request is signed with the access key.
//!
//! The string to sign is the method, the request target as it was sent, and date, host and hash of the body, each as the
//! request itself says it. Every part is looked at by itself, so that the refusal can say which one is wrong.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use time::{
    Duration, OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

const DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

const SCHEME: &str = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=";

/// What a request says that bears on its signature.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub method: &'a str,
    /// Path and query as sent.
    pub target: &'a str,
    pub host: &'a str,
    pub body: &'a [u8],
    /// `x-ms-date`.
    pub date: &'a str,
    /// `x-ms-content-sha256`.
    pub content_hash: &'a str,
    pub authorization: &'a str,
}

/// The key that is right.
pub struct AccessKey {
    key: Vec<u8>,
    /// How far a request's date may be from now.
    skew: std::time::Duration,
}

impl AccessKey {
    /// From its text in a connection string; nothing if that is no base64.
    pub fn new(text: &str, skew: std::time::Duration) -> Option<Self> {
        let key = STANDARD.decode(text).ok().filter(|key| !key.is_empty())?;
        Some(Self { key, skew })
    }

    /// Whether the request is signed with this key, and the signature is of this request.
    ///
    /// # Errors
    /// Which part is wrong.
    pub fn check(&self, signed: &Signed<'_>, now: OffsetDateTime) -> Result<(), &'static str> {
        let given = signed
            .authorization
            .strip_prefix(SCHEME)
            .ok_or("the Authorization header is not written as it should be")?;
        let date = PrimitiveDateTime::parse(signed.date, DATE)
            .map_err(|_| "x-ms-date is no date of RFC 1123")?
            .assume_utc();
        let skew = Duration::try_from(self.skew).unwrap_or(Duration::MAX);
        if (now - date).abs() > skew {
            return Err("x-ms-date is too far from now");
        }
        let hash = STANDARD.encode(Sha256::digest(signed.body));
        if hash != signed.content_hash {
            return Err("x-ms-content-sha256 is not the hash of this body");
        }
        let Signed {
            method,
            target,
            host,
            date,
            ..
        } = signed;
        let text = format!("{method}\n{target}\n{date};{host};{hash}");
        let Ok(mut code) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return Err("the access key cannot be used");
        };
        code.update(text.as_bytes());
        let right = STANDARD.encode(code.finalize().into_bytes());
        if bool::from(right.as_bytes().ct_eq(given.as_bytes())) {
            Ok(())
        } else {
            Err("the signature is of another request or with another key")
        }
    }
}
