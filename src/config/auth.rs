//! The settings of `auth`: keys with their roles, and what tokens are checked against.
//!
//! Keys come as a list, in YAML or as JSON in an environment variable, and are checked entry by entry, so that a mistake
//! is told with its place and never with the key itself.

use std::collections::BTreeMap;

use config::{Value, ValueKind};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::domain::access::{LONGEST_SUBJECT, Role, is_subject};

/// `auth`. No key or secret is ever logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Signs resume tokens; unset: made once and kept in the data folder.
    pub secret_key: Option<SecretString>,
    /// A key of the role admin and the subject `admin`; unset without other keys: made if the server listens beyond
    /// loopback.
    pub admin_key: Option<SecretString>,
    /// Keys with their roles; no key stands here twice.
    pub keys: Vec<AccessKey>,
    /// Tokens of somebody else's making.
    pub jwt: Jwt,
}

/// One of `auth.keys`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// What the caller shows: at least 16 visible ASCII characters.
    pub key: SecretString,
    /// What it opens.
    pub role: Role,
    /// Who its bearer is: the owner of the sessions made with it. Several keys may have one subject.
    pub subject: String,
}

/// `auth.jwt`. Either nothing is set, or issuer, audience and one of `jwks_url` and `secret`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// What `iss` must be.
    pub issuer: Option<String>,
    /// What `aud` must be or hold.
    pub audience: Option<String>,
    /// Where the issuer's public keys are.
    pub jwks_url: Option<String>,
    /// What HS256 tokens are signed with.
    pub secret: Option<SecretString>,
    /// The claim that holds the role or a list of roles; a dotted path where no claim has the whole name.
    pub role_claim: String,
}

/// Shortest key taken, in characters: one that can be guessed is no key.
pub(super) const SHORTEST_KEY: usize = 16;

/// What is wrong with `auth.keys`: the place below it (`[2].role`) and what is to stand there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) place: String,
    pub(super) expected: String,
}

/// What `auth.keys` must be as a whole.
pub(super) const KEYS_EXPECTED: &str =
    "a list of keys (such as [{key: \"...\", role: client, subject: ana}])";

/// Reads the list into the form the typed settings take.
pub(super) fn read_keys(value: &ValueKind) -> Result<Json, Fault> {
    let json = match value {
        ValueKind::String(text) => serde_json::from_str(text).ok(),
        ValueKind::Array(_) => Value::new(None, value.clone()).try_deserialize().ok(),
        _ => None,
    };
    let Some(Json::Array(entries)) = json else {
        return Err(Fault {
            place: String::new(),
            expected: KEYS_EXPECTED.into(),
        });
    };
    let mut known = BTreeMap::new();
    for (number, entry) in entries.iter().enumerate() {
        let fault = |field: &str, expected: String| Fault {
            place: format!("[{number}]{field}"),
            expected,
        };
        let Some(fields) = entry.as_object() else {
            return Err(fault("", "an entry with key, role and subject".into()));
        };
        // A field's name is shown no more than its value: who forgets the colon writes the key there.
        if fields
            .keys()
            .any(|field| !["key", "role", "subject"].contains(&field.as_str()))
        {
            return Err(fault(
                "",
                "an entry with key, role and subject, and no other fields".into(),
            ));
        }
        let text = |field: &str| fields.get(field).and_then(Json::as_str);
        let key = text("key").filter(|key| is_key(key)).ok_or_else(|| {
            fault(
                ".key",
                format!("text of at least {SHORTEST_KEY} ASCII characters without spaces"),
            )
        })?;
        if text("role").and_then(Role::named).is_none() {
            return Err(fault(".role", "one of client, operator, admin".into()));
        }
        if !text("subject").is_some_and(is_subject) {
            return Err(fault(
                ".subject",
                format!(
                    "text of 1 to {LONGEST_SUBJECT} characters, none of them control characters"
                ),
            ));
        }
        if let Some(first) = known.insert(key, number) {
            return Err(fault(
                ".key",
                format!("another key than that of auth.keys[{first}]"),
            ));
        }
    }
    Ok(Json::Array(entries))
}

/// What can be sent in a header, and is found again as it was written.
fn is_key(text: &str) -> bool {
    text.len() >= SHORTEST_KEY && text.bytes().all(|letter| letter.is_ascii_graphic())
}

