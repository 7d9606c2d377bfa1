//! `interpres emulate`: servers that stand in for the services we link to.

pub mod acs;
pub mod realtime;
