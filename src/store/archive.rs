//! What actors ask: a cache over the store that gives out one handle per session and one per room's log.
//!
//! A session that is open nowhere is a row in the store and not here. One that somebody attaches to is claimed for this
//! node, and its row shared by all who attach; a room is opened by taking its lease. Nobody waits long for a store
//! that does not work: the conversation goes on in memory and says that it is not durable.

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use dashmap::{DashMap, mapref::entry::Entry};
use parking_lot::Mutex;
use tokio::{runtime::Handle, time::Instant};

use super::{
    contract::{Store, StoreError},
    durable_log::{DurableLog, Now, SharedLog, Standing},
    record::{AuditRecord, Lease, NodeId, Outcome, SessionRecord, Write},
    recorder::Recorder,
};
use crate::{
    config::Settings,
    domain::{
        identity::{RoomId, SessionId},
        room_log::RoomLog,
        time::Timestamp,
    },
};

/// How long a read may take before the store counts as not working.
const READ_PATIENCE: Duration = Duration::from_secs(2);

/// How long a room that another node holds is waited for: that node goes down and hands over, room by room.
const TAKEOVER_PATIENCE: Duration = Duration::from_secs(15);

/// How often it is tried meanwhile.
const TAKEOVER_PAUSE: Duration = Duration::from_millis(20);

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
    /// Log entries in memory per running room.
    pub log_entries: usize,
    /// Writes that may wait.
    pub queue: usize,
}

impl From<&Settings> for Bounds {
    fn from(settings: &Settings) -> Self {
        Self {
            max_sessions: settings.session.max_sessions,
            log_entries: settings.room.log_entries,
            queue: settings.store.queue,
        }
    }
}

/// What is kept how long.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Sessions that nobody is attached to and in which nothing happens.
    pub sessions: Duration,
    /// What was said, and usage.
    pub transcripts: Duration,
    /// What was ordered by whom.
    pub audit: Duration,
}

