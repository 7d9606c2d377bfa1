//! What is known of a call, shared by its actor, its sockets and whoever looks at it; it outlives the actor's crashes.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::{interpreting::Interpretation, leg::Leg};
use crate::{
    domain::{
        identity::{CallId, RoomId, SessionId},
        language::Language,
        participant::Speaks,
        time::Timestamp,
    },
    links::acs::wire::{confidential::Confidential, order::Moment},
    supervision::Kept,
};

/// A hash of a context id, by which a call is found: how long finding takes tells nothing of the id itself.
pub type ContextHash = [u8; 32];

/// The hash of what stands in an address.
pub fn hash_of(context: &str) -> ContextHash {
    Sha256::digest(context.as_bytes()).into()
}

/// From where to where a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallDirection)]
pub enum Direction {
    /// Somebody called us.
    Inbound,
    /// We called somebody.
    Outbound,
    /// We joined a call that was there.
    Joined,
}

impl Direction {
    const ALL: [Self; 3] = [Self::Inbound, Self::Outbound, Self::Joined];

    /// Its name outward.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Joined => "joined",
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CallStage)]
pub enum Stage {
    /// It rings, here or there.
    Ringing,
    /// It was answered or joined, and is being set up.
    Answering,
    /// It is up, and its sound is not here.
    Connected,
    /// Its sound comes and goes.
    Media,
    /// It is being hung up.
    Ending,
    /// It is over.
    Ended,
}

/// What becomes known of a call.
#[derive(Debug, Clone)]
pub struct CallState {
    /// From where to where.
    pub direction: Direction,
    /// Whether the service has taken what we asked of it.
    pub accepted: bool,
    /// When it was connected.
    pub connected_at: Option<Timestamp>,
    /// The rate of its sound while there is a socket, in Hz.
    pub rate: Option<u32>,
    /// Why it ends or ended.
    pub reason: Option<&'static str>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The call that all its legs share.
    pub server_call_id: Option<String>,
    /// What links what is told of it.
    pub correlation_id: Option<String>,
    /// Who called, by raw id.
    pub from: Option<String>,
    /// Who was called, by raw id.
    pub to: Option<String>,
    /// The name others see.
    pub name: String,
    /// Where it is interpreted.
    pub room: RoomId,
    /// Whether it waits where nobody else is.
    pub queues: bool,
    /// Whether it waits there for somebody.
    pub waiting: bool,
    /// What is spoken on it.
    pub speaks: Speaks,
    /// What is heard on it.
    pub hears: Vec<Language>,
    /// Who is in it, by raw id, as was told last.
    pub participants: Vec<String>,
    /// When that was so.
    pub roster_moment: Option<Moment>,
    /// Whose voice is the call's own, by raw id, where voices come apart.
    pub own_voice: Option<String>,
    /// Those who are heard alone and have sessions of their own, by raw id.
    pub speakers: Vec<String>,
    /// Whether streaming was started anew since there was sound.
    pub restarted: bool,
}

impl CallState {
    /// A call to be interpreted in this room, of which nothing else is known.
    pub fn new(
        direction: Direction,
        room: RoomId,
        speaks: Speaks,
        hears: Vec<Language>,
        name: String,
    ) -> Self {
        Self {
            direction,
            accepted: false,
            connected_at: None,
            rate: None,
            reason: None,
            ended_at: None,
            server_call_id: None,
            correlation_id: None,
            from: None,
            to: None,
            name,
            room,
            queues: false,
            waiting: false,
            speaks,
            hears,
            participants: Vec::new(),
            roster_moment: None,
            own_voice: None,
            speakers: Vec::new(),
            restarted: false,
        }
    }

    /// Whether this one, if it is not over, is in the call of the service in which the other is to be.
    pub(super) fn is_in_the_call_of(&self, other: &Self) -> bool {
        let is_same = |one: &Option<String>, other: &Option<String>| {
            one.as_deref().is_some_and(|one| !one.is_empty()) && one == other
        };
        let joined = [self, other].map(|state| state.direction == Direction::Joined);
        self.reason.is_none()
            && (is_same(&self.server_call_id, &other.server_call_id)
                || joined == [true, true] && is_same(&self.to, &other.to))
    }
}

/// A call.
pub struct Ticket {
    /// Our own id, made before it is answered.
    pub id: CallId,
    /// When it began.
    pub created_at: Timestamp,
    /// Our leg.
    pub leg: Leg,
    /// What is known of it.
    pub state: Kept<CallState>,
    /// When the service was last asked whether it is there; at first, when the call began.
    pub(super) audited_at: Mutex<Instant>,
    /// What makes its addresses its own: 128 random bits.
    context: SecretString,
}

impl Ticket {
    /// A call that begins now, with addresses that nobody can guess.
    pub fn new(id: CallId, created_at: Timestamp, state: CallState) -> Arc<Self> {
        // Not from the seed of a run: from that, others could be worked out.
        let context: u128 = rand::rng().random();
        Self::known_by(id, created_at, state, format!("{context:032x}"))
    }

