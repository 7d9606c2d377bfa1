//! What operators order of a call: that it is hung up, that it is interpreted elsewhere.

use std::{sync::Arc, time::Duration};

use actix::{ActorFutureExt, Handler, Message, ResponseActFuture, WrapFuture};
use futures_util::future::join_all;

use super::Call;
use crate::{
    actors::{environment::Environment, refusal::Refusal, session::commands::GoTo},
    domain::identity::{RoomId, SessionId},
    supervision::Ctx,
};

/// How long a session may take to change its room.
const MOVE_PATIENCE: Duration = Duration::from_secs(10);

/// Hangs up our leg.
#[derive(Message)]
#[rtype(result = "()")]
pub struct HangUp;

impl Handler<HangUp> for Call {
    type Result = ();

    fn handle(&mut self, _: HangUp, ctx: &mut Ctx<Self>) {
        self.end("operator", ctx);
    }
}

/// Lets those on the call be interpreted in this room from now on.
#[derive(Message)]
#[rtype(result = "Result<(), Refusal>")]
pub struct AttachTo(pub RoomId);

impl Handler<AttachTo> for Call {
    type Result = ResponseActFuture<Self, Result<(), Refusal>>;

    /// Nothing waits for it meanwhile: a call can be hung up while its people go elsewhere.
    fn handle(&mut self, AttachTo(room): AttachTo, _: &mut Ctx<Self>) -> Self::Result {
        let former = self.ticket.state.change(|state| {
            let former = (state.room.clone(), state.queues, state.waiting);
            // One who comes over a later socket goes there at once.
            state.room = room.clone();
            // Whether somebody is there is seen soon.
            (state.queues, state.waiting) = (true, false);
            former
        });
        self.company_seen_at = None;
        let (environment, sessions) = (Arc::clone(&self.environment), self.ticket.sessions());
        let back = former.0.clone();
        let wanted = room.clone();
        let moving = async move {
            let all = sessions.iter().map(|id| bring(&environment, id, &room));
            let moved = join_all(all).await;
            let refused = moved.iter().find_map(|moved| moved.clone().err());
            if refused.is_some() {
                // Those who are there come back, so that they stay together.
                let there = sessions
                    .iter()
                    .zip(&moved)
                    .filter(|(_, moved)| moved.is_ok());
                join_all(there.map(|(id, _)| bring(&environment, id, &back))).await;
            }
            refused.map_or(Ok(()), Err)
        };
        Box::pin(
            moving
                .into_actor(self)
                .map(move |moved: Result<(), Refusal>, call, _| {
                    match &moved {
                        Ok(()) => call.publish("call.attached"),
                        Err(_) => call.ticket.state.change(|state| {
                            // Unless it was ordered elsewhere meanwhile.
                            if state.room == wanted {
                                (state.room, state.queues, state.waiting) = former;
                            }
                        }),
                    }
                    moved
                }),
        )
    }
}

/// Brings a session to a room, if somebody is attached to it.
///
/// # Errors
/// [`Refusal`] if the room does not take it.
pub async fn bring(
    environment: &Environment,
    session: &SessionId,
    room: &RoomId,
) -> Result<(), Refusal> {
    match environment.session(session) {
        Some(session) => session.ask(GoTo(room.clone()), MOVE_PATIENCE).await?,
        None => Ok(()),
    }
}
