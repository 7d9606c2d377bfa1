//! What operators order of a call: that it is hung up, that it is interpreted elsewhere.

use std::{sync::Arc, time::Duration};

use actix::{ActorFutureExt, AtomicResponse, Handler, Message, WrapFuture};

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
    type Result = AtomicResponse<Self, Result<(), Refusal>>;

    fn handle(&mut self, AttachTo(room): AttachTo, _: &mut Ctx<Self>) -> Self::Result {
        let former = self.ticket.state.change(|state| {
            let former = (state.room.clone(), state.waiting);
            // One who comes over a later socket goes there at once.
            state.room = room.clone();
            state.waiting = false;
            former
        });
        let (environment, sessions) = (Arc::clone(&self.environment), self.ticket.sessions());
        let moving = async move {
            for id in sessions {
                bring(&environment, &id, &room).await?;
            }
            Ok(())
        };
        AtomicResponse::new(Box::pin(moving.into_actor(self).map(
            move |moved: Result<(), Refusal>, call, _| {
                match &moved {
                    Ok(()) => call.publish("call.attached"),
                    Err(_) => call.ticket.state.change(|state| {
                        (state.room, state.waiting) = former;
                    }),
                }
                moved
            },
        )))
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
