//! Speech on its way to an engine that takes it at the pace at which it is spoken: what waits is bounded.
//!
//! What cannot be given now waits. Sent later in one burst it would be a delay for ever, for the engine answers at the
//! pace of speech; so what is silent is left out first, and where that is not enough the oldest. What was left out is
//! counted.

use std::{collections::VecDeque, time::Duration};

use bytes::{Bytes, BytesMut};

/// Something in the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<Mark> {
    /// Audio, s16le mono.
    Audio {
        /// An even number of bytes.
        samples: Bytes,
        /// Whether somebody speaks in it.
        voiced: bool,
    },
    /// Something that happens between two pieces of audio, and is never left out.
    Mark(Mark),
}

/// What comes out of a [`Backlog`] next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<Mark> {
    /// Audio, as much as was asked for or up to the next mark, and how much of it is voiced, in bytes.
    Audio(Bytes, usize),
    /// A mark.
    Mark(Mark),
}

/// Audio and marks in order, of one sample rate.
#[derive(Debug)]
pub struct Backlog<Mark> {
    pieces: VecDeque<Piece<Mark>>,
    bytes: usize,
    bytes_per_second: usize,
    dropped: u64,
}

impl<Mark> Backlog<Mark> {
    /// Nothing waits yet.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            pieces: VecDeque::new(),
            bytes: 0,
            bytes_per_second: sample_rate as usize * 2,
            dropped: 0,
        }
    }

    /// Adds to its end.
    pub fn push(&mut self, piece: Piece<Mark>) {
        if let Piece::Audio { samples, .. } = &piece {
            if samples.is_empty() {
                return;
            }
            self.bytes += samples.len();
        }
        self.pieces.push_back(piece);
    }

    /// Takes the piece at the front as it is.
    pub fn pop(&mut self) -> Option<Piece<Mark>> {
        let piece = self.pieces.pop_front();
        if let Some(Piece::Audio { samples, .. }) = &piece {
            self.bytes -= samples.len();
        }
        piece
    }

    /// Puts back what came out last.
    pub fn push_front(&mut self, piece: Piece<Mark>) {
        if let Piece::Audio { samples, .. } = &piece {
            self.bytes += samples.len();
        }
        self.pieces.push_front(piece);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Audio that waits.
    pub fn waiting(&self) -> Duration {
        self.length(self.bytes)
    }

    /// Audio that was left out so far.
    pub fn dropped(&self) -> Duration {
        let bytes = self.dropped;
        Duration::from_micros(bytes * 1_000_000 / self.bytes_per_second as u64)
    }

    /// How long so many bytes last.
    pub fn length(&self, bytes: usize) -> Duration {
        Duration::from_micros(bytes as u64 * 1_000_000 / self.bytes_per_second as u64)
    }

    /// So much time in bytes, an even number.
    pub fn bytes(&self, time: Duration) -> usize {
        let samples = time.as_micros() as usize * (self.bytes_per_second / 2) / 1_000_000;
        samples * 2
    }

    /// Leaves out the oldest silence while more than this waits. Silence is not missed, so it is not counted.
    pub fn skip_silence(&mut self, limit: Duration) {
        let limit = self.bytes(limit);
        self.leave_out(limit, |voiced| !voiced);
    }

    /// Leaves out silence, then the oldest, while more than this waits; counts what was left out.
    pub fn shed(&mut self, limit: Duration) {
        let limit = self.bytes(limit);
        if self.bytes > limit {
            let before = self.bytes;
            self.leave_out(limit, |voiced| !voiced);
            self.leave_out(limit, |_| true);
            self.dropped += (before - self.bytes) as u64;
        }
    }

    fn leave_out(&mut self, limit: usize, may_go: impl Fn(bool) -> bool) {
        if self.bytes <= limit {
            return;
        }
        let bytes = &mut self.bytes;
        self.pieces.retain(|piece| match piece {
            Piece::Audio { samples, voiced } if *bytes > limit && may_go(*voiced) => {
                *bytes -= samples.len();
                false
            }
            _ => true,
        });
    }

    /// Whether so many bytes of audio, or a mark, come next.
    pub fn has(&self, bytes: usize) -> bool {
        let mut found = 0;
        for piece in &self.pieces {
            match piece {
                Piece::Mark(_) => return true,
                Piece::Audio { samples, .. } => found += samples.len(),
            }
            if found >= bytes {
                return true;
            }
        }
        false
    }

    /// Takes up to so many bytes of audio from the front, or the mark that is there.
    pub fn take(&mut self, bytes: usize) -> Option<Next<Mark>> {
        let mut taken = BytesMut::new();
        let mut voiced_bytes = 0;
        while taken.len() < bytes {
            match self.pieces.pop_front() {
                Some(Piece::Audio {
                    mut samples,
                    voiced,
                }) => {
                    let head = samples.split_to(samples.len().min(bytes - taken.len()));
                    self.bytes -= head.len();
                    voiced_bytes += if voiced { head.len() } else { 0 };
                    if !samples.is_empty() {
                        self.pieces.push_front(Piece::Audio { samples, voiced });
                    }
                    if taken.is_empty() && head.len() == bytes {
                        return Some(Next::Audio(head, voiced_bytes));
                    }
                    taken.extend_from_slice(&head);
                }
                Some(Piece::Mark(mark)) if taken.is_empty() => return Some(Next::Mark(mark)),
                Some(mark @ Piece::Mark(_)) => {
                    self.pieces.push_front(mark);
                    break;
                }
                None => break,
            }
        }
        (!taken.is_empty()).then(|| Next::Audio(taken.freeze(), voiced_bytes))
    }

    /// Takes everything out; gives the marks that were in it.
    pub fn clear(&mut self) -> Vec<Mark> {
        self.bytes = 0;
        let pieces = std::mem::take(&mut self.pieces).into_iter();
        pieces
            .filter_map(|piece| match piece {
                Piece::Mark(mark) => Some(mark),
                Piece::Audio { .. } => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn audio(milliseconds: usize, voiced: bool) -> Piece<u8> {
        let samples = Bytes::from(vec![u8::from(voiced); milliseconds * 48]);
        Piece::Audio { samples, voiced }
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn frames_are_cut_across_pieces_and_end_at_marks() {
        let mut backlog = Backlog::new(24_000);
        backlog.push(Piece::Mark(1));
        backlog.push(audio(150, false));
        backlog.push(audio(100, true));
        backlog.push(Piece::Mark(2));
        backlog.push(audio(10, true));
        let frame = backlog.bytes(ms(200));
        assert_eq!(frame, 9_600);
        assert_eq!(backlog.take(frame), Some(Next::Mark(1)));
        let Some(Next::Audio(first, voiced)) = backlog.take(frame) else {
            panic!("audio");
        };
        assert_eq!((first.len(), voiced), (9_600, 50 * 48));
        let Some(Next::Audio(second, _)) = backlog.take(frame) else {
            panic!("audio");
        };
        assert_eq!(second.len(), 50 * 48);
        assert_eq!(backlog.take(frame), Some(Next::Mark(2)));
        assert_eq!(backlog.waiting(), ms(10));
        assert!(!backlog.has(frame));
    }

    #[test]
    fn silence_goes_first_then_the_oldest_and_marks_never() {
        let mut backlog = Backlog::new(24_000);
        for number in 0..10 {
            backlog.push(Piece::Mark(number));
            backlog.push(audio(100, number % 2 == 0));
        }
        backlog.skip_silence(ms(300));
        assert_eq!(backlog.waiting(), ms(500), "all that is silent is gone");
        assert_eq!(backlog.dropped(), ms(0));
        backlog.shed(ms(300));
        assert_eq!(backlog.waiting(), ms(300));
        assert_eq!(backlog.dropped(), ms(200));
        let marks = backlog
            .pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Mark(_)));
        assert_eq!(marks.count(), 10);
    }

    proptest! {
        #[test]
        fn all_that_goes_in_comes_out_in_order_or_is_counted(
            steps in proptest::collection::vec((0_u8..4, 1_usize..500), 0..200)
        ) {
            let mut backlog = Backlog::new(24_000);
            let (mut given, mut taken) = (0_usize, 0_usize);
            let mut marks = Vec::new();
            for (number, (step, size)) in steps.into_iter().enumerate() {
                match step {
                    0 => { given += size * 48; backlog.push(Piece::Audio { samples: vec![0; size * 48].into(), voiced: size % 2 == 0 }); }
                    1 => backlog.push(Piece::Mark(number)),
                    2 => match backlog.take(9_600) {
                        Some(Next::Audio(bytes, voiced)) => {
                            prop_assert!(bytes.len() <= 9_600 && bytes.len() % 2 == 0 && voiced <= bytes.len());
                            taken += bytes.len();
                        }
                        Some(Next::Mark(mark)) => marks.push(mark),
                        None => prop_assert!(backlog.is_empty()),
                    },
                    _ => {
                        let limit = Duration::from_millis(size as u64 * 4);
                        backlog.shed(limit);
                        prop_assert!(backlog.waiting() <= limit);
                    }
                }
            }
            let dropped = backlog.bytes(backlog.dropped());
            prop_assert!((given - taken - backlog.bytes).abs_diff(dropped) <= 2);
            prop_assert!(marks.is_sorted());
        }
    }
}