/// The list as it may be shown: with roles and subjects, without keys.
pub(super) fn shown_keys(keys: &Json) -> String {
    let entries = keys.as_array().into_iter().flatten().map(|entry| {
        format!(
            "{{key: \"(set, not shown)\", role: {}, subject: {}}}",
            entry["role"], entry["subject"]
        )
    });
    format!("[{}]", entries.collect::<Vec<_>>().join(", "))
}

impl Auth {
    /// Rules that several of these settings have together: the key that is wrong, and what is expected of it.
    pub(super) fn check(&self) -> Result<(), (&'static str, String)> {
        if let Some(admin) = &self.admin_key
            && let Some(twin) = self
                .keys
                .iter()
                .position(|entry| entry.key.expose_secret() == admin.expose_secret())
        {
            return Err((
                "auth.admin_key",
                format!("another key than that of auth.keys[{twin}]"),
            ));
        }
        self.jwt.check()
    }
}

impl Jwt {
    /// Whether tokens are taken at all.
    pub fn is_configured(&self) -> bool {
        self.issuer.is_some()
            || self.audience.is_some()
            || self.jwks_url.is_some()
            || self.secret.is_some()
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        if !self.is_configured() {
            return Ok(());
        }
        match (&self.jwks_url, &self.secret) {
            (None, None) => Err((
                "auth.jwt.jwks_url",
                "where the keys of auth.jwt are, or auth.jwt.secret in its place".into(),
            )),
            (Some(_), Some(_)) => Err((
                "auth.jwt.secret",
                "nothing beside auth.jwt.jwks_url: tokens are checked by one or the other".into(),
            )),
            _ if self.issuer.is_none() => Err((
                "auth.jwt.issuer",
                "the issuer (iss) of the tokens, once auth.jwt is used".into(),
            )),
            _ if self.audience.is_none() => Err((
                "auth.jwt.audience",
                "the audience (aud) of the tokens, once auth.jwt is used".into(),
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> (String, String) {
        let fault = read_keys(&ValueKind::from(json)).unwrap_err();
        (fault.place, fault.expected)
    }

    #[test]
    fn each_mistake_is_told_with_its_place_and_without_the_key() {
        let right = r#"{"key":"first-secret-of-all","role":"client","subject":"ana"}"#;
        for (wrong, place) in [
            (
                r#"{"key":"second-secret-of-all","role":"client","subject":"ana","more":1}"#,
                "[1]",
            ),
            (r#""second-secret-of-all""#, "[1]"),
            (r#"{"second-secret-of-all":null}"#, "[1]"),
            (r#"{"role":"client","subject":"ana"}"#, "[1].key"),
            (
                r#"{"key":"second-secret-o","role":"client","subject":"ana"}"#,
                "[1].key",
            ),
            (
                r#"{"key":"second secret of all","role":"client","subject":"ana"}"#,
                "[1].key",
            ),
            (
                r#"{"key":"second-secret-öf-all","role":"client","subject":"ana"}"#,
                "[1].key",
            ),
            (
                r#"{"key":1234567890123456789,"role":"client","subject":"ana"}"#,
                "[1].key",
            ),
            (
                r#"{"key":"second-secret-of-all","role":"root","subject":"ana"}"#,
                "[1].role",
            ),
            (
                r#"{"key":"second-secret-of-all","subject":"ana"}"#,
                "[1].role",
            ),
            (
                r#"{"key":"second-secret-of-all","role":"client","subject":""}"#,
                "[1].subject",
            ),
            (
                r#"{"key":"second-secret-of-all","role":"client","subject":"a\nb"}"#,
                "[1].subject",
            ),
            (
                r#"{"key":"second-secret-of-all","role":"client"}"#,
                "[1].subject",
            ),
            (right, "[1].key"),
        ] {
            let (found, expected) = fault(&format!("[{right},{wrong}]"));
            assert_eq!(found, place, "{wrong}: {expected}");
            assert!(!expected.contains("secret"), "{expected}");
        }
        for none in ["", "{}", "secret", "[", "null"] {
            assert_eq!(fault(none), (String::new(), KEYS_EXPECTED.into()));
        }
    }

    #[test]
    fn what_is_shown_of_the_keys_is_all_but_the_keys() {
        let text = r#"[{"key":"first-secret-of-all","role":"client","subject":"ana"}]"#;
        let keys = read_keys(&ValueKind::from(text)).unwrap();
        assert_eq!(
            shown_keys(&keys),
            r#"[{key: "(set, not shown)", role: "client", subject: "ana"}]"#
        );
        assert_eq!(
            shown_keys(&read_keys(&ValueKind::from("[]")).unwrap()),
            "[]"
        );
    }
}
