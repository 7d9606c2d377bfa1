//! What an engine is: the streams through which a speaker's words become another language.
//!
//! An engine opens two kinds of stream. A *transcription* hears one speaker and writes down what is said; a
//! *translation* takes one speaker's words and gives them in one other language, as text and as speech. Both are
//! a bounded pair of channels; dropping the input closes the stream, and the engine then ends its output. Reopening
//! after a failure, pacing, and the choice of another engine are the caller's (Source and Invoker), so that they
//! are written once for every engine.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

use super::{
    identity::UtteranceId,
    interpretation::{InterpretationRequest, InterpretationStream, InterpretationStyle},
    language::Language,
    usage::Prices,
};

/// Sample rate of all audio that goes into a transcription, in Hz.
pub const TRANSCRIPTION_RATE: u32 = 16_000;

/// Places in each direction of a stream. Inputs are 20 ms of audio or one text, so this is about 2.5 s of speech:
/// what a healthy engine never lets pile up.
pub const STREAM_PLACES: usize = 128;

/// A provider of interpretation.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Its name in settings, events and captions: `local`, `azure-translate`.
    fn name(&self) -> &'static str;

    /// What it can do here and now, and what is missing.
    fn report(&self) -> EngineReport;

    /// Its parts alone, which is less work than all of [`Engine::report`]: it is asked every few seconds.
    fn parts(&self) -> Vec<EnginePart> {
        self.report().parts
    }

    /// How far the recognition of the speaker who waits longest is behind what it was given.
    fn lag(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether it can write down speech in this language.
    fn transcribes(&self, language: &Language) -> bool;

    /// Whether it can translate from one language to another.
    fn translates(&self, source: &Language, target: &Language) -> bool;

    /// Whether it can speak this language.
    fn speaks(&self, language: &Language) -> bool;

    /// Opens the ear of one speaker.
    ///
    /// # Errors
    /// [`EngineError`] with [`Trouble::Unsupported`] for a language without a recognizer, [`Trouble::Overloaded`]
    /// when no further speaker can be served in time, [`Trouble::Unavailable`] when a part is missing or broken.
    async fn open_transcription(
        &self,
        _request: TranscriptionRequest,
    ) -> Result<TranscriptionStream, EngineError> {
        Err(EngineError::no_parts(self.name()))
    }

    /// Opens the translation of one speaker into one language.
    ///
    /// # Errors
    /// As [`Engine::open_transcription`].
    async fn open_translation(
        &self,
        _request: TranslationRequest,
    ) -> Result<TranslationStream, EngineError> {
        Err(EngineError::no_parts(self.name()))
    }

    /// Translates one text, outside any stream.
    ///
    /// # Errors
    /// [`Trouble::Unsupported`] for a pair without a route, [`Trouble::Invalid`] for a text that is too long.
    async fn translate(
        &self,
        _text: &str,
        _source: &Language,
        _target: &Language,
    ) -> Result<Translated, EngineError> {
        Err(EngineError::no_parts(self.name()))
    }

    /// How it interprets end to end; `None` for an engine of parts, which is opened by the two streams above. The
    /// streams of parts of one that interprets end to end are not opened for speech; typed text still goes through
    /// [`Engine::open_translation`] where it has one.
    fn interprets(&self) -> Option<InterpretationStyle> {
        None
    }

    /// What its provider asks for what was used; `None` for an engine that costs nothing.
    fn prices(&self) -> Option<Prices> {
        None
    }

    /// Opens the interpretation of one speaker into one language, of an engine that interprets end to end.
    ///
    /// # Errors
    /// As [`Engine::open_transcription`].
    async fn open_interpretation(
        &self,
        request: InterpretationRequest,
    ) -> Result<InterpretationStream, EngineError> {
        Err(EngineError::new(
            Trouble::Unsupported,
            format!(
                "{} does not interpret end to end (into {})",
                self.name(),
                request.target
            ),
        ))
    }
}

/// Who is to be heard.
#[derive(Debug, Clone)]
pub struct TranscriptionRequest {
    /// Unique among the streams that are open, stable over reopening: the speaker's session.
    pub speaker: String,
    /// The language spoken.
    pub language: Language,
}

