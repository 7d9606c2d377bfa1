//! Coming into a room, being there differently, and leaving it.

use std::{sync::Arc, time::Duration};

use actix::{Handler, Message};
use serde_json::Value;
use tokio::sync::oneshot;

use super::{Room, RoomState, Seat};
use crate::{
    actors::{
        environment::Environment,
        outlet::Outlet,
        refusal::Refusal,
        session::{Attached, Session},
    },
    domain::{
        audience::{Member, Roster},
        identity::{ConnectionId, RoomId, SessionId},
        participant::Participant,
        room_log::{EntryKind, Subject},
        server_message::{Presence, ServerMessage},
        session_config::ConfigWarning,
    },
    supervision::{AskError, Ctx, Path, Ref},
};

/// How long a session waits for its room. A room answers in microseconds; this is for one that restarts.
const ENTER_DEADLINE: Duration = Duration::from_secs(5);

/// How long a room that ends is waited for.
const ENDING_PATIENCE: Duration = Duration::from_secs(2);

/// How often entering is tried with a room that ends or restarts just then.
const ENTER_TRIES: usize = 4;

/// Why somebody enters, which decides the answer they get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A session was made, or attached to by its maker.
    Created,
    /// A further socket joined it.
    Joined,
    /// A client came back and wants what it missed after this number, or after what was last written to it.
    Recovered(Option<u64>),
    /// The session moved to this room.
    Moved,
}

/// The answer the room is to give to one socket as it enters, so that it comes before whatever the room sends next.
#[derive(Clone)]
pub struct Entrance {
    /// The socket that is answered.
    pub connection: ConnectionId,
    /// The way to the client.
    pub outlet: Outlet,
    /// What the answer refers to.
    pub reference: Option<Value>,
    /// Which answer.
    pub purpose: Purpose,
    /// The session's token.
    pub resume_token: String,
    /// The session's data.
    pub data: Option<Value>,
    /// What will not work.
    pub warnings: Vec<ConfigWarning>,
    /// The last number written to any socket of the session.
    pub cursor: u64,
    /// The number of the session's own coming, if it is known; nothing before it is for it.
    pub entered_at: Option<u64>,
}

/// What the room says to one who enters.
#[derive(Debug)]
pub struct Entered {
    /// The number of their own coming.
    pub came_at: u64,
    /// Resolves when the client has been answered; if it breaks off, the room crashed before that.
    pub admitted: Option<oneshot::Receiver<()>>,
}

/// A session's whole standing in the room; sending it again changes what differs.
#[derive(Message, Clone)]
#[rtype(result = "Result<Entered, Refusal>")]
pub struct Enter {
    /// Who.
    pub session_id: SessionId,
    /// Where.
    pub room_id: RoomId,
    /// Whether the room is this session's own.
    pub private: bool,
    /// As others see them.
    pub member: Arc<Member>,
    /// Their actor.
    pub session: Ref<Session>,
    /// Their sockets.
    pub sockets: Vec<Attached>,
    /// Of their audio, in Hz.
    pub sample_rate: u32,
    /// Whether their audio is listened to.
    pub audio_enabled: bool,
    /// The engine they wish for.
    pub engine: Option<String>,
    /// How their words are to be translated.
    pub glossary: Option<serde_json::Value>,
    /// The answer to give on the way.
    pub entrance: Option<Entrance>,
}

