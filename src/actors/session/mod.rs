//! A session while somebody is attached to it: the place between a participant's sockets and their room.
//!
//! It owns identity, configuration and cursor (in a row that outlives it), brings its participant into the room and
//! out again, and ends a while after its last socket has gone; the row stays, so that the client may come back.

pub mod attaching;
pub mod commands;
pub mod line;
pub mod making;
mod warnings;

use std::sync::Arc;

use actix::{Actor, ActorFutureExt, AsyncContext, SpawnHandle, WrapFuture};
use tokio::time::Instant;

use self::line::Line;
use crate::{
    actors::{
        environment::Environment,
        outbox::{Closing, Parcel},
        outlet::Outlet,
        refusal::Refusal,
        room::{
            Room,
            entering::{self, Enter, Entrance, Leave},
        },
    },
    domain::{
        audience::Member,
        identity::{ConnectionId, SessionId},
        participant::ParticipantKind,
        server_message::ServerMessage,
        session_config::SessionConfig,
    },
    store::archive::SharedRow,
    supervision::{Ctx, Exit, Kept, Path, Ref, Spec, StartError, Supervised, TellError},
};

/// How long a busy room is waited for by one who leaves it.
const LEAVE_PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// How long before its idle end a session is warned.
const EXPIRY_WARNING: std::time::Duration = std::time::Duration::from_secs(60);

/// One socket attached to a session.
#[derive(Clone)]
pub struct Attached {
    /// Its connection.
    pub connection: ConnectionId,
    /// The way to its client.
    pub outlet: Outlet,
    /// Its actor.
    pub line: Line,
}

/// What the participant is who came over one of these.
fn kind_of(sockets: &[Attached]) -> ParticipantKind {
    let first = sockets.first();
    first.map_or(ParticipantKind::Person, |attached| attached.line.kind())
}

/// The actor of a session.
pub struct Session {
    environment: Arc<Environment>,
    row: SharedRow,
    sockets: Kept<Vec<Attached>>,
    /// What its participant is, as the line says over which they came.
    kind: ParticipantKind,
    room: Option<Ref<Room>>,
    lingering: Option<SpawnHandle>,
    warned: bool,
}

impl Session {
    /// The actor of this session, started if it is not running.
    ///
    /// # Errors
    /// [`StartError`] while the server stops.
    pub fn open(environment: &Arc<Environment>, row: &SharedRow) -> Result<Ref<Self>, StartError> {
        let id = row.lock().record.id.clone();
        if let Some(running) = environment.session(&id) {
            return Ok(running);
        }
        let sockets = Kept::new(Vec::new());
        let (given, shared) = (Arc::clone(environment), Arc::clone(row));
        let started = environment.observer().node().start_child(
            &format!("sessions/{id}"),
            Spec::new().mailbox(64),
            move || Self {
                environment: Arc::clone(&given),
                row: Arc::clone(&shared),
                kind: kind_of(&sockets.get()),
                sockets: sockets.clone(),
                room: None,
                lingering: None,
                warned: false,
            },
        );
        match started {
            Err(taken @ StartError::NameTaken(_)) => environment.session(&id).ok_or(taken),
            other => other,
        }
    }

    /// Has the row written as it is now, with what was written to the sockets.
    fn save(&mut self, ctx: &mut Ctx<Self>) {
        for attached in self.sockets.get() {
            self.note_written(attached.outlet.outbox().written());
        }
        if !self.environment.archive.save(&self.row) {
            tracing::warn!(session = %self.id(), "another server process has this session");
            self.send_away(ctx);
        }
    }

    fn id(&self) -> SessionId {
        self.row.lock().record.id.clone()
    }

