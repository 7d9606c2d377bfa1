//! The engine `azure-translate`: the continuous translation dialect.
//!
//! Audio goes in as it is spoken, silence too, and text and speech come out some seconds behind it. There are no turns, no
//! instructions, no glossary and no choice of a voice; the language spoken is found out by the model.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{runtime::Handle, sync::mpsc, time::Instant};

use super::{
    backlog::{Backlog, OddByte, Waiting, length},
    ending::{EXPIRED, is_fatal, meaning},
    endpoint::Dialect,
    opening::{Door, Greeting},
    report::{self, Described},
    session::{Dialogue, Line, Outbox, run},
    settings::TranslateSettings,
    tally::{Tally, one, time},
    wire::{
        Malformed, encoded,
        translation::{
            Answer, Ask, Audio, Input, NoiseReduction, Output, Piece, Session, Transcription,
        },
    },
};
use crate::domain::{
    engine::{Engine, EngineError, EngineReport, STREAM_PLACES, Trouble},
    interpretation::{
        InterpretationInput, InterpretationOutput, InterpretationRequest, InterpretationStream,
        InterpretationStyle, TextPiece,
    },
    language::Language,
    usage::{Prices, Used},
};

/// The name of this engine in settings and events.
pub const NAME: &str = "azure-translate";

/// The languages it translates into, as the model's description lists them. It hears some seventy.
const TARGETS: [&str; 13] = [
    "en", "es", "fr", "de", "pt", "it", "zh", "ja", "ko", "hi", "id", "ru", "vi",
];

/// How much audio one message holds: shorter ones are kept back by the provider, longer ones cut.
const FRAME: Duration = Duration::from_millis(200);

/// How much audio may wait for the network.
const MOST_WAITING: Duration = Duration::from_secs(2);

/// How long the provider may take to say what is still to come, once nothing more is said.
const DRAIN: Duration = Duration::from_secs(15);

/// How long the provider may take to close a session that nobody wants any more: what it bills went in before.
const LEAVE: Duration = Duration::from_secs(2);

/// The engine.
pub struct Translate {
    settings: TranslateSettings,
    door: Result<Arc<Door>, EngineError>,
    tally: Arc<Tally>,
    io: Handle,
}

