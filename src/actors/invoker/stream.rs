//! The engine's translation stream as the Invoker holds it: opened with the first words, opened again when it breaks,
//! and then given every final that has no translation yet.

use std::{collections::VecDeque, sync::Arc};

use actix::{ActorFutureExt, AsyncContext, StreamHandler, WrapFuture};

use super::{Interpret, Invoker};
use crate::{
    actors::{
        engine_stream::{Generation, Yielded, yields},
        refusal::Refusal,
        room::captions::Translated,
    },
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

/// A revision as the engine takes it.
fn input(interpret: &Interpret, speak: bool) -> TranslationInput {
    TranslationInput::Text {
        utterance: interpret.utterance.clone(),
        revision: interpret.revision,
        text: interpret.text.clone(),
        last: interpret.last,
        speak,
    }
}

impl Invoker {
    /// Gives the stream the finals it has not been given, opening it if need be.
    pub(super) fn feed_stream(&mut self, ctx: &mut Ctx<Self>) {
        let pending = self.pending.snapshot();
        if !pending.is_empty() {
            self.ensure_open(ctx);
        }
        while let Some(next) = pending.get(self.stream.given()) {
            if !self.stream.give_next(input(next, self.voice.is_heard())) {
                return;
            }
        }
    }

    /// Gives the stream a partial, after all finals; one that it cannot take is followed by a newer one.
    pub(super) fn give_partial(&mut self, partial: Interpret, ctx: &mut Ctx<Self>) {
        self.ensure_open(ctx);
        self.feed_stream(ctx);
        if self.stream.given() == self.pending.snapshot().len() {
            self.stream.try_give(input(&partial, false));
        }
        self.partial = Some(partial);
    }

    fn ensure_open(&mut self, ctx: &mut Ctx<Self>) {
        let Some(generation) = self.stream.begin_opening() else {
            return;
        };
        let (order, without) = (&self.order, &self.without_text);
        let chosen = order.chain.ask(|engine| {
            !without.contains(&engine.name()) && engine.translates(&order.source, &order.target)
        });
        let engine = Arc::clone(chosen.unwrap_or(order.chain.first()));
        self.text_engine = Some(Arc::clone(&engine));
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
        generation: Generation,
        opened: Result<TranslationStream, EngineError>,
        ctx: &mut Ctx<Self>,
    ) {
        if !self.stream.is_current(generation) {
            return;
        }
        match opened {
            Ok(stream) => {
                self.stream.opened(stream.input);
                ctx.add_stream(yields(generation, stream.output));
                self.feed_stream(ctx);
                if let Some(partial) = &self.partial {
                    self.stream.try_give(input(partial, false));
                }
            }
            Err(error) if matches!(error.trouble, Trouble::Failed | Trouble::Timeout) => {
                self.stream_broke(&error);
            }
            Err(error) => self.stream_refused(&error, ctx),
        }
        self.show();
    }

    /// The engine does not translate this: another is asked, and if there is none, readers are told.
    fn stream_refused(&mut self, error: &EngineError, ctx: &mut Ctx<Self>) {
        let name = self.text_name();
        self.order.chain.breakers().failed(name, error);
        if error.trouble == Trouble::Unsupported {
            self.without_text.push(name);
        }
        if self.has_another_for_text() {
            self.stream.release();
            return self.feed_stream(ctx);
        }
        self.without_text.clear();
        self.stream.refused();
        self.pending.change(VecDeque::clear);
        self.tell_failure(None, Refusal::from(error));
    }

    /// The engine that translates text; before anything was translated, the one that was chosen.
    pub(super) fn text_name(&self) -> &'static str {
        let first = self.order.chain.first();
        self.text_engine.as_ref().unwrap_or(first).name()
    }

    /// Whether another engine is to be asked than the one that has just failed.
    fn has_another_for_text(&self) -> bool {
        let order = &self.order;
        let chosen = order.chain.choose(|engine| {
            !self.without_text.contains(&engine.name())
                && engine.translates(&order.source, &order.target)
        });
        chosen.is_some_and(|engine| engine.name() != self.text_name())
    }

    fn stream_broke(&mut self, error: &EngineError) {
        let (engine, target) = (self.text_name(), &self.order.target);
        tracing::warn!(engine, %target, code = error.code(), "translation broke off");
        self.voice.finish_all();
        self.order.chain.breakers().failed(engine, error);
        if self.has_another_for_text() {
            return self.stream.release();
        }
        if self.stream.broke()
            && let Some(given_up) = self.pending.change(VecDeque::pop_front)
        {
            self.tell_failure(Some(given_up.utterance), Refusal::from(error));
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
            self.stream.forget(1);
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
                self.stream.succeeded();
                self.order.chain.breakers().succeeded(self.text_name());
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

impl StreamHandler<Yielded<TranslationOutput>> for Invoker {
    fn handle(&mut self, yielded: Yielded<TranslationOutput>, ctx: &mut Ctx<Self>) {
        if !self.stream.is_current(yielded.generation) {
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
        self.end_when_all_is_translated(ctx);
    }

    /// One stream of several has ended; the Invoker goes on.
    fn finished(&mut self, _: &mut Ctx<Self>) {}
}
