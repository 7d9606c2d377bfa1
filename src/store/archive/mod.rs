//! What actors ask: a cache over the store that gives out one handle per session and one per room's log.
//!
//! A session that is open nowhere is a row in the store and not here. One that somebody attaches to is claimed for this
//! node, and its row shared by all who attach; a room is opened by taking its lease. Nobody waits long for a store
//! that does not work: the conversation goes on in memory and says that it is not durable.

mod holdings;
mod rooms;
mod sessions;
mod sweeping;

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::{runtime::Handle, time::Instant};
use tokio_util::task::TaskTracker;

pub use self::{rooms::Opening, sweeping::Retention};
use super::{
    contract::{Store, StoreError},
    durable_log::{DurableLog, Now},
    ledger::Ledger,
    record::{AuditRecord, NodeId, SessionRecord, Write},
    recorder::{Receipt, Recorder},
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

/// A session on the node that holds it.
#[derive(Debug)]
pub struct SessionRow {
    /// What is stored of it.
    pub record: SessionRecord,
    /// When something last happened in it.
    pub active: Instant,
    /// Whether an actor serves it now.
    pub attached: bool,
    /// What became of the last save, if that is known by now.
    saving: Option<Receipt>,
}

impl SessionRow {
    fn new(record: SessionRecord) -> Self {
        Self {
            record,
            active: Instant::now(),
            attached: false,
            saving: None,
        }
    }
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
    /// Another process serves the room or session and does not hand it over.
    #[error("another server process serves this; connect again in a moment")]
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
    /// Ledgers that may still be written to.
    ledgers: TaskTracker,
    /// Nodes that were dead when they were looked at, and since when.
    seen_dead: DashMap<NodeId, Instant>,
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
            ledgers: TaskTracker::new(),
            seen_dead: DashMap::new(),
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

    /// What is written of a room's use of engines.
    pub fn ledger(&self, room: &RoomId) -> Ledger {
        let (recorder, now) = (self.recorder.clone(), Arc::clone(&self.now));
        Ledger::new(room.clone(), recorder, now, self.ledgers.token())
    }

    /// Waits until nobody uses an engine any more: connections to providers are closed in the background.
    pub async fn ledgers_closed(&self) {
        self.ledgers.close();
        self.ledgers.wait().await;
    }

    /// Notes what was ordered and by whom, without waiting.
    pub fn note(&self, audit: AuditRecord) {
        drop(self.recorder.submit(Write::Audit(audit)));
    }
}
