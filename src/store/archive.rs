//! Session rows and room logs, in memory, each for as long as somebody may come back for it.

use std::{sync::Arc, time::Duration};

use dashmap::{DashMap, mapref::entry::Entry};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::time::Instant;

use crate::domain::{
    identity::{RoomId, SessionId},
    room_log::RoomLog,
    session_config::SessionConfig,
    time::Timestamp,
};

/// A session as it is when no actor holds it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Which.
    pub id: SessionId,
    /// Who may attach without a token.
    pub owner: Option<String>,
    /// How it wants to be served.
    pub config: SessionConfig,
    /// What the client gave to keep.
    pub data: Option<Value>,
    /// The room it has without choosing one.
    pub private_room: RoomId,
    /// The last number of its room's log that was written to any of its sockets.
    pub cursor: u64,
    /// The number at which it entered its room; what was said before is not for it.
    pub entered_at: Option<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something last happened in it.
    pub active_at: Instant,
    /// Whether an actor holds it now.
    pub attached: bool,
}

impl SessionRow {
    /// The room the session is in.
    pub fn room(&self) -> &RoomId {
        self.config.room_id.as_ref().unwrap_or(&self.private_room)
    }
}

/// A shared handle on one session's row; changes are whole steps under its lock.
pub type SharedRow = Arc<Mutex<SessionRow>>;

/// A shared handle on one room's log.
pub type SharedLog = Arc<Mutex<RoomLog>>;

/// Why a session could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// A session of that id exists.
    #[error("a session with this id exists; use join_session or recover_session, or another id")]
    Exists,
    /// There is no place for another one.
    #[error("the server holds as many sessions as session.max_sessions allows; try again later")]
    Full,
}

struct LogShelf {
    log: SharedLog,
    used_at: Instant,
}

/// All rows and logs of this process.
pub struct Archive {
    sessions: DashMap<SessionId, SharedRow>,
    logs: DashMap<RoomId, LogShelf>,
    max_sessions: usize,
    log_entries: usize,
}

impl Archive {
    /// An empty archive for at most `max_sessions` sessions and `log_entries` entries per room.
    pub fn new(max_sessions: usize, log_entries: usize) -> Self {
        Self {
            sessions: DashMap::new(),
            logs: DashMap::new(),
            max_sessions,
            log_entries,
        }
    }

    /// Stores a new session.
    ///
    /// # Errors
    /// [`ArchiveError`] if the id is taken or there is no room.
    pub fn create_session(&self, row: SessionRow) -> Result<SharedRow, ArchiveError> {
        if self.sessions.len() >= self.max_sessions {
            return Err(ArchiveError::Full);
        }
        match self.sessions.entry(row.id.clone()) {
            Entry::Occupied(_) => Err(ArchiveError::Exists),
            Entry::Vacant(place) => {
                let row = Arc::new(Mutex::new(row));
                place.insert(Arc::clone(&row));
                Ok(row)
            }
        }
    }

    /// The row of a session, if there is one.
    pub fn session(&self, id: &SessionId) -> Option<SharedRow> {
        self.sessions.get(id).map(|row| Arc::clone(&row))
    }

    /// Forgets a session.
    pub fn remove_session(&self, id: &SessionId) {
        self.sessions.remove(id);
    }

    /// How many sessions are known.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// The log of a room, made when first asked for.
    pub fn log(&self, room: &RoomId) -> SharedLog {
        let mut shelf = self.logs.entry(room.clone()).or_insert_with(|| LogShelf {
            log: Arc::new(Mutex::new(RoomLog::new(self.log_entries))),
            used_at: Instant::now(),
        });
        shelf.used_at = Instant::now();
        Arc::clone(&shelf.log)
    }

    /// Forgets what was said in a room: it was closed, and whoever opens one of its id is somebody else.
    pub fn remove_log(&self, room: &RoomId) {
        self.logs.remove(room);
    }

    /// Forgets sessions that no actor holds and that were silent for `session_idle`, and logs that no room holds
    /// and that nobody asked for as long. Returns the sessions forgotten.
    pub fn expire(&self, now: Instant, session_idle: Duration) -> Vec<SessionId> {
        let mut expired = Vec::new();
        self.sessions.retain(|id, row| {
            let row = row.lock();
            let keep = row.attached || now.duration_since(row.active_at) < session_idle;
            if !keep {
                expired.push(id.clone());
            }
            keep
        });
        self.logs.retain(|_, shelf| {
            if Arc::strong_count(&shelf.log) > 1 {
                shelf.used_at = now;
            }
            now.duration_since(shelf.used_at) < session_idle
        });
        expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> SessionRow {
        SessionRow {
            id: id.parse().unwrap(),
            owner: None,
            config: SessionConfig::default(),
            data: None,
            private_room: "private".parse().unwrap(),
            cursor: 0,
            entered_at: None,
            created_at: time::OffsetDateTime::UNIX_EPOCH.into(),
            active_at: Instant::now(),
            attached: false,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_holds_or_uses_is_forgotten() {
        let archive = Archive::new(2, 10);
        let held = archive.create_session(row("held")).unwrap();
        held.lock().attached = true;
        archive.create_session(row("left")).unwrap();
        assert_eq!(
            archive.create_session(row("held")).unwrap_err(),
            ArchiveError::Full
        );
        let log = archive.log(&"room".parse().unwrap());
        archive.log(&"other".parse().unwrap());

        tokio::time::advance(Duration::from_secs(100)).await;
        let expired = archive.expire(Instant::now(), Duration::from_secs(60));
        assert_eq!(expired, ["left".parse().unwrap()]);
        assert!(archive.session(&"held".parse().unwrap()).is_some());
        assert_eq!(archive.logs.len(), 1, "a log that a room holds stays");
        drop(log);
        assert_eq!(
            archive.create_session(row("held")).unwrap_err(),
            ArchiveError::Exists
        );
    }
}
