//! The two engines of Azure OpenAI, which OpenAI serves too: `azure-translate` and `azure-realtime`.
//!
//! Each interpretation is one WebSocket. [`wire`] is what is said over it, one dialect each; [`socket`] opens it and keeps
//! it alive; [`ending`] tells whether another try may help; [`translate`] and [`converse`] are the engines. Reopening,
//! renewal and the choice of another engine are the caller's.

pub mod backlog;
pub mod converse;
pub mod credential;
mod encryption;
pub mod ending;
pub mod endpoint;
mod opening;
mod report;
mod session;
pub mod settings;
pub mod socket;
mod tally;
pub mod translate;
pub mod wire;

pub use converse::Converse;
pub use translate::Translate;
