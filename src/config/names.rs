//! Other names of settings: those of the public contract's environment, and those of the specification's files.

use super::key::PREFIX;

/// Plain environment names of the public contract (API.md §9) that have an effect, and the key they set.
pub(super) const PLAIN_NAMES: &[(&str, &str)] = &[
    ("ACS_AUTH", "acs.auth"),
    ("ACS_CONNECTION_STRING", "acs.connection_string"),
    ("AZURE_OPENAI_API_KEY", "engines.azure_openai.api_key"),
    ("AZURE_OPENAI_ENDPOINT", "engines.azure_openai.endpoint"),
    ("DATABASE_URL", "store.url"),
    ("DATA_DIR", "data.dir"),
    ("HOST", "server.host"),
    ("LOG_LEVEL", "log.level"),
    ("METRICS_ENABLE", "metrics.enabled"),
    ("PORT", "server.port"),
    ("PUBLIC_URL", "server.public_url"),
    ("SECRET_KEY", "auth.secret_key"),
    ("SESSION_TIMEOUT", "session.idle_after"),
    ("WEBSOCKET_MAX_CONNECTIONS", "server.max_connections"),
    ("WEBSOCKET_TIMEOUT", "websocket.client_timeout"),
    ("WORKERS", "server.workers"),
];

/// Whether an environment variable sets something here, or would if its name were right.
pub fn is_setting(variable: &str) -> bool {
    variable.starts_with(PREFIX) || PLAIN_NAMES.iter().any(|(name, _)| *name == variable)
}

/// What the specification's own files (`config/orchestration.yaml`) call a setting of ours.
pub(super) const SPECIFICATION_NAMES: &[(&str, &str)] = &[
    ("frontend.host", "server.host"),
    ("frontend.port", "server.port"),
    ("frontend.workers", "server.workers"),
    ("websocket.max_connections", "server.max_connections"),
    ("websocket.connection_timeout", "websocket.client_timeout"),
    ("websocket.session_timeout", "session.idle_after"),
];

/// Keys and sections of the specification's files that this version takes and does not use: they are reported, and
/// do not stop the start of a deployment that has them.
pub(super) const WITHOUT_EFFECT: &[&str] = &[
    "service_name",
    "version",
    "gateway",
    "monitoring",
    "services",
    "session_management",
];
