//! The engine's ear as the Source holds it: opened when there is something to hear, fed in order, opened again with
//! everything that has no final yet when it breaks, released in silence.

use std::{collections::VecDeque, sync::Arc};

use actix::{ActorFutureExt, AsyncContext, StreamHandler, WrapFuture};
use tokio::time::Instant;

use super::Source;
use crate::{
    actors::{
        engine_stream::{EngineStream, Generation, Yielded, yields},
        refusal::Refusal,
    },
    domain::{
        engine::{
            Engine, EngineError, TRANSCRIPTION_RATE, TranscriptionInput, TranscriptionOutput,
            TranscriptionRequest, TranscriptionStream, Trouble,
        },
        language::Language,
    },
    supervision::Ctx,
};

/// The most speech held for an engine that does not take it, in milliseconds; then the oldest utterance is given up.
const MOST_HELD_MS: u64 = 60_000;

/// The ear, and everything it has to hear again should it break.
#[derive(Default)]
pub(super) struct Ear {
    stream: EngineStream<TranscriptionInput>,
    /// Inputs of all utterances without a final, in order.
    script: VecDeque<TranscriptionInput>,
}

impl Ear {
    /// The same ear with nothing to hear, that heeds nothing its stream may still yield.
    pub(super) fn renewed(mut self) -> Self {
        self.stream.release();
        self.script.clear();
        self
    }

    pub(super) fn is_open(&self) -> bool {
        self.stream.is_open()
    }

    /// Speech that the engine has not been given, in milliseconds.
    pub(super) fn lag_ms(&self) -> u64 {
        milliseconds(self.script.iter().skip(self.stream.given()))
    }

    /// Adds to what is to be heard.
    pub(super) fn add(&mut self, input: TranscriptionInput) {
        self.script.push_back(input);
    }

    /// Closes a stream that has nothing to do.
    pub(super) fn release(&mut self) {
        if self.is_open() && self.script.is_empty() {
            self.stream.release();
        }
    }

    /// Gives an open stream what it has not been given. A full one is tried again with the next audio or beat; a
    /// closed one says by itself why.
    fn feed(&mut self) {
        while let Some(next) = self.script.get(self.stream.given()) {
            if !self.stream.give_next(next.clone()) {
                return;
            }
        }
    }

    /// Forgets the oldest utterance: it has its final, or is given up.
    fn forget_oldest(&mut self) {
        let is_end = |input: &TranscriptionInput| matches!(input, TranscriptionInput::End);
        let count = self
            .script
            .iter()
            .position(is_end)
            .map_or(self.script.len(), |end| end + 1);
        self.script.drain(..count);
        self.stream.forget(count);
    }
}

/// Whether an engine has an ear of its own for this language.
fn hears(engine: &dyn Engine, language: &Language) -> bool {
    engine.interprets().is_none() && engine.transcribes(language)
}

fn milliseconds<'a>(inputs: impl Iterator<Item = &'a TranscriptionInput>) -> u64 {
    let bytes: usize = inputs
        .map(|input| match input {
            TranscriptionInput::Audio(bytes) => bytes.len(),
            _ => 0,
        })
        .sum();
    bytes as u64 * 1_000 / (2 * u64::from(TRANSCRIPTION_RATE))
}

impl Source {
    /// Gives the ear what it has not heard, opening it if need be.
    pub(super) fn feed_ear(&mut self, ctx: &mut Ctx<Self>) {
        while self.utterances.len() > 1 && milliseconds(self.ear.script.iter()) > MOST_HELD_MS {
            self.give_up_oldest(Refusal::new(
                "engine_stalled",
                "the engine does not keep up; what was said longest ago was left out",
            ));
        }
        if !self.ear.script.is_empty()
            && let Some(generation) = self.ear.stream.begin_opening()
        {
            self.open_ear(generation, ctx);
        }
        self.ear.feed();
    }

    fn open_ear(&mut self, generation: Generation, ctx: &mut Ctx<Self>) {
        let language = &self.order.language;
        let engine = self.order.chain.ask(|engine| hears(engine, language));
        let Some(engine) = engine.map(Arc::clone) else {
            return self.ear_refused(&EngineError::new(
                Trouble::Unsupported,
                format!("no engine here writes down {language}; what is said is translated only"),
            ));
        };
        self.ear_engine = Some(Arc::clone(&engine));
        let request = TranscriptionRequest {
            speaker: self.order.speaker.session_id.to_string(),
            language: self.order.language.clone(),
        };
        let opening = async move { engine.open_transcription(request).await }
            .into_actor(self)
            .map(move |opened, source, ctx| source.ear_opened(generation, opened, ctx));
        ctx.spawn(opening);
    }

    fn ear_opened(
        &mut self,
        generation: Generation,
        opened: Result<TranscriptionStream, EngineError>,
        ctx: &mut Ctx<Self>,
    ) {
        if !self.ear.stream.is_current(generation) {
            return;
        }
        match opened {
            Ok(stream) => {
                self.ear.stream.opened(stream.input);
                ctx.add_stream(yields(generation, stream.output));
                self.ear.feed();
            }
            Err(error) if matches!(error.trouble, Trouble::Failed | Trouble::Timeout) => {
                self.ear_failed(&error);
            }
            Err(error) => self.ear_refused(&error),
        }
        self.show();
    }

