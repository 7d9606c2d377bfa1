//! The settings of calls: `acs`. Nothing is done about calls until `acs.connection_string` or `acs.endpoint` is set.

use std::time::Duration;

use config::{Value, ValueKind};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value as Json;

use super::realtime::{Entra, ManagedIdentity};
use crate::domain::{
    call_route::{CallRoute, one_or_many},
    language::Language,
    participant::Speaks,
};

/// `acs`: the resource, how it is told to be it, and what becomes of its calls. No key or secret is ever logged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acs {
    /// Endpoint and access key. Neither this nor an endpoint: there are no calls.
    pub connection_string: Option<SecretString>,
    /// The endpoint alone, for an application of Entra in place of a key.
    pub endpoint: Option<String>,
    /// That application.
    pub entra: Entra,
    /// The identity of this machine, in place of both.
    pub managed_identity: ManagedIdentity,
    /// The version of the interface that is asked for.
    pub api_version: String,
    /// Whether the service must show its tokens to us.
    pub auth: AcsAuth,
    /// For whom its tokens are: the immutable id of the resource.
    pub audience: Option<String>,
    /// As whom it issues them.
    pub issuer: String,
    /// Where it says which keys sign them.
    pub openid_url: String,
    /// The events of Event Grid.
    pub events: AcsEvents,
    /// Which calls join which room; the first that takes one decides.
    pub routes: Vec<CallRoute>,
    /// What a call speaks and hears where there are no routes.
    pub default: CallLanguages,
    /// Calls at once; beyond them callers hear that we are busy.
    pub max_calls: usize,
    /// Without voice in either direction for so long, our leg is hung up.
    #[serde(with = "humantime_serde")]
    pub idle_after: Duration,
    /// How long one that was called or answered may take to be connected.
    #[serde(with = "humantime_serde")]
    pub connect_timeout: Duration,
    /// How long the service may take to open its socket.
    #[serde(with = "humantime_serde")]
    pub media_timeout: Duration,
    /// How long our leg stays in a call in which nobody else is.
    #[serde(with = "humantime_serde")]
    pub alone_after: Duration,
    /// Whether everybody is hung up, and not only our own leg.
    pub terminate: bool,
    /// How calls are compared with those of the service.
    pub audit: AcsAudit,
    /// Whether the speakers of a call come together.
    pub channels: Channels,
    /// The rate at which sound is asked for.
    pub audio_format: CallFormat,
    /// Whether the translation that a call hears falls silent when it begins to speak.
    pub barge_in: bool,
}

/// `acs.events`: who may tell of calls that ring.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcsEvents {
    /// What the registered address carries as `secret` in its query.
    pub secret: Option<SecretString>,
    /// As whom Entra issues the tokens of deliveries.
    pub issuer: Option<String>,
    /// For whom they are.
    pub audience: Option<String>,
    /// Where Entra says which keys sign them.
    pub openid_url: Option<String>,
    /// The role that whoever shows one must have been given; `off`: it is not looked for.
    pub role: String,
    /// Older events of calls that ring or begin are of calls that nobody waits in any more.
    #[serde(with = "humantime_serde")]
    pub max_age: Duration,
}

/// `acs.audit`: the service may have what is over here, and have ended what goes on here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcsAudit {
    /// From one round to the next.
    #[serde(with = "humantime_serde")]
    pub interval: Duration,
    /// Calls in a round, at the most.
    pub calls: usize,
    /// How long after its end a call is looked for once more.
    #[serde(with = "humantime_serde")]
    pub ended_after: Duration,
}

/// `acs.default`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallLanguages {
    /// What is spoken.
    pub speaks: Speaks,
    /// What is heard.
    #[serde(deserialize_with = "one_or_many")]
    pub hears: Vec<Language>,
}

/// What becomes of one who shows no good token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AcsAuth {
    /// They are refused.
    Required,
    /// They are let in, and logged.
    LogOnly,
    /// Tokens are not looked at.
    Off,
}

/// How the speakers of a call come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channels {
    /// In one stream.
    Mixed,
    /// Each alone.
    Unmixed,
}

/// The sound of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum CallFormat {
    /// 16 kHz.
    #[serde(rename = "pcm16KMono")]
    Pcm16K,
    /// 24 kHz.
    #[serde(rename = "pcm24KMono")]
    Pcm24K,
}

