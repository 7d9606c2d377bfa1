//! Keys as they are compared: by digests of equal length, each with all, so that the time taken tells nothing about
//! which key was nearly right, nor how long any is.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

use crate::domain::access::{Access, Role};

/// The keys of a server.
#[derive(Default)]
pub(super) struct Credentials(Vec<Credential>);

struct Credential {
    digest: [u8; 32],
    role: Role,
    subject: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Credentials({})", self.0.len())
    }
}

impl Credentials {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, key: &SecretString, role: Role, subject: &str) {
        self.0.push(Credential {
            digest: digest(key.expose_secret()),
            role,
            subject: subject.to_owned(),
        });
    }

    /// Whose key this is.
    pub(super) fn bearer(&self, shown: &str) -> Option<Access> {
        let shown = digest(shown);
        let mut found = Choice::from(0);
        let mut place = 0_u64;
        for (number, credential) in (0_u64..).zip(&self.0) {
            let is_this = credential.digest.ct_eq(&shown);
            place.conditional_assign(&number, is_this);
            found |= is_this;
        }
        if !bool::from(found) {
            return None;
        }
        let credential = self.0.get(usize::try_from(place).ok()?)?;
        Some(Access {
            role: credential.role,
            subject: Some(credential.subject.clone()),
            expires_at: None,
        })
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_among_many_and_nothing_like_it_is() {
        let mut keys = Credentials::default();
        assert_eq!(keys.bearer(""), None);
        for (key, role, subject) in [
            ("key-of-somebody-1", Role::Client, "ana"),
            ("key-of-somebody-2", Role::Operator, "berta"),
            ("key-of-somebody-3", Role::Admin, "carla"),
        ] {
            keys.add(&key.to_owned().into(), role, subject);
        }
        for (shown, whose) in [
            ("key-of-somebody-1", Some((Role::Client, "ana"))),
            ("key-of-somebody-2", Some((Role::Operator, "berta"))),
            ("key-of-somebody-3", Some((Role::Admin, "carla"))),
            ("key-of-somebody-", None),
            ("key-of-somebody-11", None),
            ("KEY-of-somebody-1", None),
            ("", None),
        ] {
            let access = keys.bearer(shown);
            let found = access
                .as_ref()
                .map(|access| (access.role, access.subject.as_deref().unwrap()));
            assert_eq!(found, whose, "{shown:?}");
        }
        assert!(!format!("{keys:?}").contains("ana"));
    }
}
