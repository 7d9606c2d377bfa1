//! What a client asks of its session once it is attached.

use actix::{ActorFutureExt, AsyncContext, Handler, Message};
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
        identity::{RoomId, UtteranceId},
        server_message::ServerMessage,
        session_config::{ConfigPatch, SessionConfig},
    },
    supervision::{Ctx, TellError},
};

/// Where an answer goes, and what it refers to.
#[derive(Clone)]
pub struct Asker {
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
            let former = match row.config.with(configure.patch) {
                Ok(config) => std::mem::replace(&mut row.config, config),
                Err(error) => return configure.asker.refuse(&error.into()),
            };
            let configured = ServerMessage::SessionConfigured {
                session_id: row.id.clone(),
                config: row.config.clone(),
                warnings: warnings::of(&self.environment, &row.config),
            };
            (former, configured)
        };
        configure.asker.answer(&configured);
        if former.room_id == self.row.lock().config.room_id {
            self.refresh_room(ctx);
        } else {
            self.move_to_configured_room(
                Asker {
                    reference: None,
                    ..configure.asker
                },
                former,
                ctx,
            );
        }
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
        let former = self.row.lock().config.clone();
        if to.room.is_none() {
            let Some(left) = &former.room_id else {
                return to.asker.refuse(&Refusal::new(
                    "not_in_room",
                    "the session is in no shared room; send join_room first",
                ));
            };
            to.asker.answer(&ServerMessage::RoomLeft {
                room_id: left.clone(),
            });
        }
        self.row.lock().config.room_id = to.room;
        self.move_to_configured_room(to.asker, former, ctx);
    }
}

impl Session {
    fn move_to_configured_room(
        &mut self,
        asker: Asker,
        former: SessionConfig,
        ctx: &mut Ctx<Self>,
    ) {
        let entrance = self.row.lock().config.room_id.is_some().then(|| Entrance {
            outlet: asker.outlet.clone(),
            reference: asker.reference.clone(),
            purpose: Purpose::Moved,
            resume_token: String::new(),
            data: None,
            warnings: Vec::new(),
            cursor: 0,
            entered_at: 0,
        });
        let moving = self.change_room(former, entrance, ctx);
        ctx.wait(moving.map(move |moved, _, _| {
            if let Err(refusal) = moved {
                asker.refuse(&refusal);
            }
        }));
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
