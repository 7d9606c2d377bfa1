//! What every store does: the trait behind which SQLite, PostgreSQL and memory stand.

use async_trait::async_trait;

use super::record::{
    AuditRecord, DayUsage, LogExtent, NodeId, Outcome, Range, RoomRecord, SessionRecord,
    UsageRecord, Write,
};
use crate::domain::{
    identity::{RoomId, SessionId},
    room_log::LogEntry,
    time::Day,
};

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It cannot now, and may later: the disk is full or read-only, the database is away or busy. Trying again is right.
    #[error("the store does not work now ({doing}: {cause})")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// The database's own words.
        cause: String,
    },
    /// It never will: this write, as it is, is refused by the database.
    #[error("the store refuses this ({doing}: {cause})")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// The database's own words.
        cause: String,
    },
    /// What is stored cannot be understood.
    #[error("a stored {what} cannot be read ({cause}); was it written by a newer version?")]
    Unreadable {
        /// What.
        what: &'static str,
        /// Why.
        cause: String,
    },
    /// More waits to be written than may.
    #[error(
        "more waits to be written than store.queue allows; the store is too slow or does not work"
    )]
    Overrun,
}

/// Keeps what must outlive the process. All methods may be called from any tokio runtime and wait for the database.
///
/// All reads fail with [`StoreError::Unavailable`] or [`StoreError::Unreadable`].
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// `sqlite`, `postgresql` or `memory`.
    fn kind(&self) -> &'static str;

    /// Commits all of these in one transaction, in order; the outcomes stand in the same order.
    ///
    /// # Errors
    /// Nothing was changed then.
    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError>;

    /// Whether the process of this node lives. It is asked of the operating system or the database, not of a clock.
    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError>;

    /// The nodes that hold sessions or rooms.
    async fn holders(&self) -> Result<Vec<NodeId>, StoreError>;

    /// The nodes that have something of this kind which costs money elsewhere.
    async fn holders_of(&self, kind: &str) -> Result<Vec<NodeId>, StoreError>;

    /// The node that has this one of a kind which costs money elsewhere.
    async fn holder_of(&self, kind: &str, id: &str) -> Result<Option<NodeId>, StoreError>;

    /// A session.
    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError>;

    /// Sessions in order of their ids, from the first after `after`.
    async fn sessions(
        &self,
        after: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StoreError>;

    /// How many sessions there are: in all, or of one owner.
    async fn session_count(&self, owner: Option<&str>) -> Result<u64, StoreError>;

    /// A room.
    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError>;

    /// Entries of a room's log, in order.
    async fn entries(&self, room: &RoomId, range: Range) -> Result<Vec<LogEntry>, StoreError>;

    /// The newest entries of a room's log, in order.
    async fn newest(&self, room: &RoomId, limit: u32) -> Result<Vec<LogEntry>, StoreError>;

    /// The comings and goings in a room from this number on, in order.
    async fn presences(&self, room: &RoomId, from: u64) -> Result<Vec<LogEntry>, StoreError>;

    /// How much a room's log holds.
    async fn extent(&self, room: &RoomId) -> Result<LogExtent, StoreError>;

    /// The usage of a room, by day and engine in order.
    async fn usage(&self, room: &RoomId) -> Result<Vec<UsageRecord>, StoreError>;

    /// What engines were used for in all rooms from one day to another, by day and engine in order.
    async fn usage_by_day(&self, from: Day, to: Day) -> Result<Vec<DayUsage>, StoreError>;

    /// The newest audit records, newest first.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError>;

    /// Sees to it that nothing of what was erased remains in the files of the database.
    async fn scrub(&self) -> Result<(), StoreError>;

    /// Writes out what is buffered and closes connections; the node counts as dead from here on.
    async fn close(&self);
}
