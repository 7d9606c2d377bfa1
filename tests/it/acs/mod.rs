//! The link to Azure Communication Services, held to the golden files: what goes out, what comes in, who may call us.

mod afterlife;
mod asking;
mod auditing;
mod callbacks;
mod calls;
mod exchange;
mod frames;
mod golden;
mod grid;
mod hostile;
mod identifiers;
mod lifecycle;
mod performing;
mod requests;
mod responses;
mod retries;
mod service;
mod sessions;
mod signing;
mod soak;
mod sockets;
mod tokens;
mod webhooks;
