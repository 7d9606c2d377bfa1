//! Opus packets to samples: the one native boundary of the audio floor.
//!
//! `unsafe-libopus` is libopus 1.3.1 translated to Rust, so no C toolchain is needed; its interface is still C's. All `unsafe` is here.

use std::ptr::NonNull;

use unsafe_libopus::{OPUS_OK, opus_decode_float, opus_decoder_create, opus_decoder_destroy};

/// The rate at which packets are decoded, in Hz: Opus decodes to 16 kHz by itself, whatever the sender used.
pub const OPUS_DECODE_RATE: u32 = 16_000;

/// The longest packet RFC 6716 allows, 120 ms, in samples at [`OPUS_DECODE_RATE`].
const LONGEST_PACKET: usize = 1_920;

/// Why a packet could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpusError {
    /// libopus refused to make a decoder, with its error number.
    #[error("libopus cannot make a decoder (error {0})")]
    Unavailable(i32),
    /// The packet is not valid Opus; with libopus's error number. The decoder can go on with the next one.
    #[error("an Opus packet is damaged (error {0})")]
    DamagedPacket(i32),
}

/// Decodes the packets of one stream, mono or stereo, to mono at [`OPUS_DECODE_RATE`].
pub struct OpusDecoder {
    state: NonNull<unsafe_libopus::OpusDecoder>,
    decoded: [f32; LONGEST_PACKET],
}

impl OpusDecoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Result<Self, OpusError> {
        let mut error = OPUS_OK;
        // SAFETY: the only pointer passed is to a live local that the call may write one i32 to. Rate and channel count
        // are values libopus documents; any other would come back as null, which is checked.
        let state = unsafe { opus_decoder_create(OPUS_DECODE_RATE as i32, 1, &mut error) };
        let state = NonNull::new(state).ok_or(OpusError::Unavailable(error))?;
        Ok(Self {
            state,
            decoded: [0.0; LONGEST_PACKET],
        })
    }

    /// The samples of one packet, -1.0..=1.0 save for overshoot, at most 120 ms of them. A stereo packet comes out mixed down.
    pub fn decode(&mut self, packet: &[u8]) -> Result<&[f32], OpusError> {
        // An empty packet would ask libopus to invent audio for a lost one; a real one is far below i32::MAX.
        let length = match i32::try_from(packet.len()) {
            Ok(length) if length > 0 => length,
            _ => {
                return Err(OpusError::DamagedPacket(
                    unsafe_libopus::OPUS_INVALID_PACKET,
                ));
            }
        };
        // SAFETY: `state` came from `opus_decoder_create`, is freed only in `drop`, and `&mut self` keeps anybody else
        // from it. `packet` is valid for reads of `length` bytes, `decoded` for writes of LONGEST_PACKET floats, which is
        // the frame size passed for one channel: libopus answers OPUS_BUFFER_TOO_SMALL rather than write more.
        let count = unsafe {
            opus_decode_float(
                self.state.as_ptr(),
                packet.as_ptr(),
                length,
                self.decoded.as_mut_ptr(),
                LONGEST_PACKET as i32,
                0,
            )
        };
        match usize::try_from(count) {
            Ok(count) => Ok(&self.decoded[..count]),
            Err(_) => Err(OpusError::DamagedPacket(count)),
        }
    }
}

impl Drop for OpusDecoder {
    fn drop(&mut self) {
        // SAFETY: `state` came from `opus_decoder_create` and nothing uses it after this.
        unsafe { opus_decoder_destroy(self.state.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_packet_or_an_error(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 1..20)) {
            let mut decoder = OpusDecoder::new().unwrap();
            for packet in packets {
                if let Ok(samples) = decoder.decode(&packet) {
                    prop_assert!(samples.len() <= LONGEST_PACKET);
                }
            }
        }
    }

    #[test]
    fn an_empty_packet_is_damaged() {
        let mut decoder = OpusDecoder::new().unwrap();
        assert!(matches!(
            decoder.decode(&[]),
            Err(OpusError::DamagedPacket(_))
        ));
    }
}
