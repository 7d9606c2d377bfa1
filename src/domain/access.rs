//! Who may do what: roles, and who was recognised behind a request.

/// What somebody may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Talks: WebSocket, own sessions and rooms, translation, gateway.
    Client,
    /// Also lists, calls, bots, services, announcements and metrics.
    Operator,
    /// Also the admin surface and settings.
    Admin,
}

impl Role {
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
    fn a_role_holds_what_is_below_it_and_no_more() {
        let operator = Access {
            role: Role::Operator,
            subject: None,
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
