//! What goes to a socket, and how it is treated when its reader is slow.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use crate::domain::{
    identity::{RoomId, UtteranceId},
    language::Language,
};

/// What an entry of the queue costs beside its payload, so that many small ones are bounded too.
const ENTRY_COST: usize = 64;

/// Names what a newer message replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaces {
    /// The caption of an utterance: its transcript, or its translation into a language.
    Caption(UtteranceId, Option<Language>),
    /// What those who watch the utterance's room from outside are told of the same. It is apart, because one may be in
    /// the room and watch it over one socket.
    Watched(UtteranceId, Option<Language>),
    /// The usage figures of this engine in the room.
    Usage(&'static str),
    /// A ping that was not sent yet.
    Ping,
}

/// How a frame is treated when its reader is slow.
#[derive(Debug, Clone)]
pub enum Class {
    /// Never dropped.
    Lasting,
    /// Never dropped, and sent once to this socket by its number. Replaces the partials of its caption.
    Numbered {
        /// The log it is from.
        room: RoomId,
        /// Its number there.
        seq: u64,
        /// The partials that it makes obsolete.
        replaces: Option<Arc<Replaces>>,
    },
    /// As [`Class::Numbered`], for what a client missed. The room's log holds it anyway, so it takes no place in the
    /// queue: who missed more than a queue holds could never catch up otherwise.
    Replayed {
        /// The log it is from.
        room: RoomId,
        /// Its number there.
        seq: u64,
    },
    /// Never dropped; what follows from this room counts from here.
    Entrance {
        /// The room entered.
        room: RoomId,
        /// The last number this socket is taken to have seen.
        seen: u64,
    },
    /// The newest of its kind replaces those before it.
    Newest(Arc<Replaces>),
    /// Never dropped; the last of its kind, which replaces those before it.
    Last(Arc<Replaces>),
    /// The oldest is dropped first.
    Audio,
}

/// The payload of a frame, shared by all who get it.
#[derive(Debug, Clone)]
pub enum Payload {
    /// A text frame.
    Text(ByteString),
    /// A binary frame.
    Binary(Bytes),
    /// A ping.
    Ping,
}

impl Class {
    /// The bytes of the queue that a frame of this class takes.
    pub(super) fn cost(&self, payload: &Payload) -> usize {
        match self {
            Self::Replayed { .. } => 0,
            _ => payload.cost(),
        }
    }
}

impl Payload {
    pub(super) fn cost(&self) -> usize {
        ENTRY_COST
            + match self {
                Self::Text(text) => text.len(),
                Self::Binary(bytes) => bytes.len(),
                Self::Ping => 0,
            }
    }
}

/// A frame on its way to a socket.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// What is sent.
    pub payload: Payload,
    /// How it is treated.
    pub class: Class,
}

impl Parcel {
    /// A text frame that is never dropped.
    pub fn lasting(frame: ByteString) -> Self {
        Self {
            payload: Payload::Text(frame),
            class: Class::Lasting,
        }
    }
}

/// Why a socket is closed: the code and words of the close frame (API.md section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// The close code.
    pub code: u16,
    /// Its words.
    pub reason: &'static str,
}

impl Closing {
    /// Nothing happened for too long.
    pub const IDLE: Self = Self::new(1001, "idle");
    /// A text frame is not UTF-8 (RFC 6455 section 7.4.1).
    pub const NOT_TEXT: Self = Self::new(1007, "text is not UTF-8");
    /// The server has all the connections it takes.
    pub const TOO_MANY_CONNECTIONS: Self = Self::new(1008, "too many connections");
    /// The peer's address has all the connections it may have.
    pub const TOO_MANY_FROM_ADDRESS: Self =
        Self::new(1008, "too many connections from your address");
    /// The client went on sending messages beyond its rate.
    pub const TOO_MANY_MESSAGES: Self = Self::new(1008, "too many messages");
    /// A message was too big.
    pub const TOO_BIG: Self = Self::new(1009, "message too big");
    /// The call is over.
    pub const CALL_ENDED: Self = Self::new(1000, "the call has ended");
    /// Another socket of the same call takes its place.
    pub const REPLACED: Self = Self::new(1000, "another socket of this call takes its place");
    /// The sound of a call is not of a kind that is known.
    pub const UNKNOWN_SOUND: Self = Self::new(1003, "the sound is not understood");
    /// Our own fault.
    pub const INTERNAL: Self = Self::new(1011, "internal error");
    /// The server restarts.
    pub const RESTARTING: Self = Self::new(1012, "server restarts");
    /// No key or token, or one that is worth nothing any more (API.md section 1).
    pub const AUTHENTICATION: Self = Self::new(4001, "authentication: the token has expired");
    /// The peer does not read fast enough.
    pub const TOO_SLOW: Self = Self::new(1013, "too slow");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

/// What the wire sends next.
#[derive(Debug)]
pub enum Outgoing {
    /// A frame.
    Frame(Payload),
    /// The last thing it sends.
    Close(Closing),
}
