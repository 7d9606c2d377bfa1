//! Typed settings: read in layers, checked key by key, and explained when they are wrong.
//!
//! Layers, each over the one before: the defaults of [`key::KEYS`] < one YAML file < plain environment names
//! (`PORT`) < `INTERPRES__SECTION__KEY`. Values are checked against their [`kind::Kind`] before they become
//! [`Settings`], so the rest of the program never sees a number out of its range.
//!
//! What does not live here: what a setting does (its owner knows), overrides stored at run time, the command line.

mod acs;
mod auth;
mod error;
mod key;
mod kind;
mod layer;
mod load;
mod names;
mod realtime;
mod secret_file;
mod settings;

pub use acs::{Acs, AcsAudit, AcsAuth, AcsEvents, CallFormat, CallLanguages, Channels};
pub use auth::{AccessKey, Auth, Jwt};
pub use error::SettingsError;
pub use key::{KEYS, Key};
pub use kind::{Kind, is_secure};
pub use load::{LoadOptions, Loaded};
pub use names::is_setting;
pub use realtime::{
    AzureOpenAi, AzureRealtime, AzureTranslate, Entra, ManagedIdentity, NoiseReduction, Provider,
    RealtimePrices,
};
pub use secret_file::{KeyFile, read_or_create};
pub use settings::{
    Admin, Data, DefaultEngine, Detector, Engines, Invoker, Local, Log, LogFormat, LogLevel,
    Metrics, Room, Server, Session, Settings, Source, Speech, Threads, Tls, WebSocket,
};
