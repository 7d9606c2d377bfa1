//! What a setting may be: its type, unit and range, and how it is read from YAML or from the text of an
//! environment variable.

use std::collections::BTreeMap;
use std::time::Duration;

use bytesize::ByteSize;
use config::ValueKind;
use serde_json::Value as Json;

use super::acs;
use super::auth::{self, Fault};

/// The type and range of one setting. Bounds are inclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Text of at least 16 characters that is never shown or logged.
    Secret,
    /// Text of at least 32 characters that is never shown or logged: it signs what others can try to guess it from.
    SigningSecret,
    /// Keys with role and subject: `[{key, role, subject}]`. In an environment variable as JSON. Keys are never shown.
    Keys,
    /// Text that is not empty.
    Text,
    /// The address of a database, never shown or logged: it may hold a password.
    Database,
    /// An IP address or a host name to listen on.
    Host,
    /// An `http` or `https` address.
    Url,
    /// An `https` address, or an `http` one on this machine, without user or password.
    SecureUrl,
    /// A file; relative ones are relative to the working directory.
    File,
    /// A folder; relative ones are relative to the working directory.
    Folder,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole { min: u64, max: u64 },
    /// A number with a fraction.
    Decimal { min: f64, max: f64 },
    /// A duration: `500ms`, `30s`, `5m`, or a number of seconds.
    Time { min: Duration, max: Duration },
    /// An amount of memory in bytes: `1MiB`, `64 KiB`, or a number of bytes.
    Size { min: u64, max: u64 },
    /// One of a few words, in any case.
    OneOf(&'static [&'static str]),
    /// A log level; the specification's `WARNING` means `warn`.
    Level,
    /// Translation routes: `en-es: [eng-cat, cat-spa]`. In an environment variable as JSON.
    Routes,
    /// Names of engines: `[azure-translate, local]`.
    Names,
    /// Rules for calls: `[{to, from, room, speaks, hears}]`. In an environment variable as JSON.
    CallRoutes,
    /// A language, or `auto`.
    Speaks,
    /// A language or a list of them; in one text separated by commas.
    Languages,
}

/// Shortest secret taken: a shorter one could be guessed offline from a token signed with it.
const SHORTEST_SECRET: usize = 16;

/// Shortest secret that signs tokens: as long as what SHA-256 puts out (RFC 7518 section 3.2).
const SHORTEST_SIGNING_SECRET: usize = 32;

const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

impl Kind {
    /// Reads `value` into the form the typed settings take. `None` if it is not of this kind or out of range.
    pub(super) fn read(self, value: &ValueKind) -> Option<Json> {
        match self {
            Self::Folder | Self::File | Self::Text => {
                text(value).filter(|text| !text.is_empty()).map(Json::from)
            }
            Self::Secret => text(value)
                .filter(|text| text.chars().count() >= SHORTEST_SECRET)
                .map(Json::from),
            Self::SigningSecret => text(value)
                .filter(|text| text.chars().count() >= SHORTEST_SIGNING_SECRET)
                .map(Json::from),
            Self::Keys => auth::read_keys(value).ok(),
            Self::SecureUrl => text(value).filter(|text| is_secure(text)).map(Json::from),
            Self::Database => text(value).and_then(database).map(Json::from),
            Self::Host => text(value)
                .filter(|host| url::Host::parse(&bracketed(host)).is_ok())
                .map(Json::from),
            Self::Url => text(value).and_then(http_address).map(Json::from),
            Self::Flag => flag(value).map(Json::from),
            Self::Whole { min, max } => whole(value)
                .filter(|number| (min..=max).contains(number))
                .map(Json::from),
            Self::Decimal { min, max } => decimal(value)
                .filter(|number| (min..=max).contains(number))
                .map(Json::from),
            Self::Time { min, max } => duration(value)
                .filter(|time| (min..=max).contains(time))
                .map(|time| Json::from(humantime::format_duration(time).to_string())),
            Self::Size { min, max } => size(value)
                .filter(|bytes| (min..=max).contains(bytes))
                .map(Json::from),
            Self::OneOf(words) => word(value, words).map(Json::from),
            Self::Level => level(value).map(Json::from),
            Self::Routes => routes(value),
            Self::Names => names(value).map(Json::from),
            Self::CallRoutes => acs::read_routes(value),
            Self::Speaks => acs::read_speaks(value),
            Self::Languages => acs::read_languages(value),
        }
    }

