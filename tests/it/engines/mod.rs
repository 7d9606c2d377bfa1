//! The engines over the real programs of this machine: PocketSphinx, Apertium and espeak-ng in child processes;
//! and the realtime engines over a provider that is made here.

mod hostile;
mod realtime;
mod recognition;
mod stand;
mod streams;
mod translation;
mod voice;
