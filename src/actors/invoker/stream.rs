//! The engine's translation stream as the Invoker holds it: opened with the first words, opened again when it breaks,
//! and then given every final that has no translation yet.

use std::{sync::Arc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, StreamHandler, WrapFuture};
use futures_util::{StreamExt, stream};
use tokio::{sync::mpsc, time::Instant};
use tokio_stream::wrappers::ReceiverStream;

use super::{Interpret, Invoker};
use crate::{
    actors::{refusal::Refusal, room::captions::Translated},
    audio::pcm::PcmAssembler,
    domain::{
        engine::{
            EngineError, TranslationInput, TranslationOutput, TranslationRequest,
            TranslationStream, Trouble,
        },
        identity::UtteranceId,
    },
    supervision::Ctx,
};

/// How often the same final is tried on a stream that breaks before it is given up.
const TRIES_PER_FINAL: u32 = 3;

/// Waiting times before opening again: after a failure, growing with each, and after a refusal.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

enum State {
    Closed { not_before: Option<Instant> },
    Opening,
    Open(mpsc::Sender<TranslationInput>),
}

/// The stream, and how many of the pending finals it has been given.
pub(super) struct Stream {
    state: State,
    given: usize,
    generation: u64,
    failures: u32,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            state: State::Closed { not_before: None },
            given: 0,
            generation: 0,
            failures: 0,
        }
    }
}

impl Stream {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Open(_))
    }

    /// The oldest pending final is pending no more.
    pub(super) fn forget_oldest(&mut self) {
        self.given = self.given.saturating_sub(1);
    }

    /// Closes the stream; the next words open another one.
    pub(super) fn renew(&mut self) {
        self.close(Duration::ZERO);
        self.failures = 0;
    }

    fn close(&mut self, pause: Duration) {
        self.state = State::Closed {
            not_before: Some(Instant::now() + pause),
        };
        self.generation += 1;
        self.given = 0;
    }

    fn give(&self, interpret: &Interpret, speak: bool) -> bool {
        let State::Open(input) = &self.state else {
            return false;
        };
        let text = TranslationInput::Text {
            utterance: interpret.utterance.clone(),
            revision: interpret.revision,
            text: interpret.text.clone(),
            last: interpret.last,
            speak,
        };
        input.try_send(text).is_ok()
    }
}

/// What a stream yields, and from which opening; nothing when it has ended.
pub(super) struct Yielded {
    generation: u64,
    output: Option<TranslationOutput>,
}

impl Invoker {
    /// Gives the stream the finals it has not been given, opening it if need be.
    pub(super) fn feed_stream(&mut self, ctx: &mut Ctx<Self>) {
        let pending = self.pending.snapshot();
        if !pending.is_empty() {
            self.ensure_open(ctx);
        }
        while let Some(next) = pending.get(self.stream.given) {
            if !self.stream.give(next, self.voice.is_heard()) {
                return;
            }
            self.stream.given += 1;
        }
    }

    /// Gives the stream a partial, after all finals; one that it cannot take is followed by a newer one.
    pub(super) fn give_partial(&mut self, partial: Interpret, ctx: &mut Ctx<Self>) {
        self.ensure_open(ctx);
        self.feed_stream(ctx);
        if self.stream.given == self.pending.snapshot().len() {
            self.stream.give(&partial, false);
        }
        self.partial = Some(partial);
    }

    fn ensure_open(&mut self, ctx: &mut Ctx<Self>) {
        let State::Closed { not_before } = self.stream.state else {
            return;
        };
        if not_before.is_some_and(|moment| moment > Instant::now()) {
            return;
        }
        self.stream.state = State::Opening;
        self.stream.generation += 1;
        let generation = self.stream.generation;
        let engine = Arc::clone(&self.order.engine);
        let request = TranslationRequest {
            speaker: self.order.speaker.session_id.to_string(),
            source: self.order.source.clone(),
            target: self.order.target.clone(),
        };
        let opening = async move { engine.open_translation(request).await }
            .into_actor(self)
            .map(move |opened, invoker, ctx| invoker.stream_opened(generation, opened, ctx));
        ctx.spawn(opening);
    }

