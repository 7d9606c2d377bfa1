//! The one integration binary: a module per capability, driven from outside.

mod audio;
mod config;
mod conversation;
mod engines;
mod floors;
mod http_frame;
mod paused;
mod protocol;
mod resilience;
mod supervision;
mod support;
mod transcripts;
