//! The emulators, driven as their users drive them: the real program, raw frames, and the official SDK.

pub mod acs;
mod conversation;
mod faults;
mod gate;
mod goldens;
mod hostile;
mod invoice;
mod sdk;
pub mod stand;
mod tokens;
mod transcripts;
mod translation;
