//! Sound: what people say comes from recordings, or from a telephone, and goes to media sockets in frames of 20 ms; what
//! legs send is heard by their whole call.
//!
//! `tick` moves every sound of a call on by one frame; `socket` carries the frames of one leg to and fro, `line` those of
//! somebody who is there themselves.

pub mod converter;
pub mod frame;
pub mod heard;
pub mod line;
pub mod socket;
pub mod tick;
pub mod voice;

/// Frames in a second.
pub const FRAMES_PER_SECOND: u64 = 50;

/// A sample rate of this wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    Pcm16K,
    Pcm24K,
}

impl Rate {
    /// In Hz.
    pub fn hertz(self) -> u32 {
        match self {
            Self::Pcm16K => 16_000,
            Self::Pcm24K => 24_000,
        }
    }

    /// Samples in a frame.
    pub fn samples(self) -> usize {
        match self {
            Self::Pcm16K => 320,
            Self::Pcm24K => 480,
        }
    }
}
