//! What is stored, and what is asked of a store: rows, writes and their outcomes, in domain types only.

use std::{fmt, str::FromStr};

use serde_json::Value;

use crate::domain::{
    budget::Budget,
    identity::{IdentityError, RoomId, SessionId},
    room_log::LogEntry,
    session_config::SessionConfig,
    time::Timestamp,
    usage::Amount,
};

/// Numbers of a room's log are reserved in blocks of this many, so that one which crashed never gives a number twice.
pub const NUMBER_BLOCK: u64 = 1_000;

/// Names one running server process, anew at each start.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(SessionId);

impl NodeId {
    /// The identity as it is stored.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<uuid::Uuid> for NodeId {
    fn from(generated: uuid::Uuid) -> Self {
        Self(generated.into())
    }
}

impl FromStr for NodeId {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRecord {
    /// Which.
    pub id: SessionId,
    /// Who may attach without a token.
    pub owner: Option<String>,
    /// How it wants to be served.
    pub config: SessionConfig,
    /// What the client gave to keep.
    pub data: Option<Value>,
    /// The room it has without choosing one. Made anew with each session, so it also tells two of one id apart.
    pub private_room: RoomId,
    /// The last number of its room's log that is known to have been written to any of its sockets.
    pub cursor: u64,
    /// The number at which it entered its room; what was said before is not for it.
    pub entered_at: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something last happened in it.
    pub active_at: Timestamp,
    /// The node that holds it, if one does: somebody is attached there.
    pub holder: Option<NodeId>,
    /// The fencing token of whoever claimed it last: rises with each claim, and a save with an older one is refused.
    pub fence: u64,
}

impl SessionRecord {
    /// The room the session is in.
    pub fn room(&self) -> &RoomId {
        self.config.room_id.as_ref().unwrap_or(&self.private_room)
    }
}

/// A room as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRecord {
    /// Which.
    pub id: RoomId,
    /// Its name for people.
    pub name: Option<String>,
    /// Whether it is one session's own.
    pub private: bool,
    /// The node that holds its lease, if one does.
    pub owner: Option<NodeId>,
    /// The fencing token of the newest lease.
    pub fence: u64,
    /// The highest number that was reserved.
    pub reserved: u64,
    /// The number with which its present life began: somebody came who has not been seen to leave. `None` while it
    /// is empty.
    pub opened_at: Option<u64>,
    /// When it was first opened.
    pub created_at: Timestamp,
    /// When its lease was last taken or given back.
    pub used_at: Timestamp,
    /// What it may use.
    pub budget: Option<Budget>,
    /// What was used since that was set. Tokens are not counted here.
    pub used: Amount,
}

/// What a room may do once it holds its lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token: goes with every write of the room.
    pub fence: u64,
    /// The highest number that may have been given before; the next one is higher.
    pub head: u64,
    /// Up to where numbers are reserved now: `head` and [`NUMBER_BLOCK`].
    pub reserved: u64,
    /// The number with which its present life began.
    pub opened_at: u64,
    /// What it may use.
    pub budget: Option<Budget>,
    /// What was used since that was set.
    pub used: Amount,
}

/// Something of another service that costs money until it is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// What it is, as `acs-leg`.
    pub kind: String,
    /// Its name here; one of a kind.
    pub id: String,
    /// What the other service knows it by. No secret.
    pub handle: String,
}

/// What an engine was used for in a room on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRecord {
    /// Where.
    pub room: RoomId,
    /// With which engine.
    pub engine: String,
    /// On which day in UTC, as `2026-11-21`.
    pub day: String,
    /// How much, and what it cost.
    pub amount: Amount,
}

/// What an engine was used for in all rooms on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayUsage {
    /// On which day in UTC, as `2026-11-21`.
    pub day: String,
    /// Which engine.
    pub engine: String,
    /// How much, and what it cost.
    pub amount: Amount,
}

/// Something that was ordered, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// By whom; nobody in particular without keys.
    pub subject: Option<String>,
    /// With which role.
    pub role: String,
    /// What, as a stable word: `room.close`, `session.erase`.
    pub action: String,
    /// Upon what: an id or a path.
    pub target: String,
    /// How it ended: `done` or a stable error code.
    pub outcome: String,
}

