//! Which calls join which room, and what their people speak and hear.

use serde::{Deserialize, Deserializer};

use super::{identity::RoomId, language::Language, participant::Speaks};

/// The word for a room of the call's own.
const PER_CALL: &str = "per_call";

/// A rule for calls; the first that takes one decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRoute {
    /// Who is called: a number (`+15550100`), a raw id (`8:acs:…`), or the room of the service. Absent: anybody.
    #[serde(default)]
    pub to: Option<String>,
    /// Who calls, written in the same way.
    #[serde(default)]
    pub from: Option<String>,
    /// Where they are interpreted.
    pub room: RouteRoom,
    /// What is spoken on the call.
    pub speaks: Speaks,
    /// What is heard on it.
    #[serde(deserialize_with = "one_or_many")]
    pub hears: Vec<Language>,
}

/// The room that a call joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteRoom {
    /// One of its own, in which it waits for somebody to join.
    PerCall,
    /// This one.
    Room(RoomId),
}

impl<'de> Deserialize<'de> for RouteRoom {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        if text == PER_CALL {
            return Ok(Self::PerCall);
        }
        text.parse()
            .map(Self::Room)
            .map_err(serde::de::Error::custom)
    }
}

/// A list of languages, of which one may stand alone.
pub fn one_or_many<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<Language>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a language, or a list of languages")]
    enum Written {
        One(Language),
        Many(Vec<Language>),
    }
    Ok(match Written::deserialize(input)? {
        Written::One(language) => vec![language],
        Written::Many(languages) => languages,
    })
}

impl CallRoute {
    /// Whether it takes a call to and from whom these raw ids name; an absent id is nobody that a rule names.
    pub fn takes(&self, to: Option<&str>, from: Option<&str>) -> bool {
        is_meant(self.to.as_deref(), to) && is_meant(self.from.as_deref(), from)
    }
}

fn is_meant(wanted: Option<&str>, raw_id: Option<&str>) -> bool {
    match (wanted, raw_id) {
        (None, _) => true,
        (Some(_), None) => false,
        // A phone's raw id is its number behind `4:`.
        (Some(wanted), Some(id)) => id == wanted || id.strip_prefix("4:") == Some(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(json: &str) -> CallRoute {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn numbers_and_raw_ids_name_the_same_people() {
        let to = route(r#"{"to":"+15550100","room":"per_call","speaks":"en","hears":"en"}"#);
        assert!(to.takes(Some("4:+15550100"), None));
        assert!(!to.takes(Some("4:+15550101"), None));
        assert!(!to.takes(None, Some("4:+15550100")));
        let from =
            route(r#"{"from":"8:acs:a_b","room":"desk","speaks":"auto","hears":["es","en"]}"#);
        assert!(from.takes(None, Some("8:acs:a_b")));
        assert_eq!(from.room, RouteRoom::Room("desk".parse().unwrap()));
        assert_eq!(from.hears.len(), 2);
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for wrong in [
            r#"{"speaks":"en","hears":"en"}"#,
            r#"{"room":"a room","speaks":"en","hears":"en"}"#,
            r#"{"room":"r","speaks":"klingon!","hears":"en"}"#,
            r#"{"room":"r","speaks":"en","hears":"en","more":1}"#,
        ] {
            assert!(serde_json::from_str::<CallRoute>(wrong).is_err(), "{wrong}");
        }
    }
}
