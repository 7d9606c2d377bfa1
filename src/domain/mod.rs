//! Pure values and rules of interpretation: identities, languages, the wire messages, who hears what,
//! and the traits that two neighbouring floors share.
//!
//! What does not live here: I/O, actix, clocks, randomness. Time and identities are passed in.

pub mod access;
pub mod alert;
pub mod audience;
pub mod breaker;
pub mod budget;
pub mod call_route;
pub mod client_message;
pub mod engine;
pub mod identity;
pub mod interpretation;
pub mod language;
pub mod participant;
pub mod room_log;
pub mod sample;
pub mod segmentation;
pub mod server_message;
pub mod session_config;
pub mod time;
pub mod topic;
pub mod transcript;
pub mod usage;
