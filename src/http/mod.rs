//! The inbound surface: routes parse, authorise, send a message to an actor, and render the answer.
//!
//! The frame around every route lives here too: who may call ([`access`]), what an error looks like ([`error`]), what
//! every response carries ([`exchange`]), what describes them all ([`openapi`], [`asyncapi`]), the files and addresses of the
//! pages ([`static_files`]), and how the server is bound and stopped ([`server`]).
//! What does not live here: what a room, session or engine does.

pub mod access;
pub mod acs;
pub mod admin;
pub mod asyncapi;
pub mod audit;
mod browser_policy;
mod call_figures;
pub mod dashboard;
mod engine_figures;
pub mod error;
pub mod exchange;
pub mod figures;
mod granted;
mod intake;
pub mod languages;
pub mod metrics;
mod metrics_json;
pub mod openapi;
mod ownership;
mod pages;
pub mod rooms;
pub mod routes;
pub mod server;
pub mod sessions;
pub mod sockets;
pub mod speech;
pub mod static_files;
pub mod store_figures;
pub mod system;
pub mod throttle;
pub mod tls;
pub mod transcripts;
pub mod usage;
pub mod wire;
