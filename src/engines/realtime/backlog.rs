//! What waits to be sent: audio cut into frames, with marks between them, in order and bounded.
//!
//! A backlog that was sent in a burst would be a delay for ever after. So when more waits than may, silence is left out
//! first and then what is oldest. Marks are never left out.

use std::{collections::VecDeque, time::Duration};

use crate::domain::interpretation::INTERPRETATION_RATE;

/// Bytes of a second of audio.
const SECOND: usize = INTERPRETATION_RATE as usize * 2;

/// Mean size of a sample up to which a frame counts as silence: 0.5 % of full scale, below any voice.
const SILENCE: u64 = 164;

/// Audio and marks that wait.
#[derive(Debug)]
pub struct Backlog<Mark> {
    waiting: VecDeque<Waiting<Mark>>,
    /// Frames among what waits.
    frames: usize,
    most: usize,
    frame: usize,
    /// Less than a frame.
    rest: Vec<u8>,
    left_out: LeftOut,
}

/// One thing that waits.
#[derive(Debug, PartialEq, Eq)]
pub enum Waiting<Mark> {
    /// A frame; shorter than the others only before a mark.
    Audio(Vec<u8>),
    /// Something between two frames.
    Mark(Mark),
}

/// What was left out.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Silence.
    pub silence: Duration,
    /// Speech.
    pub speech: Duration,
}

/// How long audio of so many bytes is.
pub fn length(bytes: usize) -> Duration {
    Duration::from_secs_f64(bytes as f64 / SECOND as f64)
}

impl<Mark> Backlog<Mark> {
    /// Nothing yet; to be cut into frames of this length, of which no more than `limit` may wait.
    pub fn new(frame: Duration, limit: Duration) -> Self {
        // Whole samples.
        let frame = (SECOND as f64 * frame.as_secs_f64()) as usize / 2 * 2;
        Self {
            waiting: VecDeque::new(),
            frames: 0,
            most: (limit.as_secs_f64() * SECOND as f64) as usize / frame,
            frame,
            rest: Vec::with_capacity(frame),
            left_out: LeftOut::default(),
        }
    }

    /// More audio, of any length.
    pub fn push(&mut self, mut samples: &[u8]) {
        while !samples.is_empty() {
            let missing = self.frame - self.rest.len();
            let (now, later) = samples.split_at(missing.min(samples.len()));
            self.rest.extend_from_slice(now);
            samples = later;
            if self.rest.len() == self.frame {
                let full = std::mem::replace(&mut self.rest, Vec::with_capacity(self.frame));
                self.add(full);
            }
        }
    }

    /// What is less than a frame becomes one, filled up with silence.
    pub fn fill_up(&mut self) {
        if !self.rest.is_empty() {
            let mut last = std::mem::take(&mut self.rest);
            last.resize(self.frame, 0);
            self.add(last);
        }
    }

    /// A mark behind all audio so far.
    pub fn mark(&mut self, mark: Mark) {
        if !self.rest.is_empty() {
            let last = std::mem::take(&mut self.rest);
            self.add(last);
        }
        self.waiting.push_back(Waiting::Mark(mark));
    }

    /// The oldest that waits.
    pub fn pop(&mut self) -> Option<Waiting<Mark>> {
        let oldest = self.waiting.pop_front()?;
        if matches!(oldest, Waiting::Audio(_)) {
            self.frames -= 1;
        }
        Some(oldest)
    }

    /// Whether nothing waits that could be sent.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What was left out since this was last asked.
    pub fn left_out(&mut self) -> LeftOut {
        std::mem::take(&mut self.left_out)
    }

    fn add(&mut self, frame: Vec<u8>) {
        self.waiting.push_back(Waiting::Audio(frame));
        self.frames += 1;
        if self.frames > self.most {
            self.leave_out();
        }
    }