/// Whose words go into which language.
#[derive(Debug, Clone)]
pub struct TranslationRequest {
    /// As [`TranscriptionRequest::speaker`].
    pub speaker: String,
    /// The language the words come in.
    pub source: Language,
    /// The language they go out in.
    pub target: Language,
}

/// The open ear of one speaker.
#[derive(Debug)]
pub struct TranscriptionStream {
    /// What the speaker says; drop it to close.
    pub input: mpsc::Sender<TranscriptionInput>,
    /// What was understood; ends after [`TranscriptionOutput::Failed`] or once the input is dropped and drained.
    pub output: mpsc::Receiver<TranscriptionOutput>,
}

/// One step of a speaker's audio. Utterances follow each other and never overlap.
#[derive(Debug, Clone)]
pub enum TranscriptionInput {
    /// An utterance begins; the audio that follows belongs to it.
    Begin(UtteranceId),
    /// Speech of the current utterance: s16le mono at [`TRANSCRIPTION_RATE`], an even number of bytes.
    Audio(Bytes),
    /// The utterance is over: answer with its final as soon as possible.
    End,
    /// Forget the utterance: no final is wanted.
    Abandon,
}

/// What a transcription yields, in the order of the utterances.
#[derive(Debug, Clone)]
pub enum TranscriptionOutput {
    /// A newer guess at the whole utterance so far.
    Partial {
        /// Which utterance.
        utterance: UtteranceId,
        /// Its text so far, written as text (case, apostrophes), not as tokens.
        text: String,
    },
    /// The text of an ended utterance; empty when nothing was understood. Exactly one for every `End`.
    Final {
        /// Which utterance.
        utterance: UtteranceId,
        /// Its text, with case and a closing mark.
        text: String,
        /// How sure the engine is, 0 to 1, where it knows.
        confidence: Option<f32>,
    },
    /// The stream is broken and ends here; the caller may reopen it.
    Failed(EngineError),
}

/// The open translation of one speaker into one language.
#[derive(Debug)]
pub struct TranslationStream {
    /// What the speaker said; drop it to close.
    pub input: mpsc::Sender<TranslationInput>,
    /// Its translation; ends after [`TranslationOutput::Broken`] or once the input is dropped and drained.
    pub output: mpsc::Receiver<TranslationOutput>,
}

/// One step of a speaker's words.
#[derive(Debug, Clone)]
pub enum TranslationInput {
    /// A revision of an utterance. A newer one may replace an older one that still waits; a final never is replaced.
    Text {
        /// Which utterance.
        utterance: UtteranceId,
        /// Counts up from 0 within the utterance.
        revision: u32,
        /// The whole utterance so far.
        text: String,
        /// Whether this is its last revision.
        last: bool,
        /// Whether the translation of this last revision is to be spoken too.
        speak: bool,
    },
}

/// What a translation yields, in the order of the finals.
#[derive(Debug, Clone)]
pub enum TranslationOutput {
    /// The translation of one revision.
    Text {
        /// Which utterance.
        utterance: UtteranceId,
        /// The source revision this translates.
        revision: u32,
        /// The whole translation so far.
        text: String,
        /// The source text it translates.
        source_text: String,
        /// Whether it is the translation of the last revision.
        last: bool,
        /// How sure the engine is, 0 to 1, where it knows.
        confidence: Option<f32>,
    },
    /// Speech for the final translation of an utterance, in order, as fast as it is made.
    Audio {
        /// Which utterance.
        utterance: UtteranceId,
        /// s16le mono, an even number of bytes.
        samples: Bytes,
        /// In Hz.
        sample_rate: u32,
    },
    /// The speech of an utterance is complete. Follows every spoken final, also one without any audio.
    AudioEnd {
        /// Which utterance.
        utterance: UtteranceId,
    },
    /// One utterance could not be translated or spoken; the stream goes on.
    Untranslated {
        /// Which utterance.
        utterance: UtteranceId,
        /// The source revision this is about.
        revision: u32,
        /// Whether its final is lost by this.
        last: bool,
        /// Why.
        error: EngineError,
    },
    /// The stream is broken and ends here; the caller may reopen it.
    Broken(EngineError),
}

