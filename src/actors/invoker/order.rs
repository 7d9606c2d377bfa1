//! What an Invoker is told to do, and that it has changed.

use std::sync::{Arc, atomic::AtomicU32};

use actix::{Handler, Message};
use serde_json::Value;

use super::{Invoker, InvokerGauge, language_changed, voice};
use crate::{
    actors::{
        chain::Chain,
        environment::Environment,
        room::{Room, meter::RoomMeter},
    },
    domain::{engine::Engine, language::Language, participant::Speaker},
    supervision::{Ctx, Ref},
};

/// What an Invoker is started with; told to one that runs, it goes on with what has changed.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct InvokerOrder {
    /// Shared by all actors.
    pub environment: Arc<Environment>,
    /// The room it serves.
    pub room: Ref<Room>,
    /// Whose words.
    pub speaker: Speaker,
    /// The language they come in.
    pub source: Language,
    /// Whether that is only taken to be so: an engine that interprets end to end finds it out itself.
    pub assumed: bool,
    /// The language they go out in.
    pub target: Language,
    /// Who translates, and who does instead.
    pub chain: Chain,
    /// How their words are to be translated.
    pub glossary: Option<Value>,
    /// Where it shows its state.
    pub gauge: Arc<InvokerGauge>,
    /// The room's numbers for audio streams.
    pub streams: Arc<AtomicU32>,
    /// Where its use of engines is counted.
    pub meter: Arc<RoomMeter>,
}

impl InvokerOrder {
    /// Shows which engine serves.
    pub(super) fn show_engine(&self, engine: &Arc<dyn Engine>, takes_sound: bool) {
        let mut able = self.chain.engines();
        let should = able.find(|engine| engine.translates(&self.source, &self.target));
        let falls_back = should.is_some_and(|should| should.name() != engine.name());
        let board = &self.environment.engine_board;
        self.gauge
            .served_by(engine.name(), board, takes_sound, falls_back);
    }
}

impl Handler<InvokerOrder> for Invoker {
    type Result = ();

    /// The speaker has another language, name or engine. What was said before and has no translation yet is given up.
    fn handle(&mut self, order: InvokerOrder, ctx: &mut Ctx<Self>) {
        let given_up = self.pending.change(std::mem::take);
        for lost in given_up {
            self.tell_failure(Some(lost.utterance), language_changed());
        }
        self.drop_interpreting(&language_changed(), ctx);
        self.kept_order.change(|kept| *kept = order);
        self.order = self.kept_order.get();
        self.stream.release();
        self.text_engine = None;
        self.without_text.clear();
        self.choose_engine();
        self.partial = None;
        self.voice.cancel();
        self.voice = voice(&self.order);
        self.show();
    }
}

/// The speaker has another glossary.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Glossary(pub Option<Value>);

impl Handler<Glossary> for Invoker {
    type Result = ();

    fn handle(&mut self, Glossary(glossary): Glossary, _: &mut Ctx<Self>) {
        self.kept_order.change(|kept| kept.glossary = glossary);
        self.order = self.kept_order.get();
        self.interpreting
            .take_glossary(self.order.glossary.as_ref());
    }
}
