//! How a room's log is opened: on its lease, from what is stored of it.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{Archive, ArchiveError, Slot};
use crate::{
    domain::{budget::Budget, identity::RoomId, room_log::RoomLog, usage::Amount},
    store::{
        contract::StoreError,
        durable_log::{DurableLog, SharedLog, Standing, give_back, unused},
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
    /// What it may use from now on, if it is to get a budget.
    pub budget: Option<Budget>,
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
        let deadline = Instant::now() + TAKEOVER_PATIENCE;
        let slot = Slot::clone(&self.rooms.entry(room.clone()).or_default());
        // One opens, the others wait for the same.
        let opening_it = tokio::time::timeout_at(deadline, slot.lock()).await;
        let mut slot = opening_it.map_err(|_| ArchiveError::Elsewhere)?;
        if let Some(log) = slot.upgrade() {
            return Ok(log);
        }
        let claim = Write::AcquireRoom {
            room: room.clone(),
            node: self.node.clone(),
            name: opening.name,
            private: opening.private,
            budget: opening.budget,
            at: (self.now)(),
        };
        let mut claiming = Claiming {
            archive: self,
            room,
            progress: None,
        };
        let (log, funds) = match self.acquire(&claim, &mut claiming, deadline).await? {
            Some(lease) => {
                let log = self.restore(room, lease.head, lease.opened_at).await;
                (log, (lease.budget, lease.used))
            }
            None => {
                let stored = self.read(self.store.room(room)).await.ok().flatten();
                let (log, stored) = match stored {
                    Some(stored) => {
                        let opened_at = stored.opened_at.unwrap_or(stored.reserved + 1);
                        let log = self.restore(room, stored.reserved, opened_at).await;
                        (log, (stored.budget, stored.used))
                    }
                    None => (RoomLog::new(self.bounds.log_entries), Default::default()),
                };
                match opening.budget {
                    Some(budget) => (log, (Some(budget), Amount::default())),
                    None => (log, stored),
                }
            }
        };
        let standing = match claiming.progress.take() {
            Some(Progress::Leased(lease)) => Standing::from(&lease),
            Some(Progress::Asked(receipt)) => Standing::Provisional(receipt),
            None => Standing::Lost,
        };
        let log = Arc::new(DurableLog::new(
            room.clone(),
            claim,
            funds,
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

    /// Takes the lease; nothing if the store does not answer, and then it may still come.
    async fn acquire(
        &self,
        claim: &Write,
        claiming: &mut Claiming<'_>,
        deadline: Instant,
    ) -> Result<Option<Lease>, ArchiveError> {
        loop {
            let receipt = self.recorder.hand_over(claim.clone()).await;
            let owner = match claiming.wait(receipt).await {
                Some(Ok(Outcome::Leased(lease))) => {
                    claiming.progress = Some(Progress::Leased(lease.clone()));
                    return Ok(Some(lease));
                }
                Some(Ok(Outcome::Held(owner))) => owner,
                Some(_) => {
                    let receipt = self.recorder.submit(claim.clone());
                    claiming.progress = Some(Progress::Asked(receipt));
                    return Ok(None);
                }
                None => return Ok(None),
            };
            // One that cannot be asked is taken to live: two must never serve one room.
            if !self.is_alive(&owner).await.unwrap_or(true) {
                tracing::info!(node = %owner, "taking over from a server process that died");
                let release = Write::ReleaseNode(owner);
                let _ = self.recorder.record_patiently(release).await;
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

    /// The logs of all rooms that run here, those included that are just being opened.
    pub(super) async fn running_logs(&self) -> Vec<SharedLog> {
        let slots: Vec<Slot> = self.rooms.iter().map(|slot| Slot::clone(&slot)).collect();
        let mut logs = Vec::new();
        for slot in slots {
            logs.extend(slot.lock().await.upgrade());
        }
        logs
    }
}

/// How far the taking of a lease has come.
enum Progress {
    Asked(Receipt),
    Leased(Lease),
}

/// A lease that is being taken. Whoever takes it may be gone before it comes: then it is given back.
struct Claiming<'a> {
    archive: &'a Archive,
    room: &'a RoomId,
    progress: Option<Progress>,
}

impl Claiming<'_> {
    /// Waits for the answer as long as the store makes progress; the receipt stays here if it does not.
    async fn wait(&mut self, receipt: Receipt) -> Option<Result<Outcome, StoreError>> {
        let Progress::Asked(receipt) = self.progress.insert(Progress::Asked(receipt)) else {
            return None;
        };
        let answered = self.archive.recorder.patiently(receipt).await;
        if answered.is_some() {
            self.progress = None;
        }
        answered
    }
}

impl Drop for Claiming<'_> {
    fn drop(&mut self) {
        let Archive { recorder, now, .. } = self.archive;
        match self.progress.take() {
            Some(Progress::Asked(receipt)) => {
                give_back(recorder, receipt, self.room.clone(), now());
            }
            Some(Progress::Leased(lease)) => {
                drop(recorder.submit(unused(&lease, self.room.clone(), now())));
            }
            None => {}
        }
    }
}
