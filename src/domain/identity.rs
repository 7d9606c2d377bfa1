//! Identities of rooms, sessions, sockets and utterances: validated once, cheap to clone.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest identity the public contract accepts, in bytes (API.md: `[A-Za-z0-9._-]{1,128}`).
pub const LONGEST_IDENTITY: usize = 128;

/// Why a text is not an identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The text is empty.
    #[error(
        "an id must not be empty; use 1 to {LONGEST_IDENTITY} of the characters A-Z a-z 0-9 . _ -"
    )]
    Empty,
    /// The text is longer than [`LONGEST_IDENTITY`].
    #[error("an id has at most {LONGEST_IDENTITY} characters; this one has {0}")]
    TooLong(usize),
    /// The text has a character outside `[A-Za-z0-9._-]`.
    #[error("an id may not contain {0:?}; use only A-Z a-z 0-9 . _ -")]
    Character(char),
    /// The text is `.` or `..`, which would be a different path in a URL.
    #[error("an id may not be \".\" or \"..\"")]
    Dots,
}

fn validate(text: &str) -> Result<(), IdentityError> {
    if text.is_empty() {
        return Err(IdentityError::Empty);
    }
    if text.len() > LONGEST_IDENTITY {
        return Err(IdentityError::TooLong(text.chars().count()));
    }
    if text == "." || text == ".." {
        return Err(IdentityError::Dots);
    }
    match text
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
    {
        Some(wrong) => Err(IdentityError::Character(wrong)),
        None => Ok(()),
    }
}

macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, utoipa::ToSchema)]
        #[schema(value_type = String, pattern = "^[A-Za-z0-9._-]{1,128}$")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identity as it appears on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdentityError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                validate(text)?;
                Ok(Self(text.into()))
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(generated: uuid::Uuid) -> Self {
                Self(generated.to_string().into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identity! {
    /// Names a room.
    RoomId
}
identity! {
    /// Names a session: one participant's durable place.
    SessionId
}
identity! {
    /// Names one WebSocket connection.
    ConnectionId
}
identity! {
    /// Names a call: our leg of it, by our own id.
    CallId
}
identity! {
    /// Names an utterance: all revisions of what one speaker said between two pauses.
    UtteranceId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_the_contract_names_and_nothing_else() {
        assert_eq!("a.B_9-".parse::<RoomId>().unwrap().as_str(), "a.B_9-");
        assert_eq!("".parse::<RoomId>(), Err(IdentityError::Empty));
        assert_eq!("..".parse::<RoomId>(), Err(IdentityError::Dots));
        assert_eq!("a/b".parse::<RoomId>(), Err(IdentityError::Character('/')));
        assert_eq!("é".parse::<RoomId>(), Err(IdentityError::Character('é')));
        assert_eq!(
            "x".repeat(129).parse::<RoomId>(),
            Err(IdentityError::TooLong(129))
        );
        assert!("x".repeat(128).parse::<RoomId>().is_ok());
    }
}