    /// Whether what stands here is never shown or logged.
    pub fn is_secret(self) -> bool {
        matches!(
            self,
            Self::Secret | Self::SigningSecret | Self::Keys | Self::Database
        )
    }

    /// What is wrong with a value that [`Kind::read`] does not take: the place in it and what is expected there.
    pub(super) fn fault(self, value: &ValueKind) -> Fault {
        match (self, auth::read_keys(value)) {
            (Self::Keys, Err(fault)) => fault,
            _ => Fault {
                place: String::new(),
                expected: self.expected(),
            },
        }
    }

    /// What may stand here, for people: "a number from 0 to 65535".
    pub fn expected(self) -> String {
        match self {
            Self::Secret => format!("text of at least {SHORTEST_SECRET} characters"),
            Self::SigningSecret => format!("text of at least {SHORTEST_SIGNING_SECRET} characters"),
            Self::Keys => auth::KEYS_EXPECTED.into(),
            Self::Text => "text that is not empty".into(),
            Self::Database => "postgres://USER:PASSWORD@HOST/NAME, sqlite://FILE or memory:".into(),
            Self::Host => "an IP address or a host name".into(),
            Self::Url => "an address that begins with http:// or https://".into(),
            Self::SecureUrl => {
                "an address that begins with https://, or with http:// on this machine, without a user name".into()
            }
            Self::File => "the path of a file".into(),
            Self::Folder => "the path of a folder".into(),
            Self::Flag => "true or false".into(),
            Self::Whole { min, max } => format!("a number from {min} to {max}"),
            Self::Decimal { min, max } => format!("a number from {min} to {max}"),
            Self::Time { min, max } => format!(
                "a duration from {} to {} (such as 500ms, 30s, 5m, or a number of seconds)",
                humantime::format_duration(min),
                humantime::format_duration(max)
            ),
            Self::Size { min, max } => {
                format!("a size from {} to {} (such as 64KiB, 1MiB, or a number of bytes)", ByteSize(min), ByteSize(max))
            }
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Level => format!("one of {}", LEVELS.join(", ")),
            Self::Routes => "a map from a language pair to translator directions (such as en-es: [eng-cat, cat-spa])".into(),
            Self::Names => "a list of names of engines (such as [azure-translate, local])".into(),
            Self::CallRoutes => acs::ROUTES_EXPECTED.into(),
            Self::Speaks => "a language (such as en), or auto".into(),
            Self::Languages => "a language, or a list of languages (such as [en, es])".into(),
        }
    }

    /// The value in YAML as a person would write it; `value` is what [`Kind::read`] gave.
    pub(super) fn written(self, value: &Json) -> String {
        match (self, value) {
            (Self::Secret | Self::SigningSecret | Self::Database, _) => {
                "\"(set, not shown)\"".into()
            }
            (Self::Keys, keys) => auth::shown_keys(keys),
            (Self::Size { .. }, Json::Number(bytes)) => {
                let bytes = bytes.as_u64().unwrap_or_default();
                // A rounded size would load back as another one.
                let text = ByteSize(bytes).to_string();
                if text
                    .parse::<ByteSize>()
                    .is_ok_and(|parsed| parsed.as_u64() == bytes)
                {
                    text
                } else {
                    bytes.to_string()
                }
            }
            (Self::Time { .. } | Self::OneOf(_) | Self::Level, Json::String(plain)) => {
                plain.clone()
            }
            // JSON is YAML, so a value in its JSON form is quoted as it must be.
            (_, other) => other.to_string(),
        }
    }
}

fn text(value: &ValueKind) -> Option<&str> {
    match value {
        ValueKind::String(text) => Some(text.trim()),
        _ => None,
    }
}

