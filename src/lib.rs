//! Live interpretation in calls, rooms and meetings.
//!
//! The floors, an arrow only going down: `http` → `actors` → `engines` · `links` · `store` → `audio` · `supervision` · `config` · `entra` → `domain`.
//! `ARCHITECTURE.md` walks through them.

pub mod actors;
pub mod audio;
pub mod config;
pub mod domain;
pub mod emulate;
pub mod engines;
pub mod entra;
pub mod http;
pub mod links;
pub mod store;
pub mod supervision;
