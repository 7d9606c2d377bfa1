//! The voice of this machine: espeak-ng, one process for each sentence spoken.
//!
//! A process a sentence costs 6 ms and 8 MB, and ending it is how a voice is silenced.

pub mod utterance;
mod voices;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
};

use self::{
    utterance::{Utterance, VOICE_RATE},
    voices::Voices,
};
use super::{actors::Staff, cut::cut, plain::clean, program, settings::LocalSettings};
use crate::{
    domain::{
        engine::{EngineError, EnginePart, PartRole, Trouble},
        language::Language,
    },
    engines::parts::{Speech, Synthesizer},
};

/// Characters spoken by one process. Speech is made much faster than it is heard, so without a limit one text would
/// become minutes of samples.
const SENTENCE_CHARACTERS: usize = 500;

/// Pieces of samples that may wait for the listener: most of a second.
const WAITING_PIECES: usize = 8;

/// What to install, for people.
const INSTALL: &str = "apt-get install -y --no-install-recommends espeak-ng";

/// The synthesizer.
pub struct Voice {
    program: PathBuf,
    voices: watch::Receiver<Discovery>,
    staff: Staff,
}

/// What is known about the voices.
#[derive(Debug, Clone)]
enum Discovery {
    Missing(String),
    Running,
    Found(Arc<Voices>),
}

impl Voice {
    /// Looks for the voice program; its voices are listed in the background.
    pub fn new(settings: &LocalSettings, staff: Staff, io: &Handle) -> Self {
        let program = program(&settings.voice_program);
        let (known, voices) = watch::channel(match &program {
            Some(_) => Discovery::Running,
            None => Discovery::Missing(format!(
                "{} is not installed; {INSTALL}",
                settings.voice_program.display()
            )),
        });
        let program = program.unwrap_or_else(|| settings.voice_program.clone());
        if matches!(*voices.borrow(), Discovery::Running) {
            let program = program.clone();
            let chosen = settings.voices.clone();
            io.spawn(async move {
                let found = match Voices::discover(&program, &chosen).await {
                    Ok(voices) => Discovery::Found(Arc::new(voices)),
                    Err(why) => Discovery::Missing(format!(
                        "{} is broken: {why}; {INSTALL}",
                        program.display()
                    )),
                };
                known.send_replace(found);
            });
        }
        Self {
            program,
            voices,
            staff,
        }
    }

    /// Waits until the voices are known or known to be missing.
    pub async fn discovered(&self) {
        let mut voices = self.voices.clone();
        // Fails only when the discovery was dropped with its runtime; then nothing more will be known.
        let _ = voices
            .wait_for(|known| !matches!(known, Discovery::Running))
            .await;
    }

    fn found(&self) -> Option<Arc<Voices>> {
        match &*self.voices.borrow() {
            Discovery::Found(voices) => Some(voices.clone()),
            Discovery::Missing(_) | Discovery::Running => None,
        }
    }
}

#[async_trait]
impl Synthesizer for Voice {
    fn part(&self) -> EnginePart {
        let (available, detail) = match &*self.voices.borrow() {
            Discovery::Found(voices) => (
                true,
                format!("{} with {} voices", self.program.display(), voices.count()),
            ),
            Discovery::Running => (
                true,
                format!("{}, listing its voices", self.program.display()),
            ),
            Discovery::Missing(why) => (false, why.clone()),
        };
        EnginePart {
            name: "espeak-ng".to_owned(),
            role: PartRole::Synthesizer,
            available,
            detail,
        }
    }

    fn languages(&self) -> Vec<String> {
        self.found()
            .map(|voices| voices.languages())
            .unwrap_or_default()
    }

    fn speaks(&self, language: &Language) -> bool {
        self.found()
            .is_some_and(|voices| voices.voice(language).is_some())
    }

    async fn speak(&self, text: &str, language: &Language) -> Result<Speech, EngineError> {
        self.discovered().await;
        let voices = self
            .found()
            .ok_or_else(|| EngineError::new(Trouble::Unavailable, self.part().detail))?;
        let voice = voices.voice(language).ok_or_else(|| {
            EngineError::new(
                Trouble::Unsupported,
                format!("no voice for {language} is installed; see GET /api/languages"),
            )
        })?;
        let (samples, speech) = mpsc::channel(WAITING_PIECES);
        self.staff.speak(Utterance {
            program: self.program.clone(),
            voice: voice.to_owned(),
            sentences: sentences(text),
            samples,
        })?;
        Ok(Speech {
            sample_rate: VOICE_RATE,
            samples: speech,
        })
    }
}

/// A text in pieces that a voice reads as it is: `[[` would begin phonemes.
fn sentences(text: &str) -> Vec<String> {
    let mut text = clean(text);
    while text.contains("[[") {
        text = text.replace("[[", "[");
    }
    cut(&text, SENTENCE_CHARACTERS)
        .into_iter()
        .map(|piece| piece.text)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_phonemes_and_no_endless_sentence() {
        assert_eq!(sentences("a [[[[b]]\u{0}c"), ["a [b]] c"]);
        let long = "One two three. ".repeat(100);
        let pieces = sentences(&long);
        assert!(pieces.len() > 2);
        assert!(pieces.iter().all(|piece| piece.ends_with("three.")));
        assert_eq!(pieces.join(" "), long.trim());
    }
}
