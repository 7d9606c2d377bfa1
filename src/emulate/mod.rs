//! Emulators of the services that the server links to, so that everybody can develop without their keys.
//!
//! Lives here: for each service a small server of its own on loopback, which takes what the real service takes, answers
//! as it answers, and misbehaves on command. Does not live here: anything of the product's own server. An emulator may
//! use engines, audio and `domain`, but never the codec of the link that talks to the real service: what both sides
//! share they could both have wrong. The authority on the wire is the golden files.

pub mod acs;
pub mod fault;
pub mod realtime;
