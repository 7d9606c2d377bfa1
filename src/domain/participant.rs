//! A participant as others see them, and the language they speak.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::{
    identity::SessionId,
    language::{LONGEST_TAG, Language},
};

/// What a participant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParticipantKind {
    /// Somebody at a browser or a program.
    Person,
    /// A participant that we run.
    Bot,
    /// Somebody on a telephone.
    Phone,
}

/// The language a participant speaks or types: a tag, or `auto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Speaks {
    /// The engine finds out, or assumes its first language where it cannot.
    Auto,
    /// This one.
    Language(Language),
}

impl PartialSchema for Speaks {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "What is spoken: a language tag, or `auto` where the engine is to find out.",
            ))
            .pattern(Some("^(auto|[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*)$"))
            .max_length(Some(LONGEST_TAG))
            .examples(["auto", "en"])
            .into()
    }
}

impl ToSchema for Speaks {}

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    /// Their session.
    pub session_id: SessionId,
    /// Their name, as they gave it.
    pub name: String,
    /// What they are.
    pub kind: ParticipantKind,
    /// What they speak: a language tag or `auto`.
    pub speaks: Speaks,
    /// What they hear, the first one also as speech where they want it.
    pub hears: Vec<Language>,
}

/// The speaker of an utterance, as captions name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Speaker {
    /// Their session.
    pub session_id: SessionId,
    /// Their name.
    pub name: String,
}
