//! The typed settings. Each field's default and range stand in [`super::key::KEYS`], its explanation for the user in
//! `config/interpres.yaml`.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;

use super::acs::Acs;
use super::auth::Auth;
use super::error::SettingsError;
use super::load::{LoadOptions, Loaded};
use super::realtime::{AzureOpenAi, AzureRealtime, AzureTranslate};

/// Everything that can be set. `Settings::default()` is what an empty file gives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where and how the server listens.
    pub server: Server,
    /// Where the server keeps what outlives it.
    pub data: Data,
    /// The database and what is kept in it how long.
    pub store: Store,
    /// Keys.
    pub auth: Auth,
    /// The admin surface.
    pub admin: Admin,
    /// What is logged, and how.
    pub log: Log,
    /// Prometheus metrics.
    pub metrics: Metrics,
    /// WebSocket connections.
    pub websocket: WebSocket,
    /// Rooms.
    pub room: Room,
    /// Sessions.
    pub session: Session,
    /// Sources: one per speaking participant.
    pub source: Source,
    /// Invokers: one per speaker and target language.
    pub invoker: Invoker,
    /// How speech is cut into utterances.
    pub speech: Speech,
    /// Speech and translation engines.
    pub engines: Engines,
    /// Calls.
    pub acs: Acs,
    /// Threads beside the HTTP workers.
    pub threads: Threads,
}

impl Settings {
    /// Reads and checks the settings.
    ///
    /// # Errors
    /// The first thing that is wrong, as one line that names its key and where it came from.
    pub fn load(options: LoadOptions) -> Result<Self, SettingsError> {
        Loaded::load(options).map(|loaded| loaded.settings)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Loaded::defaults().settings
    }
}

/// `server`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address or name to listen on.
    pub host: String,
    /// TCP port; 0 lets the system choose.
    pub port: u16,
    /// HTTP worker threads; 0 = one per core.
    pub workers: usize,
    /// What browsers and callbacks reach us by, without a slash at the end.
    pub public_url: Option<String>,
    /// All of a graceful stop, after which what is left is cut off.
    #[serde(with = "humantime_serde")]
    pub shutdown_deadline: Duration,
    /// Clients told per second to come back elsewhere, while the server goes down.
    pub drain_rate: u32,
    /// Largest request body in bytes.
    pub body_limit: usize,
    /// How long the kernel keeps sent and unacknowledged bytes before it closes the connection.
    #[serde(with = "humantime_serde")]
    pub tcp_user_timeout: Duration,
    /// Connections the kernel holds while they wait to be accepted.
    pub backlog: u32,
    /// WebSocket connections at once; the next one is closed with 1008.
    pub max_connections: usize,
    /// WebSocket connections at once from one address; 0: no limit.
    pub max_connections_per_address: usize,
    /// HTTP requests per second of one address; 0: no limit.
    pub request_rate: u32,
    /// HTTP requests of one address at once.
    pub request_burst: NonZeroU32,
    /// Whether the limits per address hold for this machine itself.
    pub limit_loopback: bool,
    /// Encryption of all connections; nothing set: none.
    pub tls: Tls,
}

/// `server.tls`: both or neither.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file of the certificate, followed by those of its issuers.
    pub cert: Option<PathBuf>,
    /// PEM file of the certificate's private key.
    pub key: Option<PathBuf>,
}

/// `data`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The data folder, made at need.
    pub dir: PathBuf,
}

/// `store`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The database: `postgres://…`, `sqlite://PATH` or `memory:`; unset: a SQLite file in the data folder. May hold a
    /// password.
    pub url: Option<SecretString>,
    /// Writes that may wait for the database.
    pub queue: usize,
    /// How long what was said is kept.
    #[serde(with = "humantime_serde")]
    pub keep_transcripts: Duration,
    /// How long the audit trail is kept, and the ledger of what engines were used for.
    #[serde(with = "humantime_serde")]
    pub keep_audit: Duration,
}

/// `admin`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Whether actors can be made to panic on command.
    pub fault_injection: bool,
}

/// `log`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The least important event that is written.
    pub level: LogLevel,
    /// How an event is written.
    pub format: LogFormat,
}

/// How important an event must be to be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Nothing is logged.
    Off,
    /// Something failed that should not.
    Error,
    /// Something is wrong and was lived with.
    Warn,
    /// What happens: calls, rooms, starts and stops.
    Info,
    /// What an operator wants to see while looking for a fault.
    Debug,
    /// Everything.
    Trace,
}

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// One JSON object per line.
    Json,
}

/// `metrics`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Whether `GET /metrics` and `GET /api/metrics` are served.
    pub enabled: bool,
    /// How often the server looks at itself.
    #[serde(with = "humantime_serde")]
    pub sample_interval: Duration,
}

