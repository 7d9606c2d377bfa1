//! What actors ask: a cache over the store that gives out one handle per session and one per room's log.
//!
//! A session that is open nowhere is a row in the store and not here. One that somebody attaches to is claimed for this
//! node, and its row shared by all who attach; a room is opened by taking its lease. Nobody waits long for a store
//! that does not work: the conversation goes on in memory and says that it is not durable.

mod rooms;
mod sweeping;

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use dashmap::{DashMap, DashSet, mapref::entry::Entry};
use parking_lot::Mutex;
use tokio::{runtime::Handle, time::Instant};

pub use self::{rooms::Opening, sweeping::Retention};
use super::{
    contract::{Store, StoreError},
    durable_log::{DurableLog, Now},
    record::{AuditRecord, NodeId, Outcome, SessionRecord, Write},
    recorder::Recorder,
};
use crate::{
    config::Settings,
    domain::{
        identity::{RoomId, SessionId},
        time::Timestamp,
    },
};

/// How long a read may take before the store counts as not working.
const READ_PATIENCE: Duration = Duration::from_secs(2);

/// How long a session that another process holds is waited for, and how often it is looked at meanwhile.
const HANDOVER_PATIENCE: Duration = Duration::from_secs(1);
const HANDOVER_PAUSE: Duration = Duration::from_millis(20);

/// A session on the node that holds it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// What is stored of it.
    pub record: SessionRecord,
    /// When something last happened in it.
    pub active: Instant,
    /// Whether an actor serves it now.
    pub attached: bool,
}

/// A shared handle on one session's row; changes are whole steps under its lock.
pub type SharedRow = Arc<Mutex<SessionRow>>;

/// Why something could not be stored or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// A session of that id exists.
    #[error("a session with this id exists; use join_session or recover_session, or another id")]
    Exists,
    /// There is no place for another one.
    #[error("the server holds as many sessions as session.max_sessions allows; try again later")]
    Full,
    /// The owner has as many as one may have.
    #[error(
        "you have as many sessions as one owner may have (session.max_per_owner); leave one first"
    )]
    OwnerFull,
    /// Another node serves the room and does not hand it over.
    #[error("another server process serves this room; connect again in a moment")]
    Elsewhere,
    /// The store cannot be read or does not take more.
    #[error("{0}; try again in a moment")]
    Store(#[from] StoreError),
}

/// Bounds of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Sessions in the store.
    pub max_sessions: usize,
    /// Sessions of one owner.
    pub max_per_owner: usize,
    /// Log entries in memory per running room.
    pub log_entries: usize,
    /// Writes that may wait.
    pub queue: usize,
}

impl From<&Settings> for Bounds {
    fn from(settings: &Settings) -> Self {
        Self {
            max_sessions: settings.session.max_sessions,
            max_per_owner: settings.session.max_per_owner,
            log_entries: settings.room.log_entries,
            queue: settings.store.queue,
        }
    }
}

type Slot = Arc<tokio::sync::Mutex<Weak<DurableLog>>>;

/// All rows and logs this node holds, and the store behind them.
pub struct Archive {
    store: Arc<dyn Store>,
    recorder: Recorder,
    node: NodeId,
    now: Now,
    started: (Instant, Timestamp),
    bounds: Bounds,
    sessions: DashMap<SessionId, SharedRow>,
    rooms: DashMap<RoomId, Slot>,
    session_count: AtomicU64,
    /// Nodes that were found dead; a node never lives twice.
    dead: DashSet<NodeId>,
    /// Whether this node goes down: what it saves now is free for the next.
    handing_over: AtomicBool,
}

impl Archive {
    /// An archive for this node over `store`, whose writing is done on `runtime`.
    pub fn start(
        store: Arc<dyn Store>,
        node: NodeId,
        now: Now,
        bounds: Bounds,
        runtime: &Handle,
    ) -> Self {
        let recorder = Recorder::start(Arc::clone(&store), bounds.queue, runtime);
        let started = (Instant::now(), now());
        Self {
            store,
            recorder,
            node,
            now,
            started,
            bounds,
            sessions: DashMap::new(),
            rooms: DashMap::new(),
            session_count: AtomicU64::new(0),
            dead: DashSet::new(),
            handing_over: AtomicBool::new(false),
        }
    }

    /// The store, for reading.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Where writes go.
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// How many sessions there are, as far as is known here.
    pub fn session_count(&self) -> u64 {
        self.session_count.load(Ordering::Relaxed)
    }

