//! The actors of the tree: what rooms, sessions, sockets, sources and invokers do.
//!
//! What does not live here: how a crash becomes a restart (`supervision`), how words are recognised or translated
//! (`engines`), how bytes come in (`http`).

pub mod admission;
pub mod call;
pub mod chain;
pub mod clock;
pub mod draining;
pub mod engine_board;
mod engine_stream;
pub mod environment;
pub mod erasing;
pub mod insistent;
pub mod invoker;
pub mod limit;
pub mod monitor;
pub mod observer;
pub mod outbox;
pub mod outlet;
pub mod pace;
pub mod quotas;
pub mod refusal;
pub mod room;
pub mod session;
pub mod socket;
pub mod source;
pub mod topics;
pub mod transcribing;
pub mod translating;
pub mod voice;
