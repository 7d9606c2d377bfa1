//! The engine `azure-realtime`: the conversation dialect, prompted as an interpreter.
//!
//! The speaker's pauses are found by us: each ends a turn, which is asked for when the one before is answered (`turns`).
//! What the model is told stands in `prompt`; the glossary is part of it and may change during the talk.

mod dialogue;
mod prompt;
mod turn;
mod turns;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::{runtime::Handle, sync::mpsc};

use self::dialogue::{Conversing, greeting, written};
use super::{
    endpoint::Dialect,
    opening::Door,
    report::{self, Described},
    session::{Line, run},
    settings::{ConverseSettings, Provider},
    tally::Tally,
    wire::conversation::{
        Act, Audio, Format, Input, NoiseReduction, Output, Session, Transcription,
    },
};
use crate::domain::{
    engine::{Engine, EngineError, EngineReport, STREAM_PLACES, Trouble},
    interpretation::{InterpretationRequest, InterpretationStream, InterpretationStyle},
    language::Language,
    usage::Prices,
};

/// The name of this engine in settings and events.
pub const NAME: &str = "azure-realtime";

/// The languages that are offered: those that the model's description says it speaks well.
const LANGUAGES: [&str; 27] = [
    "en", "es", "fr", "de", "pt", "it", "nl", "pl", "ru", "uk", "tr", "ar", "he", "hi", "id", "ja",
    "ko", "zh", "vi", "th", "cs", "da", "fi", "el", "hu", "ro", "sv",
];

/// The engine.
pub struct Converse {
    settings: ConverseSettings,
    door: Result<Arc<Door>, EngineError>,
    tally: Arc<Tally>,
    io: Handle,
}

impl Converse {
    /// The engine of these settings, whose sessions run on `io`. Without an endpoint or a key it says so when it is asked.
    pub fn new(settings: ConverseSettings, io: Handle) -> Self {
        let tally = Arc::new(Tally::default());
        let door = Door::new(
            &settings.account,
            Dialect::Conversation,
            &settings.deployment,
            Arc::clone(&tally),
        );
        Self {
            door: door.map(Arc::new),
            settings,
            tally,
            io,
        }
    }

    /// The model that writes down what is said, if that is wanted and to be had.
    fn transcription(&self, request: &InterpretationRequest) -> Option<Transcription> {
        let wanted = self.settings.transcription.as_ref();
        let model = wanted.filter(|_| request.transcript)?;
        Some(Transcription {
            model: model.clone(),
            language: request
                .source
                .as_ref()
                .map(|language| language.primary().to_owned()),
        })
    }

    fn opening(&self, request: &InterpretationRequest) -> Act {
        let noise = self.settings.noise_reduction;
        let session = Session {
            family: "realtime",
            // On Azure the deployment says it.
            model: (self.settings.account.provider == Provider::OpenAi)
                .then(|| self.settings.deployment.clone()),
            output_modalities: Some(vec!["audio"]),
            instructions: Some(prompt::instructions(
                request.source.as_ref(),
                &request.target,
                request.glossary.as_ref(),
            )),
            audio: Some(Audio {
                input: Some(Input {
                    format: Some(Format::PCM),
                    transcription: Some(self.transcription(request)),
                    noise_reduction: Some(noise.map(|field| NoiseReduction { field })),
                    // We find the pauses, and ask for answers ourselves.
                    turn_detection: Some(None),
                }),
                output: Some(Output {
                    format: Some(Format::PCM),
                    voice: Some(self.settings.voice.clone()),
                    speed: None,
                }),
            }),
            ..Session::default()
        };
        Act::Update {
            session: Box::new(session),
        }
    }
}

fn is_offered(language: &Language) -> bool {
    LANGUAGES.contains(&language.primary())
}

#[async_trait]
impl Engine for Converse {
    fn name(&self) -> &'static str {
        NAME
    }

    fn report(&self) -> EngineReport {
        report::of(&Described {
            name: NAME,
            deployment: &self.settings.deployment,
            door: self.door.as_ref(),
            languages: &LANGUAGES,
            tally: &self.tally,
        })
    }

    fn transcribes(&self, language: &Language) -> bool {
        self.door.is_ok() && is_offered(language)
    }

    fn translates(&self, source: &Language, target: &Language) -> bool {
        self.door.is_ok() && is_offered(source) && is_offered(target) && source != target
    }

    fn speaks(&self, language: &Language) -> bool {
        self.door.is_ok() && is_offered(language)
    }

    fn interprets(&self) -> Option<InterpretationStyle> {
        Some(InterpretationStyle {
            continuous: false,
            frame: dialogue::FRAME,
            wants_silence: false,
            glossary: true,
        })
    }

    fn prices(&self) -> Option<Prices> {
        Some(self.settings.prices)
    }

    async fn open_interpretation(
        &self,
        request: InterpretationRequest,
    ) -> Result<InterpretationStream, EngineError> {
        let door = self.door.clone()?;
        if !is_offered(&request.target) {
            return Err(EngineError::new(
                Trouble::Unsupported,
                format!("{NAME} does not translate into {}", request.target),
            ));
        }
        let opening = written(&self.opening(&request).named("update"));
        let opened = door.open(&self.io, opening, greeting).await?;
        let (input, steps) = mpsc::channel(STREAM_PLACES);
        let (answers, output) = mpsc::channel(STREAM_PLACES);
        let line = Line {
            input: steps,
            output: answers,
            tally: Arc::clone(&self.tally),
            engine: NAME,
            meter: Arc::clone(&request.meter),
        };
        let is_written = self.transcription(&request).is_some();
        let dialogue = Conversing::new(request, is_written, Arc::clone(&self.tally));
        self.io.spawn(run(dialogue, opened.socket, line));
        Ok(InterpretationStream {
            input,
            output,
            expires_at: opened.expires_at,
        })
    }
}
