//! The one integration binary: a module per capability, driven from outside.

mod audio;
mod config;
mod engines;
mod http_frame;
mod supervision;
