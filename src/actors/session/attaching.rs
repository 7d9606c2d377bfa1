//! Sockets that come to a session and go from it.

use actix::{ActorFutureExt, AsyncContext, AtomicResponse, Handler, Message};
use serde_json::Value;

use super::{Attached, Session, warnings};
use crate::{
    actors::{
        limit::Limit,
        outbox::Parcel,
        refusal::Refusal,
        room::entering::{Entrance, Purpose},
    },
    domain::{
        identity::{ConnectionId, RoomId},
        server_message::ServerMessage,
        session_config::ConfigPatch,
    },
    supervision::{Ctx, Path},
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
    /// The session was made for this, and is unmade if its room refuses it.
    pub fresh: bool,
}

impl Handler<Attach> for Session {
    type Result = AtomicResponse<Self, Result<(), Refusal>>;

    fn handle(&mut self, attach: Attach, ctx: &mut Ctx<Self>) -> Self::Result {
        let known = self.sockets.get();
        let connection = attach.attached.connection.clone();
        let newcomer = known.iter().all(|known| known.connection != connection);
        let most = self.environment.settings.session.max_sockets;
        if newcomer && known.len() >= most {
            self.environment
                .counters
                .limits
                .note(Limit::SocketsPerSession);
            let refusal = Refusal::new(
                "too_many_sockets",
                format!(
                    "{most} connections are attached to this session, which is all it may have (session.max_sockets); close one first"
                ),
            );
            return AtomicResponse::new(Box::pin(actix::fut::ready(Err(refusal))));
        }
        let former = self.row.lock().record.config.clone();
        if let Some(patch) = attach.patch {
            match former.with(patch) {
                Ok(config) => self.row.lock().record.config = config,
                Err(error) => {
                    return AtomicResponse::new(Box::pin(actix::fut::ready(Err(error.into()))));
                }
            }
        }
        self.note_activity();
        if let Some(lingering) = self.lingering.take() {
            ctx.cancel_future(lingering);
        }
        if newcomer {
            ctx.watch(&attach.attached.line);
        }
        for attached in known {
            self.note_written(attached.outlet.outbox().written());
        }
        self.sockets.change(|sockets| {
            sockets.retain(|known| known.connection != connection);
            sockets.push(attach.attached.clone());
        });
        self.kind = attach.attached.line.kind();
        let entrance = {
            let row = self.row.lock();
            Entrance {
                connection: connection.clone(),
                outlet: attach.attached.outlet,
                reference: attach.reference,
                purpose: attach.purpose,
                resume_token: self
                    .environment
                    .tokens
                    .issue(&row.record.id, &row.record.private_room),
                data: row.record.data.clone(),
                warnings: warnings::of(&self.environment, &row.record.config),
                cursor: row.record.cursor,
                entered_at: row.record.entered_at,
            }
        };
        let fresh = attach.fresh;
        let entering = self.change_room(former, Some(entrance), ctx);
        AtomicResponse::new(Box::pin(entering.map(move |entered, session, ctx| {
            // A socket that was attached before stays attached as it was.
            if entered.is_err() && newcomer {
                session.forget(&connection, ctx);
                if fresh && session.sockets.get().is_empty() {
                    session.close("refused", None, ctx);
                }
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
        self.note_written(detach.written);
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
        leaving.line.let_go(ctx.me());
        self.sockets
            .change(|sockets| sockets.retain(|known| known.connection != leave.connection));
        let left = ServerMessage::SessionLeft {
            session_id: self.id(),
        };
        if known.len() > 1 {
            self.refresh_room(ctx);
        } else {
            self.close("left", None, ctx);
        }
        // Only now: who reads this may make a session of the same id at once.
        leaving
            .outlet
            .deliver(Parcel::lasting(left.encode(leave.reference.as_ref())));
    }
}

impl Session {
    /// Moves the cursor to what was written to one of the sockets, if that is of this room's log.
    pub(super) fn note_written(&self, written: Option<(RoomId, u64)>) {
        let mut row = self.row.lock();
        if let Some((room, seq)) = written
            && room == *row.record.room()
        {
            row.record.cursor = row.record.cursor.max(seq);
        }
    }

    /// Lets go of a socket that ended, whether or not it could say so.
    pub(super) fn socket_ended(&mut self, path: &Path, ctx: &mut Ctx<Self>) {
        let known = self.sockets.get();
        let ended = known.iter().find(|known| known.line.path() == path);
        if let Some(ended) = ended {
            self.note_written(ended.outlet.outbox().written());
            self.forget(&ended.connection, ctx);
        }
    }

    /// Takes a socket out; without any the session lingers a while for a client that comes back at once.
    fn forget(&mut self, connection: &ConnectionId, ctx: &mut Ctx<Self>) {
        self.save(ctx);
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
            if session.sockets.get().is_empty() {
                session.leave_room(ctx);
                ctx.end("detached");
            }
        });
        if let Some(former) = self.lingering.replace(lingering) {
            ctx.cancel_future(former);
        }
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
