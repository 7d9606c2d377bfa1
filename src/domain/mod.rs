//! Pure values and rules of interpretation: identities, languages, the wire messages, who hears what,
//! and the traits that two neighbouring floors share.
//!
//! What does not live here: I/O, actix, clocks, randomness. Time and identities are passed in.

pub mod access;
pub mod engine;
pub mod identity;
pub mod language;
