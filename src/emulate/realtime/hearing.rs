//! The ear of one session: audio of the wire in, utterances found, their texts out.

use std::collections::VecDeque;

use crate::{
    audio::{
        endpoint::{EndpointEvent, EndpointSettings, Endpointer},
        pcm::to_bytes,
        resample::Resampler,
        vad::{DETECTOR_RATE, EnergyDetector, NeuralDetector, VoiceDetector},
    },
    domain::{
        engine::{
            EngineError, TranscriptionInput, TranscriptionOutput, TranscriptionStream, Trouble,
        },
        identity::UtteranceId,
    },
};

use super::interpreter::Interpreter;

/// Bytes given to the engine in one step: 20 ms.
const STEP_BYTES: usize = DETECTOR_RATE as usize / 50 * 2;

/// What the ear understood.
#[derive(Debug)]
pub enum Heard {
    /// A guess at the utterance that is being said.
    Partial(String),
    /// The text of an utterance, by its id.
    Final(String, String),
    /// The engine broke; nothing that was said before will be understood.
    Failed(EngineError),
}

/// Finds utterances in audio of one rate.
pub struct Finder {
    resampler: Resampler,
    endpointer: Endpointer,
    resampled: Vec<i16>,
}

impl Finder {
    /// For audio at `rate`. Settings that are out of range are brought into it.
    ///
    /// # Panics
    /// Never: every setting is in its range, and the rates are known ones.
    pub fn new(rate: u32, mut settings: EndpointSettings, sturdy: bool) -> Self {
        settings.hang_ms = settings.hang_ms.clamp(200, 2_000);
        settings.pre_roll_ms = settings.pre_roll_ms.min(2_000);
        settings.threshold = settings.threshold.clamp(0.0, 1.0);
        let detector: Box<dyn VoiceDetector> = if sturdy {
            Box::new(NeuralDetector::new())
        } else {
            Box::new(EnergyDetector::new())
        };
        Self {
            resampler: Resampler::new(rate, DETECTOR_RATE).expect("8 and 24 kHz are known rates"),
            endpointer: Endpointer::new(settings, detector).expect("settings are in range"),
            resampled: Vec::new(),
        }
    }

    /// Takes samples; returns what they brought.
    pub fn push(&mut self, samples: &[i16]) -> Vec<EndpointEvent> {
        self.resampled.clear();
        self.resampler.push(samples, &mut self.resampled);
        let mut events = Vec::new();
        self.endpointer.push(&self.resampled, &mut events);
        events
    }

    /// Ends what is being said.
    pub fn finish(&mut self) -> Vec<EndpointEvent> {
        let mut events = Vec::new();
        self.endpointer.finish(&mut events);
        events
    }
}

/// The engine's ear, opened when there is something to hear.
pub struct Ear {
    interpreter: Interpreter,
    session: String,
    stream: Option<TranscriptionStream>,
    /// What was understood while the engine had no place for more; of guesses only the newest.
    waiting: VecDeque<TranscriptionOutput>,
    open_utterances: usize,
}

impl Ear {
    /// For one session.
    pub fn new(interpreter: Interpreter, session: &str) -> Self {
        Self {
            interpreter,
            session: session.to_owned(),
            stream: None,
            waiting: VecDeque::new(),
            open_utterances: 0,
        }
    }

    /// Whether something has been said whose text has not come.
    pub fn is_busy(&self) -> bool {
        self.open_utterances > 0
    }

    /// An utterance begins.
    ///
    /// # Errors
    /// When nobody can hear it.
    pub async fn begin(&mut self, utterance: &str) -> Result<(), EngineError> {
        if self.stream.is_none() {
            self.stream = Some(self.interpreter.listen(&self.session).await?);
        }
        let id: UtteranceId = utterance
            .parse()
            .map_err(|_| EngineError::new(Trouble::Invalid, "an utterance's id is wrong"))?;
        self.open_utterances += 1;
        self.give(TranscriptionInput::Begin(id)).await
    }

    /// Audio of the utterance, at 16 kHz.
    ///
    /// # Errors
    /// When the ear has broken.
    pub async fn hear(&mut self, samples: &[i16]) -> Result<(), EngineError> {
        for step in to_bytes(samples).chunks(STEP_BYTES) {
            self.give(TranscriptionInput::Audio(step.to_vec().into()))
                .await?;
        }
        Ok(())
    }

    /// The utterance is over.
    ///
    /// # Errors
    /// When the ear has broken.
    pub async fn end(&mut self) -> Result<(), EngineError> {
        self.give(TranscriptionInput::End).await
    }

    /// What was understood next; never while nothing is open.
    pub async fn next(&mut self) -> Heard {
        let output = match (self.waiting.pop_front(), &mut self.stream) {
            (Some(output), _) => Some(output),
            (None, Some(stream)) => stream.output.recv().await,
            (None, None) => std::future::pending().await,
        };
        match output {
            Some(TranscriptionOutput::Partial { text, .. }) => Heard::Partial(text),
            Some(TranscriptionOutput::Final {
                utterance, text, ..
            }) => {
                self.open_utterances = self.open_utterances.saturating_sub(1);
                Heard::Final(utterance.to_string(), text)
            }
            Some(TranscriptionOutput::Failed(error)) => self.broke(error),
            None => self.broke(closed()),
        }
    }

    fn broke(&mut self, error: EngineError) -> Heard {
        self.stream = None;
        self.open_utterances = 0;
        Heard::Failed(error)
    }

    /// Nothing is given up while the engine has no place: the client is held back instead. What the engine says
    /// meanwhile is taken, or both would wait for each other.
    async fn give(&mut self, input: TranscriptionInput) -> Result<(), EngineError> {
        let Some(stream) = &mut self.stream else {
            return Err(closed());
        };
        let given = loop {
            tokio::select! {
                biased;
                place = stream.input.reserve() => break place.map(|place| place.send(input)).is_ok(),
                output = stream.output.recv() => match output {
                    Some(output) => {
                        let is_guess =
                            |output: &TranscriptionOutput| matches!(output, TranscriptionOutput::Partial { .. });
                        if is_guess(&output) && self.waiting.back().is_some_and(is_guess) {
                            self.waiting.pop_back();
                        }
                        self.waiting.push_back(output);
                    }
                    None => break false,
                },
            }
        };
        if given {
            return Ok(());
        }
        self.stream = None;
        self.open_utterances = 0;
        Err(closed())
    }
}

fn closed() -> EngineError {
    EngineError::new(Trouble::Failed, "the engine closed the stream")
}
