//! The one integration binary: a module per capability, driven from outside.

mod access;
mod acs;
mod audio;
mod calls_emulated;
mod cloud;
mod config;
mod contract;
mod conversation;
mod dashboard;
mod demo;
mod durability;
mod emulate;
mod engines;
mod floors;
mod http_frame;
mod paused;
mod protocol;
mod resilience;
mod store;
mod supervision;
mod support;
mod transcripts;