    /// A call whose addresses are known to the service already.
    pub fn known_by(
        id: CallId,
        created_at: Timestamp,
        state: CallState,
        context: String,
    ) -> Arc<Self> {
        Arc::new(Self {
            id,
            created_at,
            leg: Leg::default(),
            state: Kept::new(state),
            audited_at: Mutex::new(Instant::now()),
            context: context.into(),
        })
    }

    /// By what it is found.
    pub fn context_hash(&self) -> ContextHash {
        hash_of(self.context.expose_secret())
    }

    /// Where the service tells of it; `public_url` is how it reaches us.
    pub fn callback_url(&self, public_url: &str) -> Confidential {
        let context = self.context.expose_secret();
        // What a server that comes after us finds the call's session by, and knows it by.
        let direction = self.state.read(|state| state.direction.name());
        format!(
            "{public_url}/callbacks/{context}?call={}&direction={direction}",
            self.id
        )
        .into()
    }

    /// Where the service opens its media socket.
    pub fn media_url(&self, public_url: &str) -> Confidential {
        // `http` becomes `ws`, and `https` `wss`.
        let reached = public_url.strip_prefix("http").unwrap_or(public_url);
        format!("ws{reached}/acs/media/{}", self.context.expose_secret()).into()
    }

    /// The session of those on it. It is the call's own.
    pub fn session_id(&self) -> SessionId {
        session_named(self.id.as_str())
    }

    /// The session of one who is heard alone, by their place among those who are.
    pub fn speaker_id(&self, place: usize) -> SessionId {
        session_named(&format!("{}.{place}", self.id))
    }

    /// All sessions of the call.
    pub fn sessions(&self) -> Vec<SessionId> {
        let speakers = self.state.read(|state| state.speakers.len());
        let alone = (0..speakers).map(|place| self.speaker_id(place));
        alone.chain([self.session_id()]).collect()
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        self.state.read(|state| match state {
            _ if state.ended_at.is_some() => Stage::Ended,
            _ if state.reason.is_some() => Stage::Ending,
            _ if state.rate.is_some() => Stage::Media,
            _ if state.connected_at.is_some() => Stage::Connected,
            _ if state.accepted && state.direction != Direction::Outbound => Stage::Answering,
            _ => Stage::Ringing,
        })
    }
}

fn session_named(id: &str) -> SessionId {
    id.parse()
        .expect("a call's id is a UUID, and a few digits behind it leave it an identity")
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Ticket({}, {:?})", self.id, self.stage())
    }
}

/// A call as operators see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallView {
    /// Its id, ours.
    pub call_id: CallId,
    /// The service's id of our leg, once there is one.
    #[schema(required = true)]
    pub call_connection_id: Option<String>,
    /// The service's id of the call.
    #[schema(required = true)]
    pub server_call_id: Option<String>,
    /// From where to where it goes.
    pub direction: Direction,
    /// How far it is.
    pub state: Stage,
    /// Why it ends or ended.
    #[schema(required = true)]
    pub reason: Option<&'static str>,
    /// Who called, by raw id.
    #[schema(required = true)]
    pub from: Option<String>,
    /// Who was called, by raw id.
    #[schema(required = true)]
    pub to: Option<String>,
    /// The name others see.
    pub name: String,
    /// Where it is interpreted.
    pub room_id: RoomId,
    /// The session of those on it.
    pub session_id: SessionId,
    /// Whether it waits for somebody to join its room.
    pub waiting: bool,
    /// What is spoken on it.
    pub speaks: Speaks,
    /// What is heard on it.
    pub hears: Vec<Language>,
    /// Who is in it, by raw id.
    pub participants: Vec<String>,
    /// The rate of its sound while that is here, in Hz.
    #[schema(required = true)]
    pub sample_rate: Option<u32>,
    /// When it began to ring.
    pub created_at: Timestamp,
    /// When it was connected.
    #[schema(required = true)]
    pub connected_at: Option<Timestamp>,
    /// When it ended.
    #[schema(required = true)]
    pub ended_at: Option<Timestamp>,
    /// How it is interpreted; absent in events, once the call is over, and while its room does not run or does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpretation: Option<Interpretation>,
}

impl From<&Ticket> for CallView {
    fn from(ticket: &Ticket) -> Self {
        let state = ticket.state.get();
        Self {
            call_id: ticket.id.clone(),
            call_connection_id: ticket.leg.known_id(),
            server_call_id: state.server_call_id,
            direction: state.direction,
            state: ticket.stage(),
            reason: state.reason,
            from: state.from,
            to: state.to,
            name: state.name,
            room_id: state.room,
            session_id: ticket.session_id(),
            waiting: state.waiting && state.reason.is_none(),
            speaks: state.speaks,
            hears: state.hears,
            participants: state.participants,
            sample_rate: state.rate,
            created_at: ticket.created_at,
            connected_at: state.connected_at,
            ended_at: state.ended_at,
            interpretation: None,
        }
    }
}
