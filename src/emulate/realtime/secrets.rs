//! Client secrets: short-lived keys with a session's configuration, for clients that must not see the real key.

use std::{collections::HashMap, time::Duration};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    Dialect,
    complaint::Complaint,
    schema::{Rule, may, must},
    session::unix_seconds,
};

/// How long a secret may be used, in seconds, if its maker does not say.
const USUAL_SECONDS: u64 = 600;

/// Secrets that are kept; the one that ends first makes room.
const MOST_SECRETS: usize = 1_000;

const REQUEST: Rule = Rule::Object(&[
    may("session", Rule::Any),
    may(
        "expires_after",
        Rule::Object(&[
            may("anchor", Rule::OneOf(&["created_at"])),
            // Seconds, both ends included: the service's limits.
            must("seconds", Rule::Number(10.0, 7_200.0)),
        ]),
    ),
]);

/// The secrets that are good now.
#[derive(Debug, Default)]
pub struct Secrets(Mutex<HashMap<String, Secret>>);

#[derive(Debug, Clone)]
struct Secret {
    dialect: Dialect,
    until: Instant,
    session: Value,
}

impl Secrets {
    /// Makes a secret. `configure` turns the session that was asked for into the one it will begin with.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn make(
        &self,
        dialect: Dialect,
        request: &Value,
        configure: impl FnOnce(Option<&Value>) -> Result<Value, Complaint>,
    ) -> Result<Value, Complaint> {
        REQUEST.check(request, "")?;
        let session = configure(request.get("session"))?;
        let seconds = request["expires_after"]["seconds"]
            .as_f64()
            .map_or(USUAL_SECONDS, |seconds| seconds as u64);
        let value = format!("ek_{:032x}", rand::random::<u128>());
        let lifetime = Duration::from_secs(seconds);
        let secret = Secret {
            dialect,
            until: Instant::now() + lifetime,
            session: session.clone(),
        };
        let mut secrets = self.0.lock();
        secrets.retain(|_, secret| secret.until > Instant::now());
        if secrets.len() >= MOST_SECRETS {
            let first = secrets
                .iter()
                .min_by_key(|(_, secret)| secret.until)
                .map(|(value, _)| value.clone());
            secrets.retain(|value, _| Some(value) != first.as_ref());
        }
        secrets.insert(value.clone(), secret);
        Ok(json!({"value": value, "expires_at": unix_seconds(lifetime), "session": session}))
    }

    /// The session that this secret begins with, if it is good for this dialect. It may open many.
    pub fn session(&self, value: &str, dialect: Dialect) -> Option<Value> {
        let secrets = self.0.lock();
        let secret = secrets.get(value)?;
        (secret.dialect == dialect && secret.until > Instant::now()).then(|| secret.session.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_secret_ends_when_it_says_and_makes_room() {
        let secrets = Secrets::default();
        let make = |seconds: u64| {
            let request = json!({"expires_after": {"anchor": "created_at", "seconds": seconds}});
            let made = secrets
                .make(Dialect::Translation, &request, |_| Ok(json!({})))
                .unwrap();
            made["value"].as_str().unwrap().to_owned()
        };
        let is_good = |value: &str| secrets.session(value, Dialect::Translation).is_some();
        let (short, long) = (make(10), make(7_200));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert!(is_good(&short) && is_good(&long));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(!is_good(&short) && is_good(&long));
        assert!(secrets.session(&long, Dialect::Conversation).is_none());
        for _ in 0..MOST_SECRETS {
            make(7_200);
        }
        assert!(!is_good(&long));
    }
}
