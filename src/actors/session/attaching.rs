//! Sockets that come to a session and go from it.

use actix::{ActorFutureExt, AsyncContext, AtomicResponse, Handler, Message};
use serde_json::Value;

use super::{Attached, Session, warnings};
use crate::{
    actors::{
        outbox::Parcel,
        refusal::Refusal,
        room::entering::{Entrance, Purpose},
        socket::Unbound,
    },
    domain::{
        identity::{ConnectionId, RoomId},
        server_message::ServerMessage,
        session_config::ConfigPatch,
    },
    supervision::Ctx,
};

/// Attaches a socket whose right to the session has been checked; the answer to the client is given on the way.
#[derive(Message, Clone)]
#[rtype(result = "Result<(), Refusal>")]
pub struct Attach {
    /// Who comes.
    pub attached: Attached,
    /// Why, which decides the answer.
    pub purpose: Purpose,
    /// What the answer refers to.
    pub reference: Option<Value>,
    /// A change of configuration that comes with it.
    pub patch: Option<ConfigPatch>,
}

impl Handler<Attach> for Session {
    type Result = AtomicResponse<Self, Result<(), Refusal>>;

    fn handle(&mut self, attach: Attach, ctx: &mut Ctx<Self>) -> Self::Result {
        if let Some(patch) = attach.patch {
            let mut row = self.row.lock();
            match row.config.with(patch) {
                Ok(config) => row.config = config,
                Err(error) => {
                    return AtomicResponse::new(Box::pin(actix::fut::ready(Err(error.into()))));
                }
            }
        }
        self.note_activity();
        if let Some(lingering) = self.lingering.take() {
            ctx.cancel_future(lingering);
        }
        let connection = attach.attached.connection.clone();
        self.sockets.change(|sockets| {
            sockets.retain(|known| known.connection != connection);
            sockets.push(attach.attached.clone());
        });
        let entrance = {
            let row = self.row.lock();
            Entrance {
                outlet: attach.attached.outlet,
                reference: attach.reference,
                purpose: attach.purpose,
                resume_token: self.environment.tokens.issue(&row.id),
                data: row.data.clone(),
                warnings: warnings::of(&self.environment, &row.config),
                cursor: row.cursor,
            }
        };
        let entering = self.enter(Some(entrance), ctx);
        AtomicResponse::new(Box::pin(entering.map(move |entered, session, ctx| {
            if entered.is_err() {
                session.forget(&connection, ctx);
            }
            entered
        })))
    }
}

/// A socket has gone, without the session being left.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Detach {
    /// Which.
    pub connection: ConnectionId,
    /// The last number of which room's log was written to it.
    pub written: Option<(RoomId, u64)>,
}

impl Handler<Detach> for Session {
    type Result = ();

    fn handle(&mut self, detach: Detach, ctx: &mut Ctx<Self>) {
        {
            let mut row = self.row.lock();
            if let Some((room, seq)) = detach.written
                && room == *row.room()
            {
                row.cursor = row.cursor.max(seq);
            }
        }
        self.forget(&detach.connection, ctx);
    }
}

/// The client leaves the session on this socket; the last one to leave ends it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct LeaveSession {
    /// Which socket.
    pub connection: ConnectionId,
    /// What the answer refers to.
    pub reference: Option<Value>,
}

impl Handler<LeaveSession> for Session {
    type Result = ();

    fn handle(&mut self, leave: LeaveSession, ctx: &mut Ctx<Self>) {
        let known = self.sockets.get();
        let Some(leaving) = known
            .iter()
            .find(|known| known.connection == leave.connection)
        else {
            return;
        };
        let left = ServerMessage::SessionLeft {
            session_id: self.id(),
        };
        leaving
            .outlet
            .deliver(Parcel::lasting(left.encode(leave.reference.as_ref())));
        let _ = leaving.socket.tell(Unbound);
        self.sockets
            .change(|sockets| sockets.retain(|known| known.connection != leave.connection));
        if known.len() > 1 {
            self.refresh_room(ctx);
        } else {
            self.close("left", None, ctx);
        }
    }
}

impl Session {
    /// Takes a socket out; without any the session lingers a while for a client that comes back at once.
    fn forget(&mut self, connection: &ConnectionId, ctx: &mut Ctx<Self>) {
        self.sockets
            .change(|sockets| sockets.retain(|known| known.connection != *connection));
        if self.sockets.get().is_empty() {
            self.linger(ctx);
        }
        if self.room.is_some() && !self.environment.is_stopping() {
            self.refresh_room(ctx);
        }
    }

    pub(super) fn linger(&mut self, ctx: &mut Ctx<Self>) {
        let patience = self.environment.settings.session.linger;
        let lingering = ctx.run_later(patience, |session, ctx| {
            session.leave_room();
            ctx.end("detached");
        });
        self.lingering = Some(lingering);
    }

    /// Tells the room what has changed, without an answer to anybody.
    pub(super) fn refresh_room(&mut self, ctx: &mut Ctx<Self>) {
        let entering = self.enter(None, ctx).map(|entered, session, _| {
            if let Err(refusal) = entered {
                tracing::warn!(session = %session.id(), code = refusal.code, "room not refreshed");
            }
        });
        ctx.wait(entering);
    }
}
