//! The two engines of Azure OpenAI, which OpenAI serves too: `azure-translate` and `azure-realtime`.
//!
//! Each interpretation is one WebSocket. [`wire`] is what is said over it, one dialect each; [`socket`] opens it and keeps
//! it alive; [`ending`] tells whether another try may help; [`translate`] and [`converse`] are the engines. Reopening,
//! renewal and the choice of another engine are the caller's.

pub mod credential;
pub mod ending;
pub mod endpoint;
pub mod settings;
pub mod socket;
pub mod wire;
