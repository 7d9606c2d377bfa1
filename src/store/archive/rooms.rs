//! How a room's log is opened: on its lease, from what is stored of it.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Archive, ArchiveError, Slot};
use crate::{
    domain::{identity::RoomId, room_log::RoomLog},
    store::{
        durable_log::{DurableLog, SharedLog, Standing},
        record::{Lease, Outcome, Write},
        recorder::Receipt,
    },
};

/// How long a room that another node holds is waited for: that node goes down and hands over, room by room.
const TAKEOVER_PATIENCE: Duration = Duration::from_secs(15);

/// How often it is tried meanwhile.
const TAKEOVER_PAUSE: Duration = Duration::from_millis(20);

/// How a room is opened.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// Its name for people, if it is to get one.
    pub name: Option<String>,
    /// Whether it is one session's own.
    pub private: bool,
}

impl Archive {
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

    async fn acquire(&self, claim: &Write) -> Result<Result<Lease, Receipt>, ArchiveError> {
        let deadline = Instant::now() + TAKEOVER_PATIENCE;
        loop {
            let owner = match self.recorder.record_patiently(claim.clone()).await {
                Ok(Ok(Outcome::Leased(lease))) => return Ok(Ok(lease)),
                Ok(Ok(Outcome::Held(owner))) => owner,
                Ok(_) => return Ok(Err(self.recorder.submit(claim.clone()))),
                Err(receipt) => return Ok(Err(receipt)),
            };
            // One that cannot be asked is taken to live: two must never serve one room.
            if !self.is_alive(&owner).await.unwrap_or(true) {
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

    pub(super) fn running_logs(&self) -> Vec<SharedLog> {
        let logs = self
            .rooms
            .iter()
            .filter_map(|slot| slot.try_lock().ok()?.upgrade());
        logs.collect()
    }
}