/// `Host::parse` takes IPv6 addresses in brackets only, and people write them without.
fn bracketed(host: &str) -> String {
    if host.parse::<std::net::Ipv6Addr>().is_ok() {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

fn http_address(text: &str) -> Option<String> {
    let address = url::Url::parse(text).ok()?;
    (matches!(address.scheme(), "http" | "https") && address.has_host())
        .then(|| text.trim_end_matches('/').to_owned())
}

/// Whether nobody on the way can answer in place of this address: `https`, or `http` on this machine, without user or
/// password. Keys that anybody on the way could replace would open the server to anybody.
pub fn is_secure(text: &str) -> bool {
    let Ok(address) = url::Url::parse(text) else {
        return false;
    };
    let is_here = match address.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let is_safe = address.scheme() == "https" || (address.scheme() == "http" && is_here);
    is_safe && address.has_host() && address.username().is_empty() && address.password().is_none()
}

fn database(text: &str) -> Option<&str> {
    let known = text == "memory:"
        || text
            .strip_prefix("sqlite://")
            .is_some_and(|file| !file.is_empty())
        || url::Url::parse(text)
            .is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.has_host());
    known.then_some(text)
}

fn flag(value: &ValueKind) -> Option<bool> {
    match value {
        ValueKind::Boolean(flag) => Some(*flag),
        ValueKind::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn whole(value: &ValueKind) -> Option<u64> {
    match value {
        ValueKind::I64(number) => u64::try_from(*number).ok(),
        ValueKind::U64(number) => Some(*number),
        ValueKind::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn decimal(value: &ValueKind) -> Option<f64> {
    let number = match value {
        ValueKind::I64(number) => *number as f64,
        ValueKind::U64(number) => *number as f64,
        ValueKind::Float(number) => *number,
        ValueKind::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn duration(value: &ValueKind) -> Option<Duration> {
    match (decimal(value), value) {
        (Some(seconds), _) => Duration::try_from_secs_f64(seconds).ok(),
        (None, ValueKind::String(text)) => humantime::parse_duration(text.trim()).ok(),
        _ => None,
    }
}

fn size(value: &ValueKind) -> Option<u64> {
    match value {
        ValueKind::String(text) => text
            .trim()
            .parse::<ByteSize>()
            .ok()
            .map(|size| size.as_u64()),
        _ => whole(value),
    }
}

fn word(value: &ValueKind, words: &'static [&'static str]) -> Option<&'static str> {
    let written = text(value)?;
    words
        .iter()
        .find(|word| word.eq_ignore_ascii_case(written))
        .copied()
}

fn level(value: &ValueKind) -> Option<&'static str> {
    match value {
        // YAML readers of the older standard hand `off` over as false.
        ValueKind::Boolean(false) => Some("off"),
        ValueKind::String(text) if text.trim().eq_ignore_ascii_case("warning") => Some("warn"),
        _ => word(value, LEVELS),
    }
}

/// A list, or in one text what stands in one: with its brackets or without, separated by commas.
fn names(value: &ValueKind) -> Option<Vec<String>> {
    let written: Vec<&str> = match value {
        ValueKind::Array(values) => values
            .iter()
            .map(|value| text(&value.kind))
            .collect::<Option<_>>()?,
        value => {
            let all = text(value)?;
            let inner = all
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            let inner = inner.unwrap_or(all).trim();
            if inner.is_empty() {
                Vec::new()
            } else {
                inner
                    .split(',')
                    .map(|name| name.trim().trim_matches('"'))
                    .collect()
            }
        }
    };
    let is_name = |name: &&str| {
        !name.is_empty()
            && name.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
            })
    };
    written
        .iter()
        .all(is_name)
        .then(|| written.into_iter().map(str::to_owned).collect())
}

fn routes(value: &ValueKind) -> Option<Json> {
    let routes: BTreeMap<String, Vec<String>> = serde_json::from_str(text(value)?).ok()?;
    let is_sound = |(pair, directions): (&String, &Vec<String>)| {
        is_pair(pair)
            && !directions.is_empty()
            && directions.iter().all(|direction| is_pair(direction))
    };
    routes
        .iter()
        .all(is_sound)
        .then(|| serde_json::json!(routes))
}

/// `en-es`, `eng-cat`, `cat-spa_LATAM`: what Apertium calls a direction. It becomes part of a file name, so nothing
/// else may stand in it.
fn is_pair(text: &str) -> bool {
    let is_code = |code: &str| {
        !code.is_empty()
            && code
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    text.split_once('-')
        .is_some_and(|(from, to)| is_code(from) && is_code(to))
}