    /// The moment by a clock that does not jump: what is compared over hours is stamped with it.
    fn steady_now(&self) -> Timestamp {
        self.started.1.after(self.started.0.elapsed())
    }

    /// Stores a new session for whoever comes for it later. `false` if the store does not work and it is held in memory
    /// for now.
    ///
    /// # Errors
    /// [`ArchiveError::Exists`], [`ArchiveError::Full`], [`ArchiveError::OwnerFull`], or [`ArchiveError::Store`] if not even its queue takes it.
    pub async fn store_session(&self, record: SessionRecord) -> Result<bool, ArchiveError> {
        self.admit(record.owner.as_deref()).await?;
        if self.sessions.contains_key(&record.id) {
            return Err(ArchiveError::Exists);
        }
        if self.write_session(&record).await? {
            return Ok(true);
        }
        self.cache(SessionRow {
            record,
            active: Instant::now(),
            attached: false,
        })
        .map(|_| false)
    }

    /// Makes a session for one who attaches to it at once.
    ///
    /// # Errors
    /// As [`Self::store_session`].
    pub async fn create_session(
        &self,
        mut record: SessionRecord,
    ) -> Result<SharedRow, ArchiveError> {
        self.admit(record.owner.as_deref()).await?;
        record.holder = Some(self.node.clone());
        let id = record.id.clone();
        let row = self.cache(SessionRow {
            record: record.clone(),
            active: Instant::now(),
            attached: false,
        })?;
        match self.write_session(&record).await {
            Ok(_) => Ok(row),
            Err(error) => {
                self.sessions
                    .remove_if(&id, |_, cached| Arc::ptr_eq(cached, &row));
                Err(error)
            }
        }
    }

    /// Whether there is a place for another session of this owner. A store that cannot count lets it in.
    async fn admit(&self, owner: Option<&str>) -> Result<(), ArchiveError> {
        if self.session_count() >= self.bounds.max_sessions as u64 {
            return Err(ArchiveError::Full);
        }
        let Some(owner) = owner else {
            return Ok(());
        };
        if self.has_all(owner).await {
            // One that was just left may still be on its way out of the store.
            let _ = self.recorder.record_patiently(Write::Mark).await;
            if self.has_all(owner).await {
                return Err(ArchiveError::OwnerFull);
            }
        }
        Ok(())
    }

    async fn has_all(&self, owner: &str) -> bool {
        let count = self.read(self.store.session_count(Some(owner))).await;
        count.is_ok_and(|count| count >= self.bounds.max_per_owner as u64)
    }

    fn cache(&self, row: SessionRow) -> Result<SharedRow, ArchiveError> {
        match self.sessions.entry(row.record.id.clone()) {
            Entry::Occupied(_) => Err(ArchiveError::Exists),
            Entry::Vacant(place) => {
                let row = Arc::new(Mutex::new(row));
                place.insert(Arc::clone(&row));
                Ok(row)
            }
        }
    }

    /// Whether the new session is durable now.
    async fn write_session(&self, record: &SessionRecord) -> Result<bool, ArchiveError> {
        let write = Write::CreateSession(Box::new(record.clone()));
        let written = self.recorder.record_patiently(write).await;
        match written {
            Ok(Ok(Outcome::Exists)) => return Err(ArchiveError::Exists),
            Ok(Err(error)) => return Err(error.into()),
            Ok(Ok(_)) | Err(_) => {}
        }
        self.session_count.fetch_add(1, Ordering::Relaxed);
        Ok(written.is_ok())
    }

    /// Looks at a session without taking it.
    ///
    /// # Errors
    /// [`ArchiveError::Store`] if it is not here and the store cannot be read.
    pub async fn peek(&self, id: &SessionId) -> Result<Option<SessionRecord>, ArchiveError> {
        if let Some(row) = self.cached(id) {
            let row = row.lock();
            return Ok(Some(self.current(&row)));
        }
        Ok(self.read(self.store.session(id)).await?)
    }

    /// The row of a session that this node serves.
    pub fn held(&self, id: &SessionId) -> Option<SharedRow> {
        self.cached(id).filter(|row| row.lock().attached)
    }

    fn cached(&self, id: &SessionId) -> Option<SharedRow> {
        self.sessions.get(id).map(|row| Arc::clone(&row))
    }

