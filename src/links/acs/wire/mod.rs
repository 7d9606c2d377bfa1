//! What goes over the wire to and from Azure Communication Services.
//!
//! Read with tolerance: fields that are not known are skipped, those that are missing, null or of another type are missing,
//! words that are not known are kept, and one event that cannot be read takes no other with it. Nothing here panics, whatever
//! comes. Written exactly as the service documents it.

pub mod batch;
pub mod callback;
pub mod confidential;
pub mod connection;
pub mod error;
pub mod frame;
pub mod grid;
pub mod handshake;
pub mod identifier;
mod identifier_model;
pub mod identity;
mod lenient;
pub mod media;
pub mod order;
pub mod request;
pub mod rooms;
mod words;
