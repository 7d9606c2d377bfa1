//! A translation: one speaker's words into one language, shared by all who read or hear it there.
//!
//! The Invoker gives every revision of the transcript to the engine, its translation to the Room, and the speech to
//! those who hear it, at their pace. Finals that have no translation yet are kept, so that a crash or a stream that
//! breaks loses none. An engine that interprets end to end is given the sound instead ([`interpreting`]). It ends a
//! while after nobody follows it any more.

mod gauge;
pub mod interpreting;
mod interrupted;
mod order;
mod stream;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Handler, Message, Running};
use tokio::time::Instant;

use self::{
    gauge::Shown,
    interpreting::{Interpreting, Legacy},
};
pub use self::{
    gauge::{InvokerGauge, InvokerState},
    interrupted::SpokenOver,
    order::{Glossary, InvokerOrder},
};
use crate::{
    actors::{
        engine_stream::EngineStream,
        insistent::Insistent,
        refusal::Refusal,
        room::captions::{Failed, NeedHearers, Translated},
        voice::{Hearing, Pace, Voice},
    },
    domain::{
        engine::{Engine, TranslationInput},
        identity::UtteranceId,
        language::Language,
        server_message::Caption,
        time::Timestamp,
    },
    supervision::{Ctx, Kept, Supervised},
};

/// How often an Invoker looks at its clocks and tries again what was refused.
const BEAT: Duration = Duration::from_millis(250);

/// The most finals kept without a translation. A speaker makes one every few seconds; beyond this the engine has been
/// away for minutes, and the oldest is given up.
const MOST_PENDING: usize = 64;

/// A revision of what the speaker said.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub struct Interpret {
    /// Which utterance.
    pub utterance: UtteranceId,
    /// The language it is in.
    pub source: Language,
    /// Counts up from 0 within it.
    pub revision: u32,
    /// The whole of it so far.
    pub text: String,
    /// Whether this is the last.
    pub last: bool,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// Who follows a translation.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct HearersRoute {
    /// Older ones are ignored.
    pub epoch: u64,
    /// Whether anybody reads it.
    pub anybody: bool,
    /// Those who hear it.
    pub hearings: Vec<Hearing>,
    /// Whether the speaker still has a Source.
    pub speaking: bool,
}

/// The actor of a translation.
pub struct Invoker {
    order: InvokerOrder,
    kept_order: Kept<InvokerOrder>,
    epoch: u64,
    unfollowed_since: Option<Instant>,
    /// Whether the speaker still has a Source.
    speaking: bool,
    interpreting: Interpreting,
    stream: EngineStream<TranslationInput>,
    /// Who translates what comes as text, once that was asked for, and who of the chain does not take text.
    text_engine: Option<Arc<dyn Engine>>,
    without_text: Vec<&'static str>,
    /// When text last came.
    last_text: Option<Instant>,
    voice: Voice,
    voice_running: bool,
    /// Finals without a translation, in order; they outlive a crash.
    pending: Kept<VecDeque<Interpret>>,
    /// The newest partial, for a translation's time stamps.
    partial: Option<Interpret>,
    finals: Insistent<Translated>,
    /// It is to end, and waits for the translations of what was said.
    leaving: bool,
}

impl Invoker {
    /// What makes an Invoker, and makes it again after a crash.
    pub fn factory(order: InvokerOrder) -> impl Fn() -> Self + Send + Sync + 'static {
        let pending = Kept::new(VecDeque::new());
        let legacy = Legacy::default();
        // The speaker's Source looks at this before the Invoker has begun.
        let engine = interpreting::interpreter(&order);
        order.show_engine(&engine, engine.interprets().is_some());
        let kept_order = Kept::new(order);
        move || {
            let order = kept_order.get();
            Self {
                epoch: 0,
                unfollowed_since: None,
                speaking: true,
                interpreting: Interpreting::new(&legacy),
                stream: EngineStream::default(),
                text_engine: None,
                without_text: Vec::new(),
                last_text: None,
                voice: voice(&order),
                voice_running: false,
                pending: pending.clone(),
                partial: None,
                finals: Insistent::default(),
                leaving: false,
                order,
                kept_order: kept_order.clone(),
            }
        }
    }

    fn beat(&mut self, ctx: &mut Ctx<Self>) {
        let patience = self.order.environment.settings.invoker.idle_after;
        if self
            .unfollowed_since
            .is_some_and(|since| since.elapsed() >= patience)
        {
            return ctx.end("nobody follows");
        }
        self.finals.retry(&self.order.room);
        self.feed_stream(ctx);
        self.beat_interpreting(ctx);
        self.show();
        self.end_when_all_is_translated(ctx);
    }

    /// It is to end: nothing more is taken, and what was said is given to the engine at once.
    fn leave(&mut self, ctx: &mut Ctx<Self>) {
        self.leaving = true;
        // What the speaker says from now on is for others, or for whoever writes it down.
        self.choose_engine();
        self.say_no_more();
        self.drive(ctx);
    }

    fn owes_nothing(&self) -> bool {
        self.pending.snapshot().is_empty()
            && !self.finals.is_waiting()
            && self.interpreting.owes_nothing()
    }

    /// Once it is to end, it ends with its last translation.
    fn end_when_all_is_translated(&mut self, ctx: &mut Ctx<Self>) {
        if self.leaving && self.owes_nothing() {
            ctx.end("all is translated");
        }
    }

    fn show(&self) {
        self.order.gauge.show(Shown {
            open: self.stream.is_open() || self.interpreting.is_open(),
            pending: !self.pending.snapshot().is_empty() || self.interpreting.is_pending(),
            lag_ms: self.voice.lag_ms(),
            hearers: self.voice.hearers() as u64,
            waiting: self.interpreting.waiting(),
            left_out: self.interpreting.left_out(),
        });
    }

    /// A translation of `of`, as the Room passes it on.
    fn caption(&self, of: &Interpret, text: String, confidence: Option<f32>) -> Caption {
        Caption {
            seq: None,
            room_id: None,
            utterance_id: of.utterance.clone(),
            revision: of.revision,
            speaker: Some(self.order.speaker.clone()),
            source_language: Some(self.order.source.clone()),
            language: self.order.target.clone(),
            text,
            source_text: Some(of.text.clone()),
            last: of.last,
            started_at: of.started_at,
            ended_at: of.ended_at,
            confidence,
            engine: self.text_name(),
        }
    }

    /// Tells those who read it that a translation is missing, and why.
    fn tell_failure(&self, utterance: Option<UtteranceId>, refusal: Refusal) {
        self.report(Some(self.order.target.clone()), utterance, refusal);
    }

    /// Tells the speaker that nobody writes down what they say, and why.
    fn tell_speaker(&self, refusal: Refusal) {
        self.report(None, None, refusal);
    }

    fn report(&self, about: Option<Language>, utterance: Option<UtteranceId>, refusal: Refusal) {
        let _ = self.order.room.tell(Failed {
            speaker: self.order.speaker.session_id.clone(),
            language: about,
            utterance_id: utterance,
            refusal,
        });
    }

    /// Sends the speech that is due, and comes back for the next.
    fn speak(&mut self, ctx: &mut Ctx<Self>) {
        self.voice_running = false;
        if let Some(pause) = self.voice.advance() {
            self.voice_running = true;
            ctx.run_later(pause, Self::speak);
        }
    }

    fn ensure_speaking(&mut self, ctx: &mut Ctx<Self>) {
        if !self.voice_running && self.voice.is_active() {
            self.speak(ctx);
        }
    }
}

