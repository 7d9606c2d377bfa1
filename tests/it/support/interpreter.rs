//! An engine that interprets end to end, by a script: it understands bursts of sound.
//!
//! Each burst, wherever it is heard, is the next sentence: ` Sen` `tence` ` 7.`, in pieces that split words, and its
//! translation a while later, ` Fra` `se` ` 7.`, with a tone as long as the burst. A continuous one sends them as they
//! come; a turn-based one answers each end of an utterance. Its faults are ordered by the test.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use interpres::domain::{
    engine::{
        Engine, EngineError, EngineReport, LanguagePair, TranscriptionRequest, TranscriptionStream,
        Translated, TranslationRequest, TranslationStream, Trouble,
    },
    interpretation::{
        INTERPRETATION_RATE, InterpretationInput, InterpretationOutput, InterpretationRequest,
        InterpretationStream, InterpretationStyle, TextPiece,
    },
    language::Language,
    usage::{Meter, Used},
};
use serde_json::Value;
use tokio::{
    sync::{broadcast, mpsc},
    time::Instant,
};

/// What a test looks at, and what it orders.
#[derive(Debug, Default)]
pub struct Book {
    /// Streams that were opened: when, and whether they were to write down what is said.
    pub opened: Vec<(Instant, bool)>,
    /// When each stream ended.
    pub ended: Vec<Instant>,
    /// Streams that are open, and the most that were at once.
    pub open: usize,
    pub most_open: usize,
    /// Sentences heard so far.
    pub sentences: u64,
    /// Sound that went in, and how much of it was a burst.
    pub heard: Duration,
    pub loud: Duration,
    /// The most sound that went into one stream within a second.
    pub most_a_second: Duration,
    /// What every opening is answered with, if not with a stream.
    pub refuses: Option<Trouble>,
    /// Whether it takes what it is given and says nothing.
    pub mute: bool,
    /// The glossaries it was given, at opening and since.
    pub glossaries: Vec<Option<Value>>,
    /// The languages it was told at opening that would be spoken.
    pub sources: Vec<Option<Language>>,
    /// The turns somebody spoke over, and how much of each was heard.
    pub interrupted: Vec<(u64, Duration)>,
}

/// The engine.
pub struct ScriptedInterpreter {
    pub name: &'static str,
    pub style: InterpretationStyle,
    /// How long its answers take.
    pub lag: Duration,
    /// How long a stream lasts.
    pub life: Duration,
    pub book: Arc<Mutex<Book>>,
    breaks: broadcast::Sender<()>,
}

impl ScriptedInterpreter {
    pub fn new(continuous: bool, lag: Duration, life: Duration) -> Self {
        Self {
            name: "scripted",
            style: InterpretationStyle {
                continuous,
                frame: Duration::from_millis(200),
                wants_silence: continuous,
                glossary: true,
            },
            lag,
            life,
            book: Arc::default(),
            breaks: broadcast::channel(4).0,
        }
    }

    /// Breaks every open stream.
    pub fn break_all(&self) {
        // Nobody listens if none is open.
        let _ = self.breaks.send(());
    }

    pub fn refuse(&self, trouble: Option<Trouble>) {
        self.book.lock().unwrap().refuses = trouble;
    }
}

