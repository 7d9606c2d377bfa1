//! What a recognizer's worker and its owner say to each other.
//!
//! Orders go down as frames, `[type: u8][length: u32 big-endian][payload]`: `C` configuration (JSON), `B` an utterance
//! begins (its number, u32 big-endian), `A` audio (s16le), `E` it ends, `X` it is abandoned. Answers come up as one
//! JSON object a line. Both sides refuse what is longer than [`LONGEST_FRAME`].

use std::{
    io::{self, Read, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

/// The longest frame either side accepts, in bytes: 32 s of audio, far more than is ever sent at once.
pub const LONGEST_FRAME: usize = 1 << 20;

/// What every complaint about the other side begins with.
pub const PROTOCOL_ERROR: &str = "the recognizer's protocol is broken";

/// What to load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The folder of `libsphinxbase.so.3` and `libpocketsphinx.so.3`; none: where the system's loader finds them.
    pub libraries: Option<PathBuf>,
    /// The folder of the model: `en-us/`, `en-us.lm.bin`, `cmudict-en-us.dict`.
    pub model: PathBuf,
}

/// What the worker is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// First: what to load.
    Configure(Configuration),
    /// An utterance with this number begins.
    Begin(u32),
    /// Its audio.
    Audio(Vec<i16>),
    /// It is over; a final is wanted.
    End,
    /// It is over; nothing is wanted.
    Abandon,
}

/// What the worker says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Answer {
    /// It can hear.
    Ready,
    /// Its newest guess at an utterance, as plain words.
    Partial {
        /// The utterance's number.
        utterance: u32,
        /// The words.
        text: String,
    },
    /// The words of an ended utterance, possibly none.
    Final {
        /// The utterance's number.
        utterance: u32,
        /// The words.
        text: String,
    },
    /// How much of all the audio it ever got it has heard.
    Progress {
        /// Samples.
        samples: u64,
    },
}

/// One frame, ready to be written.
pub fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(5 + payload.len());
    frame.push(kind);
    // A payload is at most a piece of audio or a configuration; the reader refuses what would not fit.
    frame.extend_from_slice(
        &u32::try_from(payload.len())
            .unwrap_or(u32::MAX)
            .to_be_bytes(),
    );
    frame.extend_from_slice(payload);
    frame
}

/// Reads the next order; none at the end of the input, also in the middle of a frame (its owner is gone).
///
/// # Errors
/// When the frame is too long or no order.
pub fn read_order(from: &mut impl Read) -> io::Result<Option<Order>> {
    let mut head = [0; 5];
    if !read_whole(from, &mut head)? {
        return Ok(None);
    }
    let [kind, length @ ..] = head;
    let length = u32::from_be_bytes(length) as usize;
    if length > LONGEST_FRAME {
        return Err(broken(format!(
            "a frame of {length} bytes; the longest allowed is {LONGEST_FRAME}"
        )));
    }
    let mut payload = vec![0; length];
    if !read_whole(from, &mut payload)? {
        return Ok(None);
    }
    let order = match kind {
        b'C' => Order::Configure(
            serde_json::from_slice(&payload).map_err(|error| broken(error.to_string()))?,
        ),
        b'B' => Order::Begin(u32::from_be_bytes(
            payload
                .as_slice()
                .try_into()
                .map_err(|_| broken("`B` needs four bytes".to_owned()))?,
        )),
        b'A' if length.is_multiple_of(2) => Order::Audio(
            payload
                .chunks_exact(2)
                .map(|sample| i16::from_le_bytes([sample[0], sample[1]]))
                .collect(),
        ),
        b'A' => return Err(broken("half a sample".to_owned())),
        b'E' => Order::End,
        b'X' => Order::Abandon,
        other => return Err(broken(format!("no frame of type {other}"))),
    };
    Ok(Some(order))
}

/// Writes one answer as one line.
///
/// # Errors
/// When the other side is gone.
pub fn write_answer(to: &mut impl Write, answer: &Answer) -> io::Result<()> {
    serde_json::to_writer(&mut *to, answer)?;
    to.write_all(b"\n")
}

fn read_whole(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn broken(what: String) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{PROTOCOL_ERROR}: {what}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_as_they_were_written() {
        let configuration = Configuration {
            libraries: None,
            model: "/m".into(),
        };
        let mut bytes = frame(b'C', &serde_json::to_vec(&configuration).unwrap());
        bytes.extend(frame(b'B', &7_u32.to_be_bytes()));
        bytes.extend(frame(b'A', &[1, 0, 255, 255]));
        bytes.extend(frame(b'E', &[]));
        bytes.extend(frame(b'X', &[]));
        bytes.extend([b'A', 0, 0]);
        let mut from = bytes.as_slice();
        let mut orders = Vec::new();
        while let Some(order) = read_order(&mut from).unwrap() {
            orders.push(order);
        }
        assert_eq!(
            orders,
            [
                Order::Configure(configuration),
                Order::Begin(7),
                Order::Audio(vec![1, -1]),
                Order::End,
                Order::Abandon
            ]
        );
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for bytes in [
            frame(b'?', &[]),
            frame(b'A', &[1]),
            frame(b'B', &[1]),
            frame(b'C', b"{}"),
            vec![b'A', 0, 16, 0, 1],
        ] {
            assert!(read_order(&mut bytes.as_slice()).is_err(), "{bytes:?}");
        }
    }
}
