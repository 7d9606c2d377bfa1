//! What tests drive the product with: the real program in its own process and folder, and a client that speaks the wire.

pub mod client;
pub mod contract;
pub mod disk;
pub mod interpreter;
pub mod meter;
pub mod postgres;
pub mod processes;
pub mod server;
pub mod speech;
