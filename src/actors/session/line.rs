//! What attaches a participant to their session: the socket of a client, or the media socket of a call.

use std::sync::Arc;

use crate::{
    actors::{
        call::media::MediaSocket,
        session::Session,
        socket::{Socket, Unbound, route::SourceRoute},
    },
    domain::participant::ParticipantKind,
    supervision::{Node, Path, Ref, Watchable},
};

/// A way to a participant.
#[derive(Clone)]
pub enum Line {
    /// A client's.
    Socket(Ref<Socket>),
    /// A call's, over which one of this kind comes.
    Call(Ref<MediaSocket>, ParticipantKind),
}

impl Line {
    /// What the participant is who comes over it.
    pub fn kind(&self) -> ParticipantKind {
        match self {
            Self::Socket(_) => ParticipantKind::Person,
            Self::Call(_, kind) => *kind,
        }
    }

    /// Where its actor sits.
    pub fn path(&self) -> &Path {
        match self {
            Self::Socket(socket) => socket.path(),
            Self::Call(media, _) => media.path(),
        }
    }

    /// Tells it where its audio goes. One that is full or gone asks again with its next audio.
    pub fn route(&self, route: SourceRoute) {
        match self {
            Self::Socket(socket) => drop(socket.tell(route)),
            Self::Call(media, _) => drop(media.tell(route)),
        }
    }

    /// Tells it that the session has let go of it.
    pub fn let_go(&self, session: Ref<Session>) {
        match self {
            Self::Socket(socket) => drop(socket.tell(Unbound(session))),
            Self::Call(media, _) => drop(media.tell(Unbound(session))),
        }
    }
}

impl Watchable for Line {
    fn watched_by(&self, watcher: &Arc<Node>) {
        match self {
            Self::Socket(socket) => socket.watched_by(watcher),
            Self::Call(media, _) => media.watched_by(watcher),
        }
    }
}
