//! A room as operators see it, and what they may order.

use std::time::Duration;

use actix::{Handler, Message};
use serde::Serialize;

use super::Room;
use crate::{
    actors::{
        environment::Environment, invoker::InvokerState, outbox::Parcel, source::SourceState,
    },
    domain::{
        budget::BudgetFigures,
        identity::{RoomId, SessionId},
        language::Language,
        participant::Participant,
        server_message::{ServerMessage, UsageFigures},
        time::Timestamp,
    },
    supervision::Ctx,
};

/// Asks a room what it looks like.
#[derive(Message)]
#[rtype(result = "RoomView")]
pub struct Describe;

/// How long a room may take to say whether it is somebody's own.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether this room is one session's own, be it running or only stored. What nobody can say is none.
pub async fn is_private(environment: &Environment, id: &RoomId) -> bool {
    if let Some(room) = environment.room(id) {
        let described = room.ask(Describe, PATIENCE).await;
        return described.is_ok_and(|room| room.private);
    }
    let stored = environment.archive.store().room(id).await;
    stored.is_ok_and(|stored| stored.is_some_and(|room| room.private))
}

/// A room as `GET /api/rooms/{id}` shows it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RoomView {
    /// Its id.
    pub room_id: RoomId,
    /// Its name for people.
    #[schema(required = true)]
    pub name: Option<String>,
    /// Whether it is one session's own.
    pub private: bool,
    /// When it was started.
    pub created_at: Timestamp,
    /// The highest number in its log.
    pub seq: u64,
    /// Who is there.
    pub participants: Vec<Participant>,
    /// How many sockets are attached.
    pub sockets: usize,
    /// Who is listened to.
    pub sources: Vec<SourceView>,
    /// The translations under way.
    pub invokers: Vec<InvokerView>,
    /// What its engines were used for since it was started.
    pub usage: Vec<UsageFigures>,
    /// What it may use, if it has a budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetFigures>,
    /// What is left of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_left: Option<BudgetFigures>,
}

/// A Source as operators see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SourceView {
    /// Whose.
    pub session_id: SessionId,
    /// What is spoken.
    pub language: Language,
    /// What it is doing.
    pub state: SourceState,
    /// Speech heard that the engine has not been given yet, in milliseconds.
    pub lag_ms: u64,
    /// The engine.
    pub engine: &'static str,
}

/// An Invoker as operators see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InvokerView {
    /// Whose words.
    pub session_id: SessionId,
    /// Into which language.
    pub language: Language,
    /// What it is doing.
    pub state: InvokerState,
    /// Speech made that has not been played yet, in milliseconds.
    pub lag_ms: u64,
    /// Sockets that hear it.
    pub hearers: u64,
    /// The engine that serves.
    pub engine: &'static str,
    /// Speech that waits for an engine that interprets end to end, in milliseconds.
    pub waiting_ms: u64,
    /// Speech that was left out because the engine was too far behind, in milliseconds.
    pub left_out_ms: u64,
}

impl Handler<Describe> for Room {
    type Result = actix::MessageResult<Describe>;

    fn handle(&mut self, _: Describe, _: &mut Ctx<Self>) -> Self::Result {
        let state = self.kept.snapshot();
        let spent = self.meter.usage();
        actix::MessageResult(RoomView {
            room_id: self.id.clone(),
            name: state.name.clone(),
            private: state.roster.private,
            created_at: self.created_at,
            seq: self.log.published(),
            participants: state
                .roster
                .members
                .values()
                .map(|member| member.participant.clone())
                .collect(),
            sockets: state.seats.values().map(|seat| seat.sockets.len()).sum(),
            sources: state
                .speaking
                .iter()
                .map(|(session_id, speaking)| SourceView {
                    session_id: session_id.clone(),
                    language: speaking.language.clone(),
                    state: speaking.gauge.state(),
                    lag_ms: speaking.gauge.lag_ms(),
                    engine: speaking.gauge.engine(),
                })
                .collect(),
            invokers: state
                .invoked
                .iter()
                .map(|((session_id, language), gauge)| InvokerView {
                    session_id: session_id.clone(),
                    language: language.clone(),
                    state: gauge.state(),
                    lag_ms: gauge.lag_ms(),
                    hearers: gauge.hearers(),
                    engine: gauge.engine(),
                    waiting_ms: gauge.waiting_ms(),
                    left_out_ms: gauge.left_out_ms(),
                })
                .collect(),
            usage: self.usage_figures(),
            budget: spent.budget().map(BudgetFigures::from),
            budget_left: spent.left().map(BudgetFigures::from),
        })
    }
}

/// Shows a message of the operators to everybody in the room.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Announce {
    /// What.
    pub message: String,
}

impl Handler<Announce> for Room {
    type Result = usize;

    fn handle(&mut self, announce: Announce, _: &mut Ctx<Self>) -> usize {
        let message = ServerMessage::SystemAnnouncement {
            message: announce.message,
        };
        self.everybody
            .finals
            .deliver(&Parcel::lasting(message.encode(None)));
        self.everybody.finals.len()
    }
}
