//! What can be seen of a connection from outside, without asking its Socket: one that is busy or stalled shows itself
//! as well as any other. It is what the Socket is made of anyway, so that it costs an idle connection 16 bytes.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Caller, Socket, route::AudioPath};
use crate::{
    actors::{environment::Environment, outlet::Outlet, pace::Meter},
    domain::{
        access::Role,
        identity::{ConnectionId, RoomId, SessionId},
    },
    supervision::{Maker, Ref},
};

/// What a Socket is made of.
pub(super) struct Connection {
    pub(super) environment: Arc<Environment>,
    pub(super) id: ConnectionId,
    pub(super) caller: Arc<Caller>,
    pub(super) outlet: Outlet,
}

impl Maker<Socket> for Connection {
    fn make(&self) -> Socket {
        Socket {
            environment: Arc::clone(&self.environment),
            id: self.id.clone(),
            caller: Arc::clone(&self.caller),
            outlet: self.outlet.clone(),
            bound: None,
            audio: AudioPath::default(),
            topics: Vec::new(),
            messages: Meter::default(),
            breach: None,
            heard_at: Instant::now(),
            pinged_at: Instant::now(),
            unauthorised_audio_told: None,
            translating: 0,
            farewell: None,
        }
    }
}

/// A connection as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The session it is attached to.
    pub session: Option<SessionId>,
    /// The room of that session.
    pub room: Option<RoomId>,
    /// What the caller may do.
    pub role: Role,
    /// Who the caller is, if keys or tokens tell.
    pub subject: Option<String>,
    /// Bytes that wait for the client to read.
    pub queued_bytes: usize,
}

impl Socket {
    /// Looks at a connection; nothing if it has ended.
    pub fn seen(socket: &Ref<Self>) -> Option<Seen> {
        socket.seen(|connection: &Connection| {
            let session = connection.outlet.outbox().session();
            let row = session
                .as_ref()
                .and_then(|session| connection.environment.archive.held(session));
            let access = &connection.caller.access;
            Seen {
                room: row.map(|row| row.lock().record.room().clone()),
                session,
                role: access.role,
                subject: access.subject.clone(),
                queued_bytes: connection.outlet.outbox().queued_bytes(),
            }
        })
    }
}