    /// What the room is told about this session, with the answer it is to give on the way.
    fn card(&self, ctx: &Ctx<Self>, entrance: Option<Entrance>) -> Enter {
        let row = self.row.lock();
        let config = &row.record.config;
        Enter {
            session_id: row.record.id.clone(),
            room_id: row.record.room().clone(),
            private: config.room_id.is_none(),
            member: Arc::new(Member {
                participant: config.participant(row.record.id.clone(), self.kind),
                translation_enabled: config.translation_enabled,
                speech: config.speech,
                partials: config.partials,
                barge_in: config.barge_in,
            }),
            session: ctx.me(),
            sockets: self.sockets.get(),
            sample_rate: config.audio.sample_rate,
            audio_enabled: config.audio_enabled,
            engine: config.engine.clone(),
            glossary: config.glossary.clone(),
            entrance,
        }
    }

    /// Enters the room of the configuration, or tells it what has changed, and waits until that is done.
    fn enter(
        &mut self,
        entrance: Option<Entrance>,
        ctx: &mut Ctx<Self>,
    ) -> impl actix::ActorFuture<Self, Output = Result<(), Refusal>> + use<> {
        let card = self.card(ctx, entrance);
        entering::enter(Arc::clone(&self.environment), card)
            .into_actor(self)
            .map(|entered, session, ctx| {
                let (room, came_at) = entered?;
                if session.room.as_ref() != Some(&room) {
                    ctx.watch(&room);
                }
                session.room = Some(room);
                let mut row = session.row.lock();
                row.record.entered_at.get_or_insert(came_at);
                drop(row);
                session.save(ctx);
                Ok(())
            })
    }

    /// Enters the room of the configuration, which was `former` before, and then leaves the one it was in. If that
    /// refuses, the session stays where and as it was.
    fn change_room(
        &mut self,
        former: SessionConfig,
        entrance: Option<Entrance>,
        ctx: &mut Ctx<Self>,
    ) -> impl actix::ActorFuture<Self, Output = Result<(), Refusal>> + use<> {
        let (moves, before) = {
            let mut row = self.row.lock();
            let moves = row.record.config.room_id != former.room_id;
            let before = (row.record.cursor, row.record.entered_at);
            if moves {
                row.record.cursor = 0;
                row.record.entered_at = None;
            }
            (moves, before)
        };
        let left = if moves { self.room.take() } else { None };
        self.enter(entrance, ctx).map(move |entered, session, ctx| {
            match (&entered, left) {
                (Ok(()), Some(left)) => session.leave(&left, ctx),
                (Ok(()), None) => {}
                (Err(_), left) => {
                    if moves {
                        // A room that did not answer in time may still let us in.
                        let wanted = session.row.lock().record.room().clone();
                        if let Some(wanted) = session.environment.room(&wanted) {
                            session.leave(&wanted, ctx);
                        }
                        session.room = left;
                    }
                    let mut row = session.row.lock();
                    row.record.config = former;
                    (row.record.cursor, row.record.entered_at) = before;
                }
            }
            entered
        })
    }

    fn leave_room(&mut self, ctx: &mut Ctx<Self>) {
        if let Some(room) = self.room.take() {
            self.leave(&room, ctx);
        }
    }

    /// Tells a room that it was left, waiting for a place if it is busy. Should this session end meanwhile, the room
    /// sees that by itself; a room that is gone has nobody left to tell.
    fn leave(&self, room: &Ref<Room>, ctx: &mut Ctx<Self>) {
        let leave = Leave {
            session_id: self.id(),
        };
        if let Err(TellError::Full(leave)) = room.tell(leave) {
            let room = room.clone();
            let leaving = async move { room.ask(leave, LEAVE_PATIENCE).await };
            ctx.spawn(leaving.into_actor(self).map(|_, _, _| ()));
        }
    }

    fn tell_clients(&self, message: &ServerMessage) {
        let frame = message.encode(None);
        for attached in self.sockets.get() {
            attached.outlet.deliver(Parcel::lasting(frame.clone()));
        }
    }