impl Acs {
    /// Rules that several settings have together.
    ///
    /// # Errors
    /// The key that is wrong, and what is expected there.
    pub(super) fn check(&self, public_url: Option<&str>) -> Result<(), (&'static str, String)> {
        match (&self.connection_string, &self.endpoint) {
            (None, None) => return Ok(()),
            (Some(_), Some(_)) => {
                let expected = "nothing beside acs.connection_string, which has an endpoint";
                return Err(("acs.endpoint", expected.to_owned()));
            }
            (Some(_), None) => {}
            (None, Some(_)) => self.check_entra()?,
        }
        if public_url.is_none() {
            let expected = "where the service reaches this server, once there are calls";
            return Err(("server.public_url", expected.to_owned()));
        }
        if self.auth != AcsAuth::Off && self.audience.is_none() {
            let expected = "the immutable id of the resource, or acs.auth: off";
            return Err(("acs.audience", expected.to_owned()));
        }
        let events = &self.events;
        let parts = [
            ("acs.events.issuer", events.issuer.is_some()),
            ("acs.events.audience", events.audience.is_some()),
            ("acs.events.openid_url", events.openid_url.is_some()),
        ];
        let is_begun = parts.iter().any(|(_, is_set)| *is_set);
        match parts.iter().find(|(_, is_set)| is_begun && !is_set) {
            Some((key, _)) => {
                let expected = "issuer, audience and openid_url together, or none of them";
                Err((key, expected.to_owned()))
            }
            None => Ok(()),
        }
    }
}

impl Acs {
    fn check_entra(&self) -> Result<(), (&'static str, String)> {
        if self.managed_identity.enabled {
            let expected = "either acs.entra or managed_identity to be set";
            return match self.entra.tenant.is_some() || self.entra.client_id.is_some() {
                true => Err(("acs.managed_identity.enabled", expected.to_owned())),
                false => Ok(()),
            };
        }
        let parts = [
            ("acs.entra.tenant", self.entra.tenant.is_some()),
            ("acs.entra.client_id", self.entra.client_id.is_some()),
            (
                "acs.entra.client_secret",
                self.entra.client_secret.is_some(),
            ),
        ];
        match parts.iter().find(|(_, is_set)| !is_set) {
            Some((key, _)) => {
                let expected = "tenant, client_id and client_secret, or acs.managed_identity, beside acs.endpoint";
                Err((key, expected.to_owned()))
            }
            None => Ok(()),
        }
    }
}

/// What `acs.routes` must be.
pub(super) const ROUTES_EXPECTED: &str =
    "a list of rules (such as [{to: \"+15550100\", room: per_call, speaks: es, hears: es}])";

/// Reads `acs.routes` into the form the typed settings take.
pub(super) fn read_routes(value: &ValueKind) -> Option<Json> {
    let json = as_json(value)?;
    serde_json::from_value::<Vec<CallRoute>>(json.clone()).ok()?;
    Some(json)
}

/// Reads what is spoken: a language, or `auto`.
pub(super) fn read_speaks(value: &ValueKind) -> Option<Json> {
    let json = Json::from(word(value)?);
    serde_json::from_value::<Speaks>(json.clone()).ok()?;
    Some(json)
}

/// Reads what is heard: a language, or several, which in one text are separated by commas.
pub(super) fn read_languages(value: &ValueKind) -> Option<Json> {
    let written: Vec<String> = match value {
        ValueKind::Array(_) => serde_json::from_value(as_json(value)?).ok()?,
        value => word(value)?
            .split(',')
            .map(|tag| tag.trim().to_owned())
            .collect(),
    };
    let languages: Result<Vec<Language>, _> = written.iter().map(|tag| tag.parse()).collect();
    let languages = languages.ok().filter(|languages| !languages.is_empty())?;
    Some(serde_json::json!(languages))
}

fn word(value: &ValueKind) -> Option<&str> {
    match value {
        ValueKind::String(text) => Some(text.trim()),
        _ => None,
    }
}

fn as_json(value: &ValueKind) -> Option<Json> {
    match value {
        ValueKind::String(text) => serde_json::from_str(text).ok(),
        ValueKind::Array(_) => Value::new(None, value.clone()).try_deserialize().ok(),
        _ => None,
    }
}
