//! The audio floor: pure functions and small state machines over blocks of samples.
//!
//! Lives here: bytes to samples, levels, resampling, voice detection, endpointing, framing, decoding of whole uploads, WAV.
//! Does not live here: I/O other than byte slices, actors, clocks. A position in time is a count of samples.
//!
//! A sample is an `i16`, mono; on the wire it is little-endian. `f32` appears only inside filters, in -1..1.

pub mod backlog;
pub mod container;
pub mod endpoint;
pub mod frames;
pub mod opus;
pub mod passages;
pub mod pcm;
pub mod resample;
pub mod vad;
pub mod wav;
