//! What an end-to-end engine is: a stream that hears one speaker and gives their words in one other language, as text and
//! as speech, without a transcriber, a translator and a voice of ours in between.
//!
//! The stream is one connection to a provider and lives as long as that one. Reopening after a failure, renewal before the
//! provider's limit, silence while nothing is said, the cutting of text into utterances, and the choice of another engine
//! are the caller's (Invoker), so that they are written once for every engine. A stream ends after
//! [`InterpretationOutput::Closed`] or [`InterpretationOutput::Failed`].
//!
//! The turns of a stream are counted from 0, one up for each [`InterpretationInput::EndOfUtterance`], also where nothing was
//! said, and each ends with [`InterpretationOutput::TargetDone`] or [`InterpretationOutput::Untranslated`]: so the caller knows
//! whose words a turn holds.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::Value;
use tokio::{sync::mpsc, time::Instant};

use super::{engine::EngineError, language::Language, usage::Meter};

/// Sample rate of all audio that goes into an interpretation and usually comes out of it, in Hz.
pub const INTERPRETATION_RATE: u32 = 24_000;

/// How an end-to-end engine wants to be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterpretationStyle {
    /// Whether text and speech flow on while the speaker talks, without turns; then the caller cuts them into utterances.
    /// Otherwise each [`InterpretationInput::EndOfUtterance`] is answered by one turn.
    pub continuous: bool,
    /// How much audio one message to the provider holds: what is sent to the stream is cut and paced by this.
    pub frame: Duration,
    /// Whether time without speech has to be sent as silence, as the provider takes a gap for contiguous speech.
    pub wants_silence: bool,
    /// Whether it can be given a glossary.
    pub glossary: bool,
}

/// Whose words go into which language.
#[derive(Debug, Clone)]
pub struct InterpretationRequest {
    /// Unique among the streams that are open: the speaker's session.
    pub speaker: String,
    /// The language spoken, where it is known.
    pub source: Option<Language>,
    /// The language they go out in.
    pub target: Language,
    /// Whether the text as it was said is wanted too, which some providers bill.
    pub transcript: bool,
    /// How words are to be translated: what the speaker's configuration holds, which the engine understands as it can.
    pub glossary: Option<Value>,
    /// What the provider bills is counted here by the engine, every few seconds and at the end, also if nobody wants
    /// the stream any more.
    pub meter: Arc<dyn Meter>,
}

/// An open interpretation: the provider has said that it is ready, not only accepted the connection.
#[derive(Debug)]
pub struct InterpretationStream {
    /// What the speaker says; drop it to close at once, without what is still to come.
    pub input: mpsc::Sender<InterpretationInput>,
    /// What becomes of it.
    pub output: mpsc::Receiver<InterpretationOutput>,
    /// When the provider will end it.
    pub expires_at: Instant,
}

/// One step of a speaker's audio.
#[derive(Debug, Clone)]
pub enum InterpretationInput {
    /// Speech or silence: s16le mono at [`INTERPRETATION_RATE`], an even number of bytes, of any length.
    Audio(Bytes),
    /// The speaker has paused: a turn-based engine answers what it heard since the last. Continuous ones pass over it.
    EndOfUtterance,
    /// Another glossary from now on; null for none.
    Glossary(Value),
    /// Somebody spoke over the translation of this turn after so much of it was heard: what was not is forgotten.
    Interrupted {
        /// Which.
        turn: u64,
        /// How much was heard.
        heard: Duration,
    },
    /// Nothing more is said: what was said is still answered, then the stream is closed in order.
    Close,
}

/// What an interpretation yields.
#[derive(Debug, Clone, PartialEq)]
pub enum InterpretationOutput {
    /// More of the text as it was said. Pieces follow each other without a gap and may split words.
    Source(TextPiece),
    /// More of its translation.
    Target(TextPiece),
    /// More of the translation as speech.
    Audio {
        /// The turn, for engines that have them.
        turn: Option<u64>,
        /// s16le mono, an even number of bytes.
        samples: Bytes,
        /// In Hz.
        sample_rate: u32,
    },
    /// The text as it was said in this turn is complete, and is this whole text if there is one.
    SourceDone {
        /// Which turn.
        turn: u64,
        /// The whole text, where it is better than what the pieces made.
        text: Option<String>,
    },
    /// Text and speech of this turn's translation are complete.
    TargetDone {
        /// Which turn.
        turn: u64,
        /// The whole text, where it is better than what the pieces made.
        text: Option<String>,
    },
    /// A turn stays without a translation; the stream goes on.
    Untranslated {
        /// Which turn.
        turn: u64,
        /// Why.
        error: EngineError,
    },
    /// Something the provider objected to that does not end the stream.
    Objected(EngineError),
    /// Closed in order: everything has come.
    Closed,
    /// Broken, and over.
    Failed(EngineError),
}

/// A piece of text of an endless one.
#[derive(Debug, Clone, PartialEq)]
pub struct TextPiece {
    /// The turn, for engines that have them.
    pub turn: Option<u64>,
    /// With its own leading spaces; may split words.
    pub text: String,
    /// Where in the audio that went in it belongs, as far as the provider says; a translation to where it was said, not to
    /// what it translates.
    pub at: Option<Duration>,
}