    fn leave_out(&mut self) {
        let is_audio = |waiting: &Waiting<Mark>| matches!(waiting, Waiting::Audio(_));
        let silent = self
            .waiting
            .iter()
            .position(|waiting| matches!(waiting, Waiting::Audio(frame) if is_silent(frame)));
        let Some(place) = silent.or_else(|| self.waiting.iter().position(is_audio)) else {
            return;
        };
        if let Some(Waiting::Audio(frame)) = self.waiting.remove(place) {
            self.frames -= 1;
            if silent.is_some() {
                self.left_out.silence += length(frame.len());
            } else {
                self.left_out.speech += length(frame.len());
            }
        }
    }
}

fn is_silent(frame: &[u8]) -> bool {
    let sum: u64 = frame
        .chunks_exact(2)
        .map(|sample| u64::from(i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs()))
        .sum();
    sum <= SILENCE * (frame.len() as u64 / 2)
}

/// Whole samples of bytes that may be cut anywhere: an odd one waits for the next.
#[derive(Debug, Default)]
pub struct OddByte(Option<u8>);

impl OddByte {
    /// The bytes with the one that waited, as whole samples.
    pub fn even(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let mut whole = match self.0.take() {
            Some(first) => {
                let mut whole = Vec::with_capacity(bytes.len() + 1);
                whole.push(first);
                whole.extend_from_slice(&bytes);
                whole
            }
            None => bytes,
        };
        if whole.len() % 2 == 1 {
            self.0 = whole.pop();
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backlog(milliseconds: u64) -> Backlog<u8> {
        Backlog::new(
            Duration::from_millis(200),
            Duration::from_millis(milliseconds),
        )
    }

    fn loud(value: u8, bytes: usize) -> Vec<u8> {
        vec![value; bytes]
    }

    #[test]
    fn what_comes_in_any_pieces_goes_in_frames() {
        let mut backlog = backlog(10_000);
        for piece in [2, 9_598, 9_602, 4_000] {
            backlog.push(&loud(9, piece));
        }
        assert_eq!(backlog.pop(), Some(Waiting::Audio(loud(9, 9_600))));
        assert_eq!(backlog.pop(), Some(Waiting::Audio(loud(9, 9_600))));
        assert_eq!(backlog.pop(), None, "4,002 bytes are no frame yet");
        backlog.mark(7);
        assert_eq!(backlog.pop(), Some(Waiting::Audio(loud(9, 4_002))));
        assert_eq!(backlog.pop(), Some(Waiting::Mark(7)));
        backlog.push(&loud(9, 2));
        backlog.fill_up();
        let mut last = loud(9, 2);
        last.resize(9_600, 0);
        assert_eq!(backlog.pop(), Some(Waiting::Audio(last)));
        assert!(backlog.is_empty());
    }

    #[test]
    fn silence_is_left_out_first_then_what_is_oldest_and_marks_never() {
        let mut backlog = backlog(600);
        backlog.push(&loud(1, 9_600));
        backlog.mark(1);
        backlog.push(&loud(0, 9_600));
        backlog.push(&loud(3, 9_600));
        assert_eq!(backlog.left_out(), LeftOut::default());
        backlog.push(&loud(4, 9_600));
        let fifth = Duration::from_millis(200);
        let silence = LeftOut {
            silence: fifth,
            ..LeftOut::default()
        };
        assert_eq!(backlog.left_out(), silence);
        backlog.push(&loud(5, 9_600));
        let speech = LeftOut {
            speech: fifth,
            ..LeftOut::default()
        };
        assert_eq!(backlog.left_out(), speech);
        assert_eq!(backlog.pop(), Some(Waiting::Mark(1)));
        for value in [3, 4, 5] {
            assert_eq!(backlog.pop(), Some(Waiting::Audio(loud(value, 9_600))));
        }
    }

    #[test]
    fn an_odd_byte_waits_for_its_other_half() {
        let mut odd = OddByte::default();
        assert_eq!(odd.even(vec![1, 2, 3]), [1, 2]);
        assert_eq!(odd.even(vec![]), [0; 0]);
        assert_eq!(odd.even(vec![4]), [3, 4]);
        assert_eq!(odd.even(vec![5, 6]), [5, 6]);
    }
}
