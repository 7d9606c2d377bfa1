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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            room_log::{EntryKind, Subject},
            time::Timestamp,
        },
        store::{
            memory::MemoryStore,
            record::{NodeId, Write},
        },
    };

    /// A store that has entries of these numbers in the room `demo`.
    async fn holding(numbers: impl Iterator<Item = u64>) -> Arc<dyn Store> {
        let store = MemoryStore::default();
        let (room, at): (RoomId, _) = ("demo".parse().unwrap(), Timestamp::from_unix_millis(0));
        let mut writes = vec![Write::AcquireRoom {
            room: room.clone(),
            node: NodeId::from(uuid::Uuid::nil()),
            name: None,
            private: false,
            budget: None,
            at,
        }];
        writes.extend(numbers.map(|seq| Write::Append {
            room: room.clone(),
            fence: 1,
            entry: LogEntry {
                seq,
                subject: Subject {
                    kind: EntryKind::Present,
                    speaker: "someone".parse().unwrap(),
                    language: None,
                    at,
                },
                frame: "{}".into(),
            },
        }));
        store.commit(&writes).await.unwrap();
        Arc::new(store)
    }

    async fn rest(pages: &mut LogPages, up_to: u64) -> Vec<u64> {
        let mut numbers = Vec::new();
        loop {
            let page = pages.next(up_to).await.unwrap();
            if page.is_empty() {
                return numbers;
            }
            numbers.extend(page.iter().map(|entry| entry.seq));
        }
    }

    #[tokio::test]
    async fn a_log_of_many_pages_with_gaps_is_read_once_in_order_and_no_further_than_asked() {
        let numbers = || (1..=1_400).filter(|number| number % 7 != 0);
        let mut pages = LogPages::new(holding(numbers()).await, "demo".parse().unwrap());
        // 1001 is a gap, and 1002 not to be read yet.
        let first = rest(&mut pages, 1_001).await;
        assert!(
            first
                .into_iter()
                .eq(numbers().take_while(|number| *number <= 1_001))
        );
        assert!(rest(&mut pages, 1_001).await.is_empty());
        let second = rest(&mut pages, u64::MAX).await;
        assert!(
            second
                .into_iter()
                .eq(numbers().skip_while(|number| *number <= 1_001))
        );
    }
}
