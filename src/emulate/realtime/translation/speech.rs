//! Translated speech that waits to be sent: words and sound, one step of 200 ms after the other.

use std::collections::VecDeque;

use crate::{
    audio::pcm::to_bytes,
    emulate::realtime::{WIRE_RATE, words::pieces},
};

/// The length of a step, in milliseconds: the grain of the service's `elapsed_ms`.
pub const STEP_MS: u64 = 200;

/// Bytes of sound in a second.
pub const BYTES_PER_SECOND: u32 = WIRE_RATE * 2;

/// How many bytes the deltas have in turn. The service's vary, and an odd one leaves half a sample for the next.
const LENGTHS: [usize; 5] = [9_600, 9_599, 7_201, 9_600, 4_803];

/// Sound from which on no further sentence is interpreted until some has been sent, in bytes: a minute.
const FULL: usize = BYTES_PER_SECOND as usize * 60;

/// What is sent in one step.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// Pieces of text.
    pub texts: Vec<String>,
    /// Sound, of any length.
    pub audio: Vec<u8>,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Speech {
    texts: VecDeque<String>,
    audio: VecDeque<u8>,
    steps: usize,
    spoke: bool,
}

impl Speech {
    /// Adds a sentence.
    pub fn add_text(&mut self, text: &str) {
        for (at, piece) in pieces(text, true).into_iter().enumerate() {
            // Whatever was said before, a sentence is not glued to it.
            let space = if at == 0 && self.spoke { " " } else { "" };
            self.texts.push_back(format!("{space}{piece}"));
            self.spoke = true;
        }
    }

    /// Adds sound.
    pub fn add_audio(&mut self, samples: &[i16]) {
        self.audio.extend(to_bytes(samples));
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.audio.is_empty()
    }

    /// Whether so much waits that no sentence should be added.
    pub fn is_full(&self) -> bool {
        self.audio.len() > FULL
    }

    /// Takes the next step: a word, and sound. A mark comes with its word. While more sound of the same sentence may
    /// come (`!complete`), less than a step of it waits.
    pub fn step(&mut self, complete: bool) -> Step {
        let mut texts: Vec<String> = self.texts.pop_front().into_iter().collect();
        while self
            .texts
            .front()
            .is_some_and(|next| !next.starts_with(' '))
        {
            texts.extend(self.texts.pop_front());
        }
        let length = LENGTHS[self.steps % LENGTHS.len()];
        let audio = if self.audio.len() >= length || complete {
            self.steps += 1;
            self.audio.drain(..length.min(self.audio.len())).collect()
        } else {
            Vec::new()
        };
        Step { texts, audio }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_lengths_are_odd_at_times() {
        let mut speech = Speech::default();
        speech.add_text("La reunión empieza a las nueve.");
        speech.add_text("Gracias.");
        let samples: Vec<i16> = (0..30_001).map(|sample| sample as i16).collect();
        speech.add_audio(&samples);
        let (mut text, mut audio, mut odd) = (String::new(), Vec::new(), 0);
        while !speech.is_empty() {
            let step = speech.step(true);
            odd += step.audio.len() % 2;
            text += &step.texts.concat();
            audio.extend(step.audio);
        }
        assert_eq!(text, "La reunión empieza a las nueve. Gracias.");
        assert_eq!(audio, to_bytes(&samples));
        assert!(odd >= 2, "{odd}");
    }
}
