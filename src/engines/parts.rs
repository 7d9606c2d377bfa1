//! The three parts a cascade is made of, each a trait that a local child process or a remote service can stand behind.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use crate::domain::{
    engine::{
        EngineError, EnginePart, LanguagePair, TranscriptionRequest, TranscriptionStream,
        Translated,
    },
    language::Language,
};

/// Writes down what one speaker says.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// What was found of it, or what is missing.
    fn part(&self) -> EnginePart;

    /// The languages it can hear, as tags.
    fn languages(&self) -> Vec<String>;

    /// Whether it can hear this language.
    fn transcribes(&self, language: &Language) -> bool;

    /// Speakers being heard now.
    fn talkers(&self) -> usize;

    /// Speakers that are admitted without a look at the load.
    fn talker_limit(&self) -> usize;

    /// How far the speaker who waits longest is ahead of what was recognised.
    fn lag(&self) -> Duration {
        Duration::ZERO
    }

    /// Opens the ear of one speaker; returns once it can hear.
    ///
    /// # Errors
    /// As [`crate::domain::engine::Engine::open_transcription`].
    async fn open(&self, request: TranscriptionRequest)
    -> Result<TranscriptionStream, EngineError>;
}

/// Puts a text into another language.
#[async_trait]
pub trait Translator: Send + Sync {
    /// What was found of it, or what is missing.
    fn part(&self) -> EnginePart;

    /// The directions it knows.
    fn pairs(&self) -> Vec<LanguagePair>;

    /// Whether it knows the way from one language to another.
    fn translates(&self, source: &Language, target: &Language) -> bool;

    /// Translates one text. A text that is not blank never gets an empty answer: that is an error instead.
    ///
    /// # Errors
    /// As [`crate::domain::engine::Engine::translate`].
    async fn translate(
        &self,
        text: &str,
        source: &Language,
        target: &Language,
    ) -> Result<Translated, EngineError>;
}

/// Speaks a text.
#[async_trait]
pub trait Synthesizer: Send + Sync {
    /// What was found of it, or what is missing.
    fn part(&self) -> EnginePart;

    /// The languages it can speak, as tags.
    fn languages(&self) -> Vec<String>;

    /// Whether it can speak this language.
    fn speaks(&self, language: &Language) -> bool;

    /// Begins to speak; the samples follow as they are made.
    ///
    /// # Errors
    /// [`EngineError`] when there is no voice for the language or it cannot be started.
    async fn speak(&self, text: &str, language: &Language) -> Result<Speech, EngineError>;
}

/// Speech being made. Dropping it silences the voice.
#[derive(Debug)]
pub struct Speech {
    /// In Hz.
    pub sample_rate: u32,
    /// s16le mono, an even number of bytes each; an error is the last thing.
    pub samples: mpsc::Receiver<Result<Bytes, EngineError>>,
}
