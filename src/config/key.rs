//! Every setting that there is: its name, kind and default. The only place that holds a default.
//!
//! `config/interpres.yaml` explains each of them to the user; a test keeps the two the same.

use std::time::Duration;

use super::kind::Kind;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Sections and key, joined by dots: `server.port`.
    pub name: &'static str,
    /// What may stand there.
    pub kind: Kind,
    /// What stands there if nobody says anything, written as in an environment variable. `None`: not set.
    pub default: Option<&'static str>,
}

impl Key {
    /// Finds a setting by its dotted name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The environment variable that sets it: `INTERPRES__SERVER__PORT`.
    pub fn variable(&self) -> String {
        format!(
            "{PREFIX}{}",
            self.name.replace('.', "__").to_ascii_uppercase()
        )
    }
}

/// What every environment variable of ours begins with.
pub(super) const PREFIX: &str = "INTERPRES__";

const fn key(name: &'static str, kind: Kind, default: &'static str) -> Key {
    Key {
        name,
        kind,
        default: Some(default),
    }
}

const fn unset(name: &'static str, kind: Kind) -> Key {
    Key {
        name,
        kind,
        default: None,
    }
}

const fn whole(min: u64, max: u64) -> Kind {
    Kind::Whole { min, max }
}

const fn milliseconds(min: u64, max: u64) -> Kind {
    Kind::Time {
        min: Duration::from_millis(min),
        max: Duration::from_millis(max),
    }
}

const fn seconds(min: u64, max: u64) -> Kind {
    Kind::Time {
        min: Duration::from_secs(min),
        max: Duration::from_secs(max),
    }
}

/// In US dollars.
const PRICE: Kind = Kind::Decimal {
    min: 0.0,
    max: 10_000.0,
};

const NOISE_REDUCTION: Kind = Kind::OneOf(&["near_field", "far_field", "off"]);

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
/// As durations are written: 365.25 days.
const YEAR: u64 = 31_557_600;

