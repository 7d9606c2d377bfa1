//! How a room is handed over: what was said is understood, translated and stored, everybody is told to come back, and
//! the lease is free for the next process.

use std::time::Duration;

use actix::{AsyncContext, Handler, Message};

use super::{Room, speaking::LAST_WORDS};
use crate::{
    actors::{outbox::Closing, source::Source},
    supervision::Ctx,
};

/// How often a room looks whether it has nothing left to say.
const LOOK: Duration = Duration::from_millis(20);

/// How long last words and their translations may take together; then the room is handed over without them.
const HANDOVER: Duration = LAST_WORDS.saturating_mul(2);

/// The server goes down. Answered with the number of sockets in the room.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Drain;

impl Handler<Drain> for Room {
    type Result = usize;

    fn handle(&mut self, _: Drain, ctx: &mut Ctx<Self>) -> usize {
        let state = self.kept.snapshot();
        for speaker in state.speaking.keys() {
            self.stop_speaking(speaker, "server restarts", ctx);
        }
        self.hand_over_when_all_is_said(ctx);
        ctx.run_interval(LOOK, Self::hand_over_when_all_is_said);
        ctx.run_later(HANDOVER, Self::hand_over);
        state.seats.values().map(|seat| seat.sockets.len()).sum()
    }
}

impl Room {
    fn hand_over_when_all_is_said(&mut self, ctx: &mut Ctx<Self>) {
        let state = self.kept.snapshot();
        let listening = |speaker| ctx.child::<Source>(&format!("sources/{speaker}")).is_some();
        if state.seats.keys().any(listening) {
            return;
        }
        // Only now: what a Source says last is on its way to its Invokers before it ends.
        let translating = state
            .invoked
            .keys()
            .filter_map(|key| self.invoker(key, ctx));
        let translating: Vec<_> = translating.collect();
        for invoker in &translating {
            invoker.stop("server restarts");
        }
        if translating.is_empty() && self.has_sent_everything() {
            self.hand_over(ctx);
        }
    }

    /// The last that clients here are sent, after all they are owed.
    fn hand_over(&mut self, ctx: &mut Ctx<Self>) {
        for seat in self.kept.snapshot().seats.values() {
            for attached in &seat.sockets {
                attached.outlet.close(Closing::RESTARTING);
            }
        }
        ctx.end("server restarts");
    }
}