fn language_changed() -> Refusal {
    Refusal::new(
        "untranslated",
        "the speaker's language or engine changed before this was translated",
    )
}

/// A voice nobody hears yet, for what this order says.
fn voice(order: &InvokerOrder) -> Voice {
    Voice::new(
        Arc::clone(&order.environment),
        Arc::clone(&order.streams),
        order.speaker.clone(),
        order.target.clone(),
        Pace::RealTime,
    )
}

impl Actor for Invoker {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        ctx.run_interval(BEAT, Self::beat);
        // A room that does not take this now sends the route with its next plan.
        let _ = self.order.room.tell(NeedHearers {
            speaker: self.order.speaker.session_id.clone(),
            language: self.order.target.clone(),
        });
        if ctx.life() > 0 {
            self.end_what_was_shown();
        }
        self.feed_stream(ctx);
        self.show();
    }

    /// What was said is still translated: it ends when that has come, or with the patience of whoever stops it.
    fn stopping(&mut self, ctx: &mut Ctx<Self>) -> Running {
        self.leave(ctx);
        if self.owes_nothing() {
            Running::Stop
        } else {
            Running::Continue
        }
    }

    fn stopped(&mut self, ctx: &mut Ctx<Self>) {
        let stopped = "the translation was stopped before this was translated";
        self.drop_interpreting(&Refusal::new("untranslated", stopped), ctx);
        self.voice.cancel();
    }
}

/// Nothing more is said: what was said is still translated, and then the Invoker ends.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Finish;

impl Handler<Finish> for Invoker {
    type Result = ();

    fn handle(&mut self, _: Finish, ctx: &mut Ctx<Self>) {
        self.leave(ctx);
        self.end_when_all_is_translated(ctx);
    }
}

impl Supervised for Invoker {
    const KIND: &'static str = "invoker";
}

impl Handler<HearersRoute> for Invoker {
    type Result = ();

    fn handle(&mut self, route: HearersRoute, _: &mut Ctx<Self>) {
        if route.epoch < self.epoch {
            return;
        }
        self.epoch = route.epoch;
        self.voice.set_hearings(route.hearings);
        self.speaking = route.speaking;
        let followed = route.anybody && route.speaking;
        self.unfollowed_since =
            (!followed).then(|| self.unfollowed_since.unwrap_or_else(Instant::now));
        self.show();
    }
}

impl Handler<Interpret> for Invoker {
    type Result = ();

    fn handle(&mut self, interpret: Interpret, ctx: &mut Ctx<Self>) {
        self.last_text = Some(Instant::now());
        if interpret.source != self.order.source {
            // Said before the speaker changed their language; it cannot be taken for the new one.
            if interpret.last {
                self.tell_failure(Some(interpret.utterance), language_changed());
            }
            return;
        }
        if interpret.last {
            let given_up = self.pending.change(|pending| {
                let given_up = (pending.len() == MOST_PENDING).then(|| pending.pop_front());
                pending.push_back(interpret);
                given_up.flatten()
            });
            self.partial = None;
            if let Some(given_up) = given_up {
                self.stream.forget(1);
                let refusal = Refusal::new(
                    "untranslated",
                    "the engine does not keep up; a sentence was left out",
                );
                self.tell_failure(Some(given_up.utterance), refusal);
            }
            self.feed_stream(ctx);
        } else {
            self.give_partial(interpret, ctx);
        }
        self.show();
    }
}
