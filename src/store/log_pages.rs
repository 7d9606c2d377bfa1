//! Reading a room's log from its beginning, a page at a time.

use std::{sync::Arc, time::Duration};

use super::{
    contract::{Store, StoreError},
    record::Range,
};
use crate::domain::{identity::RoomId, room_log::LogEntry};

/// Entries that are read at once.
const PAGE: u32 = 500;

/// How long a page may take before the store counts as not working.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far a log has been read. Nothing is skipped: an entry that is committed late is in a later page.
pub struct LogPages {
    store: Arc<dyn Store>,
    room: RoomId,
    after: u64,
}

impl LogPages {
    /// Begins at the beginning.
    pub fn new(store: Arc<dyn Store>, room: RoomId) -> Self {
        Self {
            store,
            room,
            after: 0,
        }
    }

    /// The next entries with a number of at most `up_to`, in order; none if there are no more for now.
    ///
    /// # Errors
    /// [`StoreError`]; the same page may be asked for again.
    pub async fn next(&mut self, up_to: u64) -> Result<Vec<LogEntry>, StoreError> {
        if self.after >= up_to {
            return Ok(Vec::new());
        }
        let range = Range {
            after: self.after,
            limit: PAGE,
        };
        let reading = self.store.entries(&self.room, range);
        let mut page = tokio::time::timeout(PATIENCE, reading)
            .await
            .unwrap_or_else(|_| {
                Err(StoreError::Unavailable {
                    doing: "reading a log",
                    cause: format!("no answer within {} s", PATIENCE.as_secs()),
                })
            })?;
        page.retain(|entry| entry.seq <= up_to);
        if let Some(last) = page.last() {
            self.after = last.seq;
        }
        Ok(page)
    }
}
