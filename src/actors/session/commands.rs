//! What a client asks of its session once it is attached.

use actix::{ActorFutureExt, AsyncContext, AtomicResponse, Handler, Message};
use serde_json::Value;

use super::{Session, warnings};
use crate::{
    actors::{
        outbox::Parcel,
        outlet::Outlet,
        refusal::Refusal,
        room::{
            entering::{Entrance, Purpose},
            speaking::{OpenSource, Say},
        },
    },
    domain::{
        identity::{ConnectionId, RoomId, UtteranceId},
        server_message::ServerMessage,
        session_config::ConfigPatch,
    },
    supervision::{Ctx, TellError},
};

/// Where an answer goes, and what it refers to.
#[derive(Clone)]
pub struct Asker {
    /// The connection that asked.
    pub connection: ConnectionId,
    /// The way to the client.
    pub outlet: Outlet,
    /// The id of its message.
    pub reference: Option<Value>,
}

impl Asker {
    /// Answers.
    pub fn answer(&self, message: &ServerMessage) {
        self.outlet
            .deliver(Parcel::lasting(message.encode(self.reference.as_ref())));
    }

    /// Refuses.
    pub fn refuse(&self, refusal: &Refusal) {
        refusal.answer(&self.outlet, self.reference.as_ref());
    }
}

/// Changes the configuration.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Configure {
    /// What changes.
    pub patch: ConfigPatch,
    /// Who asks.
    pub asker: Asker,
}

impl Handler<Configure> for Session {
    type Result = ();

    fn handle(&mut self, configure: Configure, ctx: &mut Ctx<Self>) {
        self.note_activity();
        let (former, configured) = {
            let mut row = self.row.lock();
            let former = match row.record.config.with(configure.patch) {
                Ok(config) => std::mem::replace(&mut row.record.config, config),
                Err(error) => return configure.asker.refuse(&error.into()),
            };
            let configured = ServerMessage::SessionConfigured {
                session_id: row.record.id.clone(),
                config: row.record.config.clone(),
                warnings: warnings::of(&self.environment, &row.record.config),
            };
            (former, configured)
        };
        let asker = configure.asker;
        let moves = former.room_id != self.row.lock().record.config.room_id;
        let entrance = if moves {
            self.entrance(&asker, None)
        } else {
            None
        };
        let changing = self.change_room(former, entrance, ctx);
        // Answered when it is so: whatever anybody says after the answer is routed by it.
        ctx.wait(changing.map(move |changed, _, _| match changed {
            Ok(()) => asker.answer(&configured),
            Err(refusal) => asker.refuse(&refusal),
        }));
    }
}

/// Moves to another room; `None` is the session's private one.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MoveTo {
    /// Where to.
    pub room: Option<RoomId>,
    /// Who asks.
    pub asker: Asker,
}

impl Handler<MoveTo> for Session {
    type Result = ();

    fn handle(&mut self, to: MoveTo, ctx: &mut Ctx<Self>) {
        self.note_activity();
        let former = self.row.lock().record.config.clone();
        if to.room.is_none() && former.room_id.is_none() {
            return to.asker.refuse(&Refusal::new(
                "not_in_room",
                "the session is in no shared room; send join_room first",
            ));
        }
        let left = former.room_id.clone().filter(|_| to.room.is_none());
        self.row.lock().record.config.room_id = to.room;
        let entrance = self.entrance(&to.asker, to.asker.reference.clone());
        let moving = self.change_room(former, entrance, ctx);
        // Answered when it is so: there is a place in that room now.
        ctx.wait(moving.map(move |moved, _, _| match (moved, left) {
            (Ok(()), Some(room_id)) => to.asker.answer(&ServerMessage::RoomLeft { room_id }),
            (Ok(()), None) => {}
            (Err(refusal), _) => to.asker.refuse(&refusal),
        }));
    }
}

/// Goes to another room, by order of somebody else; the clients are told as if they had asked.
#[derive(Message)]
#[rtype(result = "Result<(), Refusal>")]
pub struct GoTo(pub RoomId);

impl Handler<GoTo> for Session {
    type Result = AtomicResponse<Self, Result<(), Refusal>>;

    fn handle(&mut self, GoTo(room): GoTo, ctx: &mut Ctx<Self>) -> Self::Result {
        self.note_activity();
        let former = self.row.lock().record.config.clone();
        if former.room_id.as_ref() == Some(&room) {
            return AtomicResponse::new(Box::pin(actix::fut::ready(Ok(()))));
        }
        self.row.lock().record.config.room_id = Some(room);
        let first = self.sockets.get().into_iter().next();
        let entrance = first.and_then(|attached| {
            let asker = Asker {
                connection: attached.connection,
                outlet: attached.outlet,
                reference: None,
            };
            self.entrance(&asker, None)
        });
        AtomicResponse::new(Box::pin(self.change_room(former, entrance, ctx)))
    }
}

impl Session {
    /// The answer a shared room gives to one who moves there; a private one says nothing.
    fn entrance(&self, asker: &Asker, reference: Option<Value>) -> Option<Entrance> {
        self.row.lock().record.config.room_id.as_ref()?;
        Some(Entrance {
            connection: asker.connection.clone(),
            outlet: asker.outlet.clone(),
            reference,
            purpose: Purpose::Moved,
            resume_token: String::new(),
            data: None,
            warnings: Vec::new(),
            cursor: 0,
            entered_at: None,
        })
    }
}

/// Says something in writing.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SayText {
    /// What.
    pub text: String,
    /// The client's own name for it.
    pub utterance_id: Option<UtteranceId>,
    /// Who asks.
    pub asker: Asker,
}

impl Handler<SayText> for Session {
    type Result = ();

    fn handle(&mut self, said: SayText, ctx: &mut Ctx<Self>) {
        self.note_activity();
        let Some(room) = self.room.clone() else {
            return said.asker.refuse(&no_room());
        };
        let asker = said.asker.clone();
        let say = Say {
            session_id: self.id(),
            text: said.text,
            utterance_id: said.utterance_id,
            asker: said.asker,
        };
        match room.tell(say) {
            Ok(()) => {}
            Err(TellError::Full(_)) => asker.refuse(&Refusal::new(
                "busy",
                "the room has more to do than it can; send the text again in a moment",
            )),
            Err(_) => {
                self.refresh_room(ctx);
                asker.refuse(&no_room());
            }
        }
    }
}

fn no_room() -> Refusal {
    Refusal::new(
        "busy",
        "the room is being set up again; send the text again in a moment",
    )
}

/// The client sends audio and needs the way to its source.
#[derive(Message)]
#[rtype(result = "()")]
pub struct NeedSource;

impl Handler<NeedSource> for Session {
    type Result = ();

    fn handle(&mut self, _: NeedSource, _: &mut Ctx<Self>) {
        self.note_activity();
        if let Some(room) = &self.room {
            // The socket asks again as long as it has audio and no route.
            let _ = room.tell(OpenSource {
                session_id: self.id(),
            });
        }
    }
}

/// Something happened on one of the sockets: voice, translated audio or captions taken, a command.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Active;

impl Handler<Active> for Session {
    type Result = ();

    fn handle(&mut self, _: Active, _: &mut Ctx<Self>) {
        self.note_activity();
    }
}

/// Ends the session, by order of an operator.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CloseSession;

impl Handler<CloseSession> for Session {
    type Result = ();

    fn handle(&mut self, _: CloseSession, ctx: &mut Ctx<Self>) {
        self.close("closed", None, ctx);
    }
}
