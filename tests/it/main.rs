//! The one integration binary: a module per capability, driven from outside.

mod audio;
mod config;
