//! Engines: what turns a speaker's words into another language, behind the streams of `domain::engine`.
//!
//! [`cascade`] joins a transcriber, a translator and a synthesizer ([`parts`]) into one engine; [`local`] is the
//! cascade of the parts that are installed on this machine, each in child processes that supervised actors own;
//! [`realtime`] are the two engines of Azure OpenAI, which interpret end to end; [`null`] answers at once, for measuring our own delay. What does not live here: who is heard and by whom, pacing,
//! reconnection and the choice between engines, which are the actors'.

pub mod cascade;
pub mod local;
pub mod null;
pub mod parts;
pub mod realtime;
