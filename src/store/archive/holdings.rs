//! What this node has of other services that costs money until it is given back: a leg of a call, a bot in a channel. Who
//! comes after a process that died gives it back, or goes on with it.

use std::time::Duration;

use tokio::time::Instant;

use super::Archive;
use crate::store::{
    contract::StoreError,
    record::{Holding, NodeId, Outcome, Write},
};

/// How long a node of PostgreSQL must have been dead. It counts as dead while the connection that shows its life is made
/// anew, and two who go on with one thing end it.
const GRACE: Duration = Duration::from_secs(20);

impl Archive {
    /// Notes that this node has it, without waiting. While the store does not work, nobody after us learns of it.
    pub fn hold(&self, holding: Holding) {
        let node = self.node.clone();
        drop(self.recorder.submit(Write::Hold { holding, node }));
    }

    /// Notes that this node has given it back, without waiting.
    pub fn give_back(&self, kind: &str, id: &str) {
        let node = self.node.clone();
        let (kind, id) = (kind.to_owned(), id.to_owned());
        drop(self.recorder.submit(Write::GiveBack { kind, id, node }));
    }

    /// Whether another node has it, one that lives or died a moment ago.
    ///
    /// # Errors
    /// [`StoreError`] if the store does not work.
    pub async fn is_held_elsewhere(&self, kind: &str, id: &str) -> Result<bool, StoreError> {
        match self.read(self.store.holder_of(kind, id)).await? {
            Some(holder) if holder != self.node => Ok(!self.is_long_dead(&holder).await?),
            _ => Ok(false),
        }
    }

    /// What nodes that are dead had of this kind; this node has it now.
    ///
    /// # Errors
    /// [`StoreError`] if the store does not work; what was taken over before stays with this node.
    pub async fn take_over(&self, kind: &str) -> Result<Vec<Holding>, StoreError> {
        let mut taken = Vec::new();
        for holder in self.read(self.store.holders_of(kind)).await? {
            if holder == self.node || !self.is_long_dead(&holder).await? {
                continue;
            }
            let write = Write::TakeOver {
                kind: kind.to_owned(),
                from: holder,
                node: self.node.clone(),
            };
            if let Outcome::TakenOver(holdings) = self.recorder.record(write).await? {
                taken.extend(holdings);
            }
        }
        Ok(taken)
    }

    /// Whether a node is dead, and has been since it was looked at some time ago. Of a file the operating system says
    /// surely who has it open.
    async fn is_long_dead(&self, node: &NodeId) -> Result<bool, StoreError> {
        if self.is_alive(node).await? {
            self.seen_dead.remove(node);
            return Ok(false);
        }
        let seen = *self
            .seen_dead
            .entry(node.clone())
            .or_insert_with(Instant::now);
        Ok(self.store.kind() != "postgresql" || seen.elapsed() >= GRACE)
    }
}
