//! What was said outlives the process that heard it: killed, handed over, or without a disk.

mod handover;
mod kills;
mod witness;