#[async_trait]
impl Engine for ScriptedInterpreter {
    fn name(&self) -> &'static str {
        self.name
    }

    fn report(&self) -> EngineReport {
        EngineReport {
            name: self.name.to_owned(),
            available: true,
            parts: Vec::new(),
            recognizes: vec!["en".to_owned()],
            speaks: vec!["es".to_owned()],
            pairs: vec![LanguagePair {
                source: "en".to_owned(),
                target: "es".to_owned(),
                route: Vec::new(),
                experimental: false,
            }],
            talkers: 0,
            talker_limit: usize::MAX,
            counted: std::collections::BTreeMap::new(),
        }
    }

    fn transcribes(&self, _: &Language) -> bool {
        true
    }

    fn translates(&self, _: &Language, target: &Language) -> bool {
        target.to_string() != "ca"
    }

    fn speaks(&self, _: &Language) -> bool {
        true
    }

    async fn open_transcription(
        &self,
        _: TranscriptionRequest,
    ) -> Result<TranscriptionStream, EngineError> {
        panic!("an engine that interprets end to end has no ear of its own");
    }

    async fn open_translation(
        &self,
        _: TranslationRequest,
    ) -> Result<TranslationStream, EngineError> {
        Err(EngineError::new(
            Trouble::Unsupported,
            "it takes sound only",
        ))
    }

    async fn translate(
        &self,
        _: &str,
        _: &Language,
        _: &Language,
    ) -> Result<Translated, EngineError> {
        Err(EngineError::new(
            Trouble::Unsupported,
            "it takes sound only",
        ))
    }

    fn interprets(&self) -> Option<InterpretationStyle> {
        Some(self.style)
    }

    async fn open_interpretation(
        &self,
        request: InterpretationRequest,
    ) -> Result<InterpretationStream, EngineError> {
        // A provider takes a moment to say that it is ready.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let mut book = self.book.lock().unwrap();
        if let Some(trouble) = book.refuses {
            return Err(EngineError::new(trouble, "ordered by the test"));
        }
        book.opened.push((Instant::now(), request.transcript));
        book.glossaries.push(request.glossary);
        book.sources.push(request.source);
        book.open += 1;
        book.most_open = book.most_open.max(book.open);
        drop(book);
        let (input, steps) = mpsc::channel(64);
        let (answers, output) = mpsc::channel(64);
        let expires_at = Instant::now() + self.life;
        let stream = Stream {
            style: self.style,
            transcript: request.transcript,
            lag: self.lag,
            book: Arc::clone(&self.book),
            began: Instant::now(),
            burst: None,
            turn: 0,
            due: BTreeMap::new(),
            meter: request.meter,
            heard: Vec::new(),
        };
        let breaks = self.breaks.subscribe();
        tokio::task::spawn_local(stream.run(steps, answers, expires_at, breaks));
        Ok(InterpretationStream {
            input,
            output,
            expires_at,
        })
    }
}

struct Stream {
    style: InterpretationStyle,
    transcript: bool,
    lag: Duration,
    book: Arc<Mutex<Book>>,
    began: Instant,
    /// The sentence being heard, and how many of its pieces have been said.
    burst: Option<(u64, usize)>,
    turn: u64,
    /// Answers and when they are due, in order.
    due: BTreeMap<(Instant, u64), InterpretationOutput>,
    /// Sound whose use has not been told.
    meter: Arc<dyn Meter>,
    /// When how much came in.
    heard: Vec<(Instant, Duration)>,
}

