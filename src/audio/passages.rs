//! Endless translated speech, cut into passages at its pauses.
//!
//! A provider that interprets continuously sends sound without an end, some of them silence too. What is silent for long
//! is left out, so that a listener who is behind catches up in pauses and nothing is sent while nobody is interpreted;
//! the cuts are where a passage may be left out whole, should a listener be too far behind.

/// Length of what is judged at once, in milliseconds.
const WINDOW_MS: u32 = 10;

/// The largest amplitude of silence, about 54 dB below full scale: below any voice, above what coding leaves of nothing.
const SILENT: u16 = 64;

/// Silence that ends a passage, and is not played beyond this, in windows.
const PAUSE: u32 = 30;

/// A passage this long ends at a shorter pause too, in windows.
const LONG: u32 = 300;
const SHORT_PAUSE: u32 = 6;

/// What becomes of the sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// Sound of the passage under way, or the first of a new one.
    Sound(Vec<i16>),
    /// The passage is over.
    End,
}

/// Cuts one stream.
#[derive(Debug)]
pub struct Passages {
    window: usize,
    rest: Vec<i16>,
    silent: u32,
    length: u32,
}

impl Passages {
    /// For sound of this rate, in Hz.
    pub fn new(sample_rate: u32) -> Self {
        Self {
            window: (sample_rate * WINDOW_MS / 1_000).max(1) as usize,
            rest: Vec::new(),
            silent: 0,
            length: 0,
        }
    }

    /// Whether a passage is under way.
    pub fn is_open(&self) -> bool {
        self.length > 0
    }

    /// Takes sound, and appends what becomes of it.
    pub fn push(&mut self, samples: &[i16], found: &mut Vec<Passage>) {
        self.rest.extend_from_slice(samples);
        let whole = self.rest.len() / self.window * self.window;
        let windows: Vec<i16> = self.rest.drain(..whole).collect();
        for window in windows.chunks(self.window) {
            self.take(window, found);
        }
    }

    /// Nothing more comes for now.
    pub fn finish(&mut self, found: &mut Vec<Passage>) {
        let rest = std::mem::take(&mut self.rest);
        if self.is_open() {
            add(&rest, found);
            found.push(Passage::End);
        }
        self.length = 0;
        self.silent = 0;
    }

    fn take(&mut self, window: &[i16], found: &mut Vec<Passage>) {
        let silent = window.iter().all(|sample| sample.unsigned_abs() <= SILENT);
        if !silent {
            self.silent = 0;
        } else if !self.is_open() {
            return;
        } else {
            self.silent += 1;
        }
        self.length += 1;
        add(window, found);
        let pause = if self.length >= LONG {
            SHORT_PAUSE
        } else {
            PAUSE
        };
        if self.silent >= pause {
            found.push(Passage::End);
            self.length = 0;
            self.silent = 0;
        }
    }
}

fn add(samples: &[i16], found: &mut Vec<Passage>) {
    if samples.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(Passage::Sound(sound)) => sound.extend_from_slice(samples),
        _ => found.push(Passage::Sound(samples.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(parts: &[(i16, usize)]) -> Vec<(usize, bool)> {
        let mut passages = Passages::new(24_000);
        let mut found = Vec::new();
        for (level, milliseconds) in parts {
            passages.push(&vec![*level; milliseconds * 24], &mut found);
        }
        passages.finish(&mut found);
        let mut lengths = Vec::new();
        for passage in &found {
            match passage {
                Passage::Sound(sound) => lengths.push((sound.len() / 24, false)),
                Passage::End => lengths.last_mut().unwrap().1 = true,
            }
        }
        lengths
    }

    #[test]
    fn silence_before_is_not_played_and_a_pause_ends_a_passage() {
        assert_eq!(cut(&[(0, 2_000)]), []);
        assert_eq!(
            cut(&[
                (0, 500),
                (900, 100),
                (0, 200),
                (900, 100),
                (0, 5_000),
                (900, 50)
            ]),
            [(700, true), (50, true)]
        );
    }

    #[test]
    fn a_long_passage_ends_at_a_breath_and_nothing_of_it_is_lost() {
        let parts = [(900, 3_000), (0, 60), (900, 100), (0, 60), (900, 100)];
        assert_eq!(cut(&parts), [(3_060, true), (260, true)]);
    }

    proptest! {
        #[test]
        fn no_sound_is_lost_however_it_is_split(
            parts in proptest::collection::vec((0_i16..200, 1_usize..3_000), 1..40)
        ) {
            let mut passages = Passages::new(24_000);
            let mut found = Vec::new();
            let mut given = 0_usize;
            for (level, length) in parts {
                passages.push(&vec![level; length], &mut found);
                given += if level > SILENT as i16 { length } else { 0 };
            }
            passages.finish(&mut found);
            let loud = |passage: &Passage| match passage {
                Passage::Sound(sound) => sound.iter().filter(|sample| sample.unsigned_abs() > SILENT).count(),
                Passage::End => 0,
            };
            let played: usize = found.iter().map(loud).sum();
            // Less than a window may be left at the end of a stream in which nothing was under way.
            prop_assert!(given - played < 240, "{given} {played}");
        }
    }
}