/// `websocket`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSocket {
    /// How often the server pings.
    #[serde(with = "humantime_serde")]
    pub heartbeat_interval: Duration,
    /// Nothing heard for this long, not even a pong: closed. Longer than the heartbeat interval.
    #[serde(with = "humantime_serde")]
    pub client_timeout: Duration,
    /// The peer has taken nothing for this long: closed.
    #[serde(with = "humantime_serde")]
    pub stall_timeout: Duration,
    /// Bytes that may wait for one peer.
    pub outbox_bytes: usize,
    /// Largest message taken, in bytes.
    pub max_message: usize,
    /// Text messages per second of one connection.
    pub message_rate: NonZeroU32,
    /// Text messages of one connection at once.
    pub message_burst: NonZeroU32,
    /// Bytes per second of one connection.
    pub byte_rate: NonZeroU32,
    /// Bytes of one connection at once.
    pub byte_burst: NonZeroU32,
}

/// `room`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// How long a room stays after its last participant left.
    #[serde(with = "humantime_serde")]
    pub empty_after: Duration,
    /// How long a room made over REST waits for its first participant.
    #[serde(with = "humantime_serde")]
    pub unused_after: Duration,
    /// Numbered messages kept for recovery.
    pub log_entries: usize,
    /// Participants in one room.
    pub max_participants: usize,
    /// Rooms at once, private ones counted.
    pub max_rooms: u64,
    /// Rooms that one subject may have made over REST at once.
    pub max_per_subject: usize,
}

/// `session`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// How long a session is kept without activity.
    #[serde(with = "humantime_serde")]
    pub idle_after: Duration,
    /// How long its actor stays after the last socket left.
    #[serde(with = "humantime_serde")]
    pub linger: Duration,
    /// How long those who were in a room are waited for after its server went down.
    #[serde(with = "humantime_serde")]
    pub return_within: Duration,
    /// Sessions at once.
    pub max_sessions: usize,
    /// Sessions that one owner may have at once.
    pub max_per_owner: usize,
    /// Sockets attached to one session at once.
    pub max_sockets: usize,
}

/// `source`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How long a Source stays when nobody reads or hears its speaker.
    #[serde(with = "humantime_serde")]
    pub idle_after: Duration,
    /// Silence after which the engine's stream is closed.
    #[serde(with = "humantime_serde")]
    pub release_after: Duration,
}

/// `invoker`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invoker {
    /// How long a translation stream stays when nobody reads or hears it.
    #[serde(with = "humantime_serde")]
    pub idle_after: Duration,
    /// Silence after which the stream of an end-to-end engine is closed.
    #[serde(with = "humantime_serde")]
    pub release_after: Duration,
    /// How long before the provider ends a stream the next one is opened.
    #[serde(with = "humantime_serde")]
    pub renew_before: Duration,
}

/// `speech`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// Silence that ends an utterance.
    #[serde(with = "humantime_serde")]
    pub hang: Duration,
    /// Audio before the first voiced frame that belongs to the utterance.
    #[serde(with = "humantime_serde")]
    pub preroll: Duration,
    /// An utterance is cut at this length.
    #[serde(with = "humantime_serde")]
    pub max_utterance: Duration,
    /// From which voice probability on a frame is voiced, 0 to 1.
    pub threshold: f32,
    /// What tells voice from silence.
    pub detector: Detector,
    /// Translated speech that may wait to be heard.
    #[serde(with = "humantime_serde")]
    pub max_lag: Duration,
}

/// What tells voice from silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detector {
    /// A small neural network.
    Earshot,
    /// Loudness over the noise floor.
    Energy,
}

/// `engines`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engines {
    /// The engine for those who name none.
    pub default: DefaultEngine,
    /// Engines that serve, in this order, whoever's engine does not.
    pub fallback: Vec<String>,
    /// PocketSphinx, Apertium and espeak-ng.
    pub local: Local,
    /// Whose service the two below are, and who we are to it.
    pub azure_openai: AzureOpenAi,
    /// The continuous translation of Azure OpenAI.
    pub azure_translate: AzureTranslate,
    /// The conversing models of Azure OpenAI as interpreters.
    pub azure_realtime: AzureRealtime,
}

/// The engines that settings can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultEngine {
    /// The offline engine.
    Local,
    /// Azure OpenAI's translating model.
    AzureTranslate,
    /// Azure OpenAI's conversing model.
    AzureRealtime,
    /// Answers at once, to measure our own delay.
    Null,
}

/// `engines.local`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Local {
    /// People recognised at once, per core.
    pub max_talkers_per_core: usize,
    /// Recognition may lag this far behind before further talkers are refused.
    #[serde(with = "humantime_serde")]
    pub lag_limit: Duration,
    /// Where Apertium's directions are installed.
    pub apertium_modes_dir: PathBuf,
    /// PocketSphinx's English model.
    pub pocketsphinx_model_dir: PathBuf,
    /// Longest wait for one translation.
    #[serde(with = "humantime_serde")]
    pub translate_timeout: Duration,
    /// An unused translation process is ended after this.
    #[serde(with = "humantime_serde")]
    pub pipeline_idle_after: Duration,
    /// Characters per translation request.
    pub max_text: usize,
    /// Language pair → Apertium directions to chain, where the built-in choice is not wanted.
    pub routes: BTreeMap<String, Vec<String>>,
}

/// `threads`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threads {
    /// Threads that Rooms, Sources and Invokers live on; 0 = one per core.
    pub room_arbiters: usize,
    /// Threads for outgoing connections, database and child processes.
    pub io_threads: usize,
}
