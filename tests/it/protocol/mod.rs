//! The public contract (API.md) as a stranger's program meets it: every message and every error, over real sockets.
//! What two people live through together is in `conversation.rs`.

mod answering;
mod attaching;
mod configuring;
mod connecting;
mod frames;
mod hostile_text;
mod languages;
mod malformed;
mod ownership;
mod recovery;
mod rooms;
mod speaking;
mod writing;
