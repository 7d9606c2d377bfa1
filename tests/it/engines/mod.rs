//! The engines over the real programs of this machine: PocketSphinx, Apertium and espeak-ng in child processes.

mod hostile;
mod recognition;
mod stand;
mod streams;
mod translation;
mod voice;