    /// Ends the session for good: its clients are told why, and it cannot be recovered.
    fn close(&mut self, reason: &'static str, closing: Option<Closing>, ctx: &mut Ctx<Self>) {
        // First of all: who reads that it is closed may make one of the same id at once.
        self.environment.archive.remove_session(&self.id());
        let sockets = self.sockets.get();
        // Before the clients: what they say next is answered by a Socket that knows.
        for attached in &sockets {
            attached.line.let_go(ctx.me());
        }
        self.tell_clients(&ServerMessage::SessionClosed { reason });
        if let Some(closing) = closing {
            for attached in &sockets {
                attached.outlet.close(closing);
            }
        }
        self.sockets.change(Vec::clear);
        self.leave_room(ctx);
        ctx.end(reason);
    }

    /// Ends without a room to be in; the row stays, and its clients are told to come back to it.
    fn send_away(&mut self, ctx: &mut Ctx<Self>) {
        for attached in self.sockets.get() {
            attached.line.let_go(ctx.me());
            attached.outlet.close(Closing::RESTARTING);
        }
        self.sockets.change(Vec::clear);
        ctx.end("room lost");
    }

    /// Notes that something happened; only then does the idle clock start again.
    fn note_activity(&mut self) {
        self.row.lock().active = Instant::now();
        self.warned = false;
    }

    fn check_idle(&mut self, ctx: &mut Ctx<Self>) {
        self.save(ctx);
        let limit = self.environment.settings.session.idle_after;
        let idle = self.row.lock().active.elapsed();
        if idle >= limit {
            self.close("idle", Some(Closing::IDLE), ctx);
        } else if idle + EXPIRY_WARNING >= limit && !self.warned {
            self.warned = true;
            self.tell_clients(&ServerMessage::SessionExpiring { reason: "idle" });
        }
    }
}

impl Actor for Session {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.row.lock().attached = true;
        let id = self.id();
        let room = self.row.lock().record.room().clone();
        self.room = self.environment.room(&room).filter(|_| ctx.life() > 0);
        if let Some(room) = self.room.clone() {
            ctx.watch(&room);
        }
        if ctx.life() > 0 {
            self.live_on(ctx);
        }
        let beat = (self.environment.settings.session.idle_after / 8).min(EXPIRY_WARNING / 2);
        ctx.run_interval(beat, Self::check_idle);
        tracing::debug!(session = %id, life = ctx.life(), "session attached");
    }

    fn stopped(&mut self, _: &mut Ctx<Self>) {
        self.row.lock().attached = false;
        self.environment.archive.save(&self.row);
    }
}

impl Session {
    /// After a crash: what was watched is watched again, and the room is told how things stand.
    fn live_on(&mut self, ctx: &mut Ctx<Self>) {
        for attached in self.sockets.get() {
            ctx.watch(&attached.line);
        }
        if self.sockets.get().is_empty() {
            self.linger(ctx);
        } else {
            self.refresh_room(ctx);
        }
    }
}

impl Supervised for Session {
    const KIND: &'static str = "session";

    /// The room has gone: closed by request, which ends the session, or for another reason, and then it is made anew.
    fn watched_ended(&mut self, path: &Path, exit: &Exit, ctx: &mut Ctx<Self>) {
        // A room of the same path that is alive is the next one, entered already.
        let ended = |room: &Ref<Room>| room.path() == path && !room.is_alive();
        if !self.room.as_ref().is_some_and(ended) {
            return self.socket_ended(path, ctx);
        }
        self.room = None;
        if self.environment.is_stopping() {
            // Its room is handed over, and so is the session: whoever it comes back to needs to know no more.
            self.save(ctx);
        }
        if matches!(exit, Exit::Stopped { reason } if *reason == Room::CLOSED) {
            self.close(Room::CLOSED, None, ctx);
        } else if !self.environment.is_stopping() && !self.sockets.get().is_empty() {
            let entering = self.enter(None, ctx).map(|entered, session, ctx| {
                if let Err(refusal) = entered {
                    tracing::warn!(session = %session.id(), code = refusal.code, "room lost");
                    session.send_away(ctx);
                }
            });
            ctx.wait(entering);
        }
    }
}