/// A text in another language.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// The translation.
    pub text: String,
    /// The share of words the engine knew, 0 to 1, where it can tell.
    pub confidence: Option<f32>,
    /// Which model made it, for people: `apertium eng-cat,cat-spa`.
    pub model: String,
}

/// What kind of trouble an engine is in; decides what the caller does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// A part is not installed, parked after too many crashes, or out of reach. Another engine may do it.
    Unavailable,
    /// This engine never does that (no recognizer for the language, no route for the pair).
    Unsupported,
    /// Too many speakers already; later it may do it.
    Overloaded,
    /// No answer within the deadline.
    Timeout,
    /// The request itself is wrong; repeating it is useless.
    Invalid,
    /// The engine broke while working; repeating may help.
    Failed,
    /// The provider ended a stream because it lasted as long as one may, announced or not: no fault of anybody's, and
    /// another one is to be opened at once.
    Expired,
}

/// Why an engine could not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// Its kind.
    pub trouble: Trouble,
    /// What happened and what to do, for people. Never holds what was said.
    pub message: String,
}

impl EngineError {
    /// The engine of this name is not made of parts, and has no streams of them.
    pub fn no_parts(name: &str) -> Self {
        Self::new(
            Trouble::Unsupported,
            format!("{name} interprets speech only; texts are translated by another engine"),
        )
    }

    /// An error of this kind.
    pub fn new(trouble: Trouble, message: impl Into<String>) -> Self {
        Self {
            trouble,
            message: message.into(),
        }
    }

    /// The stable code that goes outward.
    pub fn code(&self) -> &'static str {
        match self.trouble {
            Trouble::Unavailable => "engine_unavailable",
            Trouble::Unsupported => "language_unavailable",
            Trouble::Overloaded => "engine_overloaded",
            Trouble::Timeout => "engine_timeout",
            Trouble::Invalid => "invalid_text",
            // To people who learn of it, as nothing followed, it is the same.
            Trouble::Failed | Trouble::Expired => "engine_failed",
        }
    }
}

/// What an engine can do here, as `GET /api/engines` and `GET /api/languages` show it.
#[derive(Debug, Clone, Serialize, PartialEq, utoipa::ToSchema)]
pub struct EngineReport {
    /// The engine's name.
    pub name: String,
    /// Whether it can serve anybody at all.
    pub available: bool,
    /// Its parts, with what was found or which package is missing.
    pub parts: Vec<EnginePart>,
    /// Languages it can write down from speech.
    pub recognizes: Vec<String>,
    /// Languages it can speak.
    pub speaks: Vec<String>,
    /// Directions it can translate.
    pub pairs: Vec<LanguagePair>,
    /// Speakers being heard now.
    pub talkers: usize,
    /// Speakers that are admitted without a look at the lag.
    pub talker_limit: usize,
    /// What has gone otherwise than it should since the start, by what it is; empty for engines that count nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counted: BTreeMap<&'static str, u64>,
}

/// One part of an engine: a recognizer, a translator, a voice.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct EnginePart {
    /// What it is: `pocketsphinx`, `apertium`, `espeak-ng`.
    pub name: String,
    /// What it is for.
    pub role: PartRole,
    /// Whether it was found.
    pub available: bool,
    /// What was found, or which package to install, for people.
    pub detail: String,
}

/// What a part of an engine is for.
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartRole {
    /// Writes down speech.
    Transcriber,
    /// Translates texts.
    Translator,
    /// Speaks texts.
    Synthesizer,
    /// Hears speech and gives it in another language, end to end.
    Interpreter,
}

impl std::fmt::Display for PartRole {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Transcriber => "transcriber",
            Self::Translator => "translator",
            Self::Synthesizer => "synthesizer",
            Self::Interpreter => "interpreter",
        })
    }
}

/// A direction of translation.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
pub struct LanguagePair {
    /// From.
    #[schema(value_type = Language)]
    pub source: String,
    /// To.
    #[schema(value_type = Language)]
    pub target: String,
    /// The steps taken, for people: `["eng-cat", "cat-spa"]`.
    pub route: Vec<String>,
    /// Offered, but known to be poor.
    pub experimental: bool,
}