/// Brings a session into its room, which is started if need be.
///
/// # Errors
/// [`Refusal`] if the room is full, the server stops, another process serves the room, or it did not answer in time.
pub async fn enter(
    environment: Arc<Environment>,
    card: Enter,
) -> Result<(Ref<Room>, u64), Refusal> {
    for _ in 0..ENTER_TRIES {
        let state = RoomState {
            roster: Roster {
                private: card.private,
                ..Roster::default()
            },
            ..RoomState::default()
        };
        let room = Room::open(&environment, &card.room_id, state).await?;
        match room.ask(card.clone(), ENTER_DEADLINE).await {
            Ok(Err(refusal)) => return Err(refusal),
            Ok(Ok(entered)) => {
                let answered = match entered.admitted {
                    Some(admitted) => admitted.await.is_ok(),
                    None => true,
                };
                if answered {
                    return Ok((room, entered.came_at));
                }
            }
            Err(AskError::Gone) => {
                // It is just ending; the next one can be started once its place is free.
                let _ = tokio::time::timeout(ENDING_PATIENCE, room.ended()).await;
            }
            Err(AskError::Dropped) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(AskError::Unavailable.into())
}

impl Handler<Enter> for Room {
    type Result = Result<Entered, Refusal>;

    fn handle(&mut self, card: Enter, ctx: &mut Ctx<Self>) -> Self::Result {
        let state = self.kept.snapshot();
        let known = state.roster.members.get(&card.session_id).cloned();
        let limit = self.environment.settings.room.max_participants;
        if known.is_none() && state.roster.members.len() >= limit {
            return Err(Refusal::new(
                "room_full",
                format!(
                    "the room has {limit} participants, the most it takes (room.max_participants)"
                ),
            ));
        }
        if known.is_none() && state.roster.private != card.private {
            return Err(Refusal::new(
                "forbidden",
                "this room is private to another session; choose another room_id",
            ));
        }
        let former = state.seats.get(&card.session_id);
        if former.is_none_or(|seat| seat.session != card.session) {
            ctx.watch(&card.session);
        }
        let seat = Arc::new(Seat {
            session: card.session,
            sockets: card.sockets,
            sample_rate: card.sample_rate,
            audio_enabled: card.audio_enabled,
            engine: card.engine,
            glossary: card.glossary,
        });
        self.kept.change(|state| {
            state.reserved = false;
            state
                .seats
                .insert(card.session_id.clone(), Arc::clone(&seat));
            state
                .roster
                .members
                .insert(card.session_id.clone(), Arc::clone(&card.member));
        });
        let participant = &card.member.participant;
        let admitted;
        match known.as_ref().map(|known| &known.participant) {
            // One who comes learns of their own coming by the answer; the others by the event, which has its number
            // before the answer is given.
            None => {
                self.publish_presence(
                    EntryKind::Present,
                    ServerMessage::ParticipantJoined,
                    participant,
                    ctx,
                );
                admitted = self.await_admission(&card.session_id, card.entrance, ctx);
            }
            // One who was there is answered after all that was sent so far, and learns of the change like all others.
            Some(before) => {
                admitted = self.await_admission(&card.session_id, card.entrance, ctx);
                if before != participant {
                    self.publish_presence(
                        EntryKind::Present,
                        ServerMessage::ParticipantUpdated,
                        participant,
                        ctx,
                    );
                }
            }
        }
        self.watch_emptiness(ctx);
        self.replan_speaker(&card.session_id, ctx);
        if former.is_some_and(|former| former.glossary != seat.glossary) {
            self.push_glossary(&card.session_id, &seat, ctx);
        }
        let speech = |seat: &Seat| (seat.audio_enabled, seat.engine.clone());
        let speaks = |member: &Arc<Member>| member.participant.speaks.clone();
        if former.is_some_and(|former| speech(former) != speech(&seat))
            || known.as_ref().map(speaks) != Some(speaks(&card.member))
        {
            self.review_audio(&card.session_id);
        }
        self.plan(ctx);
        Ok(Entered {
            came_at: self
                .log
                .came_at(&card.session_id)
                .unwrap_or_else(|| self.log.head()),
            admitted,
        })
    }
}

impl Room {
    fn publish_presence(
        &mut self,
        kind: EntryKind,
        message: fn(Presence) -> ServerMessage,
        participant: &Participant,
        ctx: &mut Ctx<Self>,
    ) {
        let (room_id, participant) = (self.id.clone(), participant.clone());
        let subject = Subject {
            kind,
            speaker: participant.session_id.clone(),
            language: None,
            at: self.environment.clock.now(),
        };
        let encode = |seq| {
            message(Presence {
                seq,
                room_id,
                participant,
            })
        };
        self.publish(subject, None, encode, ctx);
    }
}

/// A session leaves the room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave {
    /// Who.
    pub session_id: SessionId,
}

impl Handler<Leave> for Room {
    type Result = ();

    fn handle(&mut self, leave: Leave, ctx: &mut Ctx<Self>) {
        self.take_out(&leave.session_id, ctx);
    }
}

/// A session of this path has ended.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct SessionEnded(pub Path);

impl Handler<SessionEnded> for Room {
    type Result = ();

    fn handle(&mut self, SessionEnded(path): SessionEnded, ctx: &mut Ctx<Self>) {
        self.session_ended(&path, ctx);
    }
}

impl Room {
    /// A session ended without leaving: what it left behind goes.
    pub(super) fn session_ended(&mut self, path: &Path, ctx: &mut Ctx<Self>) {
        let state = self.kept.snapshot();
        let ended = state
            .seats
            .iter()
            .find(|(_, seat)| seat.session.path() == path && !seat.session.is_alive());
        if let Some((session_id, _)) = ended {
            self.take_out(session_id, ctx);
        }
    }

    pub(super) fn take_out(&mut self, session_id: &SessionId, ctx: &mut Ctx<Self>) {
        let gone = self.kept.change(|state| {
            state.seats.remove(session_id);
            state.roster.members.remove(session_id)
        });
        let Some(gone) = gone else {
            return;
        };
        self.refresh_readers();
        self.publish_presence(
            EntryKind::Left,
            ServerMessage::ParticipantLeft,
            &gone.participant,
            ctx,
        );
        self.stop_speaking(session_id, "speaker left", ctx);
        self.plan(ctx);
        self.watch_emptiness(ctx);
    }
}
