//! What the REST surface does to calls.

pub mod establish;
pub mod leave;
pub mod media;
pub mod participants;
pub mod reading;
