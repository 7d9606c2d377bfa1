//! The null engine: answers at once with the same text and a tone, so that what remains is our own delay.
//!
//! For measurement only (`engine: null` in the settings): it understands nothing. Every utterance becomes its own id
//! as text, with one partial per 200 ms of audio that has its number, from 1, behind the id; every language translates
//! into every other unchanged; speech is a 440 Hz tone of 100 ms.

use std::{f32::consts::TAU, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{runtime::Handle, sync::mpsc};

use super::{
    cascade::Cascade,
    parts::{Speech, Synthesizer, Transcriber, Translator},
};
use crate::domain::{
    engine::{
        EngineError, EnginePart, LanguagePair, PartRole, STREAM_PLACES, TRANSCRIPTION_RATE,
        TranscriptionInput, TranscriptionOutput, TranscriptionRequest, TranscriptionStream,
        Translated,
    },
    language::Language,
};

/// Bytes of 200 ms of audio: how often a real recognizer speaks up.
const PARTIAL_BYTES: usize = TRANSCRIPTION_RATE as usize / 5 * 2;

/// Samples of the tone: 100 ms.
const TONE_SAMPLES: u32 = TRANSCRIPTION_RATE / 10;

/// A cascade of three parts that do nothing.
pub fn null_engine(io: Handle) -> Cascade {
    let null = Arc::new(Null {
        tone: tone(),
        io: io.clone(),
    });
    Cascade::new("null", null.clone(), null.clone(), null, io)
}

struct Null {
    tone: Bytes,
    io: Handle,
}

fn tone() -> Bytes {
    (0..TONE_SAMPLES)
        .flat_map(|sample| {
            let phase = TAU * 440.0 * sample as f32 / TRANSCRIPTION_RATE as f32;
            ((phase.sin() * 8_000.0) as i16).to_le_bytes()
        })
        .collect()
}

fn part(role: PartRole) -> EnginePart {
    EnginePart {
        name: "null".to_owned(),
        role,
        available: true,
        detail: "answers at once; for measuring our own delay".to_owned(),
    }
}

#[async_trait]
impl Transcriber for Null {
    fn part(&self) -> EnginePart {
        part(PartRole::Transcriber)
    }

    fn languages(&self) -> Vec<String> {
        Vec::new()
    }

    fn transcribes(&self, _language: &Language) -> bool {
        true
    }

    fn talkers(&self) -> usize {
        0
    }

    fn talker_limit(&self) -> usize {
        usize::MAX
    }

    async fn open(
        &self,
        _request: TranscriptionRequest,
    ) -> Result<TranscriptionStream, EngineError> {
        let (input, steps) = mpsc::channel(STREAM_PLACES);
        let (answers, output) = mpsc::channel(STREAM_PLACES);
        self.io.spawn(echo(steps, answers));
        Ok(TranscriptionStream { input, output })
    }
}

async fn echo(
    mut steps: mpsc::Receiver<TranscriptionInput>,
    answers: mpsc::Sender<TranscriptionOutput>,
) {
    let mut current = None;
    let mut heard = 0;
    let mut partials = 0;
    while let Some(step) = steps.recv().await {
        let answer = match step {
            TranscriptionInput::Begin(utterance) => {
                current = Some(utterance);
                heard = 0;
                partials = 0;
                None
            }
            TranscriptionInput::Audio(samples) => {
                heard += samples.len();
                current
                    .clone()
                    .filter(|_| heard >= PARTIAL_BYTES)
                    .map(|utterance| {
                        heard -= PARTIAL_BYTES;
                        partials += 1;
                        TranscriptionOutput::Partial {
                            text: format!("{utterance} {partials}"),
                            utterance,
                        }
                    })
            }
            TranscriptionInput::End => current.take().map(|utterance| TranscriptionOutput::Final {
                text: utterance.to_string(),
                utterance,
                confidence: None,
            }),
            TranscriptionInput::Abandon => {
                current = None;
                None
            }
        };
        if let Some(answer) = answer
            && answers.send(answer).await.is_err()
        {
            return;
        }
    }
}

#[async_trait]
impl Translator for Null {
    fn part(&self) -> EnginePart {
        part(PartRole::Translator)
    }

    fn pairs(&self) -> Vec<LanguagePair> {
        Vec::new()
    }

    fn translates(&self, _source: &Language, _target: &Language) -> bool {
        true
    }

    async fn translate(
        &self,
        text: &str,
        _source: &Language,
        _target: &Language,
    ) -> Result<Translated, EngineError> {
        Ok(Translated {
            text: text.to_owned(),
            confidence: None,
            model: "null".to_owned(),
        })
    }
}

#[async_trait]
impl Synthesizer for Null {
    fn part(&self) -> EnginePart {
        part(PartRole::Synthesizer)
    }

    fn languages(&self) -> Vec<String> {
        Vec::new()
    }

    fn speaks(&self, _language: &Language) -> bool {
        true
    }

    async fn speak(&self, _text: &str, _language: &Language) -> Result<Speech, EngineError> {
        let (samples, speech) = mpsc::channel(1);
        // The one place is free, so this cannot be full.
        let _ = samples.try_send(Ok(self.tone.clone()));
        Ok(Speech {
            sample_rate: TRANSCRIPTION_RATE,
            samples: speech,
        })
    }
}
