//! G.711, the telephone's 8-bit samples at 8 kHz, µ-law and A-law (ITU-T G.711, with the constants of its tables).

/// The sample rate of G.711, in Hz.
pub const RATE: u32 = 8_000;

/// Added to a magnitude before its µ-law exponent is found (132 in 16-bit samples).
const MU_BIAS: i32 = 0x84;

/// The loudest magnitude that µ-law can hold.
const MU_CLIP: i32 = 32_635;

/// A µ-law byte as a sample.
pub fn mu_decode(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let mantissa = i32::from(byte & 0x0f);
    let magnitude = (((mantissa << 3) + MU_BIAS) << exponent) - MU_BIAS;
    let sample = if byte & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    };
    // At most 32,124.
    sample as i16
}

/// A sample as a µ-law byte.
pub fn mu_encode(sample: i16) -> u8 {
    let magnitude = i32::from(sample).abs().min(MU_CLIP) + MU_BIAS;
    let exponent = (magnitude.ilog2() - 7) as u8;
    let mantissa = ((magnitude >> (exponent + 3)) & 0x0f) as u8;
    let sign = if sample < 0 { 0x80 } else { 0 };
    !(sign | (exponent << 4) | mantissa)
}

/// An A-law byte as a sample.
pub fn a_decode(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let mantissa = i32::from(byte & 0x0f) << 4;
    let magnitude = match exponent {
        0 => mantissa + 8,
        exponent => (mantissa + 0x108) << (exponent - 1),
    };
    let sample = if byte & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    };
    // At most 32,256.
    sample as i16
}

/// A sample as an A-law byte.
pub fn a_encode(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 {
        (0, !i32::from(sample))
    } else {
        (0x80, i32::from(sample))
    };
    let exponent = (magnitude.max(1).ilog2().saturating_sub(7)) as u8;
    let mantissa = (magnitude >> (exponent.max(1) + 3)) as u8 & 0x0f;
    (sign | (exponent << 4) | mantissa) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for byte in 0..=u8::MAX {
            assert_eq!(a_encode(a_decode(byte)), byte, "A-law {byte}");
            let again = mu_encode(mu_decode(byte));
            // µ-law has two zeros.
            assert!(
                again == byte || (byte == 0x7f && again == 0xff),
                "µ-law {byte} {again}"
            );
        }
        assert_eq!((mu_decode(0x00), mu_decode(0xff)), (-32_124, 0));
        assert_eq!(
            (a_decode(0xd5), a_decode(0x2a), a_decode(0xaa)),
            (8, -32_256, 32_256)
        );
        for sample in [i16::MIN, -1, 0, 1, i16::MAX] {
            mu_encode(sample);
            a_encode(sample);
        }
    }
}