    fn stream_opened(
        &mut self,
        generation: u64,
        opened: Result<TranslationStream, EngineError>,
        ctx: &mut Ctx<Self>,
    ) {
        if generation != self.stream.generation {
            return;
        }
        match opened {
            Ok(stream) => {
                self.stream.state = State::Open(stream.input);
                self.stream.given = 0;
                let outputs = ReceiverStream::new(stream.output)
                    .map(Some)
                    .chain(stream::iter([None]))
                    .map(move |output| Yielded { generation, output });
                ctx.add_stream(outputs);
                self.feed_stream(ctx);
                if let Some(partial) = self.partial.clone() {
                    self.stream.give(&partial, false);
                }
            }
            Err(error) if matches!(error.trouble, Trouble::Failed | Trouble::Timeout) => {
                self.stream_broke(&error);
            }
            Err(error) => {
                self.stream.close(AFTER_REFUSAL);
                self.pending.change(std::collections::VecDeque::clear);
                self.tell_failure(None, Refusal::from(&error));
            }
        }
        self.show();
    }

    fn stream_broke(&mut self, error: &EngineError) {
        let (engine, target) = (self.order.engine.name(), &self.order.target);
        tracing::warn!(engine, %target, code = error.code(), "translation broke off");
        self.stream.failures += 1;
        self.stream
            .close(AFTER_FAILURE * self.stream.failures.min(20));
        if self.stream.failures >= TRIES_PER_FINAL {
            self.stream.failures = 0;
            if let Some(given_up) = self.pending.change(std::collections::VecDeque::pop_front) {
                self.tell_failure(Some(given_up.utterance), Refusal::from(error));
            }
        }
    }

    /// Takes out the pending final of this utterance.
    fn settle(&mut self, utterance: &UtteranceId) -> Option<Interpret> {
        let settled = self.pending.change(|pending| {
            let position = pending
                .iter()
                .position(|known| known.utterance == *utterance)?;
            pending.remove(position)
        });
        if settled.is_some() {
            self.stream.forget_oldest();
        }
        settled
    }

    fn yielded(&mut self, output: TranslationOutput, ctx: &mut Ctx<Self>) {
        match output {
            TranslationOutput::Text {
                utterance,
                text,
                confidence,
                last: true,
                ..
            } => {
                self.stream.failures = 0;
                let pending = self.pending.snapshot();
                let known = pending.iter().find(|known| known.utterance == utterance);
                if let Some(known) = known {
                    let caption = self.caption(known, text, confidence);
                    self.finals.tell(&self.order.room, Translated(caption));
                    self.settle(&utterance);
                }
            }
            TranslationOutput::Text {
                utterance,
                revision,
                text,
                source_text,
                confidence,
                ..
            } => {
                let known = self
                    .partial
                    .as_ref()
                    .filter(|known| known.utterance == utterance);
                if let Some(known) = known {
                    let translated = Interpret {
                        revision,
                        text: source_text,
                        ..known.clone()
                    };
                    let caption = self.caption(&translated, text, confidence);
                    // A room that cannot take this partial gets the next one.
                    let _ = self.order.room.tell(Translated(caption));
                }
            }
            TranslationOutput::Audio {
                utterance,
                samples,
                sample_rate,
            } => {
                let mut decoded = Vec::new();
                PcmAssembler::new().push(&samples, &mut decoded);
                self.voice.push(&utterance, &decoded, sample_rate);
                self.ensure_speaking(ctx);
            }
            TranslationOutput::AudioEnd { utterance } => {
                self.voice.finish(&utterance);
                self.ensure_speaking(ctx);
            }
            TranslationOutput::Untranslated {
                utterance,
                last,
                error,
                ..
            } => {
                if last && self.settle(&utterance).is_some() {
                    self.tell_failure(Some(utterance), Refusal::from(&error));
                }
            }
            TranslationOutput::Broken(error) => self.stream_broke(&error),
        }
    }
}

impl StreamHandler<Yielded> for Invoker {
    fn handle(&mut self, yielded: Yielded, ctx: &mut Ctx<Self>) {
        if yielded.generation != self.stream.generation {
            return;
        }
        match yielded.output {
            Some(output) => self.yielded(output, ctx),
            None => self.stream_broke(&EngineError::new(
                Trouble::Failed,
                "the engine closed the stream",
            )),
        }
        self.feed_stream(ctx);
        self.show();
    }

    /// One stream of several has ended; the Invoker goes on.
    fn finished(&mut self, _: &mut Ctx<Self>) {}
}
