//! The public contract (API.md) as a stranger's program meets it: every message and every error, over real sockets.
//! What two people live through together is in `conversation.rs`.

mod access;
mod answering;
mod attaching;
mod catalogue;
mod configuring;
mod connecting;
mod endings;
mod frames;
mod hearing;
mod hostile_text;
mod languages;
mod malformed;
mod ownership;
mod recovery;
mod rooms;
mod rooms_over_http;
mod sessions_over_http;
mod speaking;
mod speech_over_http;
mod standing_in;
mod topics;
mod translating;
mod watching;
mod writing;
