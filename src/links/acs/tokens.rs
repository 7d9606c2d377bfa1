//! Whether it is the service that calls us: the tokens that it shows at callback addresses and on media sockets.
//!
//! RS256 and nothing else, signed with a key that its OpenID configuration publishes, for our resource, and in time. The keys
//! are cached; a token that names an unknown one has them fetched once, and not again for a while. Whatever cannot be told is
//! refused.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header, errors::ErrorKind};
use serde_json::{Map, Value as Json};
use tokio::runtime::Handle;

use crate::domain::time::Timestamp;
use crate::links::keys::{Issuer, KeySet, NoKey};

/// Where the service publishes its keys.
pub const OPENID_CONFIGURATION: &str =
    "https://acscallautomation.communication.azure.com/calling/.well-known/acsopenidconfiguration";

/// As whom it issues tokens; without a slash at the end.
pub const ISSUER: &str = "https://acscallautomation.communication.azure.com";

/// Most that the clocks of service and server may be apart.
pub const MOST_LEEWAY: Duration = Duration::from_secs(300);

/// Which tokens are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRules {
    /// Whose: [`ISSUER`], or an emulator.
    pub issuer: String,
    /// For whom: the immutable id of our resource.
    pub audience: String,
    /// How far the clocks may be apart, at most [`MOST_LEEWAY`].
    pub leeway: Duration,
    /// What `roles` must hold, if anything: at Entra everybody in a directory is given tokens for everybody there.
    pub role: Option<String>,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is none.
    #[error("there is no bearer token")]
    Missing,
    /// It is none.
    #[error("it is no token")]
    Malformed,
    /// It is signed by something else than RS256, or asks for what is not there (`crit`).
    #[error("it is not signed by RS256")]
    Algorithm,
    /// Its key is not published.
    #[error("it is signed with a key that the service does not publish")]
    UnknownKey,
    /// Nobody can say whether its key is published.
    #[error("the service's keys cannot be fetched")]
    KeysUnavailable,
    /// Its signature is not good.
    #[error("its signature is not good")]
    Signature,
    /// It lacks `exp`, `iss` or `aud`.
    #[error("it lacks a claim")]
    Claims,
    /// It is of somebody else.
    #[error("it is of another issuer")]
    Issuer,
    /// It is for another resource.
    #[error("it is for another audience")]
    Audience,
    /// Whoever shows it has not been given the role.
    #[error("it lacks the role")]
    Role,
    /// It is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYetValid,
}

impl TokenError {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "acs_token_missing",
            Self::Malformed => "acs_token_malformed",
            Self::Algorithm => "acs_token_algorithm",
            Self::UnknownKey => "acs_token_unknown_key",
            Self::KeysUnavailable => "acs_token_keys_unavailable",
            Self::Signature => "acs_token_signature",
            Self::Claims => "acs_token_claims",
            Self::Issuer => "acs_token_issuer",
            Self::Audience => "acs_token_audience",
            Self::Role => "acs_token_role",
            Self::Expired => "acs_token_expired",
            Self::NotYetValid => "acs_token_not_yet_valid",
        }
    }
}

/// What a token says, once it is known to be good.
pub type Claims = Map<String, Json>;

/// Checks tokens.
#[derive(Debug)]
pub struct Tokens {
    keys: KeySet,
    validation: Validation,
    leeway: u64,
    role: Option<String>,
}

impl Tokens {
    /// Checks tokens by these rules; keys are fetched from `issuer` on `outgoing`, the first at once. A leeway that is too
    /// long is cut.
    pub fn new(rules: &TokenRules, issuer: Issuer, outgoing: &Handle) -> Self {
        let keys = KeySet::start(outgoing, move || {
            let issuer = issuer.clone();
            async move { issuer.keys().await }
        });
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&rules.issuer]);
        validation.set_audience(&[&rules.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        // Times are held against the clock that is given, below.
        validation.validate_exp = false;
        Self {
            keys,
            validation,
            leeway: rules.leeway.min(MOST_LEEWAY).as_secs(),
            role: rules.role.clone(),
        }
    }

    /// Whether the header `Authorization` shows a token of the service that is good at `now`, and what it says. Waits only for
    /// a key that is not known, and at most as long as a [`KeySet`] does.
    ///
    /// # Errors
    /// [`TokenError`] if it does not.
    pub async fn check(
        &self,
        authorization: Option<&str>,
        now: Timestamp,
    ) -> Result<Claims, TokenError> {
        let token = authorization
            .and_then(|header| header.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty())
            .ok_or(TokenError::Missing)?;
        let header = decode_header(token).map_err(|error| match error.kind() {
            // Algorithms that are not known at all, `none` among them.
            ErrorKind::InvalidAlgorithmName | ErrorKind::Json(_) => TokenError::Algorithm,
            _ => TokenError::Malformed,
        })?;
        // Before the key is looked for: what cannot be good anyway has nothing fetched.
        if header.alg != Algorithm::RS256 || header.crit.is_some() {
            return Err(TokenError::Algorithm);
        }
        let id = header.kid.as_deref().ok_or(TokenError::UnknownKey)?;
        let key = self
            .keys
            .find(Some(id))
            .await
            .map_err(|missing| match missing {
                NoKey::Unknown => TokenError::UnknownKey,
                NoKey::Unavailable => TokenError::KeysUnavailable,
            })?;
        if !key.algorithms.contains(&Algorithm::RS256) {
            return Err(TokenError::Algorithm);
        }
        let decoded = decode::<Claims>(token, &key.key, &self.validation);
        let claims = decoded
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidIssuer => TokenError::Issuer,
                ErrorKind::InvalidAudience => TokenError::Audience,
                ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => {
                    TokenError::Claims
                }
                _ => TokenError::Signature,
            })?
            .claims;
        self.in_time(&claims, now)?;
        self.has_role(&claims)?;
        Ok(claims)
    }

    fn has_role(&self, claims: &Claims) -> Result<(), TokenError> {
        let Some(role) = &self.role else {
            return Ok(());
        };
        let roles = claims.get("roles").and_then(Json::as_array);
        let has_it = roles.is_some_and(|roles| roles.iter().any(|known| known == role));
        has_it.then_some(()).ok_or(TokenError::Role)
    }

    fn in_time(&self, claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
        let (now, leeway) = (now.unix_millis() as f64 / 1_000.0, self.leeway as f64);
        let second = |claim: &Json| claim.as_f64().ok_or(TokenError::Claims);
        let end = second(claims.get("exp").ok_or(TokenError::Claims)?)?;
        if now >= end + leeway {
            return Err(TokenError::Expired);
        }
        match claims.get("nbf").map(second).transpose()? {
            Some(begin) if now < begin - leeway => Err(TokenError::NotYetValid),
            _ => Ok(()),
        }
    }
}
