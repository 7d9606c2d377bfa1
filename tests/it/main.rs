//! The one integration binary: a module per capability.

mod config;
mod http_frame;
