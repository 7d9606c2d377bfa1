//! Translation by nobody, for measuring everything around it: sound in, a word and a tone of the same length out.

use crate::{
    audio::pcm::{rms_dbfs, to_bytes},
    emulate::realtime::{WIRE_RATE, interpreter::tone},
};

/// Samples of one step: 200 ms.
const STEP: usize = WIRE_RATE as usize / 5;

/// The level from which on a step counts as sound, in dBFS.
const SOUND_DBFS: f32 = -50.0;

/// Words in a sentence.
const SENTENCE: u64 = 10;

/// One step of the answer.
#[derive(Debug)]
pub struct Word {
    /// A word, or the mark that ends a sentence.
    pub text: Option<String>,
    /// The tone, as bytes.
    pub tone: Option<Vec<u8>>,
}

/// Echoes.
#[derive(Debug, Default)]
pub struct Echo {
    step: Vec<i16>,
    words: u64,
    toned: u64,
    in_sentence: bool,
}

impl Echo {
    /// The answers to the steps that these samples complete. Silence is answered with silence, after the mark that ends
    /// the sentence before it.
    pub fn push(&mut self, samples: &[i16]) -> Vec<Word> {
        let mut answers = Vec::new();
        for &sample in samples {
            self.step.push(sample);
            if self.step.len() == STEP {
                let is_sound = rms_dbfs(&self.step) > SOUND_DBFS;
                self.step.clear();
                answers.push(self.answer(is_sound));
            }
        }
        answers
    }

    fn answer(&mut self, is_sound: bool) -> Word {
        if !is_sound {
            let ends = std::mem::replace(&mut self.in_sentence, false);
            return Word {
                text: ends.then(|| ".".to_owned()),
                tone: None,
            };
        }
        self.words += 1;
        let ends = self.words.is_multiple_of(SENTENCE);
        self.in_sentence = !ends;
        let mark = if ends { "." } else { "" };
        let tone = to_bytes(&tone(self.toned, STEP as u64));
        self.toned += STEP as u64;
        Word {
            text: Some(format!(" word{}{mark}", self.words)),
            tone: Some(tone),
        }
    }
}
