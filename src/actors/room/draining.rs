//! How a room is handed over: what was said is understood, translated and stored, everybody is told to come back, and
//! the lease is free for the next process.

use std::time::Duration;

use actix::{AsyncContext, Handler, Message};

use super::Room;
use crate::{
    actors::{
        invoker::{Finish, Invoker},
        outbox::Closing,
        source::{LAST_WORDS, Source},
    },
    supervision::{Ctx, Supervised},
};

/// How often a room looks whether it has nothing left to say.
const LOOK: Duration = Duration::from_millis(20);

/// How long last words and their translations may take together; then the room is handed over without them.
pub const HANDOVER: Duration = LAST_WORDS.saturating_mul(2);

/// The server goes down. Answered with the number of sockets in the room.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Drain;

impl Handler<Drain> for Room {
    type Result = usize;

    fn handle(&mut self, _: Drain, ctx: &mut Ctx<Self>) -> usize {
        let state = self.kept.snapshot();
        self.begin_handover(ctx);
        state.seats.values().map(|seat| seat.sockets.len()).sum()
    }
}

impl Room {
    pub(super) fn begin_handover(&mut self, ctx: &mut Ctx<Self>) {
        for speaker in self.kept.snapshot().speaking.keys() {
            self.stop_speaking(speaker, "server restarts", ctx);
        }
        self.hand_over_when_all_is_said(ctx);
        ctx.run_interval(LOOK, Self::hand_over_when_all_is_said);
        ctx.run_later(HANDOVER, Self::hand_over);
    }

    fn hand_over_when_all_is_said(&mut self, ctx: &mut Ctx<Self>) {
        let children = ctx.children();
        // Also that of one who has just left.
        if children.iter().any(|child| child.kind == Source::KIND) {
            return;
        }
        // Only now: what a Source said last has reached its Invokers before it ended.
        let translating = children.iter().filter(|child| child.kind == Invoker::KIND);
        let mut all_is_translated = true;
        for child in translating {
            all_is_translated = false;
            let tree = &self.environment.tree;
            if let Some(invoker) = tree.lookup::<Invoker>(child.path.as_str()) {
                // One that takes nothing now is told at the next look.
                let _ = invoker.tell(Finish);
            }
        }
        if all_is_translated && self.has_sent_everything() {
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
