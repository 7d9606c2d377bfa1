//! Sessions: made, looked at, claimed for this node, saved, forgotten.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use dashmap::mapref::entry::Entry;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::{Archive, ArchiveError, SessionRow, SharedRow};
use crate::{
    domain::identity::SessionId,
    store::{
        contract::StoreError,
        record::{NodeId, Outcome, SessionRecord, Write},
    },
};

/// How long a session that another process holds is waited for, and how often it is looked at meanwhile: longer than a
/// session lingers there without its client (10 s), and than PostgreSQL takes to tell who died with it (5 s).
const HANDOVER_PATIENCE: Duration = Duration::from_secs(12);
const HANDOVER_PAUSE: Duration = Duration::from_millis(20);

impl Archive {
    /// Stores a new session for whoever comes for it later. `false` if the store does not work and it is held in memory
    /// for now.
    ///
    /// # Errors
    /// [`ArchiveError::Exists`], [`ArchiveError::Full`], [`ArchiveError::OwnerFull`], or [`ArchiveError::Store`] if not even its queue takes it.
    pub async fn store_session(&self, mut record: SessionRecord) -> Result<bool, ArchiveError> {
        record.active_at = self.steady_now();
        self.admit(record.owner.as_deref()).await?;
        if self.sessions.contains_key(&record.id) {
            return Err(ArchiveError::Exists);
        }
        if self.write_session(&record).await? {
            return Ok(true);
        }
        self.cache(SessionRow::new(record)).map(|_| false)
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
        record.active_at = self.steady_now();
        record.holder = Some(self.node.clone());
        let id = record.id.clone();
        let row = self.cache(SessionRow::new(record.clone()))?;
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
        let durable = match written {
            Ok(Ok(Outcome::Exists)) => return Err(ArchiveError::Exists),
            Ok(Err(error)) => return Err(error.into()),
            Ok(Ok(_)) => true,
            // Not even the queue may have taken it.
            Err(mut receipt) => match receipt.try_recv() {
                Ok(Err(error)) => return Err(error.into()),
                _ => false,
            },
        };
        self.session_count.fetch_add(1, Ordering::Relaxed);
        Ok(durable)
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
    /// [`ArchiveError::Elsewhere`] if its holder lives and keeps it, [`ArchiveError::Store`] if it is not here and the
    /// store does not answer.
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
            // The claim waits in the queue and will be made; until then the session is served as it was stored.
            Err(receipt) => {
                let row = match self.cached(id) {
                    Some(row) => Some(row),
                    None => {
                        let stored = self.read(self.store.session(id)).await?;
                        stored.map(|record| self.adopt(record))
                    }
                };
                if let Some(row) = row.clone() {
                    // What is saved meanwhile comes after the claim, which raises the fence by one.
                    row.lock().record.fence += 1;
                    self.recorder.when_answered(receipt, move |outcome, _| {
                        if let Outcome::Claimed(claimed) = outcome {
                            let fence = &mut row.lock().record.fence;
                            *fence = claimed.fence.max(*fence);
                        }
                    });
                }
                Ok(row)
            }
        }
    }

    async fn await_handover(&self, id: &SessionId, holder: &NodeId) -> Result<(), ArchiveError> {
        let deadline = Instant::now() + HANDOVER_PATIENCE;
        while self.is_alive(holder).await? {
            let stored = self.read(self.store.session(id)).await?;
            if stored.is_none_or(|stored| stored.holder.as_ref() != Some(holder)) {
                break;
            }
            if Instant::now() >= deadline {
                return Err(ArchiveError::Elsewhere);
            }
            tokio::time::sleep(HANDOVER_PAUSE).await;
        }
        Ok(())
    }

    /// Whether a server process lives. It is asked each time: one that lost its connection may have it again.
    pub(super) async fn is_alive(&self, node: &NodeId) -> Result<bool, StoreError> {
        if *node == self.node {
            return Ok(true);
        }
        self.read(self.store.is_alive(node)).await
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
                let row = Arc::new(Mutex::new(SessionRow::new(record)));
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

    /// Has a session's row written, without waiting. `false` if an earlier save was refused: another process has the
    /// session, or it was removed.
    pub fn save(&self, row: &SharedRow) -> bool {
        let mut row = row.lock();
        let refused = row
            .saving
            .as_mut()
            .is_some_and(|saving| matches!(saving.try_recv(), Ok(Ok(Outcome::Fenced))));
        let record = self.current(&row);
        let save = Write::SaveSession(Box::new(record));
        row.saving = Some(self.recorder.submit(save));
        !refused
    }

    /// Whether another process that lives has a session with this holder.
    ///
    /// # Errors
    /// [`ArchiveError::Store`] if that cannot be found out.
    pub async fn is_elsewhere(&self, holder: Option<&NodeId>) -> Result<bool, ArchiveError> {
        match holder {
            Some(holder) if *holder != self.node => Ok(self.is_alive(holder).await?),
            _ => Ok(false),
        }
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
}
