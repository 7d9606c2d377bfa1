//! Who may do what: roles, and who was recognised behind a request.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// The longest name of an authenticated subject, in characters.
pub const LONGEST_SUBJECT: usize = 128;

/// Whether a text can name a subject: it owns sessions, and stands in answers and logs.
pub fn is_subject(text: &str) -> bool {
    (1..=LONGEST_SUBJECT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// What somebody may do. Each role may do all that the ones before it may.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Talks: WebSocket, own sessions and rooms, translation, gateway.
    Client,
    /// Also lists, calls, bots, services, announcements and metrics.
    Operator,
    /// Also the admin surface and settings.
    Admin,
}

impl Role {
    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Client, Self::Operator, Self::Admin]
            .into_iter()
            .find(|role| role.name() == name)
    }

    /// Its name in settings, tokens and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// Who was recognised behind a request or a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The highest role held.
    pub role: Role,
    /// The authenticated name, which owns what it makes; nobody in particular without keys.
    pub subject: Option<String>,
    /// When what was shown is worth nothing any more; nothing for keys, which have no end.
    pub expires_at: Option<Timestamp>,
}

impl Access {
    /// Whether this role is held.
    ///
    /// # Errors
    /// [`Forbidden`] names the role that is missing.
    pub fn require(&self, needed: Role) -> Result<(), Forbidden> {
        if self.role >= needed {
            Ok(())
        } else {
            Err(Forbidden {
                held: self.role,
                needed,
            })
        }
    }
}

/// A role that is not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role {}, and the key given has the role {}; use a key of that role", needed.name(), held.name())]
pub struct Forbidden {
    /// The role held.
    pub held: Role,
    /// The role needed.
    pub needed: Role,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_by_its_own_name_only() {
        for role in [Role::Client, Role::Operator, Role::Admin] {
            assert_eq!(Role::named(role.name()), Some(role));
        }
        for other in ["", "Admin", "root", "admin "] {
            assert_eq!(Role::named(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_role_holds_what_is_below_it_and_no_more() {
        let operator = Access {
            role: Role::Operator,
            subject: None,
            expires_at: None,
        };
        assert_eq!(operator.require(Role::Client), Ok(()));
        assert_eq!(operator.require(Role::Operator), Ok(()));
        assert_eq!(
            operator.require(Role::Admin),
            Err(Forbidden {
                held: Role::Operator,
                needed: Role::Admin
            })
        );
    }
}
