//! JSON Web Tokens: whose signature is good, and whose bearer may in.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value as Json};
use tokio::runtime::Handle;

use super::claims::{bearer, validation};
use super::refusal::Refusal;
use crate::config::Jwt;
use crate::domain::access::Access;
use crate::links::keys::{Issuer, KeySet, NoKey};

/// Which tokens are taken.
#[derive(Debug)]
pub(super) struct Tokens {
    signatures: Signatures,
    validation: Validation,
    role_claim: String,
}

/// What signatures are checked with.
#[derive(Debug)]
enum Signatures {
    /// A secret shared with the issuer: HS256 and nothing else.
    Shared(DecodingKey),
    /// The issuer's public keys, each with its own algorithms.
    Published(KeySet),
}

/// Why tokens cannot be checked.
#[derive(Debug, thiserror::Error)]
#[error(
    "auth.jwt.jwks_url: this machine has no certificates to know the issuer by ({0}); install ca-certificates"
)]
pub struct JwtError(reqwest::Error);

impl Tokens {
    /// Tokens as the settings want them; public keys are fetched on `outgoing`.
    pub(super) fn new(jwt: &Jwt, outgoing: &Handle) -> Result<Self, JwtError> {
        let signatures = match &jwt.jwks_url {
            Some(url) => {
                let issuer = Issuer::of_keys(url, "auth.jwt.jwks_url").map_err(JwtError)?;
                Signatures::Published(KeySet::start(outgoing, move || {
                    let issuer = issuer.clone();
                    async move { issuer.keys().await }
                }))
            }
            None => {
                let secret = jwt
                    .secret
                    .as_ref()
                    .map_or("", |secret| secret.expose_secret());
                Signatures::Shared(DecodingKey::from_secret(secret.as_bytes()))
            }
        };
        Ok(Self {
            signatures,
            validation: validation(jwt),
            role_claim: jwt.role_claim.clone(),
        })
    }

    /// Who shows this token.
    pub(super) async fn bearer(&self, token: &str) -> Result<Access, Refusal> {
        // What is no token at all is a key that nobody knows. `none` is no algorithm here.
        let header = decode_header(token).map_err(|_| Refusal::unknown())?;
        if header.crit.is_some() {
            return Err(Refusal::Unauthenticated(
                "the token asks for extensions (crit) that this server does not have",
            ));
        }
        let mut validation = self.validation.clone();
        let decoded = match &self.signatures {
            Signatures::Shared(key) => {
                validation.algorithms = vec![Algorithm::HS256];
                decode::<Map<String, Json>>(token, key, &validation)
            }
            Signatures::Published(keys) => {
                let key = keys.find(header.kid.as_deref()).await.map_err(
                    |missing| match missing {
                        NoKey::Unknown => Refusal::Unauthenticated(
                            "the token is signed with a key (kid) that its issuer does not publish",
                        ),
                        NoKey::Unavailable => Refusal::KeysUnavailable,
                    },
                )?;
                validation.algorithms = key.algorithms;
                decode(token, &key.key, &validation)
            }
        };
        let token = decoded.map_err(|error| Refusal::Unauthenticated(reason(error.kind())))?;
        bearer(&token.claims, &self.role_claim)
    }
}

/// Claims are looked at only once the signature is good, so this tells a forger nothing.
fn reason(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "the token has expired; get a new one",
        ErrorKind::ImmatureSignature => "the token is not valid yet (nbf)",
        ErrorKind::InvalidIssuer => "the token is of another issuer (iss)",
        ErrorKind::InvalidAudience => "the token is for another audience (aud)",
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => {
            "the token lacks one of the claims exp, iss, aud and sub"
        }
        _ => "the token's signature is not good",
    }
}