impl Stream {
    async fn run(
        mut self,
        mut steps: mpsc::Receiver<InterpretationInput>,
        answers: mpsc::Sender<InterpretationOutput>,
        expires_at: Instant,
        mut breaks: broadcast::Receiver<()>,
    ) {
        let mut closing = false;
        let last = loop {
            if closing && self.due.is_empty() {
                break Some(InterpretationOutput::Closed);
            }
            let next = self.due.first_key_value().map(|((at, _), _)| *at);
            let next = next.unwrap_or_else(|| Instant::now() + Duration::from_secs(3600));
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(next) => {
                    let Some((_, answer)) = self.due.pop_first() else { continue };
                    if self.book.lock().unwrap().mute {
                        continue;
                    }
                    if answers.send(answer).await.is_err() {
                        break None;
                    }
                }
                _ = breaks.recv() => {
                    break Some(InterpretationOutput::Failed(EngineError::new(Trouble::Failed, "ordered by the test")));
                }
                () = tokio::time::sleep_until(expires_at) => {
                    break Some(InterpretationOutput::Failed(EngineError::new(Trouble::Failed, "session_expired")));
                }
                step = steps.recv(), if !closing => match step {
                    Some(InterpretationInput::Audio(samples)) => self.hear(&samples),
                    Some(InterpretationInput::EndOfUtterance) => self.end_turn(),
                    Some(InterpretationInput::Close) => {
                        self.end_burst();
                        closing = true;
                    }
                    Some(InterpretationInput::Glossary(glossary)) => {
                        self.book.lock().unwrap().glossaries.push(Some(glossary));
                    }
                    Some(InterpretationInput::Interrupted { turn, heard }) => {
                        self.book.lock().unwrap().interrupted.push((turn, heard));
                    }
                    None => break None,
                },
            }
        };
        {
            let mut book = self.book.lock().unwrap();
            book.open -= 1;
            book.ended.push(Instant::now());
        }
        if let Some(last) = last {
            // Whoever has dropped the stream does not want to know.
            let _ = answers.send(last).await;
        }
    }

    fn say(&mut self, after: Duration, output: InterpretationOutput) {
        let number = self.due.len() as u64 + self.heard.len() as u64 * 1_000;
        self.due.insert((Instant::now() + after, number), output);
    }

    fn turn(&self) -> Option<u64> {
        (!self.style.continuous).then_some(self.turn)
    }

    fn piece(&mut self, source: &str, target: &str) {
        let heard = self.began.elapsed();
        let turn = self.turn();
        // As real ones do: a translation has the time at which it is said.
        let piece = |text: &str, at| TextPiece {
            turn,
            text: text.to_owned(),
            at: Some(at),
        };
        if self.transcript {
            self.say(
                Duration::from_millis(50),
                InterpretationOutput::Source(piece(source, heard)),
            );
        }
        self.say(
            self.lag,
            InterpretationOutput::Target(piece(target, heard + self.lag)),
        );
    }

    fn hear(&mut self, samples: &Bytes) {
        let length =
            Duration::from_micros(samples.len() as u64 * 500_000 / u64::from(INTERPRETATION_RATE));
        let loud = samples
            .chunks_exact(2)
            .any(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs() > 1_000);
        let now = Instant::now();
        self.heard
            .retain(|(at, _)| now - *at < Duration::from_secs(1));
        self.heard.push((now, length));
        let second: Duration = self.heard.iter().map(|(_, length)| *length).sum();
        {
            let mut book = self.book.lock().unwrap();
            book.heard += length;
            book.loud += if loud { length } else { Duration::ZERO };
            book.most_a_second = book.most_a_second.max(second);
        }
        self.meter.used(&Used {
            audio_in: length,
            ..Used::default()
        });
        if !loud {
            return self.end_burst();
        }
        let (number, said) = *self.burst.get_or_insert_with(|| {
            let mut book = self.book.lock().unwrap();
            book.sentences += 1;
            (book.sentences, 0)
        });
        match said {
            0 => self.piece(" Sen", " Fra"),
            1 => self.piece("tence", "se"),
            // A long one goes on.
            _ if said % 15 == 0 => self.piece(&format!(" and{said}"), &format!(" y{said}")),
            _ => {}
        }
        self.burst = Some((number, said + 1));
        let samples = tone(samples.len() / 2);
        let turn = self.turn();
        self.say(
            self.lag,
            InterpretationOutput::Audio {
                turn,
                samples,
                sample_rate: INTERPRETATION_RATE,
            },
        );
    }

    fn end_burst(&mut self) {
        if let Some((number, said)) = self.burst.take() {
            let rest = if said < 2 { ("tence", "se") } else { ("", "") };
            self.piece(
                &format!("{} {number}.", rest.0),
                &format!("{} {number}.", rest.1),
            );
        }
    }

    fn end_turn(&mut self) {
        self.end_burst();
        if let Some(turn) = self.turn() {
            // Its text as it was said comes after the translation, as with real ones.
            self.say(
                self.lag,
                InterpretationOutput::TargetDone { turn, text: None },
            );
            self.say(
                self.lag * 2,
                InterpretationOutput::SourceDone { turn, text: None },
            );
            self.turn += 1;
        }
    }
}

/// A tone of 660 Hz.
fn tone(samples: usize) -> Bytes {
    let step = std::f32::consts::TAU * 660.0 / INTERPRETATION_RATE as f32;
    let sample = |index: usize| ((index as f32 * step).sin() * 8_000.0) as i16;
    (0..samples)
        .flat_map(|index| sample(index).to_le_bytes())
        .collect()
}
