//! The emulator of the OpenAI and Azure OpenAI realtime services: both dialects, client secrets, tokens, faults, an
//! invoice.
//!
//! `server` takes connections, `gate` decides which dialect one speaks and whether it may; then a session of
//! `translation` or `conversation` runs as one task, or `transcript` replays a recorded one. A session reads
//! messages of its client from `wire` and writes through an `outlet`, where all faults are. What is said goes
//! through an `interpreter`: an engine of ours, or nothing at all; `prompter` hears for it what nobody can write down.

mod complaint;
mod control;
mod conversation;
mod fault;
mod g711;
mod gate;
mod hearing;
mod identity;
mod instructions;
mod interpreter;
mod invoice;
mod outlet;
mod prices;
mod prompter;
mod schema;
mod secrets;
mod server;
mod session;
mod tokens;
mod transcript;
mod translation;
mod wire;
mod words;

pub use self::{
    fault::Fault,
    identity::Identity,
    interpreter::Interpreter,
    invoice::Invoice,
    prices::{PriceError, Prices},
    prompter::Prompter,
    server::{BindError, Bound, Options, bind},
    transcript::{Transcript, TranscriptError},
};

/// The sample rate of PCM on this wire, in Hz.
const WIRE_RATE: u32 = 24_000;

/// The two dialects that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Continuous interpretation at `…/realtime/translations`.
    Translation,
    /// Turns and responses at `…/realtime`.
    Conversation,
}
