//! A database as a store: its work is done on the runtime on which it was opened, whoever asks.

use std::{ops::DerefMut, sync::Arc};

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use super::{
    super::{
        contract::{Store, StoreError},
        record::{
            AuditRecord, DayUsage, LogExtent, NodeId, Outcome, Range, RoomRecord, SessionRecord,
            UsageRecord, Write,
        },
    },
    connection::Connection,
    reads,
};
use crate::domain::{
    identity::{RoomId, SessionId},
    room_log::LogEntry,
    time::Day,
};

/// What a database does in its own way.
#[async_trait]
pub trait Database: Send + Sync + 'static {
    /// Its connections.
    type Connection: Connection;
    /// One for reading, for as long as this is held.
    type Reader: DerefMut<Target = Self::Connection> + Send;
    /// `sqlite` or `postgresql`.
    const KIND: &'static str;

    /// A connection for reading.
    async fn reader(&self) -> Result<Self::Reader, StoreError>;
    /// [`Store::commit`]. When it is dropped half done, nothing was changed.
    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError>;
    /// [`Store::is_alive`].
    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError>;
    /// [`Store::scrub`].
    async fn scrub(&self) -> Result<(), StoreError>;
    /// [`Store::close`].
    async fn close(&self);
}

/// A store over a database.
pub struct SqlStore<D> {
    database: Arc<D>,
    runtime: Handle,
}

impl<D: Database> SqlStore<D> {
    /// Must be called on the runtime on which the database was opened.
    pub fn new(database: D) -> Self {
        Self {
            database: Arc::new(database),
            runtime: Handle::current(),
        }
    }

    /// Does this where the connections are served: the caller's thread may be held up or end. Broken off when nobody
    /// waits for it any more.
    async fn there<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let working = AbortOnDropHandle::new(self.runtime.spawn(work));
        working.await.unwrap_or_else(|broken| {
            Err(StoreError::Unavailable {
                doing: "asking the database",
                cause: broken.to_string(),
            })
        })
    }
}

/// Reads with a connection of the pool.
macro_rules! read {
    ($self:ident, $read:ident $(, $argument:expr)*) => {{
        let database = Arc::clone(&$self.database);
        $self
            .there(async move {
                let mut reader = database.reader().await?;
                reads::$read(&mut *reader $(, $argument)*).await
            })
            .await
    }};
}

#[async_trait]
impl<D: Database> Store for SqlStore<D> {
    fn kind(&self) -> &'static str {
        D::KIND
    }

    async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let (database, writes) = (Arc::clone(&self.database), writes.to_vec());
        self.there(async move { database.commit(&writes).await })
            .await
    }

    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError> {
        let (database, node) = (Arc::clone(&self.database), node.clone());
        self.there(async move { database.is_alive(&node).await })
            .await
    }

    async fn holders(&self) -> Result<Vec<NodeId>, StoreError> {
        read!(self, holders)
    }

    async fn holders_of(&self, kind: &str) -> Result<Vec<NodeId>, StoreError> {
        let kind = kind.to_owned();
        read!(self, holders_of, &kind)
    }

    async fn holder_of(&self, kind: &str, id: &str) -> Result<Option<NodeId>, StoreError> {
        let (kind, id) = (kind.to_owned(), id.to_owned());
        read!(self, holder_of, &kind, &id)
    }

    async fn session(&self, id: &SessionId) -> Result<Option<SessionRecord>, StoreError> {
        let id = id.clone();
        read!(self, session, &id)
    }

    async fn sessions(
        &self,
        after: Option<&SessionId>,
        limit: u32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        let after = after.cloned();
        read!(self, sessions, after.as_ref(), limit)
    }

    async fn session_count(&self, owner: Option<&str>) -> Result<u64, StoreError> {
        let owner = owner.map(str::to_owned);
        read!(self, session_count, owner.as_deref())
    }

    async fn room(&self, id: &RoomId) -> Result<Option<RoomRecord>, StoreError> {
        let id = id.clone();
        read!(self, room, &id)
    }

    async fn entries(&self, room: &RoomId, range: Range) -> Result<Vec<LogEntry>, StoreError> {
        let room = room.clone();
        read!(self, entries, &room, range)
    }

    async fn newest(&self, room: &RoomId, limit: u32) -> Result<Vec<LogEntry>, StoreError> {
        let room = room.clone();
        read!(self, newest, &room, limit)
    }

    async fn presences(&self, room: &RoomId, from: u64) -> Result<Vec<LogEntry>, StoreError> {
        let room = room.clone();
        read!(self, presences, &room, from)
    }

    async fn extent(&self, room: &RoomId) -> Result<LogExtent, StoreError> {
        let room = room.clone();
        read!(self, extent, &room)
    }

    async fn usage(&self, room: &RoomId) -> Result<Vec<UsageRecord>, StoreError> {
        let room = room.clone();
        read!(self, usage, &room)
    }

    async fn usage_by_day(&self, from: Day, to: Day) -> Result<Vec<DayUsage>, StoreError> {
        read!(self, usage_by_day, from, to)
    }

    async fn audit(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        read!(self, audit, limit)
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        let database = Arc::clone(&self.database);
        self.there(async move { database.scrub().await }).await
    }

    async fn close(&self) {
        let database = Arc::clone(&self.database);
        // A close that panics has closed what it could.
        let _ = self
            .runtime
            .spawn(async move { database.close().await })
            .await;
    }
}