/// How a room is opened.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// Its name for people, if it is to get one.
    pub name: Option<String>,
    /// Whether it is one session's own.
    pub private: bool,
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
        }
    }

    /// Counts what is stored, so that [`Bounds::max_sessions`] holds from the start.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub async fn count_sessions(&self) -> Result<(), StoreError> {
        let count = self.read(self.store.session_count(None)).await?;
        self.session_count.store(count, Ordering::Relaxed);
        Ok(())
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
    /// [`ArchiveError::Exists`], [`ArchiveError::Full`], or [`ArchiveError::Store`] if not even its queue takes it.
    pub async fn store_session(&self, record: SessionRecord) -> Result<bool, ArchiveError> {
        self.admit()?;
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
        self.admit()?;
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

    fn admit(&self) -> Result<(), ArchiveError> {
        if self.session_count() >= self.bounds.max_sessions as u64 {
            return Err(ArchiveError::Full);
        }
        Ok(())
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

    /// Takes a session for this node, so that it can be attached to; all who do share one row.
    ///
    /// # Errors
    /// [`ArchiveError::Store`] if it is not here and the store does not answer.
    pub async fn open_session(&self, id: &SessionId) -> Result<Option<SharedRow>, ArchiveError> {
        if let Some(row) = self.held(id) {
            return Ok(Some(row));
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
        record.holder = row.attached.then(|| self.node.clone());
        record
    }

    /// Has a session's row written, without waiting.
    pub fn save(&self, row: &SharedRow) {
        let record = self.current(&row.lock());
        drop(self.recorder.submit(Write::SaveSession(Box::new(record))));
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

    /// The log of a room, on its lease, which is taken if this node does not hold it. A room that another process
    /// serves is waited for if that one is going down, and taken at once if it is dead. With a store that does not
    /// work the log is held in memory and what is said not durable, until the store works again.
    ///
    /// # Errors
    /// [`ArchiveError::Elsewhere`].
    pub async fn open_log(
        &self,
        room: &RoomId,
        opening: Opening,
    ) -> Result<SharedLog, ArchiveError> {
        let slot = Slot::clone(&self.rooms.entry(room.clone()).or_default());
        // One opens, the others wait for the same.
        let mut slot = slot.lock().await;
        if let Some(log) = slot.upgrade() {
            return Ok(log);
        }
        let claim = Write::AcquireRoom {
            room: room.clone(),
            node: self.node.clone(),
            name: opening.name,
            private: opening.private,
            at: (self.now)(),
        };
        let (standing, log) = match self.acquire(&claim).await? {
            Ok(lease) => {
                let log = self.restore(room, lease.head, lease.opened_at).await;
                (Standing::from(&lease), log)
            }
            Err(receipt) => {
                let stored = self.read(self.store.room(room)).await.ok().flatten();
                let log = match stored {
                    Some(stored) => {
                        let opened_at = stored.opened_at.unwrap_or(stored.reserved + 1);
                        self.restore(room, stored.reserved, opened_at).await
                    }
                    None => RoomLog::new(self.bounds.log_entries),
                };
                (Standing::Provisional(receipt), log)
            }
        };
        let log = Arc::new(DurableLog::new(
            room.clone(),
            claim,
            standing,
            log,
            self.recorder.clone(),
            Arc::clone(&self.now),
        ));
        *slot = Arc::downgrade(&log);
        Ok(log)
    }

    /// The log of a room that runs here.
    pub fn running_log(&self, room: &RoomId) -> Option<SharedLog> {
        let slot = self.rooms.get(room)?;
        // Held while a room is being opened, and then it is not running yet.
        slot.try_lock().ok()?.upgrade()
    }

    async fn acquire(
        &self,
        claim: &Write,
    ) -> Result<Result<Lease, super::recorder::Receipt>, ArchiveError> {
        let deadline = Instant::now() + TAKEOVER_PATIENCE;
        loop {
            let owner = match self.recorder.record_patiently(claim.clone()).await {
                Ok(Ok(Outcome::Leased(lease))) => return Ok(Ok(lease)),
                Ok(Ok(Outcome::Held(owner))) => owner,
                Ok(_) => return Ok(Err(self.recorder.submit(claim.clone()))),
                Err(receipt) => return Ok(Err(receipt)),
            };
            // One that cannot be asked is taken to live: two must never serve one room.
            if !self.read(self.store.is_alive(&owner)).await.unwrap_or(true) {
                tracing::info!(node = %owner, "taking over from a server process that died");
                let _ = self.recorder.record(Write::ReleaseNode(owner)).await;
                continue;
            }
            if Instant::now() >= deadline {
                return Err(ArchiveError::Elsewhere);
            }
            tokio::time::sleep(TAKEOVER_PAUSE).await;
        }
    }

    /// The log as it is stored. What cannot be read is left out; recovery then says that there is a gap.
    async fn restore(&self, room: &RoomId, head: u64, opened_at: u64) -> RoomLog {
        let limit = self.bounds.log_entries;
        // A room that was never used has nothing to read.
        if head == 0 {
            return RoomLog::new(limit);
        }
        let page = u32::try_from(limit).unwrap_or(u32::MAX);
        let newest = self.read(self.store.newest(room, page)).await;
        let presences = self.read(self.store.presences(room, opened_at)).await;
        match (newest, presences) {
            (Ok(newest), Ok(presences)) => RoomLog::restored(limit, newest, head, &presences),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%room, %error, "the room's log could not be read");
                RoomLog::unreadable(limit, head)
            }
        }
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

    /// Erases a session with all it said, everywhere. It must have ended.
    ///
    /// # Errors
    /// [`ArchiveError::Store`]: nothing is promised then, and it should be tried again.
    pub async fn erase_session(&self, id: &SessionId) -> Result<(), ArchiveError> {
        self.sessions.remove(id);
        for log in self.running_logs() {
            log.erase(id);
        }
        self.recorder
            .record(Write::EraseSession(id.clone()))
            .await?;
        Ok(self.store.scrub().await?)
    }

    /// Erases all that was said in a room.
    ///
    /// # Errors
    /// As [`Self::erase_session`].
    pub async fn erase_room(&self, id: &RoomId) -> Result<(), ArchiveError> {
        if let Some(log) = self.running_log(id) {
            log.erase_all();
        }
        self.recorder.record(Write::EraseRoom(id.clone())).await?;
        Ok(self.store.scrub().await?)
    }

    fn running_logs(&self) -> Vec<SharedLog> {
        let logs = self
            .rooms
            .iter()
            .filter_map(|slot| slot.try_lock().ok()?.upgrade());
        logs.collect()
    }

    /// Sweeps up: rows and logs that nobody uses leave the memory, dead nodes let go of what they held, and what is older
    /// than it need be kept is removed. Returns the sessions that expired.
    ///
    /// # Errors
    /// [`StoreError`]; the next sweep does what is left.
    pub async fn sweep(&self, retention: Retention) -> Result<Vec<SessionId>, StoreError> {
        self.rooms.retain(|_, slot| {
            Arc::strong_count(slot) > 1
                || slot.try_lock().map_or(true, |log| log.strong_count() > 0)
        });
        if self.recorder.is_failing() {
            return Ok(Vec::new());
        }
        self.sessions
            .retain(|_, row| Arc::strong_count(row) > 1 || row.lock().attached);
        for holder in self.read(self.store.holders()).await? {
            if holder != self.node && !self.read(self.store.is_alive(&holder)).await? {
                self.recorder.record(Write::ReleaseNode(holder)).await?;
            }
        }
        let now = self.steady_now();
        let expire = Write::ExpireSessions {
            before: now.before(retention.sessions),
        };
        let Outcome::Removed(expired) = self.recorder.record(expire).await? else {
            return Ok(Vec::new());
        };
        self.recorder
            .record(Write::ForgetOld {
                entries_before: now.before(retention.transcripts),
                audit_before: now.before(retention.audit),
            })
            .await?;
        self.count_sessions().await?;
        Ok(expired)
    }

    /// Waits until all that was handed over is written, at most until `deadline`, and closes the store. `false` if
    /// something was left.
    pub async fn close(&self, deadline: Instant) -> bool {
        let flushed = self.recorder.flush(deadline).await;
        self.recorder.begin_closing();
        let _ = tokio::time::timeout_at(deadline, self.store.close()).await;
        flushed
    }
}
