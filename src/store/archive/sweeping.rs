//! What is taken out again: what nobody uses, what is too old, what is to be erased.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::time::Instant;

use super::{Archive, ArchiveError};
use crate::{
    domain::identity::{RoomId, SessionId},
    store::{
        contract::StoreError,
        record::{Outcome, Write},
    },
};

/// How long the end of connections to providers is waited for, so that what they billed last is stored.
const LAST_USE: Duration = Duration::from_secs(3);

/// What is kept how long.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Sessions that nobody is attached to and in which nothing happens.
    pub sessions: Duration,
    /// What was said.
    pub transcripts: Duration,
    /// What was ordered by whom, and what engines were used for.
    pub audit: Duration,
}

impl Archive {
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
        self.release_the_dead().await?;
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

    /// Learns what is there when the server starts: how many sessions, and what dead processes have left.
    ///
    /// # Errors
    /// [`StoreError`] if the store does not work.
    pub async fn take_stock(&self) -> Result<(), StoreError> {
        self.release_the_dead().await?;
        self.count_sessions().await
    }

    async fn release_the_dead(&self) -> Result<(), StoreError> {
        for holder in self.read(self.store.holders()).await? {
            if self.is_alive(&holder).await? {
                continue;
            }
            let release = Write::ReleaseNode(holder);
            match self.recorder.record_patiently(release).await {
                Ok(released) => drop(released?),
                // A server starts with a full disk too: what was written waits for its turn.
                Err(_) => break,
            }
        }
        Ok(())
    }

    async fn count_sessions(&self) -> Result<(), StoreError> {
        let count = self.read(self.store.session_count(None)).await?;
        self.session_count.store(count, Ordering::Relaxed);
        Ok(())
    }

    /// Waits until all that was handed over is written, at most until `deadline`, and closes the store. `false` if
    /// something was left.
    pub async fn close(&self, deadline: Instant) -> bool {
        let last = (Instant::now() + LAST_USE).min(deadline);
        let _ = tokio::time::timeout_at(last, self.ledgers_closed()).await;
        let flushed = self.recorder.flush(deadline).await;
        self.recorder.begin_closing();
        let _ = tokio::time::timeout_at(deadline, self.store.close()).await;
        flushed
    }

    /// Erases a session with all it said, everywhere. It must have ended.
    ///
    /// # Errors
    /// [`ArchiveError::Store`]: nothing is promised then, and it should be tried again.
    pub async fn erase_session(&self, id: &SessionId) -> Result<(), ArchiveError> {
        self.sessions.remove(id);
        self.recorder
            .record(Write::EraseSession(id.clone()))
            .await?;
        // After the store: a room that is opened meanwhile has read what was there before.
        for log in self.running_logs().await {
            log.erase(id);
        }
        Ok(self.store.scrub().await?)
    }

    /// Erases all that was said in a room.
    ///
    /// # Errors
    /// As [`Self::erase_session`].
    pub async fn erase_room(&self, id: &RoomId) -> Result<(), ArchiveError> {
        self.recorder.record(Write::EraseRoom(id.clone())).await?;
        let slot = self.rooms.get(id).map(|slot| Arc::clone(&slot));
        if let Some(slot) = slot
            && let Some(log) = slot.lock().await.upgrade()
        {
            log.erase_all();
        }
        Ok(self.store.scrub().await?)
    }
}
