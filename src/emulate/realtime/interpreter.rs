//! Who hears, translates and speaks for the sessions: an engine of ours, or nothing at all.

use std::{f64::consts::TAU, sync::Arc};

use tokio::sync::mpsc;

use super::WIRE_RATE;
use crate::{
    audio::{pcm::PcmAssembler, resample::Resampler},
    domain::{
        engine::{
            Engine, EngineError, TranscriptionRequest, TranscriptionStream, TranslationInput,
            TranslationOutput, TranslationRequest, Trouble,
        },
        identity::UtteranceId,
        language::Language,
    },
};

use super::{instructions::Direction, prompter::Prompter};

/// The pitch of the tone that stands for translated speech, in Hz: as in the golden sessions, where 440 Hz goes in, so
/// that a test can hear whether a translation comes back as input.
const TONE_HZ: f64 = 660.0;

/// Pieces of speech that may wait for their session.
const PIECES: usize = 16;

/// Samples of the tone in one piece: 100 ms.
const TONE_PIECE: u64 = WIRE_RATE as u64 / 10;

/// One step of an interpretation, in order: a text, then its speech.
#[derive(Debug)]
pub enum Piece {
    /// The whole translation.
    Text(String),
    /// Speech, at [`WIRE_RATE`].
    Audio(Vec<i16>),
    /// It could not be translated, or not be spoken.
    Failed(EngineError),
}

/// Who interprets.
#[derive(Clone)]
pub struct Interpreter {
    engine: Arc<dyn Engine>,
    speaks: Language,
    is_null: bool,
    prompter: Option<Prompter>,
}

impl Interpreter {
    /// By an engine that hears people who speak this language.
    pub fn engine(engine: Arc<dyn Engine>, speaks: Language) -> Self {
        Self {
            engine,
            speaks,
            is_null: false,
            prompter: None,
        }
    }

    /// By nobody: texts come back as they are, speech is a tone. `engine` only says when somebody has spoken.
    pub fn null(engine: Arc<dyn Engine>, speaks: Language) -> Self {
        Self {
            engine,
            speaks,
            is_null: true,
            prompter: None,
        }
    }

    /// What is said is understood by this script.
    pub fn prompted_by(mut self, prompter: Prompter) -> Self {
        self.prompter = Some(prompter);
        self
    }

    /// Whether nobody interprets.
    pub fn is_null(&self) -> bool {
        self.is_null
    }

    /// The language that is taken to be spoken.
    pub fn speaks(&self) -> &Language {
        &self.speaks
    }

    /// Whether it can translate this way.
    pub fn translates(&self, direction: &Direction) -> bool {
        self.is_null
            || direction.source.same_speech(&direction.target)
            || self.engine.translates(&direction.source, &direction.target)
    }

    /// Opens an ear for one session.
    ///
    /// # Errors
    /// The engine's.
    pub async fn listen(&self, session: &str) -> Result<TranscriptionStream, EngineError> {
        if let Some(prompter) = &self.prompter {
            return Ok(prompter.listen());
        }
        let request = TranscriptionRequest {
            speaker: session.to_owned(),
            language: self.speaks.clone(),
        };
        self.engine.open_transcription(request).await
    }

    /// Interprets a text; ends when all is told. A text that is in its target language already comes back as it is,
    /// without speech.
    pub fn interpret(
        &self,
        session: &str,
        text: String,
        direction: Direction,
        speak: bool,
    ) -> mpsc::Receiver<Piece> {
        let (pieces, told) = mpsc::channel(PIECES);
        let (engine, session) = (Arc::clone(&self.engine), session.to_owned());
        let is_null = self.is_null;
        tokio::spawn(async move {
            if is_null {
                tell_tone(text, speak, &pieces).await;
            } else if direction.source.same_speech(&direction.target) || text.trim().is_empty() {
                let _ = pieces.send(Piece::Text(text)).await;
            } else if let Err(error) =
                tell(&*engine, session, text, direction, speak, &pieces).await
            {
                let _ = pieces.send(Piece::Failed(error)).await;
            }
        });
        told
    }
}

/// Everything but a text that is not read any more.
async fn tell(
    engine: &dyn Engine,
    speaker: String,
    text: String,
    Direction { source, target }: Direction,
    speak: bool,
    pieces: &mpsc::Sender<Piece>,
) -> Result<(), EngineError> {
    let speak = speak && engine.speaks(&target);
    let request = TranslationRequest {
        speaker,
        source,
        target,
    };
    let mut stream = engine.open_translation(request).await?;
    let said = TranslationInput::Text {
        utterance: UtteranceId::from(uuid::Uuid::now_v7()),
        revision: 0,
        text,
        last: true,
        speak,
    };
    let broken = || EngineError::new(Trouble::Failed, "the engine closed the stream");
    stream.input.send(said).await.map_err(|_| broken())?;
    let mut voice = Voice::default();
    loop {
        match stream.output.recv().await {
            Some(TranslationOutput::Text { text, .. }) => {
                if pieces.send(Piece::Text(text)).await.is_err() || !speak {
                    return Ok(());
                }
            }
            Some(TranslationOutput::Audio {
                samples,
                sample_rate,
                ..
            }) => {
                let audio = voice.resample(&samples, sample_rate)?;
                if !audio.is_empty() && pieces.send(Piece::Audio(audio)).await.is_err() {
                    return Ok(());
                }
            }
            Some(TranslationOutput::AudioEnd { .. }) => {
                let rest = voice.finish();
                if !rest.is_empty() {
                    // Nobody who does not listen misses it.
                    let _ = pieces.send(Piece::Audio(rest)).await;
                }
                return Ok(());
            }
            Some(
                TranslationOutput::Untranslated { error, .. } | TranslationOutput::Broken(error),
            ) => return Err(error),
            None => return Err(broken()),
        }
    }
}

/// The voice of one utterance on its way to the rate of the wire.
#[derive(Default)]
struct Voice {
    assembler: PcmAssembler,
    resampler: Option<Resampler>,
}

impl Voice {
    fn resample(&mut self, bytes: &[u8], rate: u32) -> Result<Vec<i16>, EngineError> {
        let mut samples = Vec::new();
        self.assembler.push(bytes, &mut samples);
        let resampler = match &mut self.resampler {
            Some(resampler) => resampler,
            none => {
                let made = Resampler::new(rate, WIRE_RATE)
                    .map_err(|error| EngineError::new(Trouble::Failed, error.to_string()))?;
                none.insert(made)
            }
        };
        let mut audio = Vec::new();
        resampler.push(&samples, &mut audio);
        Ok(audio)
    }

    fn finish(&mut self) -> Vec<i16> {
        let mut audio = Vec::new();
        if let Some(resampler) = &mut self.resampler {
            resampler.finish(&mut audio);
        }
        audio
    }
}

/// The text itself, and a tone of 300 ms for each of its words.
async fn tell_tone(text: String, speak: bool, pieces: &mpsc::Sender<Piece>) {
    let words = text.split_whitespace().count() as u64;
    if pieces.send(Piece::Text(text)).await.is_err() || !speak {
        return;
    }
    for piece in 0..words * 3 {
        let audio = tone(piece * TONE_PIECE, TONE_PIECE);
        if pieces.send(Piece::Audio(audio)).await.is_err() {
            return;
        }
    }
}

/// So many samples of the tone from this one on.
pub fn tone(from: u64, samples: u64) -> Vec<i16> {
    (from..from + samples)
        .map(|sample| {
            let phase = TAU * TONE_HZ * sample as f64 / f64::from(WIRE_RATE);
            (phase.sin() * 6_000.0) as i16
        })
        .collect()
}
