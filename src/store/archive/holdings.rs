//! What this node has of other services that costs money until it is given back: a leg of a call, a bot in a channel. Who
//! comes after a process that died gives it back, or goes on with it.

use super::Archive;
use crate::store::{
    contract::StoreError,
    record::{Holding, Outcome, Write},
};

impl Archive {
    /// Notes that this node has it, without waiting. While the store does not work, nobody after us learns of it.
    pub fn hold(&self, holding: Holding) {
        let node = self.node.clone();
        drop(self.recorder.submit(Write::Hold { holding, node }));
    }

    /// Notes that it was given back, without waiting.
    pub fn give_back(&self, kind: &str, id: &str) {
        let (kind, id) = (kind.to_owned(), id.to_owned());
        drop(self.recorder.submit(Write::GiveBack { kind, id }));
    }

    /// What nodes that are dead had of this kind; this node has it now.
    ///
    /// # Errors
    /// [`StoreError`] if the store does not work; nothing was taken over then.
    pub async fn take_over(&self, kind: &str) -> Result<Vec<Holding>, StoreError> {
        let (kind, node) = (kind.to_owned(), self.node.clone());
        match self.recorder.record(Write::TakeOver { kind, node }).await? {
            Outcome::TakenOver(holdings) => Ok(holdings),
            _ => Ok(Vec::new()),
        }
    }
}