impl Translate {
    /// The engine of these settings, whose sessions run on `io`. Without an endpoint or a key it says so when it is asked.
    pub fn new(settings: TranslateSettings, io: Handle) -> Self {
        let tally = Arc::new(Tally::default());
        let door = Door::new(
            &settings.account,
            Dialect::Translation,
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

    /// The model that writes down what is said, if anybody wants that.
    fn transcription(&self, request: &InterpretationRequest) -> Option<&String> {
        let model = self.settings.transcription.as_ref();
        model.filter(|_| request.transcript)
    }

    fn opening(&self, request: &InterpretationRequest) -> Ask {
        let transcription = self.transcription(request);
        let noise = self.settings.noise_reduction;
        Ask::Update {
            session: Session {
                audio: Audio {
                    input: Some(Input {
                        transcription: Some(transcription.map(|model| Transcription {
                            model: model.clone(),
                        })),
                        noise_reduction: Some(noise.map(|field| NoiseReduction {
                            field,
                            strength: None,
                        })),
                    }),
                    output: Some(Output {
                        language: request.target.primary().to_owned(),
                    }),
                },
            },
            event_id: None,
        }
    }
}

fn is_target(language: &Language) -> bool {
    TARGETS.contains(&language.primary())
}

#[async_trait]
impl Engine for Translate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn report(&self) -> EngineReport {
        report::of(&Described {
            name: NAME,
            deployment: &self.settings.deployment,
            door: self.door.as_ref(),
            languages: &TARGETS,
            tally: &self.tally,
        })
    }

    fn transcribes(&self, _language: &Language) -> bool {
        self.door.is_ok()
    }

    fn translates(&self, source: &Language, target: &Language) -> bool {
        self.door.is_ok() && is_target(target) && source.primary() != target.primary()
    }

    fn speaks(&self, language: &Language) -> bool {
        self.door.is_ok() && is_target(language)
    }

    fn interprets(&self) -> Option<InterpretationStyle> {
        Some(InterpretationStyle {
            continuous: true,
            frame: FRAME,
            wants_silence: true,
            glossary: false,
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
        if !is_target(&request.target) {
            let targets: BTreeSet<_> = TARGETS.into_iter().collect();
            let targets: Vec<_> = targets.into_iter().collect();
            return Err(EngineError::new(
                Trouble::Unsupported,
                format!(
                    "{NAME} translates into {} and not into {}",
                    targets.join(", "),
                    request.target
                ),
            ));
        }
        let opening = written(&self.opening(&request));
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
        let dialogue = Translating::new(is_written, Arc::clone(&self.tally));
        self.io.spawn(run(dialogue, opened.socket, line));
        Ok(InterpretationStream {
            input,
            output,
            expires_at: opened.expires_at,
        })
    }
}

fn greeting(text: &str) -> Result<Greeting, Malformed> {
    Ok(match Answer::read(text)? {
        Answer::Created { .. } => Greeting::Created,
        Answer::Updated { expires_at } => Greeting::Updated { expires_at },
        Answer::Error(objection) => Greeting::Error(objection),
        _ => Greeting::Other,
    })
}

fn written(ask: &Ask) -> String {
    serde_json::to_string(ask).expect("text and numbers under text keys are always JSON")
}

/// How far the end has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    NotYet,
    Wanted,
    AskedFor,
}

/// One session.
struct Translating {
    backlog: Backlog<()>,
    odd: OddByte,
    end: End,
    give_up_at: Option<Instant>,
    used: Used,
    counted_at: Instant,
    /// Whether the provider writes down what is said, which it bills.
    is_written: bool,
    tally: Arc<Tally>,
}

impl Translating {
    fn new(is_written: bool, tally: Arc<Tally>) -> Self {
        Self {
            backlog: Backlog::new(FRAME, MOST_WAITING),
            odd: OddByte::default(),
            end: End::NotYet,
            give_up_at: None,
            used: Used::default(),
            counted_at: Instant::now(),
            is_written,
            tally,
        }
    }
}

fn piece(piece: Piece) -> Option<TextPiece> {
    (!piece.text.is_empty()).then_some(TextPiece {
        turn: None,
        text: piece.text,
        at: piece.at,
    })
}

impl Dialogue for Translating {
    fn step(&mut self, step: InterpretationInput, now: Instant, _outbox: &mut Outbox) {
        match step {
            InterpretationInput::Audio(samples) => {
                self.backlog.push(&samples);
                let left_out = self.backlog.left_out();
                time(&self.tally.silence_dropped_ms, left_out.silence);
                time(&self.tally.speech_dropped_ms, left_out.speech);
            }
            InterpretationInput::Close => {
                self.backlog.fill_up();
                self.end = End::Wanted;
                self.give_up_at = Some(now + DRAIN);
            }
            // It has no turns and takes no instructions.
            InterpretationInput::EndOfUtterance
            | InterpretationInput::Glossary(_)
            | InterpretationInput::Interrupted { .. } => {}
        }
    }

    fn answer(&mut self, text: &str, _now: Instant, outbox: &mut Outbox) -> Result<(), Malformed> {
        match Answer::read(text)? {
            Answer::Source(said) => {
                if let Some(piece) = piece(said) {
                    outbox.push(InterpretationOutput::Source(piece));
                }
            }
            Answer::Target(said) => {
                if let Some(piece) = piece(said) {
                    outbox.push(InterpretationOutput::Target(piece));
                }
            }
            Answer::Speech {
                samples,
                sample_rate,
            } => {
                let samples = self.odd.even(samples);
                if !samples.is_empty() {
                    let seconds = samples.len() as f64 / 2.0 / f64::from(sample_rate);
                    self.used.audio_out += Duration::from_secs_f64(seconds);
                    outbox.push(InterpretationOutput::Audio {
                        turn: None,
                        samples: Bytes::from(samples),
                        sample_rate,
                    });
                }
            }
            Answer::Closed if self.end == End::AskedFor => outbox.close(),
            Answer::Closed => outbox.fail(EngineError::new(
                Trouble::Failed,
                "the provider closed the session without being asked",
            )),
            Answer::Error(objection) => {
                one(&self.tally.objections);
                let error = meaning(&objection);
                if objection.code.as_deref() == Some(EXPIRED) || is_fatal(&objection) {
                    outbox.fail(error);
                } else {
                    outbox.objected(objection);
                    outbox.push(InterpretationOutput::Objected(error));
                }
            }
            Answer::Created { .. } | Answer::Updated { .. } => {
                one(&self.tally.events_unexpected);
            }
            Answer::Unknown(kind) => {
                one(&self.tally.events_unknown);
                tracing::debug!(engine = NAME, kind, "unknown event");
            }
        }
        Ok(())
    }

    fn has_message(&self) -> bool {
        !self.backlog.is_empty() || self.end == End::Wanted
    }

    fn message(&mut self, _now: Instant, _outbox: &mut Outbox) -> Option<String> {
        if let Some(Waiting::Audio(frame)) = self.backlog.pop() {
            let heard = length(frame.len());
            self.used.audio_in += heard;
            if self.is_written {
                self.used.transcribed += heard;
            }
            return Some(written(&Ask::Append {
                audio: encoded(&frame),
                event_id: None,
            }));
        }
        (self.end == End::Wanted).then(|| {
            self.end = End::AskedFor;
            written(&Ask::Close { event_id: None })
        })
    }

    fn wake(&self) -> Option<Instant> {
        self.give_up_at
    }

    fn woken(&mut self, now: Instant, outbox: &mut Outbox) {
        if self.give_up_at.is_some_and(|at| now >= at) {
            outbox.fail(EngineError::new(
                Trouble::Timeout,
                "the provider did not finish what was said in time",
            ));
        }
    }

    fn used(&mut self) -> Used {
        let now = Instant::now();
        let connected = now - std::mem::replace(&mut self.counted_at, now);
        Used {
            connected,
            ..std::mem::take(&mut self.used)
        }
    }

    fn is_closing(&self) -> bool {
        self.end != End::NotYet
    }

    fn leave(&mut self, now: Instant, _outbox: &mut Outbox) -> Instant {
        self.backlog = Backlog::new(FRAME, MOST_WAITING);
        if self.end == End::NotYet {
            self.end = End::Wanted;
        }
        now + LEAVE
    }
}