    /// The engine does not take this speaker: another is asked, and if there is none, what was said so far is left
    /// out, and the speaker told.
    fn ear_refused(&mut self, error: &EngineError) {
        self.note_ear_failure(error);
        if self.has_another_ear() {
            return self.ear.stream.release();
        }
        while !self.utterances.is_empty() {
            self.drop_oldest();
        }
        self.ear.script.clear();
        self.ear.stream.refused();
        self.tell_failure(None, Refusal::from(error));
    }

    fn note_ear_failure(&self, error: &EngineError) {
        let chain = &self.order.chain;
        chain.breakers().failed(self.ear_name(), error);
    }

    /// Whether another engine is to be asked than the one that has just failed.
    fn has_another_ear(&self) -> bool {
        let language = &self.order.language;
        let chosen = self.order.chain.choose(|engine| hears(engine, language));
        chosen.is_some_and(|engine| engine.name() != self.ear_name())
    }

    /// The stream broke: everything without a final is heard again, unless the same utterance broke it before.
    fn ear_failed(&mut self, error: &EngineError) {
        let engine = self.ear_name();
        tracing::warn!(engine, code = error.code(), "transcription broke off");
        self.note_ear_failure(error);
        if self.has_another_ear() {
            return self.ear.stream.release();
        }
        if self.ear.stream.broke() {
            self.give_up_oldest(Refusal::from(error));
        }
    }

    /// Leaves out the oldest utterance: what was understood of it stands, and the speaker is told.
    fn give_up_oldest(&mut self, refusal: Refusal) {
        let Some(oldest) = self.utterances.front().cloned() else {
            self.ear.script.clear();
            return;
        };
        self.tell_failure(Some(&oldest), refusal);
        if oldest.ended_at.is_some() {
            self.drop_oldest();
        } else {
            // Still being said: its beginning is forgotten, the rest is heard as if it began now.
            self.ear.stream.forget(self.ear.script.len());
            self.ear.script.clear();
            self.ear.add(TranscriptionInput::Begin(oldest.id));
        }
    }

    /// Takes the oldest utterance out without a final of its own; a partial that was shown becomes the final.
    pub(super) fn drop_oldest(&mut self) {
        let Some(mut utterance) = self.take_oldest() else {
            return;
        };
        if !utterance.text.is_empty() {
            utterance.revision += 1;
            self.tell_final(&utterance, None);
        }
    }

    fn take_oldest(&mut self) -> Option<super::Utterance> {
        let mut utterance = self.utterances.pop_front()?;
        let now = self.now();
        utterance.ended_at.get_or_insert(now);
        self.ear.forget_oldest();
        self.keep_no_more(&utterance);
        Some(utterance)
    }

    fn heard(&mut self, output: TranscriptionOutput) {
        match output {
            TranscriptionOutput::Partial { utterance, text } => {
                let Some(known) = self
                    .utterances
                    .iter_mut()
                    .find(|known| known.id == utterance && known.text != text)
                else {
                    return;
                };
                if text.is_empty() {
                    return;
                }
                known.revision += u32::from(!known.text.is_empty());
                known.text = text;
                let known = known.clone();
                self.keep(&known);
                self.tell_partial(&known);
            }
            TranscriptionOutput::Final {
                utterance,
                text,
                confidence,
            } => {
                self.ear.stream.succeeded();
                self.order.chain.breakers().succeeded(self.ear_name());
                if !self.utterances.iter().any(|known| known.id == utterance) {
                    return;
                }
                // Finals come in the order of the utterances, so what lies before this one never gets one.
                while self
                    .utterances
                    .front()
                    .is_some_and(|known| known.id != utterance)
                {
                    self.drop_oldest();
                }
                if text.is_empty() {
                    return self.drop_oldest();
                }
                if let Some(mut known) = self.take_oldest() {
                    known.revision += u32::from(!known.text.is_empty());
                    known.text = text;
                    self.tell_final(&known, confidence);
                }
                self.quiet_since = Instant::now();
            }
            TranscriptionOutput::Failed(error) => self.ear_failed(&error),
        }
    }
}

impl StreamHandler<Yielded<TranscriptionOutput>> for Source {
    fn handle(&mut self, heard: Yielded<TranscriptionOutput>, ctx: &mut Ctx<Self>) {
        if !self.ear.stream.is_current(heard.generation) {
            return;
        }
        match heard.output {
            Some(output) => self.heard(output),
            None => self.ear_failed(&EngineError::new(
                Trouble::Failed,
                "the engine closed the stream",
            )),
        }
        self.feed_ear(ctx);
        self.show();
        self.end_when_all_is_said(ctx);
    }

    /// One stream of several has ended; the Source goes on.
    fn finished(&mut self, _: &mut Ctx<Self>) {}
}
