//! The one integration binary: a module per capability, driven from outside.

mod audio;
mod config;
mod conversation;
mod engines;
mod http_frame;
mod paused;
mod supervision;
mod support;