    /// Takes a session for this node, so that it can be attached to; all who do share one row. `holder` is who held it
    /// when it was last looked at: one that is going down is waited for a moment, so that what it knows is not lost.
    ///
    /// # Errors
    /// [`ArchiveError::Store`] if it is not here and the store does not answer.
    pub async fn open_session(
        &self,
        id: &SessionId,
        holder: Option<&NodeId>,
    ) -> Result<Option<SharedRow>, ArchiveError> {
        if let Some(row) = self.held(id) {
            return Ok(Some(row));
        }
        if let Some(holder) = holder.filter(|holder| **holder != self.node) {
            self.await_handover(id, holder).await?;
        }
        let claim = Write::ClaimSession {
            id: id.clone(),
            node: self.node.clone(),
        };
        match self.recorder.record_patiently(claim).await {
            Ok(Ok(Outcome::Claimed(record))) => Ok(Some(self.adopt(*record))),
            // One that was made while the store did not work may not be in it yet.
            Ok(Ok(_)) => Ok(self.cached(id).filter(|_| self.recorder.is_failing())),
            Ok(Err(error)) => self.cached(id).map(Some).ok_or(error.into()),
            Err(_) => match self.cached(id) {
                Some(row) => Ok(Some(row)),
                // The claim waits in the queue and will be made; until then it is served as it was stored.
                None => {
                    let stored = self.read(self.store.session(id)).await?;
                    Ok(stored.map(|record| self.adopt(record)))
                }
            },
        }
    }

    async fn await_handover(&self, id: &SessionId, holder: &NodeId) -> Result<(), ArchiveError> {
        let deadline = Instant::now() + HANDOVER_PATIENCE;
        while Instant::now() < deadline && self.is_alive(holder).await? {
            let stored = self.read(self.store.session(id)).await?;
            if stored.is_none_or(|stored| stored.holder.as_ref() != Some(holder)) {
                break;
            }
            tokio::time::sleep(HANDOVER_PAUSE).await;
        }
        Ok(())
    }

    /// Whether another server process lives.
    async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError> {
        if *node == self.node || self.dead.contains(node) {
            return Ok(*node == self.node);
        }
        let alive = self.read(self.store.is_alive(node)).await?;
        if !alive {
            self.dead.insert(node.clone());
        }
        Ok(alive)
    }

    /// Puts a claimed session into the cache, or its new fence into the row that is there.
    fn adopt(&self, record: SessionRecord) -> SharedRow {
        match self.sessions.entry(record.id.clone()) {
            Entry::Occupied(cached) => {
                let row = Arc::clone(cached.get());
                let mut known = row.lock();
                if known.record.private_room == record.private_room && known.attached {
                    known.record.fence = known.record.fence.max(record.fence);
                } else {
                    known.record = record;
                    known.active = Instant::now();
                }
                drop(known);
                row
            }
            Entry::Vacant(place) => {
                let row = Arc::new(Mutex::new(SessionRow {
                    record,
                    active: Instant::now(),
                    attached: false,
                }));
                place.insert(Arc::clone(&row));
                row
            }
        }
    }

    /// What is to be stored of a row now.
    fn current(&self, row: &SessionRow) -> SessionRecord {
        let mut record = row.record.clone();
        record.active_at = self.steady_now().before(row.active.elapsed());
        let holds = row.attached && !self.handing_over.load(Ordering::Relaxed);
        record.holder = holds.then(|| self.node.clone());
        record
    }

    /// Has a session's row written, without waiting.
    pub fn save(&self, row: &SharedRow) {
        let record = self.current(&row.lock());
        drop(self.recorder.submit(Write::SaveSession(Box::new(record))));
    }

    /// From here on what is saved is free for another process.
    pub fn begin_handover(&self) {
        self.handing_over.store(true, Ordering::Relaxed);
    }

    /// Forgets a session. What it said stays in the logs of its rooms.
    pub fn remove_session(&self, id: &SessionId) {
        self.sessions.remove(id);
        drop(self.recorder.submit(Write::RemoveSession(id.clone())));
        self.count_removed(1);
    }

    fn count_removed(&self, removed: u64) {
        let less = |count: u64| Some(count.saturating_sub(removed));
        // Never refused: `less` always gives a number.
        let _ = self
            .session_count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    async fn read<T>(
        &self,
        reading: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let read = tokio::time::timeout(READ_PATIENCE, reading).await;
        read.unwrap_or_else(|_| {
            Err(StoreError::Unavailable {
                doing: "reading",
                cause: format!("no answer within {} s", READ_PATIENCE.as_secs()),
            })
        })
    }

    /// Notes what was ordered and by whom, without waiting.
    pub fn note(&self, audit: AuditRecord) {
        drop(self.recorder.submit(Write::Audit(audit)));
    }
}
