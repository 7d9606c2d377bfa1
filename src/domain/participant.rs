//! A participant as others see them, and the language they speak.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{identity::SessionId, language::Language};

/// What a participant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    /// Somebody at a browser or a program.
    Person,
    /// A participant that we run.
    Bot,
    /// Somebody on a telephone.
    Phone,
}

/// The language a participant speaks or types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaks {
    /// The engine finds out, or assumes its first language where it cannot.
    Auto,
    /// This one.
    Language(Language),
}

impl Serialize for Speaks {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => out.serialize_str("auto"),
            Self::Language(language) => language.serialize(out),
        }
    }
}

impl<'de> Deserialize<'de> for Speaks {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        if text == "auto" {
            Ok(Self::Auto)
        } else {
            text.parse()
                .map(Self::Language)
                .map_err(serde::de::Error::custom)
        }
    }
}

/// One who takes part in a room, as the wire shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Participant {
    /// Their session.
    #[schema(value_type = String)]
    pub session_id: SessionId,
    /// Their name, as they gave it.
    pub name: String,
    /// What they are.
    pub kind: ParticipantKind,
    /// What they speak: a language tag or `auto`.
    #[schema(value_type = String)]
    pub speaks: Speaks,
    /// What they hear, the first one also as speech where they want it.
    #[schema(value_type = Vec<String>)]
    pub hears: Vec<Language>,
}

/// The speaker of an utterance, as captions name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Speaker {
    /// Their session.
    pub session_id: SessionId,
    /// Their name.
    pub name: String,
}
