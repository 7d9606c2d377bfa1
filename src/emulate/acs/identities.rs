//! Users of the resource, and tokens for them. Nothing here accepts these tokens: people of calls are scripted.

use std::collections::HashSet;

use parking_lot::Mutex;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{moment, refusal::Refusal};

/// How many users are kept.
const MOST_USERS: usize = 100_000;

/// How long tokens are good, in minutes: the least, the most, which is also what is usual.
const LEAST_MINUTES: i64 = 60;
const MOST_MINUTES: i64 = 1_440;

/// What a token may be for.
const SCOPES: [&str; 6] = [
    "chat",
    "voip",
    "chat.join",
    "chat.join.limited",
    "voip.join",
    "voip.teams",
];

/// All users.
pub struct Identities {
    resource: String,
    users: Mutex<HashSet<String>>,
}

impl Identities {
    /// Of a resource, by its immutable id.
    pub fn new(resource: String) -> Self {
        Self {
            resource,
            users: Mutex::default(),
        }
    }

    /// A raw id that nobody has yet.
    pub fn new_raw_id(&self) -> String {
        let id = uuid::Uuid::from_u128(rand::random());
        format!("8:acs:{}_{id}", self.resource)
    }

    /// `POST /identities`.
    ///
    /// # Errors
    /// When the request is not right, or there are too many.
    pub fn create(&self, wanted: &Value) -> Result<Value, Refusal> {
        let scopes = &wanted["createTokenWithScopes"];
        let token = if scopes.as_array().is_some_and(|scopes| !scopes.is_empty()) {
            Some(token(scopes, &wanted["expiresInMinutes"])?)
        } else {
            None
        };
        let mut users = self.users.lock();
        if users.len() >= MOST_USERS {
            return Err(Refusal::throttled(1));
        }
        let id = self.new_raw_id();
        users.insert(id.clone());
        let mut made = json!({"identity": {"id": id}});
        if let Some(token) = token {
            made["accessToken"] = token;
        }
        Ok(made)
    }

    /// `POST /identities/{id}/:issueAccessToken`.
    ///
    /// # Errors
    /// When there is no such user, or the request is not right.
    pub fn issue(&self, id: &str, wanted: &Value) -> Result<Value, Refusal> {
        self.check(id)?;
        token(&wanted["scopes"], &wanted["expiresInMinutes"])
    }

    /// `POST /identities/{id}/:revokeAccessTokens`.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn check(&self, id: &str) -> Result<(), Refusal> {
        if self.users.lock().contains(id) {
            Ok(())
        } else {
            Err(Refusal::not_found("Identity"))
        }
    }

    /// `DELETE /identities/{id}`.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn delete(&self, id: &str) -> Result<(), Refusal> {
        if self.users.lock().remove(id) {
            Ok(())
        } else {
            Err(Refusal::not_found("Identity"))
        }
    }
}

fn token(scopes: &Value, minutes: &Value) -> Result<Value, Refusal> {
    let known = |scope: &Value| scope.as_str().is_some_and(|scope| SCOPES.contains(&scope));
    if !scopes
        .as_array()
        .is_some_and(|scopes| !scopes.is_empty() && scopes.iter().all(known))
    {
        return Err(Refusal::invalid("scopes must name what the token is for"));
    }
    let minutes = match minutes {
        Value::Null => MOST_MINUTES,
        minutes => minutes
            .as_i64()
            .filter(|minutes| (LEAST_MINUTES..=MOST_MINUTES).contains(minutes))
            .ok_or_else(|| Refusal::invalid("expiresInMinutes lies in 60 to 1440"))?,
    };
    let expires = OffsetDateTime::now_utc() + Duration::minutes(minutes);
    Ok(json!({
        "token": format!("emulated.{:032x}.user", rand::random::<u128>()),
        "expiresOn": moment::in_answer(expires),
    }))
}