/// A change, to be made with others in one transaction.
#[derive(Debug, Clone)]
pub enum Write {
    /// Changes nothing; answered [`Outcome::Done`] when all before it is committed.
    Mark,
    /// Makes a session. [`Outcome::Done`], or [`Outcome::Exists`] if there is another of its id: one with the same
    /// private room is the same, written by an attempt before this.
    CreateSession(Box<SessionRecord>),
    /// Takes a session for a node, whoever held it: sets the holder and raises the fence. [`Outcome::Claimed`] or
    /// [`Outcome::Absent`].
    ClaimSession {
        /// Which.
        id: SessionId,
        /// For whom.
        node: NodeId,
    },
    /// Saves what may change of a session (all but id, owner, private room, creation, fence), if it is still the same,
    /// known by its private room, and nobody claimed it since. [`Outcome::Done`], or [`Outcome::Fenced`] if it was
    /// claimed by somebody else or is gone, also if another of its id was made since.
    SaveSession(Box<SessionRecord>),
    /// Removes a session. [`Outcome::Done`], also if there is none.
    RemoveSession(SessionId),
    /// Removes the sessions that nobody holds and that were last active before this. [`Outcome::Removed`].
    ExpireSessions {
        /// The moment.
        before: Timestamp,
    },
    /// Takes a room's lease and the next block of numbers; makes the room if there is none. [`Outcome::Leased`] if
    /// nobody or this node held it, else [`Outcome::Held`].
    AcquireRoom {
        /// Which.
        room: RoomId,
        /// For whom.
        node: NodeId,
        /// Its name, if it is to get one.
        name: Option<String>,
        /// Whether it is one session's own.
        private: bool,
        /// What it may use from now on, if it is to get a budget; what was used before does not count then.
        budget: Option<Budget>,
        /// Now.
        at: Timestamp,
    },
    /// Reserves numbers up to this one. [`Outcome::Done`] or [`Outcome::Fenced`].
    ReserveNumbers {
        /// Which room.
        room: RoomId,
        /// Its lease.
        fence: u64,
        /// The highest number reserved after this; never lowers what was reserved.
        up_to: u64,
    },
    /// Adds an entry to a room's log. [`Outcome::Done`], or [`Outcome::Fenced`] if the lease is another's now. An entry
    /// of the same number that is there already stays as it is: a write may be tried again.
    Append {
        /// Which room.
        room: RoomId,
        /// Its lease.
        fence: u64,
        /// What.
        entry: LogEntry,
    },
    /// Gives a lease back. [`Outcome::Done`] or [`Outcome::Fenced`].
    ReleaseRoom {
        /// Which room.
        room: RoomId,
        /// Its lease.
        fence: u64,
        /// The highest number given: what was reserved beyond it is free again.
        head: u64,
        /// Whether its life is over (`opened_at` becomes `None`); else people are on their way to the next node.
        over: bool,
        /// Now.
        at: Timestamp,
    },
    /// Notes that a node has this, whoever had it before. [`Outcome::Done`].
    Hold {
        /// What.
        holding: Holding,
        /// Who.
        node: NodeId,
    },
    /// Notes that a node has given it back. [`Outcome::Done`], also if it had it not: another may have taken it over.
    GiveBack {
        /// What it is.
        kind: String,
        /// Its name here.
        id: String,
        /// Who had it.
        node: NodeId,
    },
    /// Gives a node all of a kind that a dead one had. [`Outcome::TakenOver`].
    TakeOver {
        /// What it is.
        kind: String,
        /// Who had it.
        from: NodeId,
        /// Who has it from now on.
        node: NodeId,
    },
    /// Lets go of everything a dead node held but what costs money: its sessions and rooms have no holder after it.
    /// [`Outcome::Done`].
    ReleaseNode(NodeId),
    /// Adds to the usage of a day, and to what was used of the room's budget. [`Outcome::Done`].
    AddUsage(UsageRecord),
    /// Notes what was ordered. [`Outcome::Done`].
    Audit(AuditRecord),
    /// Erases a session with all it said and all that names it, in every room: entries it spoke, their translations,
    /// its comings and goings. [`Outcome::Done`], also if there is none.
    EraseSession(SessionId),
    /// Erases all that was said in a room, and its name, also from its usage, whose sums stay; its numbering stays, so
    /// that no number is given twice. [`Outcome::Done`], also if there is none.
    EraseRoom(RoomId),
    /// Removes what is older than it need be kept: log entries before the one moment, usage and audit records before
    /// the other, and rooms that nobody holds, that have no entries left and were last used before the first.
    /// [`Outcome::Done`].
    ForgetOld {
        /// Log entries.
        entries_before: Timestamp,
        /// Usage and audit records.
        audit_before: Timestamp,
    },
}

impl Write {
    /// About how much memory its text takes, in bytes.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Append { entry, .. } => entry.frame.len(),
            Self::CreateSession(session) | Self::SaveSession(session) => session
                .data
                .as_ref()
                .map_or(0, |data| data.to_string().len()),
            _ => 0,
        }
    }
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// There is one of this id already.
    Exists,
    /// There is none of this id.
    Absent,
    /// Somebody else took over; the writer must stop.
    Fenced,
    /// The session, as it is now held.
    Claimed(Box<SessionRecord>),
    /// The room's lease.
    Leased(Lease),
    /// Another node has the room's lease.
    Held(NodeId),
    /// The sessions that were removed.
    Removed(Vec<SessionId>),
    /// What the node has in addition, in order of its names.
    TakenOver(Vec<Holding>),
}

/// A part of a room's log, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Entries with a higher number than this.
    pub after: u64,
    /// At most this many, the lowest numbers first.
    pub limit: u32,
}

/// How much a room's log holds, for progress bars and summaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogExtent {
    /// How many entries.
    pub entries: u64,
    /// The lowest number; 0 without entries.
    pub first: u64,
    /// The highest number; 0 without entries.
    pub last: u64,
}
