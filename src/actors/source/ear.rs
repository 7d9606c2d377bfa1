//! The engine's ear as the Source holds it: opened when there is something to hear, fed in order, opened again with
//! everything that has no final yet when it breaks, released in silence.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, StreamHandler, WrapFuture};
use futures_util::{StreamExt, stream};
use tokio::{sync::mpsc, time::Instant};
use tokio_stream::wrappers::ReceiverStream;

use super::Source;
use crate::{
    actors::refusal::Refusal,
    domain::engine::{
        EngineError, TRANSCRIPTION_RATE, TranscriptionInput, TranscriptionOutput,
        TranscriptionRequest, TranscriptionStream, Trouble,
    },
    supervision::Ctx,
};

/// The most speech held for an engine that does not take it, in milliseconds; then the oldest utterance is given up.
const MOST_HELD_MS: u64 = 60_000;

/// How often the same utterance is tried before it is given up: the fault may be in what was said.
const TRIES_PER_UTTERANCE: u32 = 3;

/// Waiting times before opening again: after a failure, growing with each, and after a refusal.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

enum State {
    Closed { not_before: Option<Instant> },
    Opening,
    Open(mpsc::Sender<TranscriptionInput>),
}

/// The ear, and everything it has to hear again should it break.
pub(super) struct Ear {
    state: State,
    /// Inputs of all utterances without a final, in order.
    script: VecDeque<TranscriptionInput>,
    /// How many of them the open stream has been given.
    given: usize,
    /// Which opening this is, so that what an earlier stream still yields is told apart.
    generation: u64,
    failures: u32,
}

impl Default for Ear {
    fn default() -> Self {
        Self {
            state: State::Closed { not_before: None },
            script: VecDeque::new(),
            given: 0,
            generation: 0,
            failures: 0,
        }
    }
}

impl Ear {
    /// A closed ear that heeds nothing this one's streams may still yield.
    pub(super) fn renewed(&self) -> Self {
        Self {
            generation: self.generation + 1,
            ..Self::default()
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// Speech that the engine has not been given, in milliseconds.
    pub(super) fn lag_ms(&self) -> u64 {
        milliseconds(self.script.iter().skip(self.given))
    }

    /// Adds to what is to be heard.
    pub(super) fn add(&mut self, input: TranscriptionInput) {
        self.script.push_back(input);
    }

    /// Closes a stream that has nothing to do.
    pub(super) fn release(&mut self) {
        if self.is_open() && self.script.is_empty() {
            self.state = State::Closed { not_before: None };
            self.generation += 1;
        }
    }

    fn close(&mut self, pause: Duration) {
        self.state = State::Closed {
            not_before: Some(Instant::now() + pause),
        };
        self.generation += 1;
        self.given = 0;
    }

    /// Gives an open stream what it has not been given. A full one is tried again with the next audio or beat; a
    /// closed one says by itself why.
    fn feed(&mut self) {
        if let State::Open(input) = &self.state {
            while let Some(next) = self.script.get(self.given) {
                if input.try_send(next.clone()).is_err() {
                    return;
                }
                self.given += 1;
            }
        }
    }

    /// Forgets the oldest utterance: it has its final, or is given up.
    fn forget_oldest(&mut self) {
        while let Some(input) = self.script.pop_front() {
            self.given = self.given.saturating_sub(1);
            if matches!(input, TranscriptionInput::End) {
                return;
            }
        }
    }
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

/// What a stream yields, and from which opening; nothing when it has ended.
pub(super) struct Heard {
    generation: u64,
    output: Option<TranscriptionOutput>,
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
        if let State::Closed { not_before } = self.ear.state
            && not_before.is_none_or(|moment| moment <= Instant::now())
            && !self.ear.script.is_empty()
        {
            self.open_ear(ctx);
        }
        self.ear.feed();
    }

    fn open_ear(&mut self, ctx: &mut Ctx<Self>) {
        self.ear.state = State::Opening;
        self.ear.generation += 1;
        self.ear.given = 0;
        let generation = self.ear.generation;
        let engine = Arc::clone(&self.order.engine);
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
        generation: u64,
        opened: Result<TranscriptionStream, EngineError>,
        ctx: &mut Ctx<Self>,
    ) {
        if generation != self.ear.generation {
            return;
        }
        match opened {
            Ok(stream) => {
                self.ear.state = State::Open(stream.input);
                let outputs = ReceiverStream::new(stream.output)
                    .map(Some)
                    .chain(stream::iter([None]))
                    .map(move |output| Heard { generation, output });
                ctx.add_stream(outputs);
                self.ear.feed();
            }
            Err(error) if matches!(error.trouble, Trouble::Failed | Trouble::Timeout) => {
                self.ear_failed(&error);
            }
            Err(error) => self.ear_refused(&error),
        }
        self.show();
    }

    /// The engine does not take this speaker: what was said so far is left out, and the speaker told.
    fn ear_refused(&mut self, error: &EngineError) {
        while !self.utterances.is_empty() {
            self.drop_oldest();
        }
        self.ear.script.clear();
        self.ear.close(AFTER_REFUSAL);
        self.tell_failure(None, Refusal::from(error));
    }

    /// The stream broke: everything without a final is heard again, unless the same utterance broke it before.
    fn ear_failed(&mut self, error: &EngineError) {
        let engine = self.order.engine.name();
        tracing::warn!(engine, code = error.code(), "transcription broke off");
        self.ear.failures += 1;
        self.ear.close(AFTER_FAILURE * self.ear.failures.min(20));
        if self.ear.failures >= TRIES_PER_UTTERANCE {
            self.give_up_oldest(Refusal::from(error));
        }
    }

    /// Leaves out the oldest utterance: what was understood of it stands, and the speaker is told.
    fn give_up_oldest(&mut self, refusal: Refusal) {
        self.ear.failures = 0;
        let Some(oldest) = self.utterances.front().cloned() else {
            self.ear.script.clear();
            return;
        };
        self.tell_failure(Some(&oldest), refusal);
        if oldest.ended_at.is_some() {
            self.drop_oldest();
        } else {
            // Still being said: its beginning is forgotten, the rest is heard as if it began now.
            self.ear.script.clear();
            self.ear.given = 0;
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
        self.unfinished.change(|unfinished| {
            if unfinished
                .as_ref()
                .is_some_and(|kept| kept.id == utterance.id)
            {
                *unfinished = None;
            }
        });
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
                self.unfinished.change(|unfinished| {
                    if unfinished.as_ref().is_some_and(|kept| kept.id == known.id) {
                        *unfinished = Some(known.clone());
                    }
                });
                self.tell_partial(&known);
            }
            TranscriptionOutput::Final {
                utterance,
                text,
                confidence,
            } => {
                self.ear.failures = 0;
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

impl StreamHandler<Heard> for Source {
    fn handle(&mut self, heard: Heard, ctx: &mut Ctx<Self>) {
        if heard.generation != self.ear.generation {
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
    }

    /// One stream of several has ended; the Source goes on.
    fn finished(&mut self, _: &mut Ctx<Self>) {}
}