/// All settings, section by section, in the order of `config/interpres.yaml`.
pub const KEYS: &[Key] = &[
    key("server.host", Kind::Host, "127.0.0.1"),
    key("server.port", whole(0, 65_535), "3000"),
    key("server.workers", whole(0, 1_024), "0"),
    unset("server.public_url", Kind::Url),
    key("server.shutdown_deadline", seconds(1, 10 * 60), "10s"),
    key("server.drain_rate", whole(1, 1_000_000), "5000"),
    key(
        "server.body_limit",
        Kind::Size {
            min: KIB,
            max: 1024 * MIB,
        },
        "25MiB",
    ),
    key("server.tcp_user_timeout", seconds(1, 10 * 60), "20s"),
    key("server.backlog", whole(1, 65_535), "4096"),
    key("server.max_connections", whole(1, 100_000), "10000"),
    key(
        "server.max_connections_per_address",
        whole(0, 100_000),
        "100",
    ),
    key("server.request_rate", whole(0, 1_000_000), "100"),
    key("server.request_burst", whole(1, 1_000_000), "400"),
    key("server.limit_loopback", Kind::Flag, "false"),
    unset("server.tls.cert", Kind::File),
    unset("server.tls.key", Kind::File),
    key("data.dir", Kind::Folder, "data"),
    unset("store.url", Kind::Database),
    key("store.queue", whole(64, 1_000_000), "8192"),
    key("store.keep_transcripts", seconds(60, 10 * YEAR), "30days"),
    key("store.keep_audit", seconds(60, 10 * YEAR), "365days"),
    unset("auth.secret_key", Kind::Secret),
    unset("auth.admin_key", Kind::Secret),
    key("auth.keys", Kind::Keys, "[]"),
    unset("auth.jwt.issuer", Kind::Text),
    unset("auth.jwt.audience", Kind::Text),
    unset("auth.jwt.jwks_url", Kind::SecureUrl),
    unset("auth.jwt.secret", Kind::SigningSecret),
    key("auth.jwt.role_claim", Kind::Text, "role"),
    key("admin.fault_injection", Kind::Flag, "false"),
    key("log.level", Kind::Level, "info"),
    key("log.format", Kind::OneOf(&["text", "json"]), "text"),
    key("metrics.enabled", Kind::Flag, "true"),
    key("metrics.sample_interval", milliseconds(500, 60_000), "2s"),
    key(
        "websocket.heartbeat_interval",
        milliseconds(100, 10 * 60 * 1000),
        "15s",
    ),
    key(
        "websocket.client_timeout",
        milliseconds(200, HOUR * 1000),
        "60s",
    ),
    key(
        "websocket.stall_timeout",
        milliseconds(100, 10 * 60 * 1000),
        "20s",
    ),
    key(
        "websocket.outbox_bytes",
        Kind::Size {
            min: 64 * KIB,
            max: 64 * MIB,
        },
        "1MiB",
    ),
    key(
        "websocket.max_message",
        Kind::Size {
            min: 64 * KIB,
            max: 64 * MIB,
        },
        "1MiB",
    ),
    key("websocket.message_rate", whole(1, 1_000_000), "100"),
    key("websocket.message_burst", whole(1, 1_000_000), "200"),
    key(
        "websocket.byte_rate",
        Kind::Size {
            min: 16 * KIB,
            max: 256 * MIB,
        },
        "1MiB",
    ),
    key(
        "websocket.byte_burst",
        Kind::Size {
            min: 64 * KIB,
            max: 1024 * MIB,
        },
        "4MiB",
    ),
    key("room.empty_after", milliseconds(100, DAY * 1000), "60s"),
    key("room.unused_after", milliseconds(100, DAY * 1000), "10m"),
    key("room.log_entries", whole(100, 1_000_000), "10000"),
    key("room.max_participants", whole(1, 100_000), "1000"),
    key("room.max_rooms", whole(1, 10_000_000), "100000"),
    key("room.max_per_subject", whole(1, 10_000_000), "1000"),
    key(
        "session.idle_after",
        milliseconds(100, 30 * DAY * 1000),
        "30m",
    ),
    key("session.linger", milliseconds(0, HOUR * 1000), "10s"),
    key(
        "session.return_within",
        milliseconds(100, HOUR * 1000),
        "30s",
    ),
    key("session.max_sessions", whole(1, 10_000_000), "100000"),
    key("session.max_per_owner", whole(1, 10_000_000), "10000"),
    key("session.max_sockets", whole(1, 100_000), "16"),
    key("source.idle_after", milliseconds(100, HOUR * 1000), "10s"),
    key(
        "source.release_after",
        milliseconds(100, HOUR * 1000),
        "30s",
    ),
    key("invoker.idle_after", milliseconds(100, HOUR * 1000), "10s"),
    key(
        "invoker.release_after",
        milliseconds(1_000, HOUR * 1000),
        "30s",
    ),
    key(
        "invoker.renew_before",
        milliseconds(10_000, HOUR * 1000),
        "5m",
    ),
    key("speech.hang", milliseconds(200, 2_000), "400ms"),
    key("speech.preroll", milliseconds(0, 2_000), "400ms"),
    key("speech.max_utterance", milliseconds(1_000, 60_000), "15s"),
    key(
        "speech.threshold",
        Kind::Decimal { min: 0.0, max: 1.0 },
        "0.5",
    ),
    key(
        "speech.detector",
        Kind::OneOf(&["earshot", "energy"]),
        "earshot",
    ),
    key("speech.max_lag", milliseconds(1_000, 120_000), "15s"),
    key(
        "engines.default",
        Kind::OneOf(&["local", "azure-translate", "azure-realtime", "null"]),
        "local",
    ),
    key("engines.fallback", Kind::Names, "[local]"),
    key("engines.local.max_talkers_per_core", whole(1, 64), "4"),
    key("engines.local.lag_limit", milliseconds(50, 10_000), "300ms"),
    key(
        "engines.local.apertium_modes_dir",
        Kind::Folder,
        "/usr/share/apertium/modes",
    ),
    key(
        "engines.local.pocketsphinx_model_dir",
        Kind::Folder,
        "/usr/share/pocketsphinx/model/en-us",
    ),
    key(
        "engines.local.translate_timeout",
        milliseconds(100, 60_000),
        "2s",
    ),
    key(
        "engines.local.pipeline_idle_after",
        milliseconds(1_000, DAY * 1000),
        "300s",
    ),
    key("engines.local.max_text", whole(1, 100_000), "2000"),
    key("engines.local.routes", Kind::Routes, "{}"),
    key(
        "engines.azure_openai.provider",
        Kind::OneOf(&["azure", "openai"]),
        "azure",
    ),
    unset("engines.azure_openai.endpoint", Kind::SecureUrl),
    unset("engines.azure_openai.api_key", Kind::Secret),
    unset("engines.azure_openai.organization", Kind::Text),
    unset("engines.azure_openai.project", Kind::Text),
    key(
        "engines.azure_openai.connect_timeout",
        milliseconds(100, 60_000),
        "10s",
    ),
    unset("engines.azure_openai.entra.tenant", Kind::Text),
    unset("engines.azure_openai.entra.client_id", Kind::Text),
    unset("engines.azure_openai.entra.client_secret", Kind::Secret),
    key(
        "engines.azure_openai.entra.authority",
        Kind::SecureUrl,
        "https://login.microsoftonline.com",
    ),
    key(
        "engines.azure_openai.managed_identity.enabled",
        Kind::Flag,
        "false",
    ),
    unset(
        "engines.azure_openai.managed_identity.client_id",
        Kind::Text,
    ),
    key(
        "engines.azure_openai.managed_identity.endpoint",
        Kind::Url,
        "http://169.254.169.254",
    ),
    unset("engines.azure_translate.endpoint", Kind::SecureUrl),
    unset("engines.azure_translate.api_key", Kind::Secret),
    key(
        "engines.azure_translate.deployment",
        Kind::Text,
        "gpt-realtime-translate",
    ),
    key(
        "engines.azure_translate.transcription",
        Kind::Text,
        "gpt-realtime-whisper",
    ),
    key(
        "engines.azure_translate.noise_reduction",
        NOISE_REDUCTION,
        "near_field",
    ),
    key("engines.azure_translate.price_per_minute", PRICE, "0.034"),
    key(
        "engines.azure_translate.transcription_price_per_minute",
        PRICE,
        "0.017",
    ),
    unset("engines.azure_realtime.endpoint", Kind::SecureUrl),
    unset("engines.azure_realtime.api_key", Kind::Secret),
    key(
        "engines.azure_realtime.deployment",
        Kind::Text,
        "gpt-realtime",
    ),
    key(
        "engines.azure_realtime.transcription",
        Kind::Text,
        "gpt-4o-transcribe",
    ),
    key(
        "engines.azure_realtime.noise_reduction",
        NOISE_REDUCTION,
        "near_field",
    ),
    key("engines.azure_realtime.voice", Kind::Text, "marin"),
    key(
        "engines.azure_realtime.prices.transcription_per_minute",
        PRICE,
        "0.006",
    ),
    key("engines.azure_realtime.prices.text_in", PRICE, "4"),
    key("engines.azure_realtime.prices.text_in_cached", PRICE, "0.4"),
    key("engines.azure_realtime.prices.audio_in", PRICE, "32"),
    key(
        "engines.azure_realtime.prices.audio_in_cached",
        PRICE,
        "0.4",
    ),
    key("engines.azure_realtime.prices.text_out", PRICE, "16"),
    key("engines.azure_realtime.prices.audio_out", PRICE, "64"),
    unset("acs.connection_string", Kind::Secret),
    unset("acs.endpoint", Kind::SecureUrl),
    unset("acs.entra.tenant", Kind::Text),
    unset("acs.entra.client_id", Kind::Text),
    unset("acs.entra.client_secret", Kind::Secret),
    key(
        "acs.entra.authority",
        Kind::SecureUrl,
        "https://login.microsoftonline.com",
    ),
    key("acs.managed_identity.enabled", Kind::Flag, "false"),
    unset("acs.managed_identity.client_id", Kind::Text),
    key(
        "acs.managed_identity.endpoint",
        Kind::Url,
        "http://169.254.169.254",
    ),
    key("acs.api_version", Kind::Text, "2026-03-12"),
    key(
        "acs.auth",
        Kind::OneOf(&["required", "log-only", "off"]),
        "required",
    ),
    unset("acs.audience", Kind::Text),
    key(
        "acs.issuer",
        Kind::Text,
        "https://acscallautomation.communication.azure.com",
    ),
    key(
        "acs.openid_url",
        Kind::SecureUrl,
        "https://acscallautomation.communication.azure.com/calling/.well-known/acsopenidconfiguration",
    ),
    unset("acs.events.secret", Kind::Secret),
    unset("acs.events.issuer", Kind::Text),
    unset("acs.events.audience", Kind::Text),
    unset("acs.events.openid_url", Kind::SecureUrl),
    key(
        "acs.events.role",
        Kind::Text,
        "AzureEventGridSecureWebhookSubscriber",
    ),
    key("acs.events.max_age", seconds(1, DAY), "60s"),
    key("acs.routes", Kind::CallRoutes, "[]"),
    key("acs.default.speaks", Kind::Speaks, "en"),
    key("acs.default.hears", Kind::Languages, "es"),
    key("acs.max_calls", whole(1, 100_000), "1000"),
    key("acs.idle_after", milliseconds(100, DAY * 1000), "5m"),
    key("acs.connect_timeout", milliseconds(100, HOUR * 1000), "2m"),
    key("acs.media_timeout", milliseconds(100, HOUR * 1000), "10s"),
    key("acs.alone_after", milliseconds(0, HOUR * 1000), "30s"),
    key("acs.terminate", Kind::Flag, "false"),
    key("acs.audit.interval", milliseconds(100, HOUR * 1000), "1m"),
    key("acs.audit.calls", whole(1, 10_000), "200"),
    key(
        "acs.audit.ended_after",
        milliseconds(100, HOUR * 1000),
        "30s",
    ),
    key("acs.channels", Kind::OneOf(&["mixed", "unmixed"]), "mixed"),
    key(
        "acs.audio_format",
        Kind::OneOf(&["pcm16KMono", "pcm24KMono"]),
        "pcm16KMono",
    ),
    key("acs.barge_in", Kind::Flag, "true"),
    key("threads.room_arbiters", whole(0, 1_024), "0"),
    key("threads.io_threads", whole(1, 64), "2"),
];
